"""Logarithms of probability mass functions that keep their digits for large counts.

The usual k log(mu) - mu - log(k!) is a difference of numbers near k log k, and at k = 10^6 it has
lost nine digits. Loader's form keeps the large parts apart: a deviance that is small where the
probability is not, and the error of Stirling's formula.

References
----------
C. Loader (2000), Fast and Accurate Computation of Binomial Probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from helpers.numeric.arrays import log1p_minus

_HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)
# Coefficients of Stirling's series in 1/n, 1/n^3, ...: Abramowitz and Stegun, 6.1.41.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)


def stirling_error(n: np.ndarray) -> np.ndarray:
    """Return log(n!) minus Stirling's formula, for n > 0.

    >>> print(f"{float(stirling_error(np.array(100.0))):.15f}")
    0.000833330555635
    """
    n = np.asarray(n, dtype=float)
    large = np.where(n > 15.0, n, 16.0)
    series = np.zeros_like(large)
    for coefficient in reversed(_STIRLING):
        series = series / (large * large) + coefficient
    small = np.where(n > 15.0, 1.0, n)
    direct = special.gammaln(small + 1.0) - (small + 0.5) * np.log(small) + small - _HALF_LOG_2_PI
    return np.where(n > 15.0, series / large, direct)


def deviance(k: np.ndarray, mean: np.ndarray | float) -> np.ndarray:
    """Return k log(k/mean) + mean - k, for k > 0, without cancellation."""
    t = (mean - k) / k
    return np.where(
        np.abs(t) < 0.4, -k * log1p_minus(t), k * (np.log(k) - np.log(mean)) + (mean - k)
    )


def poisson(k: np.ndarray, mu: float) -> np.ndarray:
    """Return the log pmf of the Poisson law at whole numbers k."""
    inside = k >= 0
    if mu == 0.0:
        return np.where(k == 0, 0.0, -np.inf)
    some = np.where(k > 0, k, 1.0)
    value = -stirling_error(some) - deviance(some, mu) - 0.5 * np.log(some) - _HALF_LOG_2_PI
    return np.where(inside, np.where(k == 0, -mu, value), -np.inf)


def binomial(k: np.ndarray, n: float, theta: float) -> np.ndarray:
    """Return the log pmf of the binomial law at whole numbers k."""
    inside = (k >= 0) & (k <= n)
    if theta in (0.0, 1.0):
        return np.where(k == n * theta, 0.0, -np.inf)
    return np.where(inside, _binomial(np.where(inside, k, 0.0), np.full_like(k, n), theta), -np.inf)


def _binomial(k: np.ndarray, n: np.ndarray, theta: float) -> np.ndarray:
    rest = n - k
    middle = (k > 0) & (rest > 0)
    a, b = np.where(middle, k, 1.0), np.where(middle, rest, 1.0)
    whole = a + b
    value = stirling_error(whole) - stirling_error(a) - stirling_error(b)
    value = value - deviance(a, whole * theta) - deviance(b, whole * (1.0 - theta))
    value = value + 0.5 * (np.log(whole) - np.log(a) - np.log(b)) - _HALF_LOG_2_PI
    edge = np.where(k > 0, n * math.log(theta), n * math.log1p(-theta))
    return np.where(middle, value, edge)


def negative_binomial(k: np.ndarray, n: float, theta: float) -> np.ndarray:
    """Return the log pmf of the negative binomial law at whole numbers k; any n > 0."""
    if theta == 1.0:
        return np.where(k == 0, 0.0, -np.inf)
    some = np.where(k > 0, k, 1.0)
    value = _binomial(np.full_like(some, n), n + some, theta) + np.log(n / (n + some))
    at_zero = n * math.log(theta)
    return np.where(k > 0, value, np.where(k == 0, at_zero, -np.inf))


def planck(k: np.ndarray, rate: float) -> np.ndarray:
    """Return the log pmf of the Planck (discrete exponential) law."""
    return np.where(k >= 0, math.log(-math.expm1(-rate)) - rate * k, -np.inf)


def discrete_laplace(k: np.ndarray, rate: float) -> np.ndarray:
    """Return the log pmf of the discrete Laplace law."""
    return math.log(math.tanh(rate / 2.0)) - rate * np.abs(k)


def logarithmic(k: np.ndarray, theta: float) -> np.ndarray:
    """Return the log pmf of the logarithmic series law."""
    value = k * math.log(theta) - np.log(np.maximum(k, 1.0)) - math.log(-math.log1p(-theta))
    return np.where(k >= 1, value, -np.inf)


# By SciPy's names; the others are taken from SciPy as they are.
BY_FAMILY: dict[str, Callable[..., np.ndarray]] = {
    "poisson": poisson,
    "binom": binomial,
    "nbinom": negative_binomial,
    "planck": planck,
    "dlaplace": discrete_laplace,
    "logser": logarithmic,
}
