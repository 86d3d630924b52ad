"""Two expressions are equal; a name is given to one."""

from __future__ import annotations

import itertools

import mpmath as mp
import sympy as sp

from helpers.check.budget import attempted, obstacles
from helpers.check.reading import as_read
from helpers.check.trying import (
    ABSOLUTE,
    NEEDED,
    NO_VALUES,
    STRAY,
    TOLERANCE,
    ruled,
    side_value,
    tight_trials,
    trials_of,
    value_of,
)
from helpers.check.verdict import (
    Counterexample,
    NotChecked,
    Verdict,
    Witness,
    bound_text,
    count_text,
    difference_text,
    number_text,
    values_of,
)
from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate, exact_value
from helpers.notation import Probability
from helpers.proof import identities, lemmas
from helpers.trials.context import Context, NoPoints, domain_of
from helpers.trials.zeros import at_hidden_zeros

__all__ = ["check_definition", "check_equal", "compare_at"]


def _compare(left, right, context) -> tuple[int, mp.mpf, Counterexample | None, list]:
    count, worst, families, empty = 0, mp.mpf(0), [], 0
    sides = [left, right]
    trials = trials_of(sides, context, (20, 60), (4, 6), (2, 2))
    if left.atoms(Probability) | right.atoms(Probability):
        # Only at an outcome do events differ that are nearly the same.
        trials = itertools.chain(trials, tight_trials(sides, context, finite=True))
    hidden = (("", (a, b), env) for a, b, env in at_hidden_zeros(sides, context))
    for name, (a, b), env in itertools.chain(trials, hidden):
        outcome = compare_at(a, b, env, name)
        if outcome is None:
            continue
        if outcome is NO_VALUES:
            empty += 1
            continue
        error, counterexample = outcome
        if counterexample is not None:
            return count, worst, counterexample, families
        count += 1
        worst = max(worst, error)
        if name and name not in families:
            families.append(name)
    if empty and not count:
        raise NotChecked("neither side has a value at any point that was tried")
    return count, worst, None, families


def compare_at(a, b, env, family=""):
    """None if nothing can be said here, else the relative error and a counterexample or None.

    Where both sides are known to have no value, that is what is returned.
    """
    under = f"densities from the {family} family" if family else ""
    try:
        (u, no_u), (v, no_v) = side_value(a, env), side_value(b, env)
    except (NotEvaluable, ValueError) as problem:
        obstacles.append(str(problem))
        return None
    if u is None and v is None:
        return NO_VALUES
    if u is None or v is None:
        text = ("undefined", number_text(v)) if u is None else (number_text(u), "undefined")
        return mp.inf, Counterexample(values_of(env), *text, note=str(no_u or no_v))
    if u.is_infinite or v.is_infinite:
        if u.value == v.value:
            return mp.mpf(0), None
        return mp.inf, Counterexample(values_of(env), number_text(u), number_text(v), under)
    with mp.workdps(50):
        gap = abs(u.value - v.value)
        size = max(abs(u.value), abs(v.value))
        slack = u.error + v.error
        if gap > size * TOLERANCE + 4 * slack:
            note = "; ".join(filter(None, [difference_text(gap), under]))
            return mp.inf, Counterexample(values_of(env), number_text(u), number_text(v), note)
        if slack > size * NEEDED and slack > ABSOLUTE:
            return None
        if gap > 4 * slack and _differ_exactly(a, b, env):
            note = difference_text(gap)
            return mp.inf, Counterexample(values_of(env), number_text(u), number_text(v), note)
        # Where both sides are zero within their errors there is nothing to be relative to.
        return (gap / size if size > ABSOLUTE else gap), None


def _differ_exactly(a, b, env) -> bool:
    """Are the two values different fractions, however close?"""
    values = [exact_value(e, env, finite=True) for e in (a, b)]
    return all(v is not None and v.is_Rational for v in values) and values[0] != values[1]


