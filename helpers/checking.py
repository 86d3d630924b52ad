"""How one step of a derivation is checked: symbolically, numerically, by search.

Every function returns a :class:`Verdict`. A verdict says which witnesses spoke for the step; if
one spoke against it, it carries a :class:`Counterexample`. "Could not be shown" is not "false",
and a step for which no witness spoke at all raises :class:`NotChecked`.

Two witnesses are sought for every step. The symbolic one works with
:mod:`helpers.algebra`, :mod:`helpers.proofs` and :mod:`helpers.identities`; the numeric one
evaluates each side on its own, by :mod:`helpers.evaluation`, at the points of
:mod:`helpers.points`. A numeric disagreement refutes a step even where a symbolic argument seemed
to carry it.

Two values agree when they differ by less than 1e-30 of their size plus four times the stated
errors of both; a value known to fewer than 20 digits counts as not checked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import mpmath as mp
import sympy as sp

from helpers import identities, proofs
from helpers.algebra import normal_form
from helpers.evaluation import NotEvaluable, Undefined, evaluate, exact_value
from helpers.notation import (
    Bernoulli,
    Categorical,
    Cauchy,
    Density,
    Expectation,
    Exponential,
    Gamma,
    Normal,
    Pdf,
    Poisson,
    Probability,
    Sample,
    SampleMean,
    Uniform,
    Variance,
    VocabularyExpr,
)
from helpers.points import (
    FINITE_FAMILIES,
    Context,
    NoPoints,
    concretise,
    domain_of,
    draw_from,
    fingerprint,
    free_symbols_of,
    generator,
    inside,
    meet,
    points,
    possible,
    thresholds,
    tight_families,
    witness_families,
)

__all__ = [
    "STATUSES",
    "Context",
    "Counterexample",
    "NotChecked",
    "Verdict",
    "Witness",
    "bound_text",
    "check_definition",
    "check_equal",
    "check_inequality",
    "check_limit",
    "check_optimum",
    "check_same_arg",
    "weakest",
]

# From strongest to weakest. A chain is as strong as its weakest link; a definition asserts
# nothing, so it never weakens a chain and counts as the strongest.
STATUSES = ("defined", "proved", "exact", "numeric", "sampled", "cited")

_TOLERANCE = mp.mpf(10) ** -30
_NEEDED = mp.mpf(10) ** -20
_ABSOLUTE = mp.mpf(10) ** -25
_STRAY = mp.mpf(10) ** -10
_NO_VALUES = (mp.mpf(0), None)
_NOT_REAL = "one side is not a real number"


def weakest(statuses) -> str:
    """The weakest of some statuses; ``defined`` when there are none.

    >>> weakest(["proved", "numeric", "defined"])
    'numeric'
    """
    return max(statuses, key=STATUSES.index, default="defined")


class NotChecked(Exception):  # noqa: N818 (it reads as what it says)
    """Neither witness could speak: the step is not refuted, and not accepted either."""


@dataclass(frozen=True)
class Witness:
    """One independent piece of evidence for a step, in words a reader can follow."""

    kind: str
    text: str


@dataclass(frozen=True)
class Counterexample:
    """Values of the symbols at which a step fails, and what both sides are there."""

    values: dict
    left: str
    right: str
    note: str = ""

    def __str__(self):
        at = ", ".join(f"{k} = {v}" for k, v in self.values.items())
        where = f"at {at}: " if at else ""
        note = f" ({self.note})" if self.note else ""
        return f"{where}left = {self.left}, right = {self.right}{note}"


@dataclass(frozen=True)
class Verdict:
    """What the check of one step found."""

    status: str
    witnesses: tuple[Witness, ...] = ()
    points: int = 0
    max_error: mp.mpf | None = None
    counterexample: Counterexample | None = None
    tightest: str = ""


# --------------------------------------------------------------------------- shared


def bound_text(error) -> str:
    """An error as an order of magnitude, the same on every machine.

    >>> bound_text(mp.mpf("3e-36"))
    '< 1e-30'
    """
    if error <= mp.mpf(10) ** -30:
        return "< 1e-30"
    return f"< 1e{int(mp.ceil(mp.log10(error)))}"


def _difference_text(gap) -> str:
    """A difference to three digits, and no digit more.

    >>> _difference_text(mp.mpf("164.548")), _difference_text(mp.mpf("0.05843"))
    ('difference 165', 'difference 0.0584')
    """
    return f"difference {mp.nstr(gap, 3).removesuffix('.0')}"


def _shown(v) -> str:
    if isinstance(v, tuple):
        return "(" + ", ".join(_shown(t) for t in v) + ")"
    if isinstance(v, sp.Basic) and v.is_Rational and v.q > 1000:
        return mp.nstr(mp.mpf(v.p) / v.q, 10)
    if isinstance(v, sp.Basic) and v.is_number and not v.is_Rational:
        return mp.nstr(mp.mpmathify(sp.N(v, 20)), 10)
    return str(v)


def _values(env) -> dict:
    sizes = [int(v) for k, v in env.items() if str(k) == "n" and getattr(v, "is_Integer", False)]
    out = {}
    for k, v in env.items():
        out[str(k)] = _shown(v[: sizes[0]] if isinstance(v, tuple) and sizes else v)
    return out


def _number(value, digits=17) -> str:
    return mp.nstr(value.value, digits)


def _is_heavy(*sides) -> bool:
    return any(
        e.has(sp.Sum, sp.Product) or (e.atoms(sp.Integral, VocabularyExpr) - e.atoms(Pdf))
        for e in sides
    )


def _trials(sides, context, light, heavy, abstract) -> Iterator[tuple]:
    """Concrete versions of the two sides with points at which to try them."""
    rng = generator(context, *sides)
    for name, replacement in witness_families(*sides, salt=fingerprint(context, *sides)):
        concrete = [concretise(e, replacement) for e in sides]
        inner = _inner(context, replacement)
        if not _is_heavy(*concrete):
            count, extra = (t // 3 for t in light) if name else light
        else:
            count, extra = abstract if name and name not in FINITE_FAMILIES else heavy
        for env in points(concrete, inner, rng, count, extra):
            yield name, concrete, env


def _inner(context, replacement) -> Context:
    """The same context where abstract densities are replaced in what was said before, too."""
    background = tuple(
        concretise(e, replacement)
        for e in context.background
        if not replacement or e.atoms(Density) <= set(replacement)
    )
    return replace(context, background=background)


def _tight_trials(sides, context, *, finite=False) -> Iterator[tuple]:
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
            # A sample of one: its mean varies most.
            sizes = {t.size for e in concrete for t in e.atoms(Sample)} & set(drawn)
            env = {**drawn, **dict.fromkeys(sizes, sp.S.One)}
            if name:
                yield name, concrete, env
            for special in thresholds(concrete, env, inner):
                if special not in seen:
                    seen.append(special)
                    yield name, concrete, special


def _ruled(witnesses, count, sides, context, *, worst=None, tightest="", weak="numeric") -> Verdict:
    """The verdict on a step that nothing spoke against."""
    if not witnesses:
        raise NotChecked("neither a symbolic nor a numeric check could be made")
    if not count and not possible(sides, context):
        # What holds nowhere would make every step true.
        raise NotChecked("no point of the domain was found that satisfies the hypotheses")
    symbolic = any(w.kind in ("symbolic", "rule") for w in witnesses)
    status = "proved" if symbolic else weak
    return Verdict(status, tuple(witnesses), count, worst if count else None, None, tightest)


# --------------------------------------------------------------------------- equality


def _compare(left, right, context) -> tuple[int, mp.mpf, Counterexample | None, list]:
    count, worst, families, empty = 0, mp.mpf(0), [], 0
    sides = [left, right]
    trials = _trials(sides, context, (20, 60), (4, 6), (2, 2))
    if left.atoms(Probability) | right.atoms(Probability):
        # Only at an outcome do events differ that are nearly the same.
        trials = itertools.chain(trials, _tight_trials(sides, context, finite=True))
    for name, (a, b), env in trials:
        outcome = _one_point(a, b, env, name)
        if outcome is None:
            continue
        if outcome is _NO_VALUES:
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


def _side(e, env):
    try:
        value = evaluate(e, env)
    except Undefined as problem:
        return None, problem
    return value, None


def _one_point(a, b, env, family=""):
    """None if nothing can be said here, else the relative error and a counterexample or None.

    Where both sides are known to have no value, that is what is returned.
    """
    under = f"densities from the {family} family" if family else ""
    try:
        (u, no_u), (v, no_v) = _side(a, env), _side(b, env)
    except (NotEvaluable, ValueError):
        return None
    if u is None and v is None:
        return _NO_VALUES
    if u is None or v is None:
        text = ("undefined", _number(v)) if u is None else (_number(u), "undefined")
        return mp.inf, Counterexample(_values(env), *text, note=str(no_u or no_v))
    if u.is_infinite or v.is_infinite:
        if u.value == v.value:
            return mp.mpf(0), None
        return mp.inf, Counterexample(_values(env), _number(u), _number(v), under)
    with mp.workdps(50):
        gap = abs(u.value - v.value)
        size = max(abs(u.value), abs(v.value))
        slack = u.error + v.error
        if gap > size * _TOLERANCE + 4 * slack:
            note = "; ".join(filter(None, [_difference_text(gap), under]))
            return mp.inf, Counterexample(_values(env), _number(u), _number(v), note)
        if slack > size * _NEEDED and slack > _ABSOLUTE:
            return None
        if gap > 4 * slack and _differ_exactly(a, b, env):
            note = _difference_text(gap)
            return mp.inf, Counterexample(_values(env), _number(u), _number(v), note)
        # Where both sides are zero within their errors there is nothing to be relative to.
        return (gap / size if size > _ABSOLUTE else gap), None


def _differ_exactly(a, b, env) -> bool:
    """Are the two values different fractions, however close?"""
    values = [exact_value(e, env, finite=True) for e in (a, b)]
    return all(v is not None and v.is_Rational for v in values) and values[0] != values[1]


def check_equal(left, right, context: Context) -> Verdict:
    """Is left = right for all values of the symbols in their domain?"""
    try:
        count, worst, counterexample, families = _compare(left, right, context)
    except NoPoints:
        count, worst, counterexample, families = 0, mp.mpf(0), None, []
    if counterexample is not None:
        return Verdict("refuted", points=count, counterexample=counterexample)
    witnesses = []
    reason = identities.equal(left, right, context)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    if count:
        witnesses.append(_numeric_witness(count, worst, families))
    verdict = _ruled(witnesses, count, [left, right], context, worst=worst)
    if reason and not (left.free_symbols | right.free_symbols) and _finite_exact(left, right):
        return Verdict("exact", verdict.witnesses, count, verdict.max_error)
    return verdict


def _finite_exact(left, right) -> bool:
    """A finite case in rational numbers, where the two sides are the same fraction."""
    values = [exact_value(left, finite=True), exact_value(right, finite=True)]
    return all(v is not None and v.is_Rational for v in values) and values[0] == values[1]


def _many(count: int) -> str:
    return f"{count} points" if count != 1 else "1 point"


def _numeric_witness(count, worst, families) -> Witness:
    where = _many(count)
    under = f" ({', '.join(families)} densities)" if families else ""
    return Witness(
        "numeric",
        f"each side evaluated by its own route at {where}{under}, "
        f"largest relative difference {bound_text(worst)}",
    )


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
    elif reason := identities.equal(left, right, context):
        witnesses.append(Witness("symbolic", reason))
    else:
        raise NotChecked(f"{left} has a meaning already, and nothing shows that this is it")
    return Verdict("defined", tuple(witnesses), count, worst if count else None)


def _not_nameable(name, right, context):
    """A point at which the right side is nothing that the name, by its assumptions, stands for."""
    domain = domain_of(name, [], context)
    try:
        for family, (e,), env in _trials([right], context, (6, 12), (2, 2), (1, 0)):
            try:
                value = evaluate(e, env)
            except (NotEvaluable, Undefined, ValueError):
                continue
            if not _lies_in(value, domain):
                note = f"outside {domain}, where {name} lives"
                under = f"densities from the {family} family" if family else ""
                note = "; ".join(filter(None, [note, under]))
                return Counterexample(_values(env), str(name), _number(value), note)
    except NoPoints:
        return None
    return None


def _lies_in(value, domain) -> bool:
    """Could the number lie in the domain? Only what is surely outside does not."""
    if isinstance(value.value, mp.mpc):
        return abs(mp.im(value.value)) <= max(4 * value.error, _STRAY)
    slack = 4 * value.error + abs(value.value) * _TOLERANCE if not value.is_infinite else 0
    if domain.is_subset(sp.S.Integers):
        return abs(value.value - mp.nint(value.value)) <= slack
    if isinstance(domain, sp.Interval) and domain.start.is_number and domain.end.is_number:
        low, high = (evaluate(t).value for t in (domain.start, domain.end))
        below = value.value < low - slack or (domain.left_open and value.value == low)
        above = value.value > high + slack or (domain.right_open and value.value == high)
        return not (below or above)
    return True


# --------------------------------------------------------------------------- inequalities


def check_inequality(left, right, relation, context: Context, equality_when=None) -> Verdict:
    """Is left <= right (or >=) on the whole domain, with equality under ``equality_when``?"""
    small, large = (left, right) if relation == "<=" else (right, left)
    count, tightest, families, counterexample = 0, None, [], None
    starts = []
    try:
        sides = [small, large]
        trials = itertools.chain(
            _trials(sides, context, (40, 80), (8, 10), (3, 4)), _tight_trials(sides, context)
        )
        for name, (a, b), env in trials:
            outcome = _gap_at(a, b, env)
            if outcome is None:
                continue
            gap, rank, counterexample = outcome
            if counterexample is not None:
                break
            count += 1
            if name and name not in families:
                families.append(name)
            if not mp.isinf(gap):
                starts.append((rank, len(starts), gap, env, a, b))
        if counterexample is None and starts:
            tightest, counterexample, tried = _descend(min(starts), context)
            count += tried
    except NoPoints:
        count = 0
    if counterexample is not None:
        if relation == ">=":
            counterexample = Counterexample(
                counterexample.values,
                counterexample.right,
                counterexample.left,
                counterexample.note,
            )
        return Verdict("refuted", points=count, counterexample=counterexample)
    witnesses = []
    reason = proofs.upper_bound(small, large, context)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    text = ""
    if count:
        under = f" ({', '.join(families)} densities)" if families else ""
        witnesses.append(Witness("numeric", f"holds at {_many(count)}{under}, found by search"))
        if tightest is not None:
            gap, env = tightest
            place = ", ".join(f"{k} = {v}" for k, v in _values(env).items())
            size = "0" if gap <= _ABSOLUTE else mp.nstr(gap, 2).removesuffix(".0")
            text = f"smallest difference found: {size}" + (f" at {place}" if place else "")
    if equality_when is not None:
        verdict = _equality_case(left, right, equality_when, context)
        if verdict.counterexample is not None:
            return verdict
        witnesses.append(verdict.witnesses[0])
    return _ruled(witnesses, count, [left, right], context, tightest=text)


def _gap_at(a, b, env):
    """large - small at one point, the same relative to both, and a counterexample or None."""
    try:
        (u, no_u), (v, no_v) = _side(a, env), _side(b, env)
    except (NotEvaluable, ValueError):
        return None
    if u is None or v is None:
        if u is None and v is None:
            return None
        text = ("undefined", _number(v)) if u is None else (_number(u), "undefined")
        return mp.inf, mp.inf, Counterexample(_values(env), *text, note=str(no_u or no_v))
    with mp.workdps(50):
        real = [not isinstance(w.value, mp.mpc) for w in (u, v)]
        if not all(real):
            # A root or a logarithm that is complex only by rounding tells nothing; where one
            # side is a real number and the other truly is none, there is no inequality.
            strays = [abs(mp.im(w.value)) > _STRAY for w in (u, v)]
            if strays != [not r for r in real]:
                return None
            found = Counterexample(_values(env), _number(u), _number(v), _NOT_REAL)
            return mp.inf, mp.inf, found
        if u.is_infinite or v.is_infinite:
            gap = mp.inf if u.value <= v.value else -mp.inf
            fails, size = u.value > v.value, mp.mpf(1)
        else:
            gap = v.value - u.value
            size = max(abs(u.value), abs(v.value))
            fails = -gap > size * _TOLERANCE + 4 * (u.error + v.error)
            if not fails and u.error + v.error > max(size * _NEEDED, _ABSOLUTE):
                return None
        if fails:
            return gap, gap, Counterexample(_values(env), _number(u), _number(v))
        return gap, (gap / size if size else gap), None


def _descend(start, context):
    """Walk from the tightest point towards smaller differences, one symbol at a time."""
    rank, _, gap, env, a, b = start
    tried = 0
    movable = [
        s for s in free_symbols_of([a, b]) if s in env and not s.is_integer and env[s].is_Rational
    ]
    heavy = _is_heavy(a, b)
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
                outcome = _gap_at(a, b, moved)
                if outcome is None:
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
        if met is None or not _all_inside(met, domains):
            return None
        outcome = _gap_at(*sides, met)
        tried += outcome is not None
        return None if outcome is None else (outcome[0], met, outcome[2])

    for _round in range(25):
        way = _newton_step(at, gap, env, symbols)
        if way is None:
            break
        for halvings in range(12):
            outcome = at({s: _short(t / 2**halvings) for s, t in way.items()})
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
        slopes[i] = (high[0] - low[0]) / (2 * _mpf(h[s]))
        curves[i, i] = (high[0] + low[0] - 2 * gap) / _mpf(h[s]) ** 2
        for k, r in enumerate(symbols[:i]):
            both, plus = at({s: h[s], r: h[r]}), at({r: h[r]})
            if both is None or plus is None:
                return None
            mixed = (both[0] - high[0] - plus[0] + gap) / (_mpf(h[s]) * _mpf(h[r]))
            curves[i, k] = curves[k, i] = mixed
    if not all(mp.isfinite(t) for t in [*slopes, *curves]):
        return None
    values, turn = mp.eigsy(curves)
    turned = turn.T * slopes
    steps = turn * mp.matrix([-t / max(abs(v), _FLAT) for t, v in zip(turned, values, strict=True)])
    return {s: sp.Rational(mp.nstr(t, 25)) for s, t in zip(symbols, steps, strict=True)}


_FLAT = mp.mpf(10) ** -12


def _mpf(q) -> mp.mpf:
    return mp.mpf(q.p) / q.q


def _short(value) -> sp.Rational:
    """A rational number with a denominator that does not grow from step to step."""
    return sp.Rational(value).limit_denominator(10**18)


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
            counterexample=Counterexample(c.values, c.left, c.right, f"no equality for {shown}"),
        )
    how = "numeric" if verdict.status == "numeric" else "symbolic"
    return Verdict("proved", (Witness("equality", f"equality for {shown} ({how})"),))


# --------------------------------------------------------------------------- arg min, arg max

_DIGITS = 25


def check_same_arg(before, after, flip: bool, context: Context, sense: str = "min") -> Verdict:
    """Have two objectives the same optimum (``flip``: arg min of one, arg max of the other)?

    ``sense`` says which optimum of ``before`` is meant.
    """
    sign = -1 if flip else 1
    reason = proofs.same_arg(before, sign * after, context)
    try:
        pairs, counterexample, ordered = _order(before, after, sign, context, wide=not reason)
    except NoPoints:
        pairs, counterexample, ordered = 0, None, False
    if counterexample is not None:
        return Verdict("refuted", points=pairs, counterexample=counterexample)
    witnesses = []
    if pairs and ordered and not reason:
        # No rule speaks, and pairs drawn at random may all lie on one side of the optimum.
        more, counterexample, ordered = _around_optima(before, after, sign, sense, context)
        pairs += more
        if counterexample is not None:
            return Verdict("refuted", points=pairs, counterexample=counterexample)
    if reason:
        witnesses.append(Witness("rule", f"sign flip, and {reason}" if flip else reason))
    if pairs and ordered:
        witnesses.append(
            Witness("numeric", f"the objectives order {pairs} pairs of parameter values alike")
        )
    elif pairs:
        witnesses.append(Witness("numeric", "both optima found by search agree"))
    return _ruled(witnesses, pairs, [before, after], context)


def _order(before, after, sign, context, *, wide):
    """Do the two objectives order parameter values alike? If not, do their optima agree?

    ``wide`` tries more data: where no rule speaks, what is false for few of them must be met.
    """
    over, pairs, ordered = context.over, 0, True
    rng = generator(context, before, after)
    tried: dict = {}
    counts = ((20, 24), (12, 12), (4, 4)) if wide else ((5, 3), (3, 2), (1, 0))
    for name, (a, b), env in _trials([before, after], context, *counts):
        tried[name] = tried.get(name, 0) + 1
        if tried[name] > (30 if wide else 5):
            continue
        domains = {s: domain_of(s, [a, b], context) for s in over}
        values = []
        for local in _rivals(env, domains, rng, 4 if _is_heavy(a, b) else 12, context):
            try:
                f, g = evaluate(a, local, _DIGITS), evaluate(b, local, _DIGITS)
            except (NotEvaluable, Undefined, ValueError):
                continue
            complex_sides = [isinstance(t.value, mp.mpc) for t in (f, g)]
            if any(complex_sides) and not all(complex_sides):
                found = Counterexample(_values(local), _number(f), _number(g), _NOT_REAL)
                return pairs, found, ordered
            if not any(complex_sides):
                values.append((local, f.value, sign * g.value))
        count, apart = _first_apart(values)
        pairs += count
        if apart is None:
            continue
        ordered = False
        # Not a monotone change of the objective; the optima may agree all the same.
        if not _same_optimum(a, b, sign, env, domains):
            return pairs, _opposite(*apart, sign, over), ordered
    return pairs, None, ordered


def _first_apart(values):
    """How many pairs were compared, and the first that the two objectives order differently."""
    pairs = 0
    for one, two in itertools.combinations(values, 2):
        (_, f1, g1), (_, f2, g2) = one, two
        blur_f = mp.mpf(10) ** -18 * max(abs(f1), abs(f2))
        blur_g = mp.mpf(10) ** -18 * max(abs(g1), abs(g2))
        pairs += 1
        alike = (f1 - f2 > blur_f) == (g1 - g2 > blur_g) and (f2 - f1 > blur_f) == (
            g2 - g1 > blur_g
        )
        if not alike:
            return pairs, (one, two)
    return pairs, None


def _opposite(one, two, sign, over) -> Counterexample:
    (e1, f1, g1), (e2, f2, g2) = one, two
    names = ", ".join(map(str, over))
    other = ", ".join(_shown(e2[s]) for s in over)
    first = ", ".join(_shown(e1[s]) for s in over)
    return Counterexample(
        _values({k: v for k, v in e1.items() if k not in over}),
        f"{mp.nstr(f1, 10)} then {mp.nstr(f2, 10)}",
        f"{mp.nstr(sign * g1, 10)} then {mp.nstr(sign * g2, 10)}",
        f"first value for {names} = {first}, second for {names} = {other}: opposite orders",
    )


def _around_optima(before, after, sign, sense, context):
    """Order parameter values on a grid over the domain and close to both sides' optima.

    Each parameter is moved alone, the others and the data stay; a monotone change of the
    objective keeps the order along such a line, too.
    """
    pairs, ordered, lines = 0, True, {}
    for name, (a, b), env in _trials([before, after], context, (4, 0), (3, 0), (1, 0)):
        domains = {s: domain_of(s, [a, b, *context.background], context) for s in context.over}
        for s, domain in domains.items():
            lines[name, s] = lines.get((name, s), 0) + 1
            if lines[name, s] > 4 or not isinstance(domain, sp.Interval):
                continue
            found = _line((a, b), sign, sense, (s, domain), env)
            count, apart = _first_apart(found)
            pairs += count
            if apart is None:
                continue
            ordered = False
            if not _same_optimum(a, b, sign, env, domains):
                return pairs, _opposite(*apart, sign, (s,)), ordered
    return pairs, None, ordered


def _line(sides, sign, sense, place, env) -> list:
    """Both objectives along one parameter: a grid, then ever closer to the better of its points."""
    (a, b), (s, domain) = sides, place
    factor = 1 if sense == "min" else -1
    found: dict = {}

    def try_at(t):
        if t in found or not inside(t, domain):
            return
        local = {**env, s: t}
        try:
            f, g = evaluate(a, local, _DIGITS), evaluate(b, local, _DIGITS)
        except (NotEvaluable, Undefined, ValueError):
            return
        if not any(isinstance(v.value, mp.mpc) for v in (f, g)):
            found[t] = (local, f.value, sign * g.value)

    for t in _spread(domain):
        try_at(t)
    for _ in range(2 if a.atoms(VocabularyExpr) - a.atoms(Pdf) else 16):
        places = sorted(found)
        for side in (1, 2):
            if not found:
                return []
            best = min(places, key=lambda t, side=side: factor * found[t][side])
            k = places.index(best)
            for neighbour in places[max(k - 1, 0) : k] + places[k + 1 : k + 2]:
                try_at((best + neighbour) / 2)
    return list(found.values())


def _spread(domain: sp.Interval) -> list:
    """Values over a whole interval: evenly, or on both scales where it has no end."""
    low, high = domain.start, domain.end
    if low.is_finite and high.is_finite:
        return [low + (high - low) * sp.Rational(k, 16) for k in (1, 3, 5, 7, 9, 11, 13, 15)]
    scales = [sp.Rational(1, 16), sp.Rational(1, 4), 1, 3, 8, 24]
    if low.is_finite:
        return [low + t for t in scales]
    if high.is_finite:
        return [high - t for t in scales]
    return [-24, -8, -3, -1, sp.Rational(-1, 4), sp.Rational(1, 4), 1, 3, 8, 24]


def _rivals(env, domains, rng, count, context):
    """Several values of the parameter, everything else fixed."""
    for k in range(count):
        local = {**env, **{s: draw_from(d, rng) for s, d in domains.items()}}
        if k == count - 1:
            local = {
                **env,
                **{s: -env[s] if d == sp.S.Reals else env[s] for s, d in domains.items()},
            }
        if k == 0:
            # Where theta equals theta_star many objectives have their optimum.
            local = {
                **env,
                **{s: _value_of_another(s, d, env, domains) for s, d in domains.items()},
            }
        yield local


def _value_of_another(symbol, domain, env, over):
    """The value of the first other scalar that could be this parameter's, else its own."""
    values = (env[s] for s in sorted(env, key=str) if isinstance(s, sp.Symbol) and s not in over)
    return next((v for v in values if inside(v, domain)), env[symbol])


