"""Log-likelihood and maximum-likelihood fits for the families of ``scipy.stats``.

Which parameters are free follows the field's usage, not SciPy's: the location of a law on a
half-line or of a discrete law is zero, and a beta law lives on (0, 1), unless you say otherwise:
``fixed={"loc": 3}`` puts it elsewhere and ``fixed={"loc": None}`` frees it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from helpers.numeric.laws import Empirical

__all__ = ["Empirical", "Fit", "empirical", "fit_mle", "log_likelihood"]

_BLOCK = 1 << 18
_SPIKE = math.log(1e4)  # of a density, in units of one over the distance from the support's end
_IMMENSE = math.log(1e8)  # of a parameter in its own unit, beyond what data tell apart
# Short enough for the intermediate results to stay in the processor's cache.
_PART = 1 << 14
_HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True)
class Fit:
    """A maximum-likelihood fit.

    Attributes
    ----------
    family : str
        Name of the family.
    params : dict
        Every parameter by its name in ``scipy.stats``, free and fixed.
    log_likelihood : float
        The maximum, in nats.
    standard_errors : dict
        For each free parameter, from the inverse of the observed information; None where the
        maximum lies at an edge or a kink, so that the information does not exist.
    n : int
        Sample size.
    method : str
        "closed form", "likelihood equations" (their root, by Newton or bisection) or
        "numerical".

    Examples
    --------
    >>> fit = fit_mle(stats.poisson, [2, 3, 4])
    >>> fit.params, fit.n, fit.method
    ({'mu': 3.0, 'loc': 0.0}, 3, 'closed form')
    """

    family: str
    params: dict[Any, float]
    log_likelihood: float
    standard_errors: dict[Any, float | None]
    n: int
    method: str

    @property
    def distribution(self) -> Any:
        """The fitted distribution, frozen (an Empirical for the categorical family)."""
        if self.family == "categorical":
            counts = np.rint(np.array(list(self.params.values())) * self.n).astype(int)
            return Empirical(np.array(list(self.params)), counts)
        return getattr(stats, self.family)(**self.params)


def empirical(data: Any, *, counts: Any = None) -> Empirical:
    """Return the empirical distribution of a sample: the probability mass 1/n on each observation.

    Parameters
    ----------
    data : array_like, shape (n,)
        The observations; with ``counts``, the distinct values.
    counts : array_like of int, shape (n,), optional
        How often each value was seen.

    Returns
    -------
    Empirical

    Raises
    ------
    ValueError
        If there are no data, some are not finite, or the counts are no counts.

    Examples
    --------
    >>> p_hat = empirical([0, 1, 1, 2])
    >>> p_hat.pmf([0, 1, 2, 3]).tolist()
    [0.25, 0.5, 0.25, 0.0]
    >>> from helpers.divergence import entropy
    >>> entropy(p_hat, base=2)
    1.5
    """
    if isinstance(data, Empirical):
        return data
    values = np.asarray(data)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"data: expected a sequence of at least one observation, got shape {values.shape}"
        )
    if values.dtype.kind in "fc" and not np.isfinite(values).all():
        raise ValueError("data: expected finite observations, got nan or infinity")
    if counts is None:
        distinct, seen = np.unique(values, return_counts=True)
        return Empirical(distinct, seen)
    seen = np.asarray(counts)
    if seen.shape != values.shape:
        raise ValueError(
            f"counts: expected one for each of {values.size} values, got shape {seen.shape}"
        )
    if seen.dtype.kind not in "iuf" or not (np.rint(seen) == seen).all() or (seen < 0).any():
        raise ValueError("counts: expected whole numbers that are not negative")
    if not seen.sum() > 0:
        raise ValueError("counts: expected at least one observation, got none")
    distinct, place = np.unique(values, return_inverse=True)
    summed = np.zeros(distinct.size, dtype=np.int64)
    np.add.at(summed, place, seen.astype(np.int64))
    return Empirical(distinct[summed > 0], summed[summed > 0])


def _as_family(family: Any) -> Any:
    if isinstance(family, str):
        found = getattr(stats, family, None)
        if not isinstance(found, (stats.rv_continuous, stats.rv_discrete)):
            raise ValueError(f"family: scipy.stats has no univariate family named {family!r}")
        return found
    if isinstance(family, (stats.rv_continuous, stats.rv_discrete)):
        return family
    raise TypeError(
        f"family: expected a family such as stats.poisson or its name, got {type(family).__name__}"
    )


def _parameter_names(family: Any) -> list[str]:
    shapes = family.shapes.replace(" ", "").split(",") if family.shapes else []
    return shapes + (["loc"] if isinstance(family, stats.rv_discrete) else ["loc", "scale"])


def _as_params(family: Any, params: Any) -> dict[str, Any]:
    names = _parameter_names(family)
    if not isinstance(params, Mapping):
        try:
            values = np.atleast_1d(np.asarray(params, dtype=float)) if np.ndim(params) < 2 else None
        except (TypeError, ValueError):
            values = None
        if values is None or values.size > len(names):
            raise ValueError(f"params: expected a mapping or at most {len(names)} numbers: {names}")
        params = dict(zip(names, values.tolist(), strict=False))
    unknown = [name for name in params if name not in names]
    if unknown:
        raise ValueError(f"params: {family.name} has no parameter {unknown[0]!r}; it has {names}")
    full = {"loc": 0.0} if "scale" not in names else {"loc": 0.0, "scale": 1.0}
    full.update(params)
    missing = [name for name in names if name not in full]
    if missing:
        raise ValueError(f"params: {family.name} needs {missing[0]!r} as well")
    return {name: full[name] for name in names}


class _Sample:
    """Observations, each seen ``counts`` times (once where that is None), and what fits ask for."""

    def __init__(self, values: np.ndarray, counts: np.ndarray | None = None) -> None:
        self.values, self.counts = values, counts
        self.n = values.size if counts is None else int(counts.sum())

    def total(self, x: np.ndarray) -> Any:
        """Sum what ``x`` says of each observation, along the last axis."""
        if self.counts is None:
            return np.add.reduce(x, axis=-1)
        return np.add.reduce(x * self.counts, axis=-1)

    def parts(self, size: int) -> Iterator[_Sample]:
        """Yield the sample in pieces of at most ``size`` different values."""
        for start in range(0, self.values.size, size):
            part = slice(start, start + size)
            yield _Sample(self.values[part], None if self.counts is None else self.counts[part])

    def average(self, x: np.ndarray) -> float:
        return float(self.total(x)) / self.n

    def mean(self, function: Any = None) -> float:
        return self.average(self.values if function is None else function(self.values))

    def mapped(self, function: Any) -> _Sample:
        return _Sample(function(self.values), self.counts)

    def shifted(self, loc: float) -> _Sample:
        return _Sample(self.values - loc, self.counts) if loc else self

    def median(self) -> float:
        if self.counts is None:
            return float(np.median(self.values))
        order = np.argsort(self.values, kind="stable")
        seen = np.cumsum(self.counts[order])
        low = self.values[order][np.searchsorted(seen, self.n / 2.0)]
        high = self.values[order][np.searchsorted(seen, self.n / 2.0, side="right")]
        return float(0.5 * (low + high))

    def varies(self) -> bool:
        """Say whether two observations differ: a spread above zero may be rounding alone."""
        return bool(self.values.min() < self.values.max())

    def spread(self, centre: float) -> float:
        """Return the root of the mean square distance from ``centre``."""
        with np.errstate(over="ignore"):
            square = self.mean(lambda x: (x - centre) ** 2)
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


def _sample(data: Any, family: Any) -> _Sample:
    """Read the observations; those of a discrete family are counted."""
    if isinstance(data, Empirical):
        values, counts = data.values, data.counts
    else:
        values = np.asarray(data)
        if values.ndim != 1 or values.size == 0:
            raise ValueError(
                f"data: expected a sequence of at least one observation, got shape {values.shape}"
            )
        counts = None
    if values.dtype.kind not in "fiub":
        raise TypeError(f"data: expected numbers, got dtype {values.dtype}")
    values = values.astype(float, copy=False)
    if not np.isfinite(values).all():
        raise ValueError("data: expected finite observations, got nan or infinity")
    if isinstance(family, stats.rv_discrete) and counts is None:
        values, counts = np.unique(values, return_counts=True)
    return _Sample(values, counts)


def log_likelihood(family: Any, params: Any, data: Any) -> Any:
    """Return the log-likelihood sum_i log p(x_i | theta), in nats.

    Parameters
    ----------
    family : scipy.stats family or str
        For example ``stats.poisson`` or "poisson".
    params : mapping or sequence
        Parameters by their names in ``scipy.stats``, or in SciPy's order. Arrays are welcome: the
        result then has their broadcast shape, which is how a likelihood is drawn.
    data : array_like, shape (n,), or Empirical
        The observations.

    Returns
    -------
    float or ndarray
        ``-inf`` where an observation is impossible.

    Raises
    ------
    ValueError
        If the parameters are invalid, or the data are empty or not finite.
    TypeError
        If ``family`` is no family.

    Examples
    --------
    >>> from scipy import stats
    >>> round(log_likelihood(stats.poisson, {"mu": 2.0}, [1, 2, 3]), 6)
    -4.326024
    >>> log_likelihood(stats.bernoulli, {"p": [0.25, 0.5]}, [1, 0]).round(6).tolist()
    [-1.673976, -1.386294]
    """
    family = _as_family(family)
    full = _as_params(family, params)
    names = list(full)
    try:
        arrays = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in full.values()))
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"params: expected numbers, or arrays that broadcast, for {names}: {error}"
        ) from None
    shapes = arrays[: len(names) - (1 if isinstance(family, stats.rv_discrete) else 2)]
    valid = np.asarray(family._argcheck(*shapes)) & np.isfinite(arrays).all(axis=0)
    if "scale" in full:
        valid = valid & (arrays[-1] > 0)
    if not valid.all():
        first = int(np.argmin(np.broadcast_to(valid, arrays[0].shape)))
        described = ", ".join(
            f"{name}={array.flat[first]:g}" for name, array in zip(names, arrays, strict=True)
        )
        raise ValueError(f"params: invalid parameters for {family.name}: {described}")
    result = _weighted(family, dict(zip(names, arrays, strict=True)), _sample(data, family))
    return result if result.ndim else float(result)


def _weighted(family: Any, params: dict[str, Any], sample: _Sample) -> Any:
    """Sum the log-density over the sample."""
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
}


def _directly(family: Any, params: dict[str, Any], sample: _Sample) -> Any:
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


# --- fits -----------------------------------------------------------------------------------


def fit_mle(family: Any, data: Any, *, fixed: Mapping[str, float] | None = None) -> Fit:
    """Fit a family by maximum likelihood.

    Parameters
    ----------
    family : scipy.stats family or str
        For example ``stats.norm`` or "norm"; "categorical" fits one probability for each value.
    data : array_like, shape (n,), or Empirical
        The observations.
    fixed : mapping, optional
        Parameters that are known. Without a word about them, ``loc=0`` holds for discrete laws and
        laws on a half-line, ``loc=0, scale=1`` for laws on (0, 1), and ``scale=1`` on the circle;
        None frees a parameter.

    Returns
    -------
    Fit
        ``params``, ``log_likelihood``, ``standard_errors``, ``n``, ``method``, ``distribution``.

    Raises
    ------
    ValueError
        If an observation is impossible under every member of the family, the maximum is not
        attained, or a whole-number parameter (such as the n of a binomial) was not fixed.

    Examples
    --------
    >>> from scipy import stats
    >>> fit = fit_mle(stats.poisson, [2, 3, 4])
    >>> fit.params["mu"], round(fit.standard_errors["mu"], 6), fit.method
    (3.0, 1.0, 'closed form')
    >>> fit_mle(stats.uniform, [0.3, 2.0, 1.2], fixed={"loc": 0}).params["scale"]
    2.0
    """
    if isinstance(family, str) and family == "categorical":
        return _fit_categorical(data, fixed)
    family = _as_family(family)
    names = _parameter_names(family)
    if fixed is not None and not isinstance(fixed, Mapping):
        raise TypeError(
            f"fixed: expected a mapping from names to numbers, got {type(fixed).__name__}"
        )
    known = {**_convention(family), **(fixed or {})}
    for name, value in known.items():
        if name not in names:
            raise ValueError(f"fixed: {family.name} has no parameter {name!r}; it has {names}")
        if value is not None and not (
            np.isscalar(value) and np.isreal(value) and np.isfinite(value)
        ):
            raise ValueError(f"fixed: expected a finite number for {name!r}, got {value!r}")
    known = {name: float(value) for name, value in known.items() if value is not None}
    for name, value in known.items():
        low, high = _domain(family, name)
        if not low <= value <= high or (name == "scale" and not value > 0.0):
            raise ValueError(f"fixed: {name}={value:g} is no valid parameter of {family.name}")
    if isinstance(family, stats.rv_discrete) and "loc" not in known:
        raise ValueError(
            "fixed: expected a value for 'loc': it is a whole number for discrete laws"
        )
    sample = _sample(data, family)
    free = [name for name in names if name not in known]
    for info in family._shape_info():
        if info.integrality and info.name in free and family.name not in _WHOLE:
            raise ValueError(
                f"fixed: expected a value for {info.name!r}: it is a whole number, "
                f"which maximum likelihood by calculus cannot find"
            )
    solver = _SOLVERS.get(family.name)
    solved = solver(sample, known) if solver and free else None
    method = "closed form"
    if solved is None:
        solved, method = (
            (known, "closed form") if not free else (_maximise(family, sample, known), "numerical")
        )
    elif family.name in _ROOTS and len(free) > 0 and _ROOTS[family.name] in free:
        method = "likelihood equations"
    params = {name: float({**known, **solved}[name]) for name in names}
    value = float(_weighted(family, params, sample))
    if len(free) > 1 and "loc" in known and not isinstance(family, stats.rv_discrete):
        # On one value seen again and again, a density that has become a spike goes on growing.
        distance = abs(float(sample.values[0]) - known["loc"])
        spike = bool(distance) and value / sample.n + math.log(distance) > _SPIKE
        sample.require_spread(sample.varies() or not spike, f"for {family.name}")
    if not math.isfinite(value):
        raise ValueError(
            f"data: no member of {family.name} with these fixed parameters gives every "
            f"observation a positive probability, or the likelihood is unbounded"
        )
    errors = _standard_errors(family, params, free, sample, method != "numerical")
    return Fit(family.name, params, value, errors, sample.n, method)


def _fit_categorical(data: Any, fixed: Mapping[str, float] | None) -> Fit:
    if fixed:
        raise ValueError("fixed: the categorical family has no parameter to fix")
    p_hat = empirical(data)
    probabilities = p_hat.probabilities
    value = float(np.dot(p_hat.counts, np.log(probabilities)))
    errors = np.sqrt(probabilities * (1.0 - probabilities) / p_hat.n)
    keys = p_hat.values.tolist()
    return Fit(
        "categorical",
        dict(zip(keys, probabilities.tolist(), strict=True)),
        value,
        dict(zip(keys, errors.tolist() if len(keys) > 1 else [None], strict=True)),
        p_hat.n,
        "closed form",
    )


def _convention(family: Any) -> dict[str, float]:
    if isinstance(family, stats.rv_discrete):
        return {"loc": 0.0}
    if family.name == "vonmises":
        return {"scale": 1.0}  # on the circle there is no other
    if family.name == "uniform" or (math.isinf(family.a) and math.isinf(family.b)):
        return {}
    if math.isfinite(family.a) and math.isfinite(family.b):
        return {"loc": 0.0, "scale": 1.0}
    return {"loc": 0.0}


_SOLVERS: dict[str, Any] = {}
# The families whose likelihood equations need a root, and the parameter it is found for.
_ROOTS = {
    "logistic": "loc",
    "cauchy": "loc",
    "gamma": "a",
    "invgamma": "a",
    "weibull_min": "c",
    "gumbel_r": "scale",
    "gumbel_l": "scale",
    "nbinom": "n",
    "beta": "a",
}
# SciPy calls the n of nbinom a whole number, though any positive n is valid.
_WHOLE = {"randint", "nbinom"}
# Parameters whose estimate sits at an edge or a kink of the likelihood.
_EDGES = {
    "uniform": ("loc", "scale"),
    "pareto": ("scale", "loc"),
    "expon": ("loc",),
    "laplace": ("loc",),
    "randint": ("low", "high"),
    "halfnorm": ("loc",),
    "triang": ("c",),
}


def _solver(*families: str) -> Any:
    def register(function: Any) -> Any:
        for family in families:
            _SOLVERS[family] = function
        return function

    return register


@_solver("bernoulli")
def _bernoulli(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    s.require(bool(np.isin(s.values, (0, 1)).all()), "zeros and ones for bernoulli")
    return {"p": s.mean()}


@_solver("binom")
def _binom(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    n = known["n"]
    inside = (s.values >= 0) & (s.values <= n) & (s.values == np.rint(s.values))
    s.require(bool(inside.all()), f"whole numbers from 0 to {n:g} for binom")
    return {"p": s.mean() / n}


@_solver("poisson")
def _poisson(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    _require_counts(s, 0, "poisson")
    return {"mu": s.mean()}


def _require_counts(s: _Sample, least: int, family: str) -> None:
    whole = (s.values >= least) & (s.values == np.rint(s.values))
    s.require(bool(whole.all()), f"whole numbers of at least {least} for {family}")


@_solver("geom")
def _geom(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    _require_counts(s, 1, "geom")
    return {"p": 1.0 / s.mean()}


@_solver("randint")
def _randint(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    low = known.get("low", float(s.values.min()))
    return {"low": low, "high": known.get("high", float(s.values.max()) + 1.0)}


@_solver("nbinom")
def _nbinom(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "p" in known:
        return None
    s = s.shifted(known["loc"])
    _require_counts(s, 0, "nbinom")
    mean = s.mean()
    if "n" in known:
        return {"p": known["n"] / (known["n"] + mean)}
    variance = s.mean(lambda x: (x - mean) ** 2)
    s.require(
        variance > mean,
        "a variance above the mean for nbinom; otherwise the likelihood grows without end "
        "towards the Poisson law",
    )

    def score(log_n: float) -> float:
        n = math.exp(log_n)
        return s.mean(lambda x: special.digamma(x + n) - special.digamma(n)) - math.log1p(mean / n)

    guess = math.log(mean * mean / (variance - mean))
    n = math.exp(_root(score, guess))
    return {"n": n, "p": n / (n + mean)}


def _root(function: Any, guess: float, step: float = 0.5) -> float:
    """Return the root of a function that is positive to its left and negative to its right."""
    low = high = guess
    while function(low) < 0:
        low, step = low - step, 2.0 * step
        if step > 1e3:
            raise ValueError("data: the likelihood has no maximum for these observations")
    step = 0.5
    while function(high) > 0:
        high, step = high + step, 2.0 * step
        if step > 1e3:
            raise ValueError("data: the likelihood has no maximum for these observations")
    return (
        float(optimize.brentq(function, low, high, xtol=1e-14, rtol=1e-14)) if low < high else low
    )


@_solver("norm")
def _norm(s: _Sample, known: dict[str, float]) -> dict[str, float]:
    loc = known.get("loc", s.mean())
    if "scale" in known:
        return {"loc": loc}
    spread = s.spread(loc)
    held = "loc" in known
    s.require_spread(spread > 0 and (held or s.varies()), "for norm")
    return {"loc": loc, "scale": spread}


@_solver("lognorm")
def _lognorm(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "lognorm")
    mu = math.log(known["scale"]) if "scale" in known else s.mean(np.log)
    result = {} if "scale" in known else {"scale": math.exp(mu)}
    if "s" not in known:
        spread = math.sqrt(s.mean(lambda x: (np.log(x) - mu) ** 2))
        held = "scale" in known
        s.require_spread(spread > 0 and (held or s.varies()), "for lognorm")
        result["s"] = spread
    return result


def _positive(s: _Sample, loc: float, family: str) -> _Sample:
    s = s.shifted(loc)
    s.require(bool((s.values > 0).all()), f"observations above loc={loc:g} for {family}")
    return s


@_solver("expon")
def _expon(s: _Sample, known: dict[str, float]) -> dict[str, float]:
    loc = known.get("loc", float(s.values.min()))
    s.require(bool((s.values >= loc).all()), f"observations of at least loc={loc:g} for expon")
    if "scale" in known:
        return {"loc": loc}
    scale = s.mean() - loc
    s.require_spread(scale > 0, "to loc for expon")
    return {"loc": loc, "scale": scale}


@_solver("halfnorm")
def _halfnorm(s: _Sample, known: dict[str, float]) -> dict[str, float]:
    loc = known.get("loc", float(s.values.min()))
    s.require(bool((s.values >= loc).all()), f"observations of at least loc={loc:g} for halfnorm")
    if "scale" in known:
        return {"loc": loc}
    scale = s.spread(loc)
    s.require_spread(scale > 0, "to loc for halfnorm")
    return {"loc": loc, "scale": scale}


@_solver("rayleigh")
def _rayleigh(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "rayleigh")
    return {"scale": s.spread(0.0) / math.sqrt(2.0)}


@_solver("laplace")
def _laplace(s: _Sample, known: dict[str, float]) -> dict[str, float]:
    loc = known.get("loc", s.median())
    if "scale" in known:
        return {"loc": loc}
    scale = s.mean(lambda x: np.abs(x - loc))
    s.require_spread(scale > 0, "for laplace")
    return {"loc": loc, "scale": scale}


@_solver("uniform")
def _uniform(s: _Sample, known: dict[str, float]) -> dict[str, float]:
    low, high = float(s.values.min()), float(s.values.max())
    if "scale" in known:
        # Every location that covers the data is as likely; take the middle one.
        s.require(high - low <= known["scale"], f"a range of at most scale={known['scale']:g}")
        return {"loc": 0.5 * (low + high - known["scale"])}
    loc = known.get("loc", low)
    s.require(loc <= low, f"observations of at least loc={loc:g} for uniform")
    s.require_spread(high > loc, "to loc for uniform")
    return {"loc": loc, "scale": high - loc}


@_solver("pareto")
def _pareto(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "pareto")
    scale = known.get("scale", float(s.values.min()))
    s.require(bool((s.values >= scale).all()), f"observations of at least {scale:g} for pareto")
    if "b" in known:
        return {"scale": scale}
    growth = s.mean(lambda x: np.log(x / scale))
    s.require_spread(growth > 0, "for pareto")
    return {"b": 1.0 / growth, "scale": scale}


def _gamma_shape(gap: float) -> float:
    """Solve log a - digamma(a) = gap."""

    def score(log_a: float) -> float:
        a = math.exp(log_a)
        return log_a - float(special.digamma(a)) - gap

    start = (3.0 - gap + math.sqrt((gap - 3.0) ** 2 + 24.0 * gap)) / (12.0 * gap)
    return math.exp(_root(score, math.log(start)))


@_solver("gamma")
def _gamma(s: _Sample, known: dict[str, float], family: str = "gamma") -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], family)
    mean = s.mean()
    if "a" in known:
        return {"scale": mean / known["a"]}
    if "scale" in known:
        target = s.mean(np.log) - math.log(known["scale"])
        return {"a": math.exp(_root(lambda t: target - special.digamma(math.exp(t)), target))}
    gap = -s.mean(lambda x: np.log(x / mean))
    s.require_spread(gap > 0 and s.varies(), f"for {family}")
    a = _gamma_shape(gap)
    return {"a": a, "scale": mean / a}


@_solver("invgamma")
def _invgamma(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "invgamma")
    turned = {"loc": 0.0}
    if "a" in known:
        turned["a"] = known["a"]
    if "scale" in known:
        turned["scale"] = 1.0 / known["scale"]
    solved = _gamma(s.mapped(np.reciprocal), turned, "invgamma")
    return {name: 1.0 / value if name == "scale" else value for name, value in solved.items()}


@_solver("weibull_min")
def _weibull(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known or ("scale" in known and "c" not in known):
        return None
    s = _positive(s, known["loc"], "weibull_min")
    logs = np.log(s.values)
    top = float(logs.max())
    centre = s.average(logs)
    s.require_spread(top > logs.min(), "for weibull_min")

    def score(log_c: float) -> float:
        c = math.exp(log_c)
        weight = np.exp(c * (logs - top))
        return 1.0 / c + centre - s.average(weight * logs) / s.average(weight)

    spread = math.sqrt(s.average((logs - centre) ** 2))
    c = known.get("c") or math.exp(_root(score, math.log(1.28 / spread)))
    power = s.mean(lambda x: np.exp(c * (np.log(x) - top)))
    return {"c": c, "scale": math.exp(top + math.log(power) / c)}


@_solver("gumbel_r")
def _gumbel_r(
    s: _Sample, known: dict[str, float], family: str = "gumbel_r"
) -> dict[str, float] | None:
    if "loc" in known:
        return None
    low = float(s.values.min())
    mean = s.mean()
    spread = s.spread(mean)
    s.require_spread("scale" in known or s.varies(), f"for {family}")

    def score(log_scale: float) -> float:
        scale = math.exp(log_scale)
        weight = np.exp(-(s.values - low) / scale)
        return mean - s.average(weight * s.values) / s.average(weight) - scale

    scale = known.get("scale") or math.exp(_root(score, math.log(spread * 0.78)))
    total = s.mean(lambda x: np.exp(-(x - low) / scale))
    return {"loc": low - scale * math.log(total), "scale": scale}


@_solver("gumbel_l")
def _gumbel_l(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    solved = _gumbel_r(s.mapped(np.negative), known, "gumbel_l")
    return None if solved is None else {**solved, "loc": -solved["loc"]}


@_solver("beta")
def _beta(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known or "scale" not in known:
        return None
    s = s.mapped(lambda x: (x - known["loc"]) / known["scale"])
    s.require(bool(((s.values > 0) & (s.values < 1)).all()), "observations inside (0, 1) for beta")
    log_x, log_rest = s.mean(np.log), s.mean(lambda x: np.log1p(-x))
    if "a" in known or "b" in known:
        held, target = ("a", log_rest) if "a" in known else ("b", log_x)
        other = known[held]

        def score(log_shape: float) -> float:
            shape = math.exp(log_shape)
            return target - float(special.digamma(shape) - special.digamma(shape + other))

        return {"b" if held == "a" else "a": math.exp(_root(score, 0.0))}
    mean = s.mean()
    variance = s.mean(lambda x: (x - mean) ** 2)
    s.require_spread(s.varies(), "for beta")
    size = max(mean * (1.0 - mean) / variance - 1.0, 0.1) if variance > 0 else 0.1
    shape = np.log([mean * size, (1.0 - mean) * size])
    for _ in range(100):
        # Newton's method for the two likelihood equations, in log a and log b.
        a, b = np.exp(shape)
        both = special.digamma(a + b)
        gradient = np.array(
            [log_x - special.digamma(a) + both, log_rest - special.digamma(b) + both]
        )
        curve = special.polygamma(1, a + b)
        hessian = np.array(
            [[curve - special.polygamma(1, a), curve], [curve, curve - special.polygamma(1, b)]]
        )
        step = np.linalg.solve(hessian, gradient) / np.array([a, b])
        shape = shape - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-14:
            break
    a, b = np.exp(shape)
    return {"a": float(a), "b": float(b)}


def _logistic_slopes(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = np.tanh(0.5 * z)
    return -half, -0.5 * (1.0 - half * half)


def _cauchy_slopes(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    square = z * z
    return -2.0 * z / (1.0 + square), -2.0 * (1.0 - square) / (1.0 + square) ** 2


# First and second derivative of the standard log-density.
_SLOPES = {"logistic": _logistic_slopes, "cauchy": _cauchy_slopes}


def _location_scale(
    s: _Sample, family: str, loc: float, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return gradient and Hessian of the mean log-likelihood in loc/scale and log scale."""
    z = (s.values - loc) / scale
    first, second = _SLOPES[family](z)
    one, two, tilt = s.average(first), s.average(second), s.average(z * first)
    cross = one + s.average(z * second)
    gradient = np.array([-one, -1.0 - tilt])
    hessian = np.array([[two, cross], [cross, tilt + s.average(z * z * second)]])
    return gradient, hessian


