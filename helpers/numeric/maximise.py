"""The search for a maximum of the likelihood where no equation gives it.

Two things go wrong in such a search. The support may move with the parameters, so that most points
are impossible and the maximum lies where an end of it touches an observation: the ends themselves
are therefore the coordinates, each measured from the observation nearest to it. And the likelihood
may have several maxima, or none: the search starts from several places, among them SciPy's own fit,
and a density that is infinite at an end which is free to move has no maximum.
"""

from __future__ import annotations

import itertools
import math
import warnings
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from helpers.numeric.families import LIMITS, domain, no_maximum, parameter_names
from helpers.numeric.samples import Censored, Sample, mean_log_likelihood

_IMMENSE = math.log(1e8)  # of a parameter in its own unit, beyond what data tell apart
_POSITIVE = (0.3, 1.0, 3.0, 10.0)
_SIGNED = (-3.0, -1.0, -0.3, 0.1, 0.3, 1.0, 3.0)
# Where the likelihood of a family is unbounded beyond a value of its shape, the maximum before it
# is meant, as in the literature on extreme values.
_BOUNDED = {
    "genextreme": {"c": (-math.inf, 1.0)},
    "genpareto": {"c": (-1.0, math.inf)},
    "genhalflogistic": {"c": (0.0, 1.0)},
    "dgamma": {"a": (1.0, math.inf)},
    "dweibull": {"c": (1.0, math.inf)},
    "kappa4": {"h": (-math.inf, 1.0), "k": (-math.inf, 1.0)},
}
# With these shapes to choose from, an end of the support that is free to move may be put next to
# an observation, where the density grows beyond all bounds. The log-normal density does so in the
# limit of a large s (Hill, 1963); of the others, any that is infinite at an end, found by a trial.
_LIMITS = ("lognorm", "johnsonsb")
# Curvature of the mean log-likelihood below which differences show no more than rounding, and a
# difference that shows nothing.
_FLAT = 1e-8
_SAME = 1e-12
# A sample of so many tells which start is good.
_ENOUGH = 500


def maximise(
    family: Any, sample: Sample, known: dict[str, float], *, local: bool = False
) -> tuple[dict[str, float], set[str]]:
    """Maximise the mean log-likelihood in coordinates in which every point is valid.

    Returns
    -------
    params : dict
        The free parameters at the maximum.
    edges : set
        Those of them that an end of the support ties to an observation.

    Raises
    ------
    ValueError
        If there is no maximum; with ``local`` a maximum away from the unbounded edge will do.
    """
    search = _Search(family, sample, known)
    if not local:
        search.refuse_unbounded_ends()
    return search.best(local=local)


