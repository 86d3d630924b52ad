"""Maximum-likelihood estimates in closed form, or as the root of one likelihood equation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import optimize, special

from helpers.numeric.arrays import log1p_minus
from helpers.numeric.samples import Censored, Sample

# Short enough for the intermediate results to stay in the processor's cache.
_PART = 1 << 15
SOLVERS: dict[str, Any] = {}
# The families whose likelihood equations need a root, and the parameter it is found for.
ROOTS = {
    "logistic": "loc",
    "cauchy": "loc",
    "gamma": "a",
    "chi2": "df",
    "invgamma": "a",
    "nakagami": "nu",
    "weibull_min": "c",
    "gumbel_r": "scale",
    "gumbel_l": "scale",
    "nbinom": "n",
    "beta": "a",
}
# Whole numbers that are found (though any positive n is valid for nbinom).
WHOLE = {"randint", "nbinom", "binom"}
# Found by a search of their own.
SEARCHED = {"t"}
# Parameters whose estimate sits at an edge or a kink of the likelihood.
EDGES = {
    "uniform": ("loc", "scale"),
    "pareto": ("scale", "loc"),
    "expon": ("loc",),
    "laplace": ("loc",),
    "randint": ("low", "high"),
    "binom": ("n",),
    "halfnorm": ("loc",),
    "loguniform": ("a", "b"),
    "reciprocal": ("a", "b"),
    "powerlaw": ("scale",),
    "triang": ("c",),
}


def _solver(*families: str) -> Any:
    def register(function: Any) -> Any:
        for family in families:
            SOLVERS[family] = function
        return function

    return register


@_solver("bernoulli")
def _bernoulli(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    s.require(bool(np.isin(s.values, (0, 1)).all()), "zeros and ones for bernoulli")
    return {"p": s.mean()}


@_solver("binom")
def _binom(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    if "n" not in known:
        _require_counts(s, 0, "binom")
        n = _trials(s, known.get("p"))
        return {"n": n, "p": known.get("p", s.mean() / n)}
    n = known["n"]
    inside = (s.values >= 0) & (s.values <= n) & (s.values == np.rint(s.values))
    s.require(bool(inside.all()), f"whole numbers from 0 to {n:g} for binom")
    return {"p": s.mean() / n}


def _trials(s: Sample, p: float | None) -> float:
    """Return the number of trials of highest likelihood, the probability at its best unless held.

    The likelihood has a single peak (Levin and Reeds, 1977): halving finds where it turns.
    """
    mean = s.mean()
    s.require(s.high > 0.0, "an observation above 0 for binom with n free")
    if p is None:
        s.require(
            s.spread(mean) ** 2 < mean,
            "a variance below the mean for binom with n free; otherwise the likelihood grows "
            "without end towards the Poisson law",
        )

    def rises(n: float) -> bool:
        """Say whether the likelihood of n + 1 is above that of n."""
        gain = -s.mean(lambda x: np.log1p(-x / (n + 1.0)))
        if p is not None:
            return gain + math.log1p(-p) > 0.0
        # The logarithm of (1 - mean/n)^(n - mean), and what the mean's own power adds.
        own = special.xlog1py(n - mean, -mean / n)
        other = special.xlog1py(n + 1.0 - mean, -mean / (n + 1.0))
        return gain + other - own - mean * math.log1p(1.0 / n) > 0.0

    low = high = s.high
    step = 1.0
    while rises(high):
        low, high, step = high, high + step, 2.0 * step
        s.require(high < 2.0**40, "fewer trials than digits can tell apart for binom")
    while high - low > 1.0:
        middle = math.floor(0.5 * (low + high))
        low, high = (middle, high) if rises(middle) else (low, middle)
    return high


@_solver("poisson")
def _poisson(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    _require_counts(s, 0, "poisson")
    return {"mu": s.mean()}


def _require_counts(s: Sample, least: int, family: str) -> None:
    whole = (s.values >= least) & (s.values == np.rint(s.values))
    s.require(bool(whole.all()), f"whole numbers of at least {least} for {family}")


@_solver("geom")
def _geom(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    _require_counts(s, 1, "geom")
    return {"p": 1.0 / s.mean()}


@_solver("randint")
def _randint(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    s = s.shifted(known["loc"])
    low = known.get("low", s.low)
    return {"low": low, "high": known.get("high", s.high + 1.0)}


_LONG = 1 << 16


def falling_sum(s: Sample, n: float, power: int) -> float:
    """Return the mean over the counts x of the sum of (n + j)^-power for j from 0 to x - 1.

    Written as a sum over j of the share of counts above j, it keeps the digits that a difference of
    digamma functions loses where n is large.
    """
    top = int(s.values.max())
    if top > _LONG:
        if power == 1:
            return s.mean(lambda x: special.digamma(x + n) - special.digamma(n))
        return s.mean(lambda x: special.polygamma(1, n) - special.polygamma(1, x + n))
    weights = np.ones(s.values.size) if s.counts is None else s.counts
    seen = np.bincount(s.values.astype(int), weights=weights, minlength=top + 1)
    above = 1.0 - np.cumsum(seen)[:top] / s.n
    return float(np.sum(above / (n + np.arange(top)) ** power))


@_solver("nbinom")
def _nbinom(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
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
        return falling_sum(s, n, 1) - math.log1p(mean / n)

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
def _norm(s: Sample, known: dict[str, float]) -> dict[str, float]:
    loc = known.get("loc", s.mean())
    if "scale" in known:
        return {"loc": loc}
    spread = s.spread(loc)
    sure = "loc" in known or spread > 1e-9 * abs(loc)
    s.require_spread(spread > 0 and (sure or s.varies()), "for norm")
    return {"loc": loc, "scale": spread}


@_solver("lognorm")
def _lognorm(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "lognorm")
    logs = s.logs
    mu = math.log(known["scale"]) if "scale" in known else logs.mean()
    result = {} if "scale" in known else {"scale": math.exp(mu)}
    if "s" not in known:
        spread = logs.spread(mu)
        sure = "scale" in known or spread > 1e-9 * (1.0 + abs(mu))
        s.require_spread(spread > 0 and (sure or s.varies()), "for lognorm")
        result["s"] = spread
    return result


def _positive(s: Sample, loc: float, family: str) -> Sample:
    s = s.shifted(loc)
    s.require(s.low > 0.0, f"observations above loc={loc:g} for {family}")
    return s


@_solver("expon")
def _expon(s: Sample, known: dict[str, float]) -> dict[str, float]:
    loc = known.get("loc", s.low)
    s.require(s.low >= loc, f"observations of at least loc={loc:g} for expon")
    if "scale" in known:
        return {"loc": loc}
    scale = s.mean() - loc
    s.require_spread(scale > 0, "to loc for expon")
    return {"loc": loc, "scale": scale}


def censored_exponential(s: Censored, known: dict[str, float]) -> dict[str, float] | None:
    """Return the total time over the number of deaths, where all others are known to outlive."""
    if "loc" not in known or "scale" in known or s.left.size or s.between.size:
        return None
    s.require(s.exact.size > 0, "an observation that is not censored for expon")
    s.require(s.exact.min() >= known["loc"], f"observations of at least loc={known['loc']:g}")
    at_risk = np.maximum(s.values - known["loc"], 0.0).sum()
    s.require_spread(at_risk > 0.0, "to loc for expon")
    return {"scale": float(at_risk) / s.exact.size}


@_solver("halfnorm")
def _halfnorm(s: Sample, known: dict[str, float]) -> dict[str, float]:
    loc = known.get("loc", s.low)
    s.require(s.low >= loc, f"observations of at least loc={loc:g} for halfnorm")
    if "scale" in known:
        return {"loc": loc}
    scale = s.spread(loc)
    s.require_spread(scale > 0, "to loc for halfnorm")
    return {"loc": loc, "scale": scale}


def mean_log_ratio(s: Sample, scale: float) -> float:
    """Return the mean of log(x / scale), to full precision where it is small."""
    ratio = s.mean_log - math.log(scale)
    if abs(ratio) > 1e-3 * (1.0 + abs(s.mean_log)):
        return ratio
    return s.keep(("log ratio", scale), lambda: s.mean(lambda x: np.log(x / scale)))


@_solver("rayleigh")
def _rayleigh(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "rayleigh")
    return {"scale": s.spread(0.0) / math.sqrt(2.0)}


@_solver("laplace")
def _laplace(s: Sample, known: dict[str, float]) -> dict[str, float]:
    loc = known.get("loc", s.median())
    if "scale" in known:
        return {"loc": loc}
    scale = s.distance(loc)
    s.require_spread(scale > 0, "for laplace")
    return {"loc": loc, "scale": scale}


@_solver("loguniform", "reciprocal")
def _loguniform(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known or "scale" not in known:
        return None
    s = _positive(s, known["loc"], "loguniform")
    low, high = s.low / known["scale"], s.high / known["scale"]
    low, high = known.get("a", low), known.get("b", high)
    s.require_spread(low < high, "for loguniform")
    return {"a": low, "b": high}


@_solver("powerlaw")
def _powerlaw(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known or "a" in known:
        return None
    s = _positive(s, known["loc"], "powerlaw")
    scale = known.get("scale", s.high)
    s.require(s.high <= scale, f"observations up to {scale:g} for powerlaw")
    # The likelihood of (a, scale) falls with the scale, whatever a is: the largest observation.
    fall = -mean_log_ratio(s, scale)
    s.require_spread(fall > 0, "for powerlaw")
    return {"a": 1.0 / fall, "scale": scale}


def resultant(s: Sample) -> tuple[float, float]:
    """Return the mean cosine and the mean sine."""
    return s.keep("resultant", lambda: (s.mean(np.cos), s.mean(np.sin)))


@_solver("vonmises")
def _vonmises(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if known.get("scale") != 1.0 or "kappa" in known:
        return None
    c, t = resultant(s)
    loc = known.get("loc", math.atan2(t, c))
    length = math.hypot(c, t) if "loc" not in known else c * math.cos(loc) + t * math.sin(loc)
    s.require_spread(length < 1.0 - 1e-14, "for vonmises")
    if not length > 0.0:
        return None

    def score(log_kappa: float) -> float:
        kappa = math.exp(log_kappa)
        return length - float(special.ive(1, kappa) / special.ive(0, kappa))

    guess = length * (2.0 - length**2) / (1.0 - length**2)  # Banerjee et al. (2005)
    return {"loc": loc, "kappa": math.exp(_root(score, math.log(guess)))}


def t_slopes(s: Sample, point: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean log-likelihood of Student's t, and its gradient.

    The coordinates are loc, log scale and log df.
    """
    loc, scale, df = float(point[0]), math.exp(point[1]), math.exp(point[2])
    z = (s.values - loc) / scale
    square = z * z
    logs = np.log1p(square / df)
    pull = (df + 1.0) / (df + square)
    lean, tail = s.average(pull * z), s.average(pull * square)
    mean_log = s.average(logs)
    half = 0.5 * df
    constant = special.gammaln(half + 0.5) - special.gammaln(half) - 0.5 * math.log(df * math.pi)
    value = constant - point[1] - 0.5 * (df + 1.0) * mean_log
    change = special.digamma(half + 0.5) - special.digamma(half) - 1.0 / df
    by_df = 0.5 * (change - mean_log + tail / df)
    return float(value), np.array([lean / scale, tail - 1.0, df * by_df])


