"""The sign of a formula on a box, by enclosures on ever smaller boxes."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

import sympy as sp
from flint import acb, arb, ctx, fmpq

from helpers.digits.evaluate import NotEvaluable, Undefined, ball_on, evaluate, is_formula
from helpers.trials.context import Context, domain_of, free_symbols_of

__all__ = ["Subdivision", "bounded_box", "subdivide"]

_BITS = 80
_BOXES = 1500


@dataclass
class Subdivision:
    """What subdivision found.

    Attributes
    ----------
    boxes : int
        How many boxes were looked at.
    is_closed : bool
        Is the formula shown to be nowhere negative on the box?
    negative_at : dict or None
        The middle of a box on which it is negative.
    """

    boxes: int = 0
    is_closed: bool = False
    negative_at: dict | None = None
    _order: itertools.count = field(default_factory=itertools.count)


def bounded_box(expressions, context: Context) -> dict | None:
    """The symbols of some formulas with the ends of their domains, where all of these are finite.

    None where one is not, or where hypotheses tie the symbols.

    >>> u = sp.Symbol("u", positive=True)
    >>> bounded_box([u], Context({u: sp.Interval.open(0, 1)}))
    {u: (0, 1)}
    """
    if context.relations:
        return None
    found = {}
    for s in free_symbols_of(expressions):
        domain = domain_of(s, expressions, context)
        if s.is_integer or not isinstance(domain, sp.Interval):
            return None
        if not (domain.start.is_Rational and domain.end.is_Rational):
            return None
        found[s] = (domain.start, domain.end)
    return found


def subdivide(g: sp.Expr, box: dict, zeros=(), most: int = _BOXES) -> Subdivision:
    """Is ``g`` nowhere negative on the box?

    A box on which ``g`` is not seen to be so is halved, the one with the lowest bound first. In one
    symbol, what touches zero at one of ``zeros`` (exact places) is left to derivatives: on a box
    around it ``g`` is convex, flat at that place, and zero there; or it has a slope of one sign and
    is not negative at the lower end.

    >>> t = sp.Symbol("t", real=True)
    >>> subdivide(t**2 - t + 1, {t: (-2, 2)}).is_closed
    True
    >>> subdivide(t**2 - t, {t: (-2, 2)}).negative_at is not None
    True
    """
    found = Subdivision()
    if not box or len(box) > 3 or not is_formula(g) or g.free_symbols != set(box):
        return found
    touching = None
    if len(box) == 1:
        ((s, ends),) = box.items()
        touching = _Touching(g, s, (*zeros, *ends))
    with ctx.workprec(_BITS):
        whole = {s: tuple(map(_fraction, ends)) for s, ends in box.items()}
        heap = [(0.0, next(found._order), whole)]
        while heap and found.boxes < most:
            _, _, here = heapq.heappop(heap)
            found.boxes += 1
            value = _on(g, here)
            if value is not None and value >= 0:
                continue
            if value is not None and value < 0:
                found.negative_at = {s: _rational((a + b) / 2) for s, (a, b) in here.items()}
                return found
            if touching is not None and touching.is_settled(here):
                continue
            s = max(here, key=lambda s: (here[s][1] - here[s][0]) / (whole[s][1] - whole[s][0]))
            a, b = here[s]
            low = -1e300 if value is None else float(value.lower().mid())
            for half in ((a, (a + b) / 2), ((a + b) / 2, b)):
                heapq.heappush(heap, (low, next(found._order), {**here, s: half}))
    found.is_closed = not heap
    return found


def _fraction(q) -> fmpq:
    q = sp.Rational(q)
    return fmpq(int(q.p), int(q.q))


def _rational(q: fmpq) -> sp.Rational:
    return sp.Rational(int(q.p), int(q.q))


def _on(g, box) -> arb | None:
    """The enclosure of g on a box of balls, or None where it has none."""
    env = {s: arb((a + b) / 2, (b - a) / 2) for s, (a, b) in box.items()}
    try:
        value = ball_on(g, env)
    except (NotEvaluable, Undefined, ValueError):
        return None
    return None if isinstance(value, (acb, float)) else value


class _Touching:
    """Where a formula in one symbol may be zero without being negative."""

    def __init__(self, g, s, zeros):
        self.g, self.s = g, s
        self.slope = sp.diff(g, s)
        self.curve = sp.diff(g, s, 2)
        places = [z for z in map(sp.sympify, zeros) if self._vanish(z, g)]
        self.zeros = places
        self.flat = [z for z in places if self._vanish(z, self.slope)]

    def _vanish(self, z, formula) -> bool:
        """Is it zero at an exact place? SymPy is asked only where the digits leave it open."""
        value = formula.subs(self.s, z)
        try:
            number = evaluate(value).number
        except (NotEvaluable, Undefined, ValueError):
            return False
        if isinstance(number, (acb, float)) or number > 0 or number < 0:
            return False
        return value.is_zero or sp.simplify(value) == 0

    def is_settled(self, box) -> bool:
        ((a, b),) = box.values()
        slope = _on(self.slope, box)
        if slope is not None and (slope >= 0 or slope <= 0):
            end = _rational(a if slope >= 0 else b)
            return self._not_negative(end)
        inside = any(_rational(a) <= z <= _rational(b) for z in self.flat)
        curve = _on(self.curve, box) if inside else None
        return curve is not None and bool(curve >= 0)

    def _not_negative(self, place) -> bool:
        try:
            value = evaluate(self.g, {self.s: place}).number
        except (NotEvaluable, Undefined, ValueError):
            return False
        if isinstance(value, (acb, float)):
            return False
        return bool(value >= 0) or (place in self.zeros and not value < 0)
