"""Where the panels of a figure go, worked out once for all frames that look alike from outside.

Matplotlib's constrained layout measures every text around the panels twice, which takes longer
than drawing the figure. But the frames of a slider mostly differ inside their panels: what stands
around them, the ticks, labels and titles, stays. :class:`KeptLayout` remembers the places by what
stands around, and leaves every figure that it does not understand to Matplotlib.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text

__all__ = ["KeptLayout", "outline"]

_PLACES: dict[Hashable, tuple] = {}


class KeptLayout(ConstrainedLayoutEngine):
    """Constrained layout that remembers where the panels and labels of like figures went.

    Examples
    --------
    >>> fig = Figure(layout=KeptLayout())
    >>> type(fig.get_layout_engine()).__name__
    'KeptLayout'
    """

    _held: tuple[Axis, ...] = ()

    def execute(self, fig: Figure) -> None:
        """Place the panels: from memory where this outline was seen, else by measuring."""
        for axis in self._held:
            axis._autolabelpos = True
        self._held = ()
        seen = outline(fig)
        if seen is None:
            super().execute(fig)
            return
        if seen not in _PLACES:
            super().execute(fig)
            _PLACES[seen] = _places(fig)
        title, boxes, labels = _PLACES[seen]
        if title is not None:
            fig._suptitle.set_position(title)
        for axes, box in zip(fig.axes, boxes, strict=True):
            # As the engine itself does: set_position would take the panel out of the layout.
            axes._set_position(box, which="original")
        self._held = tuple(axis for axes in fig.axes for axis in (axes.xaxis, axes.yaxis))
        for axis, away in zip(self._held, labels, strict=True):
            # A label that looks for its place asks for all ticks twice more.
            (axis.label.set_y if axis.axis_name == "x" else axis.label.set_x)(away)
            axis._autolabelpos = False


def _places(fig: Figure) -> tuple:
    """Return where the engine put the figure's title, its panels and the labels of their axes."""
    labels = []
    for axes in fig.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis._update_label_position(fig._get_renderer())
            labels.append(axis.label.get_position()[axis.axis_name == "x"])
    title = None if fig._suptitle is None else fig._suptitle.get_position()
    boxes = tuple(axes.get_position(original=True).frozen() for axes in fig.axes)
    return title, boxes, tuple(labels)


def outline(fig: Figure) -> Hashable | None:
    """Return all that the places of a figure's panels depend on, or None where that is not known.

    Examples
    --------
    >>> one, two, other = Figure(), Figure(), Figure()
    >>> _ = one.subplots().plot([0, 1], [0, 1]), two.subplots().plot([0, 0.5, 1], [0, 1, 0])
    >>> _ = other.subplots().plot([0, 100], [0, 1])
    >>> outline(one) == outline(two)
    True
    >>> outline(one) == outline(other)
    False
    """
    outer = (fig._supxlabel, fig._supylabel)
    if fig.legends or fig.subfigs or any(text is not None for text in outer):
        return None
    panels = [_panel(axes) for axes in fig.axes]
    if any(panel is None for panel in panels):
        return None
    title = fig._suptitle
    # Of the figure's own title only the height counts.
    height = None if title is None else title.get_window_extent(fig._get_renderer()).height
    return tuple(fig.get_size_inches()), fig.dpi, height, tuple(panels)


def _panel(axes: Axes) -> Hashable | None:
    spec = axes.get_subplotspec()
    plain = spec is not None and axes.axison and axes.get_aspect() == "auto"
    if not plain or axes.child_axes or axes.tables or axes.artists or axes.images:
        return None
    grid = spec.get_gridspec()
    sides = [_side(axis, axes) for axis in (axes.xaxis, axes.yaxis)]
    inside = [_inside(artist, axes) for artist in axes.get_default_bbox_extra_artists()]
    if None in sides or None in inside:
        return None
    return (
        (grid.nrows, grid.ncols, str(grid.get_width_ratios()), str(grid.get_height_ratios())),
        (spec.num1, spec.num2),
        axes.titleOffsetTrans.transform((0, 0))[1],
        tuple(
            (_edge(t, axes), t.get_position()[1])
            for t in (axes._left_title, axes.title, axes._right_title)
        ),
        tuple(sides),
        tuple(inside),
    )


