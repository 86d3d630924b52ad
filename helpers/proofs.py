"""What SymPy can show about a step: signs on a domain, optima, inequalities under an expectation.

Every function returns a sentence for the reader when it has a proof, and an empty string when it
has none, which never means that the statement is false.
"""

from __future__ import annotations

import itertools

import sympy as sp

from helpers.algebra import is_zero, normal_form, simplify_residue
from helpers.notation import (
    JSD,
    KL,
    Expectation,
    Indicator,
    Mixture,
    Pdf,
    Probability,
    VocabularyExpr,
)
from helpers.points import Context, awkward, bases_of, data_domain, domain_of, free_symbols_of

__all__ = ["is_nonnegative", "is_positive", "optimum", "same_arg", "upper_bound"]

# --------------------------------------------------------------------------- signs


def is_positive(e, context: Context, background=()) -> bool:
    """Is the expression positive on the whole domain? ``False`` means: not shown to be."""
    return _sign(e, context, background, "is_positive")


def is_nonnegative(e, context: Context, background=()) -> bool:
    """Is the expression nonnegative on the whole domain? ``False`` means: not shown to be."""
    return _sign(e, context, background, "is_nonnegative")


def _sign(e, context, background, which) -> bool:
    e = sp.sympify(e)
    if getattr(e, which):
        return True
    e = _onto_positive(e, [e, *background], context)
    if e is None:
        return False
    for form in (lambda t: t, sp.factor, lambda t: sp.factor(sp.cancel(sp.together(t)))):
        e = form(e) if e.count_ops() < 300 else e
        if getattr(e, which):
            return True
        numerator, denominator = sp.fraction(sp.together(e)) if e.count_ops() < 300 else (e, 1)
        if sp.sympify(denominator).is_positive and getattr(sp.expand(numerator), which):
            return True
    return False


def _onto_positive(e, everything, context):
    """Symbols written through positive dummies that range over the same domain."""
    e = _sums_named(e, everything, context)
    if e.atoms(VocabularyExpr, sp.Sum, sp.Integral, sp.Indexed):
        return None
    new = {}
    for s in free_symbols_of([e]):
        domain = domain_of(s, everything, context)
        w = sp.Dummy(f"{s}_", positive=True)
        if isinstance(domain, sp.Interval) and domain != sp.S.Reals:
            a, b = domain.start, domain.end
            if a.is_finite and b.is_finite:
                new[s] = a + (b - a) / (1 + w) if domain.left_open and domain.right_open else None
            elif a.is_finite:
                new[s] = a + w if domain.left_open else a + sp.Dummy(f"{s}_", nonnegative=True)
            elif b.is_finite:
                new[s] = b - w if domain.right_open else b - sp.Dummy(f"{s}_", nonnegative=True)
        elif domain == sp.S.Reals and not s.is_real:
            new[s] = sp.Dummy(str(s), real=True)
        if new.get(s, s) is None:
            del new[s]
    return e.subs(new, simultaneous=True) if new else e


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
    if is_zero(g - sp.log(f)):
        return "log is strictly increasing"
    if is_zero(f - sp.log(g)) or is_zero(g - sp.exp(f)):
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
        direction = "decreasing" if right else "increasing"
        return f"{direction} up to the boundary {s} = {v}, and smaller beyond it"
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
    gap = large - small
    residue = simplify_residue(normal_form(gap))
    if residue == 0:
        return "both sides are equal"
    background = [small, large]
    if is_nonnegative(residue, context, background):
        return "the difference is a sum or product of nonnegative terms"
    reason = _calculus(residue, context)
    if reason:
        return reason
    reason = _pointwise(gap, context)
    if reason:
        return reason
    if "gibbs" in context.rests_on:
        return _by_gibbs(gap, context)
    return ""


def _calculus(gap, context) -> str:
    """One variable, convex, and not negative at its stationary point."""
    symbols = free_symbols_of([gap])
    if len(symbols) != 1 or gap.atoms(VocabularyExpr, sp.Sum, sp.Integral, sp.Piecewise):
        return ""
    (x,) = symbols
    domain = domain_of(x, [gap], context)
    if not isinstance(domain, sp.Interval) or gap.count_ops() > 60:
        return ""
    second = sp.simplify(sp.diff(gap, x, 2))
    if not is_nonnegative(second, context):
        return ""
    slope = sp.diff(gap, x)
    for point in _stationary(slope, x, domain):
        least = sp.simplify(gap.subs(x, point))
        if domain.contains(point) == sp.true and least.is_nonnegative:
            return f"the difference is convex, with its minimum {least} at {x} = {point}"
    return ""


def _stationary(slope, x, domain) -> list:
    """Zeros of the slope: all of a polynomial numerator, else those among simple numbers."""
    numerator = sp.numer(sp.together(slope))
    if numerator.is_polynomial(x):
        return [r for r in sp.roots(sp.Poly(numerator, x)) if r.is_real]
    return [c for c in awkward(domain) if is_zero(slope.subs(x, c))]


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
        scaled = sp.simplify(sp.expand_log(f.subs({b: u * a}, simultaneous=True) / a))
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
