"""What the pictures of the chapter on the law of large numbers show, by another route."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from helpers.figures_law_of_large_numbers import (
    draw_running_means,
    draw_sample_sizes,
    draw_settling,
    draw_tails,
)


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def titled_shares(fig):
    """Read the two percentages of the lower panel's title."""
    title = fig.axes[1].get_title(loc="left")
    return [
        float(word.strip("()")[:-1]) / 100
        for word in title.split()
        if word.strip("()").endswith("%")
    ]


@pytest.mark.parametrize("n", [1, 10, 100, 1000])
def test_running_means_count_what_the_gamma_distribution_predicts(n):
    share, bound = titled_shares(draw_running_means(n))
    mean = stats.gamma(n, scale=1 / n)  # the exact law of the mean of n exponentials
    exact = mean.cdf(0.75) + mean.sf(1.25)
    # Five standard errors of a share among 4000, and the rounding of the title.
    assert abs(share - exact) < 5 * math.sqrt(exact * (1 - exact) / 4000) + 6e-4
    assert bound == pytest.approx(min(1, 16 / n), abs=6e-4)
    assert exact <= min(1, 16 / n)


@pytest.mark.parametrize("k", [1.0, 2.0, 3.5])
def test_three_points_attain_the_bound_and_the_others_stay_below(k):
    pmf, tails = draw_tails(k).axes
    bars = {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in pmf.patches}
    points, mass = np.array(list(bars)), np.array(list(bars.values()))
    assert mass.sum() == pytest.approx(1)
    assert points @ mass == pytest.approx(0, abs=1e-12)
    assert points**2 @ mass == pytest.approx(1)
    drawn = lines(tails)
    t, bound = drawn[r"$\min(1, 1/k^2)$"].get_data()
    for name in ("three points", "exponential", "normal"):
        curve = drawn[name].get_ydata()
        seen = np.isfinite(curve) & (t >= 1)
        assert np.all(curve[seen] <= np.minimum(1, bound[seen]) * (1 + 1e-12)), name
    draws = stats.expon
    np.testing.assert_allclose(
        drawn["exponential"].get_ydata(), draws.sf(1 + t) + draws.cdf(1 - t), rtol=1e-12
    )


def exact_tail(n, epsilon):
    far = sum(
        math.comb(n, k) for k in range(n + 1) if abs(Fraction(k, n) - Fraction(1, 2)) >= epsilon
    )
    return Fraction(far, 2**n)


@pytest.mark.parametrize("epsilon", ["0.05", "0.1", "0.2"])
def test_exact_curve_is_the_rational_sum_and_obeys_both_bounds(epsilon):
    drawn = lines(draw_sample_sizes(float(epsilon)).axes[0])
    sizes, exact = drawn["exact"].get_data()
    for n, value in zip(sizes[:60:7], exact[:60:7], strict=True):
        assert value == pytest.approx(float(exact_tail(int(n), Fraction(epsilon))), rel=1e-10)
    for promise in ("Chebyshev", "Hoeffding"):
        assert np.all(exact <= drawn[promise].get_ydata() * (1 + 1e-9)), promise
    # The central limit theorem promises nothing: it errs on both sides.
    approximation = drawn["central limit"].get_ydata()
    assert np.any(exact > approximation)
    assert np.any(exact < approximation)


def test_settling_draws_the_means_it_says():
    draws = stats.cauchy.rvs(size=(3, 500), random_state=4)
    raw, logs = draw_settling(draws).axes
    assert [len(raw.lines), len(logs.lines)] == [3, 4]
    for row, above, below in zip(draws, raw.lines, logs.lines[:3], strict=True):
        assert above.get_ydata()[-1] == pytest.approx(row.mean())
        assert below.get_ydata()[-1] == pytest.approx(-np.log(math.pi * (1 + row**2)).mean())
