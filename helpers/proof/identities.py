"""Why two expressions are equal on a domain."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from helpers.notation import Cauchy, Expectation, Laplace, Normal, Pdf, Probability, VocabularyExpr
from helpers.proof import existence
from helpers.proof.inequalities import any_support, laws_of, same_events
from helpers.proof.normal_form import is_zero, normal_form, onto_positive, simplify_residue
from helpers.proof.signs import elementary, is_nonnegative, is_positive, resolved
from helpers.trials.context import Context, domain_of, free_symbols_of

__all__ = ["equal"]

_T = sp.Symbol("_t", real=True)


def equal(left, right, context: Context) -> str:
    """Why ``left = right`` on the whole domain."""
    with existence.assuming(context.finite):
        wide = any_support(left, right)
        if wide is not None:
            with existence.assuming(context.finite | laws_of(*wide)):
                reason = _equal(*wide, context)
        else:
            reason = ""
        if reason:
            return f"{reason}; whatever the support"
        return _equal(left, right, context) or _with_one_unknown(left, right)


def _with_one_unknown(left, right) -> str:
    """One quantity may be infinite, where it stands once on each side and all others are finite."""
    with existence.loosely():
        sides = [normal_form(e) for e in (left, right)]
        if simplify_residue(sp.expand(sides[0] - sides[1])) != 0:
            return ""
        unknown = {n for e in sides for n in e.atoms(Expectation) if _may_be_infinite(n)}
        if len(unknown) != 1:
            return ""
        for side in (left, right):
            terms = sp.Add.make_args(sp.expand(side))
            if sum(bool(normal_form(t).atoms(Expectation) & unknown) for t in terms) != 1:
                return ""
    told = str(next(iter(unknown))).replace("_x", "x")
    return f"the difference simplifies to zero; {told} may be infinite, on both sides"


def _may_be_infinite(node) -> bool:
    if node.sample is not None or isinstance(node.variable, sp.Tuple):
        return True
    return not existence.is_integrable(node.function, node.variable, node.distribution)


def _equal(left, right, context) -> str:
    difference = left - right
    if is_zero(difference):
        return "the difference simplifies to zero"
    for relation in context.relations:
        if isinstance(relation, sp.Eq):
            for symbol in sorted(relation.free_symbols, key=str)[::-1]:
                value = _only_solution(relation, symbol, context, [left, right])
                if value is not None and is_zero(difference.subs(symbol, value)):
                    return f"the difference is zero once {relation.lhs} = {relation.rhs}"
    if left.atoms(Probability) and right.atoms(Probability):
        return same_events(left, right, context)
    if _is_zero_there(difference, context, [left, right]):
        return "the difference simplifies to zero, given the signs on the domain"
    if _is_zero_over(difference, context, [left, right]):
        return "the difference simplifies to zero, given the domain"
    return _by_derivative(left, right, context) or _by_antiderivative(left, right, context)


def _only_solution(relation, symbol, context, background):
    """The value that an equation leaves to a symbol, or None where it may leave others.

    It is the only one where the sides, compared, move in one direction with the symbol.
    """
    gap = relation.lhs - relation.rhs
    if gap.atoms(VocabularyExpr, sp.Sum, sp.Integral, sp.Product):
        return None
    slope = sp.diff(gap, symbol)
    everything = [gap, *background]
    if not any(is_positive(sign * slope, context, everything) for sign in (1, -1)):
        return None
    linear = not slope.has(symbol)
    if not linear:
        domain = domain_of(symbol, everything, context)
        if not isinstance(domain, sp.Interval):
            return None
        if not elementary(gap, [symbol], context, everything):
            return None
    solutions = sp.solve(gap, symbol)
    if len(solutions) != 1 or not is_zero(gap.subs(symbol, solutions[0])):
        return None
    return solutions[0]


def _is_zero_there(e, context, background) -> bool:
    """Is it zero, given the signs that its parts have on the domain?"""
    opened = resolved(e, context, background)
    return opened != normal_form(e) and simplify_residue(opened) == 0


def _is_zero_over(e, context, background) -> bool:
    """Is it zero, each symbol written through one that takes every value of its domain?

    So a moment is known to exist that does for the larger numbers only.
    """
    if not normal_form(e).atoms(Expectation, sp.Integral, sp.Sum):
        return False
    new = {}
    for s in free_symbols_of([e]):
        domain = domain_of(s, background, context)
        if isinstance(domain, sp.Range) and domain.step == 1 and domain.sup is sp.oo:
            if domain.inf > 1:
                new[s] = domain.inf + sp.Dummy(s.name, integer=True, nonnegative=True)
        elif (through := onto_positive(s, domain)) is not None and not through.is_Symbol:
            new[s] = through
    return bool(new) and is_zero(e.subs(new, simultaneous=True))


def _as_integrals(e, context, background):
    """Probabilities of |x - m| >= c and expectations under a law on the line as integrals.

    None where something else that is closed is left over.
    """
    new = {}
    for node in e.atoms(Probability, Expectation):
        value = None
        if node.sample is None and isinstance(node.variable, sp.Symbol):
            if isinstance(node, Probability):
                value = _two_tails(node, context, background)
            else:
                value = _whole_integral(node)
        if value is None:
            return None
        new[node] = value
    e = e.xreplace(new)
    e = e.xreplace({n: n.unfold() for n in e.atoms(Pdf) if not n.distribution.abstract})
    return None if e.atoms(VocabularyExpr, sp.Sum, sp.Product) else e


def _two_tails(node, context, background):
    """P[|x - m| >= c] as one minus an integral, for laws whose densities have mass one."""
    event, x, law = node.function, node.variable, node.distribution
    if not isinstance(law, (Normal, Cauchy, Laplace)) or not isinstance(event, (sp.Ge, sp.Gt)):
        return None
    size, level = event.lhs, event.rhs
    if not isinstance(size, sp.Abs) or level.has(x):
        return None
    middle = sp.expand(x - size.args[0])
    if middle.has(x):
        middle = sp.expand(x + size.args[0])
    if middle.has(x) or not is_nonnegative(level, context, background):
        return None
    return 1 - sp.Integral(law.pdf(_T), (_T, middle - level, middle + level))


def _whole_integral(node):
    law, x = node.distribution, node.variable
    if law.abstract or law.discrete or not isinstance(law.support, sp.Interval):
        return None
    return law.total(law.pdf(_T) * node.function.subs(x, _T), _T)


def _by_derivative(left, right, context) -> str:
    """Two functions of a limit of integration: the same slope, and equal where the range is empty.

    The fundamental theorem of calculus gives the slope; the integrand and the rest have to be
    differentiable all over.
    """
    background = [left, right]
    if not (left - right).atoms(sp.Integral, Probability):
        return ""
    difference = _as_integrals(left - right, context, background)
    if difference is None:
        return ""
    integrals = sorted(difference.atoms(sp.Integral), key=sp.default_sort_key)
    if not integrals or any(len(i.limits) != 1 or len(i.limits[0]) != 3 for i in integrals):
        return ""
    if any(t.has(sp.oo, -sp.oo) for i in integrals for t in i.limits[0][1:]):
        return ""
    ends = set().union(*[t.free_symbols for i in integrals for t in i.limits[0][1:]])
    inner = set().union(*[i.function.free_symbols for i in integrals])
    rest = difference.xreplace({i: sp.Dummy(real=True) for i in integrals})
    for s in sorted(ends - inner, key=str):
        domain = domain_of(s, background, context)
        if not isinstance(domain, sp.Interval) or not domain.start.is_finite:
            continue
        if not _vanishes_at_start(difference, integrals, s, domain.start):
            continue
        slope = sp.diff(difference, s)
        if slope.atoms(sp.Integral) or simplify_residue(slope) != 0:
            continue
        with_start = sp.Interval(domain.start, domain.end, False, domain.right_open)
        closed = replace(context, domain={**context.domain, s: with_start})
        moving = [rest, *[t for i in integrals for t in i.limits[0][1:]]]
        if all(elementary(e, [s], closed, background) for e in moving) and all(
            _smooth_integrand(i, context, background) for i in integrals
        ):
            return f"equal at {s} = {domain.start}, and the derivatives in {s} are the same"
    return ""


def _vanishes_at_start(difference, integrals, s, start) -> bool:
    """Is the difference zero at the start of the domain, where every integral has no length?"""
    new = {}
    for i in integrals:
        _, low, high = i.limits[0]
        if sp.expand((high - low).subs(s, start)) != 0:
            return False
        new[i] = sp.S.Zero
    value = difference.xreplace(new).subs(s, start)
    return not value.has(sp.nan, sp.zoo, sp.oo, -sp.oo) and simplify_residue(value) == 0


def _smooth_integrand(integral, context, background) -> bool:
    x = integral.limits[0][0]
    wide = replace(context, domain={**context.domain, x: sp.S.Reals})
    return elementary(integral.function, [x], wide, background)


def _by_antiderivative(left, right, context) -> str:
    """One integral of a rational function: an antiderivative that is checked, at both ends."""
    difference = left - right
    if not difference.atoms(sp.Integral, Expectation) or difference.atoms(Probability):
        return ""
    background = [left, right]
    difference = _as_integrals(difference, context, background)
    if difference is None:
        return ""
    new = {}
    for integral in difference.atoms(sp.Integral):
        value = _integrated(integral, context, background)
        if value is None:
            return ""
        new[integral] = value
    difference = difference.xreplace(new)
    if new and (is_zero(difference) or _is_zero_there(difference, context, background)):
        return "the integral of a rational function, by partial fractions"
    return ""


def _integrated(integral, context, background):
    """The value of an integral of a rational function without poles; None where it is not had."""
    if len(integral.limits) != 1 or len(integral.limits[0]) != 3:
        return None
    x, low, high = integral.limits[0]
    f = integral.function
    if (low, high) == (-sp.oo, sp.oo):
        value = _over_the_line(f, x, context, background)
        if value is not None:
            return value
    if f.free_symbols != {x} or not f.is_rational_function(x) or f.count_ops() > 60:
        return None
    if any(t.free_symbols for t in (low, high)):
        return None
    t = sp.Symbol("_t", real=True)
    f = f.subs(x, t)
    wide = Context({t: sp.S.Reals})
    found = sp.integrate(sp.apart(sp.together(f), t, full=False), t)
    if found.has(sp.Integral) or simplify_residue(sp.diff(found, t) - f) != 0:
        return None
    if not (elementary(found, [t], wide) and elementary(f, [t], wide)):
        return None
    start, end = (sp.limit(found, t, e) if e.is_infinite else found.subs(t, e) for e in (low, high))
    return end - start if (end - start).is_finite else None


def _over_the_line(f, x, context, background):
    """The integral over the line of a sum of (A x + B) / (a x^2 + b x + c), parameters and all.

    The quadratics have no real zero. The logarithms of an antiderivative cancel at both ends where
    the A/a add up to zero, as they must; what stays of each term is an arc tangent's pi. Where
    two quadratics meet for some values of the parameters, the value there follows by continuity.
    """
    if f.count_ops() > 60 or not f.is_rational_function(x):
        return None
    parts = sp.Add.make_args(sp.apart(sp.together(f), x))
    if sp.cancel(sp.Add(*parts) - f) != 0:
        return None
    total, logs = sp.S.Zero, sp.S.Zero
    for part in parts:
        above, below = (sp.Poly(t, x) for t in sp.fraction(sp.together(part)))
        if below.degree() != 2 or above.degree() > 1:
            return None
        content, below = below.primitive()
        a, b, c = below.all_coeffs()
        slope, constant = (above.coeff_monomial(t) / content for t in (x, 1))
        discriminant = sp.factor(4 * a * c - b**2)
        if not is_positive(a, context, background):
            a, b, c, slope, constant = (sp.expand(-t) for t in (a, b, c, slope, constant))
        if not all(is_positive(t, context, background) for t in (a, discriminant)):
            return None
        logs += slope / a
        root = resolved(sp.sqrt(discriminant), context, background)
        total += (constant - slope * b / (2 * a)) * 2 * sp.pi / root
    return sp.cancel(sp.together(total)) if sp.cancel(sp.together(logs)) == 0 else None
