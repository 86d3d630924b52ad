"""Figures that move: one function draws, and a slider moves in Jupyter and on a static page.

In Jupyter the sliders are live ipywidgets. On the website the same function has drawn every
frame while the page was built, and a few lines of JavaScript move between them; without
JavaScript, on paper and in a notebook without a kernel the default frame stands.
"""

from __future__ import annotations

import gc
import gzip
import inspect
import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from html import escape

import ipywidgets
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure

from helpers.drawing.alt_text import announce, describe, plain
from helpers.drawing.svg import Film, Node, unique_prefix
from helpers.plotting import (
    caption_html,
    figure_node,
    image_html,
    output_mode,
    style,
    theme_css,
)

__all__ = ["MAX_BYTES", "MAX_FRAMES", "Explorer", "Slider", "explore"]

MAX_FRAMES = 441
"""Most frames of one explorer: two sliders of 21 positions."""

MAX_BYTES = 120_000
"""Most bytes of one explorer on the page, compressed."""

_NAMES = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η",
    "theta": "θ", "kappa": "κ", "lam": "λ", "lambda_": "λ", "mu": "μ", "nu": "ν", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω",
}  # fmt: skip
_SUBSCRIPTS = {"p": "P", "q": "Q", "m": "M", "star": "*"}


_VIEW = "application/vnd.jupyter.widget-view+json"


def _label(name: str) -> str:
    """Write a parameter's name as a reader knows it.

    >>> [_label(n) for n in ("mu", "theta_star", "sigma_q", "n", "sample_size")]
    ['μ', 'θ*', 'σ_Q', 'n', 'sample size']
    """
    head, _, tail = name.rstrip("_").partition("_")
    if name in _NAMES or head in _NAMES:
        letter = _NAMES.get(name) or _NAMES[head]
        rest = _SUBSCRIPTS.get(tail, tail)
        return letter + (rest if rest == "*" or not rest else f"_{rest}")
    return name.replace("_", " ").strip()


def _written(values: Sequence[object]) -> list[str]:
    """Write numbers with the fewest common decimals that tell them apart and keep them true.

    >>> _written([-0.5, 0.0, 0.25]), _written([1, 10, 100]), _written(["normal", "Cauchy"])
    (['−0.50', '0.00', '0.25'], ['1', '10', '100'], ['normal', 'Cauchy'])
    """
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return [("yes" if v else "no") if isinstance(v, bool) else str(v) for v in values]
    numbers = sorted(map(float, values))
    gap = min((b - a for a, b in itertools.pairwise(numbers) if b > a), default=1.0)
    largest = max(map(abs, numbers), default=0.0)
    # Two digits beyond the gap, unless fewer already write every value exactly.
    decimals = max(0, math.ceil(-math.log10(gap)) + 2)
    exact = (d for d in range(decimals) if all(abs(round(v, d) - v) < 1e-6 * gap for v in numbers))
    decimals = next(exact, decimals)
    if decimals == 0 and not all(isinstance(v, int) for v in values):
        decimals = 1 if largest < 1000 else 0
    if decimals > 6 or largest >= 1e7:
        digits = math.ceil(math.log10(largest / gap)) + 2
        texts = [f"{v:.{digits}g}" for v in values]
    else:
        texts = [f"{v:.{decimals}f}" for v in values]
    return [t.replace("-", "−") if float(t) else t.removeprefix("-") for t in texts]


