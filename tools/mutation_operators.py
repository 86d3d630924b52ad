"""The ways in which a step is broken: each takes an expression and yields broken copies of it.

The operators are the mistakes that people make with these formulas: a sign, P and Q swapped, a
factor lost or doubled, an exponent or a bound off by one, theta where theta_star belongs, a
summation index shifted, a comparison turned round.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Set
from itertools import combinations

import sympy as sp
from sympy.core.relational import Relational

from helpers.notation import (
    KL,
    CrossEntropy,
    Distribution,
    VocabularyExpr,
)

SIGN = "sign of a term"
SWAP = "P and Q swapped"
FACTOR = "factor dropped or doubled"
EXPONENT = "exponent changed"
BOUND = "bound or constant changed"
THETA = "theta for theta_star"
SHIFT = "sum index shifted"
MINMAX = "min for max"
REVERSE = "inequality reversed"
OPERATORS = (SIGN, SWAP, FACTOR, EXPONENT, BOUND, THETA, SHIFT, MINMAX, REVERSE)

Path = tuple[int, ...]
Mutation = tuple[str, sp.Basic]
REVERSED = {sp.Ge: sp.Le, sp.Gt: sp.Lt, sp.Le: sp.Ge, sp.Lt: sp.Gt}


def places(e: sp.Basic) -> Iterator[tuple[Path, sp.Basic]]:
    """Yield every subexpression with its path, root first; what a law is made of is left alone.

    >>> x = sp.Symbol("x")
    >>> [str(node) for _, node in places(sp.log(x + 1))]
    ['log(x + 1)', 'x + 1', '1', 'x']
    """
    waiting: list[tuple[Path, sp.Basic]] = [((), e)]
    while waiting:
        path, node = waiting.pop(0)
        yield path, node
        if isinstance(node, Distribution | sp.Indexed):
            continue
        for index, child in enumerate(node.args):
            bound = isinstance(node, sp.Sum | sp.Integral | VocabularyExpr) and index > 0
            inside = isinstance(child, sp.Expr | sp.Tuple | sp.Lambda | Relational)
            if isinstance(node, sp.Piecewise):
                inside = True
            if inside and not (bound and not isinstance(child, sp.Lambda)):
                waiting.append(((*path, index), child))


def replaced(e: sp.Basic, path: Path, new: sp.Basic) -> sp.Basic:
    """Return the expression with another subexpression at a path.

    >>> x = sp.Symbol("x")
    >>> replaced(sp.log(x + 1), (0,), x)
    log(x)
    """
    if not path:
        return new
    args = list(e.args)
    args[path[0]] = replaced(args[path[0]], path[1:], new)
    return e.func(*args)


def at_every_place(e: sp.Basic, change: Callable[[sp.Basic], Iterator[sp.Basic]]):
    for path, node in places(e):
        for new in change(node):
            yield replaced(e, path, new)


def terms(node: sp.Basic) -> tuple[sp.Basic, ...]:
    return node.args if isinstance(node, sp.Add) else ()


def signs(e: sp.Basic) -> Iterator[sp.Basic]:
    def change(node: sp.Basic) -> Iterator[sp.Basic]:
        for term in terms(node):
            yield node - 2 * term
        if isinstance(node, sp.Mul) and node.args[0].is_negative:
            yield -node

    if isinstance(e, sp.Expr) and not isinstance(e, sp.Add):
        yield -e
    yield from at_every_place(e, change)


def swaps(e: sp.Basic) -> Iterator[sp.Basic]:
    laws = sorted(outermost_laws(e), key=sp.default_sort_key)

    def change(node: sp.Basic) -> Iterator[sp.Basic]:
        if isinstance(node, KL | CrossEntropy):
            yield node.func(node.args[1], node.args[0])
        if isinstance(node, VocabularyExpr) and not isinstance(node, KL | CrossEntropy):
            for own in node.args:
                if isinstance(own, Distribution):
                    for other in laws:
                        if other != own:
                            yield node.xreplace({own: other})

    yield from at_every_place(e, change)
    for one, other in combinations(laws, 2):
        # A discrete law cannot stand for a continuous one: such a copy could not be written.
        with contextlib.suppress(ValueError):
            yield e.xreplace({one: other, other: one})


def outermost_laws(e: sp.Basic) -> set[Distribution]:
    """Return the laws in an expression, without those that other laws are made of."""
    if isinstance(e, Distribution):
        return {e}
    return set().union(*(outermost_laws(child) for child in e.args)) if e.args else set()


def factors(e: sp.Basic) -> Iterator[sp.Basic]:
    def change(node: sp.Basic) -> Iterator[sp.Basic]:
        if isinstance(node, sp.Mul):
            for index, factor in enumerate(node.args):
                if factor != -1:
                    yield sp.Mul(*node.args[:index], *node.args[index + 1 :])
        for term in terms(node):
            yield node + term

    if isinstance(e, sp.Expr) and not isinstance(e, sp.Add) and e != 0:
        yield 2 * e
    yield from at_every_place(e, change)


def exponents(e: sp.Basic) -> Iterator[sp.Basic]:
    def change(node: sp.Basic) -> Iterator[sp.Basic]:
        if isinstance(node, sp.Pow):
            base, exponent = node.args
            by = -1 if exponent.is_negative else 1
            yield (
                base ** (exponent + by * (sp.Rational(1, 2) if exponent.q == 2 else 1))
                if (exponent.is_Rational)
                else base ** (exponent + 1)
            )

    yield from at_every_place(e, change)


def bounds(e: sp.Basic) -> Iterator[sp.Basic]:
    def change(node: sp.Basic) -> Iterator[sp.Basic]:
        if isinstance(node, sp.Sum | sp.Integral):
            function, *limits = node.args
            for index, limit in enumerate(limits):
                if len(limit) == 3:
                    for moved in moved_limits(*limit):
                        yield node.func(function, *limits[:index], moved, *limits[index + 1 :])
        if isinstance(node, Relational):
            yield node.func(node.lhs, 2 * node.rhs if node.rhs != 0 else node.rhs + 1)
        for index, child in enumerate(node.args):
            if isinstance(node, sp.Function | sp.Tuple) and child.is_Number:
                yield node.func(*node.args[:index], child + 1, *node.args[index + 1 :])

    if e.is_Number and e.is_finite:
        yield e + 1
    if e.is_infinite:
        yield sp.S.Zero
    for term in terms(e):
        if term.is_Number:
            yield e + 1
    yield from at_every_place(e, change)


def moved_limits(variable: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> Iterator[sp.Tuple]:
    if lower.is_finite is not False:
        yield sp.Tuple(variable, lower + 1, upper)
    if upper.is_finite is not False:
        yield sp.Tuple(variable, lower, upper + 1)
    if lower == -sp.oo:
        yield sp.Tuple(variable, sp.S.Zero, upper)


def thetas(e: sp.Basic, known: Set[sp.Symbol]) -> Iterator[sp.Basic]:
    """Put one symbol for another of the same letter: theta and theta_star, mu_1 and mu_2."""
    symbols = sorted(known | e.free_symbols, key=str)
    for one, other in combinations([s for s in symbols if isinstance(s, sp.Symbol)], 2):
        if letter(one) == letter(other) and one.assumptions0 == other.assumptions0:
            for before, after in ((one, other), (other, one)):
                if before in e.free_symbols:
                    yield e.xreplace({before: after})


def letter(symbol: sp.Symbol) -> str:
    return symbol.name.split("_")[0].rstrip("0123456789")


def shifts(e: sp.Basic) -> Iterator[sp.Basic]:
    def change(node: sp.Basic) -> Iterator[sp.Basic]:
        if isinstance(node, sp.Sum):
            function, *limits = node.args
            for limit in limits:
                yield node.func(function.subs(limit[0], limit[0] + 1), *limits)

    yield from at_every_place(e, change)


def extremes(e: sp.Basic) -> Iterator[sp.Basic]:
    other = {sp.Min: sp.Max, sp.Max: sp.Min}

    def change(node: sp.Basic) -> Iterator[sp.Basic]:
        if node.func in other:
            yield other[node.func](*node.args)

    yield from at_every_place(e, change)


def reversals(e: sp.Basic) -> Iterator[sp.Basic]:
    def change(node: sp.Basic) -> Iterator[sp.Basic]:
        for kind, opposite in REVERSED.items():
            if isinstance(node, kind):
                yield opposite(*node.args, evaluate=False)

    yield from at_every_place(e, change)


def mutations(e: sp.Basic, known: Set[sp.Symbol] = frozenset()) -> Iterator[Mutation]:
    """Yield each broken copy of an expression once, with the operator that made it.

    Parameters
    ----------
    e : sympy.Basic
        An expression, or a tuple of them.
    known : set of sympy.Symbol
        Symbols of the rest of the step, which may be mistaken for those in it.

    Examples
    --------
    >>> x = sp.Symbol("x")
    >>> for operator, broken in mutations(1 - x):
    ...     print(f"{operator}: {broken}")
    sign of a term: -x - 1
    sign of a term: x + 1
    sign of a term: x - 1
    factor dropped or doubled: 2 - x
    factor dropped or doubled: 1 - 2*x
    """
    seen = {e}
    for operator, found in (
        (SIGN, signs(e)),
        (SWAP, swaps(e)),
        (FACTOR, factors(e)),
        (EXPONENT, exponents(e)),
        (BOUND, bounds(e)),
        (THETA, thetas(e, set(known))),
        (SHIFT, shifts(e)),
        (MINMAX, extremes(e)),
        (REVERSE, reversals(e)),
    ):
        for broken in found:
            if broken not in seen and not broken.has(sp.nan, sp.zoo):
                seen.add(broken)
                yield operator, broken
