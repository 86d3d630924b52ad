"""Logistic regression of a yes or no on one number, by maximum likelihood.

>>> from helpers.datasets import challenger
>>> flights = challenger()
>>> fit = fit_logistic(flights["temperature"], flights["distress"])
>>> round(fit.intercept, 3), round(fit.slope, 4), round(fit.log_likelihood, 3)
(15.043, -0.2322, -10.158)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

__all__ = ["LogisticFit", "fit_logistic", "logistic_log_likelihood"]


@dataclass(frozen=True)
class LogisticFit:
    """The most likely line of log-odds.

    Attributes
    ----------
    intercept, slope : float
        The log-odds of a yes at x are ``intercept + slope * x``.
    log_likelihood : float
        In nats, of all observations together.
    n : int
        How many observations.

    Examples
    --------
    >>> float(LogisticFit(0.0, 1.0, -0.5, 1).probability(0.0))
    0.5
    """

    intercept: float
    slope: float
    log_likelihood: float
    n: int

    def probability(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of a yes at each x."""
        return special.expit(self.intercept + self.slope * np.asarray(x, dtype=float))


def _checked(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or x.size == 0:
        raise ValueError(f"x and y must be lists of one length, got shapes {x.shape}, {y.shape}")
    if not np.isfinite(x).all():
        raise ValueError("x must be finite numbers")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("y must hold zeros and ones only")
    return x, y


def logistic_log_likelihood(intercept: float, slope: float, x: ArrayLike, y: ArrayLike) -> float:
    """Return the log-likelihood of a line of log-odds, in nats.

    Parameters
    ----------
    intercept, slope : float
        The log-odds of a one at x are ``intercept + slope * x``.
    x, y : array_like, shape (n,)
        Finite numbers, and zeros and ones.

    Raises
    ------
    ValueError
        If x and y differ in shape, or y holds anything but zeros and ones.

    Examples
    --------
    >>> round(logistic_log_likelihood(0, 0, [1, 2], [0, 1]), 4)
    -1.3863
    """
    x, y = _checked(x, y)
    z = intercept + slope * x
    return float(np.sum(special.log_expit(np.where(y == 1, z, -z))))


def fit_logistic(x: ArrayLike, y: ArrayLike) -> LogisticFit:
    """Fit log-odds that are linear in x.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        Finite numbers, and zeros and ones.

    Returns
    -------
    LogisticFit

    Raises
    ------
    ValueError
        If y holds one value only, or one threshold on x parts the ones from the zeros: then the
        likelihood has no maximum.

    Examples
    --------
    >>> fit_logistic([1, 2, 3, 4], [0, 0, 1, 1])
    Traceback (most recent call last):
    ValueError: x parts the ones of y from the zeros: the likelihood has no maximum
    """
    x, y = _checked(x, y)
    yes, no = x[y == 1], x[y == 0]
    if not yes.size or not no.size:
        raise ValueError("y must hold both zeros and ones: else the likelihood has no maximum")
    if yes.min() >= no.max() or no.min() >= yes.max():
        raise ValueError("x parts the ones of y from the zeros: the likelihood has no maximum")
    centre, width = x.mean(), x.std()
    z = (x - centre) / width

    def slopes(line: NDArray[np.float64]) -> NDArray[np.float64]:
        gap = special.expit(line[0] + line[1] * z) - y
        return np.array([gap.sum(), gap @ z])

    def curvature(line: NDArray[np.float64]) -> NDArray[np.float64]:
        p = special.expit(line[0] + line[1] * z)
        w = p * (1 - p)
        return np.array([[w.sum(), w @ z], [w @ z, w @ z**2]])

    # The log-likelihood is strictly concave here, so where its slope vanishes is the maximum.
    found = optimize.root(slopes, np.zeros(2), jac=curvature, tol=1e-13)
    if not found.success:
        raise ValueError(f"x, y: no maximum was found: {found.message}")
    slope = found.x[1] / width
    intercept = found.x[0] - slope * centre
    return LogisticFit(
        float(intercept),
        float(slope),
        logistic_log_likelihood(intercept, slope, x, y),
        x.size,
    )
