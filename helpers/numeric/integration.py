"""Integrals and sums of densities that stay right in the tails.

A density may live on any scale, be infinite at the end of its support or fall off like 1/x^2.
The integral is therefore cut at anchors (ends of the supports, medians), and from each anchor a
the variable is t = log|x - a|: peaks of every width, algebraic singularities and power-law tails
all become smooth in t. Panels are refined by the Gauss-Kronrod rule (QUADPACK's pair of 10 and
21 nodes), all at once. What lies beyond the representable numbers is judged by its slope in t:
either it is negligible, or it decays exponentially and is added with its error, or the integral
diverges and the answer is infinite.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev

# Relative accuracy that the results promise, down to values of 1e-20; a warning names any that
# misses it.
PROMISED = 1e-9
_LEAST = 1e-20
_TARGET = 1e-13
_EPSILON = np.finfo(float).eps
# log|x - anchor| runs between these: x*x neither underflows to zero nor overflows.
_SHORTEST, _LONGEST = -690.0, 345.0
_MAX_PANELS = 20_000
_NEGLIGIBLE = 1e-22
_FADED = 55.0  # exp(-55) is negligible, whatever power of t it is multiplied by

# Kronrod nodes and weights for [-1, 1], positive half; Piessens et al., QUADPACK (1983), qk21.
_HALF_NODES = np.array(
    [
        0.995657163025808080735527280689003,
        0.973906528517171720077964012084452,
        0.930157491355708226001207180059508,
        0.865063366688984510732096688423493,
        0.780817726586416897063717578345042,
        0.679409568299024406234327365114874,
        0.562757134668604683339000099272694,
        0.433395394129247190799265943165784,
        0.294392862701460198131126603103866,
        0.148874338981631210884826001129720,
        0.0,
    ]
)
_HALF_KRONROD = np.array(
    [
        0.011694638867371874278064396062192,
        0.032558162307964727478818972459390,
        0.054755896574351996031381300244580,
        0.075039674810919952767043140916190,
        0.093125454583697605535065465083366,
        0.109387158802297641899210590325805,
        0.123491976262065851077958109585166,
        0.134709217311473325928054001771707,
        0.142775938577060080797094273138717,
        0.147739104901338491374841515972068,
        0.149445554002916905664936468389821,
    ]
)
_HALF_GAUSS = np.array(
    [
        0.066671344308688137593568809893332,
        0.149451349150580593145863397657697,
        0.219086362515982043995534934228163,
        0.269266719309996355091226921569469,
        0.295524224714752870173815619188769,
    ]
)
_NODES = np.concatenate([-_HALF_NODES, _HALF_NODES[-2::-1]])
_KRONROD = np.concatenate([_HALF_KRONROD, _HALF_KRONROD[-2::-1]])
_GAUSS = np.zeros(21)
_GAUSS[1:10:2] = _HALF_GAUSS
_GAUSS[11:20:2] = _HALF_GAUSS[::-1]

_LAGUERRE_NODES, _LAGUERRE_WEIGHTS = np.polynomial.laguerre.laggauss(32)

# A function of (anchor, offset, log Jacobian) that returns the integrand times the Jacobian, and
# a bound on its rounding error.
Integrand = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
# A function of (anchor, offset) that returns log-densities at their sum.
LogDensity = Callable[[np.ndarray, np.ndarray], np.ndarray]
# A function of the log-densities and a log Jacobian that returns the integrand times the Jacobian,
# and a bound on its rounding error.
Combine = Callable[[list[np.ndarray], np.ndarray], tuple[np.ndarray, np.ndarray]]
# A function of the log-densities that returns how much the result would change for a unit of mass
# of the first of them.
Leverage = Callable[[list[np.ndarray]], np.ndarray]
# Integrand, a bound on its rounding error, the densities' masses and the first one's leverage.
_Sampled = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class DensityIntegrand:
    """A function of log-densities, along x = anchor + sign*exp(t).

    At an end where a density behaves as a power of the distance, and in a power-law tail, its
    logarithm is a straight line in t, and a parabola for a log-normal law. Where the densities
    still count beyond the last place at which they are known, the line goes on there. A
    log-density of +inf is none: the digits that it would need have been lost.

    The masses of the densities are taken along with the integral: what is missing of what is known
    to be there shows a density that is wrong, or a place that the nodes have missed.
    """

    def __init__(
        self,
        combine: Combine,
        logs: list[LogDensity],
        masses: tuple[float, ...] = (),
        leverage: Leverage | None = None,
    ) -> None:
        """Take what the first densities integrate to, and how much a mass of the first matters."""
        self.combine, self.logs, self.masses, self.leverage = combine, logs, masses, leverage
        self._beyond: dict[tuple[float, float, bool], tuple[float, list[np.ndarray]]] = {}
        # A mass that is known to fewer digits than this shows nothing but rounding.
        self.rounded_mass = 2e-11

    def _values(self, anchor: np.ndarray, offset: np.ndarray, t: np.ndarray) -> list[np.ndarray]:
        values = [_known(log(anchor, offset)) for log in self.logs]
        for (place, sign, above), (edge, curves) in self._beyond.items():
            beyond = t > edge if above else t < edge
            # An offset that has underflowed to zero still has a sign.
            there = beyond & (anchor == place) & (np.copysign(1.0, offset) == sign)
            if there.any():
                values = [
                    np.where(there, np.polyval(curve, t), value)
                    for curve, value in zip(curves, values, strict=True)
                ]
        return values

    def __call__(
        self, anchor: np.ndarray, offset: np.ndarray, t: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        return self.combine(self._values(anchor, offset, t), t)

    def with_masses(self, anchor: np.ndarray, offset: np.ndarray, t: np.ndarray) -> _Sampled:
        """Return the integrand, its rounding, the densities' own, and the leverage of the first."""
        values = self._values(anchor, offset, t)
        height, noise = self.combine(values, t)
        with np.errstate(over="ignore", invalid="ignore"):
            masses = np.exp(np.reshape(values[: len(self.masses)], (-1, *t.shape)) + t)
            leverage = np.ones(t.shape) if self.leverage is None else self.leverage(values)
        return height, noise, np.where(np.isfinite(masses), masses, 0.0), leverage

    def weight(self, anchor: np.ndarray, offset: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Return the first density times the Jacobian."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.exp(self._values(anchor, offset, t)[0] + t)

    def reach(
        self, anchor: float, sign: float, edge: float, *, above: bool, whole: bool = False
    ) -> float:
        """Return the t up to which the integrand counts, ``edge`` if it is known no further.

        With ``whole`` the densities are known at whole numbers only.
        """
        t = edge * np.array([1.0, 5 / 6, 2 / 3, 1 / 2, 1 / 3])
        if whole:
            t = np.log(np.rint(np.exp(t)))
        if (edge > 0.0) != above:
            return edge
        offset = sign * np.exp(t)
        curves, slowest = [], math.inf
        for log in self.logs:
            y = log(np.full(t.size, anchor), offset)
            if np.isneginf(y).all():
                curves.append(np.array([-math.inf]))
                continue
            curve = _line_or_parabola(t, y)
            if curve is None:
                return edge
            curves.append(curve)
            # How fast the density times the Jacobian exp(t) falls off from the edge on.
            slope = 1.0 + float(np.polyval(np.polyder(curve), edge))
            slowest = min(slowest, -slope if above else slope)
        if not slowest > 0.0:
            return edge
        self._beyond[anchor, sign, above] = edge, curves
        # The slope is known to as many digits as the logarithms are.
        self.rounded_mass = max(self.rounded_mass, 4.0 * _EPSILON / slowest)
        return edge + math.copysign(_FADED / slowest, edge)


def _known(log: np.ndarray) -> np.ndarray:
    return np.where(np.isposinf(log), np.nan, log)


def _line_or_parabola(t: np.ndarray, y: np.ndarray) -> np.ndarray | None:
    """Return the line, or else the parabola open below, through five points; None if neither is."""
    if not np.isfinite(y).all():
        return None
    rounding = 1e-14 * (1.0 + np.abs(y).max())
    slope = (y[0] - y[-1]) / (t[0] - t[-1])
    line = np.array([slope, y[-1] - slope * t[-1]])
    if np.abs(np.polyval(line, t) - y).max() < rounding:
        return line
    # In units of the first t, so that the powers stay of one size.
    parabola = np.polyfit(t / t[0], y, 2) / t[0] ** np.arange(2, -1, -1)
    if parabola[0] < 0.0 and np.abs(np.polyval(parabola, t) - y).max() < rounding:
        return parabola
    return None


class AccuracyWarning(UserWarning):
    """The estimated error of a result exceeds what this package promises.

    Attributes
    ----------
    error : float
        The estimate of the absolute error, in the result's own unit of nats.

    Examples
    --------
    >>> AccuracyWarning("entropy: known to three digits", 1e-3).error
    0.001
    """

    def __init__(self, message: str, error: float = math.inf) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True)
