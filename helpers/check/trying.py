"""What every check does at points: concrete sides, trials, tolerances, the ruling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import mpmath as mp
import sympy as sp

from helpers.check.budget import (
    SYMPY_FAILS,
    OutOfTime,
    limited,
    obstacles,
    search_is_over,
    time_left,
)
from helpers.check.verdict import (
    NotChecked,
    Verdict,
    Witness,
)
from helpers.digits.evaluate import DIGITS, NotEvaluable, Undefined, Value, evaluate
from helpers.notation import Density, Pdf, Sample, VocabularyExpr
from helpers.trials.context import Context, fingerprint, generator
from helpers.trials.laws import FINITE_FAMILIES, concretise, tight_families, witness_families
from helpers.trials.points import points, possible
from helpers.trials.thresholds import thresholds

__all__ = [
    "ALGEBRA_ALONE",
    "as_mpf",
    "as_rational",
    "is_heavy",
    "ruled",
    "short_rational",
    "side_value",
    "tight_trials",
    "trials_of",
    "value_of",
]

# What a proof says that no number was set against.
ALGEBRA_ALONE = "by algebra alone, no point could be evaluated"


def is_heavy(*sides) -> bool:
    return any(
        e.has(sp.Sum, sp.Product) or (e.atoms(sp.Integral, VocabularyExpr) - e.atoms(Pdf))
        for e in sides
    )


def trials_of(sides, context, light, heavy, abstract) -> Iterator[tuple]:
    """Concrete versions of the two sides with points at which to try them."""
    rng = generator(context, *sides)
    for name, replacement in witness_families(*sides, salt=fingerprint(context, *sides)):
        concrete = [concretise(e, replacement) for e in sides]
        inner = _inner(context, replacement)
        if not is_heavy(*concrete):
            count, extra = (t // 3 for t in light) if name else light
        else:
            count, extra = abstract if name and name not in FINITE_FAMILIES else heavy
        for env in points(concrete, inner, rng, count, extra):
            if search_is_over():
                return
            yield name, concrete, env


def _inner(context, replacement) -> Context:
    """The same context where abstract densities are replaced in what was said before, too."""
    background = tuple(
        concretise(e, replacement)
        for e in context.background
        if not replacement or e.atoms(Density) <= set(replacement)
    )
    return replace(context, background=background)


def tight_trials(sides, context, *, finite=False) -> Iterator[tuple]:
    """Further trials of an inequality, where the two sides tend to be close.

    ``finite`` leaves out laws that are not on finitely many points.
    """
    rng = generator(context, *sides, sp.Symbol("tight"))
    families = tight_families(*sides, salt=fingerprint(context, *sides))
    if not any(e.atoms(Density) for e in sides):
        families = [("", {})]
    for name, replacement in families:
        if finite and name not in FINITE_FAMILIES:
            continue
        concrete = [concretise(e, replacement) for e in sides]
        inner = _inner(context, replacement)
        seen: list = []
        count, far = (4, 2) if name in FINITE_FAMILIES else (3, 2)
        for drawn in points(concrete, inner, rng, count if name else 1, 0, far=far if name else 0):
            if search_is_over():
                return
            # A sample of one: its mean varies most.
            sizes = {t.size for e in concrete for t in e.atoms(Sample)} & set(drawn)
            env = {**drawn, **dict.fromkeys(sizes, sp.S.One)}
            if name:
                yield name, concrete, env
            for special in thresholds(concrete, env, inner):
                if special not in seen:
                    seen.append(special)
                    yield name, concrete, special


def ruled(
    witnesses, count, sides, context, *, worst=None, tightest="", weak="numeric", lemma=None
) -> Verdict:
    """The verdict on a step that nothing spoke against."""
    if lemma is not None:
        witnesses = [Witness("lemma", f"an instance of {lemma.name}"), *witnesses]
    if not witnesses:
        why = "; ".join(dict.fromkeys(obstacles)) or "no point could be evaluated"
        raise NotChecked(f"neither a symbolic nor a numeric check could be made: {why}")
    if not count and not possible(sides, context):
        # What holds nowhere would make every step true.
        raise NotChecked("no point of the domain was found that satisfies the hypotheses")
    symbolic = any(w.kind in ("symbolic", "rule") for w in witnesses)
    if symbolic and not count:
        witnesses = [*witnesses, Witness("algebra alone", ALGEBRA_ALONE)]
    status = "proved" if symbolic else weak
    if lemma is not None:
        status = lemma.status
    used = () if lemma is None else (lemma.name,)
    return Verdict(status, tuple(witnesses), count, worst if count else None, None, tightest, used)


def value_of(e, env, digits=DIGITS, *, enclosed=False) -> Value:
    """The value of an expression at a point, had in a part of the time that is left."""
    try:
        with limited(min(3.0, time_left() / 3)):
            return evaluate(e, env, digits, enclosed=enclosed)
    except (NotEvaluable, Undefined):
        raise
    except OutOfTime:
        if time_left() <= 0:
            raise
        raise NotEvaluable(f"{e} takes too long to evaluate") from None
    except SYMPY_FAILS as problem:
        raise NotEvaluable(f"{type(problem).__name__}: {problem}"[:200]) from problem


def side_value(e, env):
    if e is sp.nan:
        return None, Undefined("a divisor or the argument of a logarithm is zero there")
    try:
        value = value_of(e, env)
    except Undefined as problem:
        return None, problem
    return value, None


def as_mpf(q) -> mp.mpf:
    return mp.mpf(q.p) / q.q


def short_rational(value) -> sp.Rational:
    """A rational number with a denominator that does not grow from step to step."""
    return sp.Rational(value).limit_denominator(10**18)


def as_rational(value) -> sp.Rational:
    return value if value.is_Rational else sp.Rational(str(sp.N(value, 25)))
