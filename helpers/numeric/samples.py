"""Observations, each with how often it was seen, and the log-likelihood of a family on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import special, stats

from helpers.numeric.families import parameter_names
from helpers.numeric.laws import Empirical
from helpers.numeric.tables import counted

_BLOCK = 1 << 18
# Short enough for the intermediate results to stay in the processor's cache.
_PART = 1 << 14
_FEW = 5000
# A mean logarithm from here on is known from products to twelve digits.
_SURE = 1e-2
_HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)


class _once:  # noqa: N801 - it stands where a decorator stands
    """What ``functools.cached_property`` does, without its lock: a fit has one thread."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function, self.name = function, function.__name__
        self.__doc__ = function.__doc__

    def __get__(self, sample: Any, owner: Any = None) -> Any:
        if sample is None:
            return self
        value = sample.__dict__[self.name] = self.function(sample)
        return value


class Sample:
    """Observations, each seen ``counts`` times (once where that is None), and what fits ask for.

    Counts need not be whole: they are weights then.

    What a fit asks for more than once, a sum or an end, is computed once.
    """

    def __init__(self, values: np.ndarray, counts: np.ndarray | None = None) -> None:
        self.values, self.counts = values, counts
        self.n = values.size if counts is None else counts.sum().item()
        self._kept: dict[Any, Any] = {}

    def keep(self, key: Any, function: Callable[[], Any]) -> Any:
        """Return what the function returns, from the second time on without calling it."""
        if key not in self._kept:
            self._kept[key] = function()
        return self._kept[key]

    def total(self, x: np.ndarray) -> Any:
        """Sum what ``x`` says of each observation, along the last axis."""
        if self.counts is None:
            return np.add.reduce(x, axis=-1)
        return np.add.reduce(x * self.counts, axis=-1)

    def parts(self, size: int) -> Iterator[Sample]:
        """Yield the sample in pieces of at most ``size`` different values."""
        for start in range(0, self.values.size, size):
            part = slice(start, start + size)
            yield Sample(self.values[part], None if self.counts is None else self.counts[part])

    def few(self) -> Sample:
        """Return as many of many observations as tell a search where to start, or all."""
        step = self.values.size // _FEW
        if step < 4:
            return self
        return Sample(self.values[::step], None if self.counts is None else self.counts[::step])

    def average(self, x: np.ndarray) -> float:
        return float(self.total(x)) / self.n

    @_once
    def sum(self) -> float:
        """The sum of the observations."""
        return float(self.total(self.values))

    @_once
    def low(self) -> float:
        """The smallest observation."""
        return float(np.minimum.reduce(self.values))

    @_once
    def high(self) -> float:
        """The largest observation."""
        return float(np.maximum.reduce(self.values))

    def mean(self, function: Any = None) -> float:
        """Return the mean of the observations, or of a function of each, elementwise."""
        if function is None:
            return self.sum / self.n
        # In pieces, so that many observations take no memory of their own size.
        parts = self.parts(_BLOCK) if self.values.size > _BLOCK else (self,)
        return sum(float(some.total(function(some.values))) for some in parts) / self.n

    def mapped(self, function: Any) -> Sample:
        return Sample(function(self.values), self.counts)

    @_once
    def logs(self) -> Sample:
        """The logarithms of the observations."""
        return self.mapped(np.log)

    @_once
    def reciprocals(self) -> Sample:
        """One over each observation."""
        return self.mapped(np.reciprocal)

    @_once
    def mean_log(self) -> float:
        """The mean logarithm of the observations, all of them positive."""
        if "logs" not in self.__dict__ and self.counts is None:
            product = _log_product(self.values, self.low, self.high) / self.n
            # A product of numbers near one has lost the digits of their logarithms.
            if abs(product) > _SURE:
                return product
        return self.logs.mean()

    @_once
    def mean_log_rest(self) -> float:
        """The mean of log(1 - x) of observations between 0 and 1."""
        if self.counts is None:
            rest = 1.0 - self.values
            product = _log_product(rest, 1.0 - self.high, 1.0 - self.low) / self.n
            if abs(product) > _SURE:
                return product
        return self.mean(lambda x: np.log1p(-x))

    def shifted(self, loc: float) -> Sample:
        return self.keep(("shifted", loc), lambda: self._shifted(loc)) if loc else self

    def _shifted(self, loc: float) -> Sample:
        return Sample(self.values - loc, self.counts)

    def median(self) -> float:
        if self.counts is None:
            middle = self.n // 2
            parted = np.partition(self.values, middle)
            upper = float(parted[middle])
            lower = upper if self.n % 2 else float(np.maximum.reduce(parted[:middle]))
            return lower + 0.5 * (upper - lower)
        order = np.argsort(self.values, kind="stable")
        seen = np.cumsum(self.counts[order])
        low = self.values[order][np.searchsorted(seen, self.n / 2.0)]
        high = self.values[order][np.searchsorted(seen, self.n / 2.0, side="right")]
        return float(0.5 * (low + high))

    def quartiles(self) -> np.ndarray:
        if self.counts is None:
            return np.percentile(self.values, [25, 50, 75])
        order = np.argsort(self.values, kind="stable")
        seen = np.cumsum(self.counts[order])
        place = np.searchsorted(seen, np.array([0.25, 0.5, 0.75]) * seen[-1])
        return self.values[order][place]

    def varies(self) -> bool:
        """Say whether two observations differ: a spread above zero may be rounding alone."""
        return self.low < self.high

    def distance(self, centre: float) -> float:
        """Return the mean distance from ``centre``."""
        return self.keep(("distance", centre), lambda: self.mean(lambda x: np.abs(x - centre)))

    def spread(self, centre: float) -> float:
        """Return the root of the mean square distance from ``centre``."""
        return self.keep(("spread", centre), lambda: self._spread(centre))

    def _spread(self, centre: float) -> float:
        with np.errstate(over="ignore"):
            away = self.values - centre if centre else self.values
            square = float(away @ away) / self.n if self.counts is None else self.average(away**2)
        if 1e-280 < square < math.inf:
            return math.sqrt(square)
        # The squares have left the floating-point range; the distances have not.
        unit = float(np.abs(self.values - centre).max())
        return unit * math.sqrt(self.mean(lambda x: ((x - centre) / unit) ** 2)) if unit else 0.0

    def require(self, condition: bool, what: str) -> None:
        if not condition:
            raise ValueError(f"data: expected {what}")

    def require_spread(self, condition: bool, whose: str) -> None:
        self.require(condition, f"observations that are not all equal {whose}")