class Integral:
    """A value with an estimate of its absolute error."""

    value: float
    error: float

    def checked(self, what: str) -> float:
        """Return the value; warn if its error is larger than promised.

        Raises
        ------
        ValueError
            If there is none.
        """
        if math.isnan(self.value):
            raise ValueError(
                f"q: expected a log-density wherever p has mass ({what}); the density has "
                f"underflowed to zero there, and this distribution has no _logpdf of its own"
            )
        doubt = None
        if math.isinf(self.value) and self.error:
            doubt = f"the value {self.value} is not shown: a density is not known near an end"
        elif self.error > PROMISED * max(abs(self.value), _LEAST):
            relative = self.error / abs(self.value) if self.value else math.inf
            doubt = (
                f"estimated relative error {relative:.1e} exceeds {PROMISED:g} "
                f"(value {float(self.value)!r})"
            )
        if doubt:
            warnings.warn(AccuracyWarning(f"{what}: {doubt}", self.error), stacklevel=3)
        return self.value


# Anchor, sign and t of a point.
_Place = tuple[float, float, float]


@dataclass
class _Ray:
    """One piece of the line: x = anchor + sign*exp(t) for t between two ends."""

    anchor: float
    sign: float
    start: float
    stop: float
    marks: np.ndarray
    open_below: bool
    open_above: bool
    grown: bool = False

    def holds(self, places: list[_Place]) -> list[float]:
        """Return which of the places lie on this ray, as values of t."""
        return [
            t
            for anchor, sign, t in places
            if (anchor, sign) == (self.anchor, self.sign) and self.start < t < self.stop
        ]


