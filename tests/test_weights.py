"""Weighted fits: what repeats the data is the same fit, and a common factor changes no estimate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from helpers.likelihood import fit_mle

FAMILIES = {
    "norm": (1.0, 2.0),
    "expon": (0.0, 2.0),
    "laplace": (1.0, 2.0),
    "gamma": (2.5,),
    "beta": (2.0, 3.0),
    "weibull_min": (1.5,),
    "lognorm": (0.5,),
    "gumbel_r": (1.0, 2.0),
    "logistic": (1.0, 2.0),
    "cauchy": (1.0, 2.0),
    "t": (4.0, 1.0, 2.0),
    "uniform": (1.0, 2.0),
    "pareto": (2.5,),
    "invgauss": (0.7,),
    "vonmises": (2.0,),
    "lomax": (3.0,),
    "fisk": (3.0,),
    "poisson": (3.0,),
    "geom": (0.3,),
    "nbinom": (2.5, 0.3),
}


def drawn(name, size=120):
    rng = np.random.default_rng(9)
    data = getattr(stats, name)(*FAMILIES[name]).rvs(size=size, random_state=rng)
    return data, rng.integers(0, 4, size)


@pytest.mark.parametrize("name", FAMILIES)
def test_whole_weights_repeat_the_observations(name):
    data, weights = drawn(name)
    one, two = fit_mle(name, data, weights=weights), fit_mle(name, np.repeat(data, weights))
    assert one.n == two.n == weights.sum()
    assert one.log_likelihood == pytest.approx(two.log_likelihood, rel=1e-10)
    for each, value in two.params.items():
        assert one.params[each] == pytest.approx(value, rel=1e-5, abs=1e-12)
    assert one.standard_errors.keys() == two.standard_errors.keys()
    for each, error in two.standard_errors.items():
        own = one.standard_errors[each]
        assert own == (None if error is None else pytest.approx(error, rel=1e-4))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_common_factor_changes_no_estimate(name):
    data, weights = drawn(name)
    one = fit_mle(name, data, weights=weights)
    two = fit_mle(name, data, weights=0.37 * weights)
    assert two.log_likelihood == pytest.approx(0.37 * one.log_likelihood, rel=1e-10)
    for each, value in one.params.items():
        assert two.params[each] == pytest.approx(value, rel=1e-5, abs=1e-12)
    for each, error in one.standard_errors.items():
        if error is not None:
            assert two.standard_errors[each] == pytest.approx(error / 0.37**0.5, rel=1e-4)


def test_fractions_against_a_search_of_another_kind():
    data = drawn("gamma")[0]
    weights = np.random.default_rng(3).random(data.size)
    fit = fit_mle("gamma", data, weights=weights)

    def loss(x):
        return -float(weights @ stats.gamma.logpdf(data, np.exp(x[0]), scale=np.exp(x[1])))

    found = optimize.minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9})
    assert fit.log_likelihood == pytest.approx(-found.fun, rel=1e-9)
    assert fit.params["a"] == pytest.approx(np.exp(found.x[0]), rel=1e-4)
    low, high = fit.confidence_interval("a")
    assert low < fit.params["a"] < high
    assert fit.aic == pytest.approx(4.0 - 2.0 * fit.log_likelihood)


@pytest.mark.parametrize(
    ("weights", "what"),
    [
        ([1.0], "a number for each of 2"),
        ([1.0, -1.0], "not negative"),
        ([0.0, 0.0], "nor all 0"),
        ([1.0, np.nan], "finite"),
        (["a", "b"], "a number for each of 2"),
    ],
)
def test_what_is_no_weight_is_named(weights, what):
    with pytest.raises(ValueError, match=f"^weights: .*{what}"):
        fit_mle("norm", [1.0, 2.0], weights=weights)
    with pytest.raises(ValueError, match=r"^weights: expected none beside a table of counts"):
        fit_mle("norm", {1.0: 2, 3.0: 1}, weights=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"^weights: expected none for the categorical"):
        fit_mle("categorical", ["a", "b"], weights=[1.0, 2.0])
