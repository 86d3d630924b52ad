"""Intervals, Akaike's criterion, and divergences estimated from two samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from helpers.divergence import estimate_kl_from_samples, kl_divergence
from helpers.likelihood import fit_mle, log_likelihood


def test_wald_intervals_against_the_textbook():
    x = np.random.default_rng(1).normal(3.0, 2.0, 50)
    fit = fit_mle("norm", x)
    low, high = fit.confidence_interval("loc", 0.9, method="wald")
    half = stats.norm.ppf(0.95) * x.std() / math.sqrt(50)
    assert (low, high) == pytest.approx((x.mean() - half, x.mean() + half), rel=1e-12)


def test_profile_intervals_are_where_the_likelihood_has_fallen():
    x = np.random.default_rng(2).normal(3.0, 2.0, 50)
    low, high = fit_mle("norm", x).confidence_interval("loc")
    # The profile of mu is -(n/2) log(s^2 + (mean - mu)^2): it is inverted on paper.
    drop = stats.chi2.ppf(0.95, 1) / 2
    half = x.std() * math.sqrt(math.expm1(2 * drop / 50))
    assert (low, high) == pytest.approx((x.mean() - half, x.mean() + half), rel=1e-8)
    k = [2, 3, 4, 1, 0, 2]
    fit = fit_mle("poisson", k)
    for end in fit.confidence_interval("mu"):
        fallen = fit.log_likelihood - log_likelihood("poisson", {"mu": end}, k)
        assert fallen == pytest.approx(drop, rel=1e-7)
    g = stats.gamma(2.5).rvs(200, random_state=np.random.default_rng(3))
    fit = fit_mle("gamma", g)
    low, high = fit.confidence_interval("a")
    assert low < fit.params["a"] < high
    for end in (low, high):
        best = optimize.minimize_scalar(
            lambda t, a=end: -log_likelihood("gamma", {"a": a, "scale": math.exp(t)}, g),
            bounds=(-5, 5),
            method="bounded",
            options={"xatol": 1e-10},
        )
        assert fit.log_likelihood + best.fun == pytest.approx(drop, rel=1e-6)


def test_profile_intervals_cover_as_often_as_they_say():
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(300):
        low, high = fit_mle("expon", rng.exponential(2.0, 20)).confidence_interval("scale", 0.9)
        covered += low < 2.0 < high
    assert abs(covered / 300 - 0.9) < 4 * math.sqrt(0.09 / 300)


def test_an_interval_at_the_end_of_a_domain_or_at_an_edge():
    assert fit_mle("bernoulli", [0, 1, 1, 1]).confidence_interval("p")[1] < 1.0
    with pytest.raises(ValueError, match="no standard error"):
        fit_mle("uniform", [1.0, 2.0, 3.0]).confidence_interval("scale")
    with pytest.raises(ValueError, match="expected a fitted parameter"):
        fit_mle("poisson", [1, 2]).confidence_interval("loc")
    with pytest.raises(ValueError, match="level"):
        fit_mle("poisson", [1, 2]).confidence_interval("mu", 95)


def test_akaike_counts_the_free_parameters():
    x = [1.0, 2.0, 4.0, 3.0]
    free, held = fit_mle("norm", x), fit_mle("norm", x, fixed={"loc": 2.0})
    assert free.aic == pytest.approx(4 - 2 * free.log_likelihood)
    assert held.aic == pytest.approx(2 - 2 * held.log_likelihood)
    assert fit_mle("categorical", list("aab")).aic == pytest.approx(
        2 - 2 * fit_mle("categorical", list("aab")).log_likelihood
    )


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("k", [1, 5])
def test_neighbours_find_a_known_divergence(dimension, k):
    rng = np.random.default_rng(dimension)
    x, y = rng.normal(0, 1, (4000, dimension)), rng.normal(0.5, 1.2, (5000, dimension))
    one = kl_divergence(stats.norm(0, 1), stats.norm(0.5, 1.2))
    estimate = estimate_kl_from_samples(x, y, k=k)
    assert abs(estimate.value - dimension * one) < 4 * estimate.standard_error
    # The same number by hand, from all distances.
    few_x, few_y = x[:60], y[:50]
    own = np.sort(np.linalg.norm(few_x[:, None] - few_x[None], axis=-1), axis=1)[:, k]
    other = np.sort(np.linalg.norm(few_x[:, None] - few_y[None], axis=-1), axis=1)[:, k - 1]
    by_hand = dimension * np.mean(np.log(other / own)) + math.log(50 / 59)
    estimate = estimate_kl_from_samples(few_x, few_y, k=k)
    # Neighbours in y are asked for at the points of x.
    assert estimate.value == pytest.approx(by_hand, rel=1e-12)


def test_the_plug_in_is_biased_as_it_says():
    rng = np.random.default_rng(7)
    p, q, n, m = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.4, 0.2]), 200, 300
    found = [
        estimate_kl_from_samples(rng.choice(3, n, p=p), rng.choice(3, m, p=q)) for _ in range(3000)
    ]
    values = np.array([each.value for each in found])
    bias = values.mean() - kl_divergence(p, q)
    spread = values.std() / math.sqrt(values.size)
    assert bias > 5 * spread  # it is there, and it is the size that is said
    assert abs(bias - np.mean([each.bias for each in found])) < 4 * spread + 0.1 * bias
    assert np.mean([each.standard_error for each in found]) == pytest.approx(values.std(), rel=0.15)
    assert estimate_kl_from_samples([0, 1, 2], [0, 1, 1]).value == math.inf


def test_samples_that_cannot_be_used():
    with pytest.raises(ValueError, match="without ties"):
        estimate_kl_from_samples([0.5, 0.5, 0.5, 1.0], [0.1, 0.2, 0.3], k=1)
    with pytest.raises(ValueError, match="more than k=5"):
        estimate_kl_from_samples([0.5, 1.5], [0.1, 0.2])
    with pytest.raises(ValueError, match="one dimension"):
        estimate_kl_from_samples(np.ones((9, 2)), np.ones((9, 3)))
    with pytest.raises(ValueError, match="method"):
        estimate_kl_from_samples([1, 2], [1, 2], method="kde")