def _rays(lower: float, upper: float, anchors: np.ndarray, marks: np.ndarray) -> list[_Ray]:
    """Cut [lower, upper] into rays that start at the anchors."""
    points = np.unique(np.concatenate([anchors, [e for e in (lower, upper) if math.isfinite(e)]]))
    points = points[(points >= lower) & (points <= upper)]
    widths = np.diff(np.unique(np.concatenate([points, marks])))
    widths = widths[widths > 0]
    finest = math.log(widths.min()) - 45.0 if widths.size else -60.0
    rays = []

    def add(anchor: float, sign: float, length: float) -> None:
        stop = math.log(length) if math.isfinite(length) else _LONGEST
        at_end = anchor in (lower, upper)
        start = _SHORTEST if at_end else max(_SHORTEST, min(finest, stop - 45.0))
        distance = sign * (marks - anchor)
        inside = distance[(distance > 0) & (distance < length)]
        rays.append(_Ray(anchor, sign, start, stop, np.log(inside), at_end, math.isinf(length)))

    for left, right in pairwise(points):
        half = 0.5 * right - 0.5 * left
        add(left, 1.0, half)
        add(right, -1.0, half)
    if math.isinf(upper):
        add(points[-1], 1.0, math.inf)
    if math.isinf(lower):
        add(points[0], -1.0, math.inf)
    return rays


def _grid(ray: _Ray) -> np.ndarray:
    """Return where to scan a ray: evenly, and in growing steps beyond the representable numbers."""
    start, stop = max(ray.start, _SHORTEST), min(ray.stop, _LONGEST)
    pieces = [np.linspace(start, stop, max(2, math.ceil((stop - start) / 1.5) + 1))]
    for inner, outer in ((start, ray.start), (stop, ray.stop)):
        if inner != outer:
            steps = math.ceil(math.log(outer / inner) / math.log(1.1)) + 1
            pieces.append(np.geomspace(inner, outer, steps))
    pieces.append(ray.marks[(ray.marks > start) & (ray.marks < stop)])
    return np.unique(np.concatenate(pieces))


def _evaluate(
    integrand: Integrand, anchor: np.ndarray, sign: np.ndarray, t: np.ndarray
) -> _Sampled:
    with np.errstate(over="ignore"):
        offset = sign * np.exp(t)
    anchor = np.broadcast_to(anchor, t.shape)
    if isinstance(integrand, DensityIntegrand):
        return integrand.with_masses(anchor, offset, t)
    height, noise = integrand(anchor, offset, t)
    return height, noise, np.empty((0, *t.shape)), np.ones(t.shape)