def _edge(text: Text, axes: Axes) -> Hashable:
    """How far a title or an axis label reaches away from its panel.

    Along the panel the engine looks at its middle alone, so only one that is longer than the
    panel could matter there; then the words themselves are remembered.
    """
    if not text.get_text() or not text.get_visible():
        return None
    box = text.get_window_extent(axes.figure._get_renderer())
    panel = axes.get_window_extent()
    x, y = text.get_transform().transform(text.get_position())
    if text.get_rotation() == 0 and box.width <= panel.width:
        return "level", round(box.y0 - y, 6), round(box.y1 - y, 6)
    if text.get_rotation() == 90 and box.height <= panel.height:
        return "upright", round(box.x0 - x, 6), round(box.x1 - x, 6)
    return _words(text)


def _side(axis: Axis, axes: Axes) -> Hashable | None:
    """Range, ticks and label of one axis; None for an unusual scale or a label put by hand."""
    together = axes.figure._align_label_groups[axis.axis_name].get_siblings(axes)
    unusual = axis.get_scale() not in ("linear", "log")
    if unusual or not axis._autolabelpos or len(together) > 1:
        return None
    ticks = []
    for which, places, formatter in (
        ("major", axis.get_majorticklocs(), axis.get_major_formatter()),
        ("minor", axis.get_minorticklocs(), axis.get_minor_formatter()),
    ):
        params = str(sorted(axis.get_tick_params(which).items(), key=str))
        ticks += [tuple(places), tuple(formatter.format_ticks(places)), params]
        ticks.append(formatter.get_offset())
    interval = tuple(axis.get_view_interval())
    label = _edge(axis.label, axes), axis.label_position, axis.labelpad
    return axis.get_visible(), axis.get_scale(), interval, tuple(ticks), label


def _inside(artist: Artist, axes: Axes) -> Hashable | None:
    """What of an artist may reach out of its panel: nothing for one that is clipped."""
    if isinstance(artist, Annotation):
        ends = (artist.xy, artist.xycoords, artist.xyann, artist.anncoords)
        return "annotation", ends, *_words(artist)
    if isinstance(artist, Text):
        for name, transform in (("data", axes.transData), ("axes", axes.transAxes)):
            if artist.get_transform() == transform:
                return name, artist.get_position(), *_words(artist)
        return None
    if isinstance(artist, Spine):
        return "spine", artist.spine_type, artist.get_visible(), str(artist.get_position())
    if isinstance(artist, Legend):
        # "best" chooses the corner by the data.
        texts = tuple(_words(text) for text in artist.get_texts())
        anchor = artist.get_bbox_to_anchor()
        place = tuple(axes.transAxes.inverted().transform(anchor.get_points()).ravel())
        return None if artist._loc == 0 else ("legend", artist._loc, place, texts, artist._ncols)
    return "within" if artist is axes.patch or _clipped(artist, axes) else None


def _clipped(artist: Artist, axes: Axes) -> bool:
    """Whether nothing of an artist is seen outside its panel.

    Matplotlib asks whether its clipping rectangle is the panel to the last bit, which depends on
    the figure's height.
    """
    if artist._fully_clipped_to_axes():
        return True
    box, path = artist.get_clip_box(), artist.get_clip_path()
    same = box is not None and np.allclose(box.extents, axes.bbox.extents, rtol=0, atol=1e-6)
    return artist.get_clip_on() and path is None and same


def _words(text: Text) -> tuple:
    return (
        text.get_text(),
        text.get_size(),
        text.get_rotation(),
        text.get_ha(),
        text.get_va(),
        text.get_visible(),
    )
