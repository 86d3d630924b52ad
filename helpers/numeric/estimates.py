"""Estimates of a divergence from two samples, where nobody knows the distributions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import spatial

from helpers.numeric.samples import plain_array


@dataclass(frozen=True)
class SampleEstimate:
    """An estimate of a divergence from two samples, in nats.

    Attributes
    ----------
    value : float
    standard_error : float
        From the spread of the summands (neighbours), or by the delta method (plug-in).
    bias : float or None
        The leading term of the bias, where it is known.
    n, m : int
        The sizes of the samples from p and from q.

    Examples
    --------
    >>> SampleEstimate(0.5, 0.1, None, 100, 100).value
    0.5
    """

    value: float
    standard_error: float
    bias: float | None
    n: int
    m: int


def _points(data: Any, argument: str) -> np.ndarray:
    values = plain_array(data)
    if values.dtype.kind not in "iuf":
        raise TypeError(f"{argument}: expected numbers, got dtype {values.dtype}")
    values = values.astype(float)
    if values.ndim not in (1, 2) or not values.size:
        raise ValueError(
            f"{argument}: expected observations, shape (n,) or (n, d), got {values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{argument}: expected finite observations, got nan or infinity")
    return values.reshape(len(values), -1)


def nearest_neighbours(x: Any, y: Any, k: int) -> SampleEstimate:
    """Estimate KL(p || q) from samples x of p and y of q by distances to neighbours.

    The density at a point is about k over the volume that reaches its k-th neighbour; the
    logarithm of the ratio of two such is averaged over x (Wang, Kulkarni and Verdu, 2009).
    """
    p, q = _points(x, "x"), _points(y, "y")
    if p.shape[1] != q.shape[1]:
        raise ValueError(
            f"x, y: expected one dimension for both, got {p.shape[1]} and {q.shape[1]}"
        )
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
        raise ValueError(f"k: expected a whole number from 1 on, got {k!r}")
    n, m = len(p), len(q)
    if n <= k or m < k:
        raise ValueError(f"x, y: expected more than k={k} observations in each, got {n} and {m}")
    # The point itself is its own nearest neighbour.
    own = spatial.KDTree(p).query(p, k=[k + 1])[0][:, 0]
    other = spatial.KDTree(q).query(p, k=[k])[0][:, 0]
    if not (own > 0).all() or not (other > 0).all():
        raise ValueError(
            f"x, y: expected observations without ties; some agree with their {k}-th neighbour, so "
            f"that no density can be read off (for counts, use the plug-in estimate)"
        )
    terms = p.shape[1] * (np.log(other) - np.log(own)) + math.log(m / (n - 1))
    # Neighbouring points share neighbours: the terms depend on one another, but weakly.
    error = float(np.std(terms, ddof=1) / math.sqrt(n))
    return SampleEstimate(float(np.mean(terms)), error, None, n, m)


def plug_in(x: Any, y: Any) -> SampleEstimate:
    """Estimate KL(p || q) from counts: the divergence of one empirical pmf from the other.

    It is infinite where a value of x never occurs in y. To first order in 1/n and 1/m its bias is
    (s - 1)/(2n) + (sum p/q - 1)/(2m), with s values that may occur, here estimated by those seen.
    """
    p, q = plain_array(x), plain_array(y)
    for values, argument in ((p, "x"), (q, "y")):
        if values.ndim != 1 or not values.size:
            raise ValueError(f"{argument}: expected observations, got shape {values.shape}")
    values, place = np.unique(np.concatenate([p, q]), return_inverse=True)
    seen_p = np.bincount(place[: p.size], minlength=values.size)
    seen_q = np.bincount(place[p.size :], minlength=values.size)
    n, m = p.size, q.size
    there = seen_p > 0
    if (seen_q[there] == 0).any():
        return SampleEstimate(math.inf, math.inf, None, n, m)
    share_p, share_q = seen_p[there] / n, seen_q[there] / m
    logs = np.log(share_p) - np.log(share_q)
    value = max(float(share_p @ logs), 0.0)
    ratio = share_p / share_q
    # The delta method: log(p/q) under p, and p/q under q.
    variance = float(share_p @ (logs - value) ** 2) / n
    variance += float(share_q @ (ratio - share_q @ ratio) ** 2) / m
    chi = float(np.sum(share_p / share_q)) - 1.0
    bias = (int(there.sum()) - 1) / (2.0 * n) + chi / (2.0 * m)
    return SampleEstimate(value, math.sqrt(variance), bias, n, m)


def whole(data: Any) -> bool:
    """Say whether all observations are whole numbers, or no numbers at all.

    >>> whole([1, 2, 2]), whole([0.5, 1.0]), whole(["a", "b"])
    (True, False, True)
    """
    values = plain_array(data)
    if values.dtype.kind not in "iufb":
        return True
    return bool(np.all(values == np.rint(values)))
