"""Two sides at one point: proved apart by their enclosures, in agreement, or neither."""

from __future__ import annotations

from typing import NamedTuple

import mpmath as mp
import sympy as sp
from flint import acb, arb, ctx, fmpq

from helpers.check.budget import obstacles
from helpers.check.trying import side_value, value_of
from helpers.check.verdict import Counterexample, difference_text, number_text, values_of
from helpers.digits.balls import ball
from helpers.digits.evaluate import NotEvaluable, Undefined, Value, is_formula

__all__ = [
    "ABSOLUTE",
    "NEITHER",
    "NOT_REAL",
    "NO_VALUES",
    "STRAY",
    "TOLERANCE",
    "Agreement",
    "Gap",
    "compare_at",
    "confirmed",
    "enclosed_sides",
    "gap_at",
    "is_above",
    "surely",
]

# Where an error is only an estimate, two sides differ if they do by more than this as well.
TOLERANCE = mp.mpf(10) ** -30
# Agreement is not said of values with a relative error above this.
NEEDED = mp.mpf(10) ** -20
ABSOLUTE = mp.mpf(10) ** -25
STRAY = mp.mpf(10) ** -10

NOT_REAL = "one side is not a real number"

# Digits with which an integral or an infinite sum is enclosed.
_ENCLOSED = 24
# Digits to which formulas that seem to agree are followed: at each point, and a single number.
_FORMULA, _NUMBER = 400, 4000
_COMPARING = 600


class Agreement(NamedTuple):
    """What a comparison at a point found: the relative difference, and what speaks against it."""

    error: mp.mpf
    counterexample: Counterexample | None
    is_enclosed: bool = True


class Gap(NamedTuple):
    """large - small at a point, the same relative to both, and what speaks against it."""

    gap: mp.mpf
    rank: mp.mpf
    counterexample: Counterexample | None
    is_enclosed: bool = True


# Both sides are known to have no value.
NO_VALUES = Agreement(mp.mpf(0), None)
NEITHER = Gap(mp.mpf(0), mp.inf, None)


def _difference(u: Value, v: Value) -> arb | acb | fmpq:
    with ctx.workprec(_COMPARING):
        return u.number - v.number if isinstance(u.number, type(v.number)) else (
            ball(u.number) - ball(v.number))  # fmt: skip


def _are_apart(u: Value, v: Value) -> bool:
    """Do the two balls, or fractions, have no number in common?"""
    gap = _difference(u, v)
    return gap != 0 if isinstance(gap, fmpq) else not gap.contains(0)


def is_above(u: Value, v: Value) -> bool:
    """Is every number of the first ball larger than every one of the second?"""
    if u.is_infinite or v.is_infinite:
        return bool(u.value > v.value)
    if isinstance(u.number, acb) or isinstance(v.number, acb):
        return False
    return bool(_difference(u, v) > 0)


def surely(differ, u, v, *sides) -> tuple | None:
    """Values of the two sides that differ for sure, or None.

    Each side is an expression and its point. Errors that are estimated are not enough where the
    sides can be enclosed.
    """
    if not differ(u, v):
        return None
    if u.enclosed and v.enclosed:
        return u, v
    sure = _enclosed(*sides)
    if sure is not None and all(w.enclosed for w in sure):
        return sure if differ(*sure) else None
    if u.is_infinite or v.is_infinite:
        return u, v
    gap, size = abs(u.value - v.value), max(abs(u.value), abs(v.value))
    return (u, v) if gap > size * TOLERANCE + 4 * (u.error + v.error) else None


def enclosed_sides(a, b, env) -> tuple[Value, Value] | None:
    """Both sides with their integrals and infinite sums enclosed, as far as they can be."""
    return _enclosed((a, env), (b, env))


def _enclosed(*sides) -> tuple[Value, Value] | None:
    try:
        return tuple(value_of(e, env, _ENCLOSED, enclosed=True) for e, env in sides)
    except (NotEvaluable, Undefined, ValueError):
        return None


def _sides(a, b, env) -> tuple | None:
    """Both sides at a point and why one has no value; None if one cannot be computed."""
    try:
        (u, no_u), (v, no_v) = side_value(a, env), side_value(b, env)
    except (NotEvaluable, ValueError) as problem:
        obstacles.append(str(problem))
        return None
    return u, v, no_u or no_v


def _one_sided(u, v, problem, env) -> Counterexample:
    text = ("undefined", number_text(v)) if u is None else (number_text(u), "undefined")
    return Counterexample(values_of(env), *text, note=str(problem))


def _told(*values) -> str:
    return "" if all(v.enclosed for v in values) else "errors estimated"


def compare_at(a, b, env, family="") -> Agreement | None:
    """Do two sides agree at a point? None if nothing can be said here.

    Where both sides are known to have no value, `NO_VALUES` is returned.
    """
    under = f"densities from the {family} family" if family else ""
    sides = _sides(a, b, env)
    if sides is None:
        return None
    u, v, problem = sides
    if u is None and v is None:
        return NO_VALUES
    if u is None or v is None:
        return Agreement(mp.inf, _one_sided(u, v, problem, env))
    if u.is_infinite or v.is_infinite:
        if u.value == v.value:
            return Agreement(mp.mpf(0), None, u.enclosed and v.enclosed)
        found = Counterexample(values_of(env), number_text(u), number_text(v), under)
        return Agreement(mp.inf, found)
    with mp.workdps(60):
        apart = surely(_are_apart, u, v, (a, env), (b, env))
        if apart is not None:
            return Agreement(mp.inf, _counterexample(*apart, env, under))
        if _are_apart(u, v):
            # So the estimates of their errors were too low.
            pair = enclosed_sides(a, b, env)
            if pair is None:
                return None
            u, v = pair
        size, blur = max(abs(u.value), abs(v.value)), u.error + v.error
        if blur > size * NEEDED and blur > ABSOLUTE:
            return None
        gap = abs(u.value - v.value)
        # Where both sides are zero within their errors there is nothing to be relative to.
        error = (gap + blur) / size if size > ABSOLUTE else gap + blur
        return Agreement(error, None, u.enclosed and v.enclosed)


