"""Entropy, cross-entropy and divergences of arrays and of distributions.

Every function takes arrays of probabilities or frozen ``scipy.stats`` distributions and returns
nats unless ``base`` is given. Closed forms are used where there are any; everything else is
integrated or summed with an error estimate, and a warning names a result that misses what is
promised (a relative error of 1e-12 from closed forms and of 1e-9 otherwise).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from scipy import stats

from helpers.numeric import arrays, closed_forms, log_pmf, multivariate
from helpers.numeric.estimates import SampleEstimate, nearest_neighbours, plug_in, whole
from helpers.numeric.integration import (
    AccuracyWarning,
    DensityIntegrand,
    DensityTerms,
    Integral,
    integrate,
    summate,
)
from helpers.numeric.laws import Law, as_law, as_laws, is_distribution

__all__ = [
    "AccuracyWarning",
    "KLEstimate",
    "SampleEstimate",
    "cross_entropy",
    "entropy",
    "estimate_kl",
    "estimate_kl_from_samples",
    "js_distance",
    "js_divergence",
    "kl_divergence",
]

_EPSILON = np.finfo(float).eps


def _unit(base: float | None) -> float:
    """Return how many nats the unit of ``base`` has."""
    if base is None:
        return 1.0
    if not isinstance(base, Real) or isinstance(base, bool):
        raise TypeError(f"base: expected a number greater than 1 or None, got {base!r}")
    if not (1.0 < base < math.inf):
        raise ValueError(f"base: expected a number greater than 1 or None, got {base!r}")
    return math.log(base)


def _all_distributions(values: tuple[Any, ...], names: tuple[str, ...]) -> bool:
    """Say whether the arguments are distributions; refuse a mixture of the two kinds."""
    kinds = [is_distribution(value) for value in values]
    if True not in kinds:
        return False
    if False in kinds:
        odd = kinds.index(False)
        found = "an array" if np.ndim(values[odd]) else type(values[odd]).__name__
        raise TypeError(
            f"{names[odd]}: expected a distribution like the others, got {found}; "
            f"give {', '.join(names)} all as arrays or all as distributions"
        )
    return True


def _elementwise(function: Any, laws: tuple[Any, ...], **options: Any) -> np.ndarray | None:
    """Apply a function to each element of frozen distributions with arrays of parameters.

    Returns None where no parameter is an array.
    """
    split = [_parameters(law) for law in laws]
    shapes = [np.shape(each) for given in split if given for each in given[0]]
    if not any(shapes):
        return None
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"parameters: expected shapes that broadcast, got {shapes}") from None
    result = np.empty(shape)
    for index in np.ndindex(*shape):
        chosen = []
        for law, given in zip(laws, split, strict=True):
            if given is None:
                chosen.append(law)
                continue
            values, names = given
            scalars = [np.broadcast_to(value, shape)[index].item() for value in values]
            positional = len(values) - len(names)
            keywords = dict(zip(names, scalars[positional:], strict=True))
            family = law.dist if hasattr(law, "dist") else type(law)
            chosen.append(family(*scalars[:positional], **keywords))
        result[index] = function(*chosen, **options)
    return result


def _parameters(law: Any) -> tuple[list[Any], list[str]] | None:
    """Return the parameters of a frozen univariate distribution, and the names of the last ones."""
    generic = getattr(law, "dist", None)
    given = getattr(law, "_original_parameters", None)
    if generic is None and isinstance(given, dict):  # of SciPy's new kind
        return list(given.values()), list(given)
    if not isinstance(generic, (stats.rv_continuous, stats.rv_discrete)):
        return None
    if getattr(generic, "name", "") == "poisson_binom":
        return None  # its one parameter is a sequence
    return [*law.args, *law.kwds.values()], list(law.kwds)


def _refuse_axis(axis: Any) -> None:
    """Distributions have no axes: an axis that was asked for would be ignored."""
    if not (isinstance(axis, (int, np.integer)) and axis == -1):
        raise TypeError(f"axis: expected none beside distributions, got {axis!r}")


def _scaled(value: Any, unit: float) -> Any:
    result = value / unit if unit != 1.0 else value
    return result if isinstance(result, np.ndarray) else float(result)


def entropy(p: Any, *, base: float | None = None, axis: int = -1) -> Any:
    """Return the entropy H(p) = -E_p[log p], in nats unless ``base`` is given.

    Parameters
    ----------
    p : array_like, shape (..., k, ...), or distribution
        Probabilities along ``axis``, or a frozen ``scipy.stats`` distribution. For a continuous
        one this is the differential entropy, which may be negative.
    base : float, optional
        Base of the logarithm, greater than 1; 2 gives bits.
    axis : int
        The axis along which an array sums to one; distributions have none.

    Returns
    -------
    float, or ndarray without ``axis``

    Raises
    ------
    ValueError
        If entries are negative or not finite, or do not sum to 1 within 1e-8 (within 3.5e-4 in
        single precision; nothing is renormalised), or a parameter is invalid.
    TypeError
        If ``p`` is neither, or a distribution beside an ``axis``.

    Examples
    --------
    >>> entropy([0.5, 0.25, 0.25], base=2)
    1.5
    >>> from scipy import stats
    >>> entropy(stats.uniform(0, 1))
    0.0

    References
    ----------
    Shannon (1948), A Mathematical Theory of Communication, section 6.
    """
    unit = _unit(base)
    if not is_distribution(p):
        return _scaled(arrays.entropy(p, axis), unit)
    _refuse_axis(axis)
    if (several := _elementwise(entropy, (p,), base=base)) is not None:
        return several
    if multivariate.is_multivariate(p):
        return _scaled(multivariate.entropy(multivariate.as_multivariate(p, "p")), unit)
    return _scaled(_law_entropy(as_law(p, "p")), unit)


def cross_entropy(p: Any, q: Any, *, base: float | None = None, axis: int = -1) -> Any:
    """Return the cross-entropy H(p, q) = -E_p[log q], in nats unless ``base`` is given.

    Parameters
    ----------
    p, q : array_like or distributions
        As for :func:`kl_divergence`.
    base, axis
        As for :func:`entropy`.

    Returns
    -------
    float or ndarray
        ``inf`` where q is zero and p is not.

    Raises
    ------
    ValueError, TypeError
        As for :func:`kl_divergence`.

    Examples
    --------
    >>> round(cross_entropy([0.5, 0.5], [0.25, 0.75]), 12)
    0.836988216786
    """
    unit = _unit(base)
    if not _all_distributions((p, q), ("p", "q")):
        return _scaled(arrays.cross_entropy(p, q, axis), unit)
    _refuse_axis(axis)
    if (several := _elementwise(cross_entropy, (p, q), base=base)) is not None:
        return several
    if multivariate.is_multivariate(p) or multivariate.is_multivariate(q):
        return _scaled(multivariate.cross_entropy(*multivariate.as_pair(p, q)), unit)
    first, second = as_laws((p, q), ("p", "q"))
    return _scaled(_law_cross_entropy(first, second), unit)


def kl_divergence(p: Any, q: Any, *, base: float | None = None, axis: int = -1) -> Any:
    """Return the Kullback-Leibler divergence KL(p || q) = E_p[log(p/q)].

    Parameters
    ----------
    p, q : array_like, shapes (..., k, ...) that broadcast, or two distributions of one kind
        Probabilities along ``axis``, or frozen ``scipy.stats`` distributions.
    base : float, optional
        Base of the logarithm, greater than 1; nats if omitted.
    axis : int
        The axis along which arrays sum to one; distributions have none.

    Returns
    -------
    float, or ndarray
        Without ``axis``; of the broadcast shape of parameters that are arrays. Never negative;
        ``inf`` where q is zero and p is not, or the tails of q are too light.

    Raises
    ------
    ValueError
        If entries are negative or not finite, do not sum to 1 within 1e-8, shapes do not
        broadcast, or parameters are invalid.
    TypeError
        If one is an array and the other a distribution, or one continuous and the other discrete,
        or they are distributions beside an ``axis``.

    Warns
    -----
    AccuracyWarning
        If the estimated relative error exceeds 1e-9.

    Examples
    --------
    >>> round(kl_divergence([0.5, 0.5], [0.25, 0.75]), 12)
    0.143841036226
    >>> from scipy import stats
    >>> kl_divergence(stats.norm(0, 1), stats.norm(1, 1))
    0.5
    >>> kl_divergence(stats.uniform(0, 2), stats.uniform(0, 1))
    inf

    References
    ----------
    Kullback and Leibler (1951), On Information and Sufficiency, equation 2.4.
    """
    unit = _unit(base)
    if not _all_distributions((p, q), ("p", "q")):
        return _scaled(arrays.kl_divergence(p, q, axis), unit)
    _refuse_axis(axis)
    if (several := _elementwise(kl_divergence, (p, q), base=base)) is not None:
        return several
    if multivariate.is_multivariate(p) or multivariate.is_multivariate(q):
        return _scaled(multivariate.kl_divergence(*multivariate.as_pair(p, q)), unit)
    first, second = as_laws((p, q), ("p", "q"))
    return _scaled(_law_kl(first, second), unit)


def js_divergence(
    p: Any, q: Any, *others: Any, weights: Any = None, base: float | None = None, axis: int = -1
) -> Any:
    """Return the Jensen-Shannon divergence: the mean divergence from the mixture.

    Parameters
    ----------
    p, q, *others : array_like or distributions
        Two or more, as for :func:`kl_divergence`.
    weights : array_like, optional
        One weight for each, summing to 1; equal if omitted.
    base, axis
        As for :func:`entropy`.

    Returns
    -------
    float or ndarray
        Between 0 and the entropy of the weights: at most log 2 for two equal weights.

    Raises
    ------
    ValueError, TypeError
        As for :func:`kl_divergence`, and if the weights are no probabilities.

    Examples
    --------
    >>> js_divergence([1, 0], [0, 1], base=2)
    1.0
    >>> js_divergence([1, 0, 0], [0, 1, 0], [0, 0, 1], base=3)
    1.0

    References
    ----------
    Lin (1991), Divergence Measures Based on the Shannon Entropy, equations 3.4 and 4.1.
    """
    unit = _unit(base)
    everything = (p, q, *others)
    names = arrays.argument_names(len(everything))
    share = _weights(weights, len(everything))
    if not _all_distributions(everything, names):
        return _scaled(arrays.js_divergence(list(everything), share, axis), unit)
    _refuse_axis(axis)
    if (several := _elementwise(js_divergence, everything, weights=share, base=base)) is not None:
        return several
    if any(multivariate.is_multivariate(each) for each in everything):
        return _scaled(_multivariate_js(everything, share), unit)
    return _scaled(_law_js(as_laws(everything, names), share), unit)


def js_distance(p: Any, q: Any, *, base: float | None = None, axis: int = -1) -> Any:
    """Return the square root of the Jensen-Shannon divergence, which is a metric.

    Parameters
    ----------
    p, q, base, axis
        As for :func:`js_divergence`.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError, TypeError
        As for :func:`js_divergence`.

    Examples
    --------
    >>> js_distance([1, 0], [0, 1], base=2)
    1.0

    References
    ----------
    Endres and Schindelin (2003), A New Metric for Probability Distributions.
    """
    return _scaled(np.sqrt(js_divergence(p, q, base=base, axis=axis)), 1.0)


def _weights(weights: Any, count: int) -> tuple[float, ...]:
    if weights is None:
        return (1.0 / count,) * count
    try:
        share = np.asarray(weights, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"weights: expected {count} numbers, got {weights!r}") from None
    if share.shape != (count,):
        raise ValueError(
            f"weights: expected {count} numbers, one for each distribution, "
            f"got an array of shape {share.shape}"
        )
    if not (np.isfinite(share).all() and (share >= 0).all()):
        raise ValueError(f"weights: expected numbers that are not negative, got {share.tolist()}")
    if abs(math.fsum(share) - 1.0) > arrays.SUM_TOLERANCE:
        raise ValueError(f"weights: expected a sum of 1, got {math.fsum(share)!r}")
    return tuple(share.tolist())


# --- distributions --------------------------------------------------------------------------


def _covers(q: Law, p: Law) -> bool:
    """Say whether the support of q covers that of p (as intervals)."""
    return q.lower <= p.lower and p.upper <= q.upper


def _misses(q: Law, p: Law) -> bool:
    """Say whether p has mass in a gap of q, such as an empty bin of a histogram."""
    return not q.discrete and any(p.mass_between(a, b) > 0.0 for a, b in q.empty())


def _anchors(laws: list[Law]) -> tuple[np.ndarray, np.ndarray]:
    marks = [law.quantiles() for law in laws]
    for points, law in zip(marks, laws, strict=True):
        if not points.size:
            raise ValueError(
                f"expected distributions within the floating-point range; no quantile of "
                f"{law.family} is a finite number"
            )
    middles = [points[points.size // 2] for points in marks]
    ends = [end for law in laws for end in (law.lower, law.upper) if math.isfinite(end)]
    cuts = [cut for law in laws for cut in law.cuts]
    return np.unique([*middles, *ends, *cuts]), np.unique(np.concatenate(marks))


def _expm1_plus(u: np.ndarray) -> np.ndarray:
    """Return ``exp(-u) - 1 + u`` to full relative precision."""
    near = np.where(np.abs(u) < 0.7, u, 0.0)
    series = np.zeros_like(near)
    for k in range(19, 1, -1):
        series = (1.0 - near * series) / k
    with np.errstate(over="ignore"):
        return np.where(np.abs(u) < 0.7, near * near * series, np.exp(-u) - 1.0 + u)


def _kl_density(log_p: np.ndarray, log_q: np.ndarray, shift: Any) -> tuple[Any, Any]:
    """Return p log(p/q) - p + q, times exp(shift), and a bound on its rounding."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        p = np.exp(log_p + shift)
        q = np.exp(log_q + shift)
        u = log_p - log_q
        value = np.where(np.abs(u) < 0.7, p * _expm1_plus(u), p * u - p + q)
        value = np.where(p == 0, q, value)
        # log q has underflowed although q is positive there: the value is unknown.
        value = np.where((p > 0) & np.isneginf(log_q), np.nan, value)
        # Each logarithm is wrong by a few units in its last place; p and q follow.
        own = np.where(p == 0, 0.0, np.abs(p - q) * (np.abs(log_p) + 1.0))
        other = np.where(q == 0, 0.0, np.abs(p - q) * (np.abs(log_q) + 1.0))
        noise = 2.0 * _EPSILON * (own + other)
    return value, np.where(np.isfinite(noise), noise, 0.0)


