"""A formula in one variable as a function of balls, compiled once for all its constants.

The checker evaluates the same formula at thousands of nodes, and the same shape of formula with
other constants at the next point. So the constants are taken out first, and what is left, a list
of operations in which no part stands twice, is compiled once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import sympy as sp
from flint import acb, arb, ctx

from helpers.digits.balls import FUNCTIONS, NotEvaluable, Number, analytic, ball, power

__all__ = ["Formula"]


def _program(f: sp.Expr, x: sp.Symbol) -> tuple[str, tuple]:
    """The text of a function of ``t`` and of constants, and these constants."""
    names: dict = {x: "t"}
    lines: list[str] = []
    constants: dict = {}

    def name(e) -> str:
        if e in names:
            return names[e]
        if x not in e.free_symbols:
            if e.is_Integer and abs(e) < 10:
                return f"({e})"
            return constants.setdefault(e, f"c{len(constants)}")
        if e.is_Add or e.is_Mul:
            code = (" + " if e.is_Add else " * ").join(map(name, e.args))
        elif e.is_Pow:
            code = f"power({', '.join(map(name, e.args))})"
        elif type(e) in FUNCTIONS:
            inner = [name(a) if x in a.free_symbols else f"ball({name(a)})" for a in e.args]
            code = f"{type(e).__name__}({', '.join(inner)})"
        else:
            raise NotEvaluable(f"{type(e).__name__} is not evaluated in a formula")
        names[e] = f"v{len(lines)}"
        lines.append(f"    {names[e]} = {code}")
        return names[e]

    result = name(f)
    head = f"def formula({', '.join(['t', *constants.values()])}):"
    return "\n".join([head, *lines, f"    return {result}"]), tuple(constants)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Callable:
    space = {
        "power": power,
        "ball": ball,
        **{f.__name__: function for f, function in FUNCTIONS.items()},
    }
    exec(text, space)
    return space["formula"]


class Formula:
    """A formula in ``x`` alone, to be evaluated at many places at Arb's working precision.

    Parameters
    ----------
    f : sympy.Expr
        The formula.
    x : sympy.Symbol
        Its variable.
    number : callable
        Gives the number that a constant part of the formula stands for.

    Examples
    --------
    >>> from helpers.digits.balls import fraction
    >>> u = sp.Symbol("u")
    >>> found = Formula(sp.exp(-u / 3), u, fraction).at(arb(3))
    >>> found.overlaps(arb(-1).exp()), found.rad() < 1e-14
    (True, True)
    """

    def __init__(self, f: sp.Expr, x: sp.Symbol, number: Callable[[sp.Expr], Number]):
        text, self._constants = _program(f, x)
        self._function = _compiled(text)
        self._number = number
        self._known: dict[int, list] = {}

    def constants(self) -> list:
        """The constants as balls of the working precision."""
        if ctx.prec not in self._known:
            values = [self._number(c) for c in self._constants]
            if any(isinstance(v, float) for v in values):
                raise NotEvaluable("a constant of the formula is infinite")
            self._known[ctx.prec] = values
        return self._known[ctx.prec]

    def at(self, t: arb) -> arb | acb:
        """The value at a real ball, real where it can be; without one it is not finite."""
        constants = self.constants()
        value = ball(self._function(t, *constants))
        return value if value.is_finite() else ball(self._function(acb(t), *constants))

    def on(self, z: acb, is_analytic: bool) -> acb:
        """The value on a complex ball; not finite where it is asked to be analytic and may not."""
        constants = self.constants()
        analytic(is_analytic)
        try:
            return acb(self._function(z, *constants))
        finally:
            analytic(False)
