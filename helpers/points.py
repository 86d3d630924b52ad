"""Where a step is tried out: points of its domain, data of its samples, concrete densities.

Points are drawn from a generator seeded by the step itself, so that they are the same on every
machine and in every order of execution. Besides random points there are awkward ones: small
integers, the ends of the domain, large and small scales, equal parameters, and the points where
the structure of the step changes (a denominator, a logarithm or an absolute value vanishes, a
piece begins).
"""

from __future__ import annotations

import hashlib
import itertools
import random
from dataclasses import dataclass, field
from functools import lru_cache

import mpmath as mp
import sympy as sp

from helpers.evaluation import NotEvaluable, Undefined, evaluate
from helpers.notation import (
    JSD,
    Bernoulli,
    Beta,
    Categorical,
    Concrete,
    Density,
    Distribution,
    Empirical,
    Expectation,
    Exponential,
    Gamma,
    Geometric,
    Indicator,
    Likelihood,
    Mixture,
    Normal,
    Pdf,
    Poisson,
    Probability,
    Sample,
    SampleMean,
    Transformed,
    VocabularyExpr,
)

__all__ = [
    "FINITE_FAMILIES",
    "Context",
    "NoPoints",
    "assumed_domain",
    "concretise",
    "data_domain",
    "domain_of",
    "draw_from",
    "fingerprint",
    "free_symbols_of",
    "generator",
    "inside",
    "meet",
    "points",
    "possible",
    "thresholds",
    "tight_families",
    "witness_families",
]

_Q = 10**6
_SLIGHTLY = sp.Rational(1, 10**6)
_SCALES = 8
_RELATIONAL = sp.core.relational.Relational


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
    rests_on: tuple = ()
    over: tuple = ()
    seed: int = 20
    background: tuple = ()

    @property
    def relations(self) -> list:
        """The hypotheses that are SymPy relations."""
        return [h for h in self.hypotheses if isinstance(h, _RELATIONAL)]


def generator(context: Context, *parts) -> random.Random:
    """A random generator that depends on the seed and the step, and on nothing else."""
    return random.Random(int(fingerprint(context, *parts), 16))


