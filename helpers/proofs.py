"""What SymPy can show about a step: signs on a domain, optima, inequalities under an expectation.

Every function returns a sentence for the reader when it has a proof, and an empty string when it
has none, which never means that the statement is false.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import lru_cache

import mpmath as mp
import sympy as sp

from helpers.algebra import (
    is_zero,
    masked,
    normal_form,
    onto_positive,
    open_logs,
    simplify_residue,
)
from helpers.evaluation import NotEvaluable, Undefined, evaluate
from helpers.notation import (
    JSD,
    KL,
    Density,
    Distribution,
    Expectation,
    Independent,
    Indicator,
    Likelihood,
    Mixture,
    Pdf,
    Probability,
    VocabularyExpr,
)
from helpers.points import Context, awkward, bases_of, data_domain, domain_of, free_symbols_of

__all__ = [
    "any_support",
    "elementary",
    "is_nonnegative",
    "is_positive",
    "optimum",
    "resolved",
    "same_arg",
    "same_events",
    "upper_bound",
]

# --------------------------------------------------------------------------- signs


def is_positive(e, context: Context, background=()) -> bool:
    """Is the expression positive on the whole domain? ``False`` means: not shown to be."""
    return _sign(e, context, background, "is_positive")


def is_nonnegative(e, context: Context, background=()) -> bool:
    """Is the expression nonnegative on the whole domain? ``False`` means: not shown to be."""
    return _sign(e, context, background, "is_nonnegative")


def _sign(e, context, background, which) -> bool:
    e = sp.sympify(e)
    if _has_sign(e, which):
        return True
    e = _onto_positive(e, [e, *background], context)
    if e is None or _is_immense_as_polynomial(e):
        return False
    for form in (lambda t: t, sp.factor, lambda t: sp.factor(sp.cancel(sp.together(t)))):
        e = form(e) if e.count_ops() < 300 else e
        if _has_sign(e, which):
            return True
        numerator, denominator = sp.fraction(sp.together(e)) if e.count_ops() < 300 else (e, 1)
        if _has_sign(sp.sympify(denominator), "is_positive") and _has_sign(
            sp.expand(numerator), which
        ):
            return True
    return False


def _has_sign(e, which) -> bool:
    """What SymPy says, unless it misjudges a number in the expression.

    SymPy takes the sign of a number from a few digits; a logarithm close to log 1 may have none.
    """
    return bool(getattr(e, which)) and all(map(_number_is_judged_well, _numbers_in(e)))


def _numbers_in(e) -> list:
    """The largest parts that are numbers, those of a sum taken together."""
    if e.is_Rational or e.is_Symbol:
        return []
    if e.is_number:
        return [e]
    if not e.is_Add:
        return [n for t in e.args if isinstance(t, sp.Expr) for n in _numbers_in(t)]
    plain = sp.Add(*[t for t in e.args if t.is_number])
    return _numbers_in(plain) + [n for t in e.args if not t.is_number for n in _numbers_in(t)]


@lru_cache(maxsize=1024)
def _number_is_judged_well(e) -> bool:
    try:
        found = evaluate(e, {}, 80)
    except (NotEvaluable, Undefined, ValueError):
        return False
    if isinstance(found.value, mp.mpc) or found.is_infinite:
        return not (e.is_positive or e.is_negative)
    if abs(found.value) <= found.error:
        # Zero, or as good as: SymPy may know it exactly, but must not see a sign.
        return not (e.is_positive or e.is_negative)
    return not (e.is_negative if found.value > 0 else e.is_nonnegative)


def _is_immense_as_polynomial(e) -> bool:
    """Are there exponentials beside long fractions? As polynomials they would be immense."""
    return e.has(sp.exp) and any(max(abs(r.p), r.q) > 1000 for r in e.atoms(sp.Rational))


def _onto_positive(e, everything, context):
    """Symbols written through positive dummies that range over the same domain."""
    e = _sums_named(e, everything, context)
    if e.atoms(VocabularyExpr, sp.Sum, sp.Integral, sp.Indexed):
        return None
    new = {}
    for s in free_symbols_of([e]):
        domain = domain_of(s, everything, context)
        through = onto_positive(s, domain)
        if through is not None:
            new[s] = through
        elif domain == sp.S.Reals and not s.is_real:
            new[s] = sp.Dummy(str(s), real=True)
    if not new:
        return e
    e = e.subs(new, simultaneous=True)
    # What is inside an exponential has to be seen to be real.
    return e.replace(sp.exp, lambda t: sp.exp(sp.factor(sp.together(t))))


def _sums_named(e, everything, context):
    """Sums over the data as symbols with the sign they must have; for 0 <= x <= 1, n = S + F."""
    for total in sorted(e.atoms(sp.Sum), key=sp.default_sort_key):
        inner = total.function
        bases = bases_of([total])
        if len(bases) != 1 or len(total.limits) != 1:
            continue
        domain = data_domain(bases[0], everything, context)
        low = domain.inf
        n = total.limits[0][2]
        is_plain = isinstance(inner, sp.Indexed)
        is_even = isinstance(inner, sp.Pow) and inner.exp.is_even
        if is_even or (is_plain and low.is_nonnegative):
            positive = is_plain and (low.is_positive or getattr(domain, "left_open", False))
            name = sp.Dummy("S", positive=True) if positive else sp.Dummy("S", nonnegative=True)
            e = e.xreplace({total: name})
            if is_plain and domain.sup == 1 and n.is_Symbol:
                e = e.subs(n, name + sp.Dummy("F", nonnegative=True))
        elif is_plain:
            e = e.xreplace({total: sp.Dummy("S", real=True)})
    return e


def resolved(e, context: Context, background=()):
    """The normal form with absolute values and logarithms of products opened by their signs."""
    e, back = masked(normal_form(e))
    if e.count_ops() > 300:
        return e.xreplace(back)
    found = {}
    for node in e.atoms(sp.Abs):
        (inner,) = node.args
        if is_nonnegative(inner, context, background):
            found[node] = inner
        elif is_nonnegative(-inner, context, background):
            found[node] = -inner
    e = e.xreplace(found)
    if e.has(sp.log):
        e = open_logs(e, lambda t: is_positive(t, context, background))
    return sp.expand(e.xreplace(back))


_ENTIRE = (sp.exp, sp.atan, sp.erf, sp.erfc, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh)
_ON_POSITIVE = (sp.log, sp.gamma, sp.loggamma, sp.polygamma, sp.digamma)


def elementary(e, symbols, context: Context, background=(), at=()) -> bool:
    """Is the formula infinitely often differentiable in these symbols, on their whole domain?

    A divisor must be shown to have one sign there; the argument of a logarithm or of a gamma
    function and the base of a root must be shown to be positive. ``at`` gives values of symbols:
    then only the neighbourhood of that point is asked about.
    """

    def positive(t):
        return is_positive(t.subs(at) if at else t, context, background)

    for node in sp.preorder_traversal(e):
        if node.is_Atom or not node.free_symbols & set(symbols):
            continue
        if isinstance(node, sp.Pow):
            if node.exp.is_Integer and node.exp.is_nonnegative:
                continue
            if node.exp.free_symbols or not node.exp.is_Integer:
                if not positive(node.base):
                    return False
            elif not (positive(node.base) or positive(-node.base)):
                return False
        elif isinstance(node, _ON_POSITIVE):
            if not positive(node.args[-1]):
                return False
        elif not (node.is_Add or node.is_Mul or isinstance(node, _ENTIRE)):
            return False
    return True


# --------------------------------------------------------------------------- arg min, arg max


def same_arg(f, g, context: Context) -> str:
    """Why f and g are smallest at the same parameters, if a verified rule says so."""
    over = context.over
    names = ", ".join(map(str, over))
    nf, ng = normal_form(f), normal_form(g)
    if _free_of(simplify_residue(sp.expand(ng - nf)), over):
        return f"they differ by a term free of {names}"
    ratio = _common_ratio(nf, ng, over)
    background = [f, g]
    if ratio is not None and is_positive(ratio, context, background):
        extra = sp.expand(ng - ratio * nf)
        what = "a positive multiple" if is_zero(extra) else "a positive multiple plus a constant"
        return f"one is {what} of the other, factor {ratio}"
    if _not_negative(f, context, background) and is_zero(g - sp.log(f)):
        return "log is strictly increasing"
    if is_zero(g - sp.exp(f)) or (_not_negative(g, context, background) and is_zero(f - sp.log(g))):
        return "exp is strictly increasing"
    plain = not (nf.atoms(VocabularyExpr, sp.Piecewise) | ng.atoms(VocabularyExpr, sp.Piecewise))
    if len(over) == 1 and plain and nf.count_ops() + ng.count_ops() < 120:
        (s,) = over
        domain = domain_of(s, background, context)
        slope = sp.diff(nf, s)
        if slope != 0 and isinstance(domain, sp.Interval):
            ratio = sp.cancel(sp.together(sp.diff(ng, s) / slope))
            if is_positive(ratio, context, background):
                return "their derivatives have the same sign everywhere"
    return ""


def _not_negative(e, context, background) -> bool:
    """Is it not negative, as a likelihood, a product of densities or by its sign?"""
    if type(e) is Likelihood or isinstance(e, Pdf):
        return True
    if isinstance(e, sp.Product):
        return _not_negative(e.function, context, background)
    return is_nonnegative(e, context, background)


def _free_of(e, over) -> bool:
    return not (e.free_symbols & set(over))


def _common_ratio(f, g, over):
    """c with g = c f + a term free of the parameter, found by comparing coefficients."""
    f_parts, g_parts = _coefficients(f, over), _coefficients(g, over)
    if not f_parts or set(f_parts) != set(g_parts):
        return None
    ratios = [sp.cancel(g_parts[core] / f_parts[core]) for core in f_parts]
    if all(is_zero(r - ratios[0]) for r in ratios[1:]):
        return ratios[0]
    return None


def _coefficients(e, over) -> dict:
    found: dict = {}
    for term in sp.Add.make_args(e):
        constant, core = term.as_independent(*over, as_Add=False)
        if core != 1:
            found[core] = found.get(core, 0) + constant
    return {core: c for core, c in found.items() if c != 0}


def optimum(f, values: dict, subject_to, context: Context, background=()) -> str:
    """Why f is largest at ``values``."""
    over = list(values)
    if any(v.is_infinite for v in values.values()):
        return ""
    if len(over) == 1 and isinstance(f, sp.Piecewise):
        return _boundary(f, over[0], values[over[0]], context)
    f = normal_form(f)
    at = {s: normal_form(v) for s, v in values.items()}
    everything = [f, *at.values(), *background]
    if f.atoms(sp.Piecewise, Expectation):
        return ""
    if subject_to is not None:
        return _lagrange(f, at, subject_to, context, everything)
    words = []
    for s in over:
        v = at[s]
        if v.free_symbols & (set(over) - {s}):
            return ""
        slope = sp.diff(f, s)
        if not is_zero(slope.subs(s, v)):
            return ""
        if not _rises_then_falls(slope, s, v, context, everything):
            return ""
        words.append(str(s))
        f = sp.expand(f.subs(s, v))
    if len(words) == 1:
        return f"the derivative is positive below and negative above, zero only there ({words[0]})"
    return f"optimal in {words[0]} whatever the others are, then in " + ", ".join(words[1:])


def _rises_then_falls(slope, s, v, context, everything) -> bool:
    """Is the derivative positive to the left of v and negative to the right?"""
    for factor in (v - s, v**2 - s**2):
        quotient = sp.cancel(sp.together(slope / factor))
        even = factor != v - s
        if even and not s.is_positive:
            continue
        if is_positive(quotient, context, everything):
            return True
        # Sums of the data may all be zero; then the quotient is only nonnegative, and the
        # second derivative decides nothing either. The hypothesis has to exclude it.
    curve = sp.diff(slope, s)
    return is_positive(-curve, context, everything)


def _boundary(f, s, v, context) -> str:
    """A density that jumps at the parameter: decreasing on one side, smaller on the other."""
    if len(f.args) != 2:
        return ""
    (inside, condition), (outside, _) = f.args
    right = condition in (sp.Ge(s, v), sp.Le(v, s))
    left = condition in (sp.Le(s, v), sp.Ge(v, s))
    if not (right or left):
        return ""
    w = sp.Dummy("w", nonnegative=True)
    slope = sp.simplify(sp.diff(inside, s)).subs(s, v + w if right else v - w)
    falling = is_nonnegative(sp.simplify(-slope if right else slope), context)
    below = is_positive(inside.subs(s, v) - outside, context) and outside.is_number
    if falling and below:
        if right:
            return f"decreasing from the boundary {s} = {v} on, and smaller before it"
        return f"increasing up to the boundary {s} = {v}, and smaller beyond it"
    return ""


def _lagrange(f, at, subject_to, context, everything) -> str:
    multiplier = sp.Dummy("lambda")
    g = subject_to.lhs - subject_to.rhs
    over = list(at)
    if not is_zero(g.subs(at, simultaneous=True)):
        return ""
    if any(not _free_of(sp.diff(g, s), over) for s in over):
        return ""
    equations = [
        (sp.diff(f, s) - multiplier * sp.diff(g, s)).subs(at, simultaneous=True) for s in over
    ]
    solution = sp.solve(equations[0], multiplier)
    if len(solution) != 1 or not all(is_zero(e.subs(multiplier, solution[0])) for e in equations):
        return ""
    separate = all(sp.diff(f, a, b) == 0 for a, b in itertools.combinations(over, 2))
    if separate and all(is_positive(-sp.diff(f, s, 2), context, everything) for s in over):
        value = sp.simplify(solution[0])
        return f"stationary with Lagrange multiplier {value}, strictly concave, linear constraint"
    return ""


# --------------------------------------------------------------------------- inequalities


def upper_bound(small, large, context: Context) -> str:
    """Why ``small <= large`` on the whole domain."""
    wide = any_support(small, large)
    if wide is not None:
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
    residue = simplify_residue(normal_form(gap))
    if residue == 0:
        return "both sides are equal"
    if is_nonnegative(residue, context, background):
        return "the difference is a sum or product of nonnegative terms"
    if is_plain and gap.count_ops() < 120:
        reason = _plain_bound(small, large, residue, context, background)
    else:
        reason = _markov(small, large, context) or _pointwise(gap, context)
    if not reason and "gibbs" in context.rests_on:
        reason = _by_gibbs(gap, context)
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


# --------------------------------------------------------------------------- events


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
    for term in sp.Add.make_args(sp.expand(_opened(gap))):
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


def _opened(e):
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


def _by_gibbs(gap, context) -> str:
    """A nonnegative combination of divergences, by the claim that a divergence is nonnegative."""
    gap = sp.expand(gap.xreplace({n: n.unfold() for n in gap.atoms(JSD)}))
    rest, used = sp.S.Zero, 0
    for term in sp.Add.make_args(gap):
        factors = [t for t in sp.Mul.make_args(term) if isinstance(t, KL)]
        if len(factors) == 1 and is_nonnegative(term / factors[0], context):
            used += 1
        else:
            rest += term
    if used and is_nonnegative(rest, context):
        return "a divergence is nonnegative (Gibbs' inequality)"
    return ""
