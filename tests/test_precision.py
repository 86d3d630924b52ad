"""Arrays of few digits: what was normalised in float32 or float16 is not refused."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.divergence import entropy, js_divergence, kl_divergence


def vectors(dtype, count=200):
    rng = np.random.default_rng(4)
    for size in rng.integers(2, 2000, count):
        p, q = rng.random((2, size)).astype(dtype)
        yield p / p.sum(), q / q.sum()


@pytest.mark.parametrize(("dtype", "digits"), [(np.float32, 1e-5), (np.float16, 2e-2)])
def test_a_vector_normalised_in_its_own_precision(dtype, digits):
    for p, q in vectors(dtype):
        wide_p, wide_q = p.astype(float), q.astype(float)
        wide_p, wide_q = wide_p / wide_p.sum(), wide_q / wide_q.sum()
        if (q == 0).any() and ((p > 0) & (q == 0)).any():
            continue  # float16 has lost a probability: the divergence is infinite, and says so
        assert kl_divergence(p, q) == pytest.approx(kl_divergence(wide_p, wide_q), abs=digits)
        assert entropy(p) == pytest.approx(entropy(wide_p), rel=digits)
        assert js_divergence(p, q) == pytest.approx(js_divergence(wide_p, wide_q), abs=digits)


def test_what_was_bfloat16():
    for p, _ in vectors(np.float32, 50):
        cut = (p.view(np.uint32) & 0xFFFF0000).view(np.float32)
        assert abs(cut.sum(dtype=float) - 1.0) < 0.01
        assert entropy(cut) == pytest.approx(entropy(p), rel=0.02)


def test_rows_and_the_sum_in_double_precision():
    p = np.full((3, 3), 1 / 3, dtype=np.float32)
    assert kl_divergence(p, p).tolist() == [0.0, 0.0, 0.0]
    million = np.full(10**6, 1e-6, dtype=np.float32)
    assert entropy(million) == pytest.approx(np.log(1e6), rel=1e-6)


@pytest.mark.parametrize("off", [1e-3, -0.2, 0.01])
def test_what_is_not_rounding_is_still_refused(off):
    with pytest.raises(ValueError, match=r"p: expected probabilities that sum to 1"):
        entropy(np.array([0.3, 0.7 + off], dtype=np.float32))
    with pytest.raises(ValueError, match=r"p: expected probabilities that sum to 1"):
        entropy(np.array([0.3, 0.7 + 1e-6]))
