"""The nearest normal in either direction, against quadrature of another kind and a plain search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from helpers.projections import (
    NormalMixture,
    forward_divergence,
    forward_fit,
    reverse_divergence,
    reverse_fit,
)

PEAKS = NormalMixture((0.55, 0.45), (-3.0, 3.0), (1.0, 1.0))


def forward_kl(target: NormalMixture, mean: float, sigma: float) -> float:
    x = np.linspace(-30, 30, 4001)
    p = target.pdf(x)
    return integrate.simpson(p * (target.logpdf(x) - stats.norm.logpdf(x, mean, sigma)), x=x)


def reverse_kl(target: NormalMixture, mean: float, sigma: float) -> float:
    x = np.linspace(mean - 10 * sigma, mean + 10 * sigma, 4001)
    log_q = stats.norm.logpdf(x, mean, sigma)
    return integrate.simpson(np.exp(log_q) * (log_q - target.logpdf(x)), x=x)


def test_density_integrates_to_one_with_the_stated_moments():
    x = np.linspace(-30, 30, 4001)
    p = PEAKS.pdf(x)
    assert integrate.simpson(p, x=x) == pytest.approx(1, rel=1e-9)
    assert integrate.simpson(p * x, x=x) == pytest.approx(PEAKS.mean, rel=1e-9)
    assert integrate.simpson(p * (x - PEAKS.mean) ** 2, x=x) == pytest.approx(PEAKS.var, rel=1e-9)


@pytest.mark.parametrize(("mean", "sigma"), [(0.0, 3.0), (-3.0, 1.0), (4.0, 0.7), (1.0, 5.0)])
def test_divergences_agree_with_simpson_on_a_fine_grid(mean, sigma):
    expected = forward_kl(PEAKS, mean, sigma)
    assert forward_divergence(PEAKS, mean, sigma) == pytest.approx(expected, rel=1e-10)
    expected = reverse_kl(PEAKS, mean, sigma)
    assert reverse_divergence(PEAKS, mean, sigma) == pytest.approx(expected, rel=1e-8)


def test_forward_fit_is_where_a_search_ends():
    found = optimize.minimize(
        lambda v: forward_kl(PEAKS, v[0], np.exp(v[1])), (1.0, 0.0), tol=1e-10
    )
    assert forward_fit(PEAKS) == pytest.approx((found.x[0], np.exp(found.x[1])), abs=1e-5)


@pytest.mark.parametrize("separation", [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0])
def test_reverse_fit_is_the_best_on_a_grid(separation):
    target = NormalMixture((0.55, 0.45), (-separation, separation), (1.0, 1.0))
    mean, sigma = reverse_fit(target)
    best = reverse_kl(target, mean, sigma)
    for m in np.linspace(-separation - 1, separation + 1, 9):
        for s in np.geomspace(0.6, 1.5 * (1 + separation), 7):
            assert best <= reverse_kl(target, m, s) + 1e-9
    for dm, ds in [(1e-3, 0), (-1e-3, 0), (0, 1e-3), (0, -1e-3)]:
        assert best < reverse_kl(target, mean + dm, sigma + ds)


def test_one_component_is_its_own_nearest_normal_both_ways():
    alone = NormalMixture((1.0,), (-1.25,), (0.3,))
    assert forward_fit(alone) == pytest.approx((-1.25, 0.3), rel=1e-12)
    assert reverse_fit(alone) == pytest.approx((-1.25, 0.3), rel=1e-6)


def test_far_apart_peaks_are_covered_or_chosen():
    far = NormalMixture((0.55, 0.45), (-8.0, 8.0), (1.0, 1.0))
    assert forward_fit(far)[1] > 7.5
    assert reverse_fit(far) == pytest.approx((-8.0, 1.0), abs=1e-3)


@settings(max_examples=20, deadline=None)
@given(shift=st.floats(-50, 50), scale=st.floats(0.1, 10))
def test_fits_follow_a_change_of_units(shift, scale):
    moved = NormalMixture(
        PEAKS.weights,
        tuple(shift + scale * m for m in PEAKS.means),
        tuple(scale * s for s in PEAKS.sigmas),
    )
    for fit in (forward_fit, reverse_fit):
        mean, sigma = fit(PEAKS)
        expected = pytest.approx((shift + scale * mean, scale * sigma), abs=2e-4 * scale)
        assert fit(moved) == expected


@pytest.mark.parametrize(
    ("weights", "means", "sigmas", "message"),
    [
        ((1.0,), (0.0, 1.0), (1.0,), "one entry per component, got 1, 2 and 1"),
        ((), (), (), "one entry per component, got 0, 0 and 0"),
        ((0.5, 0.6), (0.0, 1.0), (1.0, 1.0), "sum 1"),
        ((-0.5, 1.5), (0.0, 1.0), (1.0, 1.0), "weights must be positive"),
        ((1.0,), (0.0,), (0.0,), "sigmas must be positive"),
        ((1.0,), (float("nan"),), (1.0,), "must be finite"),
    ],
)
def test_what_is_no_mixture_is_refused(weights, means, sigmas, message):
    with pytest.raises(ValueError, match=message):
        NormalMixture(weights, means, sigmas)
