"""How one step of a derivation is checked: symbolically, numerically, by search.

Every function returns a :class:`Verdict`. A verdict says which witnesses spoke for the step; if
one spoke against it, it carries a :class:`Counterexample`. "Could not be shown" is not "false",
and a step for which no witness spoke at all raises :class:`NotChecked`.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from dataclasses import dataclass, field

import mpmath as mp
import sympy as sp

from helpers.algebra import is_zero, normal_form, simplify_residue
from helpers.evaluation import NotEvaluable, Undefined, evaluate
from helpers.notation import (
    ArgMax,
    ArgMin,
    Bernoulli,
    Categorical,
    Density,
    Distribution,
    Empirical,
    Exponential,
    Likelihood,
    Normal,
    Pdf,
    Poisson,
    Sample,
    VocabularyExpr,
    bounds_of,
)

__all__ = [
    "STATUSES",
    "Context",
    "Counterexample",
    "NotChecked",
    "Verdict",
    "Witness",
    "check_definition",
    "check_equal",
    "check_extremum_at",
    "check_inequality",
    "check_limit",
    "check_same_arg",
    "weakest",
]

# From strongest to weakest. A chain is as strong as its weakest link; a definition asserts
# nothing, so it never weakens a chain and counts as the strongest.
STATUSES = ("defined", "proved", "exact", "numeric", "sampled", "cited")

_TOLERANCE = mp.mpf(10) ** -30


def weakest(statuses) -> str:
    """The weakest of some statuses; ``defined`` when there are none.

    >>> weakest(["proved", "numeric", "defined"])
    'numeric'
    """
    return max(statuses, key=STATUSES.index, default="defined")


class NotChecked(Exception):
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


@dataclass(frozen=True)
class Context:
    """What a step may assume: where symbols live, hypotheses, claims it rests on, a seed."""

    domain: dict = field(default_factory=dict)
    hypotheses: tuple = ()
    rests_on: tuple = ()
    over: tuple = ()
    seed: int = 20

    @property
    def relations(self) -> list:
        return [h for h in self.hypotheses if isinstance(h, sp.core.relational.Relational)]


def _generator(context, *parts) -> random.Random:
    text = "|".join([str(context.seed), *map(sp.srepr, parts)])
    return random.Random(int(hashlib.sha256(text.encode()).hexdigest()[:16], 16))


# --------------------------------------------------------------------------- witness families


def _link(name: str, parameters, rng_offset: int):
    """A smooth, name-dependent value in which the family's parameters are moved."""
    digest = hashlib.sha256(f"{name}{rng_offset}".encode()).digest()
    shift = sp.Rational(digest[0] - 128, 160)
    slope = [sp.Rational(64 + digest[k + 1] // 2, 128) for k in range(len(parameters))]
    return shift + sp.Add(*[s * p for s, p in zip(slope, parameters, strict=True)])


def _logistic(v):
    return 1 / (1 + sp.exp(-v))


def _families(density: Density, only_own_support: bool) -> dict:
    v, w = (_link(density.name, density.parameters, k) for k in (0, 1))
    own = density.support
    whole = {
        "normal": Normal(v, sp.exp(w / 4)),
        "Bernoulli": Bernoulli(_logistic(v)),
        "categorical": Categorical(
            [sp.exp(t) / (1 + sp.exp(v) + sp.exp(w)) for t in (sp.S.Zero, v, w)]
        ),
        "Poisson": Poisson(sp.exp(v / 2)),
        "exponential": Exponential(sp.exp(v / 2)),
    }
    if isinstance(own, sp.Range):
        size = int(own.size)
        weights = [sp.exp(_link(density.name, density.parameters, k) * sp.Rational(k, 2)) for k in range(size)]
        total = sp.Add(*weights)
        return {"categorical": Categorical([t / total for t in weights])}
    if own == sp.S.Naturals0:
        return {"Poisson": whole["Poisson"]}
    if own == sp.S.Reals:
        return {"normal": whole["normal"]} if only_own_support else whole
    if isinstance(own, sp.Interval) and own.start == 0 and own.end == sp.oo:
        return {"exponential": whole["exponential"]}
    if own == sp.FiniteSet(0, 1):
        return {"Bernoulli": whole["Bernoulli"]}
    raise NotChecked(f"there is no witness family with support {own}")


def _witness_families(*expressions) -> list[tuple[str, dict]]:
    """Replacements of abstract densities by concrete families, one dictionary per family."""
    densities = sorted(
        {d for e in expressions for d in e.atoms(Density)}, key=sp.default_sort_key
    )
    if not densities:
        return [("", {})]
    fixed = any(
        limit_symbol.has(Pdf)
        for e in expressions
        for limit_symbol in e.atoms(sp.Integral, sp.Sum)
        if not any(isinstance(t, sp.Indexed) for t in sp.preorder_traversal(limit_symbol))
    ) or any(
        not t.args[1].is_Integer and not isinstance(t.args[1], sp.Indexed) and not _bound(t, e)
        for e in expressions
        for t in e.atoms(Pdf)
    )
    options = [_families(d, fixed) for d in densities]
    shared = [name for name in options[0] if all(name in o for o in options)]
    if not shared:
        shared = list(options[0])
        return [
            ("mixed", {d: next(iter(o.values())) for d, o in zip(densities, options, strict=True)})
        ]
    return [(name, {d: o[name] for d, o in zip(densities, options, strict=True)}) for name in shared]


def _bound(pdf, e) -> bool:
    return not (pdf.args[1].free_symbols & e.free_symbols)


def _concretise(e, replacement):
    return e.xreplace(replacement) if replacement else e


# --------------------------------------------------------------------------- points


def _symbols(expressions) -> list:
    free = set().union(*[e.free_symbols for e in expressions])
    labels = {str(b) for b in _bases(expressions)}
    return sorted((s for s in free if isinstance(s, sp.Symbol) and str(s) not in labels), key=str)


def _bases(expressions) -> list:
    found = {t.base for e in expressions for t in e.atoms(sp.Indexed)}
    found |= {t.base for e in expressions for t in e.atoms(Sample) if t.distribution is None}
    return [next(b for b in found if str(b) == name) for name in sorted(set(map(str, found)))]


def _domain(symbol, expressions, context) -> sp.Set:
    if symbol in context.domain:
        return context.domain[symbol]
    for e in expressions:
        for d in e.atoms(Distribution):
            found = d.parameter_domain().get(symbol)
            if found is not None:
                return found
        for p in e.atoms(Pdf):
            if p.args[1] == symbol and not p.distribution.abstract:
                return p.distribution.support
    if symbol.is_integer:
        if symbol.is_positive:
            return sp.S.Naturals
        return sp.S.Naturals0 if symbol.is_nonnegative else sp.S.Integers
    if symbol.is_positive:
        return sp.Interval.open(0, sp.oo)
    if symbol.is_nonnegative:
        return sp.Interval(0, sp.oo)
    if symbol.is_negative:
        return sp.Interval.open(-sp.oo, 0)
    return sp.S.Reals


_ANCHORS = [0, 1, -1, 2, sp.Rational(1, 2), sp.Rational(-1, 2), 3, -2, 10, -10]


def _awkward(domain: sp.Set) -> list:
    points = [sp.sympify(a) for a in _ANCHORS if domain.contains(a) == sp.true]
    if domain.is_subset(sp.S.Integers):
        return points + [sp.Integer(k) for k in (4, 7, 12, 25) if domain.contains(k) == sp.true]
    if isinstance(domain, sp.Interval):
        a, b = domain.start, domain.end
        small = sp.Rational(1, 1000)
        if a.is_finite:
            width = (b - a) if b.is_finite else sp.S.One
            points += [a] * (not domain.left_open) + [a + width * small]
        if b.is_finite:
            width = (b - a) if a.is_finite else sp.S.One
            points += [b] * (not domain.right_open) + [b - width * small]
    for big in (1000, -1000):
        if domain.contains(big) == sp.true:
            points.append(sp.Integer(big))
    return list(dict.fromkeys(points))


def _random_in(domain: sp.Set, rng) -> sp.Expr:
    q = 10**6
    if isinstance(domain, sp.FiniteSet):
        return rng.choice(sorted(domain.args, key=sp.default_sort_key))
    if isinstance(domain, sp.Range):
        return sp.Integer(rng.choice(list(domain)))
    if domain == sp.S.Naturals:
        return sp.Integer(rng.randint(1, 12))
    if domain == sp.S.Naturals0:
        return sp.Integer(rng.randint(0, 12))
    if domain == sp.S.Integers:
        return sp.Integer(rng.randint(-12, 12))
    if domain == sp.S.Reals:
        return sp.Rational(round(rng.gauss(0, 2) * q), q)
    if isinstance(domain, sp.Interval):
        a, b = domain.start, domain.end
        if not a.is_number or not b.is_number:
            raise NotChecked(f"the domain {domain} is not explicit")
        if a.is_finite and b.is_finite:
            return a + (b - a) * sp.Rational(rng.randint(1, q - 1), q)
        step = sp.Rational(round(10 ** rng.uniform(-1.2, 1.2) * q), q)
        if a.is_finite:
            return a + step
        if b.is_finite:
            return b - step
        return sp.Rational(round(rng.gauss(0, 2) * q), q)
    if isinstance(domain, sp.Union):
        return _random_in(rng.choice(sorted(domain.args, key=sp.default_sort_key)), rng)
    raise NotChecked(f"no points are drawn from {domain}")


def _points(expressions, context, rng, count):
    """Points of the domain: random ones, awkward ones one symbol at a time, equal parameters."""
    symbols = _symbols(expressions)
    bases = _bases(expressions)
    domains = {s: _domain(s, expressions, context) for s in symbols}
    sizes = {t.size for e in expressions for t in e.atoms(Sample)}
    sizes |= {
        limit[2]
        for e in expressions
        for t in e.atoms(sp.Sum, sp.Product)
        if t.has(sp.Indexed)
        for limit in t.limits
    }
    for s in symbols:
        if s in sizes:
            domains[s] = sp.Range(1, 6)
    if not symbols and not bases:
        yield {}
        return

    def draw():
        env = {s: _random_in(domains[s], rng) for s in symbols}
        for base in bases:
            env[base] = tuple(_random_in(_data_domain(base, expressions, context), rng) for _ in range(8))
        return env

    seen = set()
    candidates = itertools.chain(
        (draw() for _ in range(count)),
        ({**draw(), s: v} for s in symbols if s not in sizes for v in _awkward(domains[s])),
        ({**draw(), **dict.fromkeys(pair, _random_in(domains[pair[0]], rng))}
         for pair in itertools.combinations(symbols, 2) if domains[pair[0]] == domains[pair[1]]),
        (draw() for _ in range(200)),
    )
    produced = 0
    for env in candidates:
        env = _meet(env, context, rng)
        if env is None:
            continue
        key = tuple(sorted((str(k), str(v)) for k, v in env.items()))
        if key in seen:
            continue
        seen.add(key)
        produced += 1
        yield env
        if produced >= count + 40:
            return


def _data_domain(base, expressions, context):
    if base in context.domain:
        return context.domain[base]
    for e in expressions:
        for node in e.atoms(Likelihood):
            if str(node.sample.base) == str(base) and not node.distribution.abstract:
                return node.distribution.support
        for node in e.atoms(Pdf):
            t = node.args[1]
            if isinstance(t, sp.Indexed) and str(t.base) == str(base) and not node.distribution.abstract:
                return node.distribution.support
    label = base.label
    if label.is_positive or base.assumptions0.get("positive"):
        return sp.Interval.open(0, sp.oo)
    return sp.S.Reals


def _meet(env, context, rng):
    """Make a point obey the hypotheses that are relations, or give it up."""
    for relation in context.relations:
        if isinstance(relation, sp.Eq):
            free = sorted(relation.free_symbols, key=str)
            last = free[-1]
            rest = {k: v for k, v in env.items() if isinstance(k, sp.Symbol) and k != last}
            solutions = sp.solve(relation.subs(rest), last)
            solutions = [s for s in solutions if s.is_real]
            if not solutions:
                return None
            env = {**env, last: solutions[0]}
            domain = context.domain.get(last)
            if domain is not None and domain.contains(solutions[0]) != sp.true:
                return None
            if last.is_positive and not solutions[0] > 0:
                return None
        else:
            plain = {k: v for k, v in env.items() if isinstance(k, sp.Symbol)}
            if relation.subs(plain) != sp.true:
                return None
    return env


def _shown(v) -> str:
    if isinstance(v, tuple):
        return "(" + ", ".join(_shown(t) for t in v) + ")"
    if isinstance(v, sp.Basic) and v.is_Rational and not v.is_Integer and v.q > 1000:
        return mp.nstr(mp.mpf(v.p) / v.q, 10)
    return str(v)


def _counterexample(env, left, right, note="", used=None) -> Counterexample:
    values = {str(k): _shown(v) for k, v in env.items()}
    return Counterexample(values, left, right, note)


def _number(value) -> str:
    return mp.nstr(value.value, 17)


# --------------------------------------------------------------------------- equality


def _is_heavy(e) -> bool:
    return bool(e.atoms(sp.Integral, VocabularyExpr) - e.atoms(Pdf)) or e.has(sp.Sum)


def _compare(left, right, context, count=None) -> tuple[int, mp.mpf, Counterexample | None, list]:
    rng = _generator(context, left, right)
    checked, worst, notes, families = 0, mp.mpf(0), [], []
    for name, replacement in _witness_families(left, right):
        a, b = _concretise(left, replacement), _concretise(right, replacement)
        heavy = _is_heavy(a) or _is_heavy(b)
        limit = count or (6 if heavy else 24)
        if heavy and name:
            limit = 2
        spent = 0
        for env in _points([a, b], context, rng, limit):
            if heavy and spent >= limit:
                break
            spent += 1
            outcome = _one_point(a, b, env)
            if outcome is None:
                continue
            error, counterexample = outcome
            if counterexample is not None:
                return checked, worst, counterexample, families
            checked += 1
            worst = max(worst, error)
            if name and name not in families:
                families.append(name)
    return checked, worst, None, families


def _side(e, env):
    try:
        return evaluate(e, env), None
    except Undefined as problem:
        return None, problem


def _one_point(a, b, env):
    try:
        (u, no_u), (v, no_v) = _side(a, env), _side(b, env)
    except (NotEvaluable, ValueError):
        return None
    if u is None and v is None:
        return None
    if u is None or v is None:
        known = v if u is None else u
        text = ("undefined", _number(known)) if u is None else (_number(known), "undefined")
        return None, _counterexample(env, *text, note=str(no_u or no_v))
    if u.is_infinite or v.is_infinite:
        if u.value == v.value:
            return mp.mpf(0), None
        return None, _counterexample(env, _number(u), _number(v))
    with mp.workdps(50):
        gap = abs(u.value - v.value)
        size = max(abs(u.value), abs(v.value))
        slack = u.error + v.error
        if gap > size * _TOLERANCE + slack * 4 and gap > size * mp.mpf(10) ** -45:
            return None, _counterexample(env, _number(u), _number(v), f"difference {mp.nstr(gap, 3)}")
        if slack > size * mp.mpf(10) ** -20 and slack > mp.mpf(10) ** -25:
            return None
        return (max(gap, slack) / size if size else mp.mpf(0)), None


def check_equal(left, right, context: Context) -> Verdict:
    """Is left = right for all values of the symbols in their domain?"""
    points, worst, counterexample, families = _compare(left, right, context)
    if counterexample is not None:
        return Verdict("refuted", points=points, counterexample=counterexample)
    witnesses = []
    proved = _proved_zero(left - right, context)
    if proved:
        witnesses.append(Witness("symbolic", proved))
    if points:
        witnesses.append(_numeric_witness(points, worst, families))
    return _ruled(witnesses, points, worst)


def _proved_zero(difference, context) -> str:
    if is_zero(difference):
        return "the difference simplifies to zero"
    for relation in context.relations:
        if isinstance(relation, sp.Eq):
            last = sorted(relation.free_symbols, key=str)[-1]
            solutions = sp.solve(relation, last)
            if len(solutions) == 1 and is_zero(difference.subs(last, solutions[0])):
                return f"the difference simplifies to zero using {relation.lhs} = {relation.rhs}"
    return ""


def bound_text(error) -> str:
    """An error as an order of magnitude, the same on every machine.

    >>> bound_text(mp.mpf("3e-36"))
    '< 1e-30'
    """
    if error <= mp.mpf(10) ** -30:
        return "< 1e-30"
    return f"< 1e{int(mp.ceil(mp.log10(error)))}"


def _numeric_witness(points, worst, families) -> Witness:
    where = f"{points} points" if points != 1 else "1 point"
    under = f" ({', '.join(families)})" if families else ""
    return Witness(
        "numeric",
        f"both sides evaluated separately at {where}{under}, relative error {bound_text(worst)}",
    )


def _ruled(witnesses, points, worst) -> Verdict:
    kinds = {w.kind for w in witnesses}
    if not witnesses:
        raise NotChecked("neither a symbolic nor a numeric check could be made")
    status = "proved" if kinds & {"symbolic", "rule"} else "numeric"
    return Verdict(status, tuple(witnesses), points, worst if points else None)


def check_definition(left, right, context: Context) -> Verdict:
    """A definition: nothing to prove, but what can be evaluated independently must agree."""
    if left.is_Symbol or isinstance(left, sp.core.function.AppliedUndef):
        return Verdict("defined", (Witness("definition", "a new name"),))
    points, worst, counterexample, families = _compare(left, right, context)
    if counterexample is not None:
        return Verdict("refuted", points=points, counterexample=counterexample)
    witnesses = [Witness("definition", "a definition")]
    if points:
        witnesses.append(_numeric_witness(points, worst, families))
    return Verdict("defined", tuple(witnesses), points, worst if points else None)


# --------------------------------------------------------------------------- inequalities


def check_inequality(left, right, relation, context: Context, equality_when=None) -> Verdict:
    """Is left <= right (or >=) on the whole domain, with equality under ``equality_when``?"""
    gap = right - left if relation == "<=" else left - right
    rng = _generator(context, left, right)
    checked, tightest, at, families = 0, None, None, []
    for name, replacement in _witness_families(left, right):
        a, b = _concretise(left, replacement), _concretise(right, replacement)
        heavy = _is_heavy(a) or _is_heavy(b)
        limit = 4 if heavy and name else (8 if heavy else 60)
        spent = 0
        for env in _points([a, b], context, rng, limit):
            if heavy and spent >= limit:
                break
            spent += 1
            try:
                u, v = evaluate(a, env), evaluate(b, env)
            except (NotEvaluable, Undefined, ValueError):
                continue
            low, high = (u, v) if relation == "<=" else (v, u)
            if low.is_infinite or high.is_infinite:
                fails = low.value > high.value
            else:
                size = max(abs(u.value), abs(v.value))
                fails = low.value - high.value > size * _TOLERANCE + 4 * (u.error + v.error)
            if fails:
                note = "" if not name else f"densities from the {name} family"
                return Verdict("refuted", points=checked,
                               counterexample=_counterexample(env, _number(u), _number(v), note))
            checked += 1
            if name and name not in families:
                families.append(name)
            if not (low.is_infinite or high.is_infinite):
                slack = high.value - low.value
                if tightest is None or slack < tightest:
                    tightest, at = slack, env
    witnesses = []
    reason = _proved_nonnegative(gap, context)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    text = ""
    if checked:
        under = f" ({', '.join(families)})" if families else ""
        witnesses.append(Witness("numeric", f"holds at {checked} points{under}"))
        if at is not None:
            place = ", ".join(f"{k} = {_shown(v)}" for k, v in at.items())
            text = f"smallest gap {mp.nstr(tightest, 3)}" + (f" at {place}" if place else "")
    if equality_when is not None:
        conditions = dict(equality_when) if not isinstance(equality_when, sp.Eq) else {
            equality_when.lhs: equality_when.rhs
        }
        verdict = check_equal(left.xreplace(conditions).subs(conditions),
                              right.xreplace(conditions).subs(conditions), context)
        if verdict.counterexample is not None:
            return verdict
        shown = ", ".join(f"{k} = {v}" for k, v in conditions.items())
        witnesses.append(Witness("equality", f"equality for {shown}: {verdict.witnesses[0].text}"))
    verdict = _ruled(witnesses, checked, None)
    return Verdict(verdict.status, verdict.witnesses, checked, None, None, text)


def _proved_nonnegative(gap, context) -> str:
    residue = simplify_residue(normal_form(gap))
    if residue.is_nonnegative:
        return "the difference is nonnegative term by term"
    factored = sp.factor(residue) if residue.count_ops() < 200 else residue
    if factored.is_nonnegative:
        return "the difference factors into nonnegative terms"
    return _calculus(residue, context)


def _calculus(gap, context) -> str:
    """One variable, convex, and zero (or more) at its only stationary point."""
    symbols = _symbols([gap])
    if len(symbols) != 1 or gap.atoms(VocabularyExpr):
        return ""
    (x,) = symbols
    domain = _domain(x, [gap], context)
    if not isinstance(domain, sp.Interval) and domain != sp.S.Reals:
        return ""
    t = sp.Dummy("t", positive=True) if x.is_positive else sp.Dummy("t", real=True)
    f = gap.subs(x, t)
    second = sp.simplify(sp.diff(f, t, 2))
    if not second.is_nonnegative:
        return ""
    try:
        stationary = sp.solve(sp.diff(f, t), t)
    except NotImplementedError:
        return ""
    for point in stationary:
        if domain.contains(point) == sp.true and sp.simplify(f.subs(t, point)).is_nonnegative:
            return f"convex, with its minimum at {x} = {point}, where it is {sp.simplify(f.subs(t, point))}"
    return ""


# --------------------------------------------------------------------------- arg min, arg max


def check_same_arg(before, after, flip: bool, context: Context) -> Verdict:
    """Have two objectives the same arg min (``flip``: arg min of one, arg max of the other)?"""
    over = context.over
    sign = -1 if flip else 1
    reason = _arg_rule(before, sign * after, over, context)
    points, counterexample = _order_witness(before, after, sign, context)
    if counterexample is not None:
        return Verdict("refuted", points=points, counterexample=counterexample)
    witnesses = []
    if reason:
        witnesses.append(Witness("rule", reason))
    if points:
        witnesses.append(
            Witness("numeric", f"the objectives order {points} pairs of parameter values alike")
        )
    return _ruled(witnesses, points, None)


def _free_of(e, over) -> bool:
    return not (e.free_symbols & set(over))


def _arg_rule(f, g, over, context) -> str:
    nf, ng = normal_form(f), normal_form(g)
    difference = simplify_residue(sp.expand(ng - nf))
    if _free_of(difference, over):
        return f"they differ by a term free of {', '.join(map(str, over))}"
    ratio = _common_ratio(nf, ng, over)
    if ratio is not None and ratio.is_positive:
        extra = sp.expand(ng - ratio * nf)
        kind = "a positive multiple" if extra == 0 else "a positive multiple plus a constant"
        return f"one is {kind} of the other, factor {ratio}"
    if is_zero(g - sp.log(f)):
        return "log is strictly increasing"
    if is_zero(f - sp.log(g)):
        return "exp is strictly increasing"
    if is_zero(g - sp.exp(f)):
        return "exp is strictly increasing"
    if len(over) == 1 and not (nf.atoms(VocabularyExpr) | ng.atoms(VocabularyExpr)):
        ratio = sp.simplify(sp.diff(ng, over[0]) / sp.diff(nf, over[0]))
        if ratio.is_positive:
            return "the derivatives have the same sign everywhere"
    return ""


def _common_ratio(f, g, over):
    """c with g = c f + a term free of the parameter, found by comparing coefficients."""
    f_parts, g_parts = _coefficients(f, over), _coefficients(g, over)
    if not f_parts or set(f_parts) != set(g_parts):
        return None
    ratios = [sp.cancel(g_parts[core] / f_parts[core]) for core in f_parts]
    if all(is_zero(r - ratios[0]) for r in ratios[1:]):
        return ratios[0]
    return None


def _coefficients(e, over) -> dict:
    found: dict = {}
    for term in sp.Add.make_args(e):
        constant, core = term.as_independent(*over, as_Add=False)
        if core != 1:
            found[core] = found.get(core, 0) + constant
    return found


def _order_witness(before, after, sign, context):
    over = context.over
    rng = _generator(context, before, after)
    pairs = 0
    for _name, replacement in _witness_families(before, after):
        a, b = _concretise(before, replacement), _concretise(after, replacement)
        domains = {s: _domain(s, [a, b], context) for s in over}
        for tried, env in enumerate(_points([a, b], context, rng, 3)):
            if tried >= (2 if replacement else 4):
                break
            values = []
            for _k in range(4):
                local = {**env, **{s: _random_in(domains[s], rng) for s in over}}
                try:
                    values.append((local, evaluate(a, local, 25), evaluate(b, local, 25)))
                except (NotEvaluable, Undefined, ValueError):
                    continue
            for (e1, f1, g1), (e2, f2, g2) in itertools.combinations(values, 2):
                df, dg = f1.value - f2.value, sign * (g1.value - g2.value)
                blur = mp.mpf(10) ** -12
                if abs(df) < blur or abs(dg) < blur:
                    continue
                if (df > 0) != (dg > 0):
                    names = ", ".join(map(str, over))
                    note = (
                        f"the second pair of values is for {names} = "
                        + ", ".join(_shown(e2[s]) for s in over)
                        + ": the objectives order the two parameter values differently"
                    )
                    return pairs, _counterexample(
                        e1,
                        f"{mp.nstr(f1.value, 12)} against {mp.nstr(f2.value, 12)}",
                        f"{mp.nstr(g1.value, 12)} against {mp.nstr(g2.value, 12)}",
                        note,
                    )
                pairs += 1
    return pairs, None


def check_extremum_at(objective, values: dict, sense: str, context: Context, subject_to=None) -> Verdict:
    """Does the objective have its maximum (minimum) over the parameter at ``values``?"""
    f = objective if sense == "max" else -objective
    over = context.over
    rng = _generator(context, objective, sp.Tuple(*values.values()))
    constraint = [subject_to] if subject_to is not None else []
    inner = Context(context.domain, context.hypotheses + tuple(constraint), seed=context.seed)
    everything = [f, *values.values()]
    checked = 0
    domains = {s: _domain(s, everything, context) for s in over}
    for tried, env in enumerate(_points(everything, inner, rng, 6)):
        if tried >= 12:
            break
        try:
            best_env = {**env, **{s: sp.nsimplify(v) if v.is_Float else v for s, v in
                                  ((s, _value_at(v, env)) for s, v in values.items())}}
            best = evaluate(f, best_env)
            for k in range(8):
                rival = {**env, **{s: _random_in(domains[s], rng) for s in over}}
                if k % 2:
                    rival = {**env, **{s: best_env[s] + (rival[s] - best_env[s]) / 1000 for s in over}}
                rival = _meet(rival, inner, rng)
                if rival is None or any(domains[s].contains(rival[s]) == sp.false for s in over):
                    continue
                other = evaluate(f, rival)
                if other.value - best.value > 4 * (other.error + best.error) + abs(best.value) * _TOLERANCE:
                    sign = 1 if sense == "max" else -1
                    return Verdict("refuted", points=checked, counterexample=_counterexample(
                        rival, mp.nstr(sign * other.value, 17), mp.nstr(sign * best.value, 17),
                        "the left value is better than the one at the claimed optimum, the right"))
                checked += 1
        except (NotEvaluable, Undefined, ValueError):
            continue
    witnesses = []
    reason = _optimum_proof(f, values, subject_to, context)
    if reason:
        witnesses.append(Witness("symbolic", reason))
    if checked:
        witnesses.append(Witness("numeric", f"no rival among {checked} did better"))
    return _ruled(witnesses, checked, None)


def _value_at(v, env):
    from helpers.evaluation import _at

    opened = v
    for _ in range(4):
        nodes = opened.atoms(VocabularyExpr)
        if not nodes:
            break
        opened = opened.xreplace({n: n.unfold() for n in nodes})
    value = _at(opened, env).doit()
    return _at(value, env)


def _optimum_proof(f, values, subject_to, context) -> str:
    over = context.over
    f = normal_form(f)
    if f.atoms(sp.Piecewise):
        return ""
    opened = {s: normal_form(v) for s, v in values.items()}
    gradient = [sp.diff(f, s) for s in over]
    if subject_to is None:
        if any(not is_zero(g.subs(opened, simultaneous=True).doit()) for g in gradient):
            return ""
        if len(over) == 1:
            (s,) = over
            t = sp.Dummy("t", positive=True)
            second = sp.simplify(sp.diff(f, s, 2))
            if second.is_negative or second.is_nonpositive:
                return "the derivative vanishes there and the second derivative is negative everywhere"
            _ = t
        return ""
    multiplier = sp.Dummy("lambda")
    g = subject_to.lhs - subject_to.rhs
    at = [
        (d - multiplier * sp.diff(g, s)).subs(opened, simultaneous=True)
        for d, s in zip(gradient, over, strict=True)
    ]
    solution = sp.solve(at[0], multiplier)
    if len(solution) == 1 and all(is_zero(e.subs(multiplier, solution[0])) for e in at):
        mixed = all(sp.diff(f, a, b) == 0 for a, b in itertools.combinations(over, 2))
        if mixed and all(sp.diff(f, s, 2).is_nonpositive for s in over):
            return f"stationary with Lagrange multiplier {sp.simplify(solution[0])}, and concave"
    return ""


# --------------------------------------------------------------------------- limits


def check_limit(left, right, variable, point, context: Context) -> Verdict:
    """Does left tend to right as the variable goes to the point?"""
    witnesses = []
    opened = normal_form(left)
    target = normal_form(right)
    try:
        found = sp.limit(opened, variable, point)
    except (NotImplementedError, ValueError):
        found = None
    if found is not None and not isinstance(found, sp.Limit):
        if is_zero(found - target):
            witnesses.append(Witness("symbolic", f"the limit is {found}"))
    rng = _generator(context, left, right)
    checked = 0
    free = [left.subs(variable, sp.S.One) if False else left, right]
    for tried, env in enumerate(_points(free, context, rng, 4)):
        if tried >= 4:
            break
        gaps = []
        try:
            goal = evaluate(right, env)
            for k in (2, 4, 6, 8):
                at = sp.Integer(10) ** k if point is sp.oo else point + sp.Rational(1, 10**k)
                if point is -sp.oo:
                    at = -(sp.Integer(10) ** k)
                gaps.append(abs(evaluate(left, {**env, variable: at}).value - goal.value))
        except (NotEvaluable, Undefined, ValueError):
            continue
        if gaps[-1] > gaps[0] / 2 and gaps[-1] > mp.mpf(10) ** -6 * (1 + abs(goal.value)):
            return Verdict("refuted", points=checked, counterexample=_counterexample(
                {**env, variable: f"10^8 towards {point}"}, f"off by {mp.nstr(gaps[-1], 6)}", _number(goal)))
        checked += 1
    if checked:
        witnesses.append(Witness("numeric", f"approached at {checked} points"))
    return _ruled(witnesses, checked, None)


_ = (ArgMax, ArgMin, Empirical, bounds_of)
