"""Wishart distributions and their inverses: closed forms.

A divergence does not change when both matrices are inverted, so those of inverse Wishart laws are
those of the Wishart laws of the inverses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from helpers.numeric import closed_forms


@dataclass(frozen=True)
class Wishart:
    """A Wishart distribution, or an inverse one; ``factor`` is that of the scale matrix."""

    df: float
    factor: np.ndarray
    inverse: bool
    source: Any

    @property
    def dimension(self) -> int:
        return len(self.factor)

    def entropy(self) -> float:
        """Return the differential entropy in nats, over the entries on and above the diagonal."""
        k, half_log = self.dimension, math.fsum(np.log(np.diag(self.factor)))
        # The logarithm of |X| has the mean below; X to its inverse stretches by |X|^-(k + 1).
        side = -1.0 if self.inverse else 1.0

        def terms(m: Any) -> list[Any]:
            df, log_scale = m.number(self.df), m.number(half_log) * 2
            log_mean = [m.digamma((df - j) / 2) for j in range(k)]
            # Of the Wishart law of the inverse, where this is one.
            own = [
                side * (k + 1) * log_scale / 2,
                m.number(k * (k + 1)) / 2 * m.log(2),
                m.number(k * (k - 1)) / 4 * m.log(m.pi),
                *(m.loggamma((df - j) / 2) for j in range(k)),
                *(-(df - k - 1) / 2 * each for each in log_mean),
                df * k / 2,
            ]
            if self.inverse:
                own += [*(-(k + 1) * each for each in log_mean), -(k + 1) * k * m.log(2)]
                own += [(k + 1) * log_scale]
            return own

        value = closed_forms.evaluate(terms)
        assert value is not None
        return value

    def kl_divergence(self, other: Wishart) -> float:
        """Return KL(self || other) in nats."""
        ratio = linalg.solve_triangular(other.factor, self.factor, lower=True)
        scaled = linalg.svdvals(ratio) ** 2
        scaled = (1.0 / scaled if self.inverse else scaled).tolist()

        def terms(m: Any) -> list[Any]:
            df, theirs = m.number(self.df), m.number(other.df)
            ratios = [m.number(x) for x in scaled]
            return [
                *(df / 2 * (x - 1) for x in ratios),
                *(-theirs / 2 * m.log(x) for x in ratios),
                *(m.loggamma((theirs - j) / 2) for j in range(self.dimension)),
                *(-m.loggamma((df - j) / 2) for j in range(self.dimension)),
                *((df - theirs) / 2 * m.digamma((df - j) / 2) for j in range(self.dimension)),
            ]

        if self.df == other.df and np.array_equal(self.factor, other.factor):
            return 0.0
        value = closed_forms.evaluate(terms)
        assert value is not None
        return max(value, 0.0)
