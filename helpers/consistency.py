"""Experiments about consistency: how fast a maximum-likelihood estimate settles, and when not.

Each :class:`Experiment` is a truth, a model and the exact law of the estimate, so that a thousand
samples of a hundred thousand observations cost nothing: every estimate here depends on its sample
through a sum (and, for the normal, a sum of squares) whose distribution is known.

The second half is a model for which maximum likelihood fails although the law of large numbers
holds at every parameter, in the manner of Ferguson (1982): see :func:`memorising_log_density`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

__all__ = [
    "Experiment",
    "Rates",
    "bernoulli_experiment",
    "log_log_slope",
    "measure_rates",
    "memorising_estimate",
    "memorising_limit",
    "memorising_log_density",
    "memorising_log_likelihood",
    "memorising_width",
    "misspecified_experiment",
    "normal_experiment",
    "poisson_experiment",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Experiment:
    """A truth, a model, and the maximum-likelihood estimate's law under the truth.

    Attributes
    ----------
    title : str
        What is sampled and fitted, in a few words.
    theta_star : ndarray, shape (k,)
        The minimiser of the divergence from the truth to the model.
    estimates : callable
        ``estimates(n, repetitions, rng)``: independent estimates from samples of size n,
        shape (repetitions, k).
    excess_kl : callable
        How much more the divergence from the truth is at an estimate than at ``theta_star``, in
        nats: array of shape (repetitions, k) to shape (repetitions,).
    error_constant : float
        c such that the root-mean-square error of the estimate is c / sqrt(n) to first order.
    kl_constant : float
        c such that the mean excess divergence is c / n to first order.

    Examples
    --------
    >>> coin = bernoulli_experiment(0.3)
    >>> coin.estimates(100, 2, np.random.default_rng(1)).shape
    (2, 1)
    """

    title: str
    theta_star: Array
    estimates: Callable[[int, int, np.random.Generator], Array]
    excess_kl: Callable[[Array], Array]
    error_constant: float
    kl_constant: float


def bernoulli_experiment(theta: float = 0.3) -> Experiment:
    """Return Bernoulli trials fitted by a Bernoulli model.

    Examples
    --------
    >>> bernoulli_experiment(0.5).error_constant
    0.5
    """
    if not 0 < theta < 1:
        raise ValueError(f"theta must lie strictly between 0 and 1, got {theta}")

    def estimates(n: int, repetitions: int, rng: np.random.Generator) -> Array:
        return rng.binomial(n, theta, size=(repetitions, 1)) / n

    def excess_kl(hat: Array) -> Array:
        hat = hat[:, 0]
        return special.rel_entr(theta, hat) + special.rel_entr(1 - theta, 1 - hat)

    return Experiment(
        "Bernoulli",
        np.array([theta]),
        estimates,
        excess_kl,
        float(np.sqrt(theta * (1 - theta))),
        0.5,
    )


def poisson_experiment(rate: float = 4.0) -> Experiment:
    """Return Poisson counts fitted by a Poisson model.

    Examples
    --------
    >>> poisson_experiment(4.0).error_constant
    2.0
    """
    if not rate > 0:
        raise ValueError(f"rate must be positive, got {rate}")

    def estimates(n: int, repetitions: int, rng: np.random.Generator) -> Array:
        return rng.poisson(n * rate, size=(repetitions, 1)) / n

    def excess_kl(hat: Array) -> Array:
        return special.kl_div(rate, hat[:, 0])

    return Experiment("Poisson", np.array([rate]), estimates, excess_kl, float(np.sqrt(rate)), 0.5)


def normal_experiment(mu: float = 0.0, sigma: float = 1.0) -> Experiment:
    """Return normal measurements fitted by a normal model, both parameters unknown.

    The estimate is (mean, standard deviation with divisor n), so the excess divergence has
    the constant 2/2: half a nat for each parameter.

    Examples
    --------
    >>> normal_experiment().kl_constant
    1.0
    """
    if not sigma > 0:
        raise ValueError(f"sigma must be positive, got {sigma}")

    def estimates(n: int, repetitions: int, rng: np.random.Generator) -> Array:
        mean = rng.normal(mu, sigma / np.sqrt(n), size=repetitions)
        spread = sigma * np.sqrt(rng.chisquare(n - 1, size=repetitions) / n)
        return np.column_stack([mean, spread])

    def excess_kl(hat: Array) -> Array:
        ratio = (sigma / hat[:, 1]) ** 2
        return (special.kl_div(1.0, ratio) + ((hat[:, 0] - mu) / hat[:, 1]) ** 2) / 2

    constant = float(sigma * np.sqrt(1.5))
    return Experiment("normal", np.array([mu, sigma]), estimates, excess_kl, constant, 1.0)


def misspecified_experiment(shape: float = 2.0) -> Experiment:
    """Return gamma waiting times (rate 1) fitted by an exponential model: a wrong model.

    The divergence from the truth never reaches zero; its minimiser is the rate 1/shape that has
    the right mean. The excess over that minimum falls like 1/(2 shape n).

    Examples
    --------
    >>> misspecified_experiment(2.0).theta_star.tolist()
    [0.5]
    """
    if not shape > 0:
        raise ValueError(f"shape must be positive, got {shape}")
    best = 1 / shape

    def estimates(n: int, repetitions: int, rng: np.random.Generator) -> Array:
        return n / rng.gamma(n * shape, size=(repetitions, 1))

    def excess_kl(hat: Array) -> Array:
        return special.kl_div(1.0, hat[:, 0] / best)

    constant = float(best / np.sqrt(shape))
    title = "a wrong model"
    return Experiment(title, np.array([best]), estimates, excess_kl, constant, 1 / (2 * shape))


@dataclass(frozen=True, eq=False)
class Rates:
    """What :func:`measure_rates` measured, at each sample size.

    Attributes
    ----------
    experiment : Experiment
    sizes : ndarray of int, shape (m,)
    errors, excesses : ndarray, shape (m,)
        Root-mean-square error of the estimate; mean excess divergence in nats.
    error_slope, kl_slope : tuple of float
        Slope in log-log coordinates and the standard error of that slope.

    Examples
    --------
    >>> rates = measure_rates(
    ...     poisson_experiment(), [100, 1000, 10_000], 200, rng=np.random.default_rng(1)
    ... )
    >>> [round(slope, 1) for slope in (rates.error_slope[0], rates.kl_slope[0])]
    [-0.5, -1.0]
    """

    experiment: Experiment
    sizes: NDArray[np.int64]
    errors: Array
    excesses: Array
    error_slope: tuple[float, float]
    kl_slope: tuple[float, float]


def measure_rates(
    experiment: Experiment, sizes: ArrayLike, repetitions: int, *, rng: np.random.Generator
) -> Rates:
    """Measure how fast estimate and divergence settle, over many independent samples.

    Parameters
    ----------
    experiment : Experiment
    sizes : array_like of int, shape (m,)
        At least three different sample sizes of two or more.
    repetitions : int
        Samples drawn at each size.
    rng : numpy.random.Generator

    Returns
    -------
    Rates

    Raises
    ------
    ValueError
        If a size or the number of repetitions is too small.

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> rates = measure_rates(bernoulli_experiment(), [100, 1000, 10000], 4000, rng=rng)
    >>> round(rates.error_slope[0], 1), round(rates.kl_slope[0], 1)
    (-0.5, -1.0)
    """
    sizes = np.asarray(sizes, dtype=np.int64)
    if sizes.ndim != 1 or np.unique(sizes).size < 3 or sizes.min() < 2:
        raise ValueError("sizes must be at least three different sample sizes of two or more")
    if repetitions < 2:
        raise ValueError(f"repetitions must be at least 2, got {repetitions}")
    squares, excess = [], []
    for n in sizes:
        hat = experiment.estimates(int(n), repetitions, rng)
        squares.append(((hat - experiment.theta_star) ** 2).sum(axis=1))
        excess.append(experiment.excess_kl(hat))
    mean_square = np.mean(squares, axis=1)
    square_noise = np.std(squares, axis=1, ddof=1) / mean_square / np.sqrt(repetitions)
    mean_excess = np.mean(excess, axis=1)
    excess_noise = np.std(excess, axis=1, ddof=1) / mean_excess / np.sqrt(repetitions)
    return Rates(
        experiment,
        sizes,
        np.sqrt(mean_square),
        mean_excess,
        log_log_slope(sizes, np.sqrt(mean_square), square_noise / 2),
        log_log_slope(sizes, mean_excess, excess_noise),
    )


def log_log_slope(x: ArrayLike, y: ArrayLike, relative_error: ArrayLike) -> tuple[float, float]:
    """Fit a straight line to log y against log x and return its slope and standard error.

    Parameters
    ----------
    x, y : array_like, shape (m,)
        Positive.
    relative_error : array_like, shape (m,) or scalar
        Standard error of each y divided by y.

    Raises
    ------
    ValueError
        If x or y is not positive and finite.

    Examples
    --------
    >>> slope, error = log_log_slope([1, 10, 100], [3.0, 0.3, 0.03], 0.01)
    >>> round(slope, 12), round(error, 4)
    (-1.0, 0.0031)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    for name, values in (("x", x), ("y", y)):
        if not (np.isfinite(values).all() and (values > 0).all()):
            raise ValueError(f"{name} must be positive and finite")
    centred = np.log(x) - np.log(x).mean()
    weights = centred / (centred @ centred)
    noise = np.broadcast_to(np.asarray(relative_error, dtype=float), x.shape)
    return float(weights @ np.log(y)), float(np.sqrt((weights**2) @ noise**2))


