"""Two objectives have one optimum; an optimum lies where it is claimed."""

from __future__ import annotations

import itertools
from dataclasses import replace

import mpmath as mp
import sympy as sp

from helpers.check.budget import CUT_SHORT, attempted, obstacles, search_is_over
from helpers.check.comparing import NOT_REAL, compare_at, is_above, surely
from helpers.check.reading import as_read
from helpers.check.trying import (
    as_rational,
    is_heavy,
    ruled,
    side_value,
    trials_of,
    value_of,
)
from helpers.check.verdict import (
    Counterexample,
    NotChecked,
    Verdict,
    Witness,
    number_text,
    value_text,
    values_of,
)
from helpers.digits.evaluate import NotEvaluable, Undefined, exact_value, is_formula
from helpers.notation import Likelihood, Pdf, SampleMean, VocabularyExpr
from helpers.proof import optima
from helpers.proof.boxes import bounded_box, subdivide
from helpers.trials.context import Context, NoPoints, domain_of, fingerprint, generator, inside
from helpers.trials.laws import concretise, witness_families
from helpers.trials.points import draw_from, meet, points, structure, turning_points

__all__ = ["all_inside", "check_optimum", "check_same_arg"]

_DIGITS = 25


@as_read
def check_same_arg(before, after, flip: bool, context: Context, sense: str = "min") -> Verdict:
    """Have two objectives the same optimum (``flip``: arg min of one, arg max of the other)?

    ``sense`` says which optimum of ``before`` is meant.
    """
    sign = -1 if flip else 1
    reason = attempted(optima.same_arg, before, sign * after, context)
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
    return ruled(witnesses, pairs, [before, after], context)