def integrate(
    integrand: Integrand,
    lower: float,
    upper: float,
    anchors: np.ndarray,
    marks: np.ndarray,
) -> Integral:
    """Integrate over [lower, upper]; return ``inf`` where the integral diverges.

    Parameters
    ----------
    integrand : callable
        ``integrand(anchor, offset, log_jacobian)`` returns the integrand at ``anchor + offset``
        times ``exp(log_jacobian)``, and a bound on the rounding error of that number. It returns
        nan where a logarithm has left the representable numbers. A :class:`DensityIntegrand` is
        followed beyond them.
    anchors : ndarray
        Points from which lengths are measured: at least one.
    marks : ndarray
        Points that bracket every peak.
    """
    rays = _rays(lower, upper, np.asarray(anchors, float), np.asarray(marks, float))
    if not rays:
        return Integral(0.0, 0.0)
    result, lost = _along(integrand, rays)
    for _ in range(4):
        # Where one density has underflowed and another not yet, within one step of the scan: mark
        # the place, so that the next scan meets it.
        torn = [ray for ray in rays if ray.holds(lost) and isinstance(integrand, DensityIntegrand)]
        for ray in torn:
            ray.marks = np.append(ray.marks, ray.holds(lost))
        if not torn:
            break
        result, lost = _along(integrand, rays)
    return result


def _grow(ray: _Ray, grid: np.ndarray, profile: np.ndarray, integrand: Any) -> bool:
    """Let a ray reach further where it still counts at its ends; say whether it did.

    The profile is that of the integrand and of the masses, each in units of its peak.
    """
    start, stop, ray.grown = ray.start, ray.stop, True
    known = np.flatnonzero(~np.isnan(profile))
    if not known.size:
        return False
    first, last = known[0], known[-1]
    # A bounded integrand has faded by exp(-45) where a ray starts.
    if profile[first] > 1e-17 and (first == 0 or ray.open_below):
        # A density that is infinite at an anchor inside the support is followed as at an end.
        ray.open_below = True
        # Just before digits are lost altogether they are few.
        edge = (
            _SHORTEST
            if first == 0
            else 0.9 * _last_known(integrand, ray, grid[first], grid[first - 1])
        )
        if first == 0 and start != _SHORTEST:
            ray.start, ray.grown = _SHORTEST, False  # look again, once the way there is known
        elif isinstance(integrand, DensityIntegrand):
            ray.start = min(start, integrand.reach(ray.anchor, ray.sign, edge, above=False))
    far = ray.open_above and profile[last] > 1e-17
    if far and isinstance(integrand, DensityIntegrand):
        whole = last == grid.size - 1
        edge = stop if whole else 0.9 * _last_known(integrand, ray, grid[last], grid[last + 1])
        ray.stop = max(stop, integrand.reach(ray.anchor, ray.sign, edge, above=True))
    return (start, stop) != (ray.start, ray.stop)