def _law_kl(p: Law, q: Law) -> float:
    p = _tabulated(p, q)
    if p.discrete:
        return _discrete_kl(p, q)
    if not _covers(q, p) or _misses(q, p):
        return math.inf
    closed = closed_forms.kl_divergence(p, q)
    if closed is not None:
        return closed

    anchors, marks = _anchors([p, q])
    outside = 0.0
    if math.isfinite(p.lower):
        outside += q.mass_below(p.lower)
    if math.isfinite(p.upper):
        outside += q.mass_above(p.upper)
    integrand = _near(_kl_density, p, q, (1.0, 1.0 - outside), _apart)
    inside = integrate(integrand, p.lower, p.upper, anchors, marks)
    return Integral(inside.value + outside, inside.error).checked("kl_divergence")


def _near(
    density: Any,
    p: Law,
    q: Law,
    masses: tuple[float, ...] = (),
    leverage: Any = None,
) -> DensityIntegrand:
    """Turn a function of two log-densities into an integrand."""
    return DensityIntegrand(
        lambda logs, shift: density(*logs, shift),
        [p.log_density_near, q.log_density_near],
        masses,
        leverage,
    )


def _apart(logs: list[np.ndarray]) -> np.ndarray:
    """Return how far two log-densities are apart: what a mass of the first contributes."""
    with np.errstate(invalid="ignore"):
        return np.abs(logs[0] - logs[1])