class Slider:
    """One slider: its name, the values it takes, and where it starts.

    Parameters
    ----------
    name : str
        The keyword that `draw` receives.
    spec : tuple, list or ipywidgets.Widget
        ``(low, high, steps)``: that many evenly spaced values, both ends included; a list of
        values; or an ipywidgets slider, drop-down, check box or the like.
    label : str, optional
        What the reader sees; by default the name, with Greek letters written as such.

    Attributes
    ----------
    values : list
    texts : list of str
        The values as they are shown.
    start : int or None
        Position of an ipywidget's own value; None for the others.

    Raises
    ------
    ValueError, TypeError
        If `spec` is none of these or has fewer than two values.

    Examples
    --------
    >>> Slider("mu", (-1, 1, 5)).values
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    >>> Slider("n", (10, 30, 3)).values
    [10, 20, 30]
    """

    def __init__(self, name: str, spec: object, label: str | None = None):
        self.name = name
        self.label = _label(name) if label is None else plain(label)
        self.start: int | None = None
        self.spec = spec
        if isinstance(spec, ipywidgets.Widget):
            self.values, self.texts = self._from_widget(spec)
            self.start = self.position(spec.value)
        elif isinstance(spec, tuple):
            self.values = self._from_range(spec)
            self.texts = _written(self.values)
        elif isinstance(spec, list):
            self.values = [v.item() if isinstance(v, np.generic) else v for v in spec]
            self.texts = _written(self.values)
        else:
            raise TypeError(
                f"{name}: expected (low, high, steps), a list or an ipywidget, "
                f"got {type(spec).__name__}"
            )
        if len(self.values) < 2:
            raise ValueError(f"{name}: expected at least two values, got {self.values}")
        if len(set(self.texts)) < len(self.texts):
            raise ValueError(f"{name}: expected values that differ when shown, got {self.texts}")

    def _from_range(self, spec: tuple) -> list:
        if len(spec) != 3 or not all(isinstance(v, int | float) for v in spec):
            raise ValueError(f"{self.name}: expected (low, high, steps), got {spec}")
        low, high, steps = spec
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"{self.name}: expected low < high, both finite, got {low}, {high}")
        if steps != int(steps) or steps < 2:
            raise ValueError(
                f"{self.name}: expected a whole number of steps, at least 2, got {steps}"
            )
        # Twelve digits: the slider says 0.3, and draw receives 0.3, not 0.30000000000000004.
        values = [float(f"{v:.12g}") for v in np.linspace(low, high, int(steps))]
        if all(isinstance(v, int) for v in (low, high)) and all(v.is_integer() for v in values):
            return [int(v) for v in values]
        return values

    def _from_widget(self, widget: ipywidgets.Widget) -> tuple[list, list[str]]:
        if hasattr(widget, "_options_values"):
            return list(widget._options_values), [plain(str(o)) for o in widget._options_labels]
        if isinstance(widget.value, bool):
            return [False, True], ["no", "yes"]
        if all(hasattr(widget, trait) for trait in ("min", "max", "step", "value")):
            steps = round((widget.max - widget.min) / widget.step)
            grid = [float(f"{widget.min + k * widget.step:.12g}") for k in range(steps + 1)]
            grid = [v for v in grid if v <= widget.max]
            if isinstance(widget, ipywidgets.FloatLogSlider):
                values = [float(f"{widget.base**v:.6g}") for v in grid]
                return values, [f"{v:.3g}" for v in values]
            if isinstance(widget.value, int):
                grid = [int(v) for v in grid]
            return grid, _written(grid)
        raise TypeError(
            f"{self.name}: expected an ipywidget with min, max and step, with options, or a "
            f"check box, got {type(widget).__name__}"
        )

    def text(self, value: object) -> str:
        """Return `value` as the reader sees it; a live slider may stand between the steps."""
        if value in self.values:
            return self.texts[self.values.index(value)]
        return _written([value])[0]

    def position(self, value: object) -> int:
        """Return the position of the value nearest to `value`."""
        if value in self.values:
            return self.values.index(value)
        try:
            return int(np.argmin([abs(v - value) for v in self.values]))
        except TypeError:
            raise ValueError(
                f"{self.name}: expected one of {self.texts} to start from, got {value!r}"
            ) from None


