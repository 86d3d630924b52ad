"""Definite integrals and infinite series as numbers, with an error bound.

Integrals: a change of variable after which the trapezoid rule converges exponentially (sinh on
the line, double exponential elsewhere), the step halved until two levels agree. Endpoints are
moved to zero symbolically first, so that a singularity such as (1 - x)^(-2/3) at 1 keeps all its
digits. Series: summed term by term under a ratio bound, or accelerated by two methods that must
agree. What cannot be had to the needed accuracy raises :class:`NotEvaluable`.

References
----------
H. Takahasi and M. Mori, "Double exponential formulas for numerical integration", 1974.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import mpmath as mp
import sympy as sp

from helpers.digits.formulas import Formula, gmpy2, to_mpf, to_mpfr

__all__ = [
    "NotEvaluable",
    "Undefined",
    "Value",
    "integrate",
    "kinks_of",
    "series",
    "sign_of_limit",
]

_MAX_LEVEL = 8
_MAX_TERMS = 6000


class NotEvaluable(ArithmeticError):  # noqa: N818
    """The value may exist, but could not be had to the needed accuracy."""


class Undefined(ArithmeticError):  # noqa: N818
    """The expression has no value at this point (log of zero, a division by zero...)."""


@dataclass(frozen=True)
class Value:
    """A number with a bound on its absolute error."""

    value: mp.mpf | mp.mpc
    error: mp.mpf

    @property
    def is_infinite(self) -> bool:
        return bool(mp.isinf(self.value))


def integrate(f: sp.Expr, x: sp.Symbol, a: sp.Expr, b: sp.Expr, digits: int) -> Value:
    """The integral of a formula in ``x`` alone from ``a`` to ``b``.

    Raises
    ------
    NotEvaluable
        If two successive levels never agree.
    Undefined
        If parts of the integral diverge to either infinity.

    Examples
    --------
    >>> t = sp.Symbol("t")
    >>> mp.nstr(integrate(sp.exp(-t**2), t, -sp.oo, sp.oo, 30).value, 15)
    '1.77245385090552'
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
    total, error = mp.mpf(0), mp.mpf(0)
    infinite = []
    for piece, variable, kind, geometry in pieces:
        try:
            part = _trapezoid(piece, variable, kind, geometry, digits)
        except _NoDecay as problem:
            infinite.append(_divergence(piece, variable, problem))
            continue
        except NotEvaluable:
            # An integrand of one sign that grows at zero no slower than 1/u has no finite integral.
            sign = sign_of_limit(piece * variable, variable, sp.S.Zero) if kind != "line" else 0
            if sign == 0:
                raise
            infinite.append(sign * mp.inf)
            continue
        total += part.value
        error += part.error
    if infinite:
        if any(sign != infinite[0] for sign in infinite):
            raise Undefined("the integral diverges in both directions")
        return Value(infinite[0], mp.mpf(0))
    return Value(total, error)


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
    return sign * (mp.inf if problem.end is not -sp.oo else -mp.inf)


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
    for node in f.atoms(sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min):
        pairs = node.args[0] - node.args[1] if isinstance(node, (sp.Max, sp.Min)) else node.args[0]
        found |= _roots(pairs, x)
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
                found.append((-c1 / (2 * c2), 1 / mp.sqrt(-2 * c2)))
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
        lambda e: e.is_Add and e.has(sp.Dummy), lambda e: sp.expand(e) if e.count_ops() < 30 else e
    )


# --------------------------------------------------------------------------- the trapezoid rule


class _OutOfRange(Exception):  # noqa: N818
    """Somewhere the integrand is no number of MPFR's, complex or immense: mpmath goes on."""


def _transform(kind, geometry, decay, node):
    """x(t) and x'(t) of the change of variable, for t = j / 2**level."""
    if kind == "line":
        centre, scale = geometry

        def line(j, level):
            u, slope = node("line", j, level, mp.mp.prec)
            return centre + scale * u, scale * slope

        return line
    if kind == "finite":

        def finite(j, level):
            u, slope = node("finite", j, level, mp.mp.prec)
            return geometry * u, geometry * slope

        return finite
    return lambda j, level: node(decay, j, level, mp.mp.prec)


