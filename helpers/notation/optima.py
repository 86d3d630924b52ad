"""Arg min and arg max as expressions."""

from __future__ import annotations

import sympy as sp

from helpers.notation.densities import VocabularyExpr

__all__ = ["ArgMax", "ArgMin"]


class _Arg(VocabularyExpr):
    _word = ""

    def __new__(cls, objective, over):
        if isinstance(over, (tuple, list)):
            over = sp.Tuple(*over)
        return sp.Expr.__new__(cls, sp.sympify(objective), over)

    @property
    def objective(self):
        return self.args[0]

    @property
    def over(self):
        return self.args[1]

    @property
    def bound_symbols(self):
        return list(self.over) if isinstance(self.over, sp.Tuple) else [self.over]

    @property
    def free_symbols(self):
        return self.objective.free_symbols - set(self.bound_symbols)

    def _eval_subs(self, old, new):
        return self if old in self.bound_symbols else None

    def unfold(self):
        return self

    def doit(self, **hints):
        return self

    def _eval_derivative(self, symbol):
        raise ValueError(f"{self} is not differentiated")

    def _latex(self, printer, *args):
        over = ", ".join(printer._print(s) for s in self.bound_symbols)
        body = printer._print(self.objective)
        if self.objective.is_Add:
            body = rf"\left[{body}\right]"
        return rf"\operatorname*{{arg\,{self._word}}}_{{{over}}} \, {body}"

    def _sympystr(self, printer, *args):
        over = ", ".join(printer._print(s) for s in self.bound_symbols)
        return f"arg {self._word}_{over} {printer._print(self.objective)}"


class ArgMin(_Arg):
    """The set of minimisers of an objective over a parameter (or several).

    >>> t = sp.Symbol("theta")
    >>> ArgMin(t**2, t)
    arg min_theta theta**2
    """

    _word = "min"


class ArgMax(_Arg):
    """The set of maximisers of an objective over a parameter (or several).

    Examples
    --------
    >>> theta = sp.Symbol("theta", real=True)
    >>> ArgMax(-((theta - 1) ** 2), theta)
    arg max_theta -(theta - 1)**2
    """

    _word = "max"