def _same_optimum(a, b, sign, env, domains) -> bool:
    """Both objectives minimised over one parameter by search: the same place?"""
    if len(domains) != 1 or _is_heavy(a, b):
        return False
    ((s, domain),) = domains.items()
    if not isinstance(domain, sp.Interval):
        return False
    places = []
    for sense in (1, -1):
        found = [_search(e, factor * sense, s, domain, env) for e, factor in ((a, 1), (b, sign))]
        if any(f is None for f in found):
            continue
        places.append(abs(found[0] - found[1]) < mp.mpf(10) ** -11 * (1 + abs(found[0])))
    return bool(places) and all(places)


def _search(e, factor, s, domain, env):
    """The interior minimiser of factor * e on a grid, refined; None if it lies at an end."""
    low = domain.start if domain.start.is_finite else sp.Integer(-20)
    high = domain.end if domain.end.is_finite else low + 40
    grid = [low + (high - low) * sp.Rational(k, 60) for k in range(1, 60)]
    values = []
    for t in grid:
        try:
            values.append((factor * evaluate(e, {**env, s: t}, _DIGITS).value, t))
        except (NotEvaluable, Undefined, ValueError):
            continue
    if len(values) < 5 or any(isinstance(v, mp.mpc) for v, _ in values):
        return None
    best = min(values)[1]
    if best in (values[0][1], values[-1][1]):
        return None
    width = (high - low) / 60
    a, b = best - width, best + width
    for _ in range(80):
        c, d = a + (b - a) * sp.Rational(382, 1000), a + (b - a) * sp.Rational(618, 1000)
        c, d = (sp.Rational(str(sp.N(t, 30))) for t in (c, d))
        # Twice as many digits as the place is wanted with, for the curve is flat there.
        fc, fd = (factor * evaluate(e, {**env, s: t}, 60).value for t in (c, d))
        a, b = (a, d) if fc < fd else (c, b)
    return mp.mpf(sp.N((a + b) / 2, 30))


