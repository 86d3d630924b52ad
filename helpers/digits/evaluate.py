"""Numbers for expressions: each side of a step evaluated by its own route, with an error bound.

Sums and integrals are evaluated as they stand (mpmath quadrature and summation), never through a
closed form, so that a wrong closed form cannot vouch for itself. A value that cannot be had to
the needed accuracy raises :class:`NotEvaluable`; it is never guessed.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache

import mpmath as mp
import sympy as sp

from helpers.digits.formulas import Formula
from helpers.digits.quadrature import (
    NotEvaluable,
    Undefined,
    Value,
    integrate,
    kinks_of,
    series,
    sign_of_limit,
)
from helpers.notation import (
    JSD,
    KL,
    Beta,
    BetaBinomial,
    Binomial,
    CrossEntropy,
    Distribution,
    Entropy,
    Expectation,
    FisherInformation,
    Gamma,
    Independent,
    Indicator,
    Likelihood,
    Mixture,
    Pdf,
    Probability,
    Sample,
    SampleMean,
    Variance,
    VocabularyExpr,
)
from helpers.notation.densities import bounds_of
from helpers.notation.distributions import density_on
from helpers.notation.opening import open_log_densities

__all__ = ["NotEvaluable", "Undefined", "Value", "evaluate", "exact_value"]

DIGITS = 40


def evaluate(expr: sp.Expr, env: dict | None = None, digits: int = DIGITS) -> Value:
    """The value of ``expr`` where symbols take the exact values of ``env``.

    >>> x = sp.Symbol("x")
    >>> v = evaluate(sp.Integral(sp.exp(-x**2), (x, -sp.oo, sp.oo)))
    >>> bool(abs(v.value - mp.sqrt(mp.pi)) < 1e-15)
    True
    """
    with mp.workdps(digits + 10):
        return _evaluate(sp.sympify(expr), dict(env or {}), digits)


def exact_value(e: sp.Expr, env: dict | None = None, finite: bool = False) -> sp.Expr | None:
    """The exact value of ``e`` at a point, sums and finite expectations carried out, or None.

    ``finite`` leaves integrals and infinite sums alone (None): SymPy may search them for long.

    >>> x = sp.Symbol("x")
    >>> exact_value(sp.Sum(1 / x, (x, 1, 3)))
    11/6
    """
    e = sp.sympify(e)
    for _ in range(12):
        nodes = {n for n in e.atoms(VocabularyExpr) if n.unfold() != n}
        if not nodes:
            break
        e = e.xreplace({n: n.unfold() for n in nodes})
    if finite and (e.has(sp.Integral) or any(t.has(sp.oo) for t in e.atoms(sp.Sum))):
        return None
    value = _at(_at(e, env or {}).doit(), env or {})
    return value if isinstance(value, sp.Expr) and not value.free_symbols else None


@lru_cache(maxsize=64)
def _eps(digits):
    return mp.mpf(10) ** (-digits - 5)


def _evaluate(e, env, digits) -> Value:
    eps = _eps(digits)
    if e.is_Rational:
        value = mp.mpf(e.p) / e.q
        is_exact = e.is_Integer and int(e.p).bit_length() <= mp.mp.prec
        return Value(value, mp.mpf(0) if is_exact else abs(value) * eps)
    if e is sp.S.Infinity or e is sp.S.NegativeInfinity:
        return Value(mp.inf if e is sp.S.Infinity else -mp.inf, mp.mpf(0))
    if e is sp.S.NaN or e is sp.S.ComplexInfinity:
        raise Undefined(f"{e} has no value")
    if e.is_Symbol:
        if e not in env:
            raise NotEvaluable(f"no value for {e}")
        return _evaluate(sp.sympify(env[e]), {}, digits)
    if isinstance(e, sp.Indexed):
        index = _integer(e.indices[0], env)
        data = _data(e.base, env)
        if data is None or not 1 <= index <= len(data):
            raise NotEvaluable(f"no value for {e}")
        return _evaluate(sp.sympify(data[index - 1]), {}, digits)
    if e.is_NumberSymbol or e is sp.I or e.is_Float or isinstance(e, sp.CRootOf):
        v = mp.mpmathify(sp.N(e, digits + 10))
        return Value(v, abs(v) * eps)
    if e.is_Add:
        return _add([_evaluate(a, env, digits) for a in e.args], eps)
    if e.is_Mul:
        return _mul(e.args, env, digits, eps)
    if e.is_Pow:
        return _pow(e, env, digits, eps)
    if isinstance(e, sp.Piecewise):
        for value, condition in e.args:
            if _truth(condition, env, digits):
                return _evaluate(value, env, digits)
        raise Undefined("no piece of the definition holds here")
    if isinstance(e, Pdf):
        return _evaluate(_pdf_at(e, env), env, digits)
    if isinstance(e, (sp.Sum, sp.Product)):
        return _sum(e, env, digits)
    if isinstance(e, sp.Integral):
        return _integral(_at(e, env), digits)
    if isinstance(e, Expectation) and e.sample is not None:
        return _sample_expectation(e, env, digits)
    if isinstance(e, VocabularyExpr):
        return _vocabulary(e, env, digits)
    if isinstance(e, (sp.Derivative, sp.Subs)):
        done = e.doit()
        if isinstance(done, (sp.Derivative, sp.Subs)):
            raise NotEvaluable(f"no derivative for {e}")
        return _evaluate(done, env, digits)
    if isinstance(e, sp.Limit):
        done = e.doit()
        if isinstance(done, sp.Limit):
            raise NotEvaluable(f"no limit for {e}")
        return _evaluate(done, env, digits)
    if isinstance(e, (sp.Max, sp.Min)):
        parts = [_evaluate(a, env, digits) for a in e.args]
        pick = max if isinstance(e, sp.Max) else min
        return Value(pick(p.value for p in parts), max(p.error for p in parts))
    if isinstance(e, sp.Abs):
        v = _evaluate(e.args[0], env, digits)
        return Value(abs(v.value), v.error)
    if isinstance(e, _JUMPS):
        exact = _at(e, env)
        if not isinstance(exact, _JUMPS):
            return _evaluate(exact, {}, digits)
    if isinstance(e, sp.Function):
        return _function(e, env, digits, eps)
    raise NotEvaluable(f"{type(e).__name__} is not evaluated")


# At a jump only the exact value of the argument says which side is meant.
_JUMPS = (
    sp.floor,
    sp.ceiling,
    sp.frac,
    sp.sign,
    sp.Heaviside,
    sp.KroneckerDelta,
    sp.Mod,
    sp.binomial,
)


def _data(base, env):
    """The observations of a sample; bases are told apart by name alone."""
    for key, values in env.items():
        if isinstance(key, sp.IndexedBase) and str(key) == str(base):
            return values
    return None


def _at(e, env):
    """``e`` with the exact values of ``env`` put in (data included)."""
    if isinstance(e, sp.Symbol):
        return sp.sympify(env.get(e, e))
    free, _ = _anatomy(e)
    values = tuple((s, sp.sympify(v)) for s, v in env.items() if s in free)
    result = _put_in(e, values) if values else e
    if result.has(sp.Indexed):
        values = {
            t: sp.sympify(_data(t.base, env)[int(t.indices[0]) - 1])
            for t in result.atoms(sp.Indexed)
            if t.indices[0].is_Integer and _data(t.base, env) is not None
        }
        result = result.xreplace(values)
    return result


@lru_cache(maxsize=4096)
def _anatomy(e) -> tuple[frozenset, frozenset | None]:
    """The free symbols of ``e``, and those bound in it; None where only ``subs`` knows them."""
    free = frozenset(s for s in e.free_symbols if isinstance(s, sp.Symbol))
    bound = set()
    for node in sp.preorder_traversal(e):
        if isinstance(node, (sp.Derivative, sp.Subs, sp.Limit, FisherInformation)):
            return free, None
        bound.update(getattr(node, "bound_symbols", ()))
    return free, frozenset(bound)


@lru_cache(maxsize=16384)
def _put_in(e, values: tuple):
    """``e`` with symbols replaced; a name that is bound somewhere inside keeps its meaning."""
    _, bound = _anatomy(e)
    mapping = dict(values)
    if bound is None or any(s in bound for s in mapping):
        return e.subs(mapping, simultaneous=True)
    # The same as subs, and several times as fast: nothing here has rules of its own.
    return e.xreplace(mapping)


def _integer(e, env) -> int:
    value = _at(e, env)
    if not value.is_Integer:
        raise NotEvaluable(f"{e} is not an integer here")
    return int(value)


def _add(parts, eps):
    infinite = [p.value for p in parts if p.is_infinite]
    if infinite:
        if any(v != infinite[0] for v in infinite):
            raise Undefined("infinity minus infinity")
        return Value(infinite[0], mp.mpf(0))
    value = mp.fsum(p.value for p in parts)
    size = mp.fsum(abs(p.value) for p in parts)
    return Value(value, mp.fsum(p.error for p in parts) + size * eps)


def _mul(factors, env, digits, eps):
    # The convention 0 log 0 = 0 of information theory, for exact zeros only.
    values, log_of_zero = [], False
    for f in factors:
        try:
            values.append(_evaluate(f, env, digits))
        except Undefined:
            if not (isinstance(f, sp.log) and _is_exact_zero(f.args[0], env, digits)):
                raise
            log_of_zero = True
    zero = any(v.value == 0 and v.error == 0 for v in values)
    if log_of_zero:
        if any(_is_exact_zero(f, env, digits) for f in factors if not isinstance(f, sp.log)):
            return Value(mp.mpf(0), mp.mpf(0))
        raise Undefined("log(0)")
    if any(v.is_infinite for v in values):
        if zero or any(v.value == 0 for v in values):
            raise Undefined("zero times infinity")
        return Value(mp.fprod(v.value for v in values), mp.mpf(0))
    value, error = mp.mpf(1), mp.mpf(0)
    for v in values:
        error = abs(value) * v.error + abs(v.value) * error + error * v.error
        value = value * v.value
    return Value(value, error + abs(value) * eps * (0 if zero else 1))


def _is_exact_zero(e, env, digits) -> bool:
    return _is_zero_here(_evaluate(e, env, digits), e, env)


def _is_zero_here(v: Value, e, env) -> bool:
    """Is the value exactly zero? What is zero to all its digits, as 1 - 1/3 - 2/3 is, may be."""
    if v.value == 0 and v.error == 0:
        return True
    return bool(abs(v.value) <= v.error and _at(e, env).is_zero)


def _at_zero(e, env, problem: str) -> Exception:
    """What a zero leads to: a value only lost among its digits is not known to be one."""
    return Undefined(problem) if _at(e, env).is_zero else NotEvaluable(f"nearly {problem}")


def _pow(e, env, digits, eps):
    base, exponent = (_evaluate(a, env, digits) for a in e.args)
    if base.is_infinite or exponent.is_infinite:
        result = sp.Pow(_back(base), _back(exponent))
        if result in (sp.nan, sp.zoo):
            raise Undefined(f"{e.args[0]} ** {e.args[1]} has no value")
        return _evaluate(result, {}, digits)
    if base.value == 0:
        if exponent.value == 0 and exponent.error == 0:
            return Value(mp.mpf(1), mp.mpf(0))
        if mp.re(exponent.value) <= 0:
            raise _at_zero(e.args[0], env, "division by zero")
        return Value(mp.mpf(0), base.error ** mp.re(exponent.value) if base.error else mp.mpf(0))
    value = mp.power(base.value, exponent.value)
    if exponent.error == 0 and mp.isint(exponent.value) and exponent.value > 0:
        # A base that is nearly zero has a large relative error, its power a tiny absolute one.
        most = (abs(base.value) + base.error) ** exponent.value
        return Value(value, most - abs(value) + most * eps)
    relative = abs(exponent.value) * base.error / abs(base.value)
    if exponent.error:
        relative += abs(mp.log(base.value)) * exponent.error
    return Value(value, abs(value) * (mp.expm1(relative) + eps))


def _back(v):
    if mp.isinf(v.value):
        return sp.oo if v.value > 0 else -sp.oo
    return sp.Float(str(v.value), 50) if v.value != int(v.value) else sp.Integer(int(v.value))


def _function(e, env, digits, eps):
    args = [_evaluate(a, env, digits) for a in e.args]
    if any(a.is_infinite for a in args):
        result = e.func(*[_back(a) for a in args])
        if result.has(e.func) or result in (sp.nan, sp.zoo):
            raise Undefined(f"{e.func} at infinity")
        return _evaluate(result, {}, digits)
    if isinstance(e, sp.log) and args[0].value == 0:
        raise _at_zero(e.args[0], env, "log(0)")
    f = _numeric_function(e.func, len(args))
    try:
        value = f(*[a.value for a in args])
        error = abs(value) * eps
        for k, a in enumerate(args):
            if a.error:
                for sign in (1, -1):
                    moved = [
                        b.value + (sign * a.error if j == k else 0) for j, b in enumerate(args)
                    ]
                    error += abs(f(*moved) - value)
    except NameError as problem:
        raise NotEvaluable(f"{e.func} is not a function with values") from problem
    except (ZeroDivisionError, ValueError, OverflowError) as problem:
        raise Undefined(f"{e.func} has no value here") from problem
    if mp.isnan(value):
        raise Undefined(f"{e.func} has no value here")
    return Value(value, error)


@lru_cache(maxsize=256)
def _numeric_function(func, count):
    symbols = sp.symbols(f"a1:{count + 1}")
    return sp.lambdify(symbols, func(*symbols), "mpmath")


def _truth(condition, env, digits) -> bool:
    if condition in (sp.true, True):
        return True
    if condition in (sp.false, False):
        return False
    if isinstance(condition, sp.And):
        return all(_truth(c, env, digits) for c in condition.args)
    if isinstance(condition, sp.Or):
        return any(_truth(c, env, digits) for c in condition.args)
    if isinstance(condition, sp.Not):
        return not _truth(condition.args[0], env, digits)
    if isinstance(condition, sp.core.relational.Relational):
        if not _names_quantities(condition):
            exact = _at(condition, env)
            if exact in (sp.true, sp.false):
                return exact == sp.true
        left, right = (_evaluate(a, env, digits) for a in condition.args)
        gap = left.value - right.value
        if abs(gap) <= left.error + right.error:
            gap = mp.mpf(0)
        return {
            "==": gap == 0,
            "!=": gap != 0,
            "<": gap < 0,
            "<=": gap <= 0,
            ">": gap > 0,
            ">=": gap >= 0,
        }[condition.rel_op]
    raise NotEvaluable(f"the condition {condition} is not decided")


@lru_cache(maxsize=1024)
def _names_quantities(condition) -> bool:
    """Does a comparison hold means or the like, of which SymPy knows no order?"""
    return bool(condition.atoms(VocabularyExpr))


# Laws whose formula has a parameter for an exponent, and the largest that is worked out: SymPy
# multiplies powers of fractions out, and memory would not hold them.
_IN_EXPONENTS = (Beta, BetaBinomial, Binomial, Gamma)
_LARGEST_EXPONENT = 10**4


def _refuse_immense_powers(d: Distribution) -> None:
    for law in d.atoms(*_IN_EXPONENTS):
        if any(p.is_number and p.is_real and p > _LARGEST_EXPONENT for p in law.parameters):
            raise NotEvaluable(f"a parameter of {law} is too large for an exponent")


def _pdf_at(e, env):
    d = _at(e.distribution, env)
    if d.abstract:
        raise NotEvaluable(f"{d} is abstract")
    _refuse_immense_powers(d)
    point = _at(e.point, env) if d.dimension == 1 else tuple(_at(p, env) for p in e.point)
    if d.dimension == 1:
        return density_on(d, point, sp.S.Reals if not d.discrete else sp.S.Integers)
    return d.pdf(point)


def _vocabulary(e, env, digits) -> Value:
    if isinstance(e, Expectation) and (outcomes := _outcomes(e)) is not None:
        return _finite_expectation(outcomes, env, digits)
    if isinstance(e, Indicator):
        return Value(mp.mpf(int(_truth(e.args[0], env, digits))), mp.mpf(0))
    if isinstance(e, SampleMean) and len(e.args) == 1:
        return _evaluate(_mean(e.sample, env), {}, digits)
    opened = _opened(e)
    if opened is None:
        return _worked_out(_at(e, env), env, digits)
    if isinstance(e, (KL, CrossEntropy)) and _escapes(*[_at(law, env) for law in e.args]):
        return Value(mp.inf, mp.mpf(0))
    return _evaluate(opened, env, digits)


def _worked_out(e, env, digits) -> Value:
    """The value of a vocabulary node with the point put in."""
    if not isinstance(e, VocabularyExpr):
        return _evaluate(e, {}, digits)
    if isinstance(e, (KL, CrossEntropy)) and _escapes(*e.args):
        return Value(mp.inf, mp.mpf(0))
    if isinstance(e, Expectation):
        return _expectation(e, digits)
    opened = e.unfold()
    if opened == e:
        raise NotEvaluable(f"{e} has no numeric value")
    data = {k: v for k, v in env.items() if isinstance(k, sp.IndexedBase)}
    return _evaluate(opened, data, digits)


def _mean(sample, env) -> sp.Rational:
    """The mean of the observations, exactly."""
    n, data = _integer(sample.size, env), _data(sample.base, env)
    if data is None or not 1 <= n <= len(data):
        raise NotEvaluable(f"no value for the mean of {sample}")
    return sp.Add(*map(sp.sympify, data[:n])) / n


# ------------------------------------------------- laws on points that no parameter moves
#
# A definition is opened once, its parameters left open, and evaluated at every point.


@lru_cache(maxsize=1024)
def _opened(e) -> sp.Expr | None:
    """The definition of ``e`` where it can be evaluated with its parameters left open, else None.

    So it is under a sample, and where all laws live on finitely many fixed points.
    """
    if not isinstance(e, (KL, JSD, CrossEntropy, Entropy, Variance, Probability)):
        return None
    if isinstance(e, (Variance, Probability)) and e.sample is not None:
        return e.unfold()
    if e.atoms(Sample) or not _is_on_fixed_points(e, e.atoms(Distribution)):
        return None
    return e.unfold()


def _is_on_fixed_points(e, laws) -> bool:
    return _anatomy(e)[1] is not None and all(
        not law.abstract
        and law.dimension == 1
        and not law.support.free_symbols
        and law.points() is not None
        for law in laws
    )


@lru_cache(maxsize=1024)
def _outcomes(e: Expectation) -> tuple | None:
    """Mass and function at each outcome, parameters left open; what is named in them; the laws.

    None where the law is not one on finitely many fixed points.
    """
    if e.sample is not None or not isinstance(e.variable, sp.Symbol):
        return None
    d, x = e.distribution, e.variable
    laws = {d, *(n.distribution for n in e.function.atoms(Pdf))}
    if not _is_on_fixed_points(e, laws):
        return None
    function, named = _named(e)
    found = [(d.pdf(sp.sympify(k)), _put_in(function, ((x, sp.sympify(k)),))) for k in d.points()]
    open_laws = tuple(law for law in laws if law.free_symbols)
    return tuple((mass, _plain(f)) for mass, f in found), named, open_laws


@lru_cache(maxsize=1024)
def _named(e: Expectation) -> tuple[sp.Expr, dict]:
    """The function with names for the parts that no draw changes, to be worked out once."""
    f, bound = e.function, _anatomy(e)[1]
    if bound is None:
        return f, {}
    names = {
        n: sp.Dummy(real=True)
        for n in f.atoms(VocabularyExpr)
        if not isinstance(n, Pdf) and not n.atoms(Sample, sp.Indexed) and not n.free_symbols & bound
    }
    short = f.xreplace(names)
    return short, {n: name for n, name in names.items() if name in short.free_symbols}


def _finite_expectation(outcomes, env, digits) -> Value:
    at_outcomes, named, open_laws = outcomes
    for law in open_laws:
        # It raises where the parameters make it no law.
        _at(law, env)
    here = {**env, **{name: _constant(part, env, digits) for part, name in named.items()}}
    parts = []
    for mass_of, f in at_outcomes:
        mass = _evaluate(mass_of, here, digits)
        if not _is_zero_here(mass, mass_of, here):
            # A point without mass contributes nothing, whatever the function is there.
            parts.append(_product(mass, _evaluate(f, here, digits), _eps(digits)))
    return _add(parts, _eps(digits))


def _escapes(P: Distribution, Q: Distribution) -> bool:
    """Does P put mass where Q puts none? (Then KL(P || Q) and H(P, Q) are infinite.)"""
    if P.dimension != 1:
        return False
    points = P.points()
    if points is not None:
        other = Q.support
        return any(
            P.pdf(k) != 0 and (other.contains(k) != sp.true or density_on(Q, k, P.support) == 0)
            for k in points
        )
    if isinstance(P, Mixture):
        return any(_escapes(part, Q) for weight, part in P.parts if weight != 0)
    if isinstance(Q, Mixture) and any(not _escapes(P, part) for w, part in Q.parts if w != 0):
        return False
    (a, b), (c, d) = bounds_of(P.support), bounds_of(Q.support)
    return bool(a < c) or bool(b > d)


def _expectation(e: Expectation, digits) -> Value:
    d = e.distribution
    _refuse_immense_powers(d)
    points = d.points() if d.dimension == 1 else None
    if points is not None:
        parts = []
        # What does not depend on the outcome is worked out once.
        fixed = {
            n
            for n in e.function.atoms(VocabularyExpr)
            if not isinstance(n, Pdf) and not n.free_symbols and not n.atoms(Sample)
        }
        function = e.function.xreplace({n: _constant(n, {}, digits) for n in fixed})
        for k in points:
            mass = d.pdf(sp.sympify(k))
            if mass != 0:
                at_k = _put_in(function, ((e.variable, sp.sympify(k)),))
                parts.append(_evaluate(mass * _plain(at_k), {}, digits))
        return _add(parts, _eps(digits))
    if isinstance(d, Independent):
        return _independent_expectation(e, digits)
    return _evaluate(e.unfold(), {}, digits)


def _independent_expectation(e, digits) -> Value:
    """A sum of products g(x) h(y): each expectation factors."""
    first, second = e.distribution.parts
    x, y = e.variable
    f = sp.expand(open_log_densities(e.function))
    parts = []
    for term in sp.Add.make_args(f):
        g, h = term.as_independent(y, as_Add=False)
        if h.has(x):
            raise NotEvaluable("an expectation of two variables that does not factor")
        one = _evaluate(Expectation(g, x, first), {}, digits)
        two = _evaluate(Expectation(h, y, second), {}, digits)
        parts.append(_product(one, two, _eps(digits)))
    return _add(parts, _eps(digits))


def _product(one, two, eps) -> Value:
    if one.is_infinite or two.is_infinite:
        if one.value == 0 or two.value == 0:
            raise Undefined("zero times infinity")
        return Value(one.value * two.value, mp.mpf(0))
    value = one.value * two.value
    error = abs(one.value) * two.error + abs(two.value) * one.error + one.error * two.error
    return Value(value, error + abs(value) * eps)


def _plain(f: sp.Expr, region=None, x=None) -> sp.Expr:
    """An integrand with every vocabulary node opened that still holds the bound variable."""

    def opened(node):
        if isinstance(node, Pdf):
            d = node.distribution
            if d.abstract:
                raise NotEvaluable(f"{d} is abstract")
            if d.dimension == 1 and region is not None:
                return density_on(d, node.point, region)
            if d.dimension == 1:
                whole = sp.S.Reals if not d.discrete else sp.S.Integers
                return density_on(d, node.point, whole)
            return d.pdf(node.point)
        return node.unfold()

    for _ in range(12):
        nodes = [n for n in f.atoms(VocabularyExpr) if x is None or x in n.free_symbols]
        if not nodes:
            return f
        f = f.xreplace({n: opened(n) for n in nodes})
    raise NotEvaluable("the definition nests too deeply")


# --------------------------------------------------------------------------- sums


def _sum(e, env, digits) -> Value:
    (index, lower, upper), *more = e.limits[::-1]
    inner = e.func(e.function, *more[::-1]) if more else e.function
    start = _at(lower, env)
    stop = _at(upper, env)
    is_product = isinstance(e, sp.Product)
    if start.is_Integer and stop.is_Integer:
        if stop - start > 20000:
            raise NotEvaluable("a sum of more than 20000 terms")
        values = [
            _evaluate(inner, {**env, index: sp.Integer(k)}, digits)
            for k in range(int(start), int(stop) + 1)
        ]
        if is_product:
            value, error = mp.mpf(1), mp.mpf(0)
            for v in values:
                error = abs(value) * v.error + abs(v.value) * error
                value *= v.value
            return Value(value, error + abs(value) * _eps(digits))
        return _add(values, _eps(digits)) if values else Value(mp.mpf(0), mp.mpf(0))
    if is_product or not {start, stop} & {sp.oo, -sp.oo}:
        raise NotEvaluable(f"the range of {e} is not evaluated")
    if start is -sp.oo:
        # The part below zero is turned round, so that each part has one infinite end.
        turned = sp.Sum(inner.subs(index, -index), (index, -sp.Min(stop, -1), sp.oo))
        parts = [_sum(turned, env, digits)]
        if stop >= 0:
            parts.append(_sum(sp.Sum(inner, (index, 0, stop)), env, digits))
        return _add(parts, _eps(digits))
    if stop is not sp.oo or not start.is_Integer:
        raise NotEvaluable(f"the range of {e} is not evaluated")
    term = _plain(_at(inner, env), sp.Range(start, sp.oo), index)
    return _infinite_sum(term, index, int(start), digits)


@lru_cache(maxsize=1024)
def _infinite_sum(term, index, start, digits) -> Value:
    if term.free_symbols - {index}:
        raise NotEvaluable(f"no value for {sorted(map(str, term.free_symbols - {index}))}")
    term = _folded(_constants_replaced(term, index, digits), index, digits)
    plain = not term.has(sp.Sum, sp.Integral, sp.Indexed, sp.Derivative)
    formula = Formula(term, index) if plain and not term.atoms(VocabularyExpr) else None

    def at(k):
        if formula is not None and not mp.isnan(value := formula.value_at(k)):
            return value
        return _evaluate(term, {index: sp.Integer(k)}, digits).value

    try:
        return series(at, start, digits)
    except NotEvaluable:
        # Terms of one sign that fall no faster than 1/k add up to infinity.
        is_power = term.is_algebraic_expr(index) and term.count_ops() < 40
        sign = sign_of_limit(index * term, index, sp.oo) if is_power else 0
        if sign == 0:
            raise
        return Value(sign * mp.inf, mp.mpf(0))


# --------------------------------------------------------------------------- integrals


@lru_cache(maxsize=4096)
def _integral(e: sp.Integral, digits) -> Value:
    limits = e.limits
    if any(len(limit) != 3 for limit in limits):
        raise NotEvaluable("an indefinite integral has no value")
    if len(limits) > 1:
        raise NotEvaluable("an integral over several variables is not evaluated")
    ((x, a, b),) = limits
    if e.free_symbols:
        raise NotEvaluable(f"no value for {sorted(map(str, e.free_symbols))}")
    if a == b:
        return Value(mp.mpf(0), mp.mpf(0))
    if bool(a > b):
        flipped = _integral(sp.Integral(e.function, (x, b, a)), digits)
        return Value(-flipped.value, flipped.error)
    f = _constants_replaced(e.function, x, digits)
    f = _plain(f, sp.Interval(a, b), x)
    f = _constants_replaced(f, x, digits)
    if f.has(sp.Integral, sp.Sum):
        raise NotEvaluable("a sum or an integral inside an integral is not evaluated")
    kinks = sorted((k for k in kinks_of(f, x) if bool(a < k) and bool(k < b)), key=sp.N)
    total = []
    for left, right in itertools.pairwise([a, *kinks, b]):
        total.append(_smooth_integral(f, x, left, right, digits))
    return _add(total, _eps(digits))


def _smooth_integral(f, x, a, b, digits) -> Value:
    """The integral over a range inside which no piece changes and no absolute value vanishes."""
    middle = _inside(a, b)
    smooth = _folded(_settled(f, x, middle, digits), x, digits)
    if smooth.has(sp.oo, -sp.oo, sp.zoo, sp.nan):
        signs = {_sign_of_infinity(smooth, x, t, digits) for t in (middle, _inside(a, middle))}
        if signs in ({1}, {-1}):
            return Value(mp.inf * signs.pop(), mp.mpf(0))
        raise NotEvaluable("the integrand is infinite on part of the range")
    return integrate(smooth, x, a, b, digits)


def _folded(e, x, digits):
    """Numbers such as exp(7/5) inside an integrand as decimals, computed once."""
    if (
        not isinstance(e, sp.Expr)
        or e.is_Rational
        or e in (sp.oo, -sp.oo, sp.zoo, sp.nan)
        or e == x
    ):
        return e
    if not e.has(x):
        return sp.N(e, digits + 12) if e.is_number else e
    if e.is_Pow and e.exp.is_Rational:
        return _folded(e.base, x, digits) ** e.exp
    return e.func(*[_folded(a, x, digits) for a in e.args])


def _inside(a, b):
    if a is -sp.oo and b is sp.oo:
        return sp.Rational(1, 7)
    if a is -sp.oo:
        return b - sp.Rational(8, 7)
    if b is sp.oo:
        return a + sp.Rational(8, 7)
    return a + (b - a) * sp.Rational(4, 9)


def _settled(e, x, point, digits):
    """``e`` with each piecewise and absolute value replaced by what it is around ``point``."""
    if not e.args or not e.has(x):
        return e
    if isinstance(e, sp.Piecewise):
        for value, condition in e.args:
            if _truth(condition, {x: point}, digits):
                return _settled(value, x, point, digits)
        return sp.nan
    args = [_settled(a, x, point, digits) for a in e.args]
    if e.is_Mul:
        if any(a == 0 for a in args):
            return sp.S.Zero
        return sp.Mul(*args)
    if isinstance(e, sp.log):
        factors = sp.Mul.make_args(e.args[0])
        settled = [_settled(f, x, point, digits) for f in factors]
        if any(f == 0 for f in settled):
            return -sp.oo
        if any(f in (sp.zoo, sp.oo) for f in settled):
            return sp.oo
    if isinstance(e, sp.Abs) and args[0].has(x):
        positive = _evaluate(args[0], {x: point}, digits).value >= 0
        return args[0] if positive else -args[0]
    if isinstance(e, sp.sign) and args[0].has(x):
        return sp.S.One if _evaluate(args[0], {x: point}, digits).value > 0 else -sp.S.One
    if isinstance(e, (sp.Max, sp.Min)):
        pick = max if isinstance(e, sp.Max) else min
        return pick(args, key=lambda a: _evaluate(a, {x: point}, digits).value)
    return e.func(*args)


def _sign_of_infinity(e, x, point, digits):
    try:
        v = _evaluate(e, {x: point}, digits).value
    except (Undefined, NotEvaluable):
        return 0
    return (1 if v > 0 else -1) if mp.isinf(v) else 0


def _constants_replaced(f, x, digits):
    """Vocabulary, sums and integrals inside an integrand that do not hold its variable."""
    nodes = {n for n in f.atoms(VocabularyExpr, sp.Sum, sp.Integral) if x not in n.free_symbols}
    return f.xreplace({n: _as_float(n, digits) for n in nodes}) if nodes else f


def _as_float(n, digits):
    v = _evaluate(n, {}, digits)
    if v.is_infinite:
        raise Undefined(f"{n} is infinite")
    return sp.Float(mp.nstr(v.value, digits + 8), digits + 8)


# --------------------------------------------------------------------------- samples


def _sample_expectation(e, env, digits) -> Value:
    """An expectation over a whole sample: full enumeration for a finite law and a small n."""
    sample = e.sample
    law = _at(sample.distribution, env)
    n = _integer(sample.size, env)
    points = law.points()
    if points is None or len(points) ** n > 800:
        raise NotEvaluable("an expectation over a sample is enumerated for small finite laws only")
    masses = {k: _evaluate(law.pdf(sp.sympify(k)), {}, digits) for k in points}
    outcomes = [k for k in points if masses[k].value != 0]
    function, named = _named(e)
    here = {**env, **{name: _constant(part, env, digits) for part, name in named.items()}}
    parts = []
    for data, orders in _draws(outcomes, n, _ignores_order(e.function, sample)):
        f = _evaluate(function, {**here, sample.base: data}, digits)
        w = Value(mp.mpf(orders), mp.mpf(0))
        for k in data:
            w = _product(w, masses[k], _eps(digits))
        parts.append(_product(w, f, _eps(digits)))
    return _add(parts, _eps(digits))


@lru_cache(maxsize=1024)
def _ignores_order(f, sample) -> bool:
    """Does the sample appear in means and likelihoods only, whatever the order of its values?"""
    whole = {v: sp.Dummy() for v in f.atoms(SampleMean, Likelihood) if v.sample == sample}
    return not f.xreplace(whole).has(sample.base)


def _draws(outcomes, n, any_order):
    """All samples of n outcomes, or one of each set of like ones with the number of its orders."""
    if not any_order:
        yield from ((data, 1) for data in itertools.product(outcomes, repeat=n))
        return
    for data in itertools.combinations_with_replacement(outcomes, n):
        alike = [math.factorial(len(list(group))) for _, group in itertools.groupby(data)]
        yield data, math.factorial(n) // math.prod(alike)


def _constant(e, env, digits):
    """A rational number where it is one, so that a threshold can be met exactly."""
    exact = exact_value(e, env, finite=True)
    if exact is not None and exact.is_Rational:
        return exact
    return _as_float(_at(e, env), digits)
