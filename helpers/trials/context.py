"""Where a step holds: domains, hypotheses, what was said before; its seeded generator."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from functools import lru_cache

import mpmath as mp
import sympy as sp

from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate
from helpers.notation import (
    JSD,
    KL,
    Distribution,
    Finite,
    Likelihood,
    Pdf,
    Sample,
    Transformed,
    Variance,
)

__all__ = [
    "RELATIONAL",
    "Context",
    "Data",
    "NoPoints",
    "assumed_domain",
    "assumed_within",
    "bases_of",
    "data_domain",
    "domain_of",
    "fingerprint",
    "free_symbols_of",
    "generator",
    "holds_at",
    "inside",
    "plain_values",
    "shows_its_support",
    "worked_out_value",
]

RELATIONAL = sp.core.relational.Relational


class Data(tuple):
    """Observations drawn for a sample, and the symbol of the sample's size where it has one.

    >>> Data((1, 0, 1), sp.Symbol("m")).size
    m
    """

    size: sp.Symbol | None

    def __new__(cls, values, size=None):
        self = super().__new__(cls, values)
        self.size = size
        return self


class NoPoints(Exception):  # noqa: N818
    """No points can be drawn from a domain, or no witness family fits a density."""


@dataclass(frozen=True)
class Context:
    """What a step may assume, and what was said before it.

    ``background`` holds the earlier lines of the chain: the law of the data, for instance, is
    known from the likelihood even after it has been written out.
    """

    domain: dict = field(default_factory=dict)
    hypotheses: tuple = ()
    lemmas: tuple = ()
    over: tuple = ()
    seed: int = 20
    background: tuple = ()

    @property
    def relations(self) -> list:
        """The hypotheses that are SymPy relations, but for those that call a quantity finite."""
        relations = [h for h in self.hypotheses if isinstance(h, RELATIONAL)]
        return [h for h in relations if _finite_in(h) is None]

    @property
    def finite(self) -> frozenset:
        """The quantities that a hypothesis calls finite: ``Finite(Entropy(P))``."""
        relations = [h for h in self.hypotheses if isinstance(h, RELATIONAL)]
        return frozenset(q for h in relations if (q := _finite_in(h)) is not None)


def _finite_in(relation):
    """The quantity that a relation calls finite, or None.

    A quantity that is never negative may be said to be less than infinity.
    """
    if isinstance(relation, Finite):
        return relation.quantity
    if not isinstance(relation, (sp.Lt, sp.Gt)) or relation.gts is not sp.oo:
        return None
    return relation.lts if isinstance(relation.lts, (KL, JSD, Variance)) else None


def generator(context: Context, *parts) -> random.Random:
    """A random generator that depends on the seed and the step, and on nothing else."""
    return random.Random(int(fingerprint(context, *parts), 16))


def fingerprint(context: Context, *parts) -> str:
    """What tells one step with one seed from every other, as a short text."""
    text = "|".join([str(context.seed), *map(sp.srepr, parts)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=1024)
def worked_out_value(v) -> sp.Expr:
    """A quantity under finite laws exactly, under others a fraction close to it."""
    if v.free_symbols or all(law.points() is not None for law in v.atoms(Distribution)):
        return v.doit()
    try:
        value = evaluate(v, digits=20).value
    except (NotEvaluable, Undefined, ValueError):
        return v
    return sp.Rational(mp.nstr(value, 15)) if mp.isfinite(value) else v


def shows_its_support(e) -> bool:
    """Is a density summed, integrated, mapped or evaluated outside the vocabulary?"""
    if e.has(Transformed):
        return True
    for node in e.atoms(sp.Integral, sp.Sum):
        if node.has(Pdf) and not node.has(sp.Indexed):
            return True
    for node in e.atoms(Pdf):
        t = node.args[1]
        if not isinstance(t, sp.Indexed) and t.free_symbols & e.free_symbols:
            return True
    return False


def bases_of(expressions) -> list:
    """The data (indexed bases) of some expressions, one per name."""
    found = {t.base for e in expressions for t in e.atoms(sp.Indexed)}
    found |= {t.base for e in expressions for t in e.atoms(Sample) if t.distribution is None}
    by_name = {str(b): b for b in sorted(found, key=sp.default_sort_key)}
    return [by_name[name] for name in sorted(by_name)]


def free_symbols_of(expressions) -> list:
    """The free symbols, sorted by name, labels of data left out."""
    free = set().union(*[e.free_symbols for e in expressions])
    labels = {str(b) for b in bases_of(expressions)}
    kept = (s for s in free if isinstance(s, sp.Symbol) and str(s) not in labels)
    return sorted(kept, key=lambda s: (str(s), sp.srepr(s)))


def domain_of(symbol, expressions, context: Context) -> sp.Set:
    """Where a symbol lives: the stated domain, its distribution's, or its assumptions'."""
    if symbol in context.domain:
        return context.domain[symbol]
    everything = [*expressions, *context.background]
    for e in everything:
        for d in sorted(e.atoms(Distribution), key=sp.default_sort_key):
            found = d.parameter_domain().get(symbol)
            if found is not None:
                return assumed_within(symbol, found)
    for e in everything:
        for p in e.atoms(Pdf):
            if p.args[1] == symbol and symbol in e.free_symbols and not p.distribution.abstract:
                return p.distribution.support
    return assumed_within(symbol, sp.S.Reals)


def assumed_domain(symbol) -> sp.Set:
    """Where a symbol lives by its assumptions alone.

    >>> assumed_domain(sp.Symbol("u", positive=True))
    Interval.open(0, oo)
    """
    return assumed_within(symbol, sp.S.Reals)


def assumed_within(symbol, default: sp.Set) -> sp.Set:
    if symbol.is_integer:
        if symbol.is_positive:
            return sp.S.Naturals
        return sp.S.Naturals0 if symbol.is_nonnegative else sp.S.Integers
    if default != sp.S.Reals:
        return default
    if symbol.is_positive:
        return sp.Interval.open(0, sp.oo)
    if symbol.is_nonnegative:
        return sp.Interval(0, sp.oo)
    if symbol.is_negative:
        return sp.Interval.open(-sp.oo, 0)
    if symbol.is_nonpositive:
        return sp.Interval(-sp.oo, 0)
    if symbol.is_nonzero:
        return sp.Union(sp.Interval.open(-sp.oo, 0), sp.Interval.open(0, sp.oo))
    return sp.S.Reals


def data_domain(base, expressions, context: Context) -> sp.Set:
    """Where the observations of a sample live."""
    for key, value in context.domain.items():
        if isinstance(key, (sp.IndexedBase, Sample)) and str(key) == str(base):
            return value
    for e in [*expressions, *context.background]:
        for node in sorted(e.atoms(Likelihood), key=sp.default_sort_key):
            if str(node.sample.base) == str(base) and not node.distribution.abstract:
                return node.distribution.support
        for node in sorted(e.atoms(Pdf), key=sp.default_sort_key):
            t = node.args[1]
            is_data = isinstance(t, sp.Indexed) and str(t.base) == str(base)
            if is_data and not node.distribution.abstract:
                return node.distribution.support
    return assumed_within(base.label, sp.S.Reals)


def inside(value, domain: sp.Set) -> bool:
    """Does the number surely lie in the domain?

    Of fractions in the usual domains it is known at once; SymPy finds it out by a longer way.

    >>> inside(sp.Rational(1, 3), sp.Interval.open(0, 1)), inside(0, sp.S.Naturals)
    (True, False)
    """
    value = sp.sympify(value)
    if value.is_Rational:
        if isinstance(domain, sp.Interval):
            above = _is_beyond(value, domain.start, domain.left_open, 1)
            below = _is_beyond(value, domain.end, domain.right_open, -1)
            if above is not None and below is not None:
                return above and below
        elif domain is sp.S.Naturals or domain is sp.S.Naturals0 or domain is sp.S.Integers:
            least = {sp.S.Naturals: 1, sp.S.Naturals0: 0}.get(domain, value.p)
            return value.q == 1 and value.p >= least
    return domain.contains(value) == sp.true


def _is_beyond(value, end, is_open, sign) -> bool | None:
    """Is the fraction on the right side of an end? None where the end is not a known fraction."""
    if end is (sp.S.NegativeInfinity if sign == 1 else sp.S.Infinity):
        return True
    if not end.is_Rational:
        return None
    gap = sign * (value.p * end.q - end.p * value.q)
    return bool(gap > 0 or (gap == 0 and not is_open))


def plain_values(env) -> dict:
    return {k: v for k, v in env.items() if isinstance(k, sp.Symbol)}


def holds_at(relation, env) -> bool:
    """Does the relation hold at the point, as far as thirty digits tell for an equation?"""
    plain = plain_values(env)
    if isinstance(relation.lhs, sp.Expr) and isinstance(relation.rhs, sp.Expr):
        # Of fractions it is known at once, of other numbers that are apart from their digits,
        # without the detours of a SymPy relation.
        low, high = (t.xreplace(plain) for t in (relation.lhs, relation.rhs))
        if low.is_Rational and high.is_Rational:
            return bool(relation.func(low, high))
        if low.is_number and high.is_number:
            gap = sp.N(low - high, 40, maxn=400)
            if gap.is_Float and abs(gap) >= sp.Float("1e-30"):
                return bool(relation.func(gap, 0))
            if isinstance(relation, sp.Eq) and gap.is_number and abs(gap) < sp.Float("1e-30"):
                return True
    return relation.subs(plain) == sp.true