def _order(before, after, sign, context, *, wide):
    """Do the two objectives order parameter values alike? If not, do their optima agree?

    ``wide`` tries more data: where no rule speaks, what is false for few of them must be met.
    """
    over, pairs, ordered = context.over, 0, True
    rng = generator(context, before, after)
    tried: dict = {}
    counts = ((20, 24), (12, 12), (4, 4)) if wide else ((5, 3), (3, 2), (1, 0))
    for name, (a, b), env in trials_of([before, after], context, *counts):
        tried[name] = tried.get(name, 0) + 1
        if tried[name] > (30 if wide else 5):
            continue
        domains = {s: domain_of(s, [a, b], context) for s in over}
        values = []
        for local in _rivals(env, domains, rng, 4 if is_heavy(a, b) else 12, context):
            try:
                f, g = value_of(a, local, _DIGITS), value_of(b, local, _DIGITS)
            except (NotEvaluable, Undefined, ValueError):
                continue
            complex_sides = [isinstance(t.value, mp.mpc) for t in (f, g)]
            if any(complex_sides) and not all(complex_sides):
                found = Counterexample(values_of(local), number_text(f), number_text(g), NOT_REAL)
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
    other = ", ".join(value_text(e2[s]) for s in over)
    first = ", ".join(value_text(e1[s]) for s in over)
    return Counterexample(
        values_of({k: v for k, v in e1.items() if k not in over}),
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
    for name, (a, b), env in trials_of([before, after], context, (4, 0), (3, 0), (1, 0)):
        domains = {s: domain_of(s, [a, b, *context.background], context) for s in context.over}
        for s, domain in domains.items():
            lines[name, s] = lines.get((name, s), 0) + 1
            if lines[name, s] > 4 or not isinstance(domain, sp.Interval):
                continue
            found, hole = _line((a, b), sign, sense, (s, domain), env)
            if hole is not None:
                return pairs, hole, False
            count, apart = _first_apart(found)
            pairs += count
            if apart is None:
                continue
            ordered = False
            if not _same_optimum(a, b, sign, env, domains):
                return pairs, _opposite(*apart, sign, (s,)), ordered
    return pairs, None, ordered


def _line(sides, sign, sense, place, env) -> tuple:
    """Both objectives along one parameter: a grid, then ever closer to the better of its points.

    And, or None, a place at which the one is at its best and the other has no value.
    """
    (a, b), (s, domain) = sides, place
    factor = 1 if sense == "min" else -1
    found: dict = {}
    holes: list = []

    def try_at(t):
        if t in found or not inside(t, domain):
            return
        local = {**env, s: t}
        try:
            f = value_of(a, local, _DIGITS)
            g, no_g = side_value(b, local)
        except (NotEvaluable, Undefined, ValueError):
            return
        if g is None:
            holes.append((local, f, no_g))
        elif not any(isinstance(v.value, mp.mpc) for v in (f, g)):
            found[t] = (local, f.value, sign * g.value)

    for t in _spread(domain):
        try_at(t)
    # What is known of data is a finite sum; an expectation may be an integral at every place.
    costly = a.atoms(VocabularyExpr) - a.atoms(Pdf, Likelihood, SampleMean)
    for _ in range(2 if costly else 16):
        places = sorted(found)
        for side in (1, 2):
            if not found:
                return [], None
            best = min(places, key=lambda t, side=side: factor * found[t][side])
            k = places.index(best)
            for neighbour in places[max(k - 1, 0) : k] + places[k + 1 : k + 2]:
                try_at((best + neighbour) / 2)
    for local, f, problem in holes:
        # Where the one objective is at its best, the other has no value.
        if all(factor * f.value < factor * here[1] for here in found.values()):
            text = number_text(f), "undefined"
            return [], Counterexample(values_of(local), *text, note=str(problem))
    return list(found.values()), None


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
    if len(domains) != 1 or is_heavy(a, b):
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
            values.append((factor * value_of(e, {**env, s: t}, _DIGITS).value, t))
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
        fc, fd = (factor * value_of(e, {**env, s: t}, 60).value for t in (c, d))
        a, b = (a, d) if fc < fd else (c, b)
    return mp.mpf(sp.N((a + b) / 2, 30))


@as_read
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
        context.lemmas,
        over,
        context.seed,
        (*context.background, *everything),
    )
    domains = {s: domain_of(s, everything, inner) for s in over}
    rivals, on_edge, is_inside = 0, None, False
    objective = f
    for number, (f, here, env) in enumerate(_concrete(objective, values, inner, rng)):
        best_env, outside = _at_optimum(here, env, domains)
        if outside is not None:
            return Verdict("refuted", points=rivals, counterexample=outside)
        if best_env is None:
            continue
        excluded = [s for s, d in domains.items() if d.contains(best_env[s]) == sp.false]
        is_inside = is_inside or not excluded
        if excluded:
            on_edge = (excluded[0], best_env)
        if subject_to is not None:
            outcome = compare_at(subject_to.lhs, subject_to.rhs, best_env)
            if outcome is not None and outcome.counterexample is not None:
                broken = replace(
                    outcome.counterexample, note="the claimed optimum breaks the constraint"
                )
                return Verdict("refuted", points=rivals, counterexample=broken)
        try:
            best = value_of(f, best_env)
        except (NotEvaluable, Undefined, ValueError):
            continue
        close = () if number > 3 else (6, 11) if is_heavy(f) else (4, 6, 8, 10, 12)
        rivals_here = itertools.chain(
            _rivals_of(best_env, domains, rng, inner, close),
            _higher_box(f, best_env, domains),
            _at_structure(f, best_env, domains, inner),
        )
        for rival in rivals_here:
            if search_is_over():
                break
            try:
                other = value_of(f, rival)
            except (NotEvaluable, Undefined, ValueError):
                continue
            if isinstance(other.value, mp.mpc):
                continue
            better = surely(is_above, other, best, (f, rival), (f, best_env))
            if better is not None:
                sign = 1 if sense == "max" else -1
                claimed = {str(s): value_text(best_env[s]) for s in over}
                where = ", ".join(f"{name} = {value}" for name, value in claimed.items())
                return Verdict(
                    "refuted",
                    points=rivals,
                    counterexample=Counterexample(
                        values_of(rival),
                        mp.nstr(sign * better[0].value, 17),
                        mp.nstr(sign * better[1].value, 17),
                        f"the objective is better here than at the claimed optimum {where}",
                        kind="optimum",
                        claimed=claimed,
                    ),
                )
            if _ties(f, (other, best), rival, best_env, over):
                found = Counterexample(
                    values_of(rival),
                    number_text(other),
                    number_text(best),
                    "as good here as at the claimed optimum, which is not the only one",
                    kind="tie",
                    claimed={str(s): value_text(best_env[s]) for s in over},
                )
                return Verdict("refuted", points=rivals, counterexample=found)
            rivals += 1
    if on_edge is not None and not is_inside:
        # An end that is sometimes reached belongs to the closure; one that always is, to nothing.
        symbol, env = on_edge
        others = {k: w for k, w in env.items() if k not in values}
        note = f"the claimed optimum for {symbol} never lies in its domain"
        place = Counterexample(
            values_of(others), value_text(env[symbol]), str(domains[symbol]), note, kind="place"
        )
        return Verdict("refuted", points=rivals, counterexample=place)
    witnesses = []
    reason = attempted(optima.optimum, objective, values, subject_to, inner, everything)
    if not reason and subject_to is None:
        reason = attempted(_by_subdivision, objective, values, inner)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    elif CUT_SHORT in obstacles:
        raise NotChecked(f"{CUT_SHORT}, and no reason for the optimum was found")
    if rivals:
        witnesses.append(
            Witness("numeric", f"better than {rivals} rival parameter values, near and far")
        )
    # Without a reason it is the best as far as was searched.
    return ruled(witnesses, rivals, everything, inner, weak="estimated")


def _concrete(f, values, context, rng):
    """The objective and the claimed values under laws of every family, with points."""
    families = witness_families(f, *values.values(), salt=fingerprint(context, f))
    for name, laws in families:
        sides = [concretise(e, laws) for e in (f, *values.values())]
        told = tuple(concretise(e, laws) for e in context.background)
        inner = replace(context, background=told)
        for env in points(sides, inner, rng, *((2, 1) if name else (5, 6))):
            if search_is_over():
                return
            yield sides[0], dict(zip(values, sides[1:], strict=True)), env


