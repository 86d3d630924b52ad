"""Remembered places are the places that Matplotlib would find."""

from __future__ import annotations

import matplotlib as mpl
import pytest

from helpers import figures_asymmetry as asymmetry
from helpers import figures_definitions as definitions
from helpers import figures_jensen_shannon as jensen_shannon
from helpers import figures_law_of_large_numbers as large_numbers
from helpers import figures_proof as proof
from helpers.drawing import layout
from helpers.plotting import P, draw_svg, figure_node, subplots

# Every figure of the book that moves alone, each at settings where its numbers differ in length.
MOVING = {
    asymmetry.draw_both_directions: [{"mu": 0.0, "sigma": 0.5}, {"mu": 3.0, "sigma": 2.5}],
    asymmetry.draw_two_fits: [{"separation": 0.0}, {"separation": 4.0}],
    asymmetry.draw_quadratic: [{"radius": 0.05}, {"radius": 0.7}],
    definitions.draw_poisson_fit: [{}, {"lam": 9.5}],
    definitions.draw_theorem: [{}, {"n": 3}],
    definitions.draw_uniform_likelihood: [{}, {"n": 3}],
    definitions.draw_information_gain: [{}, {"heads": 1}],
    jensen_shannon.draw_midpoint: [{}, {"shift": 0.0}],
    jensen_shannon.draw_discriminator: [{}, {"shift": 0.0}],
    jensen_shannon.draw_parallel_lines: [{}, {"theta": -1.0}],
    large_numbers.draw_running_means: [{}, {"n": 100}],
    large_numbers.draw_tails: [{}, {"k": 3.0}],
    proof.draw_settling: [{}, {"n": 100}],
    proof.draw_dip: [{}, {"n": 50}],
    proof.draw_memorising: [{}, {"n": 50}],
}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    monkeypatch.setattr(layout, "_PLACES", {})


# Most of the work of the next two is Matplotlib's, and tracing would double it.
@pytest.mark.no_cover
@pytest.mark.parametrize("draw", MOVING, ids=lambda draw: draw.__name__)
def test_a_remembered_layout_is_the_one_that_would_be_measured(draw):
    alone = []
    for values in MOVING[draw]:
        layout._PLACES.clear()
        alone.append(draw_svg(draw(**values)))
    assert len(layout._PLACES) == 1
    layout._PLACES.clear()
    for values in MOVING[draw]:
        draw_svg(draw(**values))
    assert [draw_svg(draw(**values)) for values in MOVING[draw]] == alone


@pytest.mark.parametrize("height", [2.0, 2.3, 2.5, 2.8, 3.1])
def test_the_second_frame_is_not_measured_again(monkeypatch, height):
    measured = []
    engine = mpl.layout_engine.ConstrainedLayoutEngine
    original = engine.execute
    monkeypatch.setattr(engine, "execute", lambda self, fig: measured.append(original(self, fig)))
    for end in (1.0, 0.7, 0.2):
        fig, ax = subplots(height=height)
        ax.plot([0, 1], [0, end], **P.line)
        ax.set(ylim=(0, 1), title="a line")
        draw_svg(fig)
    assert len(measured) == 1


def test_a_figure_that_changes_between_two_drawings_finds_its_labels_anew():
    def drawn():
        fig, ax = subplots()
        ax.set(xlim=(0, 1), ylim=(0, 1), ylabel="$y$")
        return fig, ax

    fresh, ax = drawn()
    ax.set_ylim(0, 100000)
    wanted = figure_node(fresh, "")
    layout._PLACES.clear()
    fig, ax = drawn()
    draw_svg(fig)
    ax.set_ylim(0, 100000)
    # To the hundredth of a point: the engine starts from where the first drawing left the panel.
    assert figure_node(fig, "") == wanted


CHANGES = {
    "title": lambda fig, ax: ax.set_title("two\nlines"),
    "title further away": lambda fig, ax: ax.set_title("line", pad=20),
    "another title further away": lambda fig, ax: ax.set_title("line", pad=30),
    "axis label": lambda fig, ax: ax.set_xlabel("$x$"),
    "axis label further away": lambda fig, ax: ax.set_xlabel("$x$", labelpad=12),
    "axis label on the other side": lambda fig, ax: (
        ax.set_ylabel("$y$"),
        ax.yaxis.set_label_position("right"),
    ),
    "taller axis label": lambda fig, ax: ax.set_xlabel("two\nlines"),
    "wider tick labels": lambda fig, ax: ax.set_ylim(0, 100000),
    "rotated tick labels": lambda fig, ax: ax.tick_params(axis="x", rotation=45),
    "no tick labels": lambda fig, ax: ax.tick_params(axis="y", labelleft=False),
    "minor tick labels": lambda fig, ax: ax.set(yscale="log", ylim=(2, 7)),
    "text outside": lambda fig, ax: ax.text(1.2, 0.5, "outside"),
    "text further outside": lambda fig, ax: ax.text(1.4, 0.5, "outside"),
    "legend outside": lambda fig, ax: ax.legend(loc="upper left", bbox_to_anchor=(1, 1)),
    "title of the figure": lambda fig, ax: fig.suptitle("the whole"),
    "taller title of the figure": lambda fig, ax: fig.suptitle("the\nwhole"),
    "hidden side": lambda fig, ax: ax.xaxis.set_visible(False),
    "unclipped line": lambda fig, ax: ax.plot([0, 1.3], [0.5, 0.5], clip_on=False),
    "smaller figure": lambda fig, ax: fig.set_size_inches(3, 2),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_moves_the_panels_is_seen(change):
    def drawn(how):
        fig, ax = subplots()
        ax.plot([0, 1], [0, 1], **P.line, label="line")
        ax.set(xlim=(0, 1), ylim=(0, 1))
        how(fig, ax)
        return fig

    fresh = draw_svg(drawn(CHANGES[change]))
    layout._PLACES.clear()
    for other in CHANGES.values():
        draw_svg(drawn(other))
    draw_svg(drawn(lambda fig, ax: None))
    assert draw_svg(drawn(CHANGES[change])) == fresh


@pytest.mark.parametrize(
    "unusual",
    [
        lambda fig, ax: fig.legend(["a"], loc="outside lower center"),
        lambda fig, ax: fig.supxlabel("draws"),
        lambda fig, ax: ax.inset_axes([0.1, 0.1, 0.2, 0.2]),
        lambda fig, ax: ax.set_aspect("equal"),
        lambda fig, ax: ax.set_yscale("symlog"),
        lambda fig, ax: ax.xaxis.set_label_coords(0.5, -0.3),
        lambda fig, ax: (fig.add_subplot(), fig.align_labels()),
        lambda fig, ax: ax.legend(["a"], loc="best"),
    ],
)
def test_what_is_not_understood_is_left_to_matplotlib(unusual):
    fig, ax = subplots()
    ax.plot([0, 1], [0, 1])
    unusual(fig, ax)
    assert layout.outline(fig) is None
    assert draw_svg(fig)
    assert layout._PLACES == {}
