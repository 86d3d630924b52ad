"""Zeros at no number that is known exactly, and what a formula is there.

Where cos x = x a quotient by cos x - x has no value and a condition Eq(cos x, x) holds; random
points never meet such a place.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache

import mpmath as mp
import sympy as sp

from helpers.notation import Density, VocabularyExpr
from helpers.trials.context import (
    RELATIONAL,
    Context,
    NoPoints,
    domain_of,
    free_symbols_of,
    generator,
    inside,
    plain_values,
)
from helpers.trials.points import points, turning_points, zeros_of

__all__ = ["at_hidden_zeros"]

_DIGITS = 60
_ZERO = mp.mpf(10) ** -40
_MOST = 8


def at_hidden_zeros(sides, context: Context):
    """Both sides as they are at places where something in them is zero, with those places.

    A side that has no value there is ``nan``.
    """
    if any(e.atoms(Density) for e in sides):
        return
    free = set(free_symbols_of(sides))
    turning = [
        g
        for g in turning_points(sides)
        if set(free_symbols_of([g])) <= free and not g.atoms(VocabularyExpr)
    ]
    if not turning:
        return
    found, seen = 0, set()
    try:
        drawn = list(itertools.islice(points(sides, context, generator(context, *sides), 2, 0), 2))
    except NoPoints:
        return
    for env, gap in itertools.product(drawn, turning):
        for s in free_symbols_of([gap]):
            domain = domain_of(s, sides, context)
            others = {k: v for k, v in plain_values(env).items() if k != s}
            here = gap.subs(others)
            if here.free_symbols != {s} or not isinstance(domain, sp.Interval):
                continue
            if zeros_of(here, s):
                continue
            for root in _approximate(here, s, domain):
                place = {**env, s: root}
                if not inside(root, domain) or context.relations or (s, root) in seen:
                    continue
                seen.add((s, root))
                yield *(_settled(e, place) for e in sides), place
                found += 1
                if found == _MOST:
                    return


@lru_cache(maxsize=256)
def _approximate(e, symbol, domain) -> tuple:
    """Numbers within 1e-55 of a zero inside the domain: of a change of sign or of a touch."""
    try:
        f = sp.lambdify(symbol, e, "math")
        exact = sp.lambdify(symbol, e, "mpmath")
        slope = sp.lambdify(symbol, sp.diff(e, symbol), "mpmath")
    except (NameError, TypeError, ValueError, SyntaxError, NotImplementedError):
        return ()  # not a formula in numbers, such as a density named and not written out
    values = []
    for t in _grid(domain):
        try:
            value = f(t)
        except (ArithmeticError, ValueError, TypeError, NameError):
            continue
        if isinstance(value, (int, float)) and math.isfinite(value):
            values.append((t, value))
    found = []
    for (a, u), (b, v) in itertools.pairwise(values):
        if u * v < 0:
            found.append(_refined(exact, (a, b), "anderson", exact))
    for (_, u), (b, v), (_, w) in zip(values, values[1:], values[2:], strict=False):
        if abs(v) <= min(abs(u), abs(w)) and u * v > 0 and v * w > 0:
            found.append(_refined(slope, (b,), "secant", exact))
    return tuple(dict.fromkeys(r for r in found if r is not None))


def _refined(f, start, solver, exact):
    with mp.workdps(_DIGITS + 10):
        try:
            root = mp.findroot(
                f, start, solver=solver, tol=mp.mpf(10) ** (-2 * _DIGITS), verify=False
            )
            if isinstance(root, mp.mpc) or not mp.isfinite(root) or abs(exact(root)) > _ZERO:
                return None
        except (ArithmeticError, ValueError, TypeError, NameError):
            return None
        return sp.Rational(mp.nstr(root, _DIGITS))


def _grid(domain: sp.Interval) -> list:
    low, high = domain.start, domain.end
    if low.is_finite and high.is_finite:
        a, b = float(low), float(high)
        return [a + (b - a) * (k + 0.37) / 240 for k in range(240)]
    if low.is_finite:
        return [float(low) + 10 ** (k / 40) for k in range(-160, 121)]
    if high.is_finite:
        return [float(high) - 10 ** (k / 40) for k in range(120, -161, -1)]
    return [math.sinh(k / 30 + 0.0123) for k in range(-130, 131)]


def _value(e, env):
    with mp.workdps(_DIGITS):
        try:
            value = mp.mpmathify(sp.N(e.subs(plain_values(env)), _DIGITS - 5))
        except (TypeError, ValueError, ArithmeticError):
            return None
    return value if mp.isfinite(value) else None


def _settled(e, env):
    """A side at the place, conditions decided there; nan where a divisor or a logarithm is zero."""
    e = _decided(e, env)
    inside = sp.preorder_traversal(e)
    for node in inside:
        part = None
        if isinstance(node, (VocabularyExpr, sp.Sum, sp.Integral, sp.Product)):
            inside.skip()
            continue
        if node.is_Pow and node.exp.is_negative:
            part = node.base
        elif isinstance(node, sp.log):
            part = node.args[0]
        if part is not None and not part.is_number:
            value = _value(part, env)
            if value is not None and abs(value) < _ZERO:
                return sp.nan
    return e


def _decided(e, env):
    """Conditions and signs as they are at the place, where a difference below 1e-40 is none."""
    if not e.args or isinstance(e, (VocabularyExpr, sp.Sum, sp.Integral, sp.Product)):
        return e
    if isinstance(e, RELATIONAL):
        value = _value(e.lhs - e.rhs, env)
        if value is None or isinstance(value, mp.mpc):
            return e
        return sp.sympify(bool(e.func(0 if abs(value) < _ZERO else sp.sign(sp.Float(value)), 0)))
    if isinstance(e, (sp.sign, sp.Heaviside)):
        value = _value(e.args[0], env)
        if value is not None and abs(value) < _ZERO:
            return sp.S.Zero if isinstance(e, sp.sign) else e.func(0)
        return e
    if isinstance(e, sp.KroneckerDelta):
        value = _value(e.args[0] - e.args[1], env)
        return e if value is None else sp.S.One if abs(value) < _ZERO else sp.S.Zero
    return e.func(*[_decided(a, env) for a in e.args])