class Censored(Sample):
    """Observations of which some are known only to lie below, above or between numbers.

    The middles of their intervals, and the bounds of the others, stand for them where a search
    starts; the likelihood uses what is known.
    """

    def __init__(self, data: Any) -> None:
        self.data = data
        # SciPy offers no public way to read them.
        self.exact, self.left = np.asarray(data._uncensored), np.asarray(data._left)
        self.right, self.between = np.asarray(data._right), np.asarray(data._interval)
        below, above = self.between[:, 0], self.between[:, 1]
        stand_ins = [self.exact, self.left, self.right, below + 0.5 * (above - below)]
        super().__init__(np.concatenate(stand_ins).astype(float))
        if not self.n:
            raise ValueError("data: expected at least one observation")
        if not np.isfinite(self.values).all():
            raise ValueError("data: expected finite observations, got nan or infinity")
        # The support reaches below each of the first, and above each of the second.
        self.low = float(np.concatenate([self.exact, self.left, above]).min(initial=math.inf))
        self.high = float(np.concatenate([self.exact, self.right, below]).max(initial=-math.inf))
        # A law that gathers at a number makes all that is known certain.
        self.loose = not self.exact.size and self.high <= self.low
        if not math.isfinite(self.low):
            self.low = float(self.values.min())
        if not math.isfinite(self.high):
            self.high = float(self.values.max())

    def varies(self) -> bool:
        return bool(self.values.min() < self.values.max())

    def log_likelihood(self, family: Any, params: dict[str, Any]) -> Any:
        """Sum log-densities, and the logarithms of the probabilities of what is known."""
        wide = {name: np.asarray(value, float)[..., None] for name, value in params.items()}
        a, b = self.between[:, 0], self.between[:, 1]
        with np.errstate(all="ignore"):
            below, above = family.logcdf(a, **wide), family.logsf(a, **wide)
            up_to, beyond = family.logcdf(b, **wide), family.logsf(b, **wide)
            # The difference in the tail in which it keeps its digits.
            inside = np.where(
                above < below,
                above + np.log(-np.expm1(beyond - above)),
                up_to + np.log(-np.expm1(below - up_to)),
            )
            parts = (
                family.logpdf(self.exact, **wide),
                family.logcdf(self.left, **wide),
                family.logsf(self.right, **wide),
                inside,
            )
            return sum(np.add.reduce(part, axis=-1) for part in parts)


