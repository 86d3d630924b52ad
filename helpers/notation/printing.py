"""How plain names print."""

from __future__ import annotations

import sympy as sp
from sympy.core.symbol import Str
from sympy.printing.latex import translate

__all__ = ["Bound", "as_bound", "as_label", "bound_names", "symbol_latex"]


def symbol_latex(name: str) -> str:
    """LaTeX of a plain name: ``theta_star`` becomes ``\\theta^{*}``.

    >>> print(symbol_latex("theta_star"))
    \\theta^{*}
    """
    if name.endswith("_star"):
        return f"{symbol_latex(name[:-5])}^{{*}}"
    if name.endswith("_hat"):
        return rf"\hat{{{symbol_latex(name[:-4])}}}"
    head, _, tail = name.partition("_")
    head = translate(head)
    return f"{head}_{{{translate(tail)}}}" if tail else head


def as_label(label) -> Str:
    if label is None:
        return Str("")
    return label if isinstance(label, Str) else Str(label)


class Bound(sp.Symbol):
    """A bound variable of the vocabulary: it prints like a symbol, and is no reader's symbol.

    A definition opened with a plain ``x`` would capture an ``x`` that stands in its parameters.

    >>> Bound("x", real=True), Bound("x", real=True) == sp.Symbol("x", real=True)
    (x, False)
    """

    __slots__ = ()


def as_bound(symbol: sp.Symbol) -> Bound:
    """The bound variable that prints like a symbol and is assumed to be the same.

    >>> as_bound(sp.Symbol("k", integer=True)).is_integer
    True
    """
    if isinstance(symbol, Bound):
        return symbol
    return Bound(symbol.name, **symbol.assumptions0)


_LETTERS = ("x", "y", "z", "w", "v", "s")


def bound_names(inside, count: int = 1) -> tuple:
    """Real bound variables whose names nobody sees twice in the printed definition.

    >>> bound_names(sp.Symbol("x") + 1)
    (y,)
    """
    taken = {s.name for s in inside.free_symbols if isinstance(s, sp.Symbol)}
    if count > 1:
        letter = next(c for c in _LETTERS if not any(f"{c}{k + 1}" in taken for k in range(count)))
        return tuple(Bound(f"{letter}{k + 1}", real=True) for k in range(count))
    return (Bound(next(c for c in _LETTERS if c not in taken), real=True),)
