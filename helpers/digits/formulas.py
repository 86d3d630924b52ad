"""A formula in one variable as a function of numbers, compiled once for all its constants.

The checker evaluates the same formula at thousands of nodes, and the same shape of formula with
other constants at the next point. So the constants are taken out first, and what is left is
compiled once; where MPFR knows all its functions, the numbers are MPFR's, else mpmath's.
"""

from __future__ import annotations

from functools import lru_cache

import mpmath as mp
import sympy as sp
from sympy.printing.pycode import MpmathPrinter

try:
    import gmpy2
except ImportError:  # no wheel of it runs in a browser: there mpmath does all of the work
    gmpy2 = None

__all__ = ["Formula", "gmpy2", "to_mpf", "to_mpfr"]

_T = sp.Symbol("t")
_HALVES = (sp.S.Half, -sp.S.Half)


def to_mpfr(value: mp.mpf) -> gmpy2.mpfr:
    """A number of mpmath's as one of MPFR's, in the precision of gmpy2's context.

    >>> to_mpfr(mp.mpf("0.375"))
    mpfr('0.375')
    """
    sign, mantissa, exponent, _ = value._mpf_
    if not mantissa and exponent:
        return gmpy2.mpfr(str(value))
    number = gmpy2.mpfr(-mantissa if sign else mantissa)
    if exponent >= 0:
        return gmpy2.mul_2exp(number, exponent) if exponent < 2**31 else gmpy2.nan()
    return gmpy2.div_2exp(number, -exponent) if exponent > -(2**31) else number * 0


def to_mpf(value: gmpy2.mpfr) -> mp.mpf:
    """A number of MPFR's as one of mpmath's, with all its digits.

    >>> to_mpf(gmpy2.mpfr("0.375"))
    mpf('0.375')
    """
    if not gmpy2.is_finite(value):
        return mp.mpf(str(value))
    return mp.make_mpf(mp.libmp.from_man_exp(*value.as_mantissa_exp()))


def _log_gamma(t):
    """log gamma of a positive number; elsewhere it is a matter of branches."""
    return gmpy2.lgamma(t)[0] if t > 0 else gmpy2.nan()


def _quick_functions() -> dict:
    """What MPFR is asked for. Where it answers nan, infinity or zero, mpmath is asked again."""
    if gmpy2 is None:
        return {}
    return {
        "exp": gmpy2.exp,
        "log": gmpy2.log,
        "sqrt": gmpy2.sqrt,
        "sin": gmpy2.sin,
        "cos": gmpy2.cos,
        "tan": gmpy2.tan,
        "atan": gmpy2.atan,
        "sinh": gmpy2.sinh,
        "cosh": gmpy2.cosh,
        "tanh": gmpy2.tanh,
        "erf": gmpy2.erf,
        "erfc": gmpy2.erfc,
        "gamma": gmpy2.gamma,
        "loggamma": _log_gamma,
        "factorial": lambda t: gmpy2.gamma(t + 1),
    }


_QUICK = _quick_functions()
_PRINTER = MpmathPrinter(
    {"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True}
)


def _skeleton(f: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, tuple]:
    """``f`` with letters in place of ``x`` and of its constants, and these constants."""
    letters: dict = {}

    def bare(e):
        if e == x:
            return _T
        if e.is_NumberSymbol or (e.is_Number and e.is_finite and not e.is_Integer):
            return letters.setdefault(e, sp.Symbol(f"c{len(letters)}"))
        if not e.args:
            return e
        if e.is_Pow and e.exp in _HALVES:
            return sp.Pow(bare(e.base), e.exp)
        return e.func(*map(bare, e.args))

    return bare(f), tuple(letters)


def _is_quick(node) -> bool:
    if node.is_Function:
        return type(node).__name__ in _QUICK
    return node in _HALVES or isinstance(node, (sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Integer))


@lru_cache(maxsize=4096)
def _compiled(skeleton: sp.Expr, count: int):
    """The function of ``t`` and ``count`` constants, for mpmath and, or None, for MPFR."""
    names = [_T, *(sp.Symbol(f"c{k}") for k in range(count))]
    careful = sp.lambdify(names, skeleton, "mpmath", cse=True)
    if gmpy2 is None or not all(map(_is_quick, sp.preorder_traversal(skeleton))):
        return careful, None
    return careful, sp.lambdify(names, skeleton, [_QUICK], printer=_PRINTER, cse=True)


class Formula:
    """A formula in ``x`` alone, to be evaluated at many places at mpmath's working precision.

    >>> u = sp.Symbol("u")
    >>> mp.nstr(Formula(sp.exp(-u / 3), u).at(mp.mpf(3)), 12)
    '0.367879441171'
    """

    def __init__(self, f: sp.Expr, x: sp.Symbol):
        skeleton, self._constants = _skeleton(f, x)
        self._careful, self._quick = _compiled(skeleton, len(self._constants))
        self._numbers: dict = {}

    @property
    def is_quick(self) -> bool:
        """Does MPFR know all of its functions?"""
        return self._quick is not None

    def at(self, t: mp.mpf) -> mp.mpf:
        """The value at ``t``; nan where there is none."""
        try:
            return self._careful(t, *self._known(mp.mp.prec, quick=False))
        except (ZeroDivisionError, ValueError, OverflowError):
            return mp.nan

    def quick(self, t: gmpy2.mpfr) -> gmpy2.mpfr:
        """The same in MPFR: nan, infinite or zero also where the value is beyond its range."""
        return self._quick(t, *self._known(gmpy2.get_context().precision, quick=True))

    def value_at(self, k: int) -> mp.mpf:
        """The value at an integer, by the quicker way that has one; nan where there is none."""
        if self.is_quick:
            with gmpy2.context(gmpy2.get_context(), precision=mp.mp.prec):
                value = self.quick(gmpy2.mpfr(k))
                if value and gmpy2.is_finite(value):
                    return to_mpf(value)
        return self.at(mp.mpf(k))

    def _known(self, precision, quick) -> list:
        """The constants as numbers of this precision."""
        key = (precision, quick)
        if key not in self._numbers:
            numbers = [c._to_mpmath(precision) for c in self._constants]
            self._numbers[key] = list(map(to_mpfr, numbers)) if quick else numbers
        return self._numbers[key]
