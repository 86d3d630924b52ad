"""What is taken for a distribution: arrays of parameters, gaps, own densities, SciPy's new kind."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from scipy import stats

from helpers.divergence import cross_entropy, entropy, js_divergence, kl_divergence
from helpers.likelihood import fit_mle


def test_parameters_that_are_arrays_broadcast():
    found = kl_divergence(stats.norm([0, 1, 2], 1), stats.norm(0, 1))
    assert found.tolist() == [0.0, 0.5, 2.0]
    table = kl_divergence(stats.norm([[0], [1]], 1), stats.norm(0, scale=[1, 2, 3]))
    assert table.shape == (2, 3)
    assert table[1, 2] == kl_divergence(stats.norm(1, 1), stats.norm(0, 3))
    assert entropy(stats.norm(scale=[1, 2]), base=2).tolist() == [
        entropy(stats.norm(), base=2),
        entropy(stats.norm(scale=2), base=2),
    ]
    assert cross_entropy(stats.poisson([1.0, 2.0]), stats.poisson(2.0)).shape == (2,)
    with pytest.raises(ValueError, match="broadcast"):
        kl_divergence(stats.norm([0, 1], 1), stats.norm([0, 1, 2], 1))


def test_a_histogram_with_an_empty_bin():
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    gap = stats.rv_histogram((np.array([1, 0, 3]), edges))
    full = stats.rv_histogram((np.array([1, 2, 3]), edges))
    assert kl_divergence(full, gap) == math.inf
    assert cross_entropy(full, gap) == math.inf
    expected = 0.25 * math.log(0.25 * 6) + 0.75 * math.log(0.75 * 2)
    assert kl_divergence(gap, full) == pytest.approx(expected, rel=1e-12)
    assert kl_divergence(stats.uniform(0, 1), gap) == pytest.approx(math.log(4), rel=1e-12)
    m = [0.25 / 2 + 1 / 12, 1 / 6, 0.75 / 2 + 0.25]
    parts = [(0.25, m[0]), (0.75, m[2]), (1 / 6, m[0]), (1 / 3, m[1]), (1 / 2, m[2])]
    expected = sum(p * math.log(p / mixed) for p, mixed in parts) / 2
    assert js_divergence(gap, full) == pytest.approx(expected, rel=1e-10)


class OwnExponential(stats.rv_continuous):
    """A law of which nothing is said but its density."""

    def _pdf(self, x, c):
        return c * np.exp(-c * x)


def test_a_law_with_nothing_but_a_density():
    own = OwnExponential(a=0.0, name="own", shapes="c")
    start = time.process_time()
    assert kl_divergence(own(2.0), stats.expon()) == pytest.approx(math.log(2) - 0.5, rel=1e-9)
    assert kl_divergence(stats.expon(), own(2.0)) == pytest.approx(1 - math.log(2), rel=1e-9)
    assert time.process_time() - start < 5.0
    x = stats.expon.rvs(size=100, random_state=1)
    fit = fit_mle(own, x, fixed={"scale": 1.0})
    assert fit.params["c"] == pytest.approx(1 / x.mean(), rel=1e-6)
    assert fit.distribution.pdf(1.0) == pytest.approx(own(fit.params["c"]).pdf(1.0))


def test_scipys_new_distributions():
    p, q = stats.Normal(mu=0.0, sigma=1.0), stats.Normal(mu=1.0, sigma=1.0)
    assert kl_divergence(p, q) == 0.5
    assert kl_divergence(p, stats.norm(1, 1)) == 0.5
    assert entropy(stats.Uniform(a=1.0, b=3.0)) == pytest.approx(math.log(2))
    made = stats.make_distribution(stats.gamma)
    expected = kl_divergence(stats.gamma(2), stats.gamma(3))
    assert kl_divergence(made(a=2.0), stats.gamma(3)) == pytest.approx(expected, rel=1e-9)
    cut = stats.truncate(p, lb=-1.0, ub=2.0)
    assert entropy(cut) == pytest.approx(entropy(stats.truncnorm(-1, 2)), rel=1e-9)
    assert kl_divergence(p, cut) == math.inf
    each = [entropy(stats.gamma(a)) for a in (1.0, 2.0)]
    assert entropy(made(a=[1.0, 2.0])) == pytest.approx(each, rel=1e-9)


def test_a_mixture():
    parts = [stats.Normal(mu=-20.0, sigma=1.0), stats.Normal(mu=20.0, sigma=1.0)]
    mixture = stats.Mixture(parts, weights=[0.25, 0.75])
    # So far apart, the entropies add up.
    own = -0.25 * math.log(0.25) - 0.75 * math.log(0.75)
    assert entropy(mixture) == pytest.approx(entropy(stats.norm()) + own, rel=1e-9)
    expected = own - 0.0
    parts_kl = kl_divergence(stats.norm(20, 1), mixture)
    assert parts_kl == pytest.approx(-math.log(0.75), rel=1e-9)
    assert expected > parts_kl
