"""The sign of an expression on a domain, and where it is an elementary function."""

from __future__ import annotations

from functools import lru_cache

import mpmath as mp
import sympy as sp

from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate
from helpers.notation import VocabularyExpr
from helpers.proof.normal_form import masked, normal_form, onto_positive, open_logs
from helpers.trials.context import Context, bases_of, data_domain, domain_of, free_symbols_of

__all__ = ["elementary", "is_nonnegative", "is_positive", "resolved"]


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
