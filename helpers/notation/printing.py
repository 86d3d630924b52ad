"""How plain names print."""

from __future__ import annotations

from sympy.core.symbol import Str
from sympy.printing.latex import translate

__all__ = ["as_label", "symbol_latex"]


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
