"""The names in a figure are legible wherever its sliders stand: no line runs through them."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from helpers import figures_asymmetry as asymmetry
from helpers import figures_definitions as definitions
from helpers import figures_loss as loss
from helpers.plotting import style
from tests.explorers import explorers, frames

STILL = (
    definitions.draw_same_minimiser,
    definitions.draw_log_bound,
    asymmetry.draw_difference,
    loss.draw_distress,
)
MOVING = {(draw.__name__, chapter): (draw, sliders) for chapter, draw, sliders in explorers()}
# What grows without bound is cut, and the figure says so by where it leaves.
UNBOUNDED = {
    "draw_quadratic": "the ratio grows without bound as the radius nears one",
    "draw_spike": "the density of a component whose width goes to zero",
    "draw_midpoint": "the divergence grows as the square of the shift",
    "draw_sample_sizes": "probabilities on a logarithmic axis go down to zero",
}


def crossed(axes: Axes) -> list[str]:
    """Return the names of the lines that are seen through the panel's legend."""
    legend = axes.get_legend()
    if legend is None or legend.get_frame_on():
        return []
    box = Bbox.intersection(legend.get_window_extent(), axes.get_window_extent())
    if box is None:  # it stands outside the panel
        return []
    through = []
    for line in axes.get_lines():
        if line.get_linestyle() == "None":
            continue
        # Points close enough together that none steps over the box.
        points = line.get_transform().transform_path(line.get_path()).interpolated(40).vertices
        if ((points >= box.min) & (points <= box.max)).all(axis=1).any():
            through.append(str(line.get_label()))
    return through


def drawn(figure: Figure) -> Figure:
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    return figure


def outside(axes: Axes) -> list[str]:
    """Return the names of the lines that have values beyond the panel's upper or lower edge."""
    low, high = sorted(axes.get_ylim())
    left, right = sorted(axes.get_xlim())
    slack = 1e-9 * (high - low)
    beyond = []
    for line in axes.get_lines():
        if not line.get_transform().contains_branch_seperately(axes.transData)[1]:
            continue  # its heights are shares of the panel, as axvline's are
        x, y = (np.asarray(one, dtype=float) for one in line.get_data())
        shown = np.isfinite(x) & np.isfinite(y) & (x >= left) & (x <= right)
        if (shown & ((y < low - slack) | (y > high + slack))).any():
            beyond.append(str(line.get_label()))
    return beyond


def wrong(draw, settings) -> list[tuple[object, list[str]]]:
    """Return at which settings of a figure what is wrong in it."""
    found = []
    for values in settings:
        figure = drawn(draw(**values))
        problems = [f"{name} runs through a legend" for ax in figure.axes for name in crossed(ax)]
        if draw.__name__ not in UNBOUNDED:
            problems += [f"{name} leaves its panel" for ax in figure.axes for name in outside(ax)]
        if problems:
            found.append((values, problems))
    return found


# Most of the work is Matplotlib's, and tracing would double it.
@pytest.mark.no_cover
@pytest.mark.parametrize("figure", MOVING, ids="-".join)
def test_at_every_setting_names_are_legible_and_lines_inside(figure):
    draw, sliders = MOVING[figure]
    with mpl.rc_context(), style():
        assert not wrong(draw, frames(sliders))


@pytest.mark.no_cover
@pytest.mark.parametrize("draw", STILL, ids=lambda draw: draw.__name__)
def test_figures_that_stand_still_are_legible(draw):
    with mpl.rc_context(), style():
        assert not [p for ax in drawn(draw()).axes for p in crossed(ax)]


def test_a_line_that_leaves_is_seen():
    axes = Figure().subplots()
    axes.plot([0, 1], [0, 2], label="rises")
    axes.axvline(0.5, 0, 1)
    axes.set(xlim=(0, 1), ylim=(0.5, 1))
    assert outside(axes) == ["rises"]
    axes.set(ylim=(0, 2))
    assert outside(axes) == []


def test_a_line_through_a_legend_is_seen():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="rises")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    for place, name in (("upper left", []), ("upper right", ["rises"]), ("center", ["rises"])):
        axes.legend(loc=place, frameon=False)
        assert crossed(drawn(figure).axes[0]) == name