def fingerprint(context: Context, *parts) -> str:
    """What tells one step with one seed from every other, as a short text."""
    text = "|".join([str(context.seed), *map(sp.srepr, parts)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --------------------------------------------------------------------------- witness families


def _link(density: Density, k: int, salt: str):
    """A smooth value that depends on the density's name and moves with its parameters."""
    digest = hashlib.sha256(f"{density.name}{k}{salt}".encode()).digest()
    shift = sp.Rational(digest[0] - 128, 160)
    slopes = [sp.Rational(64 + digest[j + 1] // 2, 128) for j in range(len(density.parameters))]
    return shift + sp.Add(*[s * p for s, p in zip(slopes, density.parameters, strict=True)])


def _exp(t):
    """The exponential; of a number a fraction close to it, with which one can compute exactly."""
    return sp.Rational(round(sp.exp(t) * 1000), 1000) if t.is_number else sp.exp(t)


def _softmax(logits):
    weights = [_exp(t) for t in logits]
    return [w / sp.Add(*weights) for w in weights]


# Laws on finitely many points: an expectation is a short sum, and more trials cost little.
FINITE_FAMILIES = ("Bernoulli", "categorical", "two-point")
_K = sp.Symbol("_k", real=True)


def _skew_logistic(location, scale) -> Concrete:
    """A law on the line that is not symmetric."""
    z = (_K - location) / scale
    return Concrete(2 * sp.exp(-z) / (1 + sp.exp(-z)) ** 3 / scale, _K, sp.S.Reals)


def _peaked(place: int) -> Concrete:
    """A law on 0, 1, 2, ... with almost all of its mass at one place: hardly any spread."""
    rest = sp.Rational(1, 1000)
    at_place = sp.Piecewise((1 - rest, sp.Eq(_K, place)), (0, True))
    return Concrete(at_place + rest * Geometric(sp.Rational(9, 10)).pdf(_K), _K, sp.S.Naturals0)


def _families(density: Density, on_its_support: bool, salt: str) -> dict:
    """Laws that fit a density, by family; none with a tie between its moments in common."""
    v, w = _link(density, 0, salt), _link(density, 1, salt)
    share = 1 / (1 + _exp(-v))
    poisson, exponential = Poisson(_exp(v / 2)), Exponential(_exp(v / 2))
    support = density.support
    if support == sp.S.Reals:
        normal = Normal(v, _exp(w / 4))
        if on_its_support:
            return {"normal": normal, "skew logistic": _skew_logistic(w, _exp(v / 4))}
        categorical = Categorical(_softmax([sp.S.Zero, v, w]))
        return {
            "normal": normal,
            "Bernoulli": Bernoulli(share),
            "categorical": categorical,
            "Poisson": poisson,
            "exponential": exponential,
        }
    if support == sp.S.Naturals0:
        return {"Poisson": poisson, "geometric": Geometric(share)}
    if support == sp.S.Naturals:
        return {"geometric": Concrete(share * (1 - share) ** (_K - 1), _K, support)}
    if support == sp.FiniteSet(0, 1):
        return {"Bernoulli": Bernoulli(share)}
    if isinstance(support, (sp.Range, sp.FiniteSet)) and support.is_finite_set:
        places = sorted(support)
        logits = [sp.Rational(j, 2) * _link(density, j, salt) for j in range(len(places))]
        if places == list(range(len(places))):
            return {"categorical": Categorical(_softmax(logits))}
        if all(k.is_Integer for k in places):
            masses = dict(zip(places, _softmax(logits), strict=True))
            return {"categorical": _on_points(masses, density.name)}
    if isinstance(support, sp.Interval) and support.start.is_Rational:
        low, high = support.start, support.end
        if (low, high) == (0, sp.oo):
            return {"exponential": exponential, "gamma": Gamma(1 + _exp(w / 2), _exp(v / 2))}
        if high is sp.oo:
            shape, rate = 1 + _exp(w / 2), _exp(v / 2)
            return {"gamma": Concrete(Gamma(shape, rate).pdf(_K - low), _K, support)}
        if high.is_Rational:
            law = Beta(1 + _exp(v / 2), 1 + _exp(w / 2))
            formula = law.pdf((_K - low) / (high - low)) / (high - low)
            return {"beta": Concrete(formula, _K, support)}
    raise NoPoints(f"there is no witness family with support {support}")


def witness_families(*expressions, salt: str = "") -> list[tuple[str, dict]]:
    """Replacements of the abstract densities by concrete ones, each with the family's name.

    The parameters of the laws are drawn from ``salt``; a finite law is drawn twice.
    """
    densities = sorted({d for e in expressions for d in e.atoms(Density)}, key=sp.default_sort_key)
    if not densities:
        return [("", {})]
    fixed = any(_shows_its_support(e) for e in expressions)
    draws = [[_families(d, fixed, f"{salt}{k}") for d in densities] for k in range(2)]
    options = draws[0]
    shared = [name for name in options[0] if all(name in o for o in options)]
    if not shared:
        first = {d: next(iter(o.values())) for d, o in zip(densities, options, strict=True)}
        return [(" and ".join(dict.fromkeys(next(iter(o)) for o in options)), first)]
    found = []
    for name in shared:
        for laws in draws if name in FINITE_FAMILIES else draws[:1]:
            found.append((name, {d: o[name] for d, o in zip(densities, laws, strict=True)}))
    if fixed and len(densities) > 1 and len(shared) > 1:
        # One density from each family in turn.
        mixed = {
            d: o[shared[k % len(shared)]]
            for k, (d, o) in enumerate(zip(densities, options, strict=True))
        }
        found.append((f"{shared[0]} and {shared[1]}", mixed))
    return found


def tight_families(*expressions, salt: str = "") -> list[tuple[str, dict]]:
    """Replacements at which inequalities between expectations tend to be tight, or to fail.

    Laws on two points, with even and with uneven masses, for densities with a finite support; laws
    far apart, very narrow and very wide; one law for all densities; and all densities equal to a
    finite law that the expressions name.
    """
    densities = sorted({d for e in expressions for d in e.atoms(Density)}, key=sp.default_sort_key)
    if not densities or any(d.support != densities[0].support for d in densities):
        return []
    support = densities[0].support
    found = []

    def in_turn(name, *laws):
        for first in range(len(laws)):
            found.append(
                (name, {d: laws[(first + k) % len(laws)] for k, d in enumerate(densities)})
            )

    if isinstance(support, (sp.FiniteSet, sp.Range)) and support.is_finite_set:
        places = sorted(support)
        for low, high, mass in ((0, -1, 2), (0, -1, 10), (-1, 0, 10), (0, 1, 10)):
            masses = dict.fromkeys(places, sp.S.Zero)
            masses[places[low]] = 1 - sp.Rational(1, mass)
            masses[places[high]] += sp.Rational(1, mass)
            law = _on_points(masses, densities[0].name)
            found.append(("two-point", dict.fromkeys(densities, law)))
        # Almost all of the mass on one point: on the same for all densities, or on another each.
        tiny = sp.Rational(1, 10**20)
        peaks = [{k: 1 - (len(places) - 1) * tiny if k == p else tiny for k in places}
                 for p in places]  # fmt: skip
        in_turn("two-point", *[_on_points(m, densities[0].name) for m in peaks])
    elif support == sp.S.Reals:
        if not any(_shows_its_support(e) for e in expressions):
            # Almost equal laws, and laws far apart in either order.
            for odds in ((500, 499), (500, 1), (1, 999), (100, 900)):
                in_turn("Bernoulli", *[Bernoulli(sp.Rational(k, 1000)) for k in odds])
            rare = sp.Rational(1, 10**6)
            for low, high, odds in ((-(10**6), 1, sp.S.Half), (0, 10**6, rare), (-rare, 0, rare)):
                masses = [{low: 1 - q, high: q} for q in (odds, 1 - odds)]
                in_turn("two-point", *[_on_points(m, densities[0].name) for m in masses])
        if not any(e.atoms(Mixture, JSD) for e in expressions):
            in_turn("normal", Normal(0, 1), Normal(1000, 1))
        in_turn("normal", Normal(0, sp.Rational(1, 10**30)))
        in_turn("normal", Normal(0, 10**30))
    elif support == sp.S.Naturals0:
        in_turn("Poisson", Poisson(sp.Rational(1, 1000)), Poisson(3))
        in_turn("Poisson", Poisson(200), Poisson(1))
        in_turn("geometric", Geometric(sp.Rational(1, 20)), Geometric(sp.Rational(9, 10)))
        in_turn("peaked", _peaked(3), _peaked(0))
    elif isinstance(support, sp.Interval) and (support.start, support.end) == (0, sp.oo):
        in_turn("exponential", Exponential(1000), Exponential(sp.Rational(1, 1000)))
        in_turn("exponential", Exponential(sp.Rational(1, 1000)), Exponential(1000))
        in_turn("gamma", Gamma(100, 2), Gamma(sp.Rational(1, 5), 1))
    if len(densities) > 1:
        name, replacement = witness_families(*expressions, salt=salt)[0]
        found.append((name, dict.fromkeys(densities, replacement[densities[0]])))
    laws = {d for e in expressions for d in e.atoms(Categorical, Empirical) if not d.atoms(Density)}
    for law in sorted(laws, key=sp.default_sort_key):
        if all(inside(k, support) for k in law.points()):
            found.append(("categorical", dict.fromkeys(densities, law)))
    return found


def _on_points(masses: dict, label):
    """The law with these masses; a polynomial, for SymPy pulls a Piecewise apart in an event."""
    return Concrete(sp.interpolate(sorted(masses.items()), _K), _K, sp.FiniteSet(*masses), label)


def thresholds(expressions, env, context: Context):
    """Points with one or two observations and the threshold of an event exactly on an outcome.

    Where every number is an outcome, about its typical size.
    """
    for node, event in _events(expressions):
        outcomes = node.distribution.points()
        if outcomes is None:
            outcomes = _typical(node.distribution, env) if node.sample is None else ()
        sizes = {node.sample.size} & set(env) if node.sample is not None else set()
        single = {k: sp.S.One if k in sizes else v for k, v in env.items()}
        gap = event.lhs - event.rhs
        for s in sorted(gap.free_symbols & set(free_symbols_of(expressions)), key=str):
            domain = domain_of(s, expressions, context)
            others = {k: v for k, v in single.items() if isinstance(k, sp.Symbol) and k != s}
            for outcome in outcomes:
                for value in _zeros_on(_observed(gap, node, outcome), others, s):
                    for size in (sp.S.One, sp.Integer(2)):
                        point = {**env, **dict.fromkeys(sizes, size), s: value}
                        point = meet(point, context)
                        if point is not None and inside(point[s], domain):
                            yield point


def _events(expressions) -> list:
    """The comparisons whose probabilities are taken, each with the node that takes it."""
    nodes = {n for e in expressions for n in e.atoms(Probability, Expectation)}
    found = []
    for node in sorted(nodes, key=sp.default_sort_key):
        if node.distribution.dimension == 1:
            f = node.function
            events = (
                [f] if isinstance(node, Probability) else [i.args[0] for i in f.atoms(Indicator)]
            )
            found += [(node, event) for event in events if isinstance(event, _RELATIONAL)]
    return found


def _typical(law, env) -> tuple:
    """The mean size of a draw, somewhat less, and three times as much, to three digits."""
    x = sp.Dummy(real=True)
    try:
        size = evaluate(Expectation(sp.Abs(x), x, law), _plain(env), 20).value
    except (NotEvaluable, Undefined, ValueError):
        return ()
    if not mp.isfinite(size):
        return ()
    size = sp.Rational(mp.nstr(size, 3))
    return size, size * sp.Rational(3, 4), 3 * size


def _observed(gap, node, outcome):
    """Both sides of an event, compared, where the only observation is ``outcome``."""
    if node.sample is None:
        return gap.subs(node.variable, outcome)
    means = [m for m in gap.atoms(SampleMean) if m.sample == node.sample]
    return gap.xreplace(
        {m: sp.sympify(outcome) if len(m.args) == 1 else m.args[1](outcome) for m in means}
    )


def _zeros_on(gap, others, symbol) -> list:
    """Where a difference of simple terms vanishes, expectations worked out.

    Next to it, on both sides, where that is at no fraction.
    """
    gap = gap.subs(others)
    gap = gap.xreplace({v: _worked_out(v) for v in gap.atoms(VocabularyExpr)})
    gap = sp.numer(gap.together()) if gap.is_rational_function(symbol) else gap
    if gap.free_symbols != {symbol} or not gap.is_polynomial(symbol):
        return []
    found = []
    for root in sp.roots(sp.Poly(gap, symbol)):
        if root.is_rational:
            found.append(root)
        elif root.is_real:
            near = sp.Rational(str(sp.N(root, 12)))
            found += [near * (1 - _SLIGHTLY), near * (1 + _SLIGHTLY)]
    return found


@lru_cache(maxsize=1024)
def _worked_out(v) -> sp.Expr:
    """A quantity under finite laws exactly, under others a fraction close to it."""
    if v.free_symbols or all(law.points() is not None for law in v.atoms(Distribution)):
        return v.doit()
    try:
        value = evaluate(v, digits=20).value
    except (NotEvaluable, Undefined, ValueError):
        return v
    return sp.Rational(mp.nstr(value, 15)) if mp.isfinite(value) else v


def _shows_its_support(e) -> bool:
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


def concretise(e, replacement):
    """``e`` with abstract densities replaced."""
    return e.xreplace(replacement) if replacement else e


# --------------------------------------------------------------------------- domains


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
                return _assumed(symbol, found)
    for e in everything:
        for p in e.atoms(Pdf):
            if p.args[1] == symbol and symbol in e.free_symbols and not p.distribution.abstract:
                return p.distribution.support
    return _assumed(symbol, sp.S.Reals)


def assumed_domain(symbol) -> sp.Set:
    """Where a symbol lives by its assumptions alone.

    >>> assumed_domain(sp.Symbol("u", positive=True))
    Interval.open(0, oo)
    """
    return _assumed(symbol, sp.S.Reals)


def _assumed(symbol, default: sp.Set) -> sp.Set:
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
    return _assumed(base.label, sp.S.Reals)


# --------------------------------------------------------------------------- points

_ANCHORS = [0, 1, -1, 2, sp.Rational(1, 2), sp.Rational(-1, 2), 3, -2, 4, 5, -3, 10, -10]


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


def awkward(domain: sp.Set) -> list:
    """Small integers, halves, ends of the domain and points close to them, large and small."""
    candidates = [*_ANCHORS, 7, 12, 25, 1000, -1000, sp.Rational(1, 1000), sp.Rational(-1, 1000)]
    if isinstance(domain, sp.Interval):
        a, b = domain.start, domain.end
        small = sp.Rational(1, 1000)
        width = b - a if a.is_finite and b.is_finite else sp.S.One
        if a.is_finite:
            candidates += [a, a + width * small, a + width * small**3]
        if b.is_finite:
            candidates += [b, b - width * small, b - width * small**3]
        if a.is_finite and b.is_finite:
            candidates.append((a + b) / 2)
    elif isinstance(domain, (sp.FiniteSet, sp.Range)):
        candidates += list(itertools.islice(domain, 8))
    return [sp.sympify(c) for c in dict.fromkeys(candidates) if inside(c, domain)]


def draw_from(domain: sp.Set, rng) -> sp.Expr:
    """A random exact number of the domain."""
    if isinstance(domain, sp.FiniteSet):
        return rng.choice(sorted(domain.args, key=sp.default_sort_key))
    if isinstance(domain, sp.Range):
        return sp.Integer(rng.choice(list(itertools.islice(domain, 1000))))
    if domain == sp.S.Naturals:
        return sp.Integer(rng.randint(1, 12))
    if domain == sp.S.Naturals0:
        return sp.Integer(rng.randint(0, 12))
    if domain == sp.S.Integers:
        return sp.Integer(rng.randint(-12, 12))
    if isinstance(domain, sp.Union):
        return draw_from(rng.choice(sorted(domain.args, key=sp.default_sort_key)), rng)
    if isinstance(domain, sp.Interval):
        a, b = domain.start, domain.end
        if a.is_number and b.is_number:
            if a.is_finite and b.is_finite:
                return a + (b - a) * sp.Rational(rng.randint(1, _Q - 1), _Q)
            step = sp.Rational(round(10 ** rng.uniform(-1.2, 1.2) * _Q), _Q)
            if a.is_finite:
                return a + step
            if b.is_finite:
                return b - step
            return sp.Rational(round(rng.gauss(0, 2) * _Q), _Q)
    raise NoPoints(f"no points are drawn from {domain}")


def draw_far(domain: sp.Set, rng, share: float) -> sp.Expr:
    """A random exact number of the domain on a given share of the way from tiny to huge scales."""
    if domain in (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers):
        sign = rng.choice((-1, 1)) if domain == sp.S.Integers else 1
        return sp.Integer(sign * round(10 ** (1 + 3 * share)))
    if isinstance(domain, sp.Interval):
        a, b = domain.start, domain.end
        # Three digits at a power of ten: SymPy takes the roots of long fractions apart.
        scale = 18 * share - 9
        size = rng.randint(101, 999) * sp.Integer(10) ** (round(scale) - 2)
        if a.is_number and b.is_number:
            if a.is_finite and b.is_finite:
                # Close to one of the ends.
                part = (b - a) * rng.randint(101, 499) / sp.Integer(10) ** (3 + round(9 * share))
                return a + part if rng.random() < 0.5 else b - part
            if a.is_finite:
                return a + size
            if b.is_finite:
                return b - size
            return rng.choice((-1, 1)) * size
    return draw_from(domain, rng)


def _sizes(expressions) -> set:
    """Symbols that say how many observations there are."""
    sizes = {t.size for e in expressions for t in e.atoms(Sample)}
    for e in expressions:
        for t in e.atoms(sp.Sum, sp.Product):
            if t.has(sp.Indexed):
                sizes |= {limit[2] for limit in t.limits if len(limit) == 3}
    return sizes


def _turning(expressions) -> list:
    """Formulas at whose zeros the steps' structure changes: a pole, a branch, a kink, a piece."""
    turning: set = set()
    for e in expressions:
        for node in sp.preorder_traversal(e):
            if isinstance(node, sp.Pow) and (node.exp.is_negative or not node.exp.is_integer):
                turning.add(node.base)
            elif isinstance(node, (sp.log, sp.Abs, sp.sign, sp.floor, sp.ceiling, sp.Heaviside)):
                turning.add(node.args[0])
            elif isinstance(node, (sp.Max, sp.Min)):
                turning |= {a - b for a, b in itertools.combinations(node.args, 2)}
            elif isinstance(node, (_RELATIONAL, sp.KroneckerDelta, sp.Mod)):
                turning.add(node.args[0] - node.args[1])
    plain = [
        e
        for e in turning
        if isinstance(e, sp.Expr)
        and not e.atoms(sp.Indexed, sp.Sum, sp.Integral)
        and e.count_ops() < 30
    ]
    return sorted(plain, key=sp.default_sort_key)[:12]


def _structure(turning, symbol, env) -> list:
    """Values of one symbol at, between and beyond the zeros of the formulas that turn."""
    others = {k: v for k, v in env.items() if isinstance(k, sp.Symbol) and k != symbol}
    zeros: list = []
    for e in turning:
        if symbol in e.free_symbols:
            zeros += _zeros(e.subs(others), symbol)
            zeros += _zeros(e.subs(others) - 1, symbol)
    zeros = list(dict.fromkeys(zeros))
    ordered = sorted(zeros, key=lambda v: sp.N(v, 30))
    # Two that nearly agree may enclose all that is wrong with a step.
    between = [_near((a + b) / 2, b - a) for a, b in itertools.pairwise(ordered)]
    beyond = [_near(v * c, v) for v in (*ordered[:1], *ordered[-1:]) for c in (2, sp.S.Half)]
    beyond += [_near(v + c, sp.S.One) for v in (*ordered[:1], *ordered[-1:]) for c in (-1, 1)]
    return list(dict.fromkeys([*zeros, *between, *beyond]))


def _near(value, width) -> sp.Expr:
    """A rational number within a hundredth of a width of a value."""
    if value.is_Rational or width == 0:
        return value
    digits = 3 + max(0, int(sp.ceiling(sp.log(abs(value / width) + 1, 10))))
    return sp.Rational(str(sp.N(value, digits + 3)))


def _undone(e, symbol) -> list:
    """Where a formula in which the symbol stands once is zero, one operation undone at a time."""
    value = sp.S.Zero
    while e != symbol:
        if e.is_Add:
            rest, e = e.as_independent(symbol, as_Add=True)
            value -= rest
        elif e.is_Mul:
            rest, e = e.as_independent(symbol, as_Add=False)
            value /= rest
        elif isinstance(e, sp.exp) and value.is_positive:
            e, value = e.args[0], sp.log(value)
        elif isinstance(e, sp.log):
            e, value = e.args[0], sp.exp(value)
        else:
            return []
    return [value]


@lru_cache(maxsize=4096)
def _zeros(e, symbol) -> tuple:
    """The real zeros of a formula in one symbol, exactly; an empty tuple where they are not had."""
    if e.is_polynomial(symbol) or e.is_rational_function(symbol):
        numerator = sp.numer(sp.together(e))
        if not numerator.has(symbol) or sp.degree(numerator, symbol) > 8:
            return ()
        polynomial = sp.Poly(numerator, symbol)
        if polynomial.degree() <= 2:
            found = sp.roots(polynomial)
        elif polynomial.domain in (sp.ZZ, sp.QQ):
            found = sp.real_roots(polynomial, multiple=False)
            found = [root for root, _ in found]
        else:
            return ()
    else:
        found = _undone(e, symbol) if e.free_symbols == {symbol} and e.count(symbol) == 1 else []
    kept = [r for r in found if r.is_number and r.is_real]
    return tuple(sorted(kept, key=sp.default_sort_key))


def points(
    expressions, context: Context, rng, count: int, extra: int = 40, *, far: int | None = None
):
    """Points of the domain: ``count`` random ones, then awkward ones, one symbol at a time.

    ``far`` are drawn from all scales: by default a sixth as many as awkward ones, at most eight.
    """
    symbols = _together(free_symbols_of(expressions), context)
    bases = bases_of(expressions)
    sizes = _sizes([*expressions, *context.background])
    domains = {s: domain_of(s, expressions, context) for s in symbols}
    for s in symbols:
        if s in sizes:
            domains[s] = sp.Range(1, 6)
    if not symbols and not bases:
        yield {}
        return
    data = {b: data_domain(b, expressions, context) for b in bases}

    def observed(env):
        sizes_here = [int(env[s]) for s in symbols if s in sizes]
        for b in bases:
            # The support of the data may depend on a parameter.
            region = data[b].subs(_plain(env))
            env[b] = tuple(draw_from(region, rng) for _ in range(max([8, *sizes_here])))
        return env

    def draw():
        return observed({s: draw_from(domains[s], rng) for s in symbols})

    def distant():
        while True:
            # Each symbol takes every scale once, in an order of its own.
            scales = {s: rng.sample(range(_SCALES), _SCALES) for s in symbols}
            for k in range(_SCALES):
                env = {}
                for s in symbols:
                    share = (scales[s][k] + rng.random()) / _SCALES
                    env[s] = (
                        sp.Integer(6 + int(24 * share))
                        if s in sizes
                        else draw_far(domains[s], rng, share)
                    )
                yield observed(env)

    def special():
        plain = [s for s in symbols if s not in sizes]
        corners = {s: awkward(domains[s]) for s in plain}
        turning = _turning(expressions)
        env = draw()
        for s in plain:
            for v in _structure(turning, s, env):
                if inside(v, domains[s]):
                    yield {**env, s: v}
        if len(plain) > 1:
            # Where the others are simple, a zero may exist that is missing elsewhere.
            for s, k in itertools.product(plain, range(2)):
                simple = {**env, **{r: (corners[r] * 2 + [env[r]] * 2)[k] for r in plain if r != s}}
                for v in _structure(turning, s, simple):
                    if inside(v, domains[s]):
                        yield {**simple, s: v}
        for pair in itertools.combinations(plain, 2):
            if domains[pair[0]] == domains[pair[1]]:
                env = draw()
                yield {**env, pair[1]: env[pair[0]]}
        # Each symbol in turn at each of its corners, in rounds, so that none is left out.
        for values in itertools.zip_longest(*corners.values()):
            for s, v in zip(corners, values, strict=True):
                if v is not None:
                    yield {**draw(), s: v}

    seen = set()

    def fresh(candidates, limit):
        produced = 0
        for candidate in candidates:
            env = meet(candidate, context)
            if env is None:
                continue
            key = tuple(sorted((str(k), str(v)) for k, v in env.items()))
            if key not in seen:
                seen.add(key)
                produced += 1
                yield env
                if produced >= limit:
                    return

    yield from fresh((draw() for _ in range(count * 60)), count)
    yield from fresh(special(), extra)
    far = min(_SCALES, extra // 6) if far is None else far
    yield from fresh(itertools.islice(distant(), far * 10), far)


def _together(symbols, context) -> list:
    """The symbols, and those that the hypotheses tie to them."""
    found = set(symbols)
    relations = [r.free_symbols for r in context.relations]
    while any(r & found and not r <= found for r in relations):
        found |= set().union(*[r for r in relations if r & found])
    return free_symbols_of([sp.Tuple(*found)])


def possible(expressions, context: Context) -> bool:
    """Was a point of the domain found that satisfies the hypotheses?

    >>> x = sp.Symbol("x", real=True)
    >>> possible([x], Context(hypotheses=(x < 0, x > 1)))
    False
    """
    if not context.relations:
        return True
    everything = [*expressions, *context.relations]
    drawn = points(everything, context, generator(context, *everything), 5, 0)
    try:
        return next(drawn, None) is not None
    except NoPoints:
        return False


def _solutions(relation, symbol, rest) -> list:
    """The values of ``symbol`` that satisfy an equation where the other symbols are given."""
    linear = _linear_solution(relation, symbol)
    if linear is None:
        gap = (relation.lhs - relation.rhs).subs(rest)
        if gap.is_polynomial(symbol) and sp.degree(gap, symbol) == 2:
            return list(sp.roots(sp.Poly(gap, symbol)))
        return sp.solve(gap, symbol)
    numerator, denominator = (sp.sympify(t).xreplace(rest) for t in linear)
    # A factor that vanishes at this point leaves the equation to hold for all values or none.
    return [] if denominator.is_zero is not False else [numerator / denominator]


@lru_cache(maxsize=256)
def _linear_solution(relation, symbol) -> tuple | None:
    """Numerator and denominator of the one solution of a linear equation, else None."""
    gap = relation.lhs - relation.rhs
    slope = sp.diff(gap, symbol)
    if slope.has(symbol) or slope.atoms(sp.Derivative, sp.Integral, sp.Sum):
        return None
    return -gap.subs(symbol, 0), slope


def meet(env, context: Context):
    """Make a point obey the hypotheses that are relations, or give it up (None)."""
    about = [r for r in context.relations if r.free_symbols & set(_plain(env))]
    for relation in about:
        if isinstance(relation, sp.Eq) and not _holds(relation, env):
            # A symbol that occurs linearly is found without a search for roots.
            plain = _plain(env)
            names = sorted(relation.free_symbols & set(plain), key=str)
            last = ([s for s in names if _linear_solution(relation, s)] or names)[-1]
            rest = {k: v for k, v in plain.items() if k != last}
            solutions = [s for s in _solutions(relation, last, rest) if s.is_real]
            domain = context.domain.get(last, _assumed(last, sp.S.Reals))
            solutions = [s for s in solutions if inside(s, domain)]
            if not solutions:
                return None
            # The branch that the point is on already, so that each is met by some points.
            env = {**env, last: min(solutions, key=lambda v, last=last: abs(v - env[last]))}
    return env if all(_holds(relation, env) for relation in about) else None


def _plain(env) -> dict:
    return {k: v for k, v in env.items() if isinstance(k, sp.Symbol)}


def _holds(relation, env) -> bool:
    """Does the relation hold at the point, as far as thirty digits tell for an equation?"""
    plain = _plain(env)
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
