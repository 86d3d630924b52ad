"""What an expression tends to."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from helpers.proof import existence
from helpers.proof.normal_form import masked, onto_positive, simplify_residue
from helpers.proof.signs import elementary, resolved
from helpers.trials.context import Context, domain_of, free_symbols_of

__all__ = ["limit"]


def limit(left, variable, point, context: Context) -> list:
    """What ``left`` tends to from each side of the point that belongs to the domain.

    An empty list where it is not known.
    """
    with existence.assuming(context.finite):
        return _limit(left, variable, point, context)


def _limit(left, variable, point, context) -> list:
    background = [left]
    opened = resolved(left, context, background)
    opened, names = masked(opened)
    if any(variable in node.free_symbols for node in names.values()):
        return []
    if point.is_finite:
        found = _taylor(opened, variable, point, context, background)
        if found is not None:
            return [found.xreplace(names)]
    through, back = {}, {}
    for s in free_symbols_of([opened]):
        if s != variable and not isinstance(s, sp.Dummy):
            domain = domain_of(s, [left], context)
            value = onto_positive(s, domain)
            if value is not None and value.free_symbols != {s}:
                (w,) = value.free_symbols
                through[s], back[w] = value, sp.solve(value - s, w)[0]
    opened = opened.subs(through, simultaneous=True)
    found = []
    for side in _sides(variable, point, left, context):
        try:
            value = sp.limit(opened, variable, point, side)
        except (NotImplementedError, ValueError):
            return []
        if (
            value.has(sp.Limit, sp.AccumBounds, sp.nan, sp.zoo, sp.sign)
            or variable in value.free_symbols
        ):
            return []
        found.append(value.subs(back, simultaneous=True).xreplace(names))
    return found


def _sides(variable, point, left, context) -> list:
    """From where a point can be approached inside the variable's domain."""
    if point.is_infinite:
        return ["+"]
    domain = domain_of(variable, [left], context)
    below = domain.inf.is_infinite or (domain.inf < point) == sp.true
    above = domain.sup.is_infinite or (domain.sup > point) == sp.true
    return [side for side, there in (("+", above), ("-", below)) if there] or ["+"]


def _taylor(e, variable, point, context, background):
    """The limit of a quotient whose denominator vanishes, by Taylor's theorem at the point."""
    numerator, denominator = sp.fraction(sp.together(e))
    if not denominator.is_polynomial(variable) or numerator.count_ops() > 200:
        return None
    moved = sp.Poly(sp.expand(denominator.subs(variable, variable + point)), variable)
    order = min(sum(powers) for powers in moved.monoms())
    if not 1 <= order <= 4:
        return None
    here = replace(context, domain={**context.domain, variable: sp.FiniteSet(point)})
    if not elementary(numerator, [variable], here, background, at={variable: point}):
        return None
    for k in range(order + 1):
        value = numerator.subs(variable, point)
        if value.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
            return None
        if k == order:
            lowest = moved.coeff_monomial(variable**order) * sp.factorial(order)
            return sp.factor(sp.together(sp.expand(value / lowest)))
        if simplify_residue(resolved(value, context, background)) != 0:
            return None
        numerator = sp.diff(numerator, variable)
    return None