def _fit_location_scale(
    s: _Sample, known: dict[str, float], family: str
) -> dict[str, float] | None:
    if known:
        return None
    loc = s.median()
    scale = s.mapped(lambda x: np.abs(x - loc)).median()
    s.require_spread(s.varies(), f"for {family}")
    if family == "cauchy":
        # Where half of them agree, the likelihood is highest in the limit of scale zero.
        below, above = s.values[s.values <= loc].max(), s.values[s.values >= loc].min()
        tied = max(s.total(np.equal(s.values, value)) for value in (below, above))
        s.require(2 * tied < s.n, "fewer than half of the observations equal for cauchy")
    elif scale == 0.0:
        scale = s.spread(loc)
    for _ in range(50):
        gradient, hessian = _location_scale(s, family, loc, scale)
        if not (hessian[0, 0] < 0 and np.linalg.det(hessian) > 0):
            return None  # not yet near a maximum: leave it to the general search
        step = -np.linalg.solve(hessian, gradient)
        step = np.clip(step, -1.0, 1.0)
        loc, scale = loc + scale * float(step[0]), scale * math.exp(float(step[1]))
        if np.abs(step).max() < 1e-14:
            break
    return {"loc": loc, "scale": scale}


@_solver("logistic")
def _logistic(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    return _fit_location_scale(s, known, "logistic")


@_solver("cauchy")
def _cauchy(s: _Sample, known: dict[str, float]) -> dict[str, float] | None:
    return _fit_location_scale(s, known, "cauchy")


def _domain(family: Any, name: str) -> tuple[float, float]:
    if name == "scale":
        return 0.0, math.inf
    for info in family._shape_info():
        if info.name == name:
            return float(info.endpoints[0]), float(info.endpoints[1])
    return -math.inf, math.inf


def _mean_log_likelihood(family: Any, params: dict[str, float], sample: _Sample) -> float:
    ordered = {name: params[name] for name in _parameter_names(family)}
    return float(_weighted(family, ordered, sample)) / sample.n


def _maximise(family: Any, sample: _Sample, known: dict[str, float]) -> dict[str, float]:
    """Maximise the mean log-likelihood in coordinates in which every point is valid."""
    names = _parameter_names(family)
    free = [name for name in names if name not in known]
    everything = sample.values
    if sample.counts is not None:
        everything = np.repeat(sample.values, sample.counts)
    if "loc" in known and family.a == 0.0:
        loc = known["loc"]
        sample.require(
            bool((sample.values >= loc).all()),
            f"observations of at least loc={loc:g} for {family.name}",
        )
    if isinstance(family, stats.rv_discrete):
        start = {name: 1.0 if _domain(family, name)[1] > 1 else 0.5 for name in names}
        start["loc"] = 0.0
    else:
        # Moments that leave the floating-point range are a poor start, and no more than that.
        with np.errstate(all="ignore"):
            start = dict(zip(names, family._fitstart(everything), strict=True))
    sample.require_spread(
        not {"loc", "scale"} <= set(free) or sample.varies(),
        f"for {family.name}",
    )
    domains = {name: _domain(family, name) for name in free}
    middle = sample.mean()
    spread = sample.spread(middle) or 1.0
    if "scale" in names and math.isinf(family.a) and math.isinf(family.b):
        # SciPy starts from moments, which a heavy tail may not have.
        low, median, high = np.percentile(everything, [25, 50, 75])
        start["loc"], start["scale"] = float(median), float(high - low) / 1.35 or spread

    unit = {name: spread if name == "scale" else 1.0 for name in free}

    def to_line(name: str, x: float) -> float:
        low, high = domains[name]
        if math.isfinite(low) and math.isfinite(high):
            share = min(max((x - low) / (high - low), 1e-3), 1.0 - 1e-3)
            return math.log(share / (1.0 - share))
        if math.isfinite(low):
            return math.log(max((x - low) / unit[name], 1e-8))
        return (x - middle) / spread if name == "loc" else x

    def from_line(name: str, y: float) -> float:
        low, high = domains[name]
        if math.isfinite(low) and math.isfinite(high):
            return low + (high - low) * float(special.expit(y))
        if math.isfinite(low):
            return low + unit[name] * math.exp(min(y, 700.0))
        return middle + spread * y if name == "loc" else y

    def loss(point: np.ndarray) -> float:
        params = {name: from_line(name, y) for name, y in zip(free, point, strict=True)}
        with np.errstate(all="ignore"):
            value = _mean_log_likelihood(family, {**known, **params}, sample)
        return -value if math.isfinite(value) else 1e300

    def maximum_near(point: np.ndarray) -> Any:
        with np.errstate(all="ignore"):
            found = optimize.minimize(loss, point, method="BFGS", options={"gtol": 1e-7})
        return found.x, found.fun

    point = np.array([to_line(name, start[name]) for name in free])
    if "scale" in free:
        # A start at which some observation is impossible shows no way: widen it until none is.
        widened = 0
        while loss(point) >= 1e299 and widened < 30:
            point[free.index("scale")] += math.log(2.0)
            widened += 1
    best, value = maximum_near(point)
    simplex = optimize.minimize(
        loss, best, method="Nelder-Mead", options={"maxfev": 60 * len(free), "adaptive": True}
    )
    if simplex.fun < value - 1e-9:
        # The first search had stopped short: a simplex that improved on it shows the way.
        simplex = optimize.minimize(
            loss, simplex.x, method="Nelder-Mead", options={"maxfev": 4000, "adaptive": True}
        )
        best, value = maximum_near(simplex.x)
    # Immense, and no worse ten times as large: a limit that no parameter attains.
    endless = np.where(best > _IMMENSE, math.log(10.0), 0.0)
    adrift = endless.any() and loss(best + endless) <= value + 1e-12 * abs(value)
    if value >= 1e299 or np.abs(best).max() > 100.0 or adrift:
        raise ValueError(f"data: the likelihood of {family.name} has no maximum for these data")
    for _ in range(3):
        # Newton's method, with derivatives good to ten digits, for the last of them.
        gradient, hessian = _derivatives(lambda x: -loss(x), best, np.full(best.size, 2e-3))
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        if not np.abs(step).max() < 1e-2 or loss(best - step) > value + 1e-13 * abs(value):
            break
        best = best - step
    return {name: from_line(name, y) for name, y in zip(free, best, strict=True)}


def _derivatives(
    function: Any, point: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return gradient and Hessian by central differences, extrapolated from two step sizes."""
    size = point.size
    moves = np.diag(steps)
    centre = function(point)
    gradient, hessian = np.empty(size), np.empty((size, size))
    for i in range(size):
        ahead, behind = (
            [function(point + sign * h * moves[i]) for h in (1.0, 2.0)] for sign in (1.0, -1.0)
        )
        first = [(ahead[k] - behind[k]) / (2.0 * (k + 1.0)) for k in (0, 1)]
        second = [(ahead[k] - 2.0 * centre + behind[k]) / (k + 1.0) ** 2 for k in (0, 1)]
        # Richardson: the error of a central difference is of second order in the step.
        gradient[i] = (4.0 * first[0] - first[1]) / 3.0 / steps[i]
        hessian[i, i] = (4.0 * second[0] - second[1]) / 3.0 / steps[i] ** 2
        for j in range(i):
            mixed = []
            for h in (1.0, 2.0):
                one, two = h * moves[i], h * moves[j]
                mixed.append(
                    (
                        function(point + one + two)
                        - function(point + one - two)
                        - function(point - one + two)
                        + function(point - one - two)
                    )
                    / (4.0 * h**2)
                )
            value = (4.0 * mixed[0] - mixed[1]) / 3.0 / (steps[i] * steps[j])
            hessian[i, j] = hessian[j, i] = value
    return gradient, hessian


# --- standard errors ------------------------------------------------------------------------

# The observed information per observation at the maximum, where it can be written down: the names
# of the parameters, and a function that returns their matrix.
_INFORMATION: dict[str, tuple[tuple[str, ...], Any]] = {}


def _information(family: str, *names: str) -> Any:
    def register(function: Any) -> Any:
        _INFORMATION[family] = (names, function)
        return function

    return register


for _family, _factor in (("expon", 1.0), ("laplace", 1.0), ("halfnorm", 2.0), ("rayleigh", 4.0)):
    _information(_family, "scale")(lambda s, p, factor=_factor: [[factor / p["scale"] ** 2]])
_information("poisson", "mu")(lambda s, p: [[1.0 / p["mu"]]])
_information("bernoulli", "p")(lambda s, p: [[1.0 / (p["p"] * (1.0 - p["p"]))]])
_information("binom", "p")(lambda s, p: [[p["n"] / (p["p"] * (1.0 - p["p"]))]])
_information("geom", "p")(lambda s, p: [[1.0 / (p["p"] ** 2 * (1.0 - p["p"]))]])
_information("pareto", "b")(lambda s, p: [[1.0 / p["b"] ** 2]])
_information("norm", "loc", "scale")(lambda s, p: np.diag([1.0, 2.0]) / p["scale"] ** 2)
_information("lognorm", "s", "scale")(
    lambda s, p: np.diag([2.0, 1.0 / p["scale"] ** 2]) / p["s"] ** 2
)


@_information("gamma", "a", "scale")
def _(s: _Sample, p: dict[str, float]) -> Any:
    a, scale = p["a"], p["scale"]
    return [[special.polygamma(1, a), 1.0 / scale], [1.0 / scale, a / scale**2]]


@_information("invgamma", "a", "scale")
def _(s: _Sample, p: dict[str, float]) -> Any:
    a, scale = p["a"], p["scale"]
    return [[special.polygamma(1, a), -1.0 / scale], [-1.0 / scale, a / scale**2]]


@_information("beta", "a", "b")
def _(s: _Sample, p: dict[str, float]) -> Any:
    one, two, both = special.polygamma(1, [p["a"], p["b"], p["a"] + p["b"]])
    return [[one - both, -both], [-both, two - both]]


@_information("nbinom", "n", "p")
def _(s: _Sample, p: dict[str, float]) -> Any:
    n, theta = p["n"], p["p"]
    shape = float(special.polygamma(1, n)) - s.mean(lambda x: special.polygamma(1, x + n))
    return [[shape, -1.0 / theta], [-1.0 / theta, n / theta**2 + s.mean() / (1.0 - theta) ** 2]]


def _gumbel_information(s: _Sample, p: dict[str, float], side: float) -> Any:
    def z(x: np.ndarray) -> np.ndarray:
        return side * (x - p["loc"]) / p["scale"]

    tilt = s.mean(lambda x: z(x) * np.exp(-z(x)))
    square = s.mean(lambda x: z(x) ** 2 * np.exp(-z(x)))
    return np.array([[1.0, side * tilt], [side * tilt, 1.0 + square]]) / p["scale"] ** 2


_information("gumbel_r", "loc", "scale")(lambda s, p: _gumbel_information(s, p, 1.0))
_information("gumbel_l", "loc", "scale")(lambda s, p: _gumbel_information(s, p, -1.0))


for _family in _SLOPES:
    _information(_family, "loc", "scale")(
        lambda s, p, family=_family: (
            -_location_scale(s, family, p["loc"], p["scale"])[1] / p["scale"] ** 2
        )
    )


@_information("weibull_min", "c", "scale")
def _(s: _Sample, p: dict[str, float]) -> Any:
    # log X is gumbel_l with location log(scale) and scale 1/c.
    logs = s.mapped(np.log)
    own = _gumbel_information(logs, {"loc": math.log(p["scale"]), "scale": 1.0 / p["c"]}, -1.0)
    turn = np.array([[0.0, 1.0 / p["scale"]], [-1.0 / p["c"] ** 2, 0.0]])
    return turn.T @ own @ turn


def _standard_errors(
    family: Any, params: dict[str, float], free: list[str], sample: _Sample, solved: bool
) -> dict[str, float | None]:
    """Invert the observed information, restricted to the parameters for which it exists."""
    result: dict[str, float | None] = dict.fromkeys(free)
    regular = [
        name
        for name in free
        if name not in _EDGES.get(family.name, ()) and not _at_an_end(family, name, params)
    ]
    if not regular:
        return result
    if solved and family.name in _INFORMATION:
        names, information = _INFORMATION[family.name]
        chosen = [names.index(name) for name in regular]
        shifted = sample.shifted(params["loc"]) if "loc" not in names else sample
        # A square that leaves the floating-point range leaves no standard error, not an exception.
        with np.errstate(all="ignore"):
            numbers = {name: np.float64(value) for name, value in params.items()}
            matrix = np.asarray(information(shifted, numbers), dtype=float)[np.ix_(chosen, chosen)]
    else:
        matrix = _numerical_information(family, params, regular, sample)
    if not (np.isfinite(matrix).all() and (np.diag(matrix) > 0).all()):
        return result
    # In units of each parameter's own curvature, so that their scales do not matter.
    unit = np.sqrt(np.diag(matrix))
    correlation = matrix / np.outer(unit, unit)
    if np.linalg.eigvalsh(correlation).min() > 1e-12:
        variances = np.diag(np.linalg.inv(correlation))
        for name, variance, size in zip(regular, variances, unit, strict=True):
            result[name] = math.sqrt(variance / sample.n) / float(size)
    return result


def _at_an_end(family: Any, name: str, params: dict[str, float]) -> bool:
    low, high = _domain(family, name)
    return not low < params[name] < high


def _numerical_information(
    family: Any, params: dict[str, float], regular: list[str], sample: _Sample
) -> np.ndarray:
    point = np.array([params[name] for name in regular])
    steps = np.empty(point.size)
    for i, name in enumerate(regular):
        low, high = _domain(family, name)
        size = params["scale"] if name == "loc" and "scale" in params else abs(params[name])
        steps[i] = 2e-3 * min(size, params[name] - low, high - params[name])

    def mean_log_likelihood(moved: np.ndarray) -> float:
        shifted = {**params, **dict(zip(regular, moved.tolist(), strict=True))}
        return _mean_log_likelihood(family, shifted, sample)

    return -_derivatives(mean_log_likelihood, point, steps)[1]