def _along(integrand: Integrand, rays: list[_Ray]) -> tuple[Integral, list[_Place]]:
    """Integrate along the rays; return also the places that the scan took to be known."""
    grids = [_grid(ray) for ray in rays]
    sizes = [grid.size for grid in grids]
    anchor = np.repeat([ray.anchor for ray in rays], sizes)
    sign = np.repeat([ray.sign for ray in rays], sizes)
    scanned, _, masses, _ = _evaluate(integrand, anchor, sign, np.concatenate(grids))
    cuts = np.cumsum(sizes)[:-1]
    profiles = np.split(scanned, cuts)
    # Where the integrand vanishes because two densities agree, their masses still count.
    units = np.minimum(np.concatenate([np.abs(scanned)[None], masses]), 1e300)
    tops = np.nanmax(units, axis=-1, initial=0.0, keepdims=True)
    units = (units / np.where(tops > 0.0, tops, 1.0)).max(axis=0)
    present = np.split(units > _NEGLIGIBLE, cuts)

    unknown = np.isnan(scanned)
    scans = zip(rays, grids, np.split(units, cuts), strict=True)
    grown = [_grow(*scan, integrand) for scan in scans if not scan[0].grown]
    if any(grown):
        return _along(integrand, rays)
    if unknown.any() and isinstance(integrand, DensityIntegrand):
        t = np.concatenate(grids)
        weight = integrand.weight(anchor, sign * np.exp(np.minimum(t, 700.0)), t)
        if weight[unknown].max() > 0.1 * np.nanmax(weight):
            return Integral(math.nan, math.inf), []  # the bulk of the first law, and not a tail

    # Where a logarithm overflows near an open end, the ray stops at the last representable point.
    tails: list[tuple[_Ray, float, float]] = []
    for position, ray in enumerate(rays):
        grid, profile = grids[position], profiles[position]
        lost = np.isnan(profile)
        if lost.all():
            return Integral(math.nan, math.inf), []
        if lost.any():
            # Keep the run around the peak: beyond a gap in a tail nothing can be trusted.
            top = int(np.nanargmax(np.abs(profile)))
            holes = np.flatnonzero(lost)
            first = holes[holes < top].max(initial=-1) + 1 if ray.open_below else 0
            last = holes[holes > top].min(initial=grid.size) if ray.open_above else grid.size
            grid, profile = grid[first:last], profile[first:last]
            present[position] = present[position][first:last]
            if first > 0:
                edge = _last_known(integrand, ray, grid[0], grids[position][first - 1])
                grid, profile = np.append(edge, grid), np.append(profile[0], profile)
                present[position] = np.append(True, present[position])
            if last < grids[position].size:
                edge = _last_known(integrand, ray, grid[-1], grids[position][last])
                grid, profile = np.append(grid, edge), np.append(profile, profile[-1])
                present[position] = np.append(present[position], True)
            grids[position], profiles[position] = grid, profile
        if ray.open_above:
            tails.append((ray, grids[position][-1], 1.0))
        if ray.open_below:
            tails.append((ray, grids[position][0], -1.0))

    tail_value, tail_error = 0.0, 0.0
    for ray, end, direction in tails:
        value, error = _tail(integrand, ray, end, direction)
        if math.isinf(value):
            return Integral(value, error), []
        tail_value += value
        tail_error += error

    peak = max((np.nanmax(np.abs(profile)) for profile in profiles), default=0.0)
    if not math.isfinite(peak):
        return Integral(math.inf, 0.0), []
    panels = []
    for ray, grid, profile, there in zip(rays, grids, profiles, present, strict=True):
        matters = (np.abs(profile) > _NEGLIGIBLE * peak) | there
        # A panel counts if either end does, or a neighbour's end: peaks are bracketed by marks.
        wide = matters.copy()
        wide[1:] |= matters[:-1]
        wide[:-1] |= matters[1:]
        keep = wide[:-1] | wide[1:]
        for a, b in zip(grid[:-1][keep], grid[1:][keep], strict=True):
            panels.append((ray.anchor, ray.sign, a, b))
    if not panels:
        return Integral(tail_value, tail_error), []
    value, error, gaps = _refine(integrand, np.array(panels))
    return Integral(value + tail_value, error + tail_error), gaps


def _last_known(integrand: Integrand, ray: _Ray, known: float, lost: float) -> float:
    """Return the point nearest to ``lost`` at which the integrand is still known."""
    for _ in range(40):
        middle = 0.5 * (known + lost)
        height, *_ = _evaluate(
            integrand, np.array([ray.anchor]), np.array([ray.sign]), np.array([middle])
        )
        if np.isnan(height[0]):
            lost = middle
        else:
            known = middle
    return known