def _log_product(x: np.ndarray, low: float, high: float) -> float:
    """Return the sum of the logarithms of positive numbers between two ends.

    A product rounds once a factor, as a logarithm does, and takes a fraction of its time: as many
    factors are multiplied as stay in the floating-point range.
    """
    if not 0.0 < low <= high < math.inf:
        return math.nan
    widest = max(abs(math.log(low)), abs(math.log(high)), 1e-3)
    factors = min(int(700.0 / widest), 512)
    if factors < 2 or x.size < 4 * factors:
        return float(np.add.reduce(np.log(x)))
    width = x.size // factors
    whole = factors * width
    products = np.multiply.reduce(x[:whole].reshape(factors, width), axis=0)
    return float(np.add.reduce(np.log(products)) + np.add.reduce(np.log(x[whole:])))


def plain_array(data: Any) -> np.ndarray:
    """Return data as an array; refuse what an array would hide.

    Raises
    ------
    ValueError
        If entries are masked, or the data are a table of several columns.
    """
    if np.ma.is_masked(data):
        raise ValueError(
            "data: expected no masked entries; leave the observations out with data.compressed()"
        )
    columns = getattr(data, "columns", None)
    if columns is not None and not isinstance(data, np.ndarray):
        raise ValueError(
            f"data: expected one column, got a table of {len(columns)}; choose one: data[...]"
        )
    return np.asarray(data)


