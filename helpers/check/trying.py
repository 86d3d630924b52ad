"""What every check does at points: concrete sides, trials, tolerances, the ruling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import mpmath as mp
import sympy as sp

from helpers.check.budget import SYMPY_FAILS, OutOfTime, limited, obstacles, time_left
from helpers.check.verdict import (
    Counterexample,
    NotChecked,
    Verdict,
    Witness,
    number_text,
    values_of,
)
from helpers.digits.evaluate import DIGITS, NotEvaluable, Undefined, Value, evaluate
from helpers.notation import Density, Pdf, Sample, VocabularyExpr
from helpers.trials.context import Context, fingerprint, generator
from helpers.trials.laws import FINITE_FAMILIES, concretise, tight_families, witness_families
from helpers.trials.points import points, possible
from helpers.trials.thresholds import thresholds

__all__ = [
    "ABSOLUTE",
    "NEEDED",
    "NEITHER",
    "NOT_REAL",
    "NO_VALUES",
    "STRAY",
    "TOLERANCE",
    "as_mpf",
    "as_rational",
    "gap_at",
    "is_heavy",
    "ruled",
    "short_rational",
    "side_value",
    "tight_trials",
    "trials_of",
    "value_of",
]

TOLERANCE = mp.mpf(10) ** -30


NEEDED = mp.mpf(10) ** -20


ABSOLUTE = mp.mpf(10) ** -25


STRAY = mp.mpf(10) ** -10


# Seconds kept for the search for a proof.
_RESERVE = 4.5


NO_VALUES = (mp.mpf(0), None)


# Where neither side of an inequality has a value.
NEITHER = (mp.mpf(0), mp.inf, None)


NOT_REAL = "one side is not a real number"


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
            if time_left() < _RESERVE:
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
            if time_left() < _RESERVE:
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
    status = "proved" if symbolic else weak
    if lemma is not None:
        status = lemma.status
    used = () if lemma is None else (lemma.name,)
    return Verdict(status, tuple(witnesses), count, worst if count else None, None, tightest, used)


def value_of(e, env, digits=DIGITS) -> Value:
    """The value of an expression at a point, had in a part of the time that is left."""
    try:
        with limited(min(3.0, time_left() / 3)):
            return evaluate(e, env, digits)
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


def gap_at(a, b, env):
    """large - small at one point, the same relative to both, and a counterexample or None."""
    try:
        (u, no_u), (v, no_v) = side_value(a, env), side_value(b, env)
    except (NotEvaluable, ValueError) as problem:
        obstacles.append(str(problem))
        return None
    if u is None or v is None:
        if u is None and v is None:
            return NEITHER
        text = ("undefined", number_text(v)) if u is None else (number_text(u), "undefined")
        return mp.inf, mp.inf, Counterexample(values_of(env), *text, note=str(no_u or no_v))
    with mp.workdps(50):
        real = [not isinstance(w.value, mp.mpc) for w in (u, v)]
        if not all(real):
            # A root or a logarithm that is complex only by rounding tells nothing; where one
            # side is a real number and the other truly is none, there is no inequality.
            strays = [abs(mp.im(w.value)) > STRAY for w in (u, v)]
            if strays != [not r for r in real]:
                return None
            found = Counterexample(values_of(env), number_text(u), number_text(v), NOT_REAL)
            return mp.inf, mp.inf, found
        if u.is_infinite or v.is_infinite:
            gap = mp.inf if u.value <= v.value else -mp.inf
            fails, size = u.value > v.value, mp.mpf(1)
        else:
            gap = v.value - u.value
            size = max(abs(u.value), abs(v.value))
            fails = -gap > size * TOLERANCE + 4 * (u.error + v.error)
            if not fails and u.error + v.error > max(size * NEEDED, ABSOLUTE):
                return None
        if fails:
            return gap, gap, Counterexample(values_of(env), number_text(u), number_text(v))
        return gap, (gap / size if size else gap), None


def as_mpf(q) -> mp.mpf:
    return mp.mpf(q.p) / q.q


def short_rational(value) -> sp.Rational:
    """A rational number with a denominator that does not grow from step to step."""
    return sp.Rational(value).limit_denominator(10**18)


def as_rational(value) -> sp.Rational:
    return value if value.is_Rational else sp.Rational(str(sp.N(value, 25)))