def check_optimum(
    objective, values: dict, sense: str, context: Context, subject_to=None
) -> Verdict:
    """Does the objective have its maximum (minimum) over the parameter at ``values``?"""
    f = objective if sense == "max" else -objective
    over = context.over
    everything = [f, *values.values(), *([subject_to] if subject_to is not None else [])]
    rng = generator(context, f, *values.values())
    constraint = (subject_to,) if subject_to is not None else ()
    inner = Context(
        context.domain,
        context.hypotheses + constraint,
        context.rests_on,
        over,
        context.seed,
        (*context.background, *everything),
    )
    domains = {s: domain_of(s, everything, inner) for s in over}
    rivals, on_edge, is_inside = 0, None, False
    for number, env in enumerate(points([f, *values.values()], inner, rng, 5, 6)):
        best_env, outside = _at_optimum(values, env, domains)
        if outside is not None:
            return Verdict("refuted", points=rivals, counterexample=outside)
        if best_env is None:
            continue
        excluded = [s for s, d in domains.items() if d.contains(best_env[s]) == sp.false]
        is_inside = is_inside or not excluded
        if excluded:
            on_edge = (excluded[0], best_env)
        if subject_to is not None:
            outcome = _one_point(subject_to.lhs, subject_to.rhs, best_env)
            if outcome is not None and outcome[1] is not None:
                broken = replace(outcome[1], note="the claimed optimum breaks the constraint")
                return Verdict("refuted", points=rivals, counterexample=broken)
        try:
            best = evaluate(f, best_env)
        except (NotEvaluable, Undefined, ValueError):
            continue
        close = () if number > 3 else (6, 11) if _is_heavy(f) else (4, 6, 8, 10, 12)
        for rival in _rivals_of(best_env, domains, rng, inner, close):
            try:
                other = evaluate(f, rival)
            except (NotEvaluable, Undefined, ValueError):
                continue
            if isinstance(other.value, mp.mpc):
                continue
            if (
                other.value - best.value
                > 4 * (other.error + best.error) + abs(best.value) * _TOLERANCE
            ):
                sign = 1 if sense == "max" else -1
                claimed = ", ".join(f"{s} = {_shown(best_env[s])}" for s in over)
                return Verdict(
                    "refuted",
                    points=rivals,
                    counterexample=Counterexample(
                        _values(rival),
                        mp.nstr(sign * other.value, 17),
                        mp.nstr(sign * best.value, 17),
                        f"the objective is better here than at the claimed optimum {claimed}",
                    ),
                )
            if _ties(other, best, rival, best_env, over):
                found = Counterexample(
                    _values(rival),
                    _number(other),
                    _number(best),
                    "as good here as at the claimed optimum, which is not the only one",
                )
                return Verdict("refuted", points=rivals, counterexample=found)
            rivals += 1
    if on_edge is not None and not is_inside:
        # An end that is sometimes reached belongs to the closure; one that always is, to nothing.
        symbol, env = on_edge
        others = {k: w for k, w in env.items() if k not in values}
        note = f"the claimed optimum for {symbol} never lies in its domain"
        place = Counterexample(_values(others), _shown(env[symbol]), str(domains[symbol]), note)
        return Verdict("refuted", points=rivals, counterexample=place)
    witnesses = []
    reason = proofs.optimum(f, values, subject_to, inner, everything)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    if rivals:
        witnesses.append(
            Witness("numeric", f"better than {rivals} rival parameter values, near and far")
        )
    return _ruled(witnesses, rivals, everything, inner)


