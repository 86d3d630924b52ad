"""The pictures of the chapters on the proof and its sources show what their captions say."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from matplotlib.colors import to_hex
from scipy import stats

from helpers import figures_definitions, figures_law_of_large_numbers
from helpers.datasets import alpha_particles, horse_kicks
from helpers.divergence import entropy, kl_divergence
from helpers.figures_proof import draw_dip, draw_fit, draw_memorising, draw_settling
from helpers.figures_sources import draw_chebyshev_printed
from helpers.likelihood import empirical
from helpers.plotting import DATA, THETA_STAR, P, Q


def lines(axes) -> dict:
    return {line.get_label(): line.get_xydata() for line in axes.lines}


def test_opening_curves_settle_and_their_lowest_points_follow():
    gaps, misses = [], []
    for n in (10, 100, 10_000):
        top = draw_settling(n).axes[0]
        population, sample = (line.get_ydata() for line in top.lines[:2])
        gaps.append(np.abs(population - sample).max())
        (estimate, lowest) = top.lines[3].get_xydata()[0]
        misses.append(abs(estimate - 4))
        assert lowest <= sample.min() + 1e-12
        assert population.min() == pytest.approx(stats.poisson(4).entropy(), abs=1e-3)
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.05
    assert misses[2] < 0.05


@pytest.mark.parametrize("data", [alpha_particles(), horse_kicks()], ids=["alpha", "kicks"])
@pytest.mark.parametrize("rate", [0.5, 2.0, 4.5])
def test_title_of_the_fit_is_the_identity(data, rate):
    bottom = draw_fit(rate, data).axes[1]
    left, right = bottom.get_title(loc="left").split(" nats")[0].split(" = ")
    one, two = (float(v) for v in right.split(" + "))
    p_hat = empirical(data.sample)
    assert float(left) == pytest.approx(-stats.poisson.logpmf(data.sample, rate).mean(), abs=6e-5)
    # So that the sum is right in its last digit, one of them may be off by less than one of it.
    assert one == pytest.approx(entropy(p_hat), abs=1e-4)
    assert two == pytest.approx(kl_divergence(p_hat, stats.poisson(rate)), abs=1e-4)


@pytest.mark.parametrize("data", [alpha_particles(), horse_kicks()], ids=["alpha", "kicks"])
def test_the_identity_in_the_title_adds_up_at_every_rate(data):
    for rate in np.linspace(0.3, 6, 20):
        title = draw_fit(float(rate), data).axes[1].get_title(loc="left").split(" nats")[0]
        left, right = title.split(" = ")
        assert Decimal(left) == sum(map(Decimal, right.split(" + "))), title


def test_dip_moves_right_and_stays_deep():
    places = []
    for n in (1, 5, 50, 200):
        found = lines(draw_dip(n).axes[0])["lowest point of $f_n$"][0]
        places.append(found[0])
        assert found[1] < -0.99
        assert found[0] == pytest.approx(2 ** (-1 / n), abs=0.08)
    assert places == sorted(places)


def test_memorising_picture_marks_the_likeliest_spike():
    for n in (3, 30, 300):
        axes = draw_memorising(n).axes[0]
        marked = lines(axes)[r"$\hat\theta_n$"][0][0]
        title = axes.get_title(loc="left")
        assert f"{marked:.4f}" in title
        assert marked > 0.5


def test_printed_chebyshev_is_broken_below_one_and_holds_from_one_on():
    for sigma in (0.1, 0.25, 0.5):
        axes = draw_chebyshev_printed(sigma).axes[0]
        allowed, printed, corrected = (line.get_ydata() for line in axes.lines)
        assert (printed > allowed + 1e-3).any()
        assert (corrected <= allowed).all()
        assert "false" in axes.get_title(loc="left")
    for sigma in (1.0, 1.5, 2.0):
        allowed, printed, _ = (
            line.get_ydata() for line in draw_chebyshev_printed(sigma).axes[0].lines
        )
        assert (printed <= allowed).all()
        # Weaker: the same event is allowed only 1/(k sigma)^2 by Chebyshev.
        k = axes.lines[0].get_xdata()
        assert (printed <= 1 / (k * sigma) ** 2).all()
        assert math.isfinite(printed.sum())


def test_truth_data_and_model_keep_their_colours_from_figure_to_figure():
    landing = figures_definitions.draw_theorem(30).axes[0]
    first, second = draw_settling(30).axes
    fit, likelihood = figures_definitions.draw_poisson_fit(3.0).axes
    runs = figures_law_of_large_numbers.draw_running_means(30).axes[0]
    drawn = {
        "truth": [landing.get_lines()[1], first.get_lines()[0], second.get_lines()[0]],
        "data": [
            landing.get_lines()[2],
            first.get_lines()[1],
            likelihood.get_lines()[0],
            *runs.get_lines()[:12],
        ],
        "model": [second.get_lines()[1], fit.get_lines()[0]],
        "true parameter": [landing.get_lines()[3], first.get_lines()[2], runs.get_lines()[12]],
    }
    inks = {"truth": P, "data": DATA, "model": Q, "true parameter": THETA_STAR}
    for what, lines in drawn.items():
        assert {line.get_color() for line in lines} == {str(inks[what])}, what
    bars = [*fit.patches, *second.patches]
    assert {to_hex(bar.get_facecolor()) for bar in bars} == {str(DATA)}
