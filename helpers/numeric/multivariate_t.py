"""Multivariate t distributions: entropy in closed form, divergences by one integral.

A t vector is a normal one over the root of a gamma variable u. With it,
E log(1 + Q/nu) = E log(u + q) - E log u, where q is quadratic in normal variables, and

    log a = integral over s > 0 of (exp(-s) - exp(-s a)) / s,

whose mean over both is known: a divergence in any dimension is one integral over log s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from scipy import linalg

_MANY = mpmath.ctx_mp.MPContext()
_DIGITS = 30
# The integrand is analytic in log s for imaginary parts up to pi/2: with this step the trapezoidal
# rule is right to exp(-pi^2/step), thirty digits.
_STEP = 0.125
_FAR = 75.0  # exp(-75) is less than the last of those digits


@dataclass(frozen=True)
class StudentT:
    """A multivariate t distribution; df is infinite for a normal one."""

    loc: np.ndarray
    factor: np.ndarray
    df: float
    source: Any

    @property
    def dimension(self) -> int:
        return self.loc.size

    def entropy(self) -> float:
        """Return the differential entropy in nats."""
        with _MANY.workdps(_DIGITS):
            value = self._mean_log() - self._constant()
            return float(value + math.fsum(np.log(np.diag(self.factor))))

    def _constant(self) -> Any:
        """Return the logarithm of what the density has at its top, for a unit shape."""
        m, k = _MANY, self.dimension
        if math.isinf(self.df):
            return -m.mpf(k) / 2 * m.log(2 * m.pi)
        df = m.mpf(self.df)
        return m.loggamma((df + k) / 2) - m.loggamma(df / 2) - m.mpf(k) / 2 * m.log(df * m.pi)

    def _mean_log(self) -> Any:
        """Return (df + k)/2 times the mean of log(1 + Q/df), Q the distance under this law."""
        m, k = _MANY, self.dimension
        if math.isinf(self.df):
            return m.mpf(k) / 2
        half = m.mpf(self.df) / 2
        return (half + m.mpf(k) / 2) * (m.digamma(half + m.mpf(k) / 2) - m.digamma(half))

    def kl_divergence(self, other: StudentT) -> float:
        """Return KL(self || other) in nats."""
        if math.isinf(other.df) and self.df <= 2.0:
            return math.inf  # no second moment
        whitened = linalg.solve_triangular(other.factor, self.factor, lower=True)
        axes, spreads, _ = np.linalg.svd(whitened)
        shift = axes.T @ linalg.solve_triangular(other.factor, self.loc - other.loc, lower=True)
        with _MANY.workdps(_DIGITS):
            squares = [_MANY.mpf(x) ** 2 for x in spreads.tolist()]
            shifts = [_MANY.mpf(x) ** 2 for x in shift.tolist()]
            value = self._constant() - self._mean_log() - other._constant()
            value -= _MANY.fsum(_MANY.log(x) for x in squares) / 2
            value += self._mean_under(other, squares, shifts)
            return max(float(value), 0.0)

    def _mean_under(self, other: StudentT, squares: list[Any], shifts: list[Any]) -> Any:
        """Return (df + k)/2 times the mean of log(1 + Q/df) of the other under this law."""
        m = _MANY
        if math.isinf(other.df):
            widened = m.mpf(self.df) / (self.df - 2) if math.isfinite(self.df) else m.mpf(1)
            return (widened * m.fsum(squares) + m.fsum(shifts)) / 2
        df, half = m.mpf(other.df), m.mpf(self.df) / 2

        def both(s: Any) -> Any:
            """Return the mean of exp(-s (u + q))."""
            rate = s * (
                1 + m.fsum(d / (df + 2 * s * x) for d, x in zip(shifts, squares, strict=True))
            )
            spread = m.fsum(m.log1p(2 * s * x / df) for x in squares) / 2
            mixed = rate if m.isinf(half) else half * m.log1p(rate / half)
            return m.exp(-mixed - spread)

        size = 1 + (m.fsum(shifts) + m.fsum(squares)) / df
        low = -_FAR - float(m.log(size))
        widest = max(math.log1p(self.df) if math.isfinite(self.df) else 0.0, 0.0)
        widest += max(float(m.log(df / min(squares))), 0.0)
        power = 0.5 * (self.df + self.dimension) if math.isfinite(self.df) else _FAR
        high = widest + 5.0 + _FAR / min(power, 1.0)
        first, last = math.floor(low / _STEP), math.ceil(high / _STEP)
        points = (m.exp(m.mpf(i) * _STEP) for i in range(first, last + 1))
        mean_log = _STEP * m.fsum(m.exp(-s) - both(s) for s in points)
        mean_log_u = m.mpf(0) if m.isinf(half) else m.digamma(half) - m.log(half)
        return (df + self.dimension) / 2 * (mean_log - mean_log_u)