def _at_optimum(values, env, domains):
    """The point with the claimed values put in, or a counterexample if they are not allowed."""
    place = {}
    for s, v in values.items():
        number = exact_value(v, env)
        if number is None or not number.is_number:
            return None, None
        if number.is_real is False:
            others = {k: w for k, w in env.items() if k not in values}
            note = f"the claimed optimum for {s} is no real number"
            return None, Counterexample(_values(others), str(number), str(domains[s]), note)
        if not number.is_real:
            return None, None
        closed = domains[s].closure.contains(number)
        if closed == sp.false:
            others = {k: w for k, w in env.items() if k not in values}
            note = f"the claimed optimum for {s} lies outside its domain"
            return None, Counterexample(_values(others), _shown(number), str(domains[s]), note)
        if closed != sp.true:
            return None, None
        place[s] = number
    return {**env, **place}, None


def _all_inside(point, domains) -> bool:
    return all(inside(point[s], domain) for s, domain in domains.items())


def _rational(value) -> sp.Rational:
    return value if value.is_Rational else sp.Rational(str(sp.N(value, 25)))


def _ties(other, best, rival, best_env, over) -> bool:
    """Are the two values the same, at places that are not?"""
    if other.is_infinite or best.is_infinite:
        return False
    apart = max(abs(rival[s] - best_env[s]) for s in over)
    return bool(apart > sp.Rational(1, 1000)) and (
        abs(other.value - best.value) <= other.error + best.error
    )