class Explorer:
    """A figure with sliders; made by :func:`explore`, displayed as the last expression.

    Examples
    --------
    >>> from helpers.plotting import subplots
    >>> def draw(level=1.0):
    ...     fig, ax = subplots()
    ...     ax.set(title=f"level {level:g}")
    ...     return fig
    >>> shown = explore(draw, level=(0, 2, 5))
    >>> len(shown.positions), shown.setting((4,))
    (5, 'level = 2.0')
    """

    def __init__(
        self,
        draw: Callable[..., Figure],
        sliders: Sequence[Slider],
        start: Mapping[str, object],
        play: bool,
        caption: str | None = None,
    ):
        self.draw = draw
        self.caption = caption
        self.sliders = list(sliders)
        self.play = play
        count = math.prod(len(s.values) for s in self.sliders)
        if count > MAX_FRAMES:
            sizes = " × ".join(f"{len(s.values)} ({s.name})" for s in self.sliders)
            raise ValueError(
                f"sliders: {sizes} = {count} frames, more than the {MAX_FRAMES} that a page "
                "can hold; take fewer steps"
            )
        self.default = tuple(self._start(s, start) for s in self.sliders)
        self._frame = lru_cache(maxsize=MAX_FRAMES)(self._draw)

    def _start(self, slider: Slider, start: Mapping[str, object]) -> int:
        if slider.name in start:
            return slider.position(start[slider.name])
        if slider.start is not None:
            return slider.start
        parameter = inspect.signature(self.draw).parameters.get(slider.name)
        if parameter is not None and parameter.default is not inspect.Parameter.empty:
            return slider.position(parameter.default)
        return len(slider.values) // 2 if isinstance(slider.spec, tuple) else 0

    @property
    def positions(self) -> list[tuple[int, ...]]:
        """Positions of the sliders for every frame, the last slider moving fastest."""
        return list(itertools.product(*(range(len(s.values)) for s in self.sliders)))

    def values(self, positions: Sequence[int]) -> dict[str, object]:
        """Return the keyword arguments that `draw` receives at these positions."""
        return {s.name: s.values[i] for s, i in zip(self.sliders, positions, strict=True)}

    def setting(self, positions: Sequence[int]) -> str:
        """Say where the sliders stand: ``"μ = 0.5, σ = 1"``."""
        return ", ".join(
            f"{s.label} = {s.texts[i]}" for s, i in zip(self.sliders, positions, strict=True)
        )

    def frame(self, positions: Sequence[int]) -> Node:
        """Return the figure at these positions as a small SVG tree."""
        return self._frame(tuple(positions))[0]

    def _draw(self, positions: tuple[int, ...]) -> tuple[Node, tuple[str, ...]]:
        return self._render(self.values(positions), self.setting(positions))

    def _render(self, values: Mapping[str, object], setting: str) -> tuple[Node, tuple[str, ...]]:
        with style():
            fig = self.draw(**values)
        if not isinstance(fig, Figure):
            raise TypeError(
                f"draw: expected a function that returns a matplotlib Figure, "
                f"got {type(fig).__name__} at {setting}"
            )
        alt = f"{setting}. {describe(fig)}"
        return figure_node(fig, alt), announce(fig)

    @property
    def alt(self) -> str:
        """The text alternative of the default frame."""
        return self.frame(self.default).attributes["aria-label"]

    def __repr__(self) -> str:
        return f"Figure with {len(self.sliders)} slider{'s'[: len(self.sliders) > 1]}: {self.alt}"

    def film(self) -> Film:
        """Draw every frame and return them as one SVG and the list of what changes."""
        frames = [self._frame(p) for p in self.positions]
        return Film([node for node, _ in frames], default=self.positions.index(self.default))

    def html(self) -> str:
        """Return the explorer as it stands on the website: markup and data, no script."""
        film = self.film()
        texts = [self._frame(p)[1] for p in self.positions]
        payload = film.payload() | {
            "values": [s.texts for s in self.sliders],
            "said": _what_changes(texts),
        }
        # "<\/" so that no text can close the element early.
        data = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        name = unique_prefix(data)
        said = payload["said"][film.default] if payload["said"] else ""
        rows = "".join(
            self._row(s, i, f"{name}-s{k}", said)
            for k, (s, i) in enumerate(zip(self.sliders, self.default, strict=True))
        )
        html = (
            f'<div class="explorer" data-explorer><div class="book-figure">{film.svg}</div>'
            f'<div class="explorer-controls">{rows}</div>'
            f'<p class="explorer-still">{escape(self.setting(self.default))}</p>'
            f"{caption_html(self.caption)}"
            f'<script type="application/json">{data}</script></div>'
        )
        weight = len(gzip.compress(html.encode()))
        if weight > MAX_BYTES:
            raise ValueError(
                f"sliders: {len(texts)} frames weigh {weight / 1000:.0f} kB compressed, more "
                f"than the {MAX_BYTES / 1000:.0f} kB that a page should carry; take fewer "
                "steps, or draw fewer points"
            )
        return html

    def _row(self, slider: Slider, position: int, identifier: str, said: str) -> str:
        label, value = escape(slider.label), escape(slider.texts[position])
        # As the page's script announces every other position.
        announced = f"{value}. {escape(said)}" if said else value
        wide = " data-wide" if max(map(len, slider.texts)) > 6 else ""
        play = (
            f'<button type="button" class="explorer-play" aria-label="Play {label}" '
            'aria-pressed="false"></button>'
            if self.play
            else ""
        )
        return (
            f'<div class="explorer-row"><label for="{identifier}">{label}</label>'
            f'<input type="range" id="{identifier}" min="0" max="{len(slider.values) - 1}" '
            f'step="1" value="{position}" aria-valuetext="{announced}" autocomplete="off">'
            f'<output for="{identifier}" aria-live="off"{wide}>{value}</output>'
            f"{play}</div>"
        )

    def widget(self) -> ipywidgets.Widget:
        """Return the live sliders and figure for Jupyter."""
        controls = {
            s.name: self._control(s, i) for s, i in zip(self.sliders, self.default, strict=True)
        }
        picture = ipywidgets.HTML()
        hide = f"<style>.{self._still}{{display:none}}</style>"
        cache: dict[tuple, str] = {}

        def redraw(_change: object = None) -> None:
            values = {name: control.value for name, control in controls.items()}
            key = tuple(values.values())
            with _tidied_afterwards():
                if key not in cache:
                    setting = ", ".join(
                        f"{s.label} = {s.text(values[s.name])}" for s in self.sliders
                    )
                    cache[key] = hide + _live_html(self._render(values, setting)[0])
                picture.value = cache[key]

        for control in controls.values():
            control.observe(redraw, names="value")
        redraw()
        return ipywidgets.VBox([*controls.values(), picture])

    @staticmethod
    def _control(slider: Slider, position: int) -> ipywidgets.Widget:
        if isinstance(slider.spec, ipywidgets.Widget):
            slider.spec.description = slider.spec.description or slider.label
            return slider.spec
        return ipywidgets.SelectionSlider(
            options=list(zip(slider.texts, slider.values, strict=True)),
            index=position,
            description=slider.label,
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, object]:
        if output_mode() == "site":
            return {"text/plain": repr(self), "text/html": self.html()}
        still = image_html(self.frame(self.default))
        return {
            "text/plain": repr(self),
            "text/html": f'<div class="{self._still}">{still}<p>Run this cell: its sliders then '
            f"move.</p></div>{caption_html(self.caption)}",
            _VIEW: self.widget()._repr_mimebundle_()[_VIEW],
        }

    @cached_property
    def _still(self) -> str:
        """The class of the picture that stands where nothing runs; the live one hides it."""
        return unique_prefix(f"{self!r}{self.setting(self.default)}") + "-still"

    def _ipython_display_(self) -> None:
        """Show the still picture, which an opened notebook keeps, and the live one."""
        bundle = self._repr_mimebundle_()
        view = bundle.pop(_VIEW, None)
        display(bundle, raw=True)
        if view is not None:
            display({_VIEW: view}, raw=True)


