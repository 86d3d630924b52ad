"""Which expectations, integrals and sums are shown to exist: only those are taken apart.

An expectation of a sum is the sum of the expectations where all of them (but at most one) are
finite. That is known from the law, from the integrand, or from a hypothesis; else not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sympy as sp

from helpers.notation import (
    KL,
    CrossEntropy,
    Distribution,
    Entropy,
    Expectation,
    Indicator,
    Laplace,
    Pdf,
    Variance,
)

__all__ = [
    "assumed_finite",
    "assuming",
    "integral_exists",
    "is_finite_beside",
    "is_integrable",
    "loosely",
    "state",
    "sum_exists",
    "terms_apart",
]

_assumed: list[frozenset] = [frozenset()]
_X = sp.Dummy("x", real=True)
_BOUNDED = (sp.sin, sp.cos, sp.atan, sp.tanh, sp.erf, sp.erfc, sp.sign, sp.Heaviside, Indicator)


def assumed_finite() -> frozenset:
    """What the hypotheses of the step call finite: quantities, or laws with all that they name."""
    return _assumed[-1]


@contextmanager
def assuming(quantities) -> Iterator[None]:
    """Take some quantities to be finite for the length of the block."""
    _assumed.append(frozenset(quantities))
    try:
        yield
    finally:
        _assumed.pop()


_loose: list[bool] = [False]


@contextmanager
def loosely() -> Iterator[None]:
    """Let one term that may be infinite be taken out of an expectation.

    Whoever asks for it sees to it that the term stands once on each side.
    """
    _loose.append(True)
    try:
        yield
    finally:
        _loose.pop()


def state() -> tuple:
    """What a normal form depends on beside its expression."""
    return _assumed[-1], _loose[-1]


def is_integrable(f, x, law: Distribution) -> bool:
    """Is the expectation of ``f(x)`` under the law shown to be finite? ``f`` is one term.

    >>> from helpers.notation import Cauchy, Normal
    >>> x = sp.Symbol("x", real=True)
    >>> is_integrable(x**4, x, Normal(0, 1)), is_integrable(x, x, Cauchy(0, 1))
    (True, False)
    """
    if isinstance(law.support, (sp.FiniteSet, sp.Range)) and law.support.is_finite_set is not False:
        return True
    _, f = f.as_independent(x, as_Add=False)
    if f == 1 or _is_bounded(f, x):
        return True
    if law in _assumed[-1]:
        return True
    if law.abstract:
        return _is_assumed(f.subs(x, _X), law)
    if isinstance(law, Laplace):
        return _grows_like_a_power(f, x)
    own = sp.Dummy("t", **x.assumptions0) if isinstance(x, sp.Symbol) else x
    whole = law.pdf(own) * f.subs(x, own)
    low, high = _ends(law)
    if law.discrete:
        return sum_exists(whole, own, low, high)
    return integral_exists(whole, own, low, high)


def _ends(law):
    limits = law.limits(sp.Dummy())
    return limits[1], limits[2]


def integral_exists(f, x, low, high) -> bool:
    """Is the integral shown to converge absolutely, from how the integrand behaves at both ends?"""
    if isinstance(f, sp.Add) or isinstance(sp.expand(f), sp.Add):
        return all(integral_exists(t, x, low, high) for t in sp.Add.make_args(sp.expand(f)))
    inside = _variable_inside(x, low, high)
    factors = [t.subs(x, inside) for t in sp.Mul.make_args(sp.powsimp(f))]
    if low is -sp.oo and high is sp.oo and not all(_is_smooth(t, inside) for t in factors):
        return False
    if not all(_is_smooth(t, inside) for t in factors):
        return False
    for end in (low, high):
        if end.is_infinite:
            if not _vanishes_fast(factors, inside, end):
                return False
        elif not _is_mild(factors, inside, end):
            return False
    return True


def _variable_inside(x, low, high):
    """The variable with the sign that it has between the ends."""
    if low.is_nonnegative:
        return sp.Dummy("t", positive=True)
    if high.is_nonpositive:
        return sp.Dummy("t", negative=True)
    return sp.Dummy("t", real=True)


def _is_smooth(e, x) -> bool:
    """Has the factor no singularity between the ends (those at the ends are looked at apart)?"""
    for node in sp.preorder_traversal(e):
        if node.is_Atom or x not in node.free_symbols:
            continue
        if isinstance(node, sp.Pow):
            whole = node.exp.is_Integer and node.exp.is_nonnegative
            if not (whole or node.base.is_positive or node.base.is_negative or _has_no_zero(node)):
                return False
        elif isinstance(node, (sp.log, sp.gamma, sp.loggamma)):
            base = node.args[0]
            if not (base.is_nonzero or base.is_polynomial(x)):
                return False
        elif not (
            node.is_Add
            or node.is_Mul
            or isinstance(node, (*_BOUNDED, sp.exp, sp.Abs, sp.factorial, sp.sinh, sp.cosh))
        ):
            return False
    return True


def _has_no_zero(node) -> bool:
    """A power of a base such as 1 - x, which vanishes at an end only; ends are looked at apart."""
    symbols = [s for s in node.base.free_symbols if isinstance(s, sp.Dummy)]
    return (
        len(symbols) == 1 and symbols[0].is_positive and sp.expand(1 - node.base - symbols[0]) == 0
    )


def _vanishes_fast(factors, x, end) -> bool:
    """Does the product fall faster than 1/|x| at an infinite end, or exponentially?"""
    exponent, degree = sp.S.Zero, sp.S.Zero
    for t in factors:
        if isinstance(t, sp.exp):
            exponent += t.args[0]
        elif not t.has(x):
            continue
        elif t.is_Pow and not t.base.has(x):
            exponent += t.exp * sp.log(t.base)
        elif (d := _degree(t, x)) is not None:
            degree += d
        elif _is_bounded(t, x):
            continue
        elif isinstance(t, sp.log) or (t.is_Pow and isinstance(t.base, sp.log)):
            if not _grows_like_a_power(t, x):
                return False
            degree += sp.Rational(1, 10**6)
        else:
            return False
    if exponent != 0:
        leading = _leading(sp.expand(exponent), x, end)
        if leading is not None:
            return bool(leading.is_negative)
        return False
    return bool((degree + 1).is_negative)


def _leading(e, x, end):
    """The coefficient of the highest power of |x|, or None where it is not seen."""
    best, sign = None, (1 if end is sp.oo else -1)
    for term in sp.Add.make_args(e):
        coefficient, rest = term.as_independent(x, as_Add=False)
        base, power = rest.as_base_exp()
        if rest == 1:
            continue
        if base != x or not power.is_positive:
            return None
        if power.is_integer is not True and sign == -1:
            return None
        if power.is_integer and sign == -1 and power.is_odd:
            coefficient = -coefficient
        elif power.is_integer and sign == -1 and not power.is_even:
            return None
        if best is None or (power - best[0]).is_positive:
            best = (power, coefficient)
        elif power == best[0]:
            best = (power, best[1] + coefficient)
        elif not (power - best[0]).is_negative:
            return None
    return None if best is None else sp.factor(best[1])


def _degree(t, x):
    """The degree in x at infinity of a power of a polynomial; None for what is none."""
    base, power = t.as_base_exp()
    if isinstance(base, sp.Abs):
        base = base.args[0]
    if not base.is_polynomial(x) or power.has(x):
        return None
    # Divided by, its first coefficient must not vanish: the degree would be less.
    if not power.is_nonnegative and sp.LC(base, x).is_nonzero is not True:
        return None
    return sp.degree(base, x) * power


def _is_mild(factors, x, end) -> bool:
    """Is what the product does at a finite end integrable: a power above -1, or a logarithm?"""
    order = sp.S.Zero
    for t in factors:
        if not t.has(x):
            continue
        base, power = t.as_base_exp()
        if isinstance(t, sp.exp):
            if not t.args[0].is_polynomial(x) and not _is_mild([t.args[0]], x, end):
                value = t.args[0].subs(x, end)
                if not value.is_finite:
                    return False
            continue
        if isinstance(base, sp.Abs):
            base = base.args[0]
        value = base.subs(x, end)
        if isinstance(base, sp.log):
            if not base.args[0].is_polynomial(x) and not base.args[0].subs(x, end).is_positive:
                return False
            continue
        if value.is_zero or (value.is_number and value == 0):
            if not base.is_polynomial(x) or sp.degree(base, x) != 1:
                if base.is_polynomial(x) and power.is_nonnegative:
                    continue
                return False
            order += power
        elif not value.is_finite or (value.is_zero is None and not power.is_nonnegative):
            return False
    return bool((order + 1).is_positive)


def sum_exists(term, k, low, high) -> bool:
    """Is the sum shown to converge absolutely?"""
    if not high.is_infinite and not low.is_infinite:
        return True
    if low.is_infinite or not low.is_nonnegative:
        return False
    inside = sp.Dummy("k", integer=True, positive=True)
    term = sp.expand(term)
    if isinstance(term, sp.Add):
        return all(sum_exists(t, k, low, high) for t in term.args)
    falls, ratio, degree = 0, sp.S.One, sp.S.Zero
    for t in sp.Mul.make_args(term.subs(k, inside)):
        base, power = t.as_base_exp()
        if isinstance(t, sp.exp):
            slope = sp.diff(t.args[0], inside)
            if slope.has(inside):
                return False
            ratio *= sp.exp(slope)
        elif isinstance(base, (sp.factorial, sp.gamma)) and power.is_Integer:
            if sp.diff(base.args[0], inside) != 1:
                return False
            falls += power
        elif t.is_Pow and not base.has(inside):
            slope = sp.diff(power, inside)
            if slope.has(inside):
                return False
            ratio *= base**slope
        elif not t.has(inside) or _is_bounded(t, inside):
            continue
        elif isinstance(base, sp.log):
            if not _grows_like_a_power(base, inside) or not _defined_from(base, k, low, inside):
                return False
            degree += power if isinstance(base.args[0], sp.factorial) else sp.Rational(1, 10**6)
            degree += power
        else:
            d = _degree(t, inside)
            if d is None or (power.is_negative and not base.is_positive):
                return False
            degree += d
    if falls != 0:
        return falls < 0
    if ratio != 1:
        size = sp.Abs(ratio)
        small = (1 - size).is_positive or (1 / size - 1).is_positive or _below_one(ratio)
        return bool(small)
    return bool((degree + 1).is_negative)


def _below_one(ratio) -> bool:
    """1 - theta, with 0 < theta < 1 known of the law that holds it."""
    rest = 1 - ratio
    return bool(rest.is_positive and (ratio.is_Symbol or ratio.is_Add))


def _defined_from(log, k, low, inside) -> bool:
    argument = log.args[0]
    if isinstance(argument, sp.factorial):
        return True
    return bool(argument.subs(inside, low).is_positive and argument.is_positive)


def _is_bounded(f, x) -> bool:
    """Is the function bounded on the whole line, whatever the law?"""
    if not f.has(x) and x not in f.free_symbols:
        return True
    if isinstance(f, _BOUNDED):
        return True
    if isinstance(f, (sp.Add, sp.Mul)):
        return all(_is_bounded(t, x) for t in f.args)
    if f.is_Pow:
        if f.exp.is_nonnegative and not f.exp.has(x):
            return _is_bounded(f.base, x)
        if f.exp.is_negative and not f.exp.has(x):
            constant, rest = f.base.as_coeff_Add()
            return bool(constant.is_positive and rest.is_nonnegative)
        return False
    if isinstance(f, sp.exp):
        inner = f.args[0]
        return bool(inner.is_nonpositive or (inner.is_imaginary))
    return False


def _grows_like_a_power(f, x) -> bool:
    """Is the function at most a power of |x| far out, and harmless elsewhere?"""
    if not f.has(x) or f == x:
        return True
    if f.is_Pow:
        return bool(f.exp.is_nonnegative and not f.exp.has(x)) and _grows_like_a_power(f.base, x)
    if isinstance(f, (sp.Add, sp.Mul, sp.Abs, sp.Max, sp.Min)):
        return all(_grows_like_a_power(t, x) for t in f.args)
    if isinstance(f, sp.log):
        inner = f.args[0]
        return isinstance(inner, sp.factorial) or inner.is_polynomial(x)
    return _is_bounded(f, x)


# ------------------------------------------------------------------ laws of which nothing is known


def _is_assumed(f, law) -> bool:
    """Does a hypothesis (or another, by an inequality) make E[f] finite under an abstract law?"""
    known = [n for n in assumed_finite() if _law_of(n) == law]
    if any(_same_function(n, f) for n in known):
        return True
    power = _power(f)
    if power is not None:
        return any(_moment_order(n) >= power for n in known)
    own = law(_X)
    if isinstance(f, sp.log):
        inner = f.args[0]
        logs_own = any(isinstance(n, Entropy) for n in known)
        if inner == own:
            return logs_own
        if isinstance(inner, Pdf) and inner.point == _X:
            other = inner.distribution
            if CrossEntropy(law, other) in known:
                return True
            return logs_own and KL(law, other) in known
        return _holds(inner, law) and logs_own
    if f.is_Add:
        return is_finite_beside(f + sp.log(own), _X, law)
    # E_p[(q/p)^s] is at most one for 0 <= s <= 1, by Jensen's inequality.
    base, s = f.as_base_exp()
    ratio = sp.cancel(base * own) if base.has(Pdf) and not base.has(sp.log) else None
    is_ratio = isinstance(ratio, Pdf) and ratio.point == _X
    return bool(is_ratio and s.is_nonnegative and (1 - s).is_nonnegative)


def _holds(inner, law) -> bool:
    """Is it a mixture w p + ... of densities that holds the law's own, up to a factor?

    Then log(p/m) is at most log(1/w), and E log(m/p) at most log of the total weight.
    """
    parts = [t.as_independent(Pdf, as_Add=False) for t in sp.Add.make_args(inner)]
    if len(parts) < 2 or not all(isinstance(q, Pdf) and q.point == _X for _, q in parts):
        return False
    return all(w.is_positive for w, _ in parts) and law(_X) in (q for _, q in parts)


def is_finite_beside(f, x, law) -> bool:
    """Is ``f``, the logarithm of a density or mixture, finite less that of the law's own density?

    So it is for a mixture that holds the law, and where the divergence is finite by a hypothesis;
    the entropy of the law may be infinite.
    """
    if not law.abstract or not isinstance(f, sp.log):
        return False
    inner = f.args[0].subs(x, _X)
    if isinstance(inner, Pdf) and inner.point == _X:
        return KL(law, inner.distribution) in assumed_finite()
    return _holds(inner, law)


def terms_apart(f, x, law) -> list:
    """The terms of a sum as pairs, a constant and a function, for an expectation under the law.

    Where log q or log m is finite only beside log p, the law's own, their difference is one term.
    """
    terms = [t.as_independent(x, as_Add=False) for t in sp.Add.make_args(f)]
    own = sp.log(law(x)) if law.abstract and isinstance(x, sp.Symbol) else None
    if own is None or is_integrable(own, x, law):
        return terms
    found, weight = [], sp.S.Zero
    for constant, rest in terms:
        if rest == own:
            weight += constant
        elif is_finite_beside(rest, x, law):
            weight += constant
            found.append((constant, rest - own))
        else:
            found.append((constant, rest))
    weight = sp.expand(weight)
    return found if weight == 0 else [*found, (weight, own)]


def _law_of(node):
    if isinstance(node, (Entropy, CrossEntropy, KL)):
        return node.args[0]
    if isinstance(node, (Expectation, Variance)):
        return node.distribution
    return None


def _same_function(node, f) -> bool:
    if not isinstance(node, Expectation) or node.sample is not None:
        return False
    if isinstance(node.variable, sp.Tuple):
        return False
    return node.function.subs(node.variable, _X) in (f, sp.Abs(f), -f)


def _power(f):
    """k where |f| is at most a power |x|^k times what is bounded."""
    total = sp.S.Zero
    for t in sp.Mul.make_args(f):
        base, k = t.as_base_exp()
        if isinstance(base, sp.Abs):
            base = base.args[0]
        if base == _X and k.is_Rational and k > 0:
            total += k
        elif base.is_polynomial(_X) and base.has(_X) and k.is_Rational and k > 0:
            total += k * sp.degree(base, _X)
        elif not _is_bounded(t, _X):
            return None
    return total


def _moment_order(node):
    """The highest moment that is finite where the quantity is."""
    if isinstance(node, Variance) and node.sample is None and node.function == node.variable:
        return 2
    if (
        isinstance(node, Expectation)
        and node.sample is None
        and isinstance(node.variable, sp.Symbol)
    ):
        f = node.function.subs(node.variable, _X)
        if f.is_polynomial(_X):
            return sp.degree(f, _X)
        k = _power(f)
        return 0 if k is None else k
    return 0