def _rivals_of(best, domains, rng, context, close):
    """Other values of the parameters: far ones, near ones, and some at 10^-k for ``close`` k."""
    for k in range(8):
        rival = _rival(best, domains, rng, k, context)
        if rival is not None:
            yield rival
    mirrored = [{**best, s: -best[s]} for s in domains if best[s] != 0]
    for rival in [meet(r, context) for r in mirrored]:
        if rival is not None and _all_inside(rival, domains):
            yield rival
    for s, sign in itertools.product(domains, (1, -1)):
        for k in close:
            step = sign * max(abs(_rational(best[s])), sp.S.One) / 10**k
            rival = meet({**best, s: best[s] + step}, context)
            if rival is not None and _all_inside(rival, domains):
                yield rival


def _rival(best, domains, rng, k, context):
    rival = {**best, **{s: draw_from(d, rng) for s, d in domains.items()}}
    if k % 2:
        near = sp.Rational(1, 10 ** (2 + k // 2))
        moved = {s: _rational(best[s] + (rival[s] - best[s]) * near) for s in domains}
        rival = {**best, **moved}
    rival = meet(rival, context)
    if rival is None or not _all_inside(rival, domains):
        return None
    return rival


# --------------------------------------------------------------------------- limits


def check_limit(left, right, variable, point, context: Context) -> Verdict:
    """Does left tend to right as the variable goes to the point?"""
    if any(t.distribution is not None for t in left.atoms(Sample)) and left.atoms(SampleMean):
        outside = left.atoms(Expectation, Probability, Variance)
        if not outside:
            if point != sp.oo:
                raise NotChecked("the mean of a random sample settles only as the sample grows")
            return _check_sampled_limit(left, right, variable, context)
    witnesses = []
    found = identities.limit(left, variable, point, context)
    target = normal_form(right)
    # The law of a parameter may be named on the left alone.
    wider = replace(context, background=(*context.background, left))
    shown = [value == target or bool(identities.equal(value, target, wider)) for value in found]
    for value, is_shown in zip(found, shown, strict=True):
        counterexample = None if is_shown else _apart(value, target, wider)
        if counterexample is not None:
            return Verdict("refuted", counterexample=counterexample)
    if found and all(shown):
        # Both are the same; the shorter one tells the reader more.
        shorter = min(found[0], right, key=sp.count_ops)
        witnesses.append(Witness("symbolic", f"the limit is {shorter}"))
    count, counterexample = _approach(left, right, variable, point, context)
    if counterexample is not None:
        return Verdict("refuted", points=count, counterexample=counterexample)
    if count:
        told = "the size grows" if target.is_infinite else "the distance shrinks"
        witnesses.append(Witness("numeric", f"{told} along {count} sequences"))
    return _ruled(witnesses, count, [left, right], context)


def _apart(found, target, context):
    """A point at which the true limit and the claimed one differ."""
    rng = generator(context, found, target)
    for env in points([found, target], context, rng, 4, 4):
        outcome = _one_point(found, target, env)
        if outcome is not None and outcome[1] is not None:
            c = outcome[1]
            return Counterexample(c.values, c.left, c.right, "the limit against what is claimed")
    return None


def _approach(left, right, variable, point, context):
    """Do the two sides come together along sequences, from each side that the domain has?"""
    rng = generator(context, left, right)
    domain = domain_of(variable, [left, right], context)
    count = 0
    heavy = _is_heavy(left)
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
                    {**_values(shown), str(variable): at},
                    _told(gaps[-1]),
                    _number(evaluate(right, env)),
                )
            count += 1
    return count, None


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


def _told(gap) -> str:
    return f"off by {mp.nstr(gap, 6)}" if gap >= 0 else mp.nstr(-gap, 17)


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
    goal = evaluate(right, env)
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


def _farthest(left, goal, variable, env, group):
    found = []
    for at in group:
        got = evaluate(left, {**env, variable: at})
        if goal.is_infinite:
            found.append(-got.value if goal.value > 0 else got.value)
        else:
            gap, blur = abs(got.value - goal.value), 4 * (got.error + goal.error)
            if gap <= blur and blur > mp.mpf(10) ** -15 * max(abs(goal.value), 1):
                raise NotEvaluable("too few digits are left")
            found.append(gap if gap > blur else mp.mpf(0))
    return max(found)


_DRAWS = 4_000_000
_MISS = 1e-4


def _check_sampled_limit(left, right, variable, context) -> Verdict:
    """A mean of random draws: simulated, with Chebyshev's bound as the tolerance."""
    import numpy as np  # noqa: PLC0415 (only simulations need it; keeps the import light)

    (mean,) = left.atoms(SampleMean)
    sample = mean.sample
    if left != mean or sample.size != variable:
        raise NotChecked("only the mean of a random sample itself is simulated")
    t = sp.Symbol("t", real=True)
    f = t if len(mean.args) == 1 else mean.args[1](t)
    witnesses, count = [], 0
    rng = generator(context, left, right)
    names = []
    for name, replacement in witness_families(left, right, salt=str(context.seed)):
        law = sample.distribution.xreplace(replacement)
        goal_e = right.xreplace(replacement)
        inner_f = concretise(f, replacement)
        for env in points([goal_e, Expectation(inner_f, t, law)], context, rng, 1, 0):
            draws = _drawn(law, env, np.random.default_rng(rng.randrange(2**32)), _DRAWS)
            if draws is None:
                continue
            # SciPy knows factorials of arrays, NumPy does not.
            value_of = sp.lambdify([t], _numeric_formula(inner_f, env), ["scipy", "numpy"])
            average = float(np.mean(value_of(draws) * np.ones(len(draws))))
            try:
                goal = evaluate(goal_e, env, 20).value
                variance = evaluate(Variance(inner_f, t, law), env, 20).value
            except (NotEvaluable, Undefined, ValueError):
                continue
            if mp.isinf(variance):
                continue
            tolerance = mp.sqrt(variance / (_DRAWS * _MISS))
            if abs(average - goal) > tolerance:
                return Verdict(
                    "refuted",
                    points=count,
                    counterexample=Counterexample(
                        {
                            **_values({k: v for k, v in env.items() if k != variable}),
                            str(variable): str(_DRAWS),
                        },
                        f"a mean of {average:.6g}",
                        mp.nstr(goal, 8),
                        f"further apart than Chebyshev's bound allows, {mp.nstr(tolerance, 3)}",
                    ),
                )
            count += 1
            if name:
                names.append(name)
    if count:
        under = f" ({', '.join(names)} densities)" if names else ""
        witnesses.append(
            Witness(
                "sampled",
                f"{count} simulation{'s' * (count > 1)} of {_DRAWS:,} draws{under} within "
                "Chebyshev's bound for one miss in 10^4",
            )
        )
    return _ruled(witnesses, count, [left, right], context, weak="sampled")


def _numeric_formula(f, env):
    f = f.xreplace({n: n.unfold() for n in f.atoms(Pdf)})
    return f.subs({k: v for k, v in env.items() if isinstance(k, sp.Symbol)}).evalf(17)


def _drawn(law, env, rng, size):
    """Draws from a concrete distribution, as an array; None for a law that is not simulated."""
    import numpy as np  # noqa: PLC0415 (only simulations need it; keeps the import light)

    values = [
        float(sp.N(p.subs({k: v for k, v in env.items() if isinstance(k, sp.Symbol)})))
        for p in law.parameters
    ]
    makers = {
        Normal: lambda: rng.normal(*values, size),
        Bernoulli: lambda: rng.binomial(1, values[0], size).astype(float),
        Poisson: lambda: rng.poisson(values[0], size).astype(float),
        Exponential: lambda: rng.exponential(1 / values[0], size),
        Gamma: lambda: rng.gamma(values[0], 1 / values[1], size),
        Uniform: lambda: rng.uniform(*values, size),
        Cauchy: lambda: values[0] + values[1] * rng.standard_cauchy(size),
        Categorical: lambda: rng.choice(len(values), size, p=np.array(values) / sum(values)).astype(
            float
        ),
    }
    maker = makers.get(type(law))
    return None if maker is None else maker()
