"""Colours, style and display of every figure in the book.

Each object keeps one colour and one line style through the whole book. `P` is the distribution
that observations come from, and what is computed from it alone; `Q` the other distribution, a
model or a belief; `M` their mixture; `THETA_STAR` the true parameter. `DATA` is what was observed
and what is computed from it: counts, likelihoods, estimates. Whatever else a figure shows, such as
a bound, is drawn in `INK` or `MUTED`::

    fig, ax = subplots()
    ax.plot(x, p, **P.line, label="$P$")
    ax.fill_between(x, 0, p, **P.area)
    show(fig)

A figure follows the page's light or dark mode, is a vector drawing, and carries a text
alternative made from what is plotted.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from typing import Any, overload

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from helpers.drawing.alt_text import describe, plain
from helpers.drawing.layout import KeptLayout
from helpers.drawing.svg import Film, Node, compact

__all__ = [
    "COVERING",
    "DATA",
    "GRID",
    "INK",
    "MUTED",
    "PALETTE",
    "PAPER",
    "THETA_STAR",
    "WIDTH",
    "FigureDisplay",
    "Ink",
    "M",
    "P",
    "Q",
    "caption_html",
    "draw_svg",
    "figure_node",
    "image_html",
    "output_mode",
    "sequential",
    "show",
    "style",
    "subplots",
    "theme_css",
]

WIDTH = 5.0
"""Width of every figure in inches: 360 points, one for each pixel of a phone's column."""


class Ink(str):
    """A colour of the book: a ``"#rrggbb"`` string for Matplotlib, with its dark-mode twin.

    Parameters
    ----------
    light, dark : str
        The colour on a light and on a dark page.
    variable : str
        The CSS custom property that holds it on the page.
    dashes : str or tuple
        The line style that goes with it, so that no figure rests on colour alone.
    cover : float
        Opacity of bars.

    Examples
    --------
    >>> P.line["color"] == P, Q.line["linestyle"] != P.line["linestyle"]
    (True, True)
    """

    variable: str
    dark: str
    dashes: object
    cover: float

    def __new__(
        cls, light: str, dark: str, variable: str, dashes: object = "solid", cover: float = 0.75
    ) -> Ink:
        ink = super().__new__(cls, light)
        ink.dark, ink.variable, ink.dashes, ink.cover = dark, variable, dashes, cover
        return ink

    @property
    def line(self) -> dict:
        """Keyword arguments of ``ax.plot`` for a curve."""
        return {"color": str(self), "linestyle": self.dashes}

    @property
    def solid(self) -> dict:
        """Keyword arguments of ``ax.plot`` for a curve that nothing could be mistaken for."""
        return {"color": str(self), "linestyle": "solid"}

    @property
    def area(self) -> dict:
        """Keyword arguments of ``ax.fill_between`` for the area under a curve."""
        return {"color": str(self), "alpha": 0.18, "linewidth": 0}

    @property
    def bars(self) -> dict:
        """Keyword arguments of ``ax.bar``."""
        return {"color": str(self), "alpha": self.cover, "linewidth": 0}

    @property
    def points(self) -> dict:
        """Keyword arguments of ``ax.plot`` for separate points."""
        return {
            "color": str(self),
            "linestyle": "none",
            "marker": "o",
            "markersize": 6,
            "markeredgecolor": str(PAPER),
            "markeredgewidth": 0.8,
        }


# Found by a search over hue, chroma and lightness: on each paper every pair, and each against the
# ink, stays apart in the eyes of the colour-blind and in grey, and all carry text (tested).
P = Ink("#1553d1", "#4d86fb", "--fig-p")
Q = Ink("#c9480b", "#f8804d", "--fig-q", (0, (5, 1.6)))
M = Ink("#00573f", "#7ae89a", "--fig-m", (0, (5, 1.4, 1.2, 1.4)))
THETA_STAR = Ink("#551a6e", "#e59af5", "--fig-theta-star", (0, (1.2, 1.2)))
INK = Ink("#1f2430", "#e6e8ee", "--fig-ink")
# Data are drawn in ink, like print: in a short dash beside a curve of P, pale where they are bars.
DATA = Ink(INK, INK.dark, INK.variable, (0, (2.6, 1.1)), cover=0.3)
MUTED = Ink("#5d6472", "#a3aab8", "--fig-muted")
GRID = Ink("#d9dde4", "#3a414e", "--fig-grid")
PAPER = Ink("#ffffff", "#14181e", "--fig-paper")
# For a legend that lines pass under at some places of the sliders, wherever it stands.
COVERING = {"frameon": True, "facecolor": str(PAPER), "edgecolor": "none", "framealpha": 1}

