"""Why two objectives have one optimum, and why it lies where it is claimed."""

from __future__ import annotations

import itertools

import sympy as sp

from helpers.notation import Expectation, Likelihood, Pdf, Variance, VocabularyExpr
from helpers.proof import existence
from helpers.proof.inequalities import opened
from helpers.proof.normal_form import (
    expanded,
    is_zero,
    masked_together,
    normal_form,
    simplify_residue,
)
from helpers.proof.signs import elementary, is_nonnegative, is_positive
from helpers.trials.context import Context, domain_of

__all__ = ["optimum", "same_arg"]


def same_arg(f, g, context: Context) -> str:
    """Why f and g are smallest at the same parameters, if a verified rule says so."""
    with existence.assuming(context.finite):
        return _same_arg(f, g, context)


def _same_arg(f, g, context) -> str:
    over = context.over
    names = ", ".join(map(str, over))
    nf, ng = (normal_form(_without_fixed(e, list(over))) for e in (f, g))
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
            # Across a pole or a jump a function may fall that rises on both sides.
            smooth = all(elementary(e, [s], context, background) for e in (nf, ng))
            if smooth and is_positive(ratio, context, background):
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
    """Why f is largest at ``values``.

    The claimed values are numbers: expectations among them are finite, or nothing is claimed.
    """
    named = {n for v in values.values() for n in sp.sympify(v).atoms(Expectation, Variance)}
    with existence.assuming(context.finite | named):
        return _optimum(_without_fixed(f, list(values)), values, subject_to, context, background)


def _without_fixed(f, over):
    """The objective without the terms of its expectations that the parameter does not move.

    What E[g(x) + h(x, theta)] gains from one theta to another is the gain of E[h]; whether E[g] is
    finite plays no part.
    """
    f = opened(f)
    out = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(f)):
        nodes = [t for t in sp.Mul.make_args(term) if isinstance(t, Expectation)]
        if len(nodes) != 1 or nodes[0].sample is not None or _free_of(nodes[0].function, over):
            out += term
            continue
        (node,) = nodes
        scale = term / node
        if not _free_of(scale, over) or not _free_of(node.distribution, over):
            out += term
            continue
        inner = expanded(node)
        moving = [t for t in sp.Add.make_args(inner) if not _free_of(t, over)]
        out += scale * Expectation(sp.Add(*moving), *node.args[1:])
    return out


def _optimum(f, values, subject_to, context, background) -> str:
    over = list(values)
    if any(v.is_infinite for v in values.values()):
        return ""
    if len(over) == 1 and isinstance(f, sp.Piecewise):
        return _boundary(f, over[0], values[over[0]], context)
    f = normal_form(f)
    at = {s: normal_form(v) for s, v in values.items()}
    everything = [f, *at.values(), *background]
    if f.atoms(sp.Piecewise):
        return ""
    fixed = {n for n in f.atoms(Expectation, Variance) if _free_of(n, over)}
    if f.atoms(Expectation) - fixed:
        return ""
    (f, *rest), _ = masked_together([f, *at.values()])
    at = dict(zip(at, rest, strict=True))
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
        domain = domain_of(s, everything, context)
        if not isinstance(domain, sp.Interval) or not _is_smooth(f, s, context, everything):
            return ""
        if not _rises_then_falls(slope, s, v, context, everything):
            return ""
        words.append(str(s))
        f = sp.expand(f.subs(s, v))
    if len(words) == 1:
        return f"the derivative is positive below and negative above, zero only there ({words[0]})"
    return f"optimal in {words[0]} whatever the others are, then in " + ", ".join(words[1:])


def _is_smooth(f, s, context, everything) -> bool:
    """Is the objective differentiable on the whole domain, sums over the data and all?"""
    inner = [n for n in f.atoms(sp.Sum, sp.Integral, VocabularyExpr) if s not in n.free_symbols]
    plain = f.xreplace({n: sp.Dummy(real=True) for n in sorted(inner, key=sp.default_sort_key)})
    return elementary(plain, [s], context, everything)


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
