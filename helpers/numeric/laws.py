"""What an argument stands for: one view of every distribution the numeric helpers accept.

A ``Law`` knows the family, its parameters, its support and its log-density, and nothing about
divergences. Reading the argument once, here, lets every other module trust what it is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np
from scipy import special, stats

from helpers.numeric import log_pmf

# Quantiles at which an integral is cut, so that no peak can hide between two nodes.
_LOWER_LEVELS = np.array([1e-12, 1e-6, 1e-3, 0.02, 0.1, 0.25, 0.5])
_UPPER_LEVELS = np.array([0.25, 0.1, 0.02, 1e-3, 1e-6, 1e-12])


def _log_pareto(z: np.ndarray, b: float) -> np.ndarray:
    return np.where(z >= 1.0, math.log(b) - (b + 1.0) * np.log(z), -np.inf)


def _log_invweibull(z: np.ndarray, c: float) -> np.ndarray:
    return np.where(z > 0.0, math.log(c) - (c + 1.0) * np.log(z) - z**-c, -np.inf)


def _log_weibull(z: np.ndarray, c: float) -> np.ndarray:
    log_z = np.log(z)
    return np.where(z >= 0.0, math.log(c) + (c - 1.0) * log_z - np.exp(c * log_z), -np.inf)


def _log_tukey_lambda(z: np.ndarray, lam: float) -> np.ndarray:
    """Return the log-density at the root of Q(u) = -|z|, which is sought in log u."""
    x = -np.abs(z)

    def power(log_u: np.ndarray) -> np.ndarray:
        return np.expm1(lam * log_u) / lam if lam else log_u

    low, high = np.full(x.shape, -800.0), np.full(x.shape, -math.log(2.0))
    if lam < 0.0:
        # u^lam lies between lam x + 1 and lam x + 2^-lam.
        low = np.log(lam * x + 2.0**-lam) / lam - 1e-9
    log_u = np.maximum(low, high - 1.0)
    for _ in range(200):
        rest = np.log1p(-np.exp(log_u))
        miss = power(log_u) - power(rest) - x
        low, high = np.where(miss < 0.0, log_u, low), np.where(miss < 0.0, high, log_u)
        slope = np.exp(lam * log_u) + np.exp(log_u + (lam - 1.0) * rest)
        tried = log_u - miss / slope
        new = np.where((tried > low) & (tried < high), tried, 0.5 * (low + high))
        moved = np.abs(new - log_u).max(initial=0.0, where=np.isfinite(new))
        log_u = new
        if moved < 1e-15:
            break
    rest = np.log1p(-np.exp(log_u))
    value = -np.logaddexp((lam - 1.0) * log_u, (lam - 1.0) * rest)
    return np.where(np.abs(z) * lam <= 1.0, value, -np.inf)


def _log_cauchy(z: np.ndarray) -> np.ndarray:
    # z*z would overflow far out, where log(1 + z*z) is 2 log|z| anyway.
    far = np.abs(z) > 1e10
    return -math.log(math.pi) - np.where(far, 2.0 * np.log(np.abs(z)), np.log1p(z * z))


# SciPy takes the logarithm of the density here, which underflows long before its logarithm would.
_LOG_DENSITY = {
    "laplace": lambda z: -np.abs(z) - math.log(2.0),
    "cauchy": _log_cauchy,
    "invweibull": _log_invweibull,
    "pareto": _log_pareto,
    "tukeylambda": _log_tukey_lambda,
    "weibull_max": lambda z, c: _log_weibull(-z, c),
    "weibull_min": _log_weibull,
}


# Members of a family of which more is known: its log-density near an end, and closed forms. None
# where the other name would cost digits.
_NEARLY_NONE = 0.1


def _generalised_pareto(shapes: tuple[float, ...], loc: float, scale: float) -> _Named | None:
    (c,) = shapes
    if c == 0.0:
        return stats.expon, (), loc, scale
    if abs(c) < _NEARLY_NONE:
        return None
    if c < 0.0:
        return stats.beta, (1.0, -1.0 / c), loc, -scale / c
    return stats.pareto, (1.0 / c,), loc - scale / c, scale / c


def _extreme_value(shapes: tuple[float, ...], loc: float, scale: float) -> _Named | None:
    (c,) = shapes
    if c == 0.0:
        return stats.gumbel_r, (), loc, scale
    if abs(c) < _NEARLY_NONE:
        return None
    family = stats.weibull_max if c > 0.0 else stats.invweibull
    return family, (1.0 / abs(c),), loc + scale / c, scale / abs(c)


def _pearson(shapes: tuple[float, ...], loc: float, scale: float) -> _Named | None:
    (skew,) = shapes
    if skew < _NEARLY_NONE:
        return None
    return stats.gamma, (4.0 / skew**2,), loc - 2.0 * scale / skew, 0.5 * skew * scale


_Named = tuple[Any, tuple[float, ...], float, float]
_ANOTHER_NAME: dict[str, Callable[[tuple[float, ...], float, float], _Named | None]] = {
    "arcsine": lambda _, loc, scale: (stats.beta, (0.5, 0.5), loc, scale),
    "chi2": lambda shapes, loc, scale: (stats.gamma, (shapes[0] / 2.0,), loc, 2.0 * scale),
    "erlang": lambda shapes, loc, scale: (stats.gamma, shapes, loc, scale),
    "genextreme": _extreme_value,
    "genpareto": _generalised_pareto,
    "levy": lambda _, loc, scale: (stats.invgamma, (0.5,), loc, scale / 2.0),
    "lomax": lambda shapes, loc, scale: (stats.pareto, shapes, loc - scale, scale),
    "pearson3": _pearson,
    "powerlaw": lambda shapes, loc, scale: (stats.beta, (shapes[0], 1.0), loc, scale),
    "rdist": lambda shapes, loc, scale: (
        stats.beta, (shapes[0] / 2.0, shapes[0] / 2.0), loc - scale, 2.0 * scale
    ),
    "semicircular": lambda _, loc, scale: (stats.beta, (1.5, 1.5), loc - scale, 2.0 * scale),
}  # fmt: skip


# The standard log-density as a function of the distance from an end of the support, where SciPy's
# has lost that distance in the digits of the end: for the shapes, one function for each end.
_AtEnd = Callable[[np.ndarray], np.ndarray]


def _kappa_at_end(h: float, k: float) -> tuple[_AtEnd | None, _AtEnd | None]:
    # With y = (1 - k x)^(1/k) the density is y^(1 - k) (1 - h y)^(1/h - 1).
    def above(d: np.ndarray) -> np.ndarray:
        log_y = np.log(k * d) / k
        rest = np.log1p(-h * np.exp(log_y))
        return (1.0 - k) * log_y + (rest * (1.0 / h - 1.0) if h else -np.exp(log_y))

    def below(d: np.ndarray) -> np.ndarray:
        # Here 1 - k x is h^-k - k d.
        shrunk = np.log1p(-k * d * h**k) / k if k else -d
        return (1.0 - k) * (shrunk - math.log(h)) + (1.0 / h - 1.0) * np.log(-np.expm1(shrunk))

    return below if h > 0.0 else None, above if k > 0.0 else None


def _gauss_at_end(a: float, b: float, c: float, z: float) -> tuple[_AtEnd | None, _AtEnd | None]:
    def shape(log_x: Any, log_rest: Any, x: Any) -> Any:
        return (a - 1.0) * log_x + (b - 1.0) * log_rest - c * np.log1p(z * x)

    half = math.log(0.5)
    constant = stats.gausshyper.logpdf(0.5, a, b, c, z) - shape(half, half, 0.5)
    return None, lambda d: constant + shape(np.log1p(-d), np.log(d), 1.0 - d)


def _half_logistic_at_end(c: float) -> tuple[_AtEnd | None, _AtEnd | None]:
    def above(d: np.ndarray) -> np.ndarray:
        log_rest = np.log(c * d)
        return math.log(2.0) + (1.0 / c - 1.0) * log_rest - 2.0 * np.log1p(np.exp(log_rest / c))

    return None, above


def _pearson_at_end(skew: float) -> tuple[_AtEnd | None, _AtEnd | None]:
    def near(d: np.ndarray) -> np.ndarray:
        return stats.gamma.logpdf(d, 4.0 / skew**2, scale=abs(skew) / 2.0)

    return (near, None) if skew > 0.0 else (None, near)


_AT_END: dict[str, Callable[..., tuple[_AtEnd | None, _AtEnd | None]]] = {
    # Seen from its upper end a beta law is the beta law with its shapes exchanged.
    "beta": lambda a, b: (None, lambda d: stats.beta.logpdf(d, b, a)),
    "gausshyper": _gauss_at_end,
    "genhalflogistic": _half_logistic_at_end,
    "kappa4": _kappa_at_end,
    "pearson3": _pearson_at_end,
}


def _onto_circle(angle: Any) -> Any:
    """Return the same angle between -pi and pi."""
    return np.remainder(angle + np.pi, 2.0 * np.pi) - np.pi


class Empirical:
    """The empirical distribution of a sample: each value weighs as often as it was seen.

    Made by :func:`helpers.likelihood.empirical`. The methods are named as in ``scipy.stats``.

    Attributes
    ----------
    values : ndarray, shape (k,)
        The distinct values, sorted.
    counts : ndarray of int, shape (k,)
        How often each was seen.
    n : int
        The sample size.

    Examples
    --------
    >>> seen = Empirical(np.array([0, 2]), np.array([3, 1]))
    >>> float(seen.pmf(0))
    0.75
    """

    def __init__(self, values: np.ndarray, counts: np.ndarray) -> None:
        self.values = values
        self.counts = counts
        self.n = int(counts.sum())

    @property
    def probabilities(self) -> np.ndarray:
        """The relative frequencies ``counts / n``, in the order of ``values``."""
        return self.counts / self.n

    def pmf(self, x: Any) -> Any:
        """Return the relative frequency of ``x`` in the sample; zero for a value never seen."""
        x = np.asarray(x)
        place = np.minimum(np.searchsorted(self.values, x), self.values.size - 1)
        result = np.where(self.values[place] == x, self.probabilities[place], 0.0)
        return result if result.ndim else float(result)

    def logpmf(self, x: Any) -> Any:
        """Return the logarithm of ``pmf``; ``-inf`` for a value never seen."""
        with np.errstate(divide="ignore"):
            result = np.log(self.pmf(x))
        return result if np.ndim(result) else float(result)

    def support(self) -> tuple[Any, Any]:
        """Return the smallest and the largest value seen."""
        return self.values[0], self.values[-1]

    def mean(self) -> float:
        """Return the sample mean."""
        return float(np.dot(self.values, self.counts) / self.n)

    def var(self) -> float:
        """Return the variance with divisor n: the variance of this distribution."""
        return float(np.dot((self.values - self.mean()) ** 2, self.counts) / self.n)

    def std(self) -> float:
        """Return the square root of ``var``."""
        return math.sqrt(self.var())

    def rvs(self, size: Any = None, random_state: Any = None) -> Any:
        """Draw from the sample with replacement (a bootstrap sample)."""
        rng = np.random.default_rng(random_state)
        return rng.choice(self.values, size=size, p=self.probabilities)

    def __repr__(self) -> str:
        return f"Empirical(n={self.n}, distinct values={self.values.size})"


@dataclass(frozen=True)
class Law:
    """A validated univariate distribution.

    Attributes
    ----------
    family : str
        The name in ``scipy.stats``, or "finite" for one given by its atoms.
    shapes, loc, scale
        The parameters as plain floats; ``scale`` is 1 for discrete laws.
    lower, upper : float
        The ends of the support.
    atoms : tuple of two arrays, or None
        Values and log-probabilities of a law given by its atoms.
    cuts : tuple of float
        Points inside the support at which the density may jump.
    """

    family: str
    shapes: tuple[float, ...]
    loc: float
    scale: float
    lower: float
    upper: float
    discrete: bool
    source: Any
    generic: Any = None
    atoms: tuple[np.ndarray, np.ndarray] | None = None
    cuts: tuple[float, ...] = field(default=())

    @property
    def exact_zeros(self) -> bool:
        """Whether a log pmf of ``-inf`` means zero, and not a pmf that underflowed."""
        return (
            self.atoms is not None
            or self.family in log_pmf.BY_FAMILY
            or getattr(type(self.generic), "_logpmf", stats.rv_discrete._logpmf)
            is not stats.rv_discrete._logpmf
        )

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Return log pdf or log pmf at ``x``; ``-inf`` off the support."""
        if self.atoms is not None:
            values, log_weights = self.atoms
            place = np.minimum(np.searchsorted(values, x), values.size - 1)
            return np.where(values[place] == x, log_weights[place], -np.inf)
        if self.family in log_pmf.BY_FAMILY:
            k = np.asarray(x, dtype=float) - self.loc
            return np.where(
                k == np.rint(k), log_pmf.BY_FAMILY[self.family](k, *self.shapes), -np.inf
            )
        if self.discrete:
            return self.generic.logpmf(x, *self.shapes, loc=self.loc)
        return self.generic.logpdf(x, *self.shapes, loc=self.loc, scale=self.scale)

    def log_density_near(self, anchor: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Return log pdf at ``anchor + offset`` without forming the sum.

        Moving the origin to the anchor keeps every digit of a tiny offset, which matters where a
        density is infinite at the end of its support.
        """
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            if self.family in _LOG_DENSITY:
                z = (offset + (anchor - self.loc)) / self.scale
                return _LOG_DENSITY[self.family](z, *self.shapes) - math.log(self.scale)
            result = self.generic.logpdf(
                offset, *self.shapes, loc=self.loc - anchor, scale=self.scale
            )
            if self.family in _AT_END:
                place, side = np.broadcast_to(anchor, offset.shape), np.copysign(1.0, offset)
                functions = _AT_END[self.family](*self.shapes)
                ends = ((self.lower, 1.0), (self.upper, -1.0))
                for near, (end, inwards) in zip(functions, ends, strict=True):
                    here = (place == end) & (side == inwards)
                    if near is not None and here.any():
                        distance = np.abs(offset[here]) / self.scale
                        result[here] = near(distance) - math.log(self.scale)
        return result

    def quantiles(self) -> np.ndarray:
        """Return finite points that bracket the bulk of the law, sorted."""
        if self.discrete:
            return self._lattice_marks()
        if _only_a_density(self.generic):
            return self._scanned_marks()
        keywords = {"loc": self.loc, "scale": self.scale}
        # A quantile that leaves the floating-point range is left out below.
        with np.errstate(all="ignore"):
            points = np.concatenate(
                [
                    self.generic.ppf(_LOWER_LEVELS, *self.shapes, **keywords),
                    self.generic.isf(_UPPER_LEVELS, *self.shapes, **keywords),
                ]
            )
        if self.family == "vonmises":
            points = _onto_circle(points)
        return np.unique(points[np.isfinite(points)])

    def _scanned_marks(self) -> np.ndarray:
        # SciPy would invert an integral of the density for each quantile: a look at it will do.
        z = np.sinh(np.linspace(-30.0, 30.0, 4001))
        x = self.loc + self.scale * z
        x = np.unique(np.clip(x[np.isfinite(x)], self.lower, self.upper))
        with np.errstate(all="ignore"):
            density = np.exp(self.log_density(x))
        density = np.where(np.isfinite(density), density, 0.0)
        mass = np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))
        if not mass[-1] > 0.0:
            return x[:: x.size // 8]
        levels = np.concatenate([_LOWER_LEVELS, 1.0 - _UPPER_LEVELS])
        return np.unique(x[1:][np.searchsorted(mass, levels * mass[-1])])

    def empty(self) -> list[tuple[float, float]]:
        """Return the intervals inside the support in which the density is known to be zero."""
        if not isinstance(self.generic, stats.rv_histogram):
            return []
        edges = self.generic._hbins * self.scale + self.loc
        heights = self.generic._hpdf[1:-1]
        return [
            (float(edges[i]), float(edges[i + 1])) for i in range(heights.size) if heights[i] == 0.0
        ]

    def mass_between(self, a: float, b: float) -> float:
        """Return P(a < X < b) for a continuous law."""
        return self.mass_below(b) - self.mass_below(a)

    def _lattice_marks(self) -> np.ndarray:
        # SciPy searches a discrete quantile step by step, which a heavy tail makes endless.
        with np.errstate(all="ignore"):
            mean, variance = (float(x) for x in self.generic.stats(*self.shapes, loc=self.loc))
        ends = np.array([self.lower, self.upper])
        ends = ends[np.isfinite(ends)]
        if math.isfinite(mean) and math.isfinite(variance) and variance > 0:
            spread = math.sqrt(variance) * np.array([-12, -4, -1, 0, 1, 4, 12])
            points = np.clip(np.rint(mean + spread), self.lower, self.upper)
        else:
            points = ends[0] + 2.0 ** np.arange(8) if ends.size else 2.0 ** np.arange(8)
        return np.unique(np.concatenate([ends, points]))

    def mass_below(self, x: float) -> float:
        """Return P(X < x) for a continuous law."""
        return float(self.generic.cdf(x, *self.shapes, loc=self.loc, scale=self.scale))

    def mass_above(self, x: float) -> float:
        """Return P(X > x) for a continuous law."""
        return float(self.generic.sf(x, *self.shapes, loc=self.loc, scale=self.scale))


def _only_a_density(generic: Any) -> bool:
    """Say whether a family defines its density and leaves the rest to numerical integration."""
    if not isinstance(generic, stats.rv_continuous):
        return False
    own = type(generic)
    return all(
        getattr(own, name) is getattr(stats.rv_continuous, name)
        for name in ("_cdf", "_ppf", "_sf", "_isf")
    ) and not own.__module__.startswith("scipy.")


class _Adapted:
    """A distribution of SciPy's new kind, seen as a family of the old one."""

    def __init__(self, source: Any) -> None:
        self.source, self.name = source, type(source).__name__

    def logpdf(self, x: Any, *, loc: Any = 0.0, scale: float = 1.0) -> Any:
        return self.source.logpdf((x - loc) / scale) - math.log(scale)

    def ppf(self, u: Any, *, loc: float = 0.0, scale: float = 1.0) -> Any:
        return self.source.icdf(u) * scale + loc

    def isf(self, u: Any, *, loc: float = 0.0, scale: float = 1.0) -> Any:
        return self.source.iccdf(u) * scale + loc

    def cdf(self, x: Any, *, loc: float = 0.0, scale: float = 1.0) -> Any:
        return self.source.cdf((x - loc) / scale)

    def sf(self, x: Any, *, loc: float = 0.0, scale: float = 1.0) -> Any:
        return self.source.ccdf((x - loc) / scale)

    def logpmf(self, x: Any, *, loc: Any = 0.0) -> Any:
        return self.source.logpmf(x - loc)

    def stats(self, *, loc: float = 0.0) -> tuple[float, float]:
        return self.source.mean() + loc, self.source.variance()


class _Kernels:
    """A kernel density estimate in one dimension, seen as a family: a mixture of normals."""

    def __init__(self, source: Any) -> None:
        self.source, self.name = source, "gaussian_kde"
        self.points, self.weights = source.dataset[0], source.weights
        self.width = math.sqrt(float(source.covariance[0, 0]))

    def logpdf(self, x: Any, *, loc: Any = 0.0, scale: float = 1.0) -> Any:
        z = np.asarray((x - loc) / scale, dtype=float)
        return self.source.logpdf(z.ravel()).reshape(z.shape) - math.log(scale)

    def cdf(self, x: Any, *, loc: Any = 0.0, scale: float = 1.0) -> Any:
        z = ((np.asarray(x) - loc) / scale)[..., None]
        return special.ndtr((z - self.points) / self.width) @ self.weights

    def sf(self, x: Any, *, loc: Any = 0.0, scale: float = 1.0) -> Any:
        z = ((np.asarray(x) - loc) / scale)[..., None]
        return special.ndtr((self.points - z) / self.width) @ self.weights

    def ppf(self, u: Any, *, loc: float = 0.0, scale: float = 1.0) -> Any:
        return self._inverse(lambda x: self.cdf(x) < u, np.shape(u)) * scale + loc

    def isf(self, u: Any, *, loc: float = 0.0, scale: float = 1.0) -> Any:
        return self._inverse(lambda x: self.sf(x) > u, np.shape(u)) * scale + loc

    def _inverse(self, short: Any, shape: tuple[int, ...]) -> np.ndarray:
        away = 40.0 * self.width
        low = np.full(shape, self.points.min() - away)
        high = np.full(shape, self.points.max() + away)
        for _ in range(60):
            middle = 0.5 * (low + high)
            below = short(middle)
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return 0.5 * (low + high)


def _new_kind(value: Any, argument: str) -> Law | None:
    """Read a distribution of SciPy's new kind: Normal, a Mixture, truncate(...), ..."""
    if not all(hasattr(value, name) for name in ("logpdf", "icdf", "ccdf", "support")):
        return None
    if hasattr(value, "mu") and type(value) is getattr(stats, "Normal", None):
        return as_law(stats.norm(value.mu, value.sigma), argument)
    if type(value) is getattr(stats, "Uniform", None):
        return as_law(stats.uniform(value.a, value.b - value.a), argument)
    if type(value) is getattr(stats, "Binomial", None) and not np.ndim(value.n + value.p):
        return as_law(stats.binom(value.n, value.p), argument)
    lower, upper = (np.asarray(end, dtype=float) for end in value.support())
    if lower.ndim or upper.ndim:
        raise ValueError(f"{argument}: expected scalar parameters, got arrays")
    middle = value.icdf(0.5)
    discrete = not math.isfinite(float(value.logpdf(middle)))
    if discrete and not math.isfinite(float(value.logpmf(middle))):
        raise TypeError(f"{argument}: expected a distribution with a density, got {value!r}")
    name = type(value).__name__
    return Law(name, (), 0.0, 1.0, float(lower), float(upper), discrete, value, _Adapted(value))


def _finite_law(values: np.ndarray, probabilities: np.ndarray, source: Any) -> Law:
    with np.errstate(divide="ignore"):
        log_weights = np.log(probabilities)
    lower, upper = values[0], values[-1]
    return Law("finite", (), 0.0, 1.0, lower, upper, True, source, atoms=(values, log_weights))


def is_distribution(value: Any) -> bool:
    """Say whether ``value`` is meant as a distribution, not as an array of probabilities."""
    if type(value) is np.ndarray:
        return False
    return isinstance(value, Empirical) or hasattr(value, "rvs") or hasattr(value, "logpdf")


def _has_a_limit(generic: Any, shapes: tuple[float, ...]) -> bool:
    """Say whether an infinite shape still means a law, as the end of a truncated normal does."""
    if isinstance(generic, stats.rv_discrete):
        return False
    with np.errstate(all="ignore"):
        return bool(np.isfinite(generic.logpdf(generic.ppf(0.5, *shapes), *shapes)))


def as_law(value: Any, argument: str) -> Law:
    """Read a univariate distribution.

    Parameters
    ----------
    value : frozen scipy.stats distribution, Empirical, or rv_discrete(values=...)
    argument : str
        The argument's name, for the message of an error.

    Raises
    ------
    TypeError
        If ``value`` is no univariate distribution, or one that was not frozen.
    ValueError
        If its parameters are invalid.
    """
    if isinstance(value, Empirical):
        return _finite_law(value.values, value.probabilities, value)
    if isinstance(value, stats.rv_discrete) and hasattr(value, "xk"):
        value = value()
    if isinstance(value, stats.rv_histogram):
        value = value()
    if isinstance(value, (stats.rv_continuous, stats.rv_discrete)):
        raise TypeError(
            f"{argument}: expected a frozen distribution such as stats.norm(0, 1), "
            f"got the family '{value.name}' without parameters"
        )
    if isinstance(value, stats.gaussian_kde):
        if value.d != 1:
            raise TypeError(f"{argument}: expected a gaussian_kde of one dimension, got {value.d}")
        ends = (-math.inf, math.inf)
        return Law("gaussian_kde", (), 0.0, 1.0, *ends, False, value, _Kernels(value))
    generic = getattr(value, "dist", None)
    adapted = _new_kind(value, argument) if generic is None else None
    if adapted is not None:
        return adapted
    if not isinstance(generic, (stats.rv_continuous, stats.rv_discrete)):
        raise TypeError(
            f"{argument}: expected an array of probabilities or a frozen scipy.stats distribution, "
            f"got {type(value).__name__}"
        )
    # SciPy offers no public way to read a frozen distribution's parameters by name, and its public
    # support() takes as long as a closed form in full.
    shapes, loc, scale = generic._parse_args(*value.args, **value.kwds)
    parameters = [*shapes, loc, scale]
    if not all(isinstance(each, Real) or np.ndim(each) == 0 for each in parameters):
        raise ValueError(f"{argument}: expected scalar parameters, got arrays in {generic.name}")
    shapes = tuple(float(shape) for shape in shapes)
    loc, scale = float(loc), float(scale)
    if not (
        math.isfinite(loc)
        and 0.0 < scale < math.inf
        and bool(generic._argcheck(*shapes))
        and (all(map(math.isfinite, shapes)) or _has_a_limit(generic, shapes))
    ):
        described = ", ".join(f"{number:g}" for number in (*shapes, loc, scale))
        raise ValueError(
            f"{argument}: invalid parameters for {generic.name}: "
            f"shapes, loc and scale are ({described})"
        )
    if isinstance(generic, stats.rv_discrete):
        if generic.name == "poisson_binom":
            # Its one parameter is a sequence, which SciPy's other methods do not take as such.
            values = np.arange(len(shapes) + 1.0) + loc
            return _finite_law(values, value.pmf(values), value)
        if hasattr(generic, "xk"):
            order = np.argsort(generic.xk)
            return _finite_law(generic.xk[order] + loc, generic.pk[order], value)
        if loc != math.floor(loc):
            raise ValueError(f"{argument}: expected a whole number as loc, got {loc:g}")
        lower, upper = (float(end) + loc for end in generic._get_support(*shapes))
        return Law(generic.name, shapes, loc, 1.0, lower, upper, True, value, generic)
    lower, upper = (float(end) * scale + loc for end in generic._get_support(*shapes))
    cuts: tuple[float, ...] = ()
    if generic.name == "vonmises":
        # SciPy's density repeats itself along the whole line; its draws lie in one period.
        if scale != 1.0:
            raise ValueError(
                f"{argument}: expected scale 1 for vonmises, a law on the circle, got {scale:g}"
            )
        lower, upper, cuts = -math.pi, math.pi, (float(_onto_circle(loc)),)
    if generic.name == "pearson3" and shapes[0] != 0.0:
        # SciPy calls its support the whole line, though the density is zero beyond one end.
        end = loc - 2.0 * scale / shapes[0]
        lower, upper = (end, math.inf) if shapes[0] > 0.0 else (-math.inf, end)
    another = _ANOTHER_NAME.get(generic.name)
    named = another(shapes, loc, scale) if another else None
    if named is not None:
        generic, shapes, loc, scale = named
        lower, upper = (float(end) * scale + loc for end in generic._get_support(*shapes))
    if isinstance(generic, stats.rv_histogram):
        cuts = tuple(float(edge) for edge in generic._hbins * scale + loc)
    return Law(
        generic.name or "custom", shapes, loc, scale, lower, upper, False, value, generic, cuts=cuts
    )


def as_laws(values: tuple[Any, ...], names: tuple[str, ...]) -> list[Law]:
    """Read several distributions that are to be compared.

    Raises
    ------
    TypeError
        If one is continuous and another discrete: no density with respect to a common measure.
    """
    laws = [as_law(value, name) for value, name in zip(values, names, strict=True)]
    for law, name in zip(laws[1:], names[1:], strict=True):
        if law.discrete != laws[0].discrete:
            kinds = ["discrete" if each.discrete else "continuous" for each in (laws[0], law)]
            raise TypeError(
                f"{names[0]}, {name}: expected two distributions of one kind, got a {kinds[0]} "
                f"and a {kinds[1]} one"
            )
    return laws