@lru_cache(maxsize=1 << 15)
def _node(kind, j, level, prec):
    """One node of a rule and its slope; the same nodes serve every integral at this precision."""
    t = mp.ldexp(mp.mpf(j), -level)
    if kind == "line":
        return mp.sinh(t), mp.cosh(t)
    if kind == "finite":
        # u = 1 / (1 + exp(-pi sinh t)): no cancellation as u goes to zero.
        e = mp.exp(-mp.pi * mp.sinh(t))
        return 1 / (1 + e), mp.pi * mp.cosh(t) * e / (1 + e) ** 2
    if kind == "fast":
        e = mp.exp(-t)
        u = mp.exp(t - e)
        return u, u * (1 + e)
    u = mp.exp(mp.pi / 2 * mp.sinh(t))
    return u, u * mp.pi / 2 * mp.cosh(t)


@lru_cache(maxsize=1 << 15)
def _quick_node(kind, j, level, prec):
    return tuple(map(to_mpfr, _node(kind, j, level, prec)))


def _decay(f, x) -> str:
    """Does a half-line integrand fall off exponentially ("fast") or only by powers ("slow")?"""
    return "fast" if f.has(sp.exp) or any(p.exp.has(x) for p in f.atoms(sp.Pow)) else "slow"


def _trapezoid(f, x, kind, geometry, digits) -> Value:
    if f == 0:
        return Value(mp.mpf(0), mp.mpf(0))
    decay = _decay(f, x) if kind != "finite" else "fast"
    formula = Formula(f, x)
    move = _transform(kind, geometry, decay, _node)
    careful = _careful_term(formula, move)
    found = _quickly(formula, kind, geometry, decay, careful=careful, digits=digits)
    if found is None:
        found = _trapezoid_of(careful, mp.mpf(1), kind, decay, digits)
    total, error, size, highest = found
    if size:
        error += 16 * size * _rounding(formula, move(highest, 1)[0])
    return Value(total, error)


def _quickly(formula, kind, geometry, decay, *, careful, digits) -> tuple | None:
    """What the rule gives in MPFR; None where its numbers do not do."""
    if not formula.is_quick:
        return None
    with gmpy2.context(gmpy2.get_context(), precision=mp.mp.prec):
        if kind == "line":
            geometry = tuple(map(to_mpfr, geometry))
        elif kind == "finite":
            geometry = to_mpfr(geometry)
        term = _quick_term(formula, _transform(kind, geometry, decay, _quick_node), careful)
        try:
            *numbers, highest = _trapezoid_of(term, gmpy2.mpfr(1), kind, decay, digits)
        except _OutOfRange:
            return None
        return *map(to_mpf, numbers), highest


def _rounding(formula, point) -> mp.mpf:
    """The relative error that rounding makes in the integrand: exp(-10**12) loses twelve digits."""
    rounded = formula.at(point)
    with mp.workprec(2 * mp.mp.prec):
        value = formula.at(point)
        return abs(rounded - value) / abs(value) if value else mp.mpf(0)


def _careful_term(formula, move):
    """The integrand times the slope at a node, in mpmath; None where it has no value."""

    def term(j, level):
        point, slope = move(j, level)
        if slope == 0:
            return mp.mpf(0)
        value = formula.at(point)
        if mp.isnan(value) or mp.isinf(value):
            return None
        return value * slope

    return term


def _quick_term(formula, move, careful):
    """The same in MPFR; what lies beyond its range is left to the careful way."""

    def term(j, level):
        point, slope = move(j, level)
        value = formula.quick(point) * slope if point else point
        if value and gmpy2.is_finite(value):
            return value
        value = careful(j, level)
        if value is None:
            return None
        if isinstance(value, mp.mpc):
            raise _OutOfRange
        number = to_mpfr(value)
        if not gmpy2.is_finite(number) or bool(number) != bool(value):
            raise _OutOfRange
        return number

    return term


