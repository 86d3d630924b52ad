"""Logistic regression: against SciPy's general minimiser, and where no maximum exists."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special

from helpers.datasets import challenger
from helpers.regression import LogisticFit, fit_logistic, logistic_log_likelihood

FLIGHTS = challenger()
X, Y = FLIGHTS["temperature"], FLIGHTS["distress"]


def test_the_fit_is_where_a_general_minimiser_ends():
    def loss(line):
        p = special.expit(line[0] + line[1] * X)
        return -np.sum(np.log(np.where(Y == 1, p, 1 - p)))

    found = optimize.minimize(
        loss,
        [0, 0],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 10_000},
    )
    fit = fit_logistic(X, Y)
    assert [fit.intercept, fit.slope] == pytest.approx(found.x, rel=1e-5)
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-9)
    # The figures that are printed everywhere for these flights.
    assert (round(fit.intercept, 4), round(fit.slope, 5)) == (15.0429, -0.23216)
    assert round(fit.log_likelihood, 4) == -10.1576


def test_at_the_maximum_the_fitted_probabilities_add_up_to_the_ones():
    fit = fit_logistic(X, Y)
    p = fit.probability(X)
    assert p.sum() == pytest.approx(Y.sum(), rel=1e-12)
    assert p @ X == pytest.approx(Y @ X, rel=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], "no maximum"),
        ([1, 2, 3, 4], [1, 1, 0, 0], "no maximum"),
        ([1, 2, 2, 3], [0, 0, 1, 1], "no maximum"),
        ([1, 2, 3], [1, 1, 1], "both zeros and ones"),
        ([1, 2], [0, 2], "zeros and ones only"),
        ([1, 2, 3], [0, 1], "one length"),
        ([], [], "one length"),
        ([1, np.nan], [0, 1], "finite"),
    ],
)
def test_what_has_no_fit_is_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        fit_logistic(x, y)


def test_the_log_likelihood_keeps_its_digits_far_out():
    assert logistic_log_likelihood(0, 1000, [1, -1], [0, 1]) == -2000
    assert logistic_log_likelihood(0, 1000, [1, -1], [1, 0]) == 0
    assert LogisticFit(0, 1, 0, 1).probability([0]).tolist() == [0.5]
