"""How fast a mean settles: running means, tail bounds and what simulation says.

The mean of n independent draws with mean mu and variance sigma^2 is written X-bar. Every bound
speaks of the two-sided tail ``P(|X-bar - mu| >= epsilon)``; its two inverses say how many samples
make the tail at most delta, and which epsilon goes with n and delta.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

__all__ = [
    "TailFrequency",
    "chebyshev_bound",
    "chebyshev_epsilon",
    "chebyshev_extremal",
    "chebyshev_sample_size",
    "clt_epsilon",
    "clt_sample_size",
    "clt_tail",
    "hoeffding_bound",
    "hoeffding_epsilon",
    "hoeffding_sample_size",
    "markov_bound",
    "running_mean",
    "tail_frequency",
]

# Draws held in memory at once by a simulation.
_BLOCK = 1 << 20
_EPSILON = np.finfo(float).eps
_MOST = 2.0**63


def _checked(value: Any, argument: str, valid: Callable[[Any], Any], expected: str) -> np.ndarray:
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{argument}: expected {expected}, got {value!r}") from None
    if not (np.isfinite(array) & valid(array)).all():
        raise ValueError(f"{argument}: expected {expected}, got {value!r}")
    return array


def _positive(value: Any, argument: str) -> np.ndarray:
    return _checked(value, argument, lambda x: x > 0, "a positive finite number")


def _not_negative(value: Any, argument: str) -> np.ndarray:
    return _checked(value, argument, lambda x: x >= 0, "a finite number of at least 0")


def _level(value: Any, argument: str = "delta") -> np.ndarray:
    return _checked(value, argument, lambda x: (x > 0) & (x < 1), "a probability between 0 and 1")


def _sizes(value: Any) -> np.ndarray:
    return _checked(
        value, "n", lambda x: (x >= 1) & (x == np.rint(x)), "a whole number of at least 1"
    )


def _together(**arguments: np.ndarray) -> None:
    """Refuse arguments whose shapes do not broadcast, by name."""
    shapes = [array.shape for array in arguments.values()]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            f"{', '.join(arguments)}: expected shapes that broadcast, "
            f"got {', '.join(map(str, shapes))}"
        ) from None


def _log_half(delta: np.ndarray) -> np.ndarray:
    """Half of delta, as a logarithm: half of the smallest positive number would be zero."""
    return np.log(delta) - np.log(2.0)


def _deviations(delta: np.ndarray) -> np.ndarray:
    """How many standard deviations a normal draw exceeds, on either side, with this probability."""
    # By the logarithm, but only there: towards one it loses half of the digits.
    return np.where(
        delta < 1e-300, -special.ndtri_exp(_log_half(delta)), stats.norm.isf(delta / 2.0)
    )


def _plain(value: Any) -> Any:
    return value if np.ndim(value) else float(value)


def _whole(least: Callable[[], Any]) -> Any:
    """Round the sample size that ``least`` computes up to a whole number."""
    with np.errstate(divide="ignore", over="ignore"):
        value = np.asarray(least(), dtype=float)
    if not (value < _MOST).all():
        raise ValueError("epsilon: too small for a sample size below 2^63")
    # A bound met exactly must not be pushed one sample up by rounding in the last digit.
    near = np.rint(value)
    result = np.where(np.abs(value - near) <= 8.0 * _EPSILON * near, near, np.ceil(value))
    result = np.maximum(result, 1.0)
    return result.astype(np.int64) if result.ndim else int(result)


def running_mean(samples: Any, *, axis: int = -1) -> np.ndarray:
    """Return the mean of the first n samples, for every n.

    Parameters
    ----------
    samples : array_like, shape (..., n, ...)
    axis : int
        The axis along which samples follow one another.

    Returns
    -------
    ndarray, same shape

    Raises
    ------
    ValueError
        If there are no samples or some are not finite.

    Examples
    --------
    >>> running_mean([1, 0, 1, 1]).round(3).tolist()
    [1.0, 0.5, 0.667, 0.75]
    """
    try:
        array = np.asarray(samples, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"samples: expected numbers: {error}") from None
    if array.ndim == 0 or array.size == 0:
        raise ValueError(f"samples: expected at least one sample, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("samples: expected finite numbers, got nan or infinity")
    try:
        axis = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis: expected a whole number, got {axis!r}") from None
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(f"axis: expected an axis of samples, whose shape is {array.shape}")
    moved = np.moveaxis(array, axis, -1)
    means = np.cumsum(moved, axis=-1) / np.arange(1, moved.shape[-1] + 1)
    return np.moveaxis(means, -1, axis)


def markov_bound(mean: Any, a: Any) -> Any:
    """Return Markov's bound on P(X >= a) for X >= 0: E[X]/a, at most 1.

    Parameters
    ----------
    mean : float or array_like
        E[X], not negative.
    a : float or array_like
        The threshold, positive.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If the mean is negative or the threshold is not positive.

    Examples
    --------
    >>> markov_bound(1.0, 4.0)
    0.25
    """
    mean, a = _not_negative(mean, "mean"), _positive(a, "a")
    _together(mean=mean, a=a)
    with np.errstate(over="ignore"):  # beyond one, how far does not matter
        return _plain(np.minimum(mean / a, 1.0))


def chebyshev_bound(epsilon: Any, *, variance: Any, n: Any = 1) -> Any:
    """Return Chebyshev's bound on ``P(|X-bar - mu| >= epsilon)``.

    It is variance/(n epsilon^2), at most 1.

    Parameters
    ----------
    epsilon : float or array_like
        Distance from the mean, positive.
    variance : float or array_like
        Variance of one draw.
    n : int or array_like
        How many draws are averaged.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> chebyshev_bound(2.0, variance=1.0)
    0.25
    >>> chebyshev_bound(0.5, variance=0.25, n=10)
    0.1

    References
    ----------
    Chebyshev (1867), Des valeurs moyennes.
    """
    epsilon, n = _positive(epsilon, "epsilon"), _sizes(n)
    variance = _not_negative(variance, "variance")
    _together(epsilon=epsilon, variance=variance, n=n)
    # The square of the distance may leave the floating-point range on either side.
    with np.errstate(over="ignore", divide="ignore", under="ignore"):
        return _plain(np.minimum(variance / (n * epsilon**2), 1.0))


def chebyshev_sample_size(epsilon: Any, delta: Any, *, variance: Any) -> Any:
    """Return the smallest n for which Chebyshev's bound is at most delta.

    Parameters
    ----------
    epsilon, delta, variance : float or array_like
        Distance, probability in (0, 1) and the variance of one draw.

    Returns
    -------
    int or ndarray of int

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> chebyshev_sample_size(0.1, 0.05, variance=0.25)
    500
    """
    epsilon, delta = _positive(epsilon, "epsilon"), _level(delta)
    variance = _not_negative(variance, "variance")
    _together(epsilon=epsilon, delta=delta, variance=variance)
    return _whole(lambda: variance / epsilon**2 / delta)


def chebyshev_epsilon(delta: Any, *, variance: Any, n: Any = 1) -> Any:
    """Return the epsilon at which Chebyshev's bound equals delta.

    Parameters
    ----------
    delta : float or array_like
        Probability in (0, 1).
    variance, n
        As for :func:`chebyshev_bound`.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> chebyshev_epsilon(0.25, variance=1.0)
    2.0
    """
    delta, n = _level(delta), _sizes(n)
    variance = _not_negative(variance, "variance")
    _together(delta=delta, variance=variance, n=n)
    return _plain(np.sqrt(variance / (n * delta)))


def chebyshev_extremal(k: float, *, mean: float = 0.0, std: float = 1.0) -> Any:
    """Return a distribution for which Chebyshev's bound at k standard deviations is an equality.

    It puts 1/(2 k^2) on each of mean - k std and mean + k std and the rest on the mean.

    Parameters
    ----------
    k : float
        At least 1.
    mean, std : float
        The mean and standard deviation of the distribution.

    Returns
    -------
    scipy.stats.rv_discrete

    Raises
    ------
    ValueError
        If k is below 1, where the bound says nothing, or std is not positive.

    Examples
    --------
    >>> law = chebyshev_extremal(2.0)
    >>> float(law.var()), law.xk.tolist(), law.pk.tolist()
    (1.0, [-2.0, 0.0, 2.0], [0.125, 0.75, 0.125])
    """
    if np.ndim(k) or np.ndim(mean) or np.ndim(std):
        raise ValueError("k, mean, std: expected single numbers, got an array")
    k = float(_checked(k, "k", lambda x: x >= 1.0, "a number of at least 1"))
    mean = float(_checked(mean, "mean", np.isfinite, "a finite number"))
    width = float(_positive(std, "std")) * k
    edge = 0.5 / (k * k)
    points = (mean - width, mean + width) if k == 1.0 else (mean - width, mean, mean + width)
    weights = (0.5, 0.5) if k == 1.0 else (edge, 1.0 - 2.0 * edge, edge)
    return stats.rv_discrete(name="chebyshev_extremal", values=(points, weights))


def hoeffding_bound(epsilon: Any, *, width: Any, n: Any = 1) -> Any:
    """Return Hoeffding's bound on ``P(|X-bar - mu| >= epsilon)``.

    It is 2 exp(-2 n epsilon^2 / width^2), at most 1.

    Parameters
    ----------
    epsilon : float or array_like
        Distance from the mean, positive.
    width : float or array_like
        Length b - a of an interval [a, b] that holds every draw.
    n : int or array_like
        How many draws are averaged.

    Returns
    -------
    float or ndarray
        At most 1.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> round(hoeffding_bound(0.1, width=1.0, n=200), 6)
    0.036631

    References
    ----------
    Hoeffding (1963), Probability Inequalities for Sums of Bounded Random Variables, theorem 2.
    """
    epsilon, width, n = _positive(epsilon, "epsilon"), _positive(width, "width"), _sizes(n)
    _together(epsilon=epsilon, width=width, n=n)
    with np.errstate(over="ignore"):  # of the exponent, and then the bound is zero
        return _plain(np.minimum(2.0 * np.exp(-2.0 * n * (epsilon / width) ** 2), 1.0))


def hoeffding_sample_size(epsilon: Any, delta: Any, *, width: Any) -> Any:
    """Return the smallest n for which Hoeffding's bound is at most delta.

    Parameters
    ----------
    epsilon, delta, width : float or array_like
        Distance, probability in (0, 1) and length of the interval that holds every draw.

    Returns
    -------
    int or ndarray of int

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> hoeffding_sample_size(0.1, 0.05, width=1.0)
    185
    """
    epsilon, width = _positive(epsilon, "epsilon"), _positive(width, "width")
    delta = _level(delta)
    _together(epsilon=epsilon, delta=delta, width=width)
    return _whole(lambda: -_log_half(delta) / (2.0 * (epsilon / width) ** 2))


def hoeffding_epsilon(delta: Any, *, width: Any, n: Any = 1) -> Any:
    """Return the epsilon at which Hoeffding's bound equals delta.

    Parameters
    ----------
    delta : float or array_like
        Probability in (0, 1).
    width, n
        As for :func:`hoeffding_bound`.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> round(hoeffding_epsilon(0.05, width=1.0, n=185), 4)
    0.0998
    """
    delta, width, n = _level(delta), _positive(width, "width"), _sizes(n)
    _together(delta=delta, width=width, n=n)
    return _plain(width * np.sqrt(-_log_half(delta) / (2 * n)))


def clt_tail(epsilon: Any, *, variance: Any, n: Any = 1) -> Any:
    """Return the central limit theorem's approximation of ``P(|X-bar - mu| >= epsilon)``.

    It is exact for normal draws, a limit otherwise, and no bound: at finite n the true tail may
    be larger.

    Parameters
    ----------
    epsilon : float or array_like
        Distance from the mean, positive.
    variance : float or array_like
        Variance of one draw, positive.
    n : int or array_like
        How many draws are averaged.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> round(clt_tail(1.96, variance=1.0), 4)
    0.05
    """
    epsilon, n = _positive(epsilon, "epsilon"), _sizes(n)
    variance = _positive(variance, "variance")
    _together(epsilon=epsilon, variance=variance, n=n)
    return _plain(2.0 * stats.norm.sf(epsilon * np.sqrt(n / variance)))


def clt_sample_size(epsilon: Any, delta: Any, *, variance: Any) -> Any:
    """Return the smallest n for which the normal approximation of the tail is at most delta.

    Parameters
    ----------
    epsilon, delta, variance : float or array_like
        Distance, probability in (0, 1) and the variance of one draw.

    Returns
    -------
    int or ndarray of int

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> clt_sample_size(0.1, 0.05, variance=0.25)
    97
    """
    epsilon, delta = _positive(epsilon, "epsilon"), _level(delta)
    variance = _positive(variance, "variance")
    _together(epsilon=epsilon, delta=delta, variance=variance)
    deviations = _deviations(delta)
    return _whole(lambda: variance * (deviations / epsilon) ** 2)


def clt_epsilon(delta: Any, *, variance: Any, n: Any = 1) -> Any:
    """Return the epsilon at which the normal approximation of the tail equals delta.

    Parameters
    ----------
    delta : float or array_like
        Probability in (0, 1).
    variance, n
        As for :func:`clt_tail`.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> round(clt_epsilon(0.05, variance=1.0), 4)
    1.96
    """
    delta, n = _level(delta), _sizes(n)
    variance = _positive(variance, "variance")
    _together(delta=delta, variance=variance, n=n)
    return _plain(_deviations(delta) * np.sqrt(variance / n))


@dataclass(frozen=True)
class TailFrequency:
    """How often a simulated mean was far off.

    Attributes
    ----------
    value : float
        The share of repetitions with ``|X-bar - mu| >= epsilon``.
    low, high : float
        Clopper-Pearson interval for the probability, at the confidence asked for.
    repetitions : int

    Examples
    --------
    >>> TailFrequency(value=0.5, low=0.4, high=0.6, repetitions=100).low
    0.4
    """

    value: float
    low: float
    high: float
    repetitions: int


def tail_frequency(
    distribution: Any,
    n: int,
    epsilon: float,
    *,
    repetitions: int,
    rng: np.random.Generator,
    mean: float | None = None,
    confidence: float = 0.99,
) -> TailFrequency:
    """Simulate ``P(|X-bar - mu| >= epsilon)`` for the mean of n draws, in bounded memory.

    Parameters
    ----------
    distribution : distribution
        Anything with ``rvs(size=..., random_state=...)`` and ``mean()``.
    n : int
        How many draws are averaged.
    epsilon : float
        Distance from the mean, positive.
    repetitions : int
        How many means are simulated.
    rng : numpy.random.Generator
        The source of randomness.
    mean : float, optional
        The centre; the distribution's own mean if omitted.
    confidence : float
        Of the interval.

    Returns
    -------
    TailFrequency

    Raises
    ------
    ValueError
        If an argument is out of its range, or the distribution has no finite mean and none is
        given.
    TypeError
        If ``rng`` is no Generator.

    Examples
    --------
    >>> from scipy import stats
    >>> law = stats.bernoulli(0.5)
    >>> tail = tail_frequency(law, 100, 0.1, repetitions=2000, rng=np.random.default_rng(0))
    >>> tail.low < 0.0569 < tail.high, tail.value < chebyshev_bound(0.1, variance=0.25, n=100)
    (True, True)

    References
    ----------
    Clopper and Pearson (1934), The Use of Confidence or Fiducial Limits.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected a numpy.random.Generator, got {type(rng).__name__}")
    if not (hasattr(distribution, "rvs") and hasattr(distribution, "mean")):
        raise TypeError(
            "distribution: expected a distribution with rvs and mean, "
            f"got {type(distribution).__name__}"
        )
    n, repetitions = int(_sizes(n)), _repetitions(repetitions)
    epsilon = float(_positive(epsilon, "epsilon"))
    confidence = float(_level(confidence, "confidence"))
    centre = float(distribution.mean() if mean is None else mean)
    if not math.isfinite(centre):
        raise ValueError("mean: expected a finite number; this distribution has no finite mean")
    far = 0
    rows = max(1, _BLOCK // n)
    for start in range(0, repetitions, rows):
        count = min(rows, repetitions - start)
        totals = np.zeros(count)
        for first in range(0, n, _BLOCK):
            width = min(_BLOCK, n - first)
            totals += distribution.rvs(size=(count, width), random_state=rng).sum(axis=1)
        # A draw on the boundary counts as far off even if dividing rounds it inwards.
        far += int(np.sum(np.abs(totals / n - centre) >= epsilon * (1.0 - 1e-12)))
    interval = stats.binomtest(far, repetitions).proportion_ci(confidence, method="exact")
    return TailFrequency(far / repetitions, float(interval.low), float(interval.high), repetitions)


def _repetitions(value: Any) -> int:
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"repetitions: expected a whole number of at least 1, got {value!r}")
    return int(value)