def _gauss_kronrod(height: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the integral over each panel, and QUADPACK's estimate of its error."""
    kronrod = height @ _KRONROD * half
    raw = np.abs(kronrod - height @ _GAUSS * half)
    spread = np.abs(height - (kronrod / (2.0 * half))[..., None]) @ _KRONROD * half
    # The raw difference is far too pessimistic for a smooth integrand.
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = spread * np.minimum(1.0, (200.0 * raw / spread) ** 1.5)
    return kronrod, np.where((spread > 0) & (raw > 0), scaled, raw)


def _refine(integrand: Integrand, panels: np.ndarray) -> tuple[float, float, list[_Place]]:
    """Bisect the panels until the error estimates together meet the target.

    Returns value, error, and a place of each panel at which the integrand is not known.
    """
    gaps: list[_Place] = []
    done_value, done_error, done_size = [], [], 0.0
    audit = _Audit()
    evaluated = 0
    while len(panels):
        evaluated += len(panels)
        anchor, sign, a, b = panels.T
        half = 0.5 * (b - a)
        t = (0.5 * (a + b))[:, None] + half[:, None] * _NODES
        height, rounding, masses, leverage = _evaluate(integrand, anchor[:, None], sign[:, None], t)
        lost = np.isnan(height)
        for row in np.flatnonzero(lost.any(axis=1)):
            gaps.append((anchor[row], sign[row], t[row, np.argmax(lost[row])]))
        height = np.where(lost, 0.0, height)
        rounding = np.where(lost, np.inf, rounding)
        kronrod, error = _gauss_kronrod(height, half)
        size = np.abs(height) @ _KRONROD * half
        noise = rounding @ _KRONROD * half + 2.0 * _EPSILON * size
        total = done_size + math.fsum(size)
        settled = (error <= np.maximum(_TARGET * total / 50.0, noise)) | (half < 1e-9)
        if evaluated > _MAX_PANELS:
            settled[:] = True
        done_value.extend(kronrod[settled])
        done_error.extend(np.maximum(error, noise)[settled])
        done_size += math.fsum(size[settled])
        audit.add(masses[:, settled], half[settled], leverage[settled])
        left = panels[~settled]
        middle = 0.5 * (left[:, 2] + left[:, 3])
        panels = np.concatenate(
            [
                np.column_stack([left[:, :3], middle]),
                np.column_stack([left[:, :2], middle, left[:, 3]]),
            ]
        )
    error = math.fsum(done_error)
    if isinstance(integrand, DensityIntegrand):
        error += audit.error(integrand)
    return math.fsum(done_value), error, gaps


class _Audit:
    """Masses of densities beside an integral of them: what is missing is part of its error."""

    def __init__(self) -> None:
        self.found: list[np.ndarray] = []
        self.doubt: list[np.ndarray] = []
        self.seen: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, masses: np.ndarray, half: np.ndarray, leverage: np.ndarray) -> None:
        mass, doubt = _gauss_kronrod(masses, half)
        self.found.append(mass)
        self.doubt.append(doubt)
        if len(masses):
            self.seen.append((masses[0].ravel(), leverage.ravel()))

    def error(self, integrand: DensityIntegrand) -> float:
        """Return what the missing masses may stand for."""
        if not integrand.masses:
            return 0.0
        found = np.concatenate(self.found, axis=-1).sum(axis=-1)
        doubt = np.concatenate(self.doubt, axis=-1).sum(axis=-1)
        missing = np.abs(found - np.array(integrand.masses)) - doubt
        missing = np.where(missing > integrand.rounded_mass, missing, 0.0)
        if not missing.any():
            return 0.0
        mass, leverage = (np.concatenate(each) for each in zip(*self.seen, strict=True))
        counted = (mass > 1e-12 * mass.max(initial=0.0)) & np.isfinite(leverage)
        return float(missing[0] * leverage[counted].max(initial=1.0) + 2.0 * missing[1:].sum())


def _tail(integrand: Integrand, ray: _Ray, end: float, direction: float) -> tuple[float, float]:
    """Return value and error of what lies beyond ``end``, from the slope of the integrand there.

    An infinity comes with error 0 where it is shown: the integrand is known over a long way, grows
    along all of it (or falls too slowly), and the mass of the first density does not.
    """
    cut = end != (ray.stop if direction > 0 else ray.start)
    # Where a logarithm overflowed the integrand changes fast: only its slope at the end counts.
    reach = 0.2 if cut else 0.5 * abs(end)
    t = end - direction * reach * np.linspace(0.0, 1.0, 9)
    height, rounding, masses, _ = _evaluate(
        integrand, np.full(9, ray.anchor), np.full(9, ray.sign), t
    )
    size = np.abs(height)
    if not size[0] > 0:
        return 0.0, 0.0
    if cut and size[0] <= rounding[0]:
        return 0.0, float(rounding[0])  # rounding alone, whose slope says nothing
    sign = math.copysign(1.0, height[0])
    # A density whose own mass grows towards the end is no density there: it shows nothing.
    shown = not len(masses) or bool(masses[0, 0] < masses[0, -1])
    doubt = 0.0 if shown else math.inf
    if not (np.isfinite(size) & (size > 0)).all():
        return sign * math.inf, doubt
    logs = np.log(size)
    if cut:
        rate = (logs[1] - logs[0]) * 8.0 / reach
        if rate <= 0.0:
            return sign * math.inf, doubt
        # Nothing says how it goes on, so the whole of the estimate counts as error.
        return sign * float(size[0] / rate), float(size[0] / rate)
    value, error = _extrapolate(np.abs(t), logs, sign)
    return value, doubt if math.isinf(value) else error


