"""The normal distribution nearest to a mixture of normals, in either direction of the divergence.

Forward, KL(P || N) is least where mean and variance are those of P: one formula. Reverse,
KL(N || P) has no formula and may have several local minima: it is minimised from every component.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

__all__ = [
    "NormalMixture",
    "forward_divergence",
    "forward_fit",
    "reverse_divergence",
    "reverse_fit",
]

# The trapezoidal rule converges exponentially for an analytic integrand that dies at both ends;
# Gauss-Hermite nodes lie too far apart for the bend of a mixture's log-density.
_NODES = np.linspace(-9, 9, 401)
_WEIGHTS = stats.norm.pdf(_NODES) / stats.norm.pdf(_NODES).sum()


@dataclass(frozen=True)
class NormalMixture:
    """A finite mixture of normal distributions.

    Parameters
    ----------
    weights : sequence of float
        Positive, with sum one to within 1e-8.
    means : sequence of float
    sigmas : sequence of float
        Standard deviations, positive.

    Raises
    ------
    ValueError
        If the lengths differ, or weights or standard deviations are not as described.

    Examples
    --------
    >>> peaks = NormalMixture((0.5, 0.5), (-2.0, 2.0), (1.0, 1.0))
    >>> float(peaks.mean), float(peaks.var)
    (0.0, 5.0)
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sigmas: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.weights) == len(self.means) == len(self.sigmas) > 0:
            raise ValueError(
                "weights, means and sigmas must have one entry per component, got "
                f"{len(self.weights)}, {len(self.means)} and {len(self.sigmas)}"
            )
        if not np.all(np.isfinite([self.weights, self.means, self.sigmas])):
            raise ValueError("weights, means and sigmas must be finite")
        if min(self.weights) <= 0 or abs(sum(self.weights) - 1) > 1e-8:
            raise ValueError(
                f"weights must be positive with sum 1, got {self.weights} with sum "
                f"{sum(self.weights)}"
            )
        if min(self.sigmas) <= 0:
            raise ValueError(f"sigmas must be positive, got {self.sigmas}")

    def logpdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Log-density at x, of the shape of x."""
        x = np.asarray(x, dtype=float)[..., None]
        parts = stats.norm.logpdf(x, self.means, self.sigmas)
        return special.logsumexp(parts, b=self.weights, axis=-1)

    def pdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Density at x, of the shape of x."""
        return np.exp(self.logpdf(x))

    def slope(self, x: ArrayLike) -> NDArray[np.float64]:
        """Derivative of the log-density at x, of the shape of x.

        Examples
        --------
        >>> NormalMixture((0.5, 0.5), (-2.0, 2.0), (1.0, 1.0)).slope([0.0, 9.0]).round(6).tolist()
        [0.0, -7.0]
        """
        x = np.asarray(x, dtype=float)[..., None]
        parts = stats.norm.logpdf(x, self.means, self.sigmas) + np.log(self.weights)
        shares = special.softmax(parts, axis=-1)
        return (shares * (self.means - x) / np.square(self.sigmas)).sum(axis=-1)

    @property
    def mean(self) -> float:
        """The mixture's mean."""
        return float(np.dot(self.weights, self.means))

    @property
    def var(self) -> float:
        """The mixture's variance: within the components plus between them."""
        within = np.dot(self.weights, np.square(self.sigmas))
        return float(within + np.dot(self.weights, np.square(np.subtract(self.means, self.mean))))


def _mean_under_normal(f, mean: float, sigma: float) -> float:
    return float(_WEIGHTS @ f(mean + sigma * _NODES))


def forward_divergence(target: NormalMixture, mean: float, sigma: float) -> float:
    """Return KL(target || N) for the normal N of this mean and standard deviation, in nats.

    By the trapezoidal rule under each component.

    Examples
    --------
    >>> round(forward_divergence(NormalMixture((1.0,), (0.0,), (1.0,)), 2.0, 1.0), 12)
    2.0
    """

    def surplus(x: NDArray) -> NDArray:
        return target.logpdf(x) - stats.norm.logpdf(x, mean, sigma)

    parts = zip(target.weights, target.means, target.sigmas, strict=True)
    return sum(w * _mean_under_normal(surplus, m, s) for w, m, s in parts)


def reverse_divergence(target: NormalMixture, mean: float, sigma: float) -> float:
    """Return KL(N || target) for the normal N of this mean and standard deviation, in nats.

    Examples
    --------
    >>> round(reverse_divergence(NormalMixture((1.0,), (0.0,), (1.0,)), 2.0, 1.0), 12)
    2.0
    """
    minus_entropy = -np.log(sigma) - 0.5 * (1 + np.log(2 * np.pi))
    return float(minus_entropy - _mean_under_normal(target.logpdf, mean, sigma))


def forward_fit(target: NormalMixture) -> tuple[float, float]:
    """Return mean and standard deviation of the normal N with the least KL(target || N).

    Both are the target's own, whatever the target: the chapter on asymmetry derives it.

    Examples
    --------
    >>> forward_fit(NormalMixture((0.5, 0.5), (-1.5, 1.5), (1.0, 1.0)))[0]
    0.0
    """
    return target.mean, float(np.sqrt(target.var))


def reverse_fit(target: NormalMixture) -> tuple[float, float]:
    """Return mean and standard deviation of the normal N with the least KL(N || target).

    The divergence is the expectation of log n(x) - log target(x) for x ~ N, by the trapezoidal
    rule; the best of the minima found from every component and from the forward fit is returned.

    Raises
    ------
    RuntimeError
        If no start converges.

    Examples
    --------
    >>> narrow = reverse_fit(NormalMixture((0.5, 0.5), (-6.0, 6.0), (1.0, 1.0)))
    >>> round(abs(narrow[0]), 3), round(narrow[1], 3)
    (6.0, 1.0)
    """

    def divergence(parameters: NDArray) -> tuple[float, NDArray]:
        mean, sigma = parameters[0], np.exp(parameters[1])
        slope = _WEIGHTS * target.slope(mean + sigma * _NODES)
        gradient = np.array([-slope.sum(), -1 - sigma * (slope @ _NODES)])
        return reverse_divergence(target, mean, sigma), gradient

    mean, sigma = forward_fit(target)
    starts = [*zip(target.means, target.sigmas, strict=True), (mean, sigma)]
    found = [optimize.minimize(divergence, (m, np.log(s)), jac=True, tol=1e-8) for m, s in starts]
    # BFGS stops with success False when the last digit is noise: judge by the gradient.
    found = [f for f in found if np.max(np.abs(f.jac)) < 1e-4]
    if not found:
        raise RuntimeError(f"no normal nearest to {target} was found from {len(starts)} starts")
    mean, log_sigma = min(found, key=lambda f: f.fun).x
    return float(mean), float(np.exp(log_sigma))
