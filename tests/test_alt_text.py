"""The text alternative says what is plotted, and changes when the plot does."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.drawing.alt_text import announce, describe, plain, spoken_number


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("no formula", "no formula"),
        (r"costs \$5", "costs $5"),
        (r"$D_{\mathrm{KL}}(P \,\|\, Q)$ = 0.5 nats", "D_KL(P ‖ Q) = 0.5 nats"),
        (r"$p(x \mid \theta)$", "p(x | θ)"),
        (r"$\hat{\theta}_n \to \theta^\star$", "θ̂_n → θ*"),
        (r"$\theta^{*}$ and $\theta^*$", "θ* and θ*"),
        (r"$\bar x$, $\tilde p$", "x̄, p̃"),
        (r"$\sigma^2/n$, $2^{-n}$", "σ²/n, 2⁻ⁿ"),
        (r"$\frac{1}{n}\sum_i \log p(x_i)$", "1/n Σ_i log p(x_i)"),
        (r"$D = \frac{p(x)}{p(x) + q(x)}$", "D = p(x)/(p(x) + q(x))"),
        (r"$|x| \leq k\sigma$", "|x| ≤ kσ"),
        (r"$\log 2$", "log 2"),
        (r"$\mathbb{E}[X]$", "E[X]"),
        (r"$e^{-x/2}$", "e^(−x/2)"),
        (r"$x\!-\!1~\left(y\right)$", "x − 1 (y)"),
    ],
)
def test_labels_in_plain_unicode(label, text):
    assert plain(label) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-2.5, "−2.5"), (1 / 3, "0.333"),
        (1000, "1000"), (-20_040, "−20000"), (999_999, "10⁶"), (-1.3e7, "−1.3 × 10⁷"),
        (1e-5, "10⁻⁵"), (5.01e-7, "5.01 × 10⁻⁷"), (np.inf, "inf"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_read_aloud(value, text):
    assert spoken_number(value) == text


@pytest.fixture
def axes():
    return Figure().subplots()


def said(ax) -> list[str]:
    """Sentences after those on the two axes."""
    return describe(ax.figure).split(". ")[2:]


def test_axis_label_range_and_scale(axes):
    axes.set(xlabel="$n$", xscale="log", xlim=(1, 1000), ylim=(2, -1))
    assert describe(axes.figure) == (
        "Horizontal axis: n, from 1 to 1000 (logarithmic). Vertical axis from −1 to 2."
    )


def test_small_is_not_nought_on_a_logarithmic_axis(axes):
    axes.plot([1, 10, 100], [1, 1e-3, 1e-9], label="$P$")
    axes.plot([1, 10, 100], [1, 0.1, 0.01], "o", label="seen")
    axes.scatter([1, 1e4], [0.5, 2e-4], label="$Q$")
    axes.set(xscale="log", yscale="log", xlim=(0.8, 2e4), ylim=(1e-4, 2))
    assert describe(axes.figure).split(". ") == [
        "Horizontal axis from 0.8 to 20000 (logarithmic)",
        "Vertical axis from 0.0001 to 2 (logarithmic)",
        "Line P: from less than 0.0001 to 1, falling",
        "3 points seen: from 0.01 to 1, falling",
        "2 points Q: across from 1 to 10000, up from 0.0002 to 0.5.",
    ]


def test_figure_without_axes_speaks_of_none(axes):
    axes.set_axis_off()
    axes.set_title("Only words")
    assert describe(axes.figure) == "Only words."


@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        ([0, 2, 1], "Line P: from 0 to 2, highest at 1."),
        ([2, 0, 1], "Line P: from 0 to 2, lowest at 1."),
        ([0, 1, 2], "Line P: from 0 to 2, rising."),
        ([2, 1, 0], "Line P: from 0 to 2, falling."),
        ([1, 1, 1], "Line P: at 1."),
        ([0, 1, np.nan], "Line P: from 0 to 1, rising."),
        ([0, np.inf, 1], "Line P: from 0 to 1, rising."),
        ([np.nan] * 3, "Line P: without finite values."),
        ([1, 0, 1.5, 0.5], "Line P: from 0 to 1.5, highest at 2."),
        ([0, 1, 0.5, 2], "Line P: from 0 to 2."),
        ([2, 0.5, 1, 0], "Line P: from 0 to 2."),
        ([2, 0, 2], "Line P: from 0 to 2, lowest at 1."),
        ([2, 0, 2, 0], "Line P: from 0 to 2."),
        ([1e-9, 0.4, 1e-9], "Line P: from 0 to 0.4, highest at 1."),
    ],
)
def test_course_of_a_line(axes, y, sentence):
    axes.plot(range(len(y)), y, label="$P$")
    assert said(axes) == [sentence]


def test_marked_positions(axes):
    axes.axvline(2, label=r"$\theta^*$")
    axes.axhline(0.5)
    axes.plot([3, 3], [0, 1])
    axes.plot([0, 1], [1, 1])
    axes.plot([4], [5], "o", label="here")
    axes.plot([1, 2, 3], [5, 6, 7], "o")
    axes.plot([1], [1], label="_hidden").pop().set_visible(False)
    axes.plot([], [])
    assert said(axes) == [
        "Vertical line θ* at 2",
        "Horizontal line at 0.5",
        "Vertical line at 3",
        "Horizontal line at 1",
        "Point here at (4, 5)",
        "3 points: from 5 to 7, rising.",
    ]


def test_many_lines_without_a_name_are_counted(axes):
    for k in range(5):
        axes.plot([0, 1], [k, k + 1])
    axes.plot([0, 1], [2, 0], label="$Q$")
    assert said(axes) == ["Line Q: from 0 to 2, falling", "5 lines without a name: from 0 to 5."]


def test_level_named_line_is_a_line(axes):
    axes.plot([0, 1], [1, 1], label="level")
    assert said(axes) == ["Line level: at 1."]


def test_bars_upright_and_lying(axes):
    axes.bar([0, 1, 2], [3, 5, 2], label=r"$\hat p$")
    axes.barh([7, 8], [1, 4])
    axes.bar([], [])
    assert said(axes) == [
        "3 bars p̂: from 2 to 5, tallest at 1",
        "2 bars: from 1 to 4, longest at 8.",
    ]


def test_two_points_one_above_the_other_are_no_line(axes):
    axes.plot([3, 3], [2, 0.5], "o", label="the two minima")
    assert said(axes) == ["2 points the two minima at (3, 2) and (3, 0.5)."]


def test_points_areas_shapes_and_other_collections(axes):
    axes.scatter([1, 2], [3, 4], label="data")
    axes.scatter([1], [1])
    axes.scatter([], [])
    axes.fill_between([0, 1], [0, 1], label="overlap")
    axes.fill_between([0, 1], [0, 1])
    axes.hlines([1], 0, 1, label="levels")
    axes.vlines([1], 0, 1)
    axes.axvspan(0, 1, label="band")
    axes.axvspan(1, 2)
    hidden = axes.scatter([1], [1], label="unseen")
    hidden.set_visible(False)
    assert said(axes) == [
        "2 points data: across from 1 to 2, up from 3 to 4",
        "1 point: across at 1, up at 1",
        "Shaded area overlap",
        "Line levels",
        "Shape band.",
    ]


def test_legend_adds_what_no_artist_says(axes):
    (line,) = axes.plot([0, 1], [0, 1], label="$P$")
    axes.legend([line, line], ["$P$", r"also $\mu$"])
    assert said(axes)[-1] == "Legend: also μ."
    axes.legend()
    assert "Legend" not in describe(axes.figure)


def test_words_written_in_the_figure(axes):
    axes.text(0, 0, r"$\mu$ here")
    axes.annotate("peak", (0, 0), (1, 1))
    axes.text(0, 0, "")
    assert said(axes) == ["Written in the figure: μ here; peak."]


def test_panels_are_counted_and_hidden_ones_left_out():
    fig = Figure()
    left, right, spare = fig.subplots(1, 3)
    spare.set_visible(False)
    left.set_title("A")
    right.set_title("B", loc="left")
    fig.suptitle("Both")
    text = describe(fig)
    assert text.startswith("Both. Panel 1 of 2: A. Horizontal axis")
    assert "Panel 2 of 2: B. " in text
    assert "3" not in text


def test_announced_are_headings_and_notes():
    fig = Figure()
    ax = fig.subplots()
    ax.set_title("$D$ = 1", loc="left")
    ax.text(0, 0, "note")
    fig.suptitle("Above")
    assert announce(fig) == ("Above", "D = 1", "", "", "note")