class _Search:
    def __init__(self, family: Any, sample: Sample, known: dict[str, float]) -> None:
        self.family, self.sample, self.known = family, sample, known
        self.names = parameter_names(family)
        self.free = [name for name in self.names if name not in known]
        self.discrete = isinstance(family, stats.rv_discrete)
        self.shapes = [name for name in self.names if name not in ("loc", "scale")]
        self.low, self.high = sample.low, sample.high
        self.middle = sample.mean()
        self.spread = sample.spread(self.middle) or 1.0
        self.range = self.high - self.low if self.high > self.low else self.spread
        self.domains = {name: self._shape_domain(name) for name in self.shapes}
        if "loc" in known and family.a == 0.0:
            sample.require(
                self.low >= known["loc"],
                f"observations of at least loc={known['loc']:g} for {family.name}",
            )
        # Two free parameters are enough for a density to gather around a single value.
        if len(self.free) > 1 and not self.discrete and not sample.varies():
            raise ValueError(
                f"data: the likelihood of {family.name} has no maximum for these data: all "
                f"observations are equal"
            )

    def _shape_domain(self, name: str) -> tuple[float, float]:
        low, high = domain(self.family, name)
        least, most = _BOUNDED.get(self.family.name, {}).get(name, (low, high))
        return max(low, least), min(high, most)

    # --- coordinates ------------------------------------------------------------------------

    def _shape_from(self, name: str, y: float) -> float:
        low, high = self.domains[name]
        if math.isfinite(low) and math.isfinite(high):
            return low + (high - low) * float(special.expit(y))
        if math.isfinite(low):
            return low + math.exp(min(y, 700.0))
        return high - math.exp(min(y, 700.0)) if math.isfinite(high) else y

    def _shape_to(self, name: str, x: float) -> float:
        low, high = self.domains[name]
        if math.isfinite(low) and math.isfinite(high):
            share = min(max((x - low) / (high - low), 1e-3), 1.0 - 1e-3)
            return math.log(share / (1.0 - share))
        if math.isfinite(low):
            return math.log(max(x - low, 1e-8))
        return math.log(max(high - x, 1e-8)) if math.isfinite(high) else x

    def _ends(self, shapes: list[float]) -> tuple[float, float]:
        if self.discrete:
            return -math.inf, math.inf
        with np.errstate(all="ignore"):
            a, b = self.family._get_support(*shapes)
        return float(np.asarray(a)), float(np.asarray(b))

    def params(self, point: np.ndarray) -> dict[str, float]:
        """Return the parameters at a point of the search."""
        coordinates = dict(zip(self.free, point.tolist(), strict=True))
        found = dict(self.known)
        for name in self.shapes:
            if name in coordinates:
                found[name] = self._shape_from(name, coordinates[name])
        a, b = self._ends([found[name] for name in self.shapes])
        loc, scale = coordinates.get("loc"), coordinates.get("scale")
        if loc is not None and scale is not None:
            self._place_both(found, a, b, loc, scale)
        elif loc is not None:
            unit = found.get("scale", 1.0)
            if math.isfinite(a) or math.isfinite(b):
                lower = self.high - b * unit  # least loc that covers the largest observation
                upper = self.low - a * unit
                found["loc"] = _between(lower, upper, loc, self.range)
            else:
                found["loc"] = self.middle + self.spread * loc
        elif scale is not None:
            least, most = self._scales(found["loc"], a, b)
            found["scale"] = _between(least, most, scale, self.spread)
        return {name: found[name] for name in self.names}

    def _place_both(self, found: dict[str, float], a: float, b: float, y: float, z: float) -> None:
        if math.isfinite(a) and math.isfinite(b):
            lower = self.low - self.range * math.exp(min(y, 700.0))
            upper = self.high + self.range * math.exp(min(z, 700.0))
            found["scale"] = (upper - lower) / (b - a)
            found["loc"] = lower - a * found["scale"]
            return
        found["scale"] = self.spread * math.exp(min(max(z, -700.0), 700.0))
        if math.isfinite(a):
            found["loc"] = self.low - self.range * math.exp(min(y, 700.0)) - a * found["scale"]
        elif math.isfinite(b):
            found["loc"] = self.high + self.range * math.exp(min(y, 700.0)) - b * found["scale"]
        else:
            found["loc"] = self.middle + self.spread * y

    def _scales(self, loc: float, a: float, b: float) -> tuple[float, float]:
        """Return the least and the largest scale that cover all observations."""
        least, most = 0.0, math.inf
        for end, furthest, side in ((a, self.low, -1.0), (b, self.high, 1.0)):
            if math.isfinite(end) and end * side > 0.0:
                least = max(least, (furthest - loc) / end)
            elif math.isfinite(end) and end * side < 0.0:
                most = min(most, (furthest - loc) / end)
        return least, most

    def point(self, params: dict[str, float]) -> np.ndarray:
        """Return the point of the search for these parameters, moved inside where they are not."""
        result = []
        a, b = self._ends([params[name] for name in self.shapes])
        scale = params.get("scale", 1.0)
        for name in self.free:
            if name in self.shapes:
                result.append(self._shape_to(name, params[name]))
            elif {"loc", "scale"} <= set(self.free):
                result.append(self._both_to(name, params["loc"], scale, a, b))
            elif name == "loc":
                if math.isfinite(a) or math.isfinite(b):
                    lower, upper = self.high - b * scale, self.low - a * scale
                    result.append(_within(lower, upper, params["loc"], self.range))
                else:
                    result.append((params["loc"] - self.middle) / self.spread)
            else:
                result.append(_within(*self._scales(params["loc"], a, b), scale, self.spread))
        return np.array(result)

    def _both_to(self, name: str, loc: float, scale: float, a: float, b: float) -> float:
        below = (self.low - (loc + a * scale)) / self.range
        above = (loc + b * scale - self.high) / self.range
        if name == "loc":
            if math.isfinite(a):
                return math.log(max(below, 1e-6))
            return (
                math.log(max(above, 1e-6))
                if math.isfinite(b)
                else (loc - self.middle) / self.spread
            )
        if math.isfinite(a) and math.isfinite(b):
            return math.log(max(above, 1e-6))
        return math.log(max(scale, 1e-300) / self.spread)

    # --- the search -------------------------------------------------------------------------

    def loss(self, point: np.ndarray, sample: Sample | None = None) -> float:
        with np.errstate(all="ignore"):
            try:
                params = self.params(point)
                if not np.all(self.family._argcheck(*(params[name] for name in self.shapes))):
                    return 1e300
                value = mean_log_likelihood(self.family, params, sample or self.sample)
            except (ArithmeticError, ValueError):
                return 1e300  # SciPy has no density there: its own search for it has failed
        return -value if math.isfinite(value) else 1e300

    def starts(self) -> list[np.ndarray]:
        """Return points to start from: shapes on a grid, with the scale that fits quartiles."""
        values, counts = self.sample.values, self.sample.counts
        if counts is not None and counts.dtype.kind in "iu" and self.sample.n <= 1_000_000:
            values = np.repeat(values, counts)
        quartiles = self.sample.quartiles()
        choices = []
        for name in self.shapes:
            low, high = self.domains[name]
            if name in self.known:
                choices.append([self.known[name]])
            elif math.isfinite(low) and math.isfinite(high):
                choices.append([low + (high - low) * share for share in (0.2, 0.5, 0.8)])
            elif math.isfinite(low):
                choices.append([low + x for x in _POSITIVE])
            else:
                choices.append([x for x in _SIGNED if x < high])
        found = []
        grid = list(itertools.product(*choices))
        for shapes in grid[:: max(1, len(grid) // 64)]:
            params = {"loc": 0.0, "scale": 1.0, **dict(zip(self.shapes, shapes, strict=True))}
            if not self.discrete:
                with np.errstate(all="ignore"):
                    try:
                        known = self.family.ppf([0.25, 0.5, 0.75], *shapes)
                    except (ArithmeticError, ValueError, RuntimeError):
                        continue  # SciPy's own search for a quantile has failed: one start less
                    width = float(known[2] - known[0])
                    scale = (quartiles[2] - quartiles[0] or self.spread) / width
                    if not 0.0 < scale < math.inf:
                        continue
                    params["scale"] = self.known.get("scale", scale)
                    params["loc"] = quartiles[1] - params["scale"] * float(known[1])
            found.append(self.point({**params, **self.known}))
        if not self.discrete:
            # Moments that leave the floating-point range are a poor start, and no more than that.
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                moments = dict(zip(self.names, self.family._fitstart(values), strict=True))
            found.append(self.point({**moments, **self.known}))
        return [each for each in found if np.isfinite(each).all()]

    def _scipy_fit(self) -> np.ndarray | None:
        """Return the point of SciPy's own fit, where it has one."""
        if self.discrete or self.sample.n > 20_000 or self.sample.counts is not None:
            return None
        held = {
            f"f{name}" if name in ("loc", "scale") else f"f{self.shapes.index(name)}": value
            for name, value in self.known.items()
        }
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = self.family.fit(getattr(self.sample, "data", self.sample.values), **held)
            except (ValueError, RuntimeError, ArithmeticError, stats.FitError):
                return None  # one start less
        point = self.point(dict(zip(self.names, map(float, found), strict=True)))
        return point if np.isfinite(point).all() else None

    def _some(self) -> Sample:
        """Return as much of the sample as tells a good start from a bad one."""
        values, counts = self.sample.values, self.sample.counts
        if values.size <= 2 * _ENOUGH or isinstance(self.sample, Censored):
            return self.sample
        # The extremes decide on what is possible.
        chosen = np.unique(
            [*range(0, values.size, values.size // _ENOUGH), values.argmin(), values.argmax()]
        )
        return Sample(values[chosen], None if counts is None else counts[chosen])

    def _climb(
        self, point: np.ndarray, sample: Sample, *, quick: bool = False
    ) -> tuple[np.ndarray, float]:
        def loss(x: np.ndarray) -> float:
            return self.loss(x, sample)

        if point.size == 1:
            # One parameter needs no derivative, which a kink has not.
            with np.errstate(all="ignore"):
                found = optimize.minimize_scalar(
                    lambda y: loss(np.array([y])),
                    bracket=(float(point[0]) - 0.3, float(point[0]) + 0.3),
                    tol=1e-5 if quick else 1e-11,
                )
            return np.array([found.x]), float(found.fun)
        options = {"gtol": 1e-3, "maxiter": 25} if quick else {"gtol": 1e-7}
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = optimize.minimize(loss, point, method="BFGS", options=options)
            best, value = found.x, found.fun
            for _ in range(0 if quick else 3):
                simplex = optimize.minimize(
                    loss,
                    best,
                    method="Nelder-Mead",
                    options={"maxfev": 60 * best.size, "adaptive": True},
                )
                if not simplex.fun < value - 1e-9:
                    break
                # The first search had stopped short: a simplex that improved on it shows the way.
                simplex = optimize.minimize(
                    loss,
                    simplex.x,
                    method="Nelder-Mead",
                    options={"maxfev": 200 * best.size, "adaptive": True, "fatol": 1e-12},
                )
                found = optimize.minimize(loss, simplex.x, method="BFGS", options={"gtol": 1e-7})
                best, value = min(
                    ((simplex.x, simplex.fun), (found.x, found.fun)), key=lambda pair: pair[1]
                )
        return best, float(value)

    def best(self, *, local: bool) -> tuple[dict[str, float], set[str]]:
        """Return the parameters of the highest maximum that is found, and those at an edge."""
        some = self._some()
        ranked = sorted(
            (self.loss(start, some), position, start)
            for position, start in enumerate(self.starts())
        )
        starts = [start for value, _, start in ranked[: 3 + 2 * len(self.shapes)] if value < 1e299]
        climbed = [self._climb(start, some, quick=True) for start in starts]
        climbed.sort(key=lambda pair: pair[1])
        if local:
            climbed = [pair for pair in climbed if not self._distances(pair[0]).any()]
        climbed = [self._climb(point, self.sample) for point, _ in climbed[:1]]
        theirs = self._scipy_fit()
        best_so_far = min((value for _, value in climbed), default=math.inf)
        if theirs is not None and self.loss(theirs) < best_so_far - 1e-10:
            climbed.append(self._climb(theirs, self.sample))
        if local:
            climbed = [pair for pair in climbed if not self._distances(pair[0]).any()]
        if not climbed:
            raise ValueError(
                f"data: no member of {self.family.name} with these fixed parameters gives every "
                f"observation a positive probability, or the likelihood is unbounded"
            )
        best, value = min(climbed, key=lambda pair: pair[1])
        touching = self._touching(best)
        best = np.where(touching, -800.0, best)
        params = self._inside(best)
        edges = {name for name, at_end in zip(self.free, touching, strict=True) if at_end}
        self._refuse_endless(best, value, touching)
        best, sure = self._polished(best, value, touching)
        if not sure:
            best, ended = self._followed(best, touching)
            edges |= ended
            params = self._inside(best)
        elif not touching.any():
            params = self.params(best)
        return {name: params[name] for name in self.free}, edges

    def _distances(self, point: np.ndarray) -> np.ndarray:
        """Say which coordinates are distances from an observation that have shrunk to nothing."""
        params = self.params(point)
        a, b = self._ends([params[name] for name in self.shapes])
        ends = math.isfinite(a) or math.isfinite(b)
        both = {"loc", "scale"} <= set(self.free)
        distance = {"loc": ends, "scale": math.isfinite(a) and math.isfinite(b) if both else False}
        if "scale" in self.free and not both:
            distance["scale"] = self._scales(params["loc"], a, b)[0] > 0.0
        known = np.array([distance.get(name, False) for name in self.free])
        return known & (point < math.log(1e-5))

    def _touching(self, point: np.ndarray) -> np.ndarray:
        """Say which of those distances are best at nothing."""
        near = self._distances(point)
        moved = np.where(near, -800.0, point)
        return near & (self._edge_value(moved) <= self.loss(point) + 1e-12)

    def _edge_value(self, point: np.ndarray) -> float:
        params = self._inside(point)
        with np.errstate(all="ignore"):
            value = mean_log_likelihood(self.family, params, self.sample)
        return -value if math.isfinite(value) else 1e300

    def _inside(self, point: np.ndarray) -> dict[str, float]:
        """Return the parameters, the support widened by the last digit that rounding took."""
        params = self.params(point)
        for step in (0.0, 1e-16, 2e-16, 5e-16, 1e-15, 4e-15):
            wider = dict(params)
            if step and "scale" in self.free:
                wider["scale"] = params["scale"] * (1.0 + step)
            if step and "loc" in self.free:
                wider["loc"] = params["loc"] - step * (abs(params["loc"]) + params["scale"])
            with np.errstate(all="ignore"):
                if math.isfinite(mean_log_likelihood(self.family, wider, self.sample)):
                    return wider
        return params

    def _refuse_endless(self, best: np.ndarray, value: float, touching: np.ndarray) -> None:
        far = np.abs(np.where(touching, 0.0, best))
        if value >= 1e299 or far.max() > 100.0:
            shapes = [i for i, name in enumerate(self.free) if name in self.shapes]
            furthest = max(shapes, key=lambda i: far[i], default=None)
            if furthest is not None and far[furthest] > _IMMENSE:
                raise self._no_maximum(furthest, best)
            raise ValueError(
                f"data: the likelihood of {self.family.name} has no maximum for these data"
            )
        params = self.params(best)
        limits = _BOUNDED.get(self.family.name, {})
        for name, ends in limits.items():
            if name in self.free and any(
                math.isfinite(end) and abs(params[name] - end) < 1e-6 for end in ends if end
            ):
                raise ValueError(
                    f"data: the likelihood of {self.family.name} has no maximum: it is unbounded "
                    f"beyond {name}={params[name]:g}, where the density is infinite at an end "
                    f"that may be put on an observation"
                )

    def _polished(
        self, best: np.ndarray, value: float, touching: np.ndarray
    ) -> tuple[np.ndarray, bool]:
        """Return the last digits by Newton's method, and whether its step and curvature agree.

        Towards a limit that no parameter attains the likelihood rises like 1 - exp(-y), where the
        curvature looks like that of a maximum, but its step never shortens.
        """
        moving = np.flatnonzero(~touching)
        if not moving.size:
            return best, True

        def height(x: np.ndarray) -> float:
            point = best.copy()
            point[moving] = x
            return -self._value(point, touching)

        sure, step_size = False, 2e-3
        flat = _FLAT * (1.0 + abs(value)) + 10.0 * self._noise(best, touching) / step_size**2
        for _ in range(3):
            gradient, hessian = derivatives(height, best[moving], np.full(moving.size, step_size))
            if not np.isfinite(hessian).all():
                break
            step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
            closer = np.abs(step).max() < 1e-2
            sure = bool(closer and np.linalg.eigvalsh(-hessian).min() > flat)
            if not closer or touching.any() or height(best - step) < -value - 1e-13 * abs(value):
                break
            best = best - step
        return best, sure

    def _value(self, point: np.ndarray, touching: np.ndarray) -> float:
        return self._edge_value(point) if touching.any() else self.loss(point)

    def _noise(self, point: np.ndarray, touching: np.ndarray) -> float:
        """Return how far apart the values at points are that differ in their last digits."""
        rng = np.random.default_rng(0)
        moves = rng.uniform(-1e-9, 1e-9, (8, point.size)) * ~touching
        return float(np.ptp([self._value(point * (1.0 + move), touching) for move in moves]))

    # --- limits that no parameter attains ---------------------------------------------------

    def _followed(self, best: np.ndarray, touching: np.ndarray) -> tuple[np.ndarray, set[str]]:
        """Follow the likelihood in each shape; return its maximum and the shapes at an end.

        Raises
        ------
        ValueError
            If it never falls again.
        """
        for i, name in enumerate(self.free):
            # So far out SciPy's densities are mostly rounding: no path tells anything.
            if name in self.shapes and best[i] > _IMMENSE and not touching[i]:
                raise self._no_maximum(i, best)
        for _ in range(4):
            value = self._value(best, touching)
            lowest, where = value, best
            for i, name in enumerate(self.free):
                if name not in self.shapes or touching[i]:
                    continue
                for side in (-1.0, 1.0):
                    path = self._path(best, i, side, touching)
                    noise = self._noise(path[-1][0], touching)
                    if path[-1][1] <= value + _SAME * (1.0 + abs(value)) + 2.0 * noise:
                        ended = self._at_its_end(path[-1][0], i, side, touching)
                        if ended is None:
                            raise self._no_maximum(i, path[-1][0])
                        return ended, {name}
                    point, found = min(path, key=lambda pair: pair[1])
                    if found < lowest - 1e-10:
                        lowest, where = found, point
            if where is best:
                return best, set()
            best = where if touching.any() else self._climb(where, self.sample)[0]
        return best, set()

    def _path(
        self, start: np.ndarray, i: int, side: float, touching: np.ndarray
    ) -> list[tuple[np.ndarray, float]]:
        """Move one shape away, the others at their best for it, until the likelihood has fallen."""
        others = np.flatnonzero(~touching & (np.arange(start.size) != i))
        endless = all(map(math.isinf, self.domains[self.free[i]]))
        least = self._value(start, touching)
        path, before, last = [], start, 0.0
        now = start
        for step in (0.3, 0.7, 1.0, 1.5, 2.0):
            guess = now + (now - before) * (step / last if last else 0.0)
            # A coordinate that is no logarithm goes as far by growing.
            stride = math.expm1(step) * max(abs(now[i]), 1.0) if endless else step
            guess[i] = now[i] + side * stride
            guess, value = self._rest(guess, others, touching)
            path.append((guess, value))
            before, now, last = now, guess, step
            if value > least + 1e-6 * (1.0 + abs(least)):
                break
            least = min(least, value)
        return path

    def _rest(
        self, point: np.ndarray, others: np.ndarray, touching: np.ndarray
    ) -> tuple[np.ndarray, float]:
        """Climb in the coordinates ``others`` alone."""

        def loss(x: np.ndarray) -> float:
            moved = point.copy()
            moved[others] = x
            return self._value(moved, touching)

        if not others.size:
            return point, self._value(point, touching)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = optimize.minimize(
                loss, point[others], method="BFGS", options={"gtol": 1e-8, "maxiter": 60}
            )
        result = point.copy()
        result[others] = found.x
        return result, float(found.fun)

    def _at_its_end(
        self, point: np.ndarray, i: int, side: float, touching: np.ndarray
    ) -> np.ndarray | None:
        """Return the point with a shape at the end of its domain, where that is a law as well."""
        low, high = self.domains[self.free[i]]
        if not math.isfinite(low if side < 0.0 or not math.isfinite(low) else high):
            return None
        moved = point.copy()
        moved[i] = side * 800.0 if math.isfinite(low) else 800.0
        others = np.flatnonzero(~touching & (np.arange(point.size) != i))
        moved, value = self._rest(moved, others, touching)
        least = self._value(point, touching)
        return moved if value <= least + _SAME * (1.0 + abs(least)) else None

    def _no_maximum(self, i: int, point: np.ndarray) -> ValueError:
        name, family = self.free[i], self.family.name
        low, high = self.domains[name]
        value = self.params(point)[name]
        if math.isfinite(low) and math.isfinite(high):
            end = low if value - low < high - value else high
        elif math.isfinite(low):
            end = low if value - low < 1.0 else math.inf
        else:
            end = math.copysign(math.inf, value)
        laws = (limit.law for limit in LIMITS.get(family, []) if limit.shape == name)
        return no_maximum(family, name, end, next(laws, ""))

    # --- unbounded likelihoods --------------------------------------------------------------

    def refuse_unbounded_ends(self) -> None:
        """Raise where an end that is free to move can be given an infinite density."""
        if self.discrete or self.family.name in _BOUNDED or not self._may_move():
            return
        shaped = set(self.shapes) & set(self.free)
        if self.family.name in _LIMITS and shaped and self._some_end_moves():
            raise ValueError(self._unbounded())
        choices = [
            [self.known[name]] if name in self.known else self._trial_shapes(name)
            for name in self.shapes
        ]
        for shapes in itertools.product(*choices):
            a, b = self._ends(list(shapes))
            for end, inwards in ((a, 1.0), (b, -1.0)):
                if (
                    math.isfinite(end)
                    and self._end_moves(end)
                    and self._infinite_at(shapes, end, inwards, a, b)
                ):
                    raise ValueError(self._unbounded())

    def _may_move(self) -> bool:
        """Say whether an end of the support is free to move."""
        return bool({"loc", "scale"} & set(self.free)) and bool(set(self.shapes) & set(self.free))

    def _end_moves(self, end: float) -> bool:
        return "loc" in self.free or ("scale" in self.free and end != 0.0)

    def _some_end_moves(self) -> bool:
        ends = (self.family.a, self.family.b)
        return any(math.isfinite(end) and self._end_moves(end) for end in ends)

    def _trial_shapes(self, name: str) -> list[float]:
        low, high = self.domains[name]
        if math.isfinite(low) and math.isfinite(high):
            return [low + (high - low) * share for share in (0.1, 0.5, 0.9)]
        if math.isfinite(low):
            return [low + x for x in (0.2, 0.7, 3.0)]
        return [-3.0, 0.5, 3.0]

    def _infinite_at(
        self, shapes: tuple[float, ...], end: float, inwards: float, a: float, b: float
    ) -> bool:
        """Say whether the density grows like a power of the distance from an end of its support."""
        width = min(b - a, 1.0) if math.isfinite(b - a) else 1.0
        distance = width * np.array([1e-4, 1e-6, 1e-8])
        with np.errstate(all="ignore"):
            logs = self.family.logpdf(end + inwards * distance, *shapes)
        if not np.isfinite(logs).all():
            return False
        slopes = -np.diff(logs) / math.log(100.0)
        return bool((slopes < -0.02).all() and abs(slopes[1] - slopes[0]) < 0.1)

    def _unbounded(self) -> str:
        return (
            f"data: the likelihood of {self.family.name} is unbounded with these parameters free: "
            f"an end of the support may be put next to an observation, where the density grows "
            f'beyond all bounds; fix loc (and scale), or ask for maximum="local"'
        )


def _between(least: float, most: float, y: float, unit: float) -> float:
    """Return a number between two ends, either of which may be infinite."""
    if math.isfinite(least) and math.isfinite(most):
        return least + (most - least) * float(special.expit(y))
    if math.isfinite(least):
        return least + unit * math.exp(min(y, 700.0))
    return most - unit * math.exp(min(y, 700.0))


def _within(least: float, most: float, x: float, unit: float) -> float:
    """Return the y for which :func:`_between` gives x."""
    if math.isfinite(least) and math.isfinite(most):
        share = (x - least) / (most - least) if most > least else 0.5
        share = min(max(share, 1e-6), 1.0 - 1e-6)
        return math.log(share / (1.0 - share))
    return math.log(max((x - least if math.isfinite(least) else most - x) / unit, 1e-8))


def derivatives(
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
