"""Mixtures over classes: probabilities by another route, and an EM that never goes up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from helpers.datasets import crabs
from helpers.mixtures import BinnedMixture

CRABS = crabs()
SHARES = CRABS.proportions


def fitted(components: int, steps: int) -> BinnedMixture:
    fit = BinnedMixture.start(CRABS.values, components)
    for _ in range(steps):
        fit = fit.em_step(SHARES)
    return fit


def loss(mean: float, spread: float) -> float:
    edges = np.concatenate([[-np.inf], CRABS.values[1:] - 0.5, [np.inf]])
    p = np.diff(stats.norm.cdf(edges, mean, spread))
    return float(stats.entropy(SHARES, p))


def test_one_normal_is_where_a_general_minimiser_ends():
    found = optimize.minimize(lambda q: loss(*q), [15, 5], method="Nelder-Mead", tol=1e-10)
    fit = fitted(1, 60)
    assert [fit.means[0], fit.deviations[0]] == pytest.approx(found.x, abs=1e-4)
    assert fit.divergence(SHARES) == pytest.approx(found.fun, abs=1e-9)
    assert round(fit.divergence(SHARES), 5) == 0.03742


def test_two_normals_leave_what_is_published_for_the_crabs():
    fit = fitted(2, 600)
    assert round(fit.divergence(SHARES), 5) == 0.01106
    # No small step does better.
    best = fit.divergence(SHARES)
    for name in ("means", "deviations"):
        for j in (0, 1):
            for step in (-0.1, 0.1):
                moved = {n: getattr(fit, n).copy() for n in ("weights", "means", "deviations")}
                moved[name][j] += step
                assert BinnedMixture(fit.classes, **moved).divergence(SHARES) > best


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=5, max_size=12), st.integers(1, 3))
def test_a_step_never_raises_the_divergence(counts, components):
    shares = np.array(counts) / sum(counts)
    fit = BinnedMixture.start(range(len(counts)), components)
    for _ in range(5):
        after = fit.em_step(shares)
        assert after.divergence(shares) <= fit.divergence(shares) + 1e-12
        assert after.weights.sum() == pytest.approx(1)
        fit = after


def test_probabilities_and_responsibilities_add_up():
    fit = fitted(2, 3)
    assert fit.probabilities().sum() == pytest.approx(1, abs=1e-14)
    np.testing.assert_allclose(fit.responsibilities().sum(axis=1), 1)


@pytest.mark.parametrize(("classes", "components"), [([1, 2], 1), ([1, 2, 4], 1), ([1, 2, 3], 0)])
def test_what_is_no_row_of_classes_is_refused(classes, components):
    with pytest.raises(ValueError, match="classes must be"):
        BinnedMixture.start(classes, components)


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up to one"):
        BinnedMixture.start([1, 2, 3], 1).em_step([0.1, 0.2, 0.3])
