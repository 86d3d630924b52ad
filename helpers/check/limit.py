"""One side tends to the other."""

from __future__ import annotations

import itertools
from dataclasses import replace

import mpmath as mp
import sympy as sp

from helpers.check.budget import attempted
from helpers.check.comparing import compare_at
from helpers.check.reading import as_read
from helpers.check.simulation import check_sampled_limit
from helpers.check.trying import is_heavy, ruled, value_of
from helpers.check.verdict import (
    Counterexample,
    NotChecked,
    Verdict,
    Witness,
    gap_text,
    number_text,
    values_of,
)
from helpers.digits.evaluate import NotEvaluable, Undefined
from helpers.notation import Expectation, Probability, Sample, SampleMean, Variance
from helpers.proof import identities, limits
from helpers.proof.normal_form import normal_form
from helpers.trials.context import Context, domain_of, generator, inside
from helpers.trials.points import points

__all__ = ["check_limit"]


@as_read
def check_limit(left, right, variable, point, context: Context) -> Verdict:
    """Does left tend to right as the variable goes to the point?"""
    if any(t.distribution is not None for t in left.atoms(Sample)) and left.atoms(SampleMean):
        outside = left.atoms(Expectation, Probability, Variance)
        if not outside:
            if point != sp.oo:
                raise NotChecked("the mean of a random sample settles only as the sample grows")
            return check_sampled_limit(left, right, variable, context)
    witnesses = []
    found = attempted(limits.limit, left, variable, point, context) or []
    target = normal_form(right)
    # The law of a parameter may be named on the left alone.
    wider = replace(context, background=(*context.background, left))
    shown = [
        value == target or bool(attempted(identities.equal, value, target, wider))
        for value in found
    ]
    count, counterexample = _approach(left, right, variable, point, context)
    if counterexample is not None:
        return Verdict("refuted", points=count, counterexample=counterexample)
    for value, is_shown in zip(found, shown, strict=True):
        counterexample = None if is_shown else _apart(value, target, wider)
        if counterexample is None:
            continue
        # SymPy's limit alone refutes nothing: the numbers have to go there, too.
        agreeing, against = _approach(left, value, variable, point, context)
        if agreeing and against is None:
            if not count or _is_nearer(left, (value, right), variable, point, context):
                return Verdict("refuted", counterexample=counterexample)
            raise NotChecked("computer algebra finds another limit, and numbers go near both")
        if not count:
            raise NotChecked("computer algebra finds another limit, which no number confirms")
    if found and all(shown):
        # Both are the same; the shorter one tells the reader more.
        shorter = min(found[0], target, key=sp.count_ops)
        witnesses.append(Witness("symbolic", f"the limit is {shorter}"))
    if count:
        told = "the size grows" if target.is_infinite else "the distance shrinks"
        witnesses.append(Witness("numeric", f"{told} along {count} sequences"))
    # However far a sequence goes, it ends somewhere.
    return ruled(witnesses, count, [left, right], context, weak="estimated")


def _apart(found, target, context):
    """A point at which the true limit and the claimed one differ."""
    rng = generator(context, found, target)
    for env in points([found, target], context, rng, 4, 4):
        outcome = compare_at(found, target, env)
        if outcome is not None and outcome.counterexample is not None:
            return replace(outcome.counterexample, note="the limit against what is claimed")
    return None


def _approach(left, right, variable, point, context):
    """Do the two sides come together along sequences, from each side that the domain has?"""
    rng = generator(context, left, right)
    domain = domain_of(variable, [left, right], context)
    count = 0
    heavy = is_heavy(left)
    for env in points([left, right], context, rng, 4, 0 if heavy else 12):
        for places in _ways_to(point, domain, variable, heavy):
            try:
                gaps = _shrinking(left, right, variable, env, places)
            except (NotEvaluable, Undefined, ValueError):
                continue
            if not _closes(gaps) and not _grows(gaps):
                shown = {k: v for k, v in env.items() if k != variable}
                at = _last(point, places[len(gaps) - 1], len(gaps) - 1)
                return count, Counterexample(
                    {**values_of(shown), str(variable): at},
                    gap_text(gaps[-1]),
                    number_text(value_of(right, env)),
                )
            count += 1
    return count, None