def t_curvature(s: Sample, point: np.ndarray, free: list[int]) -> np.ndarray:
    """Return the Hessian of the mean log-likelihood of Student's t in the free coordinates."""
    steps = np.array([1e-4 * math.exp(point[1]), 1e-4, 1e-4])
    columns = []
    for i in free:
        move = np.zeros(3)
        move[i] = steps[i]
        near = t_slopes(s, point + move)[1] - t_slopes(s, point - move)[1]
        wide = t_slopes(s, point + 2 * move)[1] - t_slopes(s, point - 2 * move)[1]
        columns.append((8.0 * near - wide)[free] / (12.0 * steps[i]))
    curvature = np.array(columns)
    return 0.5 * (curvature + curvature.T)


# SciPy's order of the coordinates above.
T_NAMES = ("loc", "scale", "df")


@_solver("t")
def _t(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if not s.varies():
        s.require_spread(False, "for t")
    loc = s.median()
    scale = s.mapped(lambda x: np.abs(x - loc)).median()
    s.require(scale > 0.0, "fewer than half of the observations equal for t, or it has no maximum")
    start = {"loc": loc, "scale": scale, "df": 5.0, **known}
    unit = start["scale"]
    free = [i for i, name in enumerate(T_NAMES) if name not in known]
    base = np.array([start["loc"], math.log(start["scale"]), math.log(start["df"])])

    def at(x: np.ndarray) -> np.ndarray:
        point = base.copy()
        point[free] += x * np.where(np.array(free) == 0, unit, 1.0)
        return point

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        with np.errstate(all="ignore"):
            value, gradient = t_slopes(s, at(x))
        return -value, -(gradient * np.array([unit, 1.0, 1.0]))[free]

    found = optimize.minimize(
        loss, np.zeros(len(free)), jac=True, method="BFGS", options={"gtol": 1e-8}
    )
    point = at(found.x)
    if not (np.isfinite(point).all() and abs(point[1] - math.log(unit)) < 18.0):
        return None  # the general search says why
    for _ in range(3):
        step = np.linalg.solve(t_curvature(s, point, free), t_slopes(s, point)[1][free])
        if not np.abs(step / np.where(np.array(free) == 0, unit, 1.0)).max() < 1e-2:
            break
        point[free] -= step
    numbers = {"loc": point[0], "scale": math.exp(point[1]), "df": math.exp(point[2])}
    return {T_NAMES[i]: float(numbers[T_NAMES[i]]) for i in free}


@_solver("uniform")
def _uniform(s: Sample, known: dict[str, float]) -> dict[str, float]:
    low, high = s.low, s.high
    if "scale" in known:
        # Every location that covers the data is as likely; take the middle one.
        s.require(high - low <= known["scale"], f"a range of at most scale={known['scale']:g}")
        return {"loc": 0.5 * (low + high - known["scale"])}
    loc = known.get("loc", low)
    s.require(loc <= low, f"observations of at least loc={loc:g} for uniform")
    s.require_spread(high > loc, "to loc for uniform")
    return {"loc": loc, "scale": high - loc}


@_solver("pareto")
def _pareto(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "pareto")
    scale = known.get("scale", s.low)
    s.require(s.low >= scale, f"observations of at least {scale:g} for pareto")
    if "b" in known:
        return {"scale": scale}
    growth = mean_log_ratio(s, scale)
    s.require_spread(growth > 0, "for pareto")
    return {"b": 1.0 / growth, "scale": scale}


def _gamma_shape(gap: float) -> float:
    """Solve log a - digamma(a) = gap."""

    def score(log_a: float) -> float:
        a = math.exp(log_a)
        if a > 50.0:
            # The asymptotic series, where the two terms would cancel.
            square = 1.0 / (a * a)
            return (0.5 + (1 / 12 - square * (1 / 120 - square / 252)) / a) / a - gap
        return log_a - float(special.digamma(a)) - gap

    start = (3.0 - gap + math.sqrt((gap - 3.0) ** 2 + 24.0 * gap)) / (12.0 * gap)
    return math.exp(_root(score, math.log(start)))


def log_gap(s: Sample) -> float:
    """Return the logarithm of the mean less the mean logarithm."""
    mean = s.mean()
    gap = math.log(mean) - s.mean_log if mean > 0.0 else 0.0
    if gap > 1e-3 and math.isfinite(gap):
        return gap
    # Where the observations nearly agree, or leave the range of squares, the difference shows
    # no digits: log(1 + d) - d does, and the mean of d is zero.
    return s.keep("gap", lambda: -s.mean(lambda x: log1p_minus((x - mean) / mean)))


@_solver("gamma")
def _gamma(s: Sample, known: dict[str, float], family: str = "gamma") -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], family)
    mean = s.mean()
    if "a" in known:
        return {"scale": mean / known["a"]}
    if "scale" in known:
        target = s.mean_log - math.log(known["scale"])
        return {"a": math.exp(_root(lambda t: target - special.digamma(math.exp(t)), target))}
    gap = log_gap(s)
    s.require_spread(gap > 0 and (gap > 1e-3 or s.varies()), f"for {family}")
    a = _gamma_shape(gap)
    return {"a": a, "scale": mean / a}