# The model that memorises: uniform on (0, 1) with weight 1 - theta/2, and with weight theta/2
# uniform on a spike [theta - w, theta] of width w = theta exp(-1/(1 - theta)^2). At theta = 0 it
# is the uniform distribution. The spike's height is exp(1/(1 - theta)^2) / 2.


def _in_range(theta: ArrayLike) -> Array:
    theta = np.asarray(theta, dtype=float)
    if not ((theta >= 0) & (theta < 1)).all():
        raise ValueError("theta must lie in [0, 1)")
    return theta


def memorising_width(theta: ArrayLike) -> Array:
    """Return the width of the memorising model's spike, shape of ``theta``.

    Examples
    --------
    >>> f"{float(memorising_width(0.9)):.1e}"
    '3.3e-44'
    """
    theta = _in_range(theta)
    return theta * np.exp(-((1 - theta) ** -2.0))


def _levels(theta: Array) -> tuple[Array, Array]:
    """Return the memorising model's log-density beside its spike and on it."""
    floor = np.log1p(-theta / 2)
    return floor, np.logaddexp(floor, (1 - theta) ** -2.0 - np.log(2))


def memorising_log_density(x: ArrayLike, theta: ArrayLike) -> Array:
    """Return the log-density of the memorising model at x in (0, 1), in nats.

    The model is the uniform distribution on (0, 1) with weight 1 - theta/2, and with weight
    theta/2 the uniform distribution on the spike [theta - w, theta] of
    :func:`memorising_width`. It is continuous in theta at every x outside the spike's ends,
    identifiable, and bounded for each theta; yet its maximum-likelihood estimate tends to 1
    whatever the truth is. Compare Ferguson (1982).

    Parameters
    ----------
    x, theta : array_like
        Broadcast against each other; theta in [0, 1).

    Raises
    ------
    ValueError
        If theta lies outside [0, 1) or x outside [0, 1].

    Examples
    --------
    >>> memorising_log_density([0.2, 0.5], 0.5).round(3).tolist()
    [-0.288, 3.334]
    """
    theta = _in_range(theta)
    x = np.asarray(x, dtype=float)
    if not ((x >= 0) & (x <= 1)).all():
        raise ValueError("x must lie in [0, 1]")
    floor, spike = _levels(theta)
    # Written without theta - w: close to 1 the width underflows and the point itself remains.
    inside = (theta > 0) & (theta - x >= 0) & (theta - x <= memorising_width(theta))
    return np.where(inside, spike, floor)