PALETTE: dict[str, Ink] = {
    "P": P, "Q": Q, "M": M, "theta_star": THETA_STAR,
    "ink": INK, "muted": MUTED, "grid": GRID, "paper": PAPER,
}  # fmt: skip

_VARIABLES = {str(ink): ink.variable for ink in PALETTE.values()}
# What Matplotlib paints when nobody chose a colour.
_VARIABLES |= {"#000000": INK.variable}

_STYLE: dict[Any, Any] = {
    "figure.figsize": (WIDTH, 2.8),
    "figure.dpi": 72,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.04,
    "figure.constrained_layout.w_pad": 0.04,
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": str(MUTED),
    "axes.labelcolor": str(INK),
    "axes.titlecolor": str(INK),
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 7,
    # No panel carries ticks above itself, where a title would have to step aside; looking out for
    # them takes Matplotlib a third of each drawing.
    "axes.titley": 1.0,
    "axes.labelsize": 10,
    "axes.labelpad": 3,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.prop_cycle": cycler(
        color=[str(P), str(Q), str(M), str(THETA_STAR), str(INK)],
        linestyle=[P.dashes, Q.dashes, M.dashes, THETA_STAR.dashes, "solid"],
    ),
    "axes.xmargin": 0.02,
    "grid.color": str(GRID),
    "grid.linewidth": 0.7,
    "text.color": str(INK),
    "xtick.color": str(MUTED),
    "ytick.color": str(MUTED),
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "mathtext.fontset": "dejavusans",
    "legend.frameon": False,
    "legend.fontsize": 10,
    "legend.handlelength": 2.2,
    "legend.labelspacing": 0.3,
    "lines.linewidth": 1.9,
    "lines.dash_capstyle": "butt",
    "lines.solid_capstyle": "round",
    "patch.edgecolor": str(INK),
    "hatch.color": str(INK),
    "svg.fonttype": "path",
    "svg.hashsalt": "mle-kl-book",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the book's style inside the ``with`` block.

    Importing this module sets the style for the whole session already, so that a chapter
    need not; the context serves code whose style another package has changed.

    Examples
    --------
    >>> with style():
    ...     print(mpl.rcParams["axes.spines.top"])
    False
    """
    with mpl.rc_context(_STYLE):
        yield


mpl.rcParams.update(_STYLE)


@overload
def subplots(*, height: float | None = None, **options: Any) -> tuple[Figure, Axes]: ...


@overload
def subplots(
    rows: int, columns: int = 1, *, height: float | None = None, **options: Any
) -> tuple[Figure, np.ndarray]: ...


def subplots(
    rows: int = 1, columns: int = 1, *, height: float | None = None, **options: Any
) -> tuple[Figure, Axes | np.ndarray]:
    """Make a figure of the book's width with its panels.

    Parameters
    ----------
    rows, columns : int
        Number of panels down and across; at most two across stay legible on a phone.
    height : float, optional
        Height in inches; by default 2.8 for one row and 2.3 for each of several.
    **options
        Passed on to ``Figure.subplots`` (``sharex``, ``width_ratios``).

    Returns
    -------
    fig : matplotlib.figure.Figure
    axes : matplotlib.axes.Axes or numpy.ndarray of them
        As ``pyplot.subplots`` gives them.

    Raises
    ------
    ValueError
        If there are more than two columns.

    Examples
    --------
    >>> fig, (left, right) = subplots(1, 2)
    >>> fig.get_size_inches().tolist()
    [5.0, 2.8]
    """
    if columns > 2:
        raise ValueError(
            f"columns: expected 1 or 2, got {columns}; more are too narrow to read on a phone"
        )
    with style():
        # Not pyplot: its figures stay in memory and are shown a second time by notebooks.
        size = (WIDTH, height or (2.8 if rows == 1 else 2.3 * rows))
        fig = Figure(figsize=size, layout=KeptLayout())
        panels = fig.subplots(rows, columns, **options)
    for axes in fig.axes:
        each: Any  # a private method is replaced
        for each in (axes.xaxis, axes.yaxis):
            each._copy_tick_props = _alike_already
    return fig, panels


def _alike_already(first: Tick, new: Tick) -> None:
    """Leave a new tick as it was made, which is as its axis makes them all, but clip its line.

    Matplotlib copies each property of the first tick over it, a tenth of each drawing's time.
    """
    Artist.update_from(new.gridline, first.gridline)


def sequential(ink: Ink) -> LinearSegmentedColormap:
    """Return a colour map from transparent to `ink`, for contours and pcolormesh.

    Only the opacity varies, so that the surface follows light and dark mode.

    Examples
    --------
    >>> [round(float(v), 2) for v in sequential(P)(1.0)] == [*(round(v, 2) for v in to_rgb(P)), 1.0]
    True
    """
    rgb = to_rgb(ink)
    return LinearSegmentedColormap.from_list(ink.variable, [(*rgb, 0.0), (*rgb, 1.0)])


def output_mode() -> str:
    """Return ``"site"`` while the website is built, ``"notebook"`` otherwise.

    The environment variable ``BOOK_OUTPUT`` decides.

    Raises
    ------
    ValueError
        If it holds anything else.

    Examples
    --------
    >>> output_mode()
    'notebook'
    """
    mode = os.environ.get("BOOK_OUTPUT") or "notebook"
    if mode not in ("site", "notebook"):
        raise ValueError(f"BOOK_OUTPUT: expected 'site' or 'notebook', got {mode!r}")
    return mode


def theme_css(mode: str) -> str:
    """Return the declarations of the palette's CSS custom properties for one mode.

    Parameters
    ----------
    mode : {"light", "dark"}

    Examples
    --------
    >>> theme_css("light").split(";")[0] == f"--fig-p:{P}"
    True
    """
    if mode not in ("light", "dark"):
        raise ValueError(f"mode: expected 'light' or 'dark', got {mode!r}")
    return ";".join(
        f"{ink.variable}:{ink.dark if mode == 'dark' else ink}" for ink in PALETTE.values()
    )


class _Renderer(RendererSVG):
    """Matplotlib's SVG writer, with one parser of formulas for all figures.

    Each writer otherwise brings its own, and parsing a formula again in every frame would
    take as long as drawing it.
    """

    _parser = TextToPath()

    def __init__(self, fig: Figure, stream: io.StringIO):
        width, height = fig.get_size_inches() * 72
        super().__init__(width, height, stream, image_dpi=72, metadata={"Date": None})
        self._text2path = self._parser

    def get_text_width_height_descent(self, s, prop, ismath):
        return _measured(self._parser, s, prop, ismath)


@lru_cache(maxsize=4096)
def _measured(parser: TextToPath, text: str, prop: FontProperties, ismath: Any) -> tuple:
    """Size of a text. Matplotlib forgets it with each writer, that is, after each frame."""
    return parser.get_text_width_height_descent(text, prop, ismath)


class _Canvas(FigureCanvasBase):
    """Lets the layout engine measure text with the writer that will write it."""

    def get_renderer(self) -> _Renderer:
        return _Renderer(self.figure, io.StringIO())


def draw_svg(fig: Figure) -> str:
    """Return the SVG that Matplotlib draws of `fig`: the same bytes for the same figure.

    Raises
    ------
    TypeError
        If `fig` is not a figure.

    Examples
    --------
    >>> draw_svg(subplots()[0]).lstrip().startswith("<?xml")
    True
    """
    if not isinstance(fig, Figure):
        raise TypeError(f"fig: expected a matplotlib Figure, got {type(fig).__name__}")
    stream = io.StringIO()
    with style():
        fig.set_dpi(72)
        _Canvas(fig)
        renderer = _Renderer(fig, stream)
        fig.draw(renderer)
        renderer.finalize()
    if "matplotlib.pyplot" in sys.modules:
        # A notebook shows every figure that pyplot still knows; this one is shown by us.
        sys.modules["matplotlib.pyplot"].close(fig)
    return stream.getvalue()


def figure_node(fig: Figure, alt: str) -> Node:
    """Draw `fig` as a small SVG tree whose root carries `alt` as its accessible name.

    Examples
    --------
    >>> figure_node(subplots()[0], "two empty axes").attributes["aria-label"]
    'two empty axes'
    """
    node = compact(draw_svg(fig), _VARIABLES)
    node.attributes |= {"role": "img", "aria-label": alt}
    return node


def image_html(node: Node) -> str:
    """Return an ``<img>`` that holds the figure, legible wherever it is shown.

    An image cannot see the page around it, only the reader's preference for light or dark;
    so it paints its own paper.

    Examples
    --------
    >>> image_html(figure_node(subplots()[0], "empty axes"))[:21]
    '<img alt="empty axes"'
    """
    alt = node.attributes["aria-label"]
    film = Film([node], prefix="f")
    *_, width, height = node.attributes["viewBox"].split()
    head = (
        f"<style>svg{{{theme_css('light')}}}@media(prefers-color-scheme:dark)"
        f"{{svg{{{theme_css('dark')}}}}}</style>"
        f'<rect width="{width}" height="{height}" rx="6" fill="var(--fig-paper)"/>'
    )
    svg = film.svg.replace(
        "<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" ', 1
    ).replace(">", f">{head}", 1)
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<img alt="{escape(alt)}" width="{round(float(width) * 1.6)}" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


def caption_html(caption: str | None) -> str:
    r"""Return the line under a figure, its formulas as plain text; "" without a caption.

    Examples
    --------
    >>> caption_html(r"The gap is $D_{\mathrm{KL}}(P \| Q)$.")
    '<p class="figure-caption">The gap is D_KL(P ‖ Q).</p>'
    """
    return f'<p class="figure-caption">{escape(plain(caption))}</p>' if caption else ""


class FigureDisplay:
    """A figure ready to be displayed: the last expression of a cell.

    On the website it is an inline drawing that follows the page's mode; in a notebook an
    image with a text alternative, which viewers show without running anything.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    caption : str, optional
        What the figure shows, in a sentence; the website puts the figure's number before it.

    Attributes
    ----------
    alt : str
        The text alternative.

    Examples
    --------
    >>> FigureDisplay(subplots()[0]).alt
    'Horizontal axis from 0 to 1. Vertical axis from 0 to 1.'
    """

    def __init__(self, fig: Figure, caption: str | None = None):
        self.alt = describe(fig)
        self.caption = caption
        self._node = figure_node(fig, self.alt)

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        if output_mode() == "site":
            html = f'<div class="book-figure">{Film([self._node]).svg}</div>'
        else:
            html = image_html(self._node)
        html += caption_html(self.caption)
        return {"text/plain": repr(self), "text/html": html}


def show(fig: Figure, *, caption: str | None = None) -> FigureDisplay:
    r"""Display a figure that does not move; write it as the last expression of a cell.

    `caption` says in a sentence what the figure shows; the website numbers it.

    Examples
    --------
    >>> fig, ax = subplots()
    >>> _ = ax.plot([0, 1], [0, 1], **P.line, label="$P$")
    >>> print(repr(show(fig)).replace(". ", ".\n"))
    Figure: Horizontal axis from −0.02 to 1.02.
    Vertical axis from −0.05 to 1.05.
    Line P: from 0 to 1, rising.
    """
    return FigureDisplay(fig, caption)
