"""One side is at most the other, and where they meet."""

from __future__ import annotations

import itertools
from dataclasses import replace

import mpmath as mp
import sympy as sp

from helpers.check.budget import CUT_SHORT, attempted, obstacles
from helpers.check.comparing import ABSOLUTE, NEITHER, enclosed_sides, gap_at, is_above
from helpers.check.equality import check_equal
from helpers.check.extremal import worst_laws
from helpers.check.optimum import all_inside
from helpers.check.reading import as_read
from helpers.check.trying import as_mpf, is_heavy, ruled, short_rational, tight_trials, trials_of
from helpers.check.verdict import (
    Counterexample,
    NotChecked,
    Verdict,
    Witness,
    count_text,
    number_text,
    values_of,
)
from helpers.digits.evaluate import is_formula
from helpers.notation import Pdf, Sample
from helpers.proof import inequalities, lemmas
from helpers.proof.boxes import bounded_box, subdivide
from helpers.trials.context import Context, NoPoints, domain_of, free_symbols_of, generator, inside
from helpers.trials.points import fits, meet, points
from helpers.trials.zeros import at_hidden_zeros

__all__ = ["check_inequality"]


@as_read
def check_inequality(left, right, relation, context: Context, equality_when=None) -> Verdict:
    """Is left <= right (or >=) on the whole domain, with equality under ``equality_when``?"""
    small, large = (left, right) if relation == "<=" else (right, left)
    count, tightest, families, counterexample = 0, None, [], None
    starts, blurred, empty = [], [], 0
    try:
        sides = [small, large]
        trials = itertools.chain(
            trials_of(sides, context, (40, 80), (8, 10), (3, 4)), tight_trials(sides, context)
        )
        hidden = (("", (a, b), env) for a, b, env in at_hidden_zeros(sides, context))
        for name, (a, b), env in itertools.chain(trials, hidden):
            outcome = gap_at(a, b, env)
            if outcome is None:
                continue
            if outcome is NEITHER:
                empty += 1
                continue
            gap, rank, counterexample, is_enclosed = outcome
            if counterexample is not None:
                break
            count += 1
            if name and name not in families:
                families.append(name)
            if not mp.isinf(gap):
                starts.append((rank, len(starts), gap, env, a, b))
            if not is_enclosed:
                blurred.append((rank, len(blurred), env, a, b))
        if counterexample is None:
            counterexample = _far_out([small, large], context)
        if counterexample is None and starts:
            tightest, counterexample, tried = _descend(min(starts), context)
            count += tried
    except NoPoints:
        count = 0
    if empty and not count and counterexample is None:
        raise NotChecked("neither side has a value at any point that was tried")
    witnesses, weak = [], "numeric"
    reason, lemma = "", None
    if counterexample is None:
        reason = attempted(inequalities.upper_bound, small, large, context)
        lemma = None if reason else lemmas.by_inequality(small, large, context)
    if counterexample is None and not reason and lemma is None:
        reason, counterexample = _on_boxes(small, large, context, equality_when)
    if counterexample is None and blurred and not reason and lemma is None:
        weak, counterexample = _enclosed_again(sorted(blurred, key=_rank)[:_CLOSEST])
    if counterexample is not None:
        if relation == ">=":
            counterexample = _turned(counterexample)
        return Verdict("refuted", points=count, counterexample=counterexample)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    else:
        counterexample, laws = worst_laws(small, large, context)
        if counterexample is not None:
            turned = _turned(counterexample) if relation == ">=" else counterexample
            return Verdict("refuted", points=count, counterexample=turned)
        count += laws
    text = ""
    if count:
        under = f" ({', '.join(families)} densities)" if families else ""
        told = "; errors estimated" if weak == "estimated" else "; the closest enclosed"
        told = told if blurred and not reason and lemma is None else ""
        if not reason and lemma is None and (far := _grow_unseen([small, large], context)):
            weak, told = "estimated", f"{told}; what happens for far larger {far} was not seen"
        if not reason and lemma is None and CUT_SHORT in obstacles:
            weak, told = "estimated", f"{told}; {CUT_SHORT}"
        witnesses.append(
            Witness("numeric", f"holds at {count_text(count)}{under}, found by search{told}")
        )
        if tightest is not None:
            gap, env = tightest
            place = ", ".join(f"{k} = {v}" for k, v in values_of(env).items())
            size = "0" if gap <= ABSOLUTE else mp.nstr(gap, 2).removesuffix(".0")
            text = f"smallest difference found: {size}" + (f" at {place}" if place else "")
    if equality_when is not None:
        verdict = _equality_case(left, right, equality_when, context)
        if verdict.counterexample is not None:
            return verdict
        witnesses.append(verdict.witnesses[0])
    return ruled(witnesses, count, [left, right], context, tightest=text, weak=weak, lemma=lemma)


# Powers of ten at which a symbol without an end is tried: each for a while, then ever fewer.
_FAR = [sp.Integer(10) ** k for k in (*range(1, 41), *(2**j for j in range(6, 11)))]