def memorising_log_likelihood(theta: ArrayLike, data: ArrayLike) -> Array:
    """Return the mean log-likelihood of the memorising model, in nats, shape of ``theta``.

    Examples
    --------
    >>> memorising_log_likelihood([0.0, 0.5], [0.2, 0.7]).round(3).tolist()
    [0.0, -0.288]
    """
    theta, data = _in_range(theta), np.sort(np.asarray(data, dtype=float))
    if not ((data >= 0) & (data <= 1)).all():
        raise ValueError("data must lie in [0, 1]")
    floor, spike = _levels(theta)
    # How many observations lie on the spike is all that counts.
    before = np.searchsorted(data, theta - memorising_width(theta), side="left")
    share = (np.searchsorted(data, theta, side="right") - before) / data.size
    return np.where(theta > 0, share * spike + (1 - share) * floor, 0.0)


def memorising_limit(theta: ArrayLike) -> Array:
    """Return the limit of the mean log-likelihood when the truth is uniform: minus a divergence.

    Examples
    --------
    >>> memorising_limit([0.0, 0.5]).round(3).tolist()
    [0.0, -0.255]
    """
    theta = _in_range(theta)
    width = memorising_width(theta)
    floor, spike = _levels(theta)
    return np.where(theta > 0, (1 - width) * floor + width * spike, 0.0)


def memorising_estimate(data: ArrayLike) -> float:
    """Return the memorising model's likeliest parameter among 0 and the observations.

    A spike without an observation only lowers the likelihood, so the maximiser over [0, 1) is 0
    or lies within one spike's width to the right of an observation: less than 0.05 anywhere, and
    less than 1e-40 beyond 0.9.

    Raises
    ------
    ValueError
        If there is no observation, or one lies outside [0, 1).

    Examples
    --------
    >>> memorising_estimate([0.31, 0.42, 0.97])
    0.97
    """
    data = np.asarray(data, dtype=float)
    if data.ndim != 1 or not data.size or not ((data >= 0) & (data < 1)).all():
        raise ValueError("data must be a non-empty list of numbers in [0, 1)")
    candidates = np.concatenate([[0.0], data])
    return float(candidates[np.argmax(memorising_log_likelihood(candidates, data))])