@_solver("chi2")
def _chi2(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    given = {name: value for name, value in known.items() if name != "df"}
    if "scale" in known:
        given["scale"] = 2.0 * known["scale"]
    if "df" in known:
        given["a"] = 0.5 * known["df"]
    solved = _gamma(s, given, "chi2")
    if solved is None:
        return None
    turn = {"a": ("df", 2.0), "scale": ("scale", 0.5)}
    return {turn[name][0]: turn[name][1] * value for name, value in solved.items()}


@_solver("nakagami")
def _nakagami(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known or {"nu", "scale"} & set(known):
        return None
    s = _positive(s, known["loc"], "nakagami")
    # The square is a gamma law with the same shape and mean scale^2.
    solved = _gamma(s.mapped(np.square), {"loc": 0.0}, "nakagami")
    return solved and {"nu": solved["a"], "scale": math.sqrt(solved["a"] * solved["scale"])}


@_solver("invgauss")
def _invgauss(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known or {"mu", "scale"} & set(known):
        return None
    s = _positive(s, known["loc"], "invgauss")
    s.require_spread(s.varies(), "for invgauss")
    # The mean is mu * scale. The excess of mean 1/x over 1/mean, without their difference.
    mean = s.mean()
    scale = 1.0 / s.mean(lambda x: ((x - mean) / mean) ** 2 / x)
    return {"mu": mean / scale, "scale": scale}


@_solver("maxwell")
def _maxwell(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "maxwell")
    return {"scale": s.spread(0.0) / math.sqrt(3.0)}


@_solver("invgamma")
def _invgamma(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known:
        return None
    s = _positive(s, known["loc"], "invgamma")
    turned = {"loc": 0.0}
    if "a" in known:
        turned["a"] = known["a"]
    if "scale" in known:
        turned["scale"] = 1.0 / known["scale"]
    solved = _gamma(s.reciprocals, turned, "invgamma")
    if solved is None:
        return None
    return {name: 1.0 / value if name == "scale" else value for name, value in solved.items()}


@_solver("weibull_min")
def _weibull(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known or ("scale" in known and "c" not in known):
        return None
    s = _positive(s, known["loc"], "weibull_min")
    # log X is gumbel_l with location log(scale) and scale 1/c.
    turned = {"scale": 1.0 / known["c"]} if "c" in known else {}
    solved = _gumbel_r(turned_logs(s), turned, "weibull_min")
    return (
        None if solved is None else {"c": 1.0 / solved["scale"], "scale": math.exp(-solved["loc"])}
    )


def turned_logs(s: Sample) -> Sample:
    """Return minus the logarithms, which are gumbel_r where the observations are Weibull."""
    return s.keep("turned logs", lambda: s.mapped(lambda x: -np.log(x)))


def turned(s: Sample) -> Sample:
    """Return minus the observations."""
    return s.keep("turned", lambda: s.mapped(np.negative))


def gumbel_sums(s: Sample, scale: float) -> tuple[float, float, float]:
    """Return the means of w, w u and w u^2 with u = (x - least x) / scale and w = exp(-u)."""
    return s.keep(("gumbel", scale), lambda: _gumbel_sums(s, scale))


def _gumbel_sums(s: Sample, scale: float) -> tuple[float, float, float]:
    sums = np.zeros(3)
    for some in s.parts(_PART):
        u = (some.values - s.low) / scale
        w = np.exp(-u)
        for power in range(3):
            sums[power] += some.total(w)
            w *= u
    return tuple((sums / s.n).tolist())


@_solver("gumbel_r")
def _gumbel_r(
    s: Sample, known: dict[str, float], family: str = "gumbel_r"
) -> dict[str, float] | None:
    if "loc" in known:
        return None
    s.require_spread("scale" in known or s.varies(), f"for {family}")
    scale = known.get("scale") or _gumbel_scale(s)
    return {"loc": s.low - scale * math.log(gumbel_sums(s, scale)[0]), "scale": scale}


def _gumbel_scale(s: Sample, scale: float | None = None) -> float:
    """Solve mean - (mean of x weighted by exp(-x / scale)) = scale, by Newton's method."""
    if scale is None:
        few = s.few()
        scale = 0.78 * s.spread(s.mean()) if few is s else _gumbel_scale(few)
    above = s.mean() - s.low
    for _ in range(100):
        zero, one, two = gumbel_sums(s, scale)
        tilt = one / zero
        # The slope of the equation is -1 less the weighted variance of u.
        excess = above - scale * (tilt + 1.0)
        step = excess / (1.0 + two / zero - tilt * tilt)
        scale = min(max(scale + step, 0.3 * scale), 3.0 * scale)
        if abs(step) < 1e-9 * scale:
            break  # and the next would be its square
    return scale


@_solver("gumbel_l")
def _gumbel_l(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    solved = _gumbel_r(turned(s), known, "gumbel_l")
    return None if solved is None else {**solved, "loc": -solved["loc"]}


def standardised(s: Sample, loc: float, scale: float) -> Sample:
    """Return the observations less ``loc`` in units of ``scale``."""
    if loc == 0.0 and scale == 1.0:
        return s
    return s.keep(("standard", loc, scale), lambda: s.mapped(lambda x: (x - loc) / scale))


@_solver("beta")
def _beta(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    if "loc" not in known or "scale" not in known:
        return None
    s = standardised(s, known["loc"], known["scale"])
    s.require(s.low > 0.0 and s.high < 1.0, "observations inside (0, 1) for beta")
    log_x, log_rest = s.mean_log, s.mean_log_rest
    if "a" in known or "b" in known:
        held, target = ("a", log_rest) if "a" in known else ("b", log_x)
        other = known[held]

        def score(log_shape: float) -> float:
            shape = math.exp(log_shape)
            return target - float(special.digamma(shape) - special.digamma(shape + other))

        return {"b" if held == "a" else "a": math.exp(_root(score, 0.0))}
    mean = s.mean()
    variance = s.spread(mean) ** 2
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


def _logistic_terms(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = np.abs(z)
    fall = np.exp(-size)
    half = np.copysign((1.0 - fall) / (1.0 + fall), z)
    return -size - 2.0 * np.log1p(fall), -half, -0.5 * (1.0 - half * half)


def _cauchy_terms(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    square = z * z
    rise = 1.0 + square
    slope = -2.0 * z / rise
    return -np.log1p(square) - math.log(math.pi), slope, -2.0 * (1.0 - square) / (rise * rise)


# The standard log-density, its first and its second derivative.
TERMS = {"logistic": _logistic_terms, "cauchy": _cauchy_terms}


def location_scale_slopes(
    s: Sample, family: str, loc: float, scale: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the mean log-likelihood, its gradient and Hessian in loc/scale and log scale."""
    return s.keep((family, loc, scale), lambda: _location_scale_slopes(s, family, loc, scale))


def _location_scale_slopes(
    s: Sample, family: str, loc: float, scale: float
) -> tuple[float, np.ndarray, np.ndarray]:
    sums = np.zeros(6)
    for some in s.parts(_PART):
        z = (some.values - loc) / scale
        value, first, second = TERMS[family](z)
        curve = z * second
        for place, x in enumerate((value, first, second, z * first, curve, z * curve)):
            sums[place] += some.total(x)
    value, one, two, tilt, twist, bend = (sums / s.n).tolist()
    cross = one + twist
    gradient = np.array([-one, -1.0 - tilt])
    return value - math.log(scale), gradient, np.array([[two, cross], [cross, tilt + bend]])


def _fit_location_scale(s: Sample, known: dict[str, float], family: str) -> dict[str, float] | None:
    if known:
        return None
    s.require_spread(s.varies(), f"for {family}")
    if family == "cauchy":
        loc = s.median()
        # Where half of them agree, the likelihood is highest in the limit of scale zero.
        below, above = s.values[s.values <= loc].max(), s.values[s.values >= loc].min()
        tied = max(s.total(np.equal(s.values, value)) for value in (below, above))
        s.require(2 * tied < s.n, "fewer than half of the observations equal for cauchy")
    few = s.few()
    start = None if few is s else _climb_location_scale(few, family, None)
    return _climb_location_scale(s, family, start)


def _climb_location_scale(
    s: Sample, family: str, start: dict[str, float] | None
) -> dict[str, float] | None:
    if start is None:
        loc = s.median()
        scale = s.mapped(lambda x: np.abs(x - loc)).median() or s.spread(loc)
    else:
        loc, scale = start["loc"], start["scale"]
    for _ in range(50):
        _, gradient, hessian = location_scale_slopes(s, family, loc, scale)
        if not (hessian[0, 0] < 0 and np.linalg.det(hessian) > 0):
            return None  # not yet near a maximum: leave it to the general search
        step = -np.linalg.solve(hessian, gradient)
        step = np.clip(step, -1.0, 1.0)
        loc, scale = loc + scale * float(step[0]), scale * math.exp(float(step[1]))
        if np.abs(step).max() < 1e-9:
            break  # and the next would be its square
    return {"loc": loc, "scale": scale}


@_solver("logistic")
def _logistic(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    return _fit_location_scale(s, known, "logistic")


@_solver("cauchy")
def _cauchy(s: Sample, known: dict[str, float]) -> dict[str, float] | None:
    return _fit_location_scale(s, known, "cauchy")