def _terms(density: Any, p: Law, q: Law) -> DensityTerms:
    """Turn a function of two log pmfs into the terms of a sum."""

    def combine(logs: list[np.ndarray], shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        log_p, log_q = logs
        value, noise = density(log_p, log_q, shift)
        impossible = np.isfinite(log_p) & np.isneginf(log_q) & q.exact_zeros
        return np.where(impossible, math.inf, value), noise

    return DensityTerms(combine, [p.log_density, q.log_density])


def _sum_over(laws: list[Law], terms: Any, lower: float, upper: float) -> Integral:
    marks = np.concatenate([law.quantiles() for law in laws])
    return summate(terms, lower, upper, marks)


def _missing_mass(law: Law) -> float:
    """Return how far the pmf of a law is from a sum of one, beyond what the summation owns up to.

    A tail that was misjudged, or a pmf that SciPy gets wrong, shows here.
    """

    def combine(logs: list[np.ndarray], shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(over="ignore"):
            mass = np.exp(logs[0] + shift)
        noise = 2.0 * _EPSILON * mass * np.where(mass > 0.0, np.abs(logs[0]), 0.0)
        return mass, noise

    if law.family in log_pmf.BY_FAMILY:
        return 0.0  # light tails, and a pmf that is our own
    total = _sum_over([law], DensityTerms(combine, [law.log_density]), law.lower, law.upper)
    missing = abs(total.value - 1.0)
    return missing if missing > total.error + 2e-11 else 0.0


def _audited(result: Integral, p: Law, q: Law) -> Integral:
    """Add to the error of a sum what the missing masses of its laws may stand for."""
    missing, other = _missing_mass(p), 0.0 if q is p else _missing_mass(q)
    if not missing + other > 0.0 or math.isinf(result.value):
        return result
    k = p.quantiles()
    with np.errstate(invalid="ignore"):
        far = np.abs(p.log_density(k)) + np.abs(q.log_density(k))
    leverage = far[np.isfinite(far)].max(initial=1.0)
    return Integral(result.value, result.error + float(missing * leverage + other))


def _tabulated(p: Law, q: Law) -> Law:
    """Return ``p`` as a table of its values where ``q`` is one that may hold them all."""
    if p.atoms is not None or q.atoms is None:
        return p
    values = q.atoms[0]
    certain = values[p.log_density(values) == 0.0]
    if certain.size:
        return replace(p, atoms=(certain, np.zeros(certain.size)))
    if p.upper - p.lower >= values.size:
        return p
    k = np.arange(p.lower, p.upper + 1.0)
    return replace(p, atoms=(k, p.log_density(k)))


def _discrete_kl(p: Law, q: Law) -> float:
    if p.atoms is not None:
        values, log_p = p.atoms
        log_q = q.log_density(values)
        if np.any(np.isfinite(log_p) & np.isneginf(log_q)):
            return math.inf
        present = np.isfinite(log_p)
        value, _ = _kl_density(log_p[present], log_q[present], 0.0)
        # q's mass off the atoms of p: one minus what it puts on them.
        missing = 1.0 - math.fsum(np.exp(log_q[present]))
        return float(math.fsum(value) + max(missing, 0.0))
    if q.atoms is not None or not _covers(q, p):
        return math.inf
    closed = closed_forms.kl_divergence(p, q)
    if closed is not None:
        return closed
    lower, upper = min(p.lower, q.lower), max(p.upper, q.upper)
    total = _sum_over([p, q], _terms(_kl_density, p, q), lower, upper)
    return _audited(total, p, q).checked("kl_divergence")


def _law_entropy(p: Law) -> float:
    if p.atoms is not None:
        logs = p.atoms[1][np.isfinite(p.atoms[1])]
        return float(0.0 - math.fsum(np.exp(logs) * logs))
    closed = closed_forms.entropy(p)
    if closed is not None:
        return closed
    return _expected_log(p, p, "entropy")


def _expected_log(p: Law, q: Law, what: str) -> float:
    """Return -E_p[log q] by quadrature or summation."""

    def density(log_p: np.ndarray, log_q: np.ndarray, shift: Any) -> tuple[Any, Any]:
        with np.errstate(invalid="ignore", over="ignore"):
            weight = np.exp(log_p + shift)
            value = np.where(weight == 0, 0.0, -weight * log_q)
            value = np.where((weight > 0) & np.isneginf(log_q), np.nan, value)
            noise = 2.0 * _EPSILON * weight * (np.abs(log_q) + (log_q != 0.0))
        return value, np.where(np.isfinite(noise), noise, 0.0)

    if p.discrete:
        total = _sum_over([p, q], _terms(density, p, q), p.lower, p.upper)
        return _audited(total, p, p).checked(what)
    anchors, marks = _anchors([p, q])

    def leverage(logs: list[np.ndarray]) -> np.ndarray:
        return np.abs(logs[1])

    integrand = _near(density, p, q, (1.0,), leverage)
    return integrate(integrand, p.lower, p.upper, anchors, marks).checked(what)


def _law_cross_entropy(p: Law, q: Law) -> float:
    p = _tabulated(p, q)
    if p.atoms is not None:
        values, log_p = p.atoms
        log_q = q.log_density(values)
        if np.any(np.isfinite(log_p) & np.isneginf(log_q)):
            return math.inf
        present = np.isfinite(log_p)
        return float(0.0 - math.fsum(np.exp(log_p[present]) * log_q[present]))
    if q.atoms is not None or not _covers(q, p) or _misses(q, p):
        return math.inf
    closed = closed_forms.cross_entropy(p, q)
    if closed is not None:
        return closed
    return _expected_log(p, q, "cross_entropy")


def _law_js(laws: list[Law], weights: tuple[float, ...]) -> float:
    kept = [(law, weight) for law, weight in zip(laws, weights, strict=True) if weight > 0]
    laws = [law for law, _ in kept]
    weights = tuple(weight for _, weight in kept)
    ceiling = arrays.weight_entropy(weights)
    log_weights = np.log(weights)

    def density(logs: list[np.ndarray], shift: Any, gap: bool) -> tuple[Any, Any]:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            value = np.zeros(logs[0].shape)
            noise = np.zeros(logs[0].shape)
            stack = np.stack([log + weight for log, weight in zip(logs, log_weights, strict=True)])
            mixture = np.logaddexp.reduce(stack, axis=0)
            for log, weight, joint in zip(logs, weights, stack, strict=True):
                mass = weight * np.exp(log + shift)
                # log(m/p) by differences where the densities are close: no digit is lost.
                near = np.log1p(
                    sum(w * np.expm1(x - log) for w, x in zip(weights, logs, strict=True))
                )
                away = np.where(np.abs(near) < 0.5, near, mixture - log)
                if gap:
                    part = mass * (mixture - joint)
                else:
                    near = mass * _expm1_plus(-away)
                    far = weight * np.exp(mixture + shift) - mass - mass * away
                    part = np.where(np.abs(away) < 0.5, near, far)
                value = value + np.where(mass > 0, part, 0.0)
                digits = np.abs(log) + np.abs(mixture) + 1.0
                part = mass * digits * (1.0 if gap else np.abs(np.expm1(away)))
                noise = noise + 2.0 * _EPSILON * np.where(mass > 0, part, 0.0)
            if not gap:
                # The rest of p log(p/m) - p + m, for the laws that are zero here.
                for log, weight in zip(logs, weights, strict=True):
                    value = value + np.where(
                        np.exp(log + shift) > 0, 0.0, weight * np.exp(mixture + shift)
                    )
        value = np.where(np.isnan(logs).any(axis=0), np.nan, value)
        return value, np.where(np.isfinite(noise), noise, 0.0)

    def total(gap: bool) -> Integral:
        if laws[0].discrete:
            return _discrete_total(laws, lambda logs: density(logs, 0.0, gap))

        integrand = DensityIntegrand(
            lambda logs, shift: density(logs, shift, gap),
            [law.log_density_near for law in laws],
            (1.0,) * len(laws),
        )
        anchors, marks = _anchors(laws)
        lower = min(law.lower for law in laws)
        upper = max(law.upper for law in laws)
        return integrate(integrand, lower, upper, anchors, marks)

    # ceiling - JSD is a sum of non-negative terms, exactly zero for disjoint supports.
    missing = total(gap=True)
    value = ceiling - missing.value
    if value > 0.1 * ceiling:
        return Integral(value, missing.error).checked("js_divergence")
    return total(gap=False).checked("js_divergence")


def _multivariate_js(everything: tuple[Any, ...], weights: tuple[float, ...]) -> float:
    if len(everything) != 2:
        raise ValueError(
            f"p, q: expected two multivariate distributions, got {len(everything)} distributions"
        )
    if not all(weights):
        return 0.0
    reduced = multivariate.js_divergence(*multivariate.as_pair(*everything), weights)
    if isinstance(reduced, Integral):
        return reduced.checked("js_divergence")
    return _law_js(as_laws(reduced, ("p", "q")), weights)


def _discrete_total(laws: list[Law], density: Any) -> Integral:
    atoms = [law.atoms[0] for law in laws if law.atoms is not None]
    lattices = [law for law in laws if law.atoms is None]
    value, error = 0.0, 0.0
    points = np.unique(np.concatenate(atoms)) if atoms else np.array([])
    if points.size:
        terms, noise = density([law.log_density(points) for law in laws])
        value, error = math.fsum(terms), float(np.sum(noise))
    if lattices:
        lower = min(law.lower for law in lattices)
        upper = max(law.upper for law in lattices)

        def terms(k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            height, noise = density([law.log_density(k) for law in laws])
            new = ~np.isin(k, points)
            return height * new, noise * new

        rest = _sum_over(lattices, terms, lower, upper)
        value, error = value + rest.value, error + rest.error
    return Integral(value, error)


# --- Monte Carlo ----------------------------------------------------------------------------


@dataclass(frozen=True)
class KLEstimate:
    """A Monte Carlo estimate of a divergence, in nats, with its standard error.

    Examples
    --------
    >>> KLEstimate(value=0.5, standard_error=0.01, n=1000).value
    0.5
    """

    value: float
    standard_error: float
    n: int


_CHUNK = 1 << 16


def _second_moment(p: Law, q: Law) -> float:
    """Return E_p[log(p/q)^2]; only whether it is finite matters."""

    def density(log_p: np.ndarray, log_q: np.ndarray, shift: Any) -> tuple[Any, Any]:
        with np.errstate(invalid="ignore", over="ignore"):
            mass = np.exp(log_p + shift)
            value = np.where(mass == 0, 0.0, mass * (log_p - log_q) ** 2)
            value = np.where((mass > 0) & np.isneginf(log_q), np.nan, value)
        return value, np.zeros(value.shape)

    if p.atoms is not None or q.atoms is not None:
        return 0.0  # finitely many values of a finite ratio
    if p.discrete:
        return _sum_over([p, q], _terms(density, p, q), p.lower, p.upper).value
    anchors, marks = _anchors([p, q])
    return integrate(_near(density, p, q), p.lower, p.upper, anchors, marks).value


def estimate_kl(p: Any, q: Any, n: int, *, rng: np.random.Generator) -> KLEstimate:
    """Estimate KL(p || q) by the mean of log(p/q) over n draws from p.

    Parameters
    ----------
    p, q : distributions
        As for :func:`kl_divergence`.
    n : int
        How many draws, at least 2.
    rng : numpy.random.Generator
        The source of randomness: ``np.random.default_rng(seed)``.

    Returns
    -------
    KLEstimate
        ``value`` and ``standard_error`` are both ``inf`` where the divergence is infinite.

    Raises
    ------
    ValueError
        If n is too small, the variance of log(p/q) is infinite, or a draw falls where a density
        leaves the floating-point range.
    TypeError
        If ``rng`` is no Generator.

    Examples
    --------
    >>> from scipy import stats
    >>> estimate = estimate_kl(
    ...     stats.norm(0, 1), stats.norm(1, 1), 10_000, rng=np.random.default_rng(1)
    ... )
    >>> abs(estimate.value - 0.5) < 4 * estimate.standard_error
    True
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected a numpy.random.Generator, got {type(rng).__name__}")
    if not isinstance(n, (int, np.integer)) or n < 2:
        raise ValueError(f"n: expected a whole number of at least 2 draws, got {n!r}")
    _all_distributions((p, q), ("p", "q"))
    if multivariate.is_multivariate(p) or multivariate.is_multivariate(q):
        multivariate.as_pair(p, q)
        log_p, log_q, source = p.logpdf, q.logpdf, p
        if not isinstance(multivariate.as_multivariate(p, "p"), multivariate.Normal):
            # SciPy takes one point of the simplex a column and draws one a row.
            log_p, log_q = (lambda x: p.logpdf(x.T)), (lambda x: q.logpdf(x.T))
    else:
        first, second = as_laws((p, q), ("p", "q"))
        if math.isinf(_law_kl(first, second)):
            return KLEstimate(math.inf, math.inf, int(n))
        if math.isinf(_second_moment(first, second)):
            raise ValueError(
                "p, q: the divergence is finite but the variance of log(p/q) under p is not, so a "
                "sample mean has no standard error; use kl_divergence"
            )
        log_p, log_q, source = first.log_density, second.log_density, first.source
    count, mean, squares = 0, 0.0, 0.0
    while count < n:
        size = min(_CHUNK, int(n) - count)
        draws = source.rvs(size=size, random_state=rng)
        try:
            with np.errstate(invalid="ignore"):
                ratio = log_p(draws) - log_q(draws)
        except ValueError as error:
            raise ValueError(
                f"p, q: a draw fell where SciPy knows no density ({error}); use kl_divergence"
            ) from None
        if not np.isfinite(ratio).all():
            raise ValueError(
                "p, q: at some draws a density leaves the floating-point range, so that log(p/q) "
                "is not known there; use kl_divergence"
            )
        # Chan, Golub and LeVeque (1983): merge the moments of two parts.
        part = float(np.mean(ratio))
        difference = part - mean
        squares += float(np.sum((ratio - part) ** 2))
        squares += difference**2 * count * size / (count + size)
        count += size
        mean += difference * size / count
    return KLEstimate(mean, math.sqrt(squares / (count - 1) / count), count)


def estimate_kl_from_samples(
    x: Any, y: Any, *, k: int = 5, method: str | None = None
) -> SampleEstimate:
    """Estimate KL(p || q) from a sample of each, where neither distribution is known.

    Parameters
    ----------
    x, y : array_like, shapes (n,) and (m,), or (n, d) and (m, d)
        Observations from p and from q.
    k : int
        Which neighbour measures the density: more of them are steadier, and blur more.
    method : {"neighbours", "plug-in"}, optional
        "neighbours" for densities, "plug-in" for counts and categories; by default the one that
        fits the data.

    Returns
    -------
    SampleEstimate
        ``value``, ``standard_error`` and, for "plug-in", the leading term of its ``bias``, which is
        not taken off. An estimate from neighbours may be negative.

    Raises
    ------
    ValueError
        If there are too few observations, or ties among densities.
    TypeError
        If observations are no numbers, which have no neighbours.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(0, 1, 4000), rng.normal(1, 1, 4000)
    >>> estimate = estimate_kl_from_samples(x, y)
    >>> abs(estimate.value - 0.5) < 4 * estimate.standard_error
    True
    >>> counts = estimate_kl_from_samples([0, 0, 1, 1], [0, 1, 1, 1])
    >>> round(counts.value, 6), round(counts.bias, 6)
    (0.143841, 0.333333)

    References
    ----------
    Wang, Kulkarni and Verdu (2009), Divergence Estimation for Multidimensional Densities Via
    k-Nearest-Neighbor Distances, equation 25 with one k for both samples.
    """
    if method not in (None, "neighbours", "plug-in"):
        raise ValueError(f'method: expected "neighbours" or "plug-in", got {method!r}')
    if method is None:
        counts = np.ndim(x) == 1 and np.ndim(y) == 1 and whole(x) and whole(y)
        method = "plug-in" if counts else "neighbours"
    return plug_in(x, y) if method == "plug-in" else nearest_neighbours(x, y, k)
