"""Where a claim holds, as a reader writes it: the domains and signs of its symbols."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from helpers.notation import symbol_latex

__all__ = ["Condition", "conditions"]

# What a symbol may be assumed to be besides a real or an integer that lies in an interval.
_KINDS = ("odd", "even", "prime", "composite", "rational", "irrational")
# As many elements of a set are listed.
_LISTED = 5


class Condition:
    """One condition on some symbols, as text and as LaTeX.

    Examples
    --------
    >>> a, b = sp.symbols("a b", positive=True)
    >>> (found,) = conditions({a: sp.Interval.open(0, sp.oo), b: sp.Interval.open(0, sp.oo)})
    >>> found.text, found.latex
    ('a, b > 0', 'a, b > 0')
    """

    def __init__(self, text: str, latex: str):
        self.text, self.latex = text, latex


def conditions(domains: Mapping[sp.Basic, sp.Set]) -> list[Condition]:
    """Say where each symbol lives; symbols that share a domain share a condition.

    Parameters
    ----------
    domains : dict
        From symbols, or the bases of data, to SymPy Sets.

    Returns
    -------
    list of Condition

    Examples
    --------
    >>> t, n = sp.Symbol("theta", positive=True), sp.Symbol("n", integer=True, positive=True)
    >>> [c.text for c in conditions({n: sp.S.Naturals, t: sp.Interval.open(0, 1)})]
    ['n = 1, 2, ...', '0 < theta < 1']
    >>> conditions({t: sp.Interval.Lopen(0, sp.oo), n: sp.S.Integers})[0].latex
    '\\\\theta > 0'
    """
    shared: dict = {}
    for symbol, domain in domains.items():
        kinds = () if isinstance(symbol, sp.IndexedBase) else _kinds(symbol, domain)
        shared.setdefault((domain, kinds), []).append(symbol)
    found = []
    for (domain, kinds), symbols in shared.items():
        text = _placed(", ".join(_name(s) for s in symbols), domain, kinds, str, _TEXT)
        latex = _placed(", ".join(_name_latex(s) for s in symbols), domain, kinds, sp.latex, _LATEX)
        found.append(Condition(text, latex))
    return found


_TEXT = {sign: sign for sign in ("<", "<=", ">", ">=", "...", "in", "!=")} | {"is": " {}"}
_LATEX = {
    "<": "<",
    "<=": r"\le",
    ">": ">",
    ">=": r"\ge",
    "...": r"\ldots",
    "in": r"\in",
    "is": r"\text{{ {}}}",
    "!=": r"\ne",
}


def _kinds(symbol, domain) -> tuple[str, ...]:
    if domain.is_subset(sp.S.Integers):
        kinds = [k for k in _KINDS if getattr(symbol, f"is_{k}") and k not in ("rational",)]
        return tuple(kinds)
    return tuple(k for k in ("rational", "irrational") if getattr(symbol, f"is_{k}"))


def _name(symbol) -> str:
    return f"{symbol}_i" if isinstance(symbol, sp.IndexedBase) else str(symbol)


def _name_latex(symbol) -> str:
    if isinstance(symbol, sp.IndexedBase):
        return f"{symbol_latex(str(symbol))}_{{i}}"
    return symbol_latex(symbol.name)


def _placed(names: str, domain: sp.Set, kinds: tuple[str, ...], show, words) -> str:
    """Names and where they live."""
    more = "".join(words["is"].format(kind) for kind in kinds)
    if domain == sp.S.Reals:
        return f"{names}{more}" if more else names + words["is"].format("real")
    if domain == sp.S.Integers:
        return f"{names}{more}" if more else names + words["is"].format("integer")
    if domain in (sp.S.Naturals, sp.S.Naturals0):
        first = 1 if domain == sp.S.Naturals else 0
        return f"{names} = {first}, {first + 1}, {words['...']}{more}"
    if isinstance(domain, sp.Range) and domain.start.is_finite and domain.step == 1:
        ends = [show(domain.start), show(domain.start + 1), words["..."]]
        if domain.stop.is_finite:
            ends = [show(domain.start), words["..."], show(domain.stop - 1)]
        return f"{names} = {', '.join(ends)}{more}"
    if isinstance(domain, sp.FiniteSet) and len(domain) <= _LISTED:
        inside = ", ".join(show(v) for v in sorted(domain, key=sp.default_sort_key))
        braces = (r"\{", r"\}") if words is _LATEX else ("{", "}")
        return f"{names} {words['in']} {braces[0]}{inside}{braces[1]}{more}"
    if isinstance(domain, sp.Interval):
        return _between(names, domain, show, words) + more
    hole = sp.Complement(sp.S.Reals, domain) if domain.is_subset(sp.S.Reals) else None
    if isinstance(hole, sp.FiniteSet) and len(hole) == 1:
        return f"{names} {words['!=']} {show(next(iter(hole)))}{more}"
    return f"{names} {words['in']} {show(domain)}{more}"


def _between(names: str, domain: sp.Interval, show, words) -> str:
    lower = words["<" if domain.left_open else "<="]
    upper = words["<" if domain.right_open else "<="]
    if domain.end == sp.oo:
        return f"{names} {words['>' if domain.left_open else '>=']} {show(domain.start)}"
    if domain.start == -sp.oo:
        return f"{names} {upper} {show(domain.end)}"
    return f"{show(domain.start)} {lower} {names} {upper} {show(domain.end)}"