def read_sample(data: Any, family: Any, weights: Any = None) -> Sample:
    """Read the observations; those of a discrete family are counted if they have no weights."""
    if isinstance(data, stats.CensoredData):
        if weights is not None:
            raise ValueError("weights: expected none beside censored observations")
        if isinstance(family, stats.rv_discrete):
            raise ValueError(
                f"data: expected complete observations for {family.name}, a discrete family, got "
                f"CensoredData"
            )
        return Censored(data)
    if type(data) is np.ndarray and data.ndim == 1 and data.size:
        values, counts = data, None
    elif isinstance(data, Empirical):
        values, counts = data.values, data.counts
    elif (table := counted(data)) is not None:
        values, counts = np.asarray(table[0]), np.asarray(table[1])
        if counts.dtype.kind not in "iu" or (counts < 0).any() or not counts.any():
            raise ValueError("data: expected counts, whole numbers that are not negative")
        values, counts = values[counts > 0], counts[counts > 0]
    else:
        values = plain_array(data)
        if values.ndim != 1 or values.size == 0:
            raise ValueError(
                f"data: expected a sequence of at least one observation, got shape {values.shape}"
            )
        counts = None
    if values.dtype.kind not in "fiub":
        raise TypeError(f"data: expected numbers, got dtype {values.dtype}")
    values = values.astype(float, copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduce(values)
    # A sum that is finite has no other summands; one that is not may have overflowed.
    if not (math.isfinite(total) or np.isfinite(values).all()):
        raise ValueError("data: expected finite observations, got nan or infinity")
    if weights is not None:
        return weighted(Sample(values, counts), weights)
    if isinstance(family, stats.rv_discrete) and counts is None:
        values, counts = np.unique(values, return_counts=True)
    sample = Sample(values, counts)
    if counts is None:
        sample.sum = float(total)
    return sample


def weighted(sample: Sample, weights: Any) -> Sample:
    """Return the sample with a weight for each observation.

    Raises
    ------
    ValueError
        If they are no weights, or the observations are counted already.
    """
    given = plain_array(weights)
    if sample.counts is not None:
        raise ValueError("weights: expected none beside a table of counts")
    if given.shape != sample.values.shape or given.dtype.kind not in "iufb":
        raise ValueError(
            f"weights: expected a number for each of {sample.values.size} observations, got shape "
            f"{given.shape} and dtype {given.dtype}"
        )
    given = given.astype(float)
    if not (np.isfinite(given).all() and (given >= 0.0).all() and given.any()):
        raise ValueError("weights: expected finite numbers that are not negative, nor all 0")
    chosen = given > 0.0
    return Sample(sample.values[chosen], given[chosen])


def total_log_likelihood(family: Any, params: dict[str, Any], sample: Sample) -> Any:
    """Sum the log-density over the sample."""
    if isinstance(sample, Censored):
        return sample.log_likelihood(family, params)
    if not isinstance(family, stats.rv_discrete) and not any(map(np.ndim, params.values())):
        direct = _directly(family, params, sample)
        if direct is not None:
            return direct
    log_density = family.logpmf if isinstance(family, stats.rv_discrete) else family.logpdf
    wide = {name: np.asarray(value)[..., None] for name, value in params.items()}
    shape = np.broadcast_shapes(*(value.shape for value in wide.values()))[:-1]
    step = max(1, _BLOCK // max(1, math.prod(shape)))
    total = np.zeros(shape)
    with np.errstate(over="ignore"):
        for some in sample.parts(step):
            total = total + some.total(log_density(some.values, **wide))
    return total


def _log_normal(z: np.ndarray, s: np.ndarray) -> np.ndarray:
    logs = np.log(z)
    return -logs * (logs / (2.0 * s * s) + 1.0) - np.log(s) - _HALF_LOG_2_PI


# Log-densities inside the support, which need none of the cases that SciPy tells apart there.
_INSIDE = {
    "gamma": lambda z, a: (a - 1.0) * np.log(z) - z - special.gammaln(a),
    "lognorm": _log_normal,
    "rice": lambda z, b: np.log(z) - 0.5 * (z - b) ** 2 + np.log(special.ive(0, z * b)),
}


def _directly(family: Any, params: dict[str, Any], sample: Sample) -> Any:
    """Sum the standard log-density where every observation lies inside the support, else None.

    SciPy's public method sorts out what lies where for every observation, which takes several times
    as long as the densities themselves.
    """
    *shapes, loc, scale = (np.atleast_1d(np.asarray(value, float)) for value in params.values())
    if not scale[0] > 0.0:
        return None  # a search has driven it to zero
    lower, upper = family._get_support(*shapes)
    log_density = _INSIDE.get(family.name, family._logpdf)
    total = -sample.n * math.log(scale[0])
    with np.errstate(over="ignore"):
        for some in sample.parts(_PART):
            z = (some.values - loc) / scale
            if not (z.min() > lower and z.max() < upper):
                return None
            total += some.total(log_density(z, *shapes))
    return total


def mean_log_likelihood(family: Any, params: dict[str, float], sample: Sample) -> float:
    ordered = {name: params[name] for name in parameter_names(family)}
    return float(total_log_likelihood(family, ordered, sample)) / sample.n
