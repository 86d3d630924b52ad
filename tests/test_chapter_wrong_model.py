"""What the picture of the chapter on wrong models shows, by another route."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from helpers.datasets import accidents
from helpers.figures_wrong_model import DISPERSIONS, DRAWS, MEAN, coverage, draw_coverage


def test_poisson_counts_are_covered_as_the_binomial_sum_says():
    # The sum of the counts is Poisson, so the coverage of the model's interval is a sum.
    total = np.arange(0, 5 * DRAWS)
    estimate = total / DRAWS
    held = abs(estimate - MEAN) <= stats.norm.ppf(0.975) * np.sqrt(estimate / DRAWS)
    exact = stats.poisson.pmf(total, DRAWS * MEAN)[held].sum()
    model, _ = coverage(1.0)
    assert abs(model - exact) < 5 * np.sqrt(0.05 * 0.95 / 4000)


@pytest.mark.parametrize("dispersion", DISPERSIONS[1:])
def test_over_dispersed_counts_are_covered_as_the_sum_of_negative_binomials_says(dispersion):
    p = 1 / dispersion
    total = np.arange(0, 8 * DRAWS)
    estimate = total / DRAWS
    held = abs(estimate - MEAN) <= stats.norm.ppf(0.975) * np.sqrt(estimate / DRAWS)
    # Independent negative binomials of one p add up to one of them.
    exact = stats.nbinom.pmf(total, DRAWS * MEAN * p / (1 - p), p)[held].sum()
    model, sandwich = coverage(dispersion)
    assert abs(model - exact) < 5 * np.sqrt(exact * (1 - exact) / 4000)
    assert abs(sandwich - 0.95) < 0.025


def test_the_title_says_what_the_points_show():
    bottom = draw_coverage(2.0).axes[1]
    model, sandwich = coverage(2.0)
    title = bottom.get_title(loc="left")
    assert f"{model:.1%} (model)" in title
    assert f"{sandwich:.1%} hold" in title
    points = [line for line in bottom.lines if line.get_linestyle() == "None"]
    assert [line.get_ydata()[DISPERSIONS.index(2.0)] for line in points] == [model, sandwich]


def test_accidents_have_the_published_moments():
    women = accidents()
    assert f"{women.mean:.5f} {women.sample.var():.5f}" == "0.46522 0.69083"
    errors = np.sqrt([women.mean / women.n, women.sample.var() / women.n])
    np.testing.assert_allclose(errors, [0.02682, 0.03268], atol=5e-6)
