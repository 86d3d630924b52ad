"""The first chapter's pictures show what they say: their curves against numbers had elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from helpers import figures_definitions as pictures
from helpers.datasets import alpha_particles


def line(ax, label):
    (found,) = [one for one in ax.get_lines() if one.get_label() == label]
    return found.get_xdata(), found.get_ydata()


@pytest.mark.parametrize("lam", [1.0, 3.8, 7.0])
def test_poisson_fit_draws_the_model_and_its_height(lam):
    alpha = alpha_particles()
    counts, likelihood = pictures.draw_poisson_fit(lam).axes
    k, model = line(counts, "model")
    np.testing.assert_allclose(model, stats.poisson.pmf(k, lam), rtol=1e-12)
    bars = [bar.get_height() for bar in counts.containers[0]]
    np.testing.assert_allclose(bars, alpha.frequencies / 2608, rtol=1e-12)
    (x,), (height,) = line(likelihood, "this model")
    assert x == lam
    assert height == pytest.approx(stats.poisson.logpmf(alpha.sample, lam).mean(), rel=1e-12)
    assert f"{height:.3f}".replace("-", "−") in likelihood.get_title(loc="left")


def test_the_two_curves_are_the_entropy_of_the_data_apart():
    alpha = alpha_particles()
    (ax,) = pictures.draw_same_minimiser().axes
    upper, lower = (one for one in ax.get_lines()[:2])
    share = alpha.frequencies[alpha.frequencies > 0] / alpha.n
    entropy = -np.sum(share * np.log(share))
    np.testing.assert_allclose(upper.get_ydata() - lower.get_ydata(), entropy, rtol=1e-12)
    assert any(f"{entropy:.3f}" in text.get_text() for text in ax.texts)
    # The lower minimum is almost zero: its point, on the axis, is drawn whole.
    (points,) = [one for one in ax.get_lines() if one.get_label() == "the two minima"]
    assert not points.get_clip_on()


def test_the_logarithm_is_drawn_below_its_tangent():
    (ax,) = pictures.draw_log_bound().axes
    x, tangent = line(ax, r"$x - 1$")
    _, log = line(ax, r"$\log\,x$")
    np.testing.assert_allclose(np.exp(log), x, rtol=1e-12)
    assert np.all(tangent >= log)


@pytest.mark.parametrize("n", [1, 6, 40])
def test_the_uniform_likelihood_peaks_at_the_largest_observation(n):
    (ax,) = pictures.draw_uniform_likelihood(n).axes
    observations, _ = line(ax, "observations")
    assert observations.size == n
    (peak,), _ = line(ax, "most likely")
    assert peak == max(observations)
    falling = ax.get_lines()[2]
    theta, likelihood = falling.get_data()
    np.testing.assert_allclose(likelihood, theta**-n / peak**-n, rtol=1e-9)


@pytest.mark.parametrize("heads", [0, 5, 8])
def test_the_information_gain_is_that_of_a_fine_sum(heads):
    (ax,) = pictures.draw_information_gain(heads).axes
    theta = (np.arange(200_000) + 0.5) / 200_000
    after, before = stats.beta(2 + heads, 12 - heads), stats.beta(2, 2)
    bits = np.mean(after.pdf(theta) * (after.logpdf(theta) - before.logpdf(theta))) / np.log(2)
    assert f"{bits:.2f} bits" in ax.get_title(loc="left")


def test_the_theorem_falls_onto_the_divergence_and_so_does_its_minimum():
    distance, apart = [], []
    for n in (30, 10000):
        (ax,) = pictures.draw_theorem(n).axes
        rates, divergence = line(ax, "divergence from the source")
        _, shifted = line(ax, "minus mean log-likelihood, shifted")
        # Poisson(4) from Poisson(r), in closed form.
        np.testing.assert_allclose(divergence, 4 * np.log(4 / rates) - 4 + rates, atol=1e-12)
        distance.append(np.max(np.abs(shifted - divergence)))
        (theta_hat,), (lowest,) = line(ax, "most likely")
        assert lowest <= np.min(shifted)
        apart.append(abs(theta_hat - 4))
        assert f"{theta_hat:.3f}" in ax.get_title(loc="left")
    assert distance[1] < 0.03 < distance[0]
    assert apart[1] < 0.05 < apart[0]
