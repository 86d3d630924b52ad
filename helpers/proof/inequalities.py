"""Why one expression is at most another."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from helpers.notation import (
    Density,
    Distribution,
    Expectation,
    Independent,
    Indicator,
    Mixture,
    Pdf,
    Probability,
    VocabularyExpr,
)
from helpers.proof import existence
from helpers.proof.normal_form import (
    all_integrable,
    is_zero,
    masked,
    normal_form,
    simplify_residue,
)
from helpers.proof.signs import elementary, is_nonnegative, is_positive, resolved
from helpers.trials.context import Context, domain_of, free_symbols_of
from helpers.trials.points import awkward

__all__ = ["any_support", "laws_of", "opened", "same_events", "upper_bound"]


def upper_bound(small, large, context: Context) -> str:
    """Why ``small <= large`` on the whole domain."""
    with existence.assuming(context.finite):
        return _why_at_most(small, large, context)


def _why_at_most(small, large, context) -> str:
    wide = any_support(small, large)
    if wide is not None:
        with existence.assuming(context.finite | laws_of(*wide)):
            reason = _upper_bound(*wide, context)
        if reason:
            return f"{reason}; whatever the support"
    reason = _upper_bound(small, large, context)
    if reason:
        return reason
    new = _slack([small, large], context)
    if new:
        small, large = (e.subs(new, simultaneous=True) for e in (small, large))
        reason = _upper_bound(small, large, context)
    return f"under the hypotheses, {reason}" if reason else ""


def any_support(*sides):
    """The sides with abstract laws on finitely many points made laws of any kind, or None.

    A proof for those uses nothing of the points. None where a point is named, or where some other
    law stands beside the abstract ones.
    """
    laws = {d for e in sides for d in e.atoms(Distribution)}
    plain = {d for d in laws if not isinstance(d, (Independent, Mixture))}
    if not plain or any(not d.abstract or d.points() is None for d in plain):
        return None
    shown = {n for e in sides for n in e.atoms(Pdf)}
    if any(n.distribution.dimension != 1 or n.point.is_number for n in shown):
        return None
    wide = {d: Density(d.name, *d.parameters, label=d.label or None) for d in plain}
    return [e.xreplace(wide) for e in sides]


def laws_of(*sides) -> frozenset:
    """The abstract laws, which stand for laws on finitely many points: all they name is finite."""
    return frozenset(d for e in sides for d in e.atoms(Density))


def _slack(sides, context) -> dict:
    """Symbols written through what the inequalities among the hypotheses leave to spare."""
    new: dict = {}
    for relation in context.relations:
        if not isinstance(relation, (sp.Le, sp.Lt, sp.Ge, sp.Gt)):
            continue
        spare = sp.expand((relation.gts - relation.lts).subs(new, simultaneous=True))
        free = [s for s in free_symbols_of([spare]) if not isinstance(s, sp.Dummy)]
        # A symbol that may be any real number loses nothing else that is known of it.
        free.sort(key=lambda s: (domain_of(s, sides, context) != sp.S.Reals, str(s)))
        is_strict = isinstance(relation, (sp.Lt, sp.Gt))
        w = sp.Dummy("w", positive=True) if is_strict else sp.Dummy("w", nonnegative=True)
        for s in free:
            slope = sp.diff(spare, s)
            if slope.is_number and slope != 0:
                value = sp.expand(s + (w - spare) / slope)
                new = {k: sp.expand(v.subs(s, value)) for k, v in new.items()}
                new[s] = value
                break
    return new


def _upper_bound(small, large, context: Context) -> str:
    gap = large - small
    background = [small, large]
    is_plain = not gap.atoms(VocabularyExpr, sp.Sum, sp.Integral, sp.Piecewise, sp.Product)
    if is_plain and gap.has(sp.log) and _log_by_log(gap, context, background):
        return "the logarithm is increasing, term by term"
    # As it was written: multiplied out, a sum of squares is no longer seen.
    if is_plain and is_nonnegative(gap, context, background):
        return "the difference is a sum or product of nonnegative terms"
    residue = simplify_residue(normal_form(gap))
    if residue == 0:
        return "both sides are equal"
    if is_nonnegative(residue, context, background):
        return "the difference is a sum or product of nonnegative terms"
    if is_plain and gap.count_ops() < 120:
        reason = _plain_bound(small, large, residue, context, background)
    else:
        reason = _markov(small, large, context) or _pointwise(gap, context)
    return reason


def _plain_bound(small, large, residue, context, background) -> str:
    """An inequality between formulas: by signs, by calculus, by squaring, by taking logarithms."""
    if residue.has(sp.log, sp.Abs):
        opened = resolved(residue, context, background)
        if is_nonnegative(opened, context, background):
            return "the difference is a sum or product of nonnegative terms"
        residue = opened if opened.count_ops() <= residue.count_ops() else residue
    reason = _calculus(residue, context, background) or _chord(residue, context, background)
    if reason:
        return reason
    if residue.has(sp.Abs) or any(t.exp == sp.S.Half for t in residue.atoms(sp.Pow)):
        squares = sp.expand(large**2 - small**2)
        roots = [t.base for t in small.atoms(sp.Pow) if not t.exp.is_Integer]
        if not small.has(sp.log) and all(
            is_nonnegative(t, context, background) for t in (large, squares, *roots)
        ):
            return "the larger side is not negative, and the squares are in this order"
    if residue.has(sp.exp) and all(is_positive(e, context, background) for e in (small, large)):
        logs = resolved(sp.log(large) - sp.log(small), context, background)
        reason = _calculus(logs, context, background)
        if reason:
            return f"the logarithm is increasing, and for the logarithms {reason}"
    return ""


def _log_by_log(gap, context, background) -> bool:
    """A sum of terms c (log a - log b + r) with c >= 0 and b > 0, each with a exp(r) >= b."""
    groups: dict = {}
    rest = []
    for term in sp.Add.make_args(gap):
        logs = [t for t in sp.Mul.make_args(term) if isinstance(t, sp.log)]
        if len(logs) != 1 or logs[0].is_number:
            rest.append(term)
            continue
        c = sp.cancel(term / logs[0])
        sign = 1 if is_nonnegative(c, context, background) else -1
        if not is_nonnegative(sign * c, context, background):
            return False
        above, below, _ = groups.setdefault(sp.factor(sign * c), ([], [], []))
        (above if sign == 1 else below).append(logs[0].args[0])
    if not groups or not _shared_out(rest, groups):
        return False
    return all(
        all(is_positive(t, context, background) for t in (*above, *below))
        and is_nonnegative(
            sp.expand(sp.Mul(*above) * sp.exp(sp.Add(*extra)) - sp.Mul(*below)), context, background
        )
        for above, below, extra in groups.values()
    )


def _shared_out(rest, groups) -> bool:
    """Put each further term r into a group as r / c, or into all where the c add up to one."""
    weights = set().union(*[c.free_symbols for c in groups])
    add_up = sp.cancel(sp.together(sp.Add(*groups))) == 1
    for term in rest:
        if add_up and not term.free_symbols & weights:
            for _, _, extra in groups.values():
                extra.append(term)
            continue
        home = next((c for c in groups if not sp.cancel(term / c).free_symbols & weights), None)
        if home is None:
            return False
        groups[home][2].append(sp.cancel(term / home))
    return True


def _calculus(gap, context, background=()) -> str:
    """Convex in one variable whatever the others are, and not negative where it is smallest."""
    symbols = free_symbols_of([gap])
    if len(symbols) > 3 or gap.atoms(VocabularyExpr, sp.Sum, sp.Integral, sp.Piecewise):
        return ""
    if not symbols or gap.count_ops() > 60 or gap.has(sp.Abs):
        return ""
    if len(symbols) > 1 and any(t.exp.is_Rational and t.exp.q > 1 for t in gap.atoms(sp.Pow)):
        return ""  # the slopes of roots in several symbols take minutes to put in order
    everything = [gap, *background]
    for x in symbols:
        domain = domain_of(x, everything, context)
        if not isinstance(domain, sp.Interval):
            continue
        slope = sp.diff(gap, x)
        second = sp.simplify(sp.diff(slope, x)) if len(symbols) == 1 else sp.diff(slope, x)
        if not is_nonnegative(second, context, everything):
            continue
        for point in _stationary(slope, x, domain, len(symbols) == 1):
            least = _value(gap, x, point)
            if least is None or not is_nonnegative(least, context, everything):
                continue
            # The curve has to be smooth, up to the point if that is an open end.
            whole = domain.union(sp.FiniteSet(point))
            around = replace(context, domain={**context.domain, x: whole})
            if elementary(gap, [x], around, everything):
                return f"the difference is convex, with its minimum {least} at {x} = {point}"
    return ""


_INFINITE = (sp.nan, sp.zoo, sp.oo, -sp.oo)


def _value(e, x, point):
    """The value at a point, simplified; None where there is none."""
    value = e.subs(x, point)
    if value.has(*_INFINITE):
        return None
    return sp.simplify(value)


def _stationary(slope, x, domain, alone) -> list:
    """Zeros of the slope in the closed domain: those of a polynomial, or among simple numbers."""
    numerator = sp.numer(sp.together(slope))
    if alone and numerator.is_polynomial(x):
        found = [r for r in sp.roots(sp.Poly(numerator, x)) if r.is_real]
    else:
        ends = [t for t in (domain.start, domain.end) if t.is_finite]
        simple = awkward(domain) if alone else []
        # Not simplified first: at most of them the slope is some number that is plainly not zero.
        values = {c: slope.subs(x, c) for c in dict.fromkeys([*ends, *simple])}
        found = [c for c, v in values.items() if not v.has(*_INFINITE) and is_zero(v)]
    return [c for c in found if domain.closure.contains(c) == sp.true]


def _chord(gap, context, background) -> str:
    """Concave in one variable on an interval, and not negative at both its ends."""
    everything = [gap, *background]
    for x in free_symbols_of([gap])[:3]:
        domain = domain_of(x, everything, context)
        if not isinstance(domain, sp.Interval) or not (
            domain.start.is_finite and domain.end.is_finite
        ):
            continue
        inside = replace(context, domain={**context.domain, x: domain.closure})
        if not is_nonnegative(-sp.diff(gap, x, 2), inside, everything):
            continue
        ends = [_value(gap, x, t) for t in (domain.start, domain.end)]
        if all(
            v is not None and is_nonnegative(v, context, everything) for v in ends
        ) and elementary(gap, [x], inside, everything):
            return f"the difference is concave in {x} and not negative at both ends of its interval"
    return ""


def _event(node: Probability, context, background=()):
    """An event as (high, low, is it strict?) for high >= low; |u| and c >= 0 are squared."""
    event = node.function
    if not isinstance(event, (sp.Ge, sp.Gt, sp.Le, sp.Lt)):
        return None
    high, low, is_strict = event.gts, event.lts, isinstance(event, (sp.Gt, sp.Lt))
    size, level = (high, low) if isinstance(high, sp.Abs) else (low, high)
    if not isinstance(size, sp.Abs):
        return high, low, is_strict
    if not _fixed(level, node) or not size.args[0].is_extended_real:
        return None
    if not is_nonnegative(masked(level)[0], context, background):
        return None
    high, low = (size.args[0] ** 2 if t == size else t**2 for t in (high, low))
    return high, low, is_strict


def _fixed(e, node: Probability) -> bool:
    """Is the expression free of what the probability is about?"""
    if node.sample is None:
        return not e.free_symbols & set(node.bound_symbols)
    return not e.has(node.sample.base)


_DRAW = sp.Symbol("_draw", real=True)


def same_events(left, right, context: Context) -> str:
    """Why two expressions are equal once events are written alike: |u| >= c is u^2 >= c^2."""
    background = [left, right]
    names: dict = {}
    new = {}
    for node in sorted(left.atoms(Probability) | right.atoms(Probability), key=sp.default_sort_key):
        found = _event(node, context, background)
        if found is None or (node.sample is None and isinstance(node.variable, sp.Tuple)):
            return ""
        high, low, is_strict = found
        gap = sp.expand(high - low)
        if node.sample is None:
            gap = gap.subs(node.variable, _DRAW)
        if node.sample is None and not node.distribution.discrete and is_strict:
            slope = sp.diff(gap, _DRAW)
            is_strict = not (not slope.has(_DRAW) and slope.is_nonzero)
        key = (gap, is_strict, node.args[1:] if node.sample is not None else node.distribution)
        new[node] = names.setdefault(key, sp.Dummy(nonnegative=True))
    if len(names) == len(new) or not is_zero(left.xreplace(new) - right.xreplace(new)):
        return ""
    return "the events are the same: of two numbers that are not negative, squares keep the order"


def _markov(small, large, context) -> str:
    """P[f >= c] <= E[f] / c, for f that is never negative and c > 0."""
    if not isinstance(small, Probability) or isinstance(small.variable, sp.Tuple):
        return ""
    background = [small, large]
    found = _event(small, context, background)
    if found is None:
        return ""
    f, level, _ = found
    is_square = isinstance(f, sp.Pow) and f.exp.is_even and f.exp.is_positive
    if not is_square or not f.base.is_extended_real or not _fixed(level, small):
        return ""
    if not is_positive(masked(level)[0], context, background):
        return ""
    spare = simplify_residue(normal_form(large - Expectation(f, *small.args[1:]) / level))
    if spare == 0 or is_zero(spare) or is_nonnegative(masked(spare)[0], context, background):
        return "Markov's inequality: a square that is at least c > 0, divided by c, is at least 1"
    return ""


_T = sp.Symbol("_t", real=True)


def _pointwise(gap, context) -> str:
    """An inequality between expectations that holds between the integrands already."""
    terms, constant = [], sp.S.Zero
    for term in sp.Add.make_args(sp.expand(opened(gap))):
        coefficient, inner = sp.S.One, None
        for factor in sp.Mul.make_args(term):
            if isinstance(factor, Expectation) and inner is None and factor.sample is None:
                inner = factor
            else:
                coefficient *= factor
        if inner is None:
            constant += term
        elif coefficient.atoms(Expectation) or isinstance(inner.variable, sp.Tuple):
            return ""
        else:
            terms.append((coefficient, inner))
    if not terms:
        return ""
    # An integral of something that is not negative exists; it falls into parts only where all of
    # them but one are finite.
    unknown = [e for _, e in terms if not all_integrable(e.function, e.variable, e.distribution)]
    if len(unknown) > 1:
        return ""
    laws = sorted({e.distribution for _, e in terms}, key=sp.default_sort_key)
    region = laws[0].support
    if any(law.support != region for law in laws):
        return ""
    integrand = sp.Add(
        *[c * e.distribution(_T) * e.function.subs(e.variable, _T) for c, e in terms]
    )
    integrand += constant / len(laws) * sp.Add(*[law(_T) for law in laws])
    where = "the integrands satisfy it at every point"
    if len(laws) == 1:
        inner = sp.Add(*[c * e.function.subs(e.variable, _T) for c, e in terms]) + constant
        if _nonnegative_at_each_point(inner, region, context):
            return where
    return where if _nonnegative_at_each_point(integrand, region, context) else ""


def opened(e):
    """Divergences and probabilities as expectations; nothing is simplified away."""
    while True:
        nodes = {
            n
            for n in e.atoms(VocabularyExpr)
            if not isinstance(n, (Expectation, Pdf, Indicator)) or _over_mixture(n)
        }
        if not nodes:
            return e
        e = e.xreplace({n: _one_down(n) for n in nodes})


def _over_mixture(n) -> bool:
    return isinstance(n, Expectation) and isinstance(n.distribution, Mixture)


def _one_down(n):
    if _over_mixture(n):
        return sp.Add(
            *[w * Expectation(n.function, n.variable, part) for w, part in n.distribution.parts]
        )
    if isinstance(n, Probability):
        return Expectation(Indicator(n.function), *n.args[1:])
    return n.unfold()


def _nonnegative_at_each_point(f, region, context) -> bool:
    inner = Context(
        {**context.domain, _T: region},
        context.hypotheses,
        over=context.over,
        background=context.background,
    )
    # What does not vary with the point is a number; nothing is gained by looking inside it.
    fixed = [n for n in f.atoms(Expectation, Probability) if _T not in n.free_symbols]
    fixed.sort(key=sp.default_sort_key)
    f = f.xreplace({n: next(iter(masked(n)[0].free_symbols)) for n in fixed})
    indicators = sorted(f.atoms(Indicator), key=sp.default_sort_key)
    if indicators:
        return len(indicators) == 1 and _by_cases(f, indicators[0], inner)
    # Mixture densities open into their parts; what remains are densities at one point.
    f = f.xreplace({n: n.unfold() for n in f.atoms(Pdf) if isinstance(n.distribution, Mixture)})
    values = {
        n: sp.Dummy(f"d{k}", positive=True)
        for k, n in enumerate(sorted(f.atoms(Pdf), key=sp.default_sort_key))
    }
    f = f.xreplace(values)
    f = sp.expand(sp.expand_log(f))
    if is_nonnegative(f, inner):
        return True
    if _terms_nonnegative(f, inner):
        return True
    densities = sorted(set(values.values()) & f.free_symbols, key=str)
    if len(densities) == 2:
        a, b = densities
        u = sp.Dummy("u", positive=True)
        # Not simplify: it would raise a logarithm's argument to whatever power stands before it.
        scaled = sp.expand_log(f.subs({b: u * a}, simultaneous=True) / a)
        scaled = sp.cancel(sp.together(sp.expand(scaled)))
        if a not in scaled.free_symbols:
            if _calculus(scaled, Context(domain={u: sp.Interval.open(0, sp.oo)})):
                return True
            return _terms_nonnegative(scaled, inner)
    return not f.atoms(VocabularyExpr) and bool(_calculus(f, inner))


def _terms_nonnegative(f, context) -> bool:
    """Logarithms collected by coefficient: c log(u) with u >= 1 counts as nonnegative."""
    collected: dict = {}
    rest = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(f)):
        logs = [t for t in sp.Mul.make_args(term) if isinstance(t, sp.log)]
        if len(logs) != 1:
            rest += term
            continue
        coefficient = sp.cancel(term / logs[0])
        sign, size = (
            (-1, -coefficient) if coefficient.could_extract_minus_sign() else (1, coefficient)
        )
        number, core = size.as_coeff_Mul()
        collected.setdefault(core, []).append(logs[0].args[0] ** (sign * number))
    for core, arguments in collected.items():
        argument = sp.cancel(sp.together(sp.powdenest(sp.Mul(*arguments), force=True)))
        root = (
            sp.cancel(sp.together(sp.expand(argument**2 - 1)))
            if not argument.is_rational_function()
            else argument - 1
        )
        if not (is_nonnegative(root, context) and is_nonnegative(core, context)):
            return False
    return is_nonnegative(rest, context)


def _by_cases(f, indicator, context) -> bool:
    """Where the event holds, and where it does not."""
    condition = indicator.args[0]
    outside = f.xreplace({indicator: sp.S.Zero})
    inside = f.xreplace({indicator: sp.S.One})
    if not is_nonnegative(outside, context):
        return False
    if isinstance(condition, (sp.Le, sp.Lt)):
        big, small = condition.rhs, condition.lhs
    elif isinstance(condition, (sp.Ge, sp.Gt)):
        big, small = condition.lhs, condition.rhs
    else:
        return False
    excess = sp.Dummy("w", nonnegative=True)
    if isinstance(big, sp.Abs):
        cases = [(big.args[0], small + excess), (big.args[0], -small - excess)]
    else:
        cases = [(big, small + excess)]
    for expression, value in cases:
        solutions = sp.solve(expression - value, _T)
        if len(solutions) != 1:
            return False
        if not is_nonnegative(sp.simplify(sp.expand(inside.subs(_T, solutions[0]))), context):
            return False
    return True
