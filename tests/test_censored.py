"""Fits to censored observations: against closed forms, SciPy's own fits and sums by hand."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from helpers.likelihood import empirical, fit_mle, log_likelihood


def cut(law, size=150, seed=3):
    """Draw from a law; the largest are known to be above a bound, some to lie in an interval."""
    x = law.rvs(size=size, random_state=np.random.default_rng(seed))
    bound, low = np.quantile(x, 0.7), np.quantile(x, 0.1)
    middle = np.sort(x[(x >= low) & (x <= bound)])
    pairs = np.stack([middle[:20] - 0.05, middle[:20] + 0.1], axis=1)
    return stats.CensoredData(
        middle[20:],
        left=np.full((x < low).sum(), low),
        right=np.full((x > bound).sum(), bound),
        interval=pairs,
    )


def test_the_exponential_law_has_the_total_time_over_the_number_of_deaths():
    # Remission times of the treated patients of Freireich et al. (1963): 9 relapses in 359 weeks.
    seen = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    longer = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    data = stats.CensoredData(seen, right=longer)
    fit = fit_mle("expon", data)
    assert fit.params["scale"] == pytest.approx(359 / 9, rel=1e-14)
    assert fit.n == 21
    assert fit.log_likelihood == pytest.approx(-9 * math.log(359 / 9) - 9, rel=1e-13)
    assert fit.standard_errors["scale"] == pytest.approx(359 / 27, rel=1e-6)
    low, high = fit.confidence_interval("scale")
    for end in (low, high):
        fallen = fit.log_likelihood - log_likelihood("expon", {"scale": end}, data)
        assert fallen == pytest.approx(stats.chi2.ppf(0.95, 1) / 2, rel=1e-6)


@pytest.mark.parametrize(
    ("family", "law"),
    [
        ("norm", stats.norm(3, 2)),
        ("weibull_min", stats.weibull_min(1.5, scale=2)),
        ("lognorm", stats.lognorm(0.5)),
        ("gamma", stats.gamma(2.5, scale=2)),
        ("logistic", stats.logistic(1, 2)),
        ("expon", stats.expon(scale=2)),
    ],
)
def test_no_censored_fit_lies_below_scipys(family, law):
    data = cut(law)
    fit = fit_mle(family, data)
    held = {"floc": 0.0} if "loc" in fit.fixed else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = getattr(stats, family).fit(data, **held)
    values = dict(zip(fit.params, theirs, strict=True))
    assert fit.log_likelihood >= log_likelihood(family, values, data) - 1e-9
    for name in fit.standard_errors:
        assert fit.params[name] == pytest.approx(values[name], rel=2e-3)
        assert fit.standard_errors[name] > 0


def test_the_likelihood_is_the_sum_of_what_is_known():
    data = stats.CensoredData([1.0], left=[0.5], right=[2.0, 50.0], interval=[[0.2, 0.3]])
    law = stats.norm(1.0, 2.0)
    known = [law.pdf(1.0), law.cdf(0.5), law.sf(2.0), law.sf(50.0), law.cdf(0.3) - law.cdf(0.2)]
    by_hand = np.log(known[:3] + known[4:]).sum() + law.logsf(50.0)
    got = log_likelihood("norm", {"loc": 1.0, "scale": 2.0}, data)
    assert got == pytest.approx(by_hand, rel=1e-12)
    both = log_likelihood("norm", {"loc": [1.0, 0.0], "scale": 2.0}, data)
    assert both.shape == (2,)
    assert both[0] == got
    # Far in either tail a difference of two probabilities near one would be nothing.
    far = stats.CensoredData([], interval=[[40.0, 41.0]])
    expected = law.logsf(40.0) + math.log1p(-math.exp(law.logsf(41.0) - law.logsf(40.0)))
    got = log_likelihood("norm", {"loc": 1.0, "scale": 2.0}, far)
    assert got == pytest.approx(expected, rel=1e-12)


def test_what_censored_data_cannot_be_used_for():
    data = stats.CensoredData([1.0, 2.0], right=[3.0])
    with pytest.raises(ValueError, match="data: expected complete observations for poisson"):
        fit_mle("poisson", data)
    with pytest.raises(ValueError, match="weights: expected none beside censored"):
        fit_mle("norm", data, weights=[1, 2, 3])
    with pytest.raises(TypeError, match="data: expected complete observations"):
        empirical(data)
    for loose in ({"right": [3.0, 4.0]}, {"left": [3.0]}, {"interval": [[0, 2], [1, 3]]}):
        for family in ("expon", "norm"):
            with pytest.raises(ValueError, match="data: expected an observation that is not"):
                fit_mle(family, stats.CensoredData([], **loose))
