"""Multinomial distributions: how often each of k categories was seen in n trials."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from helpers.numeric import arrays
from helpers.numeric.integration import Integral

_TABLE = 200_000  # so many possible outcomes are summed one by one


@dataclass(frozen=True)
class Multinomial:
    """A multinomial distribution."""

    n: int
    p: np.ndarray
    source: Any

    @property
    def dimension(self) -> int:
        return self.p.size

    def entropy(self) -> float:
        """Return the entropy in nats."""
        x = np.arange(self.n + 1)
        logs = special.gammaln(x + 1.0)
        sums = [float(stats.binom.pmf(x, self.n, each) @ logs) for each in self.p if each > 0]
        own = self.n * float(arrays.entropy(self.p))
        value = math.fsum([own, -math.lgamma(self.n + 1), *sums])
        # Logarithms of factorials are large, and what is left of them is not.
        error = 4.0 * np.finfo(float).eps * (own + 2.0 * math.lgamma(self.n + 1))
        return Integral(value, error).checked("entropy")

    def kl_divergence(self, other: Multinomial) -> float:
        """Return KL(self || other) in nats: n times that of one trial."""
        if self.n != other.n:
            return math.inf  # no outcome is possible in both
        return self.n * float(arrays.kl_divergence(self.p, other.p)) if self.n else 0.0

    def js_divergence(self, other: Multinomial, weights: tuple[float, ...]) -> float:
        """Return the Jensen-Shannon divergence in nats, by a sum over all outcomes."""
        if self.n != other.n:
            return arrays.weight_entropy(weights)
        k = self.dimension
        if math.comb(self.n + k - 1, k - 1) > _TABLE:
            raise ValueError(
                f"p, q: the Jensen-Shannon divergence of multinomials is a sum over up to {_TABLE} "
                f"outcomes, these have {math.comb(self.n + k - 1, k - 1)}"
            )
        bars = np.array(list(itertools.combinations(range(self.n + k - 1), k - 1)), dtype=int)
        bars = bars.reshape(-1, k - 1)
        ends = np.full((len(bars), 1), self.n + k - 1)
        outcomes = np.diff(np.hstack([np.full_like(ends, -1), bars, ends]), axis=1) - 1
        tables = [stats.multinomial.pmf(outcomes, self.n, each.p) for each in (self, other)]
        return float(arrays.js_divergence(tables, weights))
