"""Mean log-likelihoods at a maximum, from the sums over the sample that the fit has taken.

Where a family has such sums (a mean, a mean logarithm, a spread), its log-likelihood needs no pass
over the observations of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import special

from helpers.numeric.arrays import log1p_minus
from helpers.numeric.samples import Sample
from helpers.numeric.solvers import (
    TERMS,
    gumbel_sums,
    location_scale_slopes,
    log_gap,
    mean_log_ratio,
    resultant,
    standardised,
    turned,
    turned_logs,
)

Mean = Callable[[Sample, dict[str, float]], float]
_HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)
_LOG_ROOT_2_OVER_PI = 0.5 * math.log(2.0 / math.pi)
# From this shape on the series of log-gamma has all digits, and its parts would cancel.
_LARGE = 50.0

MEANS: dict[str, Mean] = {}


def mean_at(family: str, sample: Sample, params: dict[str, float]) -> float | None:
    """Return the mean log-likelihood from sums; None if the family has none of use.

    Every observation lies in the support.

    >>> import numpy as np
    >>> sample = Sample(np.array([1.0, 2.0, 3.0]))
    >>> round(mean_at("expon", sample, {"loc": 0.0, "scale": 2.0}), 6)
    -1.693147
    """
    return MEANS[family](sample, params) if family in MEANS else None


def _mean(*families: str) -> Callable[[Mean], Mean]:
    def register(function: Mean) -> Mean:
        for family in families:
            MEANS[family] = function
        return function

    return register


@_mean("norm")
def _norm(s: Sample, p: dict[str, float]) -> float:
    scale = p["scale"]
    return -math.log(scale) - _HALF_LOG_2_PI - 0.5 * (s.spread(p["loc"]) / scale) ** 2


@_mean("halfnorm")
def _halfnorm(s: Sample, p: dict[str, float]) -> float:
    scale = p["scale"]
    return _LOG_ROOT_2_OVER_PI - math.log(scale) - 0.5 * (s.spread(p["loc"]) / scale) ** 2


@_mean("rayleigh")
def _rayleigh(s: Sample, p: dict[str, float]) -> float:
    s, scale = s.shifted(p["loc"]), p["scale"]
    return s.mean_log - 2.0 * math.log(scale) - 0.5 * (s.spread(0.0) / scale) ** 2


@_mean("maxwell")
def _maxwell(s: Sample, p: dict[str, float]) -> float:
    s, scale = s.shifted(p["loc"]), p["scale"]
    constant = _LOG_ROOT_2_OVER_PI - 3.0 * math.log(scale)
    return constant + 2.0 * s.mean_log - 0.5 * (s.spread(0.0) / scale) ** 2


@_mean("expon")
def _expon(s: Sample, p: dict[str, float]) -> float:
    return -math.log(p["scale"]) - (s.mean() - p["loc"]) / p["scale"]


@_mean("laplace")
def _laplace(s: Sample, p: dict[str, float]) -> float:
    return -math.log(2.0 * p["scale"]) - s.distance(p["loc"]) / p["scale"]


@_mean("uniform")
def _uniform(s: Sample, p: dict[str, float]) -> float:
    return -math.log(p["scale"])


@_mean("loguniform", "reciprocal")
def _loguniform(s: Sample, p: dict[str, float]) -> float:
    return -math.log(math.log(p["b"] / p["a"])) - s.shifted(p["loc"]).mean_log


@_mean("lognorm")
def _lognorm(s: Sample, p: dict[str, float]) -> float:
    logs, width = s.shifted(p["loc"]).logs, p["s"]
    square = (logs.spread(math.log(p["scale"])) / width) ** 2
    return -logs.mean() - math.log(width) - _HALF_LOG_2_PI - 0.5 * square


@_mean("pareto")
def _pareto(s: Sample, p: dict[str, float]) -> float:
    growth = mean_log_ratio(s.shifted(p["loc"]), p["scale"])
    return math.log(p["b"]) - math.log(p["scale"]) - (p["b"] + 1.0) * growth


@_mean("powerlaw")
def _powerlaw(s: Sample, p: dict[str, float]) -> float:
    growth = mean_log_ratio(s.shifted(p["loc"]), p["scale"])
    return math.log(p["a"]) - math.log(p["scale"]) + (p["a"] - 1.0) * growth


def _gamma_mean(s: Sample, a: float, scale: float) -> float:
    mean = s.mean()
    if a > _LARGE:
        square = 1.0 / (a * a)
        stirling = 0.5 * math.log(a / (2.0 * math.pi))
        stirling -= (1 / 12 - square * (1 / 360 - square / 1260)) / a
    else:
        stirling = a * math.log(a) - a - math.lgamma(a)
    # Written in the gap between log mean and mean log: for a large shape nothing cancels.
    off = float(log1p_minus(mean / (a * scale) - 1.0))
    return stirling - math.log(mean) - (a - 1.0) * log_gap(s) + a * off


@_mean("gamma")
def _gamma(s: Sample, p: dict[str, float]) -> float:
    return _gamma_mean(s.shifted(p["loc"]), p["a"], p["scale"])


@_mean("chi2")
def _chi2(s: Sample, p: dict[str, float]) -> float:
    return _gamma_mean(s.shifted(p["loc"]), 0.5 * p["df"], 2.0 * p["scale"])


@_mean("invgamma")
def _invgamma(s: Sample, p: dict[str, float]) -> float:
    upside = s.shifted(p["loc"]).reciprocals
    return _gamma_mean(upside, p["a"], 1.0 / p["scale"]) + 2.0 * upside.mean_log


@_mean("beta")
def _beta(s: Sample, p: dict[str, float]) -> float:
    s, a, b = standardised(s, p["loc"], p["scale"]), p["a"], p["b"]
    powers = (a - 1.0) * s.mean_log + (b - 1.0) * s.mean_log_rest
    return powers - float(special.betaln(a, b)) - math.log(p["scale"])


@_mean("vonmises")
def _vonmises(s: Sample, p: dict[str, float]) -> float:
    (c, t), kappa, loc = resultant(s), p["kappa"], p["loc"]
    along = c * math.cos(loc) + t * math.sin(loc)
    return kappa * (along - 1.0) - math.log(2.0 * math.pi * float(special.ive(0, kappa)))


def _gumbel_mean(s: Sample, loc: float, scale: float) -> float:
    away = (loc - s.low) / scale
    level = (s.mean() - s.low) / scale - away
    return -math.log(scale) - level - math.exp(away) * gumbel_sums(s, scale)[0]


@_mean("gumbel_r")
def _gumbel_r(s: Sample, p: dict[str, float]) -> float:
    return _gumbel_mean(s, p["loc"], p["scale"])


@_mean("gumbel_l")
def _gumbel_l(s: Sample, p: dict[str, float]) -> float:
    return _gumbel_mean(turned(s), -p["loc"], p["scale"])


@_mean("weibull_min")
def _weibull_min(s: Sample, p: dict[str, float]) -> float:
    # The density of log X, less log x.
    logs = turned_logs(s.shifted(p["loc"]))
    return _gumbel_mean(logs, -math.log(p["scale"]), 1.0 / p["c"]) + logs.mean()


for _name in TERMS:
    MEANS[_name] = lambda s, p, name=_name: location_scale_slopes(s, name, p["loc"], p["scale"])[0]
