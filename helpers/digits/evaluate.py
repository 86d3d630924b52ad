"""Numbers for expressions: each side of a step evaluated by its own route, as balls.

Sums and integrals are evaluated as they stand, never through a closed form, so that a wrong closed
form cannot vouch for itself. A value that cannot be had to the needed accuracy raises
:class:`NotEvaluable`; it is never guessed. Fractions stay exact as long as nothing else comes in.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import lru_cache

import mpmath as mp
import sympy as sp
from flint import acb, arb, ctx, fmpq

from helpers.digits.balls import (
    FUNCTIONS,
    LARGEST_FRACTION,
    NotEvaluable,
    Number,
    Undefined,
    Value,
    ball,
    bits_of,
    fraction,
    is_zero,
    power,
    real_part,
    to_arb,
)
from helpers.digits.formulas import Formula
from helpers.digits.growth import tail_bound
from helpers.digits.quadrature import enclosed_integral, integral, kinks_of, sign_of_limit
from helpers.digits.series import enclosed_series, series
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

__all__ = ["NotEvaluable", "Undefined", "Value", "ball_on", "evaluate", "exact_value", "is_formula"]

DIGITS = 40

# How far the working precision is raised where digits cancel, for formulas and for the rest.
_RAISED = 8


def evaluate(
    expr: sp.Expr, env: dict | None = None, digits: int = DIGITS, *, enclosed: bool = False
) -> Value:
    """The value of ``expr`` where symbols take the exact values of ``env``, as a ball.

    Where digits cancel, the working precision is raised.

    Parameters
    ----------
    expr : sympy.Expr
        What to evaluate; sums and integrals may stand in it.
    env : dict, optional
        Exact numbers for symbols, tuples of them for indexed data.
    digits : int
        Decimal digits that are wanted.
    enclosed : bool
        Enclose integrals and infinite sums, which takes longer, rather than estimate their errors.

    Raises
    ------
    NotEvaluable
        If the value may exist and is not had.
    Undefined
        If there is none.

    Examples
    --------
    >>> x = sp.Symbol("x")
    >>> v = evaluate(sp.Integral(sp.exp(-x**2), (x, -sp.oo, sp.oo)))
    >>> bool(abs(v.value - mp.sqrt(mp.pi)) < 1e-15)
    True
    """
    expr = sp.sympify(expr)
    bits = bits_of(digits)
    most = bits * _RAISED if is_formula(expr) else bits * 2
    wanted = bits_of(digits - 10)
    while True:
        run = _Evaluation(env or {}, enclosed)
        with ctx.workprec(bits):
            try:
                number = real_part(run.of(expr))
            except NotEvaluable:
                if 2 * bits > most or not is_formula(expr):
                    raise
                number = None
        if number is not None and not _is_blurred(number, wanted):
            return Value(number, run.enclosed)
        if 2 * bits > most or (number is not None and not run.enclosed):
            return Value(number, run.enclosed)
        bits *= 2


def ball_on(expr: sp.Expr, env: dict) -> Number:
    """What a formula may be where symbols lie in balls, at Arb's working precision.

    >>> t = sp.Symbol("t")
    >>> ball_on(t**2 + 1, {t: arb(0, 0.5)}) >= 0.7  # the square is from -1/4 to 1/4 at most
    True
    """
    return ball(_Evaluation(env).of(expr))


@lru_cache(maxsize=4096)
def is_formula(e: sp.Expr) -> bool:
    """Is it worked out node by node, with no search for a precision inside?"""
    return not e.has(sp.Sum, sp.Integral, sp.Product) and not (
        e.atoms(VocabularyExpr) - e.atoms(Pdf)
    )


def _is_blurred(number: Number, wanted: int) -> bool:
    """Has the ball fewer digits than are wanted? A value that may be zero counts as such."""
    return isinstance(number, (arb, acb)) and number.rel_accuracy_bits() < wanted


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


# At a jump only the exact value of the argument says which side is meant.
_JUMPS = (
    sp.floor,
    sp.ceiling,
    sp.frac,
    sp.sign,
    sp.Heaviside,
    sp.KroneckerDelta,
    sp.Mod,
)


class _Evaluation:
    """One walk through an expression at Arb's working precision."""

    def __init__(self, env: dict, enclosed: bool = False):
        self.env = env
        self.wants_enclosure = enclosed
        self.enclosed = True

    def within(self, more: dict) -> _Evaluation:
        """The same walk where further symbols have values."""
        return _Evaluation({**self.env, **more}, self.wants_enclosure)

    def at(self, e: sp.Expr, env: dict) -> Number:
        """A part's value where the symbols have other values."""
        inner = _Evaluation(env, self.wants_enclosure)
        number = inner.of(e)
        self.enclosed = self.enclosed and inner.enclosed
        return number

    def of(self, e: sp.Expr) -> Number:
        """The value of a part."""
        return _handler(type(e))(self, e)

    def real(self, e: sp.Expr) -> Number:
        """The value of a part that has to be real."""
        number = real_part(self.of(e))
        if isinstance(number, acb):
            raise NotEvaluable(f"{e} is not real here")
        return number

    def integer(self, e: sp.Expr) -> int:
        value = _at(e, self.env)
        if not value.is_Integer:
            raise NotEvaluable(f"{e} is not an integer here")
        return int(value)

    def is_zero(self, e: sp.Expr) -> bool:
        """Is the part exactly zero? What is zero to all its digits may be: SymPy is asked."""
        number = self.of(e)
        if isinstance(number, (fmpq, float)) or not number.contains(0):
            return is_zero(number)
        return is_zero(number) or self._is_known_zero(e)

    def at_zero(self, e: sp.Expr, number: Number, problem: str) -> Exception:
        """What a zero leads to: one that is only lost among its digits is not known to be one."""
        known = is_zero(number) or self._is_known_zero(e)
        return Undefined(problem) if known else NotEvaluable(f"nearly {problem}")

    def _is_known_zero(self, e: sp.Expr) -> bool:
        """What SymPy knows of the exact value; of immense factorials it is not asked."""
        for node in e.atoms(sp.factorial, sp.gamma, sp.binomial):
            if any(_is_immense(_at(a, self.env)) for a in node.args):
                return False
        return bool(_at(e, self.env).is_zero)

    def holds(self, condition) -> bool:
        """Does a condition hold here?"""
        if condition in (sp.true, True):
            return True
        if condition in (sp.false, False):
            return False
        if isinstance(condition, sp.And):
            return all(self.holds(c) for c in condition.args)
        if isinstance(condition, sp.Or):
            return any(self.holds(c) for c in condition.args)
        if isinstance(condition, sp.Not):
            return not self.holds(condition.args[0])
        if not isinstance(condition, sp.core.relational.Relational):
            raise NotEvaluable(f"the condition {condition} is not decided")
        left, right = (self.real(a) for a in condition.args)
        if not (left < right or left > right or (is_exact(left) and is_exact(right))):
            exact = sp.sympify(_at(condition, self.env))
            if exact in (sp.true, sp.false):
                return exact == sp.true
            if not _names_quantities(condition):
                raise NotEvaluable(f"{condition} is not decided")
            # Means and the like that agree to all digits are taken for equal.
            left = right = fmpq(0)
        return {
            "==": left == right,
            "!=": left != right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[condition.rel_op]


def _is_immense(x: sp.Expr) -> bool:
    return bool(x.is_number and x.is_real and abs(x) > _LARGEST_EXPONENT)


def is_exact(x: Number) -> bool:
    return isinstance(x, (fmpq, float)) or bool(x.is_exact())


# --------------------------------------------------------------------------- node by node


def _number(run, e):
    return fraction(e)


def _float(run, e):
    sign, mantissa, exponent, _ = e._mpf_
    return fraction(sp.Rational(-mantissa if sign else mantissa) * sp.Integer(2) ** exponent)


def _infinity(run, e):
    return math.inf if e is sp.oo else -math.inf


def _no_value(run, e):
    raise Undefined(f"{e} has no value")


_CONSTANTS: dict[sp.Expr, Callable[[], Number]] = {
    sp.pi: arb.pi,
    sp.E: lambda: arb(1).exp(),
    sp.EulerGamma: arb.const_euler,
    sp.Catalan: arb.const_catalan,
    sp.GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
    sp.I: lambda: acb(0, 1),
}


def _constant(run, e):
    if e in _CONSTANTS:
        return _CONSTANTS[e]()
    digits = int(ctx.prec / 3.3)
    root = e.eval_rational(n=digits) if isinstance(e, sp.CRootOf) and e.is_real else None
    if root is not None:
        return arb(fraction(root), arb(10) ** -digits)
    run.enclosed = False
    middle = mp.mpmathify(sp.N(e, digits))
    parts = [arb(to_arb(t), abs(to_arb(t)) * arb(10) ** (5 - digits)) for t in
             (mp.re(middle), mp.im(middle))]  # fmt: skip
    return acb(*parts) if isinstance(middle, mp.mpc) else parts[0]


def _symbol(run, e):
    if e not in run.env:
        raise NotEvaluable(f"no value for {e}")
    value = run.env[e]
    return value if isinstance(value, Number) else run.at(sp.sympify(value), {})


def _indexed(run, e):
    index = run.integer(e.indices[0])
    data = _data(e.base, run.env)
    if data is None or not 1 <= index <= len(data):
        raise NotEvaluable(f"no value for {e}")
    return run.at(sp.sympify(data[index - 1]), {})


def _finite(x: Number) -> Number:
    if isinstance(x, fmpq):
        return x if x.height_bits() <= LARGEST_FRACTION else arb(x)
    if isinstance(x, float) or x.is_finite():
        return x
    raise NotEvaluable("a number beyond the arithmetic")


def added(numbers: list[Number]) -> Number:
    infinite = [x for x in numbers if isinstance(x, float)]
    if infinite:
        if any(x != infinite[0] for x in infinite):
            raise Undefined("infinity minus infinity")
        return infinite[0]
    return _finite(sum(numbers, fmpq(0)))


def multiplied(numbers: list[Number]) -> Number:
    if any(isinstance(x, float) for x in numbers):
        sign = 1
        for x in numbers:
            if isinstance(x, acb) or (not isinstance(x, float) and is_zero(x)):
                raise Undefined("zero times infinity")
            if not x > 0 and not x < 0:
                raise NotEvaluable("nearly zero times infinity")
            sign = sign if x > 0 else -sign
        return sign * math.inf
    product = fmpq(1)
    for x in numbers:
        product = product * x
    return fmpq(0) if any(is_zero(x) for x in numbers) else _finite(product)


def _add(run, e):
    return added([run.of(a) for a in e.args])


def _mul(run, e):
    # The convention 0 log 0 = 0 of information theory, for exact zeros only.
    numbers, log_of_zero = [], False
    for f in e.args:
        try:
            numbers.append(run.of(f))
        except Undefined:
            if not (isinstance(f, sp.log) and run.is_zero(f.args[0])):
                raise
            log_of_zero = True
    if not log_of_zero:
        return multiplied(numbers)
    if any(run.is_zero(f) for f in e.args if not isinstance(f, sp.log)):
        return fmpq(0)
    raise Undefined("log(0)")


def _pow(run, e):
    base, exponent = run.of(e.args[0]), run.of(e.args[1])
    if isinstance(base, float) or isinstance(exponent, float):
        result = sp.Pow(_back(base), _back(exponent))
        if result in (sp.nan, sp.zoo):
            raise Undefined(f"{e.args[0]} ** {e.args[1]} has no value")
        return run.at(result, {})
    if is_zero(base) and is_zero(exponent):
        return fmpq(1)
    is_whole = isinstance(exponent, fmpq) and exponent.q == 1
    if isinstance(base, fmpq) and base != 0 and is_whole:
        n = int(exponent.p)
        return (
            base**n if base.height_bits() * abs(n) <= LARGEST_FRACTION else _finite(arb(base) ** n)
        )
    if base.contains(0) if not isinstance(base, fmpq) else base == 0:
        if not (exponent.real if isinstance(exponent, acb) else exponent) > 0:
            raise run.at_zero(e.args[0], base, "division by zero")
        if is_zero(base):
            return fmpq(0)
        if not is_whole:
            # A root of what may be zero: no longer than the root of the ball's farthest point.
            if isinstance(exponent, acb):
                raise NotEvaluable("a complex power of what is nearly zero")
            size = arb(0, power(arb(base.abs_upper()), exponent))
            return acb(size, size)
    return _finite(power(ball(base), exponent))


def _back(x: Number) -> sp.Expr:
    """A number for SymPy, to be used beside infinities."""
    if isinstance(x, float):
        return sp.oo if x > 0 else -sp.oo
    if isinstance(x, fmpq):
        return sp.Rational(int(x.p), int(x.q))
    return sp.Float(str(Value(x).value), 50)


# What is worked out on numbers, and is no part of a formula to be integrated.
_PARTS: dict[type, Callable] = {
    sp.Abs: abs,
    sp.re: lambda z: acb(z).real,
    sp.im: lambda z: acb(z).imag,
    sp.conjugate: lambda z: acb(z).conjugate(),
    sp.arg: lambda z: acb(z).arg(),
    sp.atan2: lambda y, x: arb.atan2(arb(y), arb(x)),
    sp.erfinv: lambda z: arb(z).erfinv(),
}
_ENTIRE = (sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.erf, sp.erfc, sp.erfi)
_WHOLE = {
    sp.factorial: math.factorial,
    sp.gamma: lambda n: math.factorial(n - 1),
    sp.binomial: math.comb,
}


def _log(run, e):
    """A logarithm; of a factorial or a gamma function without the immense number inside."""
    (inner,) = e.args
    if isinstance(inner, (sp.factorial, sp.gamma)):
        argument = run.of(inner.args[0] + int(isinstance(inner, sp.factorial)))
        if isinstance(argument, (fmpq, arb)) and argument > _LARGEST_EXPONENT:
            return _finite(ball(argument).lgamma())
    return _function(run, e)


def _function(run, e):
    args = [run.of(a) for a in e.args]
    if any(isinstance(a, float) for a in args):
        result = e.func(*map(_back, args))
        if result.has(e.func) or result in (sp.nan, sp.zoo):
            raise Undefined(f"{e.func} at infinity")
        return run.at(result, {})
    if type(e) in _WHOLE and all(isinstance(a, fmpq) and a.q == 1 and 0 < a < 500 for a in args):
        return fmpq(_WHOLE[type(e)](*[int(a.p) for a in args]))
    if isinstance(e, sp.log) and ball(args[0]).contains(0):
        raise run.at_zero(e.args[0], args[0], "log(0)")
    f = _PARTS.get(type(e)) or FUNCTIONS.get(type(e))
    if f is None:
        return _by_mpmath(run, e, args)
    if f is abs:
        return abs(args[0])
    value = None
    for kind in (ball, acb):
        if kind is ball and any(isinstance(a, acb) for a in args):
            continue
        try:
            value = f(*map(kind, args))
        except (ValueError, TypeError) as problem:
            raise NotEvaluable(f"{e.func} has no value that is had here") from problem
        if value.is_finite():
            return value
    if all(isinstance(a, fmpq) and abs(a) < 10**6 for a in args) and type(e) not in _ENTIRE:
        raise Undefined(f"{e.func} has no value here")
    raise NotEvaluable(f"{e.func} has no value that is had here")


def _by_mpmath(run, e, args):
    """A function that Arb does not know: mpmath's value, and an estimate of its error."""
    run.enclosed = False
    with mp.workprec(ctx.prec):
        f = _numeric_function(e.func, len(args))
        middles = [Value(a).value for a in args]
        try:
            value = f(*middles)
            error = abs(value) * mp.mpf(2) ** (10 - ctx.prec)
            for k, a in enumerate(args):
                if blur := Value(a).error:
                    for sign in (1, -1):
                        moved = [b + (sign * blur if j == k else 0) for j, b in enumerate(middles)]
                        error += abs(f(*moved) - value)
        except NameError as problem:
            raise NotEvaluable(f"{e.func} is not a function with values") from problem
        except (ZeroDivisionError, ValueError, OverflowError, TypeError) as problem:
            raise Undefined(f"{e.func} has no value here") from problem
        if not mp.isfinite(value):
            raise Undefined(f"{e.func} has no value here")
        parts = [arb(to_arb(t), to_arb(error)) for t in (mp.re(value), mp.im(value))]
        return acb(*parts) if isinstance(value, mp.mpc) else parts[0]


@lru_cache(maxsize=256)
def _numeric_function(func, count):
    symbols = sp.symbols(f"a1:{count + 1}")
    return sp.lambdify(symbols, func(*symbols), "mpmath")


def _jump(run, e):
    exact = _at(e, run.env)
    if not isinstance(exact, _JUMPS):
        return run.at(exact, {})
    (x,) = args = [real_part(run.of(a)) for a in e.args[:1]]
    if isinstance(e, (sp.sign, sp.Heaviside)) and isinstance(x, arb) and not x.contains(0):
        return fmpq(1 if x > 0 else -1 if isinstance(e, sp.sign) else 0)
    if isinstance(e, (sp.floor, sp.ceiling)) and isinstance(*args, arb):
        n = (x.floor() if isinstance(e, sp.floor) else x.ceil()).unique_fmpz()
        if n is not None:
            return fmpq(n)
    raise NotEvaluable(f"the side of the jump of {e} is not known")


def _largest(run, e):
    numbers = [run.real(a) for a in e.args]
    best = numbers[0]
    for x in numbers[1:]:
        if isinstance(x, float) or isinstance(best, float) or x < best or x > best:
            best = max(best, x) if isinstance(e, sp.Max) else min(best, x)
        else:
            best = arb(best).max(arb(x)) if isinstance(e, sp.Max) else arb(best).min(arb(x))
    return best


def _piecewise(run, e):
    for value, condition in e.args:
        if run.holds(condition):
            return run.of(value)
    raise Undefined("no piece of the definition holds here")


def _done(run, e):
    done = e.doit()
    if isinstance(done, type(e)):
        raise NotEvaluable(f"no {type(e).__name__.lower()} for {e}")
    return run.of(done)


def _unknown(run, e):
    raise NotEvaluable(f"{type(e).__name__} is not evaluated")


@lru_cache(maxsize=256)
def _handler(kind: type) -> Callable:
    return next((h for types, h in _HANDLERS if issubclass(kind, types)), _unknown)


def _data(base, env):
    """The observations of a sample; bases are told apart by name alone."""
    for key, values in env.items():
        if isinstance(key, sp.IndexedBase) and str(key) == str(base):
            return values
    return None


def _at(e, env):
    """``e`` with the exact values of ``env`` put in (data included)."""
    if isinstance(e, sp.Symbol):
        return _exact(env[e]) if e in env and _is_exact(env[e]) else e
    free, _ = _anatomy(e)
    values = tuple((s, _exact(v)) for s, v in env.items() if s in free and _is_exact(v))
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


def _is_exact(value) -> bool:
    return not isinstance(value, (arb, acb, float))


def _exact(value) -> sp.Expr:
    return sp.Rational(int(value.p), int(value.q)) if isinstance(value, fmpq) else sp.sympify(value)


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


def _pdf(run, e):
    d = _at(e.distribution, run.env)
    if d.abstract:
        raise NotEvaluable(f"{d} is abstract")
    if d.dimension != 1:
        _refuse_immense_powers(d)
        return run.of(d.pdf(tuple(_at(p, run.env) for p in e.point)))
    if isinstance(d, (Gamma, Beta)):
        # SymPy would take exact roots of long fractions; so the numbers stay outside the formula.
        values = {sp.Dummy(positive=True): p for p in d.parameters}
        point = _at(e.point, run.env)
        if d.support.contains(point) == sp.true:
            x = sp.Dummy(positive=True)
            return run.at(d.func(*values).pdf(x), {**values, x: point})
    _refuse_immense_powers(d)
    whole = sp.S.Reals if not d.discrete else sp.S.Integers
    return run.of(density_on(d, _at(e.point, run.env), whole))


def _vocabulary(run, e):
    if isinstance(e, Expectation) and e.sample is not None:
        return _sample_expectation(run, e)
    if isinstance(e, Expectation) and (outcomes := _outcomes(e)) is not None:
        return _finite_expectation(run, outcomes)
    if isinstance(e, Indicator):
        return fmpq(int(run.holds(e.args[0])))
    if isinstance(e, SampleMean) and len(e.args) == 1:
        return run.at(_mean(run, e.sample), {})
    opened = _opened(e)
    if opened is None:
        return _worked_out(run, _at(e, run.env))
    if isinstance(e, (KL, CrossEntropy)) and _escapes(*[_at(law, run.env) for law in e.args]):
        return math.inf
    return run.of(opened)


def _worked_out(run, e):
    """The value of a vocabulary node with the point put in."""
    if not isinstance(e, VocabularyExpr):
        return run.at(e, {})
    if isinstance(e, (KL, CrossEntropy)) and _escapes(*e.args):
        return math.inf
    if isinstance(e, Expectation):
        return _expectation(run, e)
    opened = e.unfold()
    if opened == e:
        raise NotEvaluable(f"{e} has no numeric value")
    data = {k: v for k, v in run.env.items() if isinstance(k, sp.IndexedBase)}
    return run.at(opened, data)


def _mean(run, sample) -> sp.Rational:
    """The mean of the observations, exactly."""
    n, data = run.integer(sample.size), _data(sample.base, run.env)
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


def _finite_expectation(run, outcomes):
    at_outcomes, named, open_laws = outcomes
    for law in open_laws:
        # It raises where the parameters make it no law.
        _at(law, run.env)
    here = {**run.env, **{name: run.of(part) for part, name in named.items()}}
    parts = []
    for mass_of, f in at_outcomes:
        if not run.is_zero(mass_of):
            # A point without mass contributes nothing, whatever the function is there.
            parts.append(multiplied([run.of(mass_of), run.at(f, here)]))
    return added(parts)


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


def _expectation(run, e):
    d = e.distribution
    _refuse_immense_powers(d)
    points = d.points() if d.dimension == 1 else None
    if points is not None:
        # What does not depend on the outcome is worked out once.
        function, named = _named(e)
        here = {name: run.at(part, {}) for part, name in named.items()}
        masses = {k: d.pdf(sp.sympify(k)) for k in points}
        f_at = {k: _put_in(function, ((e.variable, sp.sympify(k)),)) for k in points}
        return added([run.at(m * _plain(f_at[k]), here) for k, m in masses.items() if m != 0])
    if isinstance(d, Independent):
        return _independent_expectation(run, e)
    return run.at(e.unfold(), {})


def _independent_expectation(run, e):
    """A sum of products g(x) h(y): each expectation factors."""
    first, second = e.distribution.parts
    x, y = e.variable
    f = sp.expand(open_log_densities(e.function))
    parts = []
    for term in sp.Add.make_args(f):
        g, h = term.as_independent(y, as_Add=False)
        if h.has(x):
            raise NotEvaluable("an expectation of two variables that does not factor")
        factors = [Expectation(g, x, first), Expectation(h, y, second)]
        parts.append(multiplied([run.at(factor, {}) for factor in factors]))
    return added(parts)


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


def _sum(run, e):
    (index, lower, upper), *more = e.limits[::-1]
    inner = e.func(e.function, *more[::-1]) if more else e.function
    start, stop = _at(lower, run.env), _at(upper, run.env)
    is_product = isinstance(e, sp.Product)
    if start.is_Integer and stop.is_Integer:
        if stop - start > 20000:
            raise NotEvaluable("a sum of more than 20000 terms")
        terms = [
            run.at(inner, {**run.env, index: sp.Integer(k)})
            for k in range(int(start), int(stop) + 1)
        ]
        return multiplied(terms) if is_product else added(terms)
    if is_product or not {start, stop} & {sp.oo, -sp.oo}:
        raise NotEvaluable(f"the range of {e} is not evaluated")
    if start is -sp.oo:
        # The part below zero is turned round, so that each part has one infinite end.
        turned = sp.Sum(inner.subs(index, -index), (index, -sp.Min(stop, -1), sp.oo))
        upwards = [sp.Sum(inner, (index, 0, stop))] if stop >= 0 else []
        return added([run.of(part) for part in (turned, *upwards)])
    if stop is not sp.oo or not start.is_Integer:
        raise NotEvaluable(f"the range of {e} is not evaluated")
    term = _plain(_at(inner, run.env), sp.Range(start, sp.oo), index)
    number, enclosed = _infinite_sum(term, index, int(start), ctx.prec, run.wants_enclosure)
    run.enclosed = run.enclosed and enclosed
    return number


@lru_cache(maxsize=1024)
def _infinite_sum(term, index, start, bits, wants_enclosure) -> tuple[Number, bool]:
    if term.free_symbols - {index}:
        raise NotEvaluable(f"no value for {sorted(map(str, term.free_symbols - {index}))}")
    run = _Evaluation({}, wants_enclosure)
    # Away from their places the deltas are zero, and what is left may be a formula.
    deltas = term.atoms(sp.KroneckerDelta)
    places = kinks_of(sp.Add(*deltas), index)
    smooth = term.xreplace(dict.fromkeys(deltas, sp.S.Zero))
    formula = None
    if not smooth.has(sp.Sum, sp.Integral, sp.Indexed, sp.Derivative, sp.Piecewise):
        formula = _formula_of(smooth, index, run)

    def at(k):
        value = formula.at(arb(k)) if formula is not None and k not in places else None
        if value is None or not value.is_finite():
            value = run.at(term, {index: sp.Integer(k)})
        value = real_part(value)
        if isinstance(value, float):
            raise _InfiniteTerm(value)
        return arb(value)

    kinks = kinks_of(term, index)

    def beyond(k):
        if any(place >= k for place in kinks):
            return None
        settled = _settled(term, index, sp.Integer(k), run)
        return tail_bound(settled, index, arb(k), run.of, of_sum=True)

    try:
        number = enclosed_series(at, start, beyond)
        if number is not None:
            return number, run.enclosed
        return series(at, start), False
    except _InfiniteTerm as term_at:
        return term_at.args[0], True
    except NotEvaluable:
        # Terms of one sign that fall no faster than 1/k add up to infinity.
        is_power = term.is_algebraic_expr(index) and term.count_ops() < 40
        sign = sign_of_limit(index * term, index, sp.oo) if is_power else 0
        if sign == 0:
            raise
        return sign * math.inf, True


class _InfiniteTerm(Exception):  # noqa: N818
    """A term of a sum is infinite, and so is the sum."""


def _formula_of(f, x, run) -> Formula | None:
    try:
        return Formula(f, x, run.of)
    except NotEvaluable:
        return None


# --------------------------------------------------------------------------- integrals


def _integral(run, e):
    number, enclosed = _integrated(_at(e, run.env), ctx.prec, run.wants_enclosure)
    run.enclosed = run.enclosed and enclosed
    return number


@lru_cache(maxsize=4096)
def _integrated(e: sp.Integral, bits, wants_enclosure) -> tuple[Number, bool]:
    if any(len(limit) != 3 for limit in e.limits):
        raise NotEvaluable("an indefinite integral has no value")
    if len(e.limits) > 1:
        raise NotEvaluable("an integral over several variables is not evaluated")
    ((x, a, b),) = e.limits
    if e.free_symbols:
        raise NotEvaluable(f"no value for {sorted(map(str, e.free_symbols))}")
    if a == b:
        return fmpq(0), True
    if bool(a > b):
        number, enclosed = _integrated(sp.Integral(e.function, (x, b, a)), bits, wants_enclosure)
        return -number, enclosed
    run = _Evaluation({}, wants_enclosure)
    f = _plain(_named_constants(e.function, x, run), sp.Interval(a, b), x)
    f = _named_constants(f, x, run)
    if f.has(sp.Integral, sp.Sum):
        raise NotEvaluable("a sum or an integral inside an integral is not evaluated")
    kinks = sorted((k for k in kinks_of(f, x) if bool(a < k) and bool(k < b)), key=sp.N)
    parts = [_smooth_integral(run, f, x, *ends) for ends in itertools.pairwise([a, *kinks, b])]
    return added(parts), run.enclosed


def _named_constants(f, x, run):
    """Vocabulary, sums and integrals inside an integrand without its variable, under names."""
    nodes = {n for n in f.atoms(VocabularyExpr, sp.Sum, sp.Integral) if x not in n.free_symbols}
    for n in sorted(nodes, key=sp.default_sort_key):
        number = real_part(run.of(n))
        if isinstance(number, float):
            raise Undefined(f"{n} is infinite")
        if isinstance(number, fmpq):
            f = f.xreplace({n: sp.Rational(int(number.p), int(number.q))})
            continue
        name = sp.Dummy(real=True, **({"positive": True} if number > 0 else {}))
        run.env[name] = number
        f = f.xreplace({n: name})
    return f


def _smooth_integral(run, f, x, a, b):
    """The integral over a range inside which no piece changes and no absolute value vanishes."""
    middle = _inside(a, b)
    smooth = _opened_logs(_settled(f, x, middle, run), x)
    if smooth.has(sp.oo, -sp.oo, sp.zoo, sp.nan):
        signs = {_sign_of_infinity(smooth, x, t) for t in (middle, _inside(a, middle))}
        if signs in ({1}, {-1}):
            return math.inf * signs.pop()
        raise NotEvaluable("the integrand is infinite on part of the range")
    problem = None
    try:
        estimate = integral(smooth, x, a, b, run.of)
    except NotEvaluable as why:
        estimate, problem = None, why
    if isinstance(estimate, float):
        return estimate
    if run.wants_enclosure or problem:
        # What the rule does not see to the bottom of, an enclosure may.
        enclosure = enclosed_integral(smooth, x, a, b, run.of)
        if enclosure is not None:
            return enclosure
    if problem:
        raise problem
    run.enclosed = False
    return estimate


def _opened_logs(f, x):
    """Exponentials taken out of logarithms, where they would wind around zero in the plane."""

    def opened(argument):
        e = argument
        if e.is_Add and all(t.has(sp.exp) for t in e.args):
            lead = sp.Mul(*[t for t in sp.Mul.make_args(e.args[0]) if isinstance(t, sp.exp)])
            e = sp.Mul(lead, sp.Add(*[t / lead for t in e.args]), evaluate=False)
        outside, inside = [], []
        for t in sp.Mul.make_args(e):
            base, power = t.as_base_exp()
            if isinstance(t, sp.exp) and t.args[0].is_extended_real:
                outside.append(t.args[0])
            elif power.is_real and base.is_positive:
                outside.append(power * sp.log(base))
            else:
                inside.append(t)
        return sp.Add(*outside, sp.log(sp.Mul(*inside))) if outside else sp.log(argument)

    found = {n: opened(n.args[0]) for n in f.atoms(sp.log) if x in n.free_symbols}
    return f.xreplace(found)


def _inside(a, b):
    if a is -sp.oo and b is sp.oo:
        return sp.Rational(1, 7)
    if a is -sp.oo:
        return b - sp.Rational(8, 7)
    if b is sp.oo:
        return a + sp.Rational(8, 7)
    return a + (b - a) * sp.Rational(4, 9)


def _settled(e, x, point, run):
    """``e`` with each piecewise and absolute value replaced by what it is around ``point``."""
    if not e.args or not e.has(x):
        return e
    if isinstance(e, sp.Piecewise):
        for value, condition in e.args:
            if run.within({x: point}).holds(condition):
                return _settled(value, x, point, run)
        return sp.nan
    args = [_settled(a, x, point, run) for a in e.args]
    if e.is_Mul:
        if any(a == 0 for a in args):
            return sp.S.Zero
        return sp.Mul(*args)
    if isinstance(e, sp.log):
        factors = sp.Mul.make_args(e.args[0])
        settled = [_settled(f, x, point, run) for f in factors]
        if any(f == 0 for f in settled):
            return -sp.oo
        if any(f in (sp.zoo, sp.oo) for f in settled):
            return sp.oo
    if isinstance(e, sp.Abs) and args[0].has(x):
        positive = run.within({x: point}).real(args[0]) >= 0
        return args[0] if positive else -args[0]
    if isinstance(e, sp.KroneckerDelta):
        # Only at single places, which are seen to elsewhere, is it not zero.
        return sp.S.Zero
    if isinstance(e, sp.sign) and args[0].has(x):
        return sp.S.One if run.within({x: point}).real(args[0]) > 0 else -sp.S.One
    if isinstance(e, (sp.Max, sp.Min)):
        pick = max if isinstance(e, sp.Max) else min
        return pick(args, key=lambda a: run.within({x: point}).real(a))
    return e.func(*args)


def _sign_of_infinity(e, x, point):
    try:
        v = _Evaluation({x: point}).of(e)
    except (Undefined, NotEvaluable):
        return 0
    return (1 if v > 0 else -1) if isinstance(v, float) else 0


# --------------------------------------------------------------------------- samples


def _sample_expectation(run, e):
    """An expectation over a whole sample: full enumeration for a finite law and a small n."""
    sample = e.sample
    law = _at(sample.distribution, run.env)
    n = run.integer(sample.size)
    points = law.points()
    if points is None or len(points) ** n > 800:
        raise NotEvaluable("an expectation over a sample is enumerated for small finite laws only")
    masses = {k: run.at(law.pdf(sp.sympify(k)), {}) for k in points}
    outcomes = [k for k in points if not is_zero(masses[k])]
    function, named = _named(e)
    here = {**run.env, **{name: run.of(part) for part, name in named.items()}}
    parts = []
    for data, orders in _draws(outcomes, n, _ignores_order(e.function, sample)):
        f = run.at(function, {**here, sample.base: data})
        parts.append(multiplied([fmpq(orders), *[masses[k] for k in data], f]))
    return added(parts)


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


_HANDLERS: tuple = (
    (sp.Rational, _number),
    ((type(sp.oo), type(-sp.oo)), _infinity),
    ((type(sp.nan), type(sp.zoo)), _no_value),
    (sp.Symbol, _symbol),
    (sp.Indexed, _indexed),
    (sp.Float, _float),
    ((sp.NumberSymbol, sp.core.numbers.ImaginaryUnit, sp.CRootOf), _constant),
    (sp.Add, _add),
    (sp.Mul, _mul),
    (sp.Pow, _pow),
    (sp.Piecewise, _piecewise),
    (Pdf, _pdf),
    ((sp.Sum, sp.Product), _sum),
    (sp.Integral, _integral),
    (VocabularyExpr, _vocabulary),
    ((sp.Derivative, sp.Subs, sp.Limit), _done),
    ((sp.Max, sp.Min), _largest),
    (_JUMPS, _jump),
    (sp.log, _log),
    (sp.Function, _function),
)
