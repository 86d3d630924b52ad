"""Numbers that know how well they are known: fractions, balls of Arb's, and plus or minus infinity.

A number of this room is an exact fraction (``fmpq``), a real or complex ball (``arb``, ``acb``), or
a float that is infinite. Rounding is kept by Arb: what a ball does not hold is not the value.

References
----------
F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", 2017.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import mpmath as mp
import sympy as sp
from flint import acb, arb, ctx, fmpq

__all__ = [
    "FUNCTIONS",
    "LARGEST_FRACTION",
    "NotEvaluable",
    "Number",
    "Undefined",
    "Value",
    "analytic",
    "ball",
    "bits_of",
    "fraction",
    "is_zero",
    "power",
    "real_part",
    "to_arb",
    "to_mpf",
]

Number = fmpq | arb | acb | float

# Fractions with more digits than this are rounded: exactness is for what a reader wrote.
LARGEST_FRACTION = 4096


class NotEvaluable(ArithmeticError):  # noqa: N818
    """The value may exist, but could not be had to the needed accuracy."""


class Undefined(ArithmeticError):  # noqa: N818
    """The expression has no value at this point (log of zero, a division by zero...)."""


@dataclass(frozen=True)
class Value:
    """A number with what is known of its error.

    Parameters
    ----------
    number : fmpq, arb, acb or an infinite float
        An exact fraction, or a ball that holds the value.
    enclosed : bool
        Is the ball proved to hold it? Else its radius is an estimate.
    """

    number: Number
    enclosed: bool = True

    @property
    def is_infinite(self) -> bool:
        return isinstance(self.number, float)

    @cached_property
    def value(self) -> mp.mpf | mp.mpc:
        """The middle of the ball."""
        if isinstance(self.number, float):
            return mp.mpf(self.number)
        if isinstance(self.number, acb):
            return mp.mpc(to_mpf(self.number.real), to_mpf(self.number.imag))
        return to_mpf(self._ball)

    @cached_property
    def _ball(self) -> arb:
        """A fraction in more digits than are ever asked for, whatever precision is set."""
        if not isinstance(self.number, fmpq):
            return self.number
        with ctx.workprec(max(600, ctx.prec)):
            return arb(self.number)

    @cached_property
    def error(self) -> mp.mpf:
        """The radius of the ball."""
        if isinstance(self.number, float):
            return mp.mpf(0)
        if isinstance(self.number, acb):
            return to_mpf(self.number.real.rad()) + to_mpf(self.number.imag.rad())
        return to_mpf(self._ball.rad())


def bits_of(digits: int) -> int:
    """Binary digits enough for so many decimal ones.

    >>> bits_of(30)
    133
    """
    return int((digits + 10) * 3.33)


def to_mpf(x: arb) -> mp.mpf:
    """The middle of a ball as a number of mpmath's, with all its digits.

    >>> to_mpf(arb("0.375"))
    mpf('0.375')
    """
    mantissa, exponent = x.mid().man_exp()
    return mp.make_mpf(mp.libmp.from_man_exp(int(mantissa), int(exponent)))


def to_arb(x: mp.mpf) -> arb:
    """A finite number of mpmath's as a ball without radius.

    >>> to_arb(mp.mpf("0.375"))
    0.375000000000000
    """
    sign, mantissa, exponent, _ = x._mpf_
    return arb((-int(mantissa) if sign else int(mantissa), exponent))


def fraction(r: sp.Rational) -> Number:
    """A fraction of SymPy's; rounded where it is immense.

    >>> fraction(sp.Rational(1, 3))
    1/3
    """
    return _kept(fmpq(int(r.p), int(r.q)))


def _kept(q: fmpq) -> Number:
    return q if q.height_bits() <= LARGEST_FRACTION else arb(q)


def ball(x: Number) -> arb | acb:
    """A finite number as a ball."""
    return arb(x) if isinstance(x, (fmpq, int)) else x


def is_zero(x: Number) -> bool:
    """Is the number exactly zero, without a radius?"""
    return x == 0 if isinstance(x, (fmpq, float)) else bool(x.is_zero())


def real_part(x: Number) -> Number:
    """The number, and for a complex ball that meets the real line the part of it that lies there.

    What is complex only by rounding is real, or as close to it as the ball is wide.
    """
    return x.real if isinstance(x, acb) and x.imag.contains(0) else x


# --------------------------------------------------------------------------- functions


class _Mode:
    """Is it asked whether the formula is analytic? (Then a ball that meets a cut has no value.)"""

    analytic = False


_MODE = _Mode()
_NAN = acb(arb.nan())


def analytic(flag: bool) -> None:
    """Say whether the next evaluation has to be of an analytic function on the whole ball."""
    _MODE.analytic = flag


def _with_cut(name: str, is_off: Callable) -> Callable:
    """A method of complex balls that knows nothing of its cut: no value where the two meet."""

    def f(z):
        if _MODE.analytic and isinstance(z, acb) and not is_off(z):
            return _NAN
        return getattr(z, name)()

    return f


def _log(z):
    return z.log(analytic=_MODE.analytic) if isinstance(z, acb) else z.log()


def _abs(z):
    return z.real_abs(analytic=_MODE.analytic) if isinstance(z, acb) else abs(z)


def _right(z) -> bool:
    return bool(z.real > 0)


def _off_imaginary(z) -> bool:
    return not z.real.contains(0) or bool(z.imag.abs_upper() < 1)


def _off_real(z) -> bool:
    return not z.imag.contains(0) or bool(z.real.abs_upper() < 1)


def _method(name: str) -> Callable:
    return lambda z: getattr(z, name)()


def _second(name: str, is_off: Callable = lambda z: True) -> Callable:
    """A function whose order comes first in SymPy and second here."""

    def f(order, z):
        if _MODE.analytic and isinstance(z, acb) and not is_off(z):
            return _NAN
        return getattr(acb(z), name)(acb(order))

    return f


def power(base, exponent):
    """A power of a ball on its principal branch.

    >>> power(arb(9), fmpq(1, 2))
    3.00000000000000
    >>> power(arb(0, 0.5), 2) <= 0.26
    True
    """
    if isinstance(exponent, int) or (isinstance(exponent, fmpq) and exponent.q == 1):
        whole = int(exponent if isinstance(exponent, int) else exponent.p)
        if isinstance(base, arb) and base.contains(0):
            # A real power goes by the logarithm, which has no value here; a complex one multiplies.
            return (acb(base) ** whole).real
        return base**whole
    if isinstance(exponent, fmpq) and exponent.q == 2 and abs(exponent.p) == 1:
        if isinstance(base, acb):
            root = base.sqrt(analytic=_MODE.analytic)
        else:
            root = base.sqrt() if base >= 0 else acb(base).sqrt()
        return root if exponent.p == 1 else 1 / root
    if isinstance(base, acb):
        return base.pow(acb(exponent), analytic=_MODE.analytic)
    if base > 0 and not isinstance(exponent, acb):
        return base ** arb(exponent)
    return acb(base).pow(acb(exponent))


FUNCTIONS: dict[type, Callable] = {
    sp.log: _log,
    sp.Abs: _abs,
    sp.loggamma: _with_cut("lgamma", _right),
    sp.atan: _with_cut("atan", _off_imaginary),
    sp.asinh: _with_cut("asinh", _off_imaginary),
    sp.asin: _with_cut("asin", _off_real),
    sp.acos: _with_cut("acos", _off_real),
    sp.atanh: _with_cut("atanh", _off_real),
    sp.acosh: _with_cut("acosh", lambda z: bool(z.real > 1)),
    sp.LambertW: _with_cut("lambertw", _right),
    sp.Ei: _with_cut("ei", _right),
    sp.li: _with_cut("li", lambda z: bool(z.real > 1)),
    sp.Ci: _with_cut("ci", _right),
    sp.Chi: _with_cut("chi", _right),
    sp.factorial: lambda z: (z + 1).gamma(),
    sp.harmonic: lambda z: (z + 1).digamma() + arb.const_euler(),
    sp.acot: lambda z: FUNCTIONS[sp.atan](1 / z),
    sp.beta: lambda a, b: a.gamma() * b.gamma() / (a + b).gamma(),
    sp.binomial: lambda n, k: (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma(),
    sp.polygamma: lambda n, z: z.digamma() if n == 0 else acb(z).polygamma(acb(n)),
    sp.besselj: _second("bessel_j", _right),
    sp.bessely: _second("bessel_y", _right),
    sp.besseli: _second("bessel_i", _right),
    sp.besselk: _second("bessel_k", _right),
    sp.expint: _second("expint", _right),
    sp.polylog: _second("polylog", lambda z: bool(z.real < 1)),
    sp.uppergamma: lambda s, z: acb(z).gamma_upper(acb(s)),
    sp.lowergamma: lambda s, z: acb(z).gamma_lower(acb(s)),
    **{
        f: _method(name)
        for f, name in {
            sp.exp: "exp",
            sp.sin: "sin",
            sp.cos: "cos",
            sp.tan: "tan",
            sp.cot: "cot",
            sp.sec: "sec",
            sp.csc: "csc",
            sp.sinh: "sinh",
            sp.cosh: "cosh",
            sp.tanh: "tanh",
            sp.coth: "coth",
            sp.sech: "sech",
            sp.csch: "csch",
            sp.gamma: "gamma",
            sp.digamma: "digamma",
            sp.erf: "erf",
            sp.erfc: "erfc",
            sp.erfi: "erfi",
            sp.zeta: "zeta",
            sp.Si: "si",
            sp.Shi: "shi",
            sp.sinc: "sinc",
        }.items()
    },
}