def _counterexample(u, v, env, under="") -> Counterexample:
    gap = abs(to_value(_difference(u, v)))
    note = "; ".join(filter(None, [difference_text(gap), under, _told(u, v)]))
    return Counterexample(values_of(env), number_text(u), number_text(v), note)


def to_value(x) -> mp.mpf | mp.mpc:
    return Value(x).value


def confirmed(a, b, env, *, alone=False) -> Agreement | None:
    """The comparison of two sides that seem to agree, made as sharp as it can be.

    Integrals and sums are enclosed; of formulas hundreds of digits are compared, of two plain
    numbers (``alone``) thousands, and their difference is looked at where terms cancel.
    """
    try:
        if is_formula(a) and is_formula(b):
            gap = _difference_of(a, b, env)
            if gap is not None:
                sides = (number_text(value_of(e, env)) for e in (a, b))
                note = difference_text(abs(gap.value))
                return Agreement(mp.inf, Counterexample(values_of(env), *sides, note))
            digits = _NUMBER if alone else _FORMULA
            pair = tuple(value_of(e, env, digits) for e in (a, b))
        else:
            pair = enclosed_sides(a, b, env)
    except (NotEvaluable, Undefined, ValueError):
        return None
    if pair is None:
        return None
    u, v = pair
    if u.is_infinite or v.is_infinite:
        return Agreement(mp.mpf(0), None, u.enclosed and v.enclosed)
    with ctx.workprec(14000 if alone else 2000), mp.workdps(60):
        if u.enclosed and v.enclosed and _are_apart_exactly(u, v):
            return Agreement(mp.inf, _counterexample(u, v, env))
        size, blur = max(abs(u.value), abs(v.value)), u.error + v.error
        radius = blur / size if size > ABSOLUTE else blur
        return Agreement(radius, None, u.enclosed and v.enclosed and radius < NEEDED)


def _are_apart_exactly(u, v) -> bool:
    gap = ball(u.number) - ball(v.number)
    return not gap.contains(0)


_RESTS = {
    sp.erf: lambda t: 1 - sp.erfc(t),
    sp.tanh: lambda t: 1 - 2 / (1 + sp.exp(2 * t)),
}


def _difference_of(a, b, env) -> Value | None:
    """The difference of two formulas, its like terms gone, where it is surely not zero."""
    for f, rest in _RESTS.items():
        a, b = a.replace(f, rest), b.replace(f, rest)
    gap = value_of(sp.Add(a, -b), env)
    zero = Value(fmpq(0))
    return None if gap.is_infinite or not gap.enclosed or not _are_apart(gap, zero) else gap


def gap_at(a, b, env) -> Gap | None:
    """Is ``a`` at most ``b`` at a point? None if nothing can be said here."""
    sides = _sides(a, b, env)
    if sides is None:
        return None
    u, v, problem = sides
    if u is None and v is None:
        return NEITHER
    if u is None or v is None:
        return Gap(mp.inf, mp.inf, _one_sided(u, v, problem, env))
    with mp.workdps(60):
        real = [not isinstance(w.number, acb) for w in (u, v)]
        if not all(real):
            # A root or a logarithm that is complex only by rounding tells nothing; where one
            # side is a real number and the other truly is none, there is no inequality.
            strays = [abs(mp.im(w.value)) > STRAY for w in (u, v)]
            if strays != [not r for r in real]:
                return None
            found = Counterexample(values_of(env), number_text(u), number_text(v), NOT_REAL)
            return Gap(mp.inf, mp.inf, found)
        is_enclosed = u.enclosed and v.enclosed
        broken = surely(is_above, u, v, (a, env), (b, env))
        if broken is not None:
            gap = broken[1].value - broken[0].value
            text = [number_text(w) for w in broken]
            close = difference_text(abs(gap)) if text[0] == text[1] else ""
            note = "; ".join(filter(None, [close, _told(*broken)]))
            found = Counterexample(values_of(env), *text, note)
            return Gap(gap, gap, found)
        if u.is_infinite or v.is_infinite:
            return Gap(mp.inf, mp.inf, None, is_enclosed)
        size = max(abs(u.value), abs(v.value))
        if u.error + v.error > max(size * NEEDED, ABSOLUTE):
            return None
        gap = v.value - u.value
        if abs(gap) <= size * TOLERANCE and is_formula(a) and is_formula(b):
            # Nearly equal: is their difference on the wrong side?
            try:
                closer = _difference_of(a, b, env)
            except (NotEvaluable, Undefined, ValueError):
                closer = None
            if closer is not None and is_above(closer, Value(fmpq(0))):
                text = map(number_text, (u, v))
                note = difference_text(abs(closer.value))
                return Gap(gap, gap, Counterexample(values_of(env), *text, note))
        return Gap(gap, gap / size if size else gap, None, is_enclosed)
