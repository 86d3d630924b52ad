"""Definite integrals as balls, estimated or enclosed.

Estimated: a change of variable after which the trapezoid rule converges exponentially (sinh on
the line, double exponential elsewhere), the step halved until two levels agree. Enclosed: Arb's
rigorous quadrature between the ends, a proved bound beyond (:mod:`helpers.digits.growth`); an end
with a singularity, or from which the integrand falls like a power, is sent to infinity by an
exponential first.

References
----------
H. Takahasi and M. Mori, "Double exponential formulas for numerical integration", 1974.
F. Johansson, "Numerical integration in arbitrary-precision ball arithmetic", 2018.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import lru_cache

import mpmath as mp
import sympy as sp
from flint import acb, arb, ctx

from helpers.digits.balls import NotEvaluable, Number, Undefined, ball, to_arb
from helpers.digits.formulas import Formula
from helpers.digits.growth import tail_bound

__all__ = ["enclosed_integral", "integral", "kinks_of", "sign_of_limit"]

_MAX_LEVEL = 8


def integral(
    f: sp.Expr, x: sp.Symbol, a: sp.Expr, b: sp.Expr, number: Callable[[sp.Expr], Number]
) -> Number:
    """The integral of a formula in ``x`` alone from ``a`` to ``b``, with an estimated error.

    ``number`` gives what a constant part stands for.

    Raises
    ------
    NotEvaluable
        If two successive levels never agree.
    Undefined
        If parts of the integral diverge to either infinity.

    Examples
    --------
    >>> from helpers.digits.balls import fraction
    >>> t = sp.Symbol("t", real=True)
    >>> found = integral(sp.exp(-t), t, sp.S.Zero, sp.oo, fraction)
    >>> found.contains(1), found.rad() < 1e-6
    (True, True)
    """
    u = sp.Dummy("u", positive=True)
    marks, whole = _marks(f, x, a, b)
    pieces = []
    if whole is not None:
        pieces.append((f, x, "line", whole))
    else:
        cuts = [a, *marks, b]
        for left, right in itertools.pairwise(cuts):
            pieces += _pieces(f, x, left, right, u)
    total, infinite = arb(0), []
    for piece, variable, kind, geometry in pieces:
        try:
            total = total + _trapezoid(piece, variable, kind, geometry, number)
        except _NoDecay as problem:
            infinite.append(_divergence(piece, variable, problem))
            continue
        except NotEvaluable:
            # An integrand of one sign that grows at zero no slower than 1/u has no finite integral.
            sign = sign_of_limit(piece * variable, variable, sp.S.Zero) if kind != "line" else 0
            if sign == 0:
                raise
            infinite.append(sign * math.inf)
            continue
    if infinite:
        if any(sign != infinite[0] for sign in infinite):
            raise Undefined("the integral diverges in both directions")
        return infinite[0]
    return total


class _NoDecay(Exception):  # noqa: N818
    """The integrand does not fall off at an end."""

    def __init__(self, end):
        super().__init__(f"no decay towards {end}")
        self.end = end


def _divergence(f, x, problem):
    """+inf or -inf where the integral provably diverges; else the integral is given up."""
    sign = sign_of_limit(x * f, x, problem.end)
    if sign == 0:
        raise NotEvaluable("the integrand falls off too slowly")
    return sign * (math.inf if problem.end is not -sp.oo else -math.inf)


def sign_of_limit(e, x, point) -> int:
    """1 or -1 where ``e`` has a limit with that sign, finite or not; 0 where none is known.

    >>> t = sp.Symbol("t")
    >>> sign_of_limit(-t, t, sp.oo)
    -1
    """
    if _has_long_exponents(e, x):
        return 0
    try:
        limit = sp.limit(e, x, point)
    except (NotImplementedError, ValueError, TypeError):
        return 0
    return bool(limit.is_extended_positive) - bool(limit.is_extended_negative)


def _has_long_exponents(e, x) -> bool:
    """Does ``x`` stand under long fractions as powers, which SymPy takes apart one by one?"""
    powers = [n.exp for n in e.atoms(sp.Pow) if n.base.has(x)]
    # The exponential of a logarithm is a power, too.
    powers += [n.args[0] for n in e.atoms(sp.exp) if n.args[0].has(sp.log)]
    return any(r.q > 100 for power in powers for r in power.atoms(sp.Rational))


# --------------------------------------------------------------------------- where to cut


def _marks(f, x, a, b):
    """Interior cuts, and (centre, scale) if one sinh rule over the whole line will do."""
    kinks = kinks_of(f, x) | _poles(f, x)
    features = _features(f, x)
    low, high = _mp(a), _mp(b)
    inside = sorted(k for k in kinks if low < _mp(k) < high)
    features = [(c, s) for c, s in features if low < c < high]
    line = a is -sp.oo and b is sp.oo
    if not inside and line and _decay(f, x) == "fast":
        if not features:
            return [], (mp.mpf(0), mp.mpf(1))
        centre, scale = _hull(features)
        if min(s for _, s in features) * 12 > scale:
            return [], (centre, scale)
    # Narrow features inside: cut at their centres, so that the ends of pieces resolve them.
    width = (high - low) if not (mp.isinf(low) or mp.isinf(high)) else mp.inf
    cuts = list(inside)
    for centre, scale in features:
        exact = sp.Rational(str(mp.nstr(centre, 20)))
        near = any(abs(_mp(k) - centre) < scale / 2 for k in cuts)
        if not near and (line or scale * 6 < width) and low < _mp(exact) < high:
            cuts.append(exact)
    if line and not cuts:
        centre = _hull(features)[0] if features else mp.mpf(0)
        cuts = [sp.Rational(mp.nstr(centre, 20))]
    return sorted(cuts, key=_mp), None


def _mp(e):
    if e in (sp.oo, -sp.oo):
        return mp.inf if e is sp.oo else -mp.inf
    return mp.mpmathify(sp.N(e, 50))


def _hull(features):
    low = min(c - s for c, s in features)
    high = max(c + s for c, s in features)
    return (low + high) / 2, (high - low) / 2


def kinks_of(f, x) -> set:
    """Where pieces change and absolute values vanish."""
    found = set()
    for piece in f.atoms(sp.Piecewise):
        for _, condition in piece.args:
            if isinstance(
                condition, (sp.core.relational.Relational, sp.logic.boolalg.BooleanFunction)
            ):
                for relation in condition.atoms(sp.core.relational.Relational):
                    found |= _roots(relation.lhs - relation.rhs, x)
    for node in f.atoms(sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min, sp.KroneckerDelta):
        is_pair = isinstance(node, (sp.Max, sp.Min, sp.KroneckerDelta))
        found |= _roots(node.args[0] - node.args[1] if is_pair else node.args[0], x)
    return found


@lru_cache(maxsize=4096)
def _roots(e, x) -> frozenset:
    if not e.has(x):
        return frozenset()
    try:
        return frozenset(r for r in sp.solve(e, x) if r.is_real and r.is_number)
    except NotImplementedError:
        return frozenset()


def _poles(f, x) -> set:
    """Where a divisor of degree one or two, or the inside of a logarithm, vanishes."""
    found = set()
    bases = {n.base for n in f.atoms(sp.Pow) if n.exp.is_negative}
    for base in bases | {n.args[0] for n in f.atoms(sp.log)}:
        if base.has(x) and base.is_polynomial(x) and sp.degree(base, x) <= 2:
            found |= _roots(base, x)
    return found


def _features(f, x) -> list:
    """(centre, scale) of what shapes the integrand: exponentials of quadratics, complex poles."""
    found = []
    for node in f.atoms(sp.exp):
        exponent = node.args[0]
        if exponent.has(x) and exponent.is_polynomial(x) and sp.degree(exponent, x) == 2:
            c2, c1, _ = sp.Poly(exponent, x).all_coeffs()
            c2, c1 = _mp(c2), _mp(c1)
            if isinstance(c2, mp.mpf) and c2 < 0:
                with mp.workdps(50):
                    centre, scale = -c1 / (2 * c2), 1 / mp.sqrt(-2 * c2)
                if scale < abs(centre) * mp.mpf(2) ** (-ctx.prec // 2):
                    # At every node the integrand would be zero to all digits.
                    raise NotEvaluable("the integrand has a peak narrower than the digits resolve")
                found.append((centre, scale))
    polynomials = {n.base for n in f.atoms(sp.Pow) if n.exp.is_negative}
    polynomials |= {n.args[0] for n in f.atoms(sp.log)}
    for base in polynomials:
        if base.has(x) and base.is_polynomial(x) and 2 <= sp.degree(base, x) <= 6:
            coefficients = [_mp(c) for c in sp.Poly(base, x).all_coeffs()]
            try:
                with mp.workdps(20):
                    roots = mp.polyroots(coefficients, maxsteps=200, extraprec=60)
            except mp.NoConvergence:
                continue
            found += [(r.real, abs(r.imag)) for r in map(mp.mpc, roots) if r.imag > 0]
    unique = []
    for centre, scale in found:
        if not any(
            abs(centre - c) < scale / 100 and abs(scale - s) < scale / 100 for c, s in unique
        ):
            unique.append((centre, scale))
    return unique


def _pieces(f, x, left, right, u):
    """A piece with both ends in reach becomes two, each with its end moved to zero."""
    if left is -sp.oo and right is sp.oo:
        return [(f, x, "line", (mp.mpf(0), mp.mpf(1)))]
    if right is sp.oo:
        return [(_moved(f, x, left + u), u, "half", None)]
    if left is -sp.oo:
        return [(_moved(f, x, right - u), u, "half", None)]
    half = (right - left) / 2
    return [
        (_moved(f, x, left + u), u, "finite", _mp(half)),
        (_moved(f, x, right - u), u, "finite", _mp(half)),
    ]


def _moved(f, x, new):
    moved = f.xreplace({x: new})
    return moved.replace(
        lambda e: e.is_Add and e.has(sp.Dummy),
        lambda e: sp.expand_mul(e) if e.count_ops() < 30 else e,
    )


# --------------------------------------------------------------------------- the trapezoid rule


@lru_cache(maxsize=1 << 15)
def _node(kind, j, level, prec) -> tuple[arb, arb]:
    """One node of a rule and its slope; the same nodes serve every integral at this precision."""
    t = arb((j, -level))
    if kind == "line":
        return t.sinh(), t.cosh()
    if kind == "finite":
        # u = 1 / (1 + exp(-pi sinh t)): no cancellation as u goes to zero.
        e = (-arb.pi() * t.sinh()).exp()
        return 1 / (1 + e), arb.pi() * t.cosh() * e / (1 + e) ** 2
    if kind == "fast":
        e = (-t).exp()
        u = (t - e).exp()
        return u, u * (1 + e)
    u = (arb.pi() / 2 * t.sinh()).exp()
    return u, u * arb.pi() / 2 * t.cosh()


def _decay(f, x) -> str:
    """Does a half-line integrand fall off exponentially ("fast") or only by powers ("slow")?"""
    return "fast" if f.has(sp.exp) or any(p.exp.has(x) for p in f.atoms(sp.Pow)) else "slow"


def _trapezoid(f, x, kind, geometry, number) -> Number:
    if f == 0:
        return arb(0)
    decay = _decay(f, x) if kind == "half" else "fast"
    formula = Formula(f, x, number)
    rule = decay if kind == "half" else kind
    centre, scale = {"line": geometry, "finite": (0, geometry)}.get(kind, (0, 1))
    centre, scale = (t if isinstance(t, int) else to_arb(t) for t in (centre, scale))

    def term(j, level):
        """The integrand times the slope at a node; None where it has no value."""
        u, slope = _node(rule, j, level, ctx.prec)
        value = formula.at(centre + scale * u) * (scale * slope)
        return value if value.is_finite() else None

    # How far the new variable may have to go; single exponential maps pay for slow tails here.
    longest = 8 if kind == "finite" or (kind == "half" and decay == "slow") else 130
    tiny = arb(2) ** (20 - ctx.prec)
    low, high, total, size = _outward(term, longest, tiny, kind)
    step, value = arb(0.5), total / 2
    for level in range(2, 2 + _MAX_LEVEL):
        # The odd multiples of half the last step, between the ends.
        for j in range(low * 2 ** (level - 1) + 1, high * 2 ** (level - 1), 2):
            v = term(j, level)
            if v is not None:
                total += v
                size += abs(v)
        step /= 2
        previous, value = value, total * step
        change = abs((value - previous).mid())
        if change <= size * step * tiny * 10**6:
            error = (change + size * step * tiny * 10).upper()
            blur = arb(0, error)
            return value + (acb(blur, blur) if isinstance(value, acb) else blur)
    raise NotEvaluable("the integral was not had to the needed accuracy")


def _outward(term, longest, tiny, kind):
    """Sum outwards until the terms are negligible; returns the range used and what was summed."""
    total = size = top = arb(0)
    ends = {}
    centre = term(0, 1)
    if centre is not None:
        total, size, top = centre, abs(centre), abs(centre)
    for sign in (1, -1):
        quiet, k = 0, 0
        while quiet < 4:
            k += 1
            if k > 2 * longest:
                # A finite end or a singularity at zero has been approached to the last digit.
                if sign == 1 and kind != "finite":
                    raise _NoDecay(sp.oo)
                if sign == -1 and kind == "line":
                    raise _NoDecay(-sp.oo)
                break
            v = term(sign * k, 1)
            if v is None:
                quiet += 1
                continue
            total += v
            size += abs(v)
            top = top.max(abs(v))
            quiet = quiet + 1 if abs(v) <= tiny * top and k >= 4 else 0
        ends[sign] = sign * k
    return ends[-1], ends[1], total, size


# --------------------------------------------------------------------------- enclosures

# Evaluations of the integrand that one piece may take.
_WORK = 20000


def enclosed_integral(
    f: sp.Expr, x: sp.Symbol, a: sp.Expr, b: sp.Expr, number: Callable[[sp.Expr], Number]
) -> arb | acb | None:
    """The integral of a formula that is smooth between ``a`` and ``b``, enclosed.

    None where a tail is not bounded by the calculus of growth, or the work would take too long.

    >>> from helpers.digits.balls import fraction
    >>> t = sp.Symbol("t", real=True)
    >>> found = enclosed_integral(sp.exp(-t), t, sp.S.Zero, sp.oo, fraction)
    >>> found.contains(1), found.rad() < 1e-12
    (True, True)
    """
    cuts = [a, *_marks(f, x, a, b)[0], b]
    if a is -sp.oo and b is sp.oo and len(cuts) == 2:
        cuts = [a, sp.S.Zero, b]
    total = arb(0)
    for left, right in itertools.pairwise(cuts):
        part = _piece(f, x, left, right, number)
        if part is None:
            return None
        total = total + part
    # A ball wider than this says less than an estimate.
    is_sharp = total.rel_accuracy_bits() > 60 or total.rad() < arb(2) ** (-ctx.prec // 2)
    return total if is_sharp else None


def _piece(f, x, left, right, number):
    s = sp.Dummy("s", positive=True)
    if left is -sp.oo:
        return _to_infinity(_moved(f, x, -s), s, -right, number)
    if right is sp.oo:
        return _to_infinity(_moved(f, x, s), s, left, number)
    total, ends = arb(0), [left, right]
    for k, end in enumerate((left, right)):
        formula = Formula(_moved(f, x, end + (s if k == 0 else -s)), s, number)
        if not formula.on(acb(arb(0, 1e-9)), False).is_finite():
            width = (right - left) / 4
            other = _moved(f, x, end + (1 - 2 * k) * width * sp.exp(-s)) * width * sp.exp(-s)
            part = _to_infinity(other, s, sp.S.Zero, number)
            if part is None:
                return None
            total = total + part
            ends[k] = end + (1 - 2 * k) * width
    part = _between(Formula(f, x, number), *[ball(number(t)) for t in ends])
    return None if part is None else total + part


def _to_infinity(f, s, start, number):
    """From ``start`` to infinity: enclosed up to where the rest is bounded."""
    begin = ball(number(start))
    if not f.has(sp.exp) and not any(s in p.exp.free_symbols for p in f.atoms(sp.Pow)):
        # It falls like a power: s = start - 1 + exp(r).
        r = sp.Dummy("r", positive=True)
        f = _moved(f, s, start - 1 + sp.exp(r)) * sp.exp(r)
        s, begin, start = r, arb(0), sp.S.Zero
    if start.is_finite and not Formula(f, s, number).on(acb(begin), False).is_finite():
        first = _piece(f, s, start, start + 1, number)
        rest = _to_infinity(f, s, start + 1, number)
        return None if first is None or rest is None else first + rest
    end, bound = begin.max(arb(0)) + 17, None
    for _ in range(60):
        bound = tail_bound(f, s, arb(end.upper()), number, of_sum=False)
        if bound is not None and bound < arb(2) ** -(ctx.prec + 20):
            break
        end = begin + (end - begin) * 1.4
    else:
        return None
    end = arb(end.upper())
    part = _between(Formula(f, s, number), begin, end)
    return None if part is None else part + arb(0, bound.upper())


def _between(formula, low, high):
    try:
        value = acb.integral(
            formula.on, acb(low), acb(high), rel_tol=arb(2) ** (12 - ctx.prec),
            abs_tol=arb(2) ** -ctx.prec, eval_limit=_WORK
        )  # fmt: skip
    except SystemError as error:
        # What interrupts the integrand from outside, a limit of time, flint tells as its own fault,
        # once for each call that it makes on the way out.
        cause: BaseException = error
        while isinstance(cause, SystemError) and cause.__cause__ is not None:
            cause = cause.__cause__
        raise cause from None
    if not value.is_finite():
        return None
    return value.real if value.imag.contains(0) else value