def _is_nearer(left, goals, variable, point, context) -> bool:
    """Do numbers far along end nearer to the first of two finite goals, on every sequence?"""
    if any(goal.is_infinite for goal in goals):
        return False
    rng = generator(context, left, *goals)
    domain, heavy = domain_of(variable, [left, *goals], context), is_heavy(left)
    told = []
    for env in points([left, *goals], context, rng, 2, 0):
        for places in _ways_to(point, domain, variable, heavy):
            try:
                one, two = (_shrinking(left, goal, variable, env, places) for goal in goals)
            except (NotEvaluable, Undefined, ValueError):
                continue
            told.append(len(one) == len(two) and one[-1] < two[-1])
    return bool(told) and all(told)


def _closes(gaps) -> bool:
    """Do distances go to zero, as far as the last of them tell?"""
    return (
        gaps[-1] >= 0
        and gaps[-1] <= gaps[0] * mp.mpf("0.75")
        and (gaps[-1] <= gaps[-2] * mp.mpf("0.9"))
    )


def _grows(gaps) -> bool:
    """Do sizes, told as negative distances, go to infinity: by steps that do not die out?"""
    steps = [before - after for before, after in itertools.pairwise(gaps[-3:])]
    if not gaps[-1] < 0:
        return False
    return mp.isinf(gaps[-1]) or (steps[0] > 0 and steps[1] >= mp.mpf("0.7") * steps[0])


_SCALES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


def _ways_to(point, domain, variable, heavy) -> list:
    """Places ever closer to the point, several at each scale, so that no oscillation is missed."""
    shifts = (0, 1, 3) if heavy else (0, 1, 2, 3, 5, 8, 13)
    distances = [
        [sp.Integer(10) ** k + shift * (10 ** (k // 2) + (k > 1)) for shift in shifts]
        for k in (_SCALES[:5] if heavy else _SCALES)
    ]
    if not variable.is_integer:
        # Off the integers, where a period would hide.
        distances = [
            [far + sp.Rational(2 * k + 1, 7) for k, far in enumerate(group)] for group in distances
        ]
    if point.is_infinite:
        sign = 1 if point is sp.oo else -1
        return [[[sign * far for far in group] for group in distances]]
    ways = [[[point + sign / far for far in group] for group in distances] for sign in (1, -1)]
    return [w for w in ways if all(inside(at, domain) for g in w for at in g)]


def _last(point, group, scale) -> str:
    far = f"10^{_SCALES[scale]}"
    if point.is_infinite:
        return far if point is sp.oo else f"-{far}"
    return f"{point} {'+' if group[0] > point else '-'} 1/{far}"


def _shrinking(left, right, variable, env, places) -> list:
    """The largest distance of the sides at each scale, up to where it is lost in rounding.

    The fourth scale has to be reached; what is not evaluated beyond is left out. Where the right
    side is infinite, the smallest size of the left one is told instead, as a negative number.
    """
    goal = value_of(right, env)
    fourth = _farthest(left, goal, variable, env, places[3])
    gaps = [_farthest(left, goal, variable, env, group) for group in places[:3]] + [fourth]
    for group in places[4:]:
        if gaps[-1] == 0 or gaps[-1] == -mp.inf:
            break
        try:
            gaps.append(_farthest(left, goal, variable, env, group))
        except (NotEvaluable, Undefined, ValueError):
            break
    return gaps


def _sharp(e, env):
    """A value whose leading digits are right, however many others cancel."""
    for digits in (40, 160, 640, 2560):
        got = value_of(e, env, digits)
        if got.is_infinite or got.error <= abs(got.value) * mp.mpf(10) ** -8:
            return got
        if is_heavy(e):
            break
    return got


def _farthest(left, goal, variable, env, group):
    found = []
    for at in group:
        got = _sharp(left, {**env, variable: at})
        if goal.is_infinite:
            if got.error > abs(got.value) / 100:
                raise NotEvaluable("too few digits are left")
            found.append(-got.value if goal.value > 0 else got.value)
        else:
            gap, blur = abs(got.value - goal.value), 4 * (got.error + goal.error)
            if gap <= blur and blur > mp.mpf(10) ** -15 * max(abs(goal.value), 1):
                raise NotEvaluable("too few digits are left")
            found.append(gap if gap > blur else mp.mpf(0))
    return max(found)
