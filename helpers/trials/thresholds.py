"""Further points of an inequality: where events begin and gaps close."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate
from helpers.notation import Expectation, Indicator, Probability, SampleMean, VocabularyExpr
from helpers.trials.context import (
    RELATIONAL,
    Context,
    domain_of,
    free_symbols_of,
    inside,
    plain_values,
    worked_out_value,
)
from helpers.trials.points import SLIGHTLY, meet

__all__ = ["thresholds"]


def thresholds(expressions, env, context: Context):
    """Points with one or two observations and the threshold of an event exactly on an outcome.

    Where every number is an outcome, about its typical size.
    """
    for node, event in _events(expressions):
        outcomes = node.distribution.points()
        if outcomes is None:
            outcomes = _typical(node.distribution, env) if node.sample is None else ()
        sizes = {node.sample.size} & set(env) if node.sample is not None else set()
        single = {k: sp.S.One if k in sizes else v for k, v in env.items()}
        gap = event.lhs - event.rhs
        for s in sorted(gap.free_symbols & set(free_symbols_of(expressions)), key=str):
            domain = domain_of(s, expressions, context)
            others = {k: v for k, v in single.items() if isinstance(k, sp.Symbol) and k != s}
            for outcome in outcomes:
                for value in _zeros_on(_observed(gap, node, outcome), others, s):
                    for size in (sp.S.One, sp.Integer(2)):
                        point = {**env, **dict.fromkeys(sizes, size), s: value}
                        point = meet(point, context)
                        if point is not None and inside(point[s], domain):
                            yield point


def _events(expressions) -> list:
    """The comparisons whose probabilities are taken, each with the node that takes it."""
    nodes = {n for e in expressions for n in e.atoms(Probability, Expectation)}
    found = []
    for node in sorted(nodes, key=sp.default_sort_key):
        if node.distribution.dimension == 1:
            f = node.function
            events = (
                [f] if isinstance(node, Probability) else [i.args[0] for i in f.atoms(Indicator)]
            )
            found += [(node, event) for event in events if isinstance(event, RELATIONAL)]
    return found


def _typical(law, env) -> tuple:
    """The mean size of a draw, somewhat less, and three times as much, to three digits."""
    x = sp.Dummy(real=True)
    try:
        size = evaluate(Expectation(sp.Abs(x), x, law), plain_values(env), 20).value
    except (NotEvaluable, Undefined, ValueError):
        return ()
    if not mp.isfinite(size):
        return ()
    size = sp.Rational(mp.nstr(size, 3))
    return size, size * sp.Rational(3, 4), 3 * size


def _observed(gap, node, outcome):
    """Both sides of an event, compared, where the only observation is ``outcome``."""
    if node.sample is None:
        return gap.subs(node.variable, outcome)
    means = [m for m in gap.atoms(SampleMean) if m.sample == node.sample]
    return gap.xreplace(
        {m: sp.sympify(outcome) if len(m.args) == 1 else m.args[1](outcome) for m in means}
    )


def _zeros_on(gap, others, symbol) -> list:
    """Where a difference of simple terms vanishes, expectations worked out.

    Next to it, on both sides, where that is at no fraction.
    """
    gap = gap.subs(others)
    gap = gap.xreplace({v: worked_out_value(v) for v in gap.atoms(VocabularyExpr)})
    gap = sp.numer(gap.together()) if gap.is_rational_function(symbol) else gap
    if gap.free_symbols != {symbol} or not gap.is_polynomial(symbol):
        return []
    found = []
    for root in sp.roots(sp.Poly(gap, symbol)):
        if root.is_rational:
            found.append(root)
        elif root.is_real:
            near = sp.Rational(str(sp.N(root, 12)))
            found += [near * (1 - SLIGHTLY), near * (1 + SLIGHTLY)]
    return found