def _far_out(sides, context) -> Counterexample | None:
    """A place far out on an unbounded domain at which it fails, or towards which it does."""
    if not is_formula(sides[0]) or not is_formula(sides[1]) or any(e.atoms(Pdf) for e in sides):
        return None
    for env in points(sides, context, generator(context, *sides, sp.Symbol("far")), 3, 0):
        for s in env:
            domain = domain_of(s, sides, context) if isinstance(s, sp.Symbol) else None
            if domain is None or (domain.sup is not sp.oo and domain.inf is not -sp.oo):
                continue
            for far in (sign * t for t in _FAR for sign in (1, -1)):
                place = meet({**env, s: far}, context) if inside(far, domain) else None
                outcome = gap_at(*sides, place) if place is not None else None
                if outcome is not None and outcome.counterexample is not None:
                    return outcome.counterexample
    return None


def _grow_unseen(sides, context) -> str:
    """Symbols up to which a sum or product runs, without an end: only small ones are added up."""
    nodes = {n for e in sides for n in e.atoms(sp.Sum, sp.Product) if not n.atoms(sp.Indexed)}
    ends = {s for n in nodes for limit in n.limits for t in limit[1:] for s in t.free_symbols}
    open_ended = [s for s in ends if domain_of(s, sides, context).sup is sp.oo]
    return ", ".join(sorted(map(str, open_ended)))


def _on_boxes(small, large, context, equality_when) -> tuple[str, Counterexample | None]:
    """On a bounded domain: why it holds, by subdivision, or where it does not."""
    box = bounded_box([small, large], context)
    if not box:
        return "", None
    zeros = equality_when.values() if isinstance(equality_when, dict) else ()
    found = subdivide(large - small, box, [z for z in zeros if isinstance(z, (sp.Expr, int))])
    if found.is_closed:
        return f"by subdivision into {found.boxes} boxes", None
    if found.negative_at is not None:
        outcome = gap_at(small, large, found.negative_at)
        return "", outcome.counterexample if outcome is not None else None
    return "", None


# How many of the points with estimated errors are enclosed, the closest first.
_CLOSEST = 8


def _rank(place) -> tuple:
    return place[:2]


def _enclosed_again(places) -> tuple[str, Counterexample | None]:
    """Numeric where both sides are enclosed at all of the places and in order, else estimated."""
    for _, _, env, a, b in places:
        sides = enclosed_sides(a, b, env)
        if sides is None or not all(v.enclosed for v in sides):
            return "estimated", None
        if is_above(*sides):
            return "refuted", Counterexample(values_of(env), *map(number_text, sides))
    return "numeric", None


def _turned(counterexample) -> Counterexample:
    return replace(counterexample, left=counterexample.right, right=counterexample.left)


def _descend(start, context):
    """Walk from the tightest point towards smaller differences, one symbol at a time."""
    rank, _, gap, env, a, b = start
    tried = 0
    movable = [
        s for s in free_symbols_of([a, b]) if s in env and not s.is_integer and env[s].is_Rational
    ]
    heavy = is_heavy(a, b)
    whole = [s for s in free_symbols_of([a, b]) if s.is_integer and s in env]
    for s in whole:
        outcome = _along_integers((gap, rank, env), s, (a, b), context)
        (gap, rank, env), counterexample, more = outcome
        tried += more
        if counterexample is not None:
            return (gap, env), counterexample, tried
    if heavy and (a.atoms(sp.Indexed, Sample) or len(movable) > 3 or b.atoms(sp.Indexed, Sample)):
        return (gap, env), None, 0
    domains = {s: domain_of(s, [a, b], context) for s in movable}
    step = dict.fromkeys(movable, sp.Rational(1, 4))
    for _round in range(5 if heavy else 14):
        improved = False
        for s in movable:
            for sign in (1, -1):
                moved = {
                    **env,
                    s: sp.Rational(env[s] * (1 + sign * step[s]) if env[s] else sign * step[s]),
                }
                if not inside(moved[s], domains[s]):
                    continue
                moved = meet({**moved, s: moved[s].limit_denominator(10**6)}, context)
                if moved is None or not inside(moved[s], domains[s]):
                    continue
                outcome = gap_at(a, b, moved)
                if outcome is None or outcome is NEITHER:
                    continue
                tried += 1
                if outcome[2] is not None:
                    return (outcome[0], moved), outcome[2], tried
                if outcome[1] < rank:
                    gap, rank, env, improved = outcome[0], outcome[1], moved, True
        if not improved:
            step = {s: t / 4 for s, t in step.items()}
    if heavy or not movable:
        return (gap, env), None, tried
    with mp.workdps(50):
        found, counterexample, more = _newton((gap, env), (a, b), domains, context)
    return found, counterexample, tried + more


