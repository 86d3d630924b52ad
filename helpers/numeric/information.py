"""Standard errors of estimates, from the observed information."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from helpers.numeric.families import domain
from helpers.numeric.maximise import derivatives
from helpers.numeric.samples import Sample, mean_log_likelihood
from helpers.numeric.solvers import (
    EDGES,
    TERMS,
    falling_sum,
    gumbel_sums,
    location_scale_slopes,
    t_curvature,
    turned,
    turned_logs,
)

# The observed information per observation at the maximum, where it can be written down: the names
# of the parameters, and a function that returns their matrix.
_INFORMATION: dict[str, tuple[tuple[str, ...], Any]] = {}


def _information(family: str, *names: str) -> Any:
    def register(function: Any) -> Any:
        _INFORMATION[family] = (names, function)
        return function

    return register


for _family, _factor in (
    ("expon", 1.0),
    ("laplace", 1.0),
    ("halfnorm", 2.0),
    ("rayleigh", 4.0),
    ("maxwell", 6.0),
):
    _information(_family, "scale")(lambda s, p, factor=_factor: [[factor / p["scale"] ** 2]])
_information("poisson", "mu")(lambda s, p: [[1.0 / p["mu"]]])
_information("bernoulli", "p")(lambda s, p: [[1.0 / (p["p"] * (1.0 - p["p"]))]])
_information("binom", "p")(lambda s, p: [[p["n"] / (p["p"] * (1.0 - p["p"]))]])
_information("geom", "p")(lambda s, p: [[1.0 / (p["p"] ** 2 * (1.0 - p["p"]))]])
_information("powerlaw", "a")(lambda s, p: [[1.0 / p["a"] ** 2]])
_information("pareto", "b")(lambda s, p: [[1.0 / p["b"] ** 2]])
_information("norm", "loc", "scale")(
    lambda s, p: [[1.0 / p["scale"] ** 2, 0.0], [0.0, 2.0 / p["scale"] ** 2]]
)
_information("lognorm", "s", "scale")(
    lambda s, p: [[2.0 / p["s"] ** 2, 0.0], [0.0, 1.0 / (p["s"] * p["scale"]) ** 2]]
)


@_information("gamma", "a", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    a, scale = p["a"], p["scale"]
    return [[special.zeta(2.0, a), 1.0 / scale], [1.0 / scale, a / scale**2]]


@_information("chi2", "df", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    df, scale = p["df"], p["scale"]
    cross = 0.5 / scale
    return [[0.25 * special.zeta(2.0, 0.5 * df), cross], [cross, 0.5 * df / scale**2]]


@_information("invgauss", "mu", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    # Diagonal in the mean, mu * scale, and in the scale.
    mu, scale = p["mu"], p["scale"]
    by_mean = 1.0 / (mu**3 * scale**2)
    cross = by_mean * scale * mu
    return [[by_mean * scale**2, cross], [cross, by_mean * mu**2 + 0.5 / scale**2]]


@_information("invgamma", "a", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    a, scale = p["a"], p["scale"]
    return [[special.zeta(2.0, a), -1.0 / scale], [-1.0 / scale, a / scale**2]]


@_information("beta", "a", "b")
def _(s: Sample, p: dict[str, float]) -> Any:
    one, two, both = (special.zeta(2.0, x) for x in (p["a"], p["b"], p["a"] + p["b"]))
    return [[one - both, -both], [-both, two - both]]


@_information("nbinom", "n", "p")
def _(s: Sample, p: dict[str, float]) -> Any:
    n, theta = p["n"], p["p"]
    shape = falling_sum(s, float(n), 2)
    return [[shape, -1.0 / theta], [-1.0 / theta, n / theta**2 + s.mean() / (1.0 - theta) ** 2]]


@_information("t", "loc", "scale", "df")
def _(s: Sample, p: dict[str, float]) -> Any:
    point = np.array([p["loc"], math.log(p["scale"]), math.log(p["df"])])
    unit = np.array([1.0, p["scale"], p["df"]])
    with np.errstate(all="ignore"):
        # The chain rule has no second term: at the maximum the slopes are nil.
        return -t_curvature(s, point, [0, 1, 2]) / np.outer(unit, unit)


@_information("vonmises", "kappa", "loc")
def _(s: Sample, p: dict[str, float]) -> Any:
    kappa = p["kappa"]
    ratio = special.ive(1, kappa) / special.ive(0, kappa)
    return [[1.0 - ratio / kappa - ratio**2, 0.0], [0.0, kappa * ratio]]


def _gumbel_information(s: Sample, p: dict[str, float], side: float = 1.0) -> Any:
    scale = p["scale"]
    zero, one, two = gumbel_sums(s, scale)
    # exp(-z) is w times exp((loc - low) / scale), and z is u less (loc - low) / scale.
    away = (p["loc"] - s.low) / scale
    factor = math.exp(away)
    whole = factor * zero
    tilt = factor * (one - away * zero)
    square = factor * (two - 2.0 * away * one + away * away * zero)
    level = s.mean() - s.low - scale * away
    # Where the scale was held, the slope in it does not vanish, nor do its terms here.
    bend = 2.0 * (level / scale - tilt) - 1.0
    return [
        [whole / scale**2, side * (tilt + 1.0 - whole) / scale**2],
        [side * (tilt + 1.0 - whole) / scale**2, (bend + square) / scale**2],
    ]


_information("gumbel_r", "loc", "scale")(_gumbel_information)


@_information("gumbel_l", "loc", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    return _gumbel_information(turned(s), {**p, "loc": -p["loc"]}, -1.0)


def _location_scale_information(family: str) -> Any:
    def information(s: Sample, p: dict[str, float]) -> Any:
        curvature = location_scale_slopes(s, family, p["loc"], p["scale"])[2].tolist()
        square = p["scale"] ** 2
        return [[-x / square for x in row] for row in curvature]

    return information


for _family in TERMS:
    _information(_family, "loc", "scale")(_location_scale_information(_family))


@_information("weibull_min", "c", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    # Minus log X is gumbel_r with location -log(scale) and scale 1/c.
    logs = {"loc": -math.log(p["scale"]), "scale": 1.0 / p["c"]}
    (level, cross), (_, spread) = _gumbel_information(turned_logs(s), logs)
    by_scale, by_c = -1.0 / p["scale"], -1.0 / p["c"] ** 2
    both = by_scale * by_c * cross
    return [[by_c**2 * spread, both], [both, by_scale**2 * level]]


def standard_errors(
    family: Any,
    params: dict[str, float],
    free: list[str],
    sample: Sample,
    *,
    solved: bool,
    edges: set[str],
) -> dict[str, float | None]:
    """Invert the observed information, restricted to the parameters for which it exists.

    ``edges`` are parameters that an end of the support ties to an observation.
    """
    result: dict[str, float | None] = dict.fromkeys(free)
    regular = [
        name
        for name in free
        if name not in EDGES.get(family.name, ())
        and name not in edges
        and not _at_an_end(family, name, params)
    ]
    if not regular:
        return result
    if solved and family.name in _INFORMATION:
        names, information = _INFORMATION[family.name]
        shifted = sample.shifted(params["loc"]) if "loc" not in names else sample
        try:
            whole = information(shifted, params)
        except (OverflowError, ZeroDivisionError):
            return result  # a square has left the floating-point range
        chosen = [names.index(name) for name in regular]
        matrix = [[float(whole[i][j]) for j in chosen] for i in chosen]
    else:
        matrix = _numerical_information(family, params, regular, sample).tolist()
    for name, error in zip(regular, _root_inverse(matrix), strict=True):
        result[name] = error / math.sqrt(sample.n) if error is not None else None
    return result


_DEPENDENT = 1e-12  # nearer to singular than this, an information matrix is all rounding


def _root_inverse(matrix: list[list[float]]) -> list[float | None]:
    """Return the roots of the inverse's diagonal, each None if the matrix is not positive."""
    size = len(matrix)
    if size == 1 and 0.0 < matrix[0][0] < math.inf:
        return [1.0 / math.sqrt(matrix[0][0])]
    if not all(math.isfinite(x) for row in matrix for x in row) or not all(
        matrix[i][i] > 0.0 for i in range(size)
    ):
        return [None] * size
    # In units of each parameter's own curvature, so that their scales do not matter.
    unit = [math.sqrt(matrix[i][i]) for i in range(size)]
    if size == 2:
        rho = 0.5 * (matrix[0][1] + matrix[1][0]) / unit[0] / unit[1]
        rest = (1.0 - rho) * (1.0 + rho)
        sure = 1.0 - abs(rho) > _DEPENDENT
        return [1.0 / (each * math.sqrt(rest)) if sure else None for each in unit]
    correlation = np.array(matrix) / np.outer(unit, unit)
    if not np.linalg.eigvalsh(correlation).min() > _DEPENDENT:
        return [None] * size
    variances = np.diag(np.linalg.inv(correlation)).tolist()
    return [math.sqrt(x) / each for x, each in zip(variances, unit, strict=True)]


def _at_an_end(family: Any, name: str, params: dict[str, float]) -> bool:
    low, high = domain(family, name)
    return not low < params[name] < high


def _numerical_information(
    family: Any, params: dict[str, float], regular: list[str], sample: Sample
) -> np.ndarray:
    point = np.array([params[name] for name in regular])
    steps = np.empty(point.size)
    for i, name in enumerate(regular):
        low, high = domain(family, name)
        size = params["scale"] if name == "loc" and "scale" in params else abs(params[name])
        steps[i] = 2e-3 * min(size, params[name] - low, high - params[name])

    def shifted_value(moved: np.ndarray) -> float:
        shifted = {**params, **dict(zip(regular, moved.tolist(), strict=True))}
        return mean_log_likelihood(family, shifted, sample)

    return -derivatives(shifted_value, point, steps)[1]