@as_read
def check_equal(left, right, context: Context) -> Verdict:
    """Is left = right for all values of the symbols in their domain?"""
    try:
        count, worst, counterexample, families = _compare(left, right, context)
    except NoPoints:
        count, worst, counterexample, families = 0, mp.mpf(0), None, []
    if counterexample is not None:
        return Verdict("refuted", points=count, counterexample=counterexample)
    witnesses = []
    reason = attempted(identities.equal, left, right, context)
    lemma = None if reason else lemmas.by_equality(left, right, context)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    if count:
        witnesses.append(_numeric_witness(count, worst, families))
    verdict = ruled(witnesses, count, [left, right], context, worst=worst, lemma=lemma)
    if reason and not (left.free_symbols | right.free_symbols) and _finite_exact(left, right):
        return Verdict("exact", verdict.witnesses, count, verdict.max_error)
    return verdict


def _finite_exact(left, right) -> bool:
    """A finite case in rational numbers, where the two sides are the same fraction."""
    values = [exact_value(left, finite=True), exact_value(right, finite=True)]
    return all(v is not None and v.is_Rational for v in values) and values[0] == values[1]


def _numeric_witness(count, worst, families) -> Witness:
    where = count_text(count)
    under = f" ({', '.join(families)} densities)" if families else ""
    return Witness(
        "numeric",
        f"each side evaluated by its own route at {where}{under}, "
        f"largest relative difference {bound_text(worst)}",
    )


@as_read
def check_definition(left, right, context: Context) -> Verdict:
    """A definition: a new name, or something whose meaning is known, which must then agree."""
    is_name = left.is_Symbol or isinstance(left, sp.core.function.AppliedUndef)
    if is_name and left not in right.atoms(sp.Symbol, sp.core.function.AppliedUndef):
        counterexample = _not_nameable(left, right, context) if left.is_Symbol else None
        if counterexample is not None:
            return Verdict("refuted", counterexample=counterexample)
        return Verdict("defined", (Witness("definition", "a new name"),))
    try:
        count, worst, counterexample, families = _compare(left, right, context)
    except NoPoints:
        count, worst, counterexample, families = 0, mp.mpf(0), None, []
    if counterexample is not None:
        return Verdict("refuted", points=count, counterexample=counterexample)
    if is_name:
        raise NotChecked(f"{left} is defined by itself")
    witnesses = [Witness("definition", "there is nothing to prove")]
    if count:
        witnesses.append(_numeric_witness(count, worst, families))
    elif reason := attempted(identities.equal, left, right, context):
        witnesses.append(Witness("symbolic", reason))
    else:
        raise NotChecked(f"{left} has a meaning already, and nothing shows that this is it")
    return Verdict("defined", tuple(witnesses), count, worst if count else None)


def _not_nameable(name, right, context):
    """A point at which the right side is nothing that the name, by its assumptions, stands for."""
    domain = domain_of(name, [], context)
    try:
        for family, (e,), env in trials_of([right], context, (6, 12), (2, 2), (1, 0)):
            try:
                value = value_of(e, env)
            except (NotEvaluable, Undefined, ValueError):
                continue
            if not _lies_in(value, domain):
                note = f"outside {domain}, where {name} lives"
                under = f"densities from the {family} family" if family else ""
                note = "; ".join(filter(None, [note, under]))
                return Counterexample(values_of(env), str(name), number_text(value), note)
    except NoPoints:
        return None
    return None


def _lies_in(value, domain) -> bool:
    """Could the number lie in the domain? Only what is surely outside does not."""
    if isinstance(value.value, mp.mpc):
        return abs(mp.im(value.value)) <= max(4 * value.error, STRAY)
    slack = 4 * value.error + abs(value.value) * TOLERANCE if not value.is_infinite else 0
    if domain.is_subset(sp.S.Integers):
        return abs(value.value - mp.nint(value.value)) <= slack
    if isinstance(domain, sp.Interval) and domain.start.is_number and domain.end.is_number:
        low, high = (evaluate(t).value for t in (domain.start, domain.end))
        below = value.value < low - slack or (domain.left_open and value.value == low)
        above = value.value > high + slack or (domain.right_open and value.value == high)
        return not (below or above)
    return True
