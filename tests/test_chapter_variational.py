"""What the pictures of the chapter on variational inference show, by another route."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from helpers.divergence import kl_divergence
from helpers.figures_variational import CENTRES, PRIOR, SEEN, draw_elbo, draw_mean_field, elbo

JOINT = PRIOR * stats.norm.pdf(SEEN, CENTRES)
POSTERIOR = JOINT / JOINT.sum()


@pytest.mark.parametrize("q", [0.05, 0.3, 0.8])
def test_evidence_is_bound_plus_gap(q):
    gap = kl_divergence([1 - q, q], POSTERIOR)
    assert elbo(q) + gap == pytest.approx(np.log(JOINT.sum()), abs=1e-12)
    title = draw_elbo(q).axes[1].get_title(loc="left").replace("\N{MINUS SIGN}", "-")
    whole, parts = title.removesuffix(" nats").split(" = ")
    bound, rest = (float(v) for v in parts.split(" + "))
    assert [float(whole), bound, rest] == pytest.approx(
        [np.log(JOINT.sum()), elbo(q), gap], abs=6e-5
    )


def test_the_bound_touches_at_the_posterior():
    assert elbo(POSTERIOR[1]) == pytest.approx(np.log(JOINT.sum()), abs=1e-12)
    grid = np.linspace(0.01, 0.99, 99)
    assert np.all(elbo(grid) <= np.log(JOINT.sum()) + 1e-12)


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.95])
def test_ellipses_have_the_deviations_of_their_laws(rho):
    law, reverse, forward = (line.get_xydata() for line in draw_mean_field(rho).axes[0].lines)
    precision = np.linalg.inv([[1, rho], [rho, 1]])
    np.testing.assert_allclose(np.einsum("ij,jk,ik->i", law, precision, law), 4, rtol=1e-9)
    np.testing.assert_allclose(np.hypot(*reverse.T), 2 / np.sqrt(precision[0, 0]), rtol=1e-9)
    np.testing.assert_allclose(np.hypot(*forward.T), 2)
