"""Log-likelihood and maximum-likelihood fits for the families of ``scipy.stats``.

Which parameters are free follows the field's usage, not SciPy's: the location of a law on a
half-line or of a discrete law is zero, and a beta law lives on (0, 1), unless you say otherwise:
``fixed={"loc": 3}`` puts it elsewhere and ``fixed={"loc": None}`` frees it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np
from scipy import special, stats

from helpers.numeric.families import (
    LIMITS,
    as_family,
    as_params,
    convention,
    domain,
    family_name,
    no_maximum,
    parameter_names,
    shape_info,
)
from helpers.numeric.information import standard_errors
from helpers.numeric.laws import Empirical
from helpers.numeric.maximise import maximise
from helpers.numeric.samples import Censored, plain_array, read_sample, total_log_likelihood
from helpers.numeric.solvers import ROOTS, SEARCHED, SOLVERS, WHOLE, censored_exponential
from helpers.numeric.sufficient import mean_at
from helpers.numeric.tables import counted

__all__ = ["Empirical", "Fit", "empirical", "fit_mle", "log_likelihood"]

_SPIKE = math.log(1e4)  # of a density, in units of one over the distance from the support's end


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
    n : int or float
        Sample size; the sum of the weights where there are some.
    fixed : Mapping
        The parameters that were held, by name.
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
    n: float
    method: str

    fixed: Mapping[Any, float] = field(default_factory=dict)
    data: Any = field(default=None, repr=False, compare=False)
    law: Any = field(default=None, repr=False, compare=False)
    weights: Any = field(default=None, repr=False, compare=False)

    @property
    def aic(self) -> float:
        """Akaike's criterion 2k - 2 log L in nats, with k free parameters: lower is better."""
        # The probabilities of a categorical family sum to one: one of them is not free.
        free = len(self.standard_errors) - (1 if self.family == "categorical" else 0)
        return 2.0 * free - 2.0 * self.log_likelihood

    def confidence_interval(
        self, name: Any, level: float = 0.95, *, method: str = "profile"
    ) -> tuple[float, float]:
        """Return an interval for one free parameter, approximate as n grows.

        Parameters
        ----------
        name : str
            The parameter.
        level : float
            Between 0 and 1.
        method : {"profile", "wald"}
            "wald" is the estimate plus and minus a multiple of its standard error; "profile" holds
            every value that the likelihood-ratio test with one degree of freedom would not reject,
            the other parameters at their best for each.

        Returns
        -------
        tuple of two floats
            An end is infinite, or the end of the parameter's domain, where the likelihood does
            not fall far enough.

        Raises
        ------
        ValueError
            If the parameter was not fitted, or has no standard error: at an edge of the likelihood
            neither approximation holds.

        Examples
        --------
        >>> fit = fit_mle("poisson", [2, 3, 4])
        >>> [round(end, 3) for end in fit.confidence_interval("mu", method="wald")]
        [1.04, 4.96]
        >>> [round(end, 3) for end in fit.confidence_interval("mu")]
        [1.442, 5.408]

        References
        ----------
        Wilks (1938), The Large-Sample Distribution of the Likelihood Ratio.
        """
        if name not in self.standard_errors:
            raise ValueError(
                f"name: expected a fitted parameter, one of {list(self.standard_errors)}, "
                f"got {name!r}"
            )
        if not 0.0 < level < 1.0:
            raise ValueError(f"level: expected a number between 0 and 1, got {level!r}")
        if method not in ("profile", "wald"):
            raise ValueError(f'method: expected "profile" or "wald", got {method!r}')
        error = self.standard_errors[name]
        if error is None:
            raise ValueError(
                f"name: {name!r} has no standard error: its estimate lies at an edge or a kink of "
                f"the likelihood, where neither interval holds"
            )
        width = float(special.ndtri(0.5 + 0.5 * level)) * error
        estimate = self.params[name]
        if method == "wald":
            return estimate - width, estimate + width
        if self.family == "categorical":
            raise ValueError('method: expected "wald" for the categorical family')
        drop = 0.5 * float(special.ndtri(0.5 + 0.5 * level)) ** 2
        family = self.law

        def excess(value: float) -> float:
            held = {**self.fixed, name: value}
            try:
                best = fit_mle(family, self.data, fixed=held, weights=self.weights).log_likelihood
            except ValueError:
                return -math.inf  # no member of the family has that value
            return best - self.log_likelihood + drop

        low, high = domain(family, name)
        return (
            _crossing(excess, estimate, -width, low),
            _crossing(excess, estimate, width, high),
        )

    @property
    def distribution(self) -> Any:
        """The fitted distribution, frozen (an Empirical for the categorical family)."""
        if self.family == "categorical":
            counts = np.rint(np.array(list(self.params.values())) * self.n).astype(int)
            return Empirical(np.array(list(self.params)), counts)
        law = self.law if self.law is not None else getattr(stats, self.family)
        return law(**self.params)