def _along_integers(start, s, sides, context):
    """All small integers, then ever longer strides downhill from the best of them."""
    gap, rank, env = start
    domain, tried = domain_of(s, sides, context), 0
    sizes = {t.size for e in sides for t in e.atoms(Sample)}
    if s in sizes or is_heavy(*sides):
        return start, None, 0

    def at(value):
        nonlocal tried
        if not inside(value, domain) or not fits(s, value):
            return None
        moved = meet({**env, s: value}, context)
        outcome = None if moved is None or moved.get(s) != value else gap_at(*sides, moved)
        if outcome is None or outcome is NEITHER:
            return None
        tried += 1
        return outcome[0], outcome[1], moved, outcome[2]

    for k in range(-30, 61):
        found = at(sp.Integer(k))
        if found is None:
            continue
        if found[3] is not None:
            return (found[0], found[1], found[2]), found[3], tried
        if found[0] < gap:
            gap, rank, env = found[:3]
    stride = 1
    for _ in range(200):
        better = None
        for step in (stride, -stride):
            found = at(env[s] + step)
            if found is not None and found[3] is not None:
                return (found[0], found[1], found[2]), found[3], tried
            if found is not None and found[0] < gap:
                better = found
                break
        if better is None:
            if stride == 1:
                break
            stride = max(1, stride // 2)
        else:
            gap, rank, env = better[:3]
            stride *= 2
    return (gap, rank, env), None, tried


def _newton(start, sides, domains, context):
    """Newton's method, damped, with differences for derivatives: to the bottom of a smooth dip."""
    (gap, env), tried = start, 0
    symbols = list(domains)
    if mp.isinf(gap) or len(symbols) > 4:
        return start, None, 0

    def at(shift):
        nonlocal tried
        moved = {**env, **{s: env[s] + shift[s] for s in shift}}
        met = meet(moved, context)
        if met is None or not all_inside(met, domains):
            return None
        outcome = gap_at(*sides, met)
        outcome = None if outcome is NEITHER else outcome
        tried += outcome is not None
        return None if outcome is None else (outcome[0], met, outcome[2])

    for _round in range(25):
        way = _newton_step(at, gap, env, symbols)
        if way is None:
            break
        for halvings in range(12):
            outcome = at({s: short_rational(t / 2**halvings) for s, t in way.items()})
            if outcome is None:
                continue
            if outcome[2] is not None:
                return outcome[:2], outcome[2], tried
            if outcome[0] < gap:
                break
        else:
            break
        is_done = gap - outcome[0] <= gap * mp.mpf(10) ** -6
        gap, env = outcome[:2]
        if is_done:
            break
    return (gap, env), None, tried


def _newton_step(at, gap, env, symbols):
    """The step to the bottom of the paraboloid through nearby values, downhill in any case."""
    h = {s: max(abs(env[s]), sp.Rational(1, 100)) / 10**8 for s in symbols}
    slopes, curves = mp.zeros(len(symbols), 1), mp.zeros(len(symbols))
    for i, s in enumerate(symbols):
        low, high = at({s: -h[s]}), at({s: h[s]})
        if low is None or high is None:
            return None
        slopes[i] = (high[0] - low[0]) / (2 * as_mpf(h[s]))
        curves[i, i] = (high[0] + low[0] - 2 * gap) / as_mpf(h[s]) ** 2
        for k, r in enumerate(symbols[:i]):
            both, plus = at({s: h[s], r: h[r]}), at({r: h[r]})
            if both is None or plus is None:
                return None
            mixed = (both[0] - high[0] - plus[0] + gap) / (as_mpf(h[s]) * as_mpf(h[r]))
            curves[i, k] = curves[k, i] = mixed
    if not all(mp.isfinite(t) for t in [*slopes, *curves]):
        return None
    values, turn = mp.eigsy(curves)
    turned = turn.T * slopes
    steps = turn * mp.matrix([-t / max(abs(v), _FLAT) for t, v in zip(turned, values, strict=True)])
    return {s: sp.Rational(mp.nstr(t, 25)) for s, t in zip(symbols, steps, strict=True)}


_FLAT = mp.mpf(10) ** -12


def _equality_case(left, right, equality_when, context) -> Verdict:
    if isinstance(equality_when, sp.Eq):
        equality_when = {equality_when.lhs: equality_when.rhs}
    if not isinstance(equality_when, dict):
        raise TypeError("equality_when must be a dictionary or an Eq")
    distributions = {k: v for k, v in equality_when.items() if not isinstance(k, sp.Expr)}
    symbols = {k: v for k, v in equality_when.items() if isinstance(k, sp.Expr)}
    shown = ", ".join(f"{k} = {v}" for k, v in equality_when.items())
    for symbol, value in symbols.items():
        domain = domain_of(symbol, [left, right], context)
        if domain.contains(sp.sympify(value)) == sp.false:
            note = f"the case of equality {shown} lies outside the domain {domain}"
            return Verdict(
                "refuted", counterexample=Counterexample({}, str(symbol), str(value), note)
            )
    sides = [e.xreplace(distributions).subs(symbols) for e in (left, right)]
    verdict = check_equal(*sides, context)
    if verdict.counterexample is not None:
        c = verdict.counterexample
        return Verdict(
            "refuted",
            counterexample=replace(c, note=f"no equality for {shown}"),
        )
    how = verdict.status if verdict.status in ("numeric", "estimated") else "symbolic"
    return Verdict("proved", (Witness("equality", f"equality for {shown} ({how})"),))