def _extrapolate(t: np.ndarray, logs: np.ndarray, sign: float) -> tuple[float, float]:
    """Integrate beyond t[0] a function that behaves as C t^k exp(-r t); two fits, to compare."""
    beyond = []
    for points in (slice(0, 5), slice(0, 9, 2)):
        where = t[points]
        design = np.column_stack([np.ones(where.size), -where, np.log(where)])
        fit = np.linalg.lstsq(design, logs[points], rcond=None)[0]
        beyond.append(_beyond(t[0], *fit))
    if math.inf in beyond:
        return sign * math.inf, 0.0
    return sign * beyond[0], abs(beyond[0] - beyond[1]) + 1e-12 * beyond[0]


def _beyond(start: float, constant: float, rate: float, power: float) -> float:
    """Integrate exp(constant) t^power exp(-rate t) from ``start`` on."""
    # A rate within rounding and the fit's bias of zero: the power alone decides.
    nearly_none = 2e-4 * min(1.0, _LONGEST / start)
    if rate < nearly_none:
        if rate < -nearly_none or power > -1.0 - 1e-2:
            return math.inf
        return math.exp(constant + (power + 1.0) * math.log(start)) / (-1.0 - power)
    # Gauss-Laguerre, with the exponential at the start taken out.
    t = start + _LAGUERRE_NODES / rate
    height = np.exp(constant - rate * start + power * np.log(t))
    return float(_LAGUERRE_WEIGHTS @ height / rate)


# --- sums -----------------------------------------------------------------------------------

_EXACT_TERMS = 1 << 14
_MOST_TERMS = 1 << 22
_FURTHEST = 2.0**53

# A function of whole numbers that returns the terms, and a bound on their rounding errors.
Terms = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