def _crossing(excess: Any, estimate: float, step: float, end: float) -> float:
    """Return where a function that is positive at the estimate changes its sign, or the end."""
    inside = estimate
    for _ in range(60):
        outside = inside + step
        if (end - outside) * step <= 0.0:
            outside = 0.5 * (inside + end)
        if excess(outside) < 0.0:
            break
        inside, step = outside, 1.5 * step
        if math.isfinite(end) and abs(end - inside) < 1e-12 * (1.0 + abs(end)):
            return end
    else:
        return end
    for _ in range(80):
        # Bisection: beyond an edge of the family there is no value, only a sign.
        middle = 0.5 * (inside + outside)
        inside, outside = (middle, outside) if excess(middle) >= 0.0 else (inside, middle)
        if abs(outside - inside) <= 1e-10 * abs(middle):
            break
    return 0.5 * (inside + outside)


def empirical(data: Any, *, counts: Any = None) -> Empirical:
    """Return the empirical distribution of a sample: the probability mass 1/n on each observation.

    Parameters
    ----------
    data : array_like, shape (n,), or mapping
        The observations; with ``counts``, the distinct values. A Counter, a mapping from values to
        counts and the ``value_counts()`` of pandas or polars say both.
    counts : array_like of int, shape (n,), optional
        How often each value was seen.

    Returns
    -------
    Empirical

    Raises
    ------
    ValueError
        If there are no data, some are not finite, or the counts are no counts.
    TypeError
        If some are censored, or not real numbers.

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
    if isinstance(data, stats.CensoredData):
        raise TypeError(
            "data: expected complete observations, got CensoredData; scipy.stats.ecdf estimates "
            "the survival function of such"
        )
    table = counted(data) if counts is None else None
    if table is not None:
        data, counts = table
    values = plain_array(data)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"data: expected a sequence of at least one observation, got shape {values.shape}"
        )
    if values.dtype.kind == "c":
        raise TypeError(f"data: expected real numbers, got dtype {values.dtype}")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
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


def log_likelihood(family: Any, params: Any, data: Any) -> Any:
    """Return the log-likelihood sum_i log p(x_i | theta), in nats.

    Parameters
    ----------
    family : scipy.stats family or str
        For example ``stats.poisson`` or "poisson".
    params : mapping or sequence
        Parameters by their names in ``scipy.stats``, or in SciPy's order. Arrays are welcome: the
        result then has their broadcast shape, which is how a likelihood is drawn.
    data : array_like, shape (n,), Empirical or scipy.stats.CensoredData
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
    >>> from scipy import special, stats
    >>> round(log_likelihood(stats.poisson, {"mu": 2.0}, [1, 2, 3]), 6)
    -4.326024
    >>> log_likelihood(stats.bernoulli, {"p": [0.25, 0.5]}, [1, 0]).round(6).tolist()
    [-1.673976, -1.386294]
    """
    family = as_family(family)
    full = as_params(family, params)
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
    result = total_log_likelihood(
        family, dict(zip(names, arrays, strict=True)), read_sample(data, family)
    )
    return result if result.ndim else float(result)


# --- fits -----------------------------------------------------------------------------------


def fit_mle(
    family: Any,
    data: Any,
    *,
    fixed: Mapping[str, float | None] | None = None,
    maximum: str = "global",
    weights: Any = None,
) -> Fit:
    """Fit a family by maximum likelihood.

    Parameters
    ----------
    family : scipy.stats family or str
        For example ``stats.norm``, "norm" or "normal"; "categorical" fits one probability for each
        value.
    data : array_like, shape (n,), Empirical or scipy.stats.CensoredData
        The observations; of a continuous family, some may be known only to lie in an interval.
    fixed : mapping, optional
        Parameters that are known. Without a word about them, ``loc=0`` holds for discrete laws and
        laws on a half-line, ``loc=0, scale=1`` for laws on (0, 1), and ``scale=1`` on the circle;
        None frees a parameter.
    maximum : {"global", "local"}
        "local" asks for the highest maximum away from the edge where the likelihood is unbounded,
        as it is for gamma, Weibull and log-normal laws whose location is free.
    weights : array_like, shape (n,), optional
        How often each observation counts, not necessarily a whole number: the maximum of
        sum_i w_i log p(x_i | theta). ``n`` is their sum, and standard errors take it for the
        number of independent observations.

    Returns
    -------
    Fit
        ``params``, ``log_likelihood``, ``standard_errors``, ``n``, ``method``, ``distribution``.

    Raises
    ------
    ValueError
        If an observation is impossible under every member of the family, the likelihood is
        unbounded or its maximum not attained, or a whole-number parameter was not fixed.

    Notes
    -----
    Extreme-value laws are fitted with c up to 1, generalised Pareto laws with c from -1 on, and
    double gamma and Weibull laws with shapes from 1 on: beyond, every likelihood is unbounded. That
    of Student's t is so for degrees of freedom near 0, and the maximum away from them is meant.

    Examples
    --------
    >>> from scipy import special, stats
    >>> fit = fit_mle(stats.poisson, [2, 3, 4])
    >>> fit.params["mu"], round(fit.standard_errors["mu"], 6), fit.method
    (3.0, 1.0, 'closed form')
    >>> fit_mle(stats.uniform, [0.3, 2.0, 1.2], fixed={"loc": 0}).params["scale"]
    2.0
    >>> fit_mle("expon", [1.0, 3.0], weights=[1.5, 0.5]).params["scale"]
    1.5
    """
    if maximum not in ("global", "local"):
        raise ValueError(f'maximum: expected "global" or "local", got {maximum!r}')
    if isinstance(family, str) and family_name(family) == "categorical":
        if weights is not None:
            raise ValueError("weights: expected none for the categorical family; give counts")
        return _fit_categorical(data, fixed)
    family = as_family(family)
    names = parameter_names(family)
    if fixed is not None and not isinstance(fixed, Mapping):
        raise TypeError(
            f"fixed: expected a mapping from names to numbers, got {type(fixed).__name__}"
        )
    asked: dict[str, Any] = {**convention(family), **(fixed or {})}
    for name, value in asked.items():
        if name not in names:
            raise ValueError(f"fixed: {family.name} has no parameter {name!r}; it has {names}")
        if value is not None and not (isinstance(value, Real) and math.isfinite(value)):
            raise ValueError(f"fixed: expected a finite number for {name!r}, got {value!r}")
    known = {name: float(value) for name, value in asked.items() if value is not None}
    for name, number in known.items():
        low, high = domain(family, name)
        if not low <= number <= high or (name == "scale" and not number > 0.0):
            raise ValueError(f"fixed: {name}={number:g} is no valid parameter of {family.name}")
    if isinstance(family, stats.rv_discrete) and "loc" not in known:
        raise ValueError(
            "fixed: expected a value for 'loc': it is a whole number for discrete laws"
        )
    sample = read_sample(data, family, weights)
    free = [name for name in names if name not in known]
    for info in shape_info(family):
        if info.integrality and info.name in free and family.name not in WHOLE:
            raise ValueError(
                f"fixed: expected a value for {info.name!r}: it is a whole number, "
                f"which maximum likelihood by calculus cannot find"
            )
    solver = SOLVERS.get(family.name)
    censored = isinstance(sample, Censored)
    if isinstance(sample, Censored):
        # Sums over the observations say nothing here.
        solver = censored_exponential if family.name == "expon" else None
        sample.require(
            not sample.loose,
            "an observation that is not censored, or some that exclude each other: a law that "
            "gathers beyond all bounds makes these certain",
        )
    solved = solver(sample, known) if solver and free else None
    method = "closed form"
    # Beside a number of trials that jumps, a curvature in p alone would promise too much.
    edges: set[str] = {"p"} if family.name == "binom" and "n" in free else set()
    found = False
    if solved is None and not free:
        solved = known
    elif solved is None:
        found = True
        solved, edges = maximise(family, sample, known, local=maximum == "local")
        method = "numerical"
    elif family.name in SEARCHED:
        method = "numerical"
    elif ROOTS.get(family.name) in free:
        method = "likelihood equations"
    params = {name: float({**known, **solved}[name]) for name in names}
    summed = None if found or censored or not free else mean_at(family.name, sample, params)
    if summed is None:
        value = float(total_log_likelihood(family, params, sample))
    else:
        value = sample.n * summed
    if len(free) > 1 and "loc" in known and not isinstance(family, stats.rv_discrete):
        # On one value seen again and again, a density that has become a spike goes on growing.
        distance = abs(float(sample.values[0]) - known["loc"])
        spike = bool(distance) and value / sample.n + math.log(distance) > _SPIKE
        sample.require_spread(not spike or sample.varies(), f"for {family.name}")
    if not math.isfinite(value):
        raise ValueError(
            f"data: no member of {family.name} with these fixed parameters gives every "
            f"observation a positive probability, or the likelihood is unbounded"
        )
    _refuse_limits(family, data, weights, known, _Maximum(params, value, sample))
    errors = standard_errors(
        family, params, free, sample, solved=not (found or censored), edges=edges
    )
    # As an Empirical where the data were counted: another fit then starts from the table.
    seen: Any = sample.values
    given: Any = None
    if weights is not None:
        given = sample.counts
    elif censored:
        seen = data
    elif sample.counts is not None:
        seen = Empirical(sample.values, sample.counts)
    return Fit(family.name, params, value, errors, sample.n, method, known, seen, family, given)


@dataclass(frozen=True)
class _Maximum:
    """What a fit has reached, before its standard errors."""

    params: dict[str, float]
    log_likelihood: float
    sample: Any

    def rounding(self, family: Any) -> float:
        """Return how far the log-likelihood moves where the last digits of parameters do."""
        rng = np.random.default_rng(0)
        values = [self.log_likelihood]
        for _ in range(8):
            near = {name: x * (1.0 + 1e-9 * rng.uniform(-1, 1)) for name, x in self.params.items()}
            if "n" in near and isinstance(family, stats.rv_discrete):
                near["n"] = self.params["n"]  # a whole number
            values.append(float(total_log_likelihood(family, near, self.sample)))
        finite = [value for value in values if math.isfinite(value)]
        return 3.0 * (max(finite) - min(finite))


def _refuse_limits(
    family: Any, data: Any, weights: Any, known: Mapping[str, float], found: _Maximum
) -> None:
    """Raise where a law that the family only tends to is as likely as what was found."""
    for limit in LIMITS.get(family.name, []):
        fixed = limit.fixed(family, known)
        if fixed is None:
            continue
        try:
            value = fit_mle(limit.law, data, fixed=fixed, weights=weights).log_likelihood
        except ValueError:
            continue  # the limit does not allow these data: nothing rises towards it
        lead = found.log_likelihood - value
        if lead < 1e-3 and not lead > 1e-11 * (1.0 + abs(value)) + found.rounding(family):
            raise no_maximum(family.name, limit.shape, limit.end, limit.law)


def _fit_categorical(data: Any, fixed: Mapping[str, float | None] | None) -> Fit:
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
