"""The consistency experiments: their estimates, divergences and constants against other routes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from helpers.consistency import (
    bernoulli_experiment,
    log_log_slope,
    measure_rates,
    memorising_estimate,
    memorising_limit,
    memorising_log_density,
    memorising_log_likelihood,
    memorising_width,
    misspecified_experiment,
    normal_experiment,
    poisson_experiment,
)
from helpers.divergence import kl_divergence
from helpers.likelihood import fit_mle

EXPERIMENTS = {
    "bernoulli": bernoulli_experiment(0.3),
    "poisson": poisson_experiment(4.0),
    "normal": normal_experiment(1.0, 2.0),
    "misspecified": misspecified_experiment(2.0),
}
# Truth, and the model at a parameter.
LAWS = {
    "bernoulli": (stats.bernoulli(0.3), lambda t: stats.bernoulli(t[0])),
    "poisson": (stats.poisson(4.0), lambda t: stats.poisson(t[0])),
    "normal": (stats.norm(1.0, 2.0), lambda t: stats.norm(t[0], t[1])),
    "misspecified": (stats.gamma(2.0), lambda t: stats.expon(scale=1 / t[0])),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_excess_divergence_is_the_difference_of_two_divergences(name):
    experiment, (truth, model) = EXPERIMENTS[name], LAWS[name]
    floor = kl_divergence(truth, model(experiment.theta_star))
    for factor in (0.7, 0.95, 1.1, 1.6):
        theta = experiment.theta_star * factor
        expected = kl_divergence(truth, model(theta)) - floor
        assert experiment.excess_kl(theta[None, :])[0] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_estimates_have_the_law_of_fits_to_whole_samples(name):
    # Two routes: fit each of 400 drawn samples, or draw the estimate from its own law.
    experiment, (truth, _) = EXPERIMENTS[name], LAWS[name]
    family = {"bernoulli": "bernoulli", "poisson": "poisson", "normal": "norm"}.get(name, "expon")
    rng = np.random.default_rng(3)
    fitted = []
    for _ in range(400):
        params = fit_mle(family, truth.rvs(50, random_state=rng)).params
        key = {"bernoulli": ["p"], "poisson": ["mu"], "norm": ["loc", "scale"], "expon": ["scale"]}
        values = [params[k] for k in key[family]]
        fitted.append([1 / values[0]] if family == "expon" else values)
    direct = experiment.estimates(50, 4000, rng)
    for column, seen in zip(np.array(fitted).T, direct.T, strict=True):
        assert stats.ks_2samp(column, seen).pvalue > 1e-3


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_rates_are_a_half_and_one_with_the_predicted_constants(name):
    experiment = EXPERIMENTS[name]
    rng = np.random.default_rng(11)
    sizes = [1000, 10_000, 100_000, 1_000_000]
    rates = measure_rates(experiment, sizes, 10_000, rng=rng)
    slope, error = rates.error_slope
    assert abs(slope + 0.5) < 4 * error < 0.02
    slope, error = rates.kl_slope
    assert abs(slope + 1) < 4 * error < 0.03
    constants = rates.errors * np.sqrt(rates.sizes) / experiment.error_constant
    assert np.allclose(constants, 1, atol=0.03)
    assert np.allclose(rates.excesses * rates.sizes / experiment.kl_constant, 1, atol=0.06)


def test_log_log_slope_is_exact_on_a_power_and_scales_its_error():
    x = np.array([1.0, 10, 100, 1000])
    slope, error = log_log_slope(x, 3 * x**-0.5, 0.01)
    assert slope == pytest.approx(-0.5, abs=1e-12)
    assert error == pytest.approx(0.01 / math.sqrt(5 * math.log(10) ** 2), rel=1e-12)
    with pytest.raises(ValueError, match="y must be positive"):
        log_log_slope(x, x * 0, 0.1)


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (bernoulli_experiment, 1.0),
        (poisson_experiment, 0.0),
        (misspecified_experiment, -1.0),
        (lambda s: normal_experiment(0.0, s), 0.0),
    ],
)
def test_parameters_outside_the_family_are_refused(make, argument):
    with pytest.raises(ValueError, match=r"theta|rate|shape|sigma"):
        make(argument)


@pytest.mark.parametrize(("sizes", "repetitions"), [([10, 20], 5), ([1, 2, 3], 5), ([9, 8, 7], 1)])
def test_rates_refuse_too_little(sizes, repetitions):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"sizes|repetitions"):
        measure_rates(bernoulli_experiment(), sizes, repetitions, rng=rng)


@pytest.mark.parametrize("theta", [0.0, 0.1, 0.35, 0.5, 0.7])
def test_memorising_density_is_a_density_with_the_stated_mean_log(theta):
    width = float(memorising_width(theta))
    cuts = [theta - width, theta]
    total = integrate.quad(
        lambda x: math.exp(memorising_log_density(x, theta)), 0, 1, points=cuts, epsabs=1e-12
    )
    assert total[0] == pytest.approx(1, abs=1e-6)
    mean = integrate.quad(
        lambda x: float(memorising_log_density(x, theta)), 0, 1, points=cuts, epsabs=1e-12
    )
    assert mean[0] == pytest.approx(float(memorising_limit(theta)), abs=1e-6)


def test_memorising_limit_is_highest_at_the_truth():
    theta = np.linspace(0, 0.999, 1000)
    limit = memorising_limit(theta)
    assert limit[0] == 0
    assert (limit[1:] < 0).all()


def test_mean_log_likelihood_settles_at_every_fixed_parameter():
    data = np.random.default_rng(4).random(200_000)
    theta = np.array([0.0, 0.2, 0.5, 0.8, 0.95])
    gap = memorising_log_likelihood(theta, data) - memorising_limit(theta)
    assert np.abs(gap).max() < 0.01


def test_estimate_runs_away_from_the_truth():
    rng = np.random.default_rng(8)
    medians = [
        np.median([memorising_estimate(rng.random(n)) for _ in range(40)]) for n in (3, 30, 300)
    ]
    assert medians[0] < medians[1] < medians[2]
    assert medians[2] > 0.99


def test_estimate_is_not_beaten_on_a_fine_grid_beyond_a_spike():
    data = np.array([0.31, 0.42, 0.6])
    best = memorising_log_likelihood(memorising_estimate(data), data)
    grid = np.linspace(0, 0.999, 20_001)
    lead = memorising_log_likelihood(grid, data).max() - best
    width = float(memorising_width(memorising_estimate(data)))
    # The maximiser itself lies less than a spike's width to the right.
    assert lead < 10 * width / (1 - 0.6) ** 3


def test_memorising_model_refuses_what_is_outside():
    with pytest.raises(ValueError, match="theta"):
        memorising_width(1.0)
    with pytest.raises(ValueError, match="x must"):
        memorising_log_density(1.5, 0.2)
    for bad in ([], [0.2, 1.0], [-0.1]):
        with pytest.raises(ValueError, match="data must"):
            memorising_estimate(bad)
