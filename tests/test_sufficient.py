"""The log-likelihood and standard errors from sums, against the densities of SciPy's own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from helpers.likelihood import fit_mle
from helpers.numeric.information import _numerical_information
from helpers.numeric.samples import Sample, _log_product
from helpers.numeric.sufficient import MEANS

# The shapes of the truth, and what is held beside what the field holds.
TRUTHS = {
    "beta": ((2.0, 3.0), {}),
    "cauchy": ((), {}),
    "chi2": ((3.0,), {}),
    "expon": ((), {}),
    "gamma": ((2.5,), {}),
    "gumbel_l": ((), {}),
    "gumbel_r": ((), {}),
    "halfnorm": ((), {}),
    "invgamma": ((3.0,), {}),
    "invgauss": ((0.7,), {}),
    "laplace": ((), {}),
    "logistic": ((), {}),
    "lognorm": ((0.5,), {}),
    "loguniform": ((0.1, 3.0), {}),
    "maxwell": ((), {}),
    "norm": ((), {}),
    "pareto": ((2.5,), {}),
    "powerlaw": ((1.7,), {}),
    "rayleigh": ((), {}),
    "uniform": ((), {}),
    "vonmises": ((2.0,), {}),
    "weibull_min": ((1.5,), {}),
}
HELD = {
    "chi2": [{"df": 3.0}, {"scale": 1.0}],
    "gamma": [{"a": 2.5}, {"scale": 1.0}],
    "invgamma": [{"a": 3.0}, {"scale": 1.0}],
    "gumbel_r": [{"scale": 1.3}],
    "gumbel_l": [{"scale": 1.3}],
    "lognorm": [{"s": 0.4}, {"scale": 1.2}],
    "norm": [{"loc": 0.2}, {"scale": 1.1}],
    "laplace": [{"loc": 0.2}],
    "powerlaw": [{"scale": None}],
    "vonmises": [{"loc": 0.3}],
    "weibull_min": [{"c": 1.3}],
}
CASES = [
    pytest.param(name, args, held, id=f"{name}-{held}")
    for name, (args, _) in TRUTHS.items()
    for held in [{}, *HELD.get(name, [])]
]


def test_every_family_with_sums_is_tried():
    assert set(MEANS) - {"reciprocal"} == set(TRUTHS) - {"invgauss"}


@pytest.mark.parametrize("size", [7, 300, 30_000])
@pytest.mark.parametrize(("name", "args", "held"), CASES)
def test_sums_say_what_the_densities_say(name, args, held, size):
    law = getattr(stats, name)
    data = law.rvs(*args, size=size, random_state=np.random.default_rng(size))
    fit = fit_mle(name, data, fixed=held)
    assert fit.log_likelihood == pytest.approx(law.logpdf(data, **fit.params).sum(), rel=1e-12)
    regular = [each for each, error in fit.standard_errors.items() if error is not None]
    if not regular:
        return  # every estimate lies at an end of the support
    numerical = _numerical_information(law, fit.params, regular, Sample(data))
    expected = np.sqrt(np.diag(np.linalg.inv(numerical)) / size)
    errors = [fit.standard_errors[each] for each in regular]
    np.testing.assert_allclose(errors, expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["gamma", "lognorm", "weibull_min", "pareto", "maxwell"])
def test_a_location_that_is_known(name):
    data = 5.0 + getattr(stats, name)(*TRUTHS[name][0]).rvs(size=200, random_state=3)
    fit = fit_mle(name, data, fixed={"loc": 5.0})
    direct = getattr(stats, name).logpdf(data, **fit.params).sum()
    assert fit.log_likelihood == pytest.approx(direct, rel=1e-12)


@pytest.mark.parametrize("unit", [1e-200, 1e-3, 1.0, 1e150])
@pytest.mark.parametrize("size", [5, 4096, 100_003])
def test_a_product_in_place_of_logarithms(size, unit):
    x = unit * np.random.default_rng(size).gamma(0.3, 1.0, size).clip(1e-30)
    expected = float(np.sum(np.log(x).astype(np.longdouble)))
    assert _log_product(x, x.min(), x.max()) == pytest.approx(expected, rel=1e-13, abs=1e-10)


def test_logarithms_near_zero_keep_their_digits():
    x = 1.0 + 1e-9 * np.random.default_rng(1).random(5000)
    assert Sample(x).mean_log == np.log(x).mean()
    small = 1e-9 * np.random.default_rng(2).random(5000)
    assert Sample(small).mean_log_rest == pytest.approx(np.log1p(-small).mean(), rel=1e-14)