@contextmanager
def _tidied_afterwards() -> Iterator[None]:
    """Let the search for garbage wait until the picture has been sent, then keep it short.

    Figures are cyclic garbage: left alone, every few of them set Python to walk through all of
    SymPy, SciPy and Matplotlib, a third of a second in which the slider stands still. Searched
    for at once among what the redraw itself has made, they are gone in a few milliseconds.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(1)


def _live_html(node: Node) -> str:
    dark = "body[data-jp-theme-light=false]"
    return (
        f"<style>:root{{{theme_css('light')}}}{dark}{{{theme_css('dark')}}}"
        ".book-figure svg{display:block;width:100%;max-width:36rem;height:auto}</style>"
        f'<div class="book-figure">{Film([node]).svg}</div>'
    )


def _what_changes(texts: Sequence[tuple[str, ...]]) -> list[str]:
    """Return, per frame, the headings and annotations that differ between frames.

    >>> _what_changes([("KL = 1", "fixed"), ("KL = 2", "fixed")])
    ['KL = 1', 'KL = 2']
    """
    constant = set.intersection(*map(set, texts))
    said = ["; ".join(t for t in row if t and t not in constant) for row in texts]
    return said if any(said) else []


def explore(
    draw: Callable[..., Figure],
    *,
    labels: Mapping[str, str] | None = None,
    start: Mapping[str, object] | None = None,
    play: bool = False,
    caption: str | None = None,
    **sliders: object,
) -> Explorer:
    r"""Let the reader move the parameters of a figure.

    Parameters
    ----------
    draw : callable
        ``draw(**values)`` returns a Matplotlib figure, always of one size. It receives one
        value per slider, by keyword.
    labels : dict of str, optional
        What the reader sees instead of a slider's name.
    start : dict, optional
        Where sliders start; else an ipywidget's own value, the default in `draw`'s
        signature, the middle of a range or the first of a list.
    play : bool
        Whether a button lets the figure run; hidden from readers who prefer less motion.
    caption : str, optional
        What the figure shows, in a sentence; the website puts the figure's number before it.
    **sliders
        For each parameter ``(low, high, steps)``, a list of values, or an ipywidget.

    Returns
    -------
    Explorer
        Displayed when it is the last expression of a cell.

    Raises
    ------
    TypeError, ValueError
        If a slider cannot be read, if there are more than `MAX_FRAMES` frames, or if `draw`
        returns something else than a figure.

    Examples
    --------
    >>> from helpers.plotting import P, subplots
    >>> def draw(mu):
    ...     fig, ax = subplots()
    ...     ax.plot([mu - 1, mu, mu + 1], [0, 1, 0], **P.line)
    ...     ax.set(xlim=(-3, 3), ylim=(0, 1.1))
    ...     return fig
    >>> figure = explore(draw, mu=(-1, 1, 5))
    >>> print(repr(figure).replace(". ", ".\n"))
    Figure with 1 slider: μ = 0.0.
    Horizontal axis from −3 to 3.
    Vertical axis from 0 to 1.1.
    Line: from 0 to 1, highest at 0.
    """
    if not callable(draw):
        raise TypeError(
            f"draw: expected a function that returns a figure, got {type(draw).__name__}"
        )
    if not sliders:
        raise ValueError("sliders: expected at least one, such as mu=(-3, 3, 41)")
    try:
        inspect.signature(draw).bind(**sliders)
    except TypeError as error:
        raise TypeError(
            f"sliders: expected one for each value that draw needs, got "
            f"{', '.join(sliders)} ({error})"
        ) from None
    labels, start = dict(labels or {}), dict(start or {})
    for argument, given in (("labels", labels), ("start", start)):
        unknown = sorted(set(given) - set(sliders))
        if unknown:
            raise ValueError(f"{argument}: expected names of sliders, got {unknown}")
    return Explorer(
        draw, [Slider(n, spec, labels.get(n)) for n, spec in sliders.items()], start, play, caption
    )
