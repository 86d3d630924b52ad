"""The text alternative of a figure, made from what is plotted so that it cannot go stale."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, FillBetweenPolyCollection, PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from helpers.shown.typography import GREEK, SUPERSCRIPTS, readable

__all__ = ["describe", "plain", "spoken_number"]

_SYMBOLS = GREEK | {
    "star": "*", "ast": "*", "mid": "|", "vert": "|", "Vert": "‖", "|": "‖", "parallel": "‖",
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "to": "→", "rightarrow": "→",
    "infty": "∞", "pm": "±", "cdot": "·", "times": "×", "sum": "Σ", "int": "∫", "log": "log",
    "ln": "ln", "exp": "exp", "max": "max", "min": "min", "approx": "≈", "sim": "~", "propto": "∝",
    "in": "∈", "ell": "ℓ", "partial": "∂", "quad": " ", "qquad": " ", "ldots": "…", "dots": "…",
    "left": "", "right": "", "prime": "′", "sqrt": "√", "bigl": "", "bigr": "",
}  # fmt: skip
_MANY = 4  # so many artists without a name are counted, not described one by one
_RELATIONS = set("|‖≤≥≠→±·×≈~∈∝")
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}


def plain(label: str) -> str:
    r"""Write a Matplotlib label, with its formulas, in plain Unicode.

    Examples
    --------
    >>> plain(r"$D_{\mathrm{KL}}(P \,\|\, Q)$ in nats")
    'D_KL(P ‖ Q) in nats'
    >>> plain(r"$\hat p_n \to \theta^\star$"), plain(r"$\sigma^2/n$")
    ('p̂_n → θ*', 'σ²/n')
    >>> plain(r"log-log: $\propto n^{-1/2}$")
    'log-log: ∝ n^(−1/2)'
    """
    parts = re.split(r"(?<!\\)\$", label)
    return " ".join(
        "".join(_formula(p) if i % 2 else p for i, p in enumerate(parts))
        .replace(r"\$", "$")
        .split()
    )


def _formula(tex: str) -> str:
    tex = re.sub(r"\\([,;:!> ])", " ", tex)
    tex = re.sub(
        r"\\(?:mathrm|mathit|mathbf|mathcal|mathbb|mathsf|text|operatorname|boldsymbol)\b\s*",
        "",
        tex,
    )
    tex = re.sub(
        r"\\(hat|bar|tilde)\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|\w))",
        lambda m: _formula(m[2] or m[3]) + _ACCENTS[m[1]],
        tex,
    )
    tex = re.sub(
        r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}",
        lambda m: "/".join(f"({p})" if re.search(r"\S[+\- ]\s*\S", p) else p for p in m.groups()),
        tex,
    )
    tex = re.sub(r"\\([A-Za-z]+|\|)\s*(?=([A-Za-z0-9])?)", _symbol, tex)
    tex = re.sub(r"\s*([*′])", r"\1", tex)
    tex = re.sub(r"\^\{([^{}]*/[^{}]*)\}", r"^(\1)", tex)
    tex = re.sub(r"\^\{?([0-9+\-n]+)\}?(?![A-Za-z])", lambda m: m[1].translate(SUPERSCRIPTS), tex)
    tex = re.sub(r"\^\{?([*′])\}?", r"\1", tex)
    tex = tex.replace("{", "").replace("}", "").replace("~", " ").replace("\\", "")
    return tex.replace("-", "−")


def _symbol(match: re.Match[str]) -> str:
    name, follower = match[1], match[2]
    symbol = _SYMBOLS.get(name, name)
    if symbol in _RELATIONS:
        return f" {symbol} "
    if name in ("sum", "int"):
        return f" {symbol}"
    return f"{symbol} " if follower and symbol.isascii() and symbol.isalpha() else symbol


def spoken_number(value: float) -> str:
    """Write a number for reading aloud: three significant digits, a true minus sign.

    >>> spoken_number(-0.12345), spoken_number(12345), spoken_number(1234567.0), spoken_number(0.0)
    ('−0.123', '12300', '1.23 × 10⁶', '0')
    """
    if not value:
        return "0"
    text = f"{value:.3g}"
    if "e" in text and 1 <= abs(float(text)) < 1e6:
        text = f"{float(text):.0f}"
    return readable(text).replace("\N{NO-BREAK SPACE}", " ")


def _span(values: Iterable[float], lowest: float | None = None) -> str:
    """Say from where to where values go; `lowest` is where a logarithmic axis begins."""
    numbers = np.asarray(values, dtype=float)
    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        return "without finite values"
    ends = finite.min(), finite.max()
    if lowest is None:
        # What cannot be seen at this scale is nought: a density's far tail, say.
        visible = 5e-4 * max(map(abs, ends))
        low, high = (spoken_number(v if abs(v) >= visible else 0.0) for v in ends)
    else:
        # On a logarithmic scale small is not nought, and what is below the axis is not seen.
        under = f"less than {spoken_number(lowest)}"
        low, high = (spoken_number(v) if v >= lowest else under for v in ends)
    return f"at {low}" if low == high else f"from {low} to {high}"


def describe(fig: Figure) -> str:
    r"""Say in words what a figure shows.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure; titles, axis labels and ranges, legend entries, data ranges, marked
        positions and annotations are read from its artists.

    Returns
    -------
    str
        One paragraph of plain text, without markup.

    Examples
    --------
    >>> fig = Figure()
    >>> ax = fig.subplots()
    >>> _ = ax.plot([0, 1, 2], [0, 1, 0], label="$P$")
    >>> _ = ax.set(title="A peak", xlabel="x", ylabel="density", xlim=(0, 2), ylim=(0, 1.2))
    >>> print(describe(fig).replace(". ", ".\n"))
    A peak.
    Horizontal axis: x, from 0 to 2.
    Vertical axis: density, from 0 to 1.2.
    Line P: from 0 to 1, highest at 1.
    """
    sentences: list[str] = []
    if fig.get_suptitle():
        sentences.append(f"{plain(fig.get_suptitle())}.")
    panels = [ax for ax in fig.axes if ax.get_visible()]
    for number, ax in enumerate(panels, start=1):
        parts = _describe_axes(ax)
        if len(panels) > 1:
            parts = [f"Panel {number} of {len(panels)}:", *parts]
        sentences.extend(parts)
    return " ".join(sentences)


def announce(fig: Figure) -> tuple[str, ...]:
    """Return the headings and annotations of a figure: what may carry its result."""
    texts = [fig.get_suptitle()]
    for ax in fig.axes:
        texts.extend(ax.get_title(loc) for loc in ("left", "center", "right"))
        texts.extend(t.get_text() for t in ax.texts if t.get_visible())
    return tuple(plain(t) for t in texts)


def _describe_axes(ax: Axes) -> list[str]:
    titles = [plain(ax.get_title(loc)) for loc in ("left", "center", "right")]
    out = [f"{t}." for t in titles if t]
    if ax.axison:
        out += [
            _axis("Horizontal axis", ax.xaxis),
            _axis("Vertical axis", ax.yaxis),
        ]
    named: list[object] = []
    bars = {id(p) for c in ax.containers if isinstance(c, BarContainer) for p in c.patches}
    for container in ax.containers:
        if isinstance(container, BarContainer) and container.patches:
            out.append(_bars(container, ax))
            named.append(container.get_label())
    lines = [
        line for line in ax.lines if line.get_visible() and len(np.atleast_1d(line.get_xdata()))
    ]
    unnamed = [line for line in lines if not _name(line.get_label())]
    for line in lines:
        if len(unnamed) > _MANY and line in unnamed:
            continue
        out.append(_line(line, ax))
        named.append(line.get_label())
    if len(unnamed) > _MANY:
        heights = np.concatenate([np.ravel(line.get_ydata()) for line in unnamed])
        reach = _span(heights, _lowest(ax.yaxis))
        out.append(f"{len(unnamed)} lines without a name: {reach}.")
    for collection in ax.collections:
        sentence = _collection(collection, ax)
        if collection.get_visible() and sentence:
            out.append(sentence)
            named.append(collection.get_label())
    for patch in ax.patches:
        label = _name(patch.get_label())
        if patch.get_visible() and label and id(patch) not in bars:
            out.append(f"Shape{label}.")
            named.append(patch.get_label())
    legend = ax.get_legend()
    if legend is not None:
        rest = [t.get_text() for t in legend.get_texts() if t.get_text() not in named]
        if rest:
            out.append(f"Legend: {', '.join(map(plain, rest))}.")
    notes = [plain(t.get_text()) for t in ax.texts if t.get_visible() and t.get_text()]
    if notes:
        out.append(f"Written in the figure: {'; '.join(notes)}.")
    return out


def _lowest(axis: Axis) -> float | None:
    """Return where a logarithmic axis begins; None for another."""
    return min(axis.get_view_interval()) if axis.get_scale() == "log" else None


def _axis(which: str, axis: Axis) -> str:
    name = plain(axis.get_label_text())
    lowest = _lowest(axis)
    kind = "" if lowest is None else " (logarithmic)"
    reach = _span(axis.get_view_interval(), lowest)
    return f"{which}{': ' + name + ',' if name else ''} {reach}{kind}."


def _name(label: object) -> str:
    text = str(label)
    return "" if text.startswith("_") or not text else f" {plain(text)}"


def _line(line: Line2D, ax: Axes) -> str:
    x = np.asarray(line.get_xdata(orig=False), dtype=float)
    y = np.asarray(line.get_ydata(orig=False), dtype=float)
    name = _name(line.get_label())
    only_points = line.get_linestyle() in ("None", "", " ")
    finite = np.isfinite(x) & np.isfinite(y)
    if only_points and finite.sum() == 2:
        pairs = zip(x[finite], y[finite], strict=True)
        places = [f"({spoken_number(a)}, {spoken_number(b)})" for a, b in pairs]
        return f"2 points{name} at {' and '.join(places)}."
    if line.get_transform() == ax.get_xaxis_transform() or (len(x) == 2 and x[0] == x[1]):
        return f"Vertical line{name} at {spoken_number(x[0])}."
    if line.get_transform() == ax.get_yaxis_transform() or (
        len(y) == 2 and y[0] == y[1] and not name
    ):
        return f"Horizontal line{name} at {spoken_number(y[0])}."
    if only_points and finite.sum() == 1:
        return f"Point{name} at ({spoken_number(x[finite][0])}, {spoken_number(y[finite][0])})."
    what = f"{len(x)} points" if only_points else "Line"
    sentence = f"{what}{name}: {_span(y, _lowest(ax.yaxis))}"
    if finite.any():
        inner = np.flatnonzero(finite)
        top, bottom = inner[np.argmax(y[inner])], inner[np.argmin(y[inner])]
        ends = {inner[0], inner[-1]}
        if y[top] > y[bottom]:
            if y[inner[0]] == y[bottom] and y[inner[-1]] == y[top]:
                sentence += ", rising" if np.all(np.diff(y[inner]) >= 0) else ""
            elif y[inner[0]] == y[top] and y[inner[-1]] == y[bottom]:
                sentence += ", falling" if np.all(np.diff(y[inner]) <= 0) else ""
            elif top not in ends:
                sentence += f", highest at {spoken_number(x[top])}"
            else:
                sentence += f", lowest at {spoken_number(x[bottom])}"
    return sentence + "."


def _bars(container: BarContainer, ax: Axes) -> str:
    patches = container.patches
    upright = container.orientation != "horizontal"
    along = ax.yaxis if upright else ax.xaxis
    sizes = np.array([p.get_height() if upright else p.get_width() for p in patches])
    centres = np.array(
        [
            p.get_x() + p.get_width() / 2 if upright else p.get_y() + p.get_height() / 2
            for p in patches
        ]
    )
    largest = spoken_number(centres[np.argmax(sizes)])
    return (
        f"{len(patches)} bars{_name(container.get_label())}: {_span(sizes, _lowest(along))}, "
        f"{'tallest' if upright else 'longest'} at {largest}."
    )


def _collection(collection: Collection, ax: Axes) -> str:
    name = _name(collection.get_label())
    if isinstance(collection, PathCollection):
        points = np.ma.filled(np.asarray(collection.get_offsets(), dtype=float), np.nan)
        if not len(points):
            return ""
        across = _span(points[:, 0], _lowest(ax.xaxis))
        up = _span(points[:, 1], _lowest(ax.yaxis))
        plural = "s" if len(points) > 1 else ""
        return f"{len(points)} point{plural}{name}: across {across}, up {up}."
    if isinstance(collection, FillBetweenPolyCollection):
        return f"Shaded area{name}." if name else ""
    return f"{type(collection).__name__.removesuffix('Collection')}{name}." if name else ""
