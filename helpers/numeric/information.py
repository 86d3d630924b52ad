"""Standard errors of estimates, from the observed information."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from helpers.numeric.families import domain
from helpers.numeric.maximise import derivatives
from helpers.numeric.samples import Sample, mean_log_likelihood
from helpers.numeric.solvers import EDGES, SLOPES, falling_sum, location_scale_slopes, t_curvature

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
_information("powerlaw", "a")(lambda s, p: [[1.0 / p["a"] ** 2]])
_information("pareto", "b")(lambda s, p: [[1.0 / p["b"] ** 2]])
_information("norm", "loc", "scale")(lambda s, p: np.diag([1.0, 2.0]) / p["scale"] ** 2)
_information("lognorm", "s", "scale")(
    lambda s, p: np.diag([2.0, 1.0 / p["scale"] ** 2]) / p["s"] ** 2
)


@_information("gamma", "a", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    a, scale = p["a"], p["scale"]
    return [[special.polygamma(1, a), 1.0 / scale], [1.0 / scale, a / scale**2]]


@_information("invgamma", "a", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    a, scale = p["a"], p["scale"]
    return [[special.polygamma(1, a), -1.0 / scale], [-1.0 / scale, a / scale**2]]


@_information("beta", "a", "b")
def _(s: Sample, p: dict[str, float]) -> Any:
    one, two, both = special.polygamma(1, [p["a"], p["b"], p["a"] + p["b"]])
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
    # The chain rule has no second term: at the maximum the slopes are nil.
    return -t_curvature(s, point, [0, 1, 2]) / np.outer(unit, unit)


@_information("vonmises", "kappa", "loc")
def _(s: Sample, p: dict[str, float]) -> Any:
    kappa = p["kappa"]
    ratio = special.ive(1, kappa) / special.ive(0, kappa)
    return np.diag([1.0 - ratio / kappa - ratio**2, kappa * ratio])


def _gumbel_information(s: Sample, p: dict[str, float], side: float) -> Any:
    def z(x: np.ndarray) -> np.ndarray:
        return side * (x - p["loc"]) / p["scale"]

    tilt = s.mean(lambda x: z(x) * np.exp(-z(x)))
    square = s.mean(lambda x: z(x) ** 2 * np.exp(-z(x)))
    return np.array([[1.0, side * tilt], [side * tilt, 1.0 + square]]) / p["scale"] ** 2


_information("gumbel_r", "loc", "scale")(lambda s, p: _gumbel_information(s, p, 1.0))
_information("gumbel_l", "loc", "scale")(lambda s, p: _gumbel_information(s, p, -1.0))


for _family in SLOPES:
    _information(_family, "loc", "scale")(
        lambda s, p, family=_family: (
            -location_scale_slopes(s, family, p["loc"], p["scale"])[1] / p["scale"] ** 2
        )
    )


@_information("weibull_min", "c", "scale")
def _(s: Sample, p: dict[str, float]) -> Any:
    # log X is gumbel_l with location log(scale) and scale 1/c.
    logs = s.mapped(np.log)
    own = _gumbel_information(logs, {"loc": math.log(p["scale"]), "scale": 1.0 / p["c"]}, -1.0)
    turn = np.array([[0.0, 1.0 / p["scale"]], [-1.0 / p["c"] ** 2, 0.0]])
    return turn.T @ own @ turn


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