class DensityTerms:
    """A function of log pmfs at whole numbers, which knows its way in a power-law tail."""

    def __init__(self, combine: Combine, logs: list[Callable[[np.ndarray], np.ndarray]]) -> None:
        self.combine, self.logs = combine, logs

    def __call__(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.combine([_known(log(k)) for log in self.logs], np.zeros(k.shape))

    def tail(self, reached: float) -> tuple[float, float] | None:
        """Return the sum beyond ``reached`` where the log pmfs are lines in log|k|, else None."""
        away = math.copysign(1.0, reached)
        integrand = DensityIntegrand(
            self.combine, [lambda _, k, log=log: log(np.rint(k)) for log in self.logs]
        )
        start = math.log(abs(reached) + 0.5)
        stop = integrand.reach(0.0, away, start, above=True, whole=True)
        if not math.isfinite(stop) or stop == start:
            return None
        cuts = start + (stop - start) * np.linspace(0.0, 1.0, 65)
        panels = np.column_stack([np.zeros(64), np.full(64, away), cuts[:-1], cuts[1:]])
        value, error, _ = _refine(integrand, panels)
        return value, error


def summate(terms: Terms, lower: float, upper: float, marks: np.ndarray) -> Integral:
    """Sum over the whole numbers from lower to upper; return ``inf`` where the sum diverges.

    Blocks grow geometrically away from the marks that bracket every peak; a block too long to be
    summed entry by entry is summed through a Chebyshev interpolant.
    """
    marks = np.unique(np.clip(np.rint(marks), lower, upper))
    values: list[float] = []
    errors: list[float] = []

    def total() -> float:
        return math.fsum(abs(value) for value in values)

    def block(first: float, last: float) -> float:
        value, error = _sum_block(terms, first, last, 1e-16 * total())
        values.append(value)
        errors.append(error)
        return abs(value)

    block(marks[0], marks[0])
    for left, right in pairwise(marks):
        # From both marks towards the middle, so that a wide gap is crossed in few steps.
        middle = math.floor(0.5 * (left + right))
        _outward(block, total, left + 1.0, middle, direction=1.0, spread=right - left)
        _outward(block, total, right - 1.0, middle + 1.0, direction=-1.0, spread=right - left)
        block(right, right)
    spread = max(1.0, marks[-1] - marks[0])
    for start, end, direction in ((marks[-1], upper, 1.0), (marks[0], lower, -1.0)):
        if start == end:
            continue
        reached = _outward(block, total, start + direction, end, direction=direction, spread=spread)
        if reached is None:
            return Integral(math.inf, 0.0)
        if math.isinf(end) and abs(reached) >= _FURTHEST / 4:
            known = terms.tail(reached) if isinstance(terms, DensityTerms) else None
            value, error = known or _discrete_tail(terms, reached)
            if math.isinf(value):
                return Integral(value, 0.0)
            values.append(value)
            errors.append(error)
    value = math.fsum(values) if math.inf not in values else math.inf
    return Integral(value, math.fsum(errors) if math.isfinite(value) else 0.0)


def _outward(
    block: Callable[[float, float], float],
    total: Callable[[], float],
    start: float,
    end: float,
    *,
    direction: float,
    spread: float,
) -> float | None:
    """Add blocks from start to end until they no longer matter; return the last point reached."""
    length = max(64.0, min(spread, 4096.0))
    quiet = 0
    while (end - start) * direction >= 0:
        stop = start + direction * (length - 1.0)
        if (stop - end) * direction > 0:
            stop = end
        size = block(min(start, stop), max(start, stop))
        if not math.isfinite(size):
            return None
        quiet = quiet + 1 if size <= 1e-20 * total() else 0
        if quiet >= 3 or abs(stop) > _FURTHEST / 4:
            return stop if quiet < 3 else 0.0
        start = stop + direction
        length *= 2.0
    return 0.0


def _sum_block(terms: Terms, first: float, last: float, negligible: float) -> tuple[float, float]:
    count = last - first + 1.0
    if count > _EXACT_TERMS:
        value, misfit, noise = _interpolated(terms, first, last)
        enough = max(1e-14 * abs(value), negligible, noise)
        if not misfit > enough or count > _MOST_TERMS:
            return value, misfit + noise
    values, errors = [], []
    for start in np.arange(first, last + 1.0, _EXACT_TERMS):
        value, rounding = terms(np.arange(start, min(start + _EXACT_TERMS, last + 1.0)))
        known = ~np.isnan(value)
        if np.isposinf(value).any():
            return math.inf, 0.0
        values.append(math.fsum(value[known]))
        errors.append(float(np.sum(rounding)) + 2.0 * _EPSILON * math.fsum(np.abs(value[known])))
        if not known.all():
            errors.append(math.inf)  # a probability underflowed: what it stood for is lost
    return math.fsum(values), math.fsum(errors)


def _interpolated(terms: Terms, first: float, last: float) -> tuple[float, float, float]:
    """Sum a long block through the polynomial that interpolates its terms.

    Returns the sum, the error of the polynomial and that of the terms.
    """
    count = last - first + 1.0
    centre, half = 0.5 * (first + last), 0.5 * (last - first)
    nodes = np.unique(np.rint(centre + half * np.cos(np.pi * (np.arange(64) + 0.5) / 64)))
    value, rounding = terms(nodes)
    if np.isposinf(value).any():
        return math.inf, 0.0, 0.0
    if np.isnan(value).any():
        return 0.0, math.inf, 0.0
    fit = Chebyshev.fit(nodes, value, 40, domain=[first - 0.5, last + 0.5])
    # Euler and Maclaurin, midpoint form: the sum is the integral minus f'/24 at the ends.
    primitive, slope = fit.integ(), fit.deriv()
    ends = np.array([first - 0.5, last + 0.5])
    result = float(np.diff(primitive(ends))[0] - np.diff(slope(ends))[0] / 24.0)
    misfit = float(np.max(np.abs(fit(nodes) - value)) + np.max(np.abs(fit.coef[-4:])))
    return result, 0.1 * misfit * count, float(np.mean(rounding)) * count


def _discrete_tail(terms: Terms, reached: float) -> tuple[float, float]:
    """Return value and error of the sum beyond ``reached``, from the slope of k f(k) in log k."""
    t = math.log(abs(reached)) - np.linspace(0.0, 12.0, 9)
    k = math.copysign(1.0, reached) * np.rint(np.exp(t))
    value, _ = terms(k)
    if np.isposinf(value).any():
        return math.inf, 0.0
    size = np.abs(value * k)
    if not size[0] > 0:
        return 0.0, 0.0
    return _extrapolate(np.log(np.abs(k)), np.log(size), math.copysign(1.0, value[0]))
