"""Mixtures of normals for data in classes: their likelihood, and the EM algorithm.

A class has probability, not density, so that the likelihood of a mixture is bounded.

>>> from helpers.datasets import crabs
>>> data = crabs()
>>> one = BinnedMixture.start(data.values, 1)
>>> for _ in range(50):
...     one = one.em_step(data.proportions)
>>> round(one.divergence(data.proportions), 5)
0.03742
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

__all__ = ["BinnedMixture"]


@dataclass(frozen=True, eq=False)
class BinnedMixture:
    """Weights, means and deviations of normals over classes of width one around whole numbers.

    The first class reaches down to minus infinity and the last up to infinity, so that the
    probabilities of the classes add up to one.

    Attributes
    ----------
    classes : ndarray of int, shape (m,)
        Midpoints of the classes, one apart.
    weights, means, deviations : ndarray, shape (k,)

    Examples
    --------
    >>> BinnedMixture.start([0, 1, 2], 1).probabilities().sum().round(12)
    np.float64(1.0)
    """

    classes: NDArray[np.int64]
    weights: NDArray[np.float64]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]

    @classmethod
    def start(cls, classes: ArrayLike, components: int) -> BinnedMixture:
        """Return a first guess: equal weights, centres spread over the middle of the classes.

        Examples
        --------
        >>> BinnedMixture.start(range(1, 30), 2).means.tolist()
        [10.0, 20.0]
        """
        classes = np.asarray(classes)
        if components < 1 or classes.size < 3 or np.any(np.diff(classes) != 1):
            raise ValueError(
                "classes must be whole numbers in steps of one, at least three, and components "
                f"at least one; got {classes.size} classes, {components} components"
            )
        low, high = classes[0] - 1, classes[-1] + 1
        places = low + (high - low) * np.arange(1, components + 1) / (components + 1)
        return cls(
            classes,
            np.full(components, 1 / components),
            places,
            np.full(components, (high - low) / (4 * components)),
        )

    def _edges(self) -> NDArray[np.float64]:
        """Return the classes' ends in units of each component, shape (m + 1, k)."""
        ends = np.concatenate([[-np.inf], self.classes[1:] - 0.5, [np.inf]])
        return (ends[:, None] - self.means) / self.deviations

    def _parts(self) -> NDArray[np.float64]:
        """Return each component's probability of each class, shape (m, k)."""
        z = self._edges()
        # In the upper tail the difference of survival functions keeps the digits.
        upper = z[:-1] > 0
        below, above = np.diff(special.ndtr(z), axis=0), -np.diff(special.ndtr(-z), axis=0)
        return np.where(upper, above, below)

    def probabilities(self) -> NDArray[np.float64]:
        """Return the probability of each class, shape (m,)."""
        return self._parts() @ self.weights

    def divergence(self, shares: ArrayLike) -> float:
        """Return the divergence from observed shares to the mixture, in nats."""
        shares = np.asarray(shares, dtype=float)
        seen = shares > 0
        p = self.probabilities()[seen]
        return float(shares[seen] @ np.log(shares[seen] / p))

    def responsibilities(self) -> NDArray[np.float64]:
        """Return the probability of each component, given the class: shape (m, k)."""
        joint = self._parts() * self.weights
        return joint / joint.sum(axis=1, keepdims=True)

    def em_step(self, shares: ArrayLike) -> BinnedMixture:
        """Return the mixture after one step of expectation-maximisation.

        Parameters
        ----------
        shares : array_like, shape (m,)
            Observed shares of the classes, adding up to one.

        Examples
        --------
        >>> first = BinnedMixture.start(range(5), 1)
        >>> shares = [0.1, 0.2, 0.4, 0.2, 0.1]
        >>> first.em_step(shares).divergence(shares) < first.divergence(shares)
        True
        """
        shares = np.asarray(shares, dtype=float)
        if shares.shape != self.classes.shape or abs(shares.sum() - 1) > 1e-9:
            raise ValueError("shares must be one for each class, and add up to one")
        z, parts = self._edges(), self._parts()
        bell = stats.norm.pdf(z)
        slope = np.where(np.isfinite(z), z, 0) * bell
        # Moments of a normal inside one class, in its own units.
        first = -np.diff(bell, axis=0) / parts
        second = 1 - np.diff(slope, axis=0) / parts
        load = shares[:, None] * self.responsibilities()
        total = load.sum(axis=0)
        shift = (load * first).sum(axis=0) / total
        spread = (load * second).sum(axis=0) / total - shift**2
        return BinnedMixture(
            self.classes,
            total,
            self.means + self.deviations * shift,
            self.deviations * np.sqrt(spread),
        )
