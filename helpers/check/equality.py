"""Two expressions are equal; a name is given to one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import mpmath as mp
import sympy as sp

from helpers.check.budget import attempted, time_left
from helpers.check.comparing import NO_VALUES, STRAY, TOLERANCE, compare_at, confirmed
from helpers.check.reading import as_read
from helpers.check.trying import ruled, tight_trials, trials_of, value_of
from helpers.check.verdict import (
    Counterexample,
    NotChecked,
    Verdict,
    Witness,
    bound_text,
    count_text,
    number_text,
    radius_text,
    values_of,
)
from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate, exact_value
from helpers.notation import Probability
from helpers.proof import identities, lemmas
from helpers.trials.context import Context, NoPoints, domain_of
from helpers.trials.zeros import at_hidden_zeros

__all__ = ["check_definition", "check_equal"]

# What is said of two numbers that are the same fraction.
_NUMBER_DIGITS = 4000
# Points at which integrals are enclosed.
_ENCLOSED = 4


@dataclass
class _Seen:
    """What the points of a step showed."""

    places: list = field(default_factory=list)
    worst: mp.mpf = field(default_factory=mp.mpf)
    families: list = field(default_factory=list)
    counterexample: Counterexample | None = None

    @property
    def count(self) -> int:
        return len(self.places)


def _compare(left, right, context) -> _Seen:
    seen, empty = _Seen(), 0
    sides = [left, right]
    trials = trials_of(sides, context, (20, 60), (4, 6), (2, 2))
    if left.atoms(Probability) | right.atoms(Probability):
        # Only at an outcome do events differ that are nearly the same.
        trials = itertools.chain(trials, tight_trials(sides, context, finite=True))
    hidden = (("", (a, b), env) for a, b, env in at_hidden_zeros(sides, context))
    try:
        for name, (a, b), env in itertools.chain(trials, hidden):
            outcome = compare_at(a, b, env, name)
            if outcome is None:
                continue
            if outcome is NO_VALUES:
                empty += 1
                continue
            seen.counterexample = outcome.counterexample
            if seen.counterexample is not None:
                return seen
            seen.places.append((a, b, env, outcome.is_enclosed))
            seen.worst = max(seen.worst, outcome.error)
            if name and name not in seen.families:
                seen.families.append(name)
    except NoPoints:
        return _Seen()
    if empty and not seen.count:
        raise NotChecked("neither side has a value at any point that was tried")
    return seen


@as_read
def check_equal(left, right, context: Context) -> Verdict:
    """Is left = right for all values of the symbols in their domain?"""
    seen = _compare(left, right, context)
    if seen.counterexample is not None:
        return Verdict("refuted", points=seen.count, counterexample=seen.counterexample)
    witnesses = []
    reason = attempted(identities.equal, left, right, context)
    lemma = None if reason else lemmas.by_equality(left, right, context)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    weak, worst = "numeric", seen.worst
    if seen.count and (reason or lemma is not None):
        witnesses.append(_cross_check(seen))
    elif seen.count:
        witness, weak, worst, counterexample = _followed(seen)
        if counterexample is not None:
            return Verdict("refuted", points=seen.count, counterexample=counterexample)
        witnesses.append(witness)
    verdict = ruled(
        witnesses, seen.count, [left, right], context, worst=worst, weak=weak, lemma=lemma
    )
    if reason and not (left.free_symbols | right.free_symbols) and _finite_exact(left, right):
        return replace(verdict, status="exact", tightest="")
    return verdict


def _followed(seen: _Seen) -> tuple[Witness, str, mp.mpf, Counterexample | None]:
    """What numbers alone can show: agreement of enclosures, to many more digits."""
    alone = seen.count == 1 and not seen.places[0][2]
    worst, sure, missed, longest = mp.mpf(0), 0, 0, 0.0
    for a, b, env, is_enclosed in seen.places:
        # What is enclosed anyhow is followed everywhere, what takes work at a few points, and at
        # fewer of them (which is told) rather than at none for want of time.
        before = time_left()
        if not is_enclosed and (sure >= _ENCLOSED or (sure and before < 2 * longest)):
            continue
        closer = confirmed(a, b, env, alone=alone)
        longest = max(longest, before - time_left())
        if closer is not None and closer.counterexample is not None:
            return None, "", worst, closer.counterexample
        if closer is None or not closer.is_enclosed:
            missed += 1
            continue
        sure += 1
        worst = max(worst, closer.error)
    under = f" ({', '.join(seen.families)} densities)" if seen.families else ""
    where = f"each side evaluated by its own route at {count_text(seen.count)}{under}"
    if missed or not sure:
        text = f"{where}, errors estimated, largest relative difference {bound_text(seen.worst)}"
        return Witness("numeric", text), "estimated", seen.worst, None
    if alone and all(value_of(e, {}).is_infinite for e in seen.places[0][:2]):
        text = "infinite on both sides"
    elif alone:
        digits = _NUMBER_DIGITS if worst == 0 else int(-mp.log10(worst))
        text = f"{digits} digits of one number, enclosed on both sides"
    else:
        each = "each value enclosed" if sure == seen.count else f"enclosed at {sure} of them"
        text = f"{where}, {each}, largest relative radius {radius_text(worst)}"
    return Witness("numeric", text), "numeric", worst, None


def _finite_exact(left, right) -> bool:
    """A finite case in rational numbers, where the two sides are the same fraction."""
    values = [exact_value(left, finite=True), exact_value(right, finite=True)]
    return all(v is not None and v.is_Rational for v in values) and values[0] == values[1]


def _cross_check(seen: _Seen) -> Witness:
    under = f" ({', '.join(seen.families)} densities)" if seen.families else ""
    return Witness(
        "numeric",
        f"each side evaluated by its own route at {count_text(seen.count)}{under}, "
        f"largest relative difference {bound_text(seen.worst)}",
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
    seen = _compare(left, right, context)
    if seen.counterexample is not None:
        return Verdict("refuted", points=seen.count, counterexample=seen.counterexample)
    if is_name:
        raise NotChecked(f"{left} is defined by itself")
    witnesses = [Witness("definition", "there is nothing to prove")]
    if seen.count:
        witnesses.append(_cross_check(seen))
    elif reason := attempted(identities.equal, left, right, context):
        witnesses.append(Witness("symbolic", reason))
    else:
        raise NotChecked(f"{left} has a meaning already, and nothing shows that this is it")
    worst = seen.worst if seen.count else None
    return Verdict("defined", tuple(witnesses), seen.count, worst)


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
