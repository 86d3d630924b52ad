"""Numbers for expressions: each side of a step evaluated by its own route, with an error bound.

Sums and integrals are evaluated as they stand (mpmath quadrature and summation), never through a
closed form, so that a wrong closed form cannot vouch for itself. A value that cannot be had to
the needed accuracy raises :class:`NotEvaluable`; it is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import mpmath as mp
import sympy as sp

from helpers.notation import (
    KL,
    CrossEntropy,
    Distribution,
    Entropy,
    Expectation,
    Mixture,
    Pdf,
    VocabularyExpr,
    bounds_of,
    density_on,
)

__all__ = ["NotEvaluable", "Undefined", "Value", "evaluate"]

DIGITS = 40
_MAX_TERMS = 6000


class NotEvaluable(ArithmeticError):
    """The value exists, or may exist, but could not be had to the needed accuracy."""


class Undefined(ArithmeticError):
    """The expression has no value at this point (0/0, log of zero, a diverging integral...)."""


@dataclass(frozen=True)
class Value:
    """A number with a bound on its absolute error."""

    value: mp.mpf | mp.mpc
    error: mp.mpf

    @property
    def is_infinite(self) -> bool:
        return bool(mp.isinf(self.value))


def evaluate(expr: sp.Expr, env: dict | None = None, digits: int = DIGITS) -> Value:
    """The value of ``expr`` where symbols take the exact values of ``env``.

    >>> x = sp.Symbol("x")
    >>> v = evaluate(sp.Integral(sp.exp(-x**2), (x, -sp.oo, sp.oo)))
    >>> bool(abs(v.value - mp.sqrt(mp.pi)) < 1e-15)
    True
    """
    with mp.workdps(digits + 10):
        return _evaluate(sp.sympify(expr), dict(env or {}), digits)


def _eps(digits):
    return mp.mpf(10) ** (-digits - 5)


def _evaluate(e, env, digits) -> Value:
    eps = _eps(digits)
    if e.is_Rational:
        return Value(mp.mpf(e.p) / e.q, mp.mpf(0) if e.is_Integer else abs(mp.mpf(e.p) / e.q) * eps)
    if e in (sp.oo, -sp.oo):
        return Value(mp.inf if e is sp.oo else -mp.inf, mp.mpf(0))
    if e in (sp.nan, sp.zoo):
        raise Undefined(f"{e} has no value")
    if e.is_Symbol:
        if e not in env:
            raise NotEvaluable(f"no value for {e}")
        return _evaluate(sp.sympify(env[e]), {}, digits)
    if isinstance(e, sp.Indexed):
        index = _integer(e.indices[0], env)
        data = env.get(e.base)
        if data is None or not 1 <= index <= len(data):
            raise NotEvaluable(f"no value for {e}")
        return _evaluate(sp.sympify(data[index - 1]), {}, digits)
    if e.is_NumberSymbol or e is sp.I or e.is_Float:
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
    if isinstance(e, sp.Function):
        return _function(e, env, digits, eps)
    raise NotEvaluable(f"{type(e).__name__} is not evaluated")


def _at(e, env):
    """``e`` with the exact values of ``env`` put in (data included)."""
    replaced = {k: sp.sympify(v) for k, v in env.items() if isinstance(k, sp.Symbol)}
    result = e.subs(replaced, simultaneous=True) if replaced else e
    if result.has(sp.Indexed):
        bases = {k: v for k, v in env.items() if isinstance(k, sp.IndexedBase)}
        result = result.replace(
            lambda t: isinstance(t, sp.Indexed) and t.base in bases and t.indices[0].is_Integer,
            lambda t: sp.sympify(bases[t.base][int(t.indices[0]) - 1]),
        )
    return result


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
        if zero:
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


def _is_exact_zero(e, env, digits):
    v = _evaluate(e, env, digits)
    return v.value == 0 and v.error == 0


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
            raise Undefined("division by zero")
        return Value(mp.mpf(0), base.error ** mp.re(exponent.value) if base.error else mp.mpf(0))
    value = mp.power(base.value, exponent.value)
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
        raise Undefined("log(0)")
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


def _pdf_at(e, env):
    d = _at(e.distribution, env)
    if d.abstract:
        raise NotEvaluable(f"{d} is abstract")
    point = _at(e.point, env) if d.dimension == 1 else tuple(_at(p, env) for p in e.point)
    if d.dimension == 1:
        return density_on(d, point, sp.S.Reals if not d.discrete else sp.S.Integers)
    return d.pdf(point)


def _vocabulary(e, env, digits) -> Value:
    e = _at(e, env)
    if isinstance(e, (KL, CrossEntropy)) and _escapes(*e.args):
        return Value(mp.inf, mp.mpf(0))
    if isinstance(e, Expectation):
        return _expectation(e, digits)
    opened = e.unfold()
    if opened == e:
        raise NotEvaluable(f"{e} has no numeric value")
    return _evaluate(opened, {}, digits)


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
    if isinstance(Q, Mixture):
        if any(not _escapes(P, part) for weight, part in Q.parts if weight != 0):
            return False
    (a, b), (c, d) = bounds_of(P.support), bounds_of(Q.support)
    return bool(a < c) or bool(b > d)


def _expectation(e: Expectation, digits) -> Value:
    d = e.distribution
    points = d.points() if d.dimension == 1 else None
    if points is not None:
        parts = []
        for k in points:
            mass = d.pdf(sp.sympify(k))
            if mass != 0:
                parts.append(_evaluate(mass * _plain(e.function.subs(e.variable, k)), {}, digits))
        return _add(parts, _eps(digits))
    return _evaluate(e.unfold(), {}, digits)


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
        nodes = [n for n in f.atoms(VocabularyExpr) if x is None or n.has(x)]
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
    if is_product or stop is not sp.oo or not start.is_Integer:
        raise NotEvaluable(f"the range of {e} is not evaluated")
    term = _plain(_at(inner, env), sp.Range(start, sp.oo), index)
    return _infinite_sum(term, index, int(start), digits)


def _compile(term, symbols):
    known = term.has(sp.Sum, sp.Integral, sp.Indexed, sp.Derivative)
    if not known and not term.atoms(VocabularyExpr):
        return sp.lambdify(symbols, term, "mpmath")
    return None


def _infinite_sum(term, index, start, digits) -> Value:
    fast = _compile(term, [index])

    def at(k):
        if fast is None:
            return _evaluate(term, {index: sp.Integer(k)}, digits).value
        try:
            return fast(mp.mpf(k))
        except (ZeroDivisionError, ValueError):
            return _evaluate(term, {index: sp.Integer(k)}, digits).value

    target = mp.mpf(10) ** (-digits - 2)
    total, size, last, falling = mp.mpf(0), mp.mpf(0), None, 0
    for k in range(start, start + _MAX_TERMS):
        t = at(k)
        if mp.isnan(t):
            raise Undefined("a term of the sum has no value")
        total += t
        size += abs(t)
        if last is not None and abs(t) <= mp.mpf("0.97") * last:
            falling += 1
        elif t != 0 or last:
            falling = 0
        # A run of falling terms with ratio below 0.97 bounds the tail by 33 more of the last.
        if falling >= 12 and abs(t) * 40 < target * max(size, target):
            return Value(total, abs(t) * 40 + size * _eps(digits))
        last = abs(t)
        if k - start == 400 and falling < 5 and last * 1000 > size:
            break
    value = _accelerated(at, start, digits)
    return value


def _accelerated(at, start, digits) -> Value:
    """A slowly converging sum by two methods that must agree."""
    try:
        one = mp.nsum(lambda k: at(int(k)), [start, mp.inf], method="richardson+shanks")
        two = mp.nsum(lambda k: at(int(k)), [start, mp.inf], method="levin")
    except (ValueError, ZeroDivisionError, mp.NoConvergence) as problem:
        raise NotEvaluable("the sum converges too slowly") from problem
    error = abs(one - two)
    if mp.isnan(error) or error > mp.mpf(10) ** (-digits // 2) * abs(one):
        raise NotEvaluable("the sum converges too slowly")
    return Value(one, error * 10)


# --------------------------------------------------------------------------- integrals


def _integral(e: sp.Integral, digits) -> Value:
    limits = e.limits
    if len(limits) > 1:
        return _nested_integral(e, digits)
    (limit,) = limits
    if len(limit) != 3:
        raise NotEvaluable("an indefinite integral has no value")
    x, a, b = limit
    f = _plain(e.function, sp.Interval(a, b), x)
    ends = [_evaluate(t, {}, digits).value for t in (a, b)]
    if ends[0] == ends[1]:
        return Value(mp.mpf(0), mp.mpf(0))
    if ends[0] > ends[1]:
        flipped = _integral(sp.Integral(e.function, (x, b, a)), digits)
        return Value(-flipped.value, flipped.error)
    fast = _compile(f, [x])

    def at(t):
        if fast is not None:
            try:
                return fast(t)
            except (ZeroDivisionError, ValueError, OverflowError):
                return mp.mpf(0) if _is_negligible(f, x, t, digits) else mp.nan
        return _evaluate(f.subs(x, sp.Float(str(t), digits + 10)), {}, digits).value

    breaks = _break_points(f, x, ends)
    return _quadrature(at, ends, breaks, digits)


def _is_negligible(f, x, t, digits):
    # 0 * log 0 in the far tail of an integrand: the density underflows to an exact zero.
    try:
        v = _evaluate(f, {x: sp.Float(str(t), digits + 10)}, digits)
    except Undefined:
        return False
    return v.value == 0


def _break_points(f, x, ends) -> list:
    """Kinks and jumps of the integrand: where pieces change and absolute values vanish."""
    found = set()
    for piece in f.atoms(sp.Piecewise):
        for _, condition in piece.args:
            for relation in getattr(condition, "atoms", lambda *_: set())(
                sp.core.relational.Relational
            ):
                found |= _roots(relation.lhs - relation.rhs, x)
    for node in f.atoms(sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside):
        if isinstance(node, (sp.Max, sp.Min)):
            found |= _roots(node.args[0] - node.args[-1], x)
        else:
            found |= _roots(node.args[0], x)
    points = []
    for value in found:
        number = mp.mpmathify(sp.N(value, 50))
        if isinstance(number, mp.mpf) and ends[0] < number < ends[1]:
            points.append(number)
    return sorted(points)


def _roots(e, x) -> set:
    if not e.has(x):
        return set()
    try:
        return {r for r in sp.solve(e, x) if r.is_real and r.is_number}
    except NotImplementedError:
        return set()


def _quadrature(at, ends, breaks, digits) -> Value:
    marks = [ends[0], *breaks, ends[1]]
    total, error = mp.mpf(0), mp.mpf(0)
    for a, b in zip(marks, marks[1:], strict=False):
        value = _piece(at, a, b, digits)
        if value.is_infinite:
            return value
        total += value.value
        error += value.error
    return Value(total, error + abs(total) * _eps(digits))


def _scan(at, a, b):
    """Where the integrand lives: points of a coarse grid that carry it, for the subdivision."""
    if mp.isinf(a) and mp.isinf(b):
        grid = [mp.sinh(mp.mpf(u) / 8) for u in range(-96, 97)]
    elif mp.isinf(b):
        grid = [a + mp.exp(mp.mpf(u) / 6) for u in range(-72, 73)]
    elif mp.isinf(a):
        grid = [b - mp.exp(mp.mpf(u) / 6) for u in range(72, -73, -1)]
    else:
        grid = [a + (b - a) * mp.mpf(2 * k + 1) / 160 for k in range(80)]
    with mp.workdps(15):
        sizes = []
        for t in grid:
            v = at(t)
            sizes.append(mp.mpf(0) if mp.isnan(v) or mp.isinf(v) else abs(v))
    top = max(sizes)
    if top == 0:
        return []
    live = [k for k, s in enumerate(sizes) if s > top * mp.mpf("1e-14")]
    peak = sizes.index(top)
    return [grid[live[0]], grid[peak], grid[live[-1]]]


def _piece(at, a, b, digits) -> Value:
    marks = _scan(at, a, b)
    cuts = sorted({a, b, *[m for m in marks if a < m < b]})
    shifted = sorted({a, b, *_halfway(cuts)})
    target = mp.mpf(10) ** (-digits + 8)
    try:
        first, error = mp.quad(at, cuts, error=True)
        second, other = mp.quad(at, shifted, error=True)
    except (ValueError, ZeroDivisionError) as problem:
        raise NotEvaluable("the integral is not evaluated") from problem
    if mp.isnan(first) or mp.isnan(second):
        raise Undefined("the integrand has no value inside the range")
    if mp.isinf(first) or mp.isinf(second):
        raise Undefined("the integral diverges")
    spread = abs(first - second)
    scale = max(abs(first), abs(second))
    if max(spread, min(error, other)) > max(scale, 1) * mp.mpf(10) ** (-digits // 3):
        raise NotEvaluable("the integral was not had to the needed accuracy")
    return Value(first, max(spread * 4, scale * target * mp.mpf("1e-4")))


def _halfway(cuts):
    out = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        if mp.isinf(a) and mp.isinf(b):
            out.append(mp.mpf("0.37"))
        elif mp.isinf(a):
            out += [b - 1 - abs(b) / 3, b]
        elif mp.isinf(b):
            out += [a, a + 1 + abs(a) / 3]
        else:
            out.append(a + (b - a) * mp.mpf("0.43"))
    return out


def _nested_integral(e, digits) -> Value:
    digits = min(digits, 15)
    (x, a, b), *outer = e.limits
    if any(s in v.free_symbols for s, *_ in outer for v in (a, b)):
        raise NotEvaluable("a nested integral with moving ends is not evaluated")
    raise NotEvaluable("a nested integral is not evaluated")


# --------------------------------------------------------------------------- samples


def _sample_expectation(e, env, digits) -> Value:
    """An expectation over a whole sample: full enumeration for a finite law and a small n."""
    import itertools

    sample = e.sample
    law = _at(sample.distribution, env)
    n = _integer(sample.size, env)
    points = law.points()
    if points is None or len(points) ** n > 800:
        raise NotEvaluable("an expectation over a sample is enumerated for small finite laws only")
    parts = []
    for data in itertools.product(points, repeat=n):
        weight = sp.Mul(*[law.pdf(sp.sympify(k)) for k in data])
        if weight != 0:
            inner = {**env, sample.base: tuple(data)}
            f = _evaluate(e.function, inner, digits)
            w = _evaluate(weight, {}, digits)
            parts.append(Value(w.value * f.value, w.value * f.error + abs(f.value) * w.error))
    return _add(parts, _eps(digits))