def _at_optimum(values, env, domains):
    """The point with the claimed values put in, or a counterexample if they are not allowed."""
    place = {}
    for s, v in values.items():
        number = exact_value(v, env, finite=True)
        if number is None and v.atoms(VocabularyExpr, sp.Sum, sp.Integral):
            # A mean under a law that is no short sum, to more digits than a rival is away.
            try:
                found = value_of(v, env)
            except (NotEvaluable, Undefined, ValueError):
                return None, None
            if found.is_infinite or isinstance(found.value, mp.mpc):
                return None, None
            number = sp.Rational(mp.nstr(found.value, 35))
        if number is None or not number.is_number:
            return None, None
        if number.is_real is False:
            others = {k: w for k, w in env.items() if k not in values}
            note = f"the claimed optimum for {s} is no real number"
            return None, Counterexample(
                values_of(others), str(number), str(domains[s]), note, kind="place"
            )
        if not number.is_real:
            return None, None
        closed = domains[s].closure.contains(number)
        if closed == sp.false:
            others = {k: w for k, w in env.items() if k not in values}
            note = f"the claimed optimum for {s} lies outside its domain"
            return None, Counterexample(
                values_of(others), value_text(number), str(domains[s]), note, kind="place"
            )
        if closed != sp.true:
            return None, None
        place[s] = number
    return {**env, **place}, None


def all_inside(point, domains) -> bool:
    return all(inside(point[s], domain) for s, domain in domains.items())


def _ties(f, values, rival, best_env, over) -> bool:
    """Are the two values the same, to hundreds of digits of a formula, at places that are not?"""
    other, best = values
    if other.is_infinite or best.is_infinite:
        return False
    if not max(abs(rival[s] - best_env[s]) for s in over) > sp.Rational(1, 1000):
        return False
    if is_formula(f):
        other, best = (value_of(f, env, 400) for env in (rival, best_env))
    return not (is_above(other, best) or is_above(best, other))


def _higher_box(f, best_env, domains):
    """A place of a wide range at which the objective is higher than at the claimed optimum."""
    if len(domains) != 1 or not is_formula(f):
        return
    ((s, domain),) = domains.items()
    others = {k: v for k, v in best_env.items() if k != s}
    gap = f.xreplace({s: best_env[s]}) - f
    gap = gap.xreplace({k: v for k, v in others.items() if isinstance(k, sp.Symbol)})
    if isinstance(domain, sp.Interval) and gap.free_symbols == {s}:
        low, high = (
            end if end.is_Rational else best_env[s] + sign * 1000
            for end, sign in ((domain.start, -1), (domain.end, 1))
        )
        if low.is_Rational and high.is_Rational and low < high:
            found = subdivide(gap, {s: (low, high)}, (best_env[s],), most=200).negative_at
            if found is not None and inside(found[s], domain):
                yield {**best_env, **found}


def _at_structure(f, best_env, domains, context):
    """Other values of one parameter at which the objective's structure changes."""
    turns = turning_points([f])
    for s, domain in domains.items():
        for value in structure(turns, s, best_env):
            rival = meet({**best_env, s: value}, context) if inside(value, domain) else None
            if rival is not None and rival[s] != best_env[s] and all_inside(rival, domains):
                yield rival


def _by_subdivision(f, values, context) -> str:
    """Why a parameter alone, on a bounded domain, has its optimum there: by subdivision."""
    box = bounded_box([f, *values.values()], context)
    if box is None or len(values) != 1 or set(box) != set(values):
        return ""
    ((s, v),) = values.items()
    found = subdivide(f.xreplace({s: v}) - f, box, (v,))
    return f"by subdivision into {found.boxes} boxes" if found.is_closed else ""


def _rivals_of(best, domains, rng, context, close):
    """Other values of the parameters: far ones, near ones, and some at 10^-k for ``close`` k."""
    for k in range(8):
        rival = _rival(best, domains, rng, k, context)
        if rival is not None:
            yield rival
    mirrored = [{**best, s: -best[s]} for s in domains if best[s] != 0]
    for rival in [meet(r, context) for r in mirrored]:
        if rival is not None and all_inside(rival, domains):
            yield rival
    for s, sign in itertools.product(domains, (1, -1)):
        for k in close:
            step = sign * max(abs(as_rational(best[s])), sp.S.One) / 10**k
            rival = meet({**best, s: best[s] + step}, context)
            if rival is not None and all_inside(rival, domains):
                yield rival


def _rival(best, domains, rng, k, context):
    rival = {**best, **{s: draw_from(d, rng) for s, d in domains.items()}}
    if k % 2:
        near = sp.Rational(1, 10 ** (2 + k // 2))
        moved = {s: as_rational(best[s] + (rival[s] - best[s]) * near) for s in domains}
        rival = {**best, **moved}
    rival = meet(rival, context)
    if rival is None or not all_inside(rival, domains):
        return None
    return rival