def _trapezoid_of(term, one, kind, decay, digits) -> tuple:
    """The integral, its error, that of the absolute value, and where the integrand is highest."""
    # How far the new variable may have to go; single exponential maps pay for slow tails here.
    double = kind == "finite" or (kind == "half" and decay == "slow")
    longest = 8 if double else 130
    tiny = one / 10 ** (digits + 4)
    low, high, total, size, highest = _outward(term, longest, tiny, kind)
    step = one / 2
    value = total * step
    for level in range(2, 2 + _MAX_LEVEL):
        more, more_size = one * 0, one * 0
        # The odd multiples of half the last step, between the ends.
        for j in range(low * 2 ** (level - 1) + 1, high * 2 ** (level - 1), 2):
            v = term(j, level)
            if v is not None:
                more += v
                more_size += abs(v)
        total, size = total + more, size + more_size
        step /= 2
        previous, value = value, total * step
        change = abs(value - previous)
        if change <= size * step / 10 ** (digits - 6):
            return value, change + size * step * tiny * 10, size * step, highest
    raise NotEvaluable("the integral was not had to the needed accuracy")


def _outward(term, longest, tiny, kind):
    """Sum outwards until the terms are negligible; returns the range used and the highest place."""
    total = size = top = tiny * 0
    ends, highest = {}, 0
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
            if abs(v) > top:
                top, highest = abs(v), sign * k
            early = k < 4
            quiet = quiet + 1 if abs(v) <= tiny * top and not early else 0
        ends[sign] = sign * k
    return ends[-1], ends[1], total, size, highest


# --------------------------------------------------------------------------- series


def series(at, start: int, digits: int) -> Value:
    """The sum of ``at(k)`` for k = start, start + 1, ...

    Raises
    ------
    NotEvaluable
        If neither a ratio bound on the tail nor two accelerations give enough digits.
    """
    target = mp.mpf(10) ** (-digits - 2)
    total, size, last = mp.mpf(0), mp.mpf(0), None
    falling, slow, ahead = 0, 0, start
    for k in range(start, start + _MAX_TERMS):
        t = at(k)
        if mp.isnan(t):
            raise Undefined("a term of the sum has no value")
        if mp.isinf(t):
            return Value(t, mp.mpf(0))
        total += t
        size += abs(t)
        fell = last is not None and abs(t) <= mp.mpf("0.97") * last
        falling = falling + 1 if fell or (t == 0 and last == 0) else 0
        slow = slow + 1 if last and mp.mpf("0.97") < abs(t) / last <= 1 else 0
        # A run of falling terms with ratio below 0.97 bounds the tail by 33 more of the last.
        if falling >= 12 and abs(t) * 40 <= target * size and k >= ahead:
            ahead = _later_bump(at, k, target * size)
            if ahead is None:
                return Value(total, abs(t) * 40 + size * mp.mpf(10) ** (-digits - 5))
        last = abs(t)
        if slow > 200:
            return _accelerated(at, start, digits)
    raise NotEvaluable("the sum has too many terms that count")


def _later_bump(at, k, negligible):
    """The first sampled index beyond ``k`` whose term counts after all (two separate humps)."""
    index = k
    while index < _MAX_TERMS * 4:
        index = max(index + 1, int(index * 1.02))
        if abs(at(index)) > negligible:
            return index
    return None


def _accelerated(at, start, digits) -> Value:
    # Extrapolation gives a number for some divergent series, too: their terms do not vanish.
    early, late = ([at(start + 10**k + j) for j in range(3)] for k in (3, 6))
    before, after = (max(map(abs, terms)) for terms in (early, late))
    if not after <= before * mp.mpf("0.9"):
        raise NotEvaluable("the terms of the sum do not fall")
    # Of one sign and like 1/k: nothing to extrapolate to, and finding that out takes seconds.
    if len({mp.sign(t) for t in early + late}) == 1 and after >= before * mp.mpf("0.99e-3"):
        raise NotEvaluable("the terms of the sum fall no faster than 1/k")
    try:
        one = mp.nsum(lambda k: at(int(k)), [start, mp.inf], method="richardson+shanks")
        two = mp.nsum(lambda k: at(int(k)), [start, mp.inf], method="levin")
    except (ValueError, ZeroDivisionError, mp.NoConvergence) as problem:
        raise NotEvaluable("the sum converges too slowly") from problem
    error = abs(one - two)
    if mp.isnan(error) or error > mp.mpf(10) ** (-digits // 2) * abs(one):
        raise NotEvaluable("the sum converges too slowly")
    return Value(one, error * 10 + abs(one) * mp.mpf(10) ** (-digits))
