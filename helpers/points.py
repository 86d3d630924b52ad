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

import sympy as sp

from helpers.notation import (
    Bernoulli,
    Categorical,
    Concrete,
    Density,
    Distribution,
    Empirical,
    Exponential,
    Likelihood,
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
    "Context",
    "NoPoints",
    "concretise",
    "data_domain",
    "domain_of",
    "draw_from",
    "free_symbols_of",
    "generator",
    "meet",
    "points",
    "thresholds",
    "tight_families",
    "witness_families",
]

_Q = 10**6
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
    text = "|".join([str(context.seed), *map(sp.srepr, parts)])
    return random.Random(int(hashlib.sha256(text.encode()).hexdigest()[:16], 16))


# --------------------------------------------------------------------------- witness families


def _link(density: Density, k: int):
    """A smooth value that depends on the density's name and moves with its parameters."""
    digest = hashlib.sha256(f"{density.name}{k}".encode()).digest()
    shift = sp.Rational(digest[0] - 128, 160)
    slopes = [sp.Rational(64 + digest[j + 1] // 2, 128) for j in range(len(density.parameters))]
    return shift + sp.Add(*[s * p for s, p in zip(slopes, density.parameters, strict=True)])


def _softmax(logits):
    weights = [sp.exp(t) for t in logits]
    return [w / sp.Add(*weights) for w in weights]


def _families(density: Density, on_its_support: bool) -> dict:
    v, w = _link(density, 0), _link(density, 1)
    normal = {"normal": Normal(v, sp.exp(w / 4))}
    poisson = {"Poisson": Poisson(sp.exp(v / 2))}
    exponential = {"exponential": Exponential(sp.exp(v / 2))}
    bernoulli = {"Bernoulli": Bernoulli(1 / (1 + sp.exp(-v)))}
    support = density.support
    if support == sp.S.Reals:
        if on_its_support:
            return normal
        categorical = {"categorical": Categorical(_softmax([sp.S.Zero, v, w]))}
        return {**normal, **bernoulli, **categorical, **poisson, **exponential}
    if isinstance(support, sp.Range) and support.size.is_Integer and support.start == 0:
        logits = [sp.Rational(k, 2) * _link(density, k) for k in range(int(support.size))]
        return {"categorical": Categorical(_softmax(logits))}
    if support == sp.S.Naturals0:
        return poisson
    if support == sp.FiniteSet(0, 1):
        return bernoulli
    if isinstance(support, sp.Interval) and (support.start, support.end) == (0, sp.oo):
        return exponential
    if isinstance(support, sp.FiniteSet) and all(k.is_Integer for k in support):
        logits = [sp.Rational(j, 2) * _link(density, j) for j in range(len(support))]
        masses = dict(zip(sorted(support), _softmax(logits), strict=True))
        return {"categorical": _on_points(masses, density.name)}
    raise NoPoints(f"there is no witness family with support {support}")


def witness_families(*expressions) -> list[tuple[str, dict]]:
    """Replacements of the abstract densities by concrete ones, one dictionary per family."""
    densities = sorted({d for e in expressions for d in e.atoms(Density)}, key=sp.default_sort_key)
    if not densities:
        return [("", {})]
    fixed = any(_shows_its_support(e) for e in expressions)
    options = [_families(d, fixed) for d in densities]
    shared = [name for name in options[0] if all(name in o for o in options)]
    if not shared:
        first = {d: next(iter(o.values())) for d, o in zip(densities, options, strict=True)}
        return [(" and ".join(dict.fromkeys(next(iter(o)) for o in options)), first)]
    return [(n, {d: o[n] for d, o in zip(densities, options, strict=True)}) for n in shared]


def tight_families(*expressions) -> list[tuple[str, dict]]:
    """Replacements at which inequalities between expectations tend to be tight.

    Laws on two points, with even and with uneven masses, for densities with a finite support; one
    law for all densities; and all densities equal to a finite law that the expressions name.
    """
    densities = sorted({d for e in expressions for d in e.atoms(Density)}, key=sp.default_sort_key)
    if not densities or any(d.support != densities[0].support for d in densities):
        return []
    support = densities[0].support
    found = []
    if isinstance(support, (sp.FiniteSet, sp.Range)) and support.is_finite_set:
        places = sorted(support)
        for low, high, mass in ((0, -1, 2), (0, -1, 10), (-1, 0, 10), (0, 1, 10)):
            masses = dict.fromkeys(places, sp.S.Zero)
            masses[places[low]] = 1 - sp.Rational(1, mass)
            masses[places[high]] += sp.Rational(1, mass)
            law = _on_points(masses, densities[0].name)
            found.append(("two-point", dict.fromkeys(densities, law)))
    elif support == sp.S.Reals and not any(_shows_its_support(e) for e in expressions):
        # Almost equal laws, and laws far apart in either order.
        for odds in ((500, 499), (500, 1), (1, 500), (1, 999), (100, 900)):
            shares = [Bernoulli(sp.Rational(k, 1000)) for k in odds]
            laws = {d: shares[k % 2] for k, d in enumerate(densities)}
            found.append(("Bernoulli", laws))
    if len(densities) > 1:
        name, replacement = witness_families(*expressions)[0]
        found.append((name, dict.fromkeys(densities, replacement[densities[0]])))
    laws = {d for e in expressions for d in e.atoms(Categorical, Empirical) if not d.atoms(Density)}
    for law in sorted(laws, key=sp.default_sort_key):
        if all(_inside(k, support) for k in law.points()):
            found.append(("categorical", dict.fromkeys(densities, law)))
    return found


def _on_points(masses: dict, label):
    """The law with these masses; a polynomial, for SymPy pulls a Piecewise apart in an event."""
    k = sp.Symbol("_k", real=True)
    return Concrete(sp.interpolate(sorted(masses.items()), k), k, sp.FiniteSet(*masses), label)


def thresholds(expressions, env, context: Context):
    """Points with one or two observations and the threshold of an event exactly on an outcome."""
    events = {n for e in expressions for n in e.atoms(Probability)}
    for node in sorted(events, key=sp.default_sort_key):
        outcomes = node.distribution.points() if node.distribution.dimension == 1 else None
        if outcomes is None or not isinstance(node.function, _RELATIONAL):
            continue
        sizes = {node.sample.size} & set(env) if node.sample is not None else set()
        single = {k: sp.S.One if k in sizes else v for k, v in env.items()}
        gap = node.function.lhs - node.function.rhs
        for s in sorted(gap.free_symbols & set(free_symbols_of(expressions)), key=str):
            domain = domain_of(s, expressions, context)
            others = {k: v for k, v in single.items() if isinstance(k, sp.Symbol) and k != s}
            for outcome in outcomes:
                for value in _zeros_on(_observed(gap, node, outcome), others, s):
                    for size in (sp.S.One, sp.Integer(2)):
                        point = {**env, **dict.fromkeys(sizes, size), s: value}
                        point = meet(point, context)
                        if point is not None and _inside(point[s], domain):
                            yield point


def _observed(gap, node, outcome):
    """Both sides of an event, compared, where the only observation is ``outcome``."""
    if node.sample is None:
        return gap.subs(node.variable, outcome)
    means = [m for m in gap.atoms(SampleMean) if m.sample == node.sample]
    return gap.xreplace(
        {m: sp.sympify(outcome) if len(m.args) == 1 else m.args[1](outcome) for m in means}
    )


def _zeros_on(gap, others, symbol) -> list:
    """Where a difference of simple terms vanishes, expectations under finite laws worked out."""
    gap = gap.xreplace({v: v.doit() for v in gap.atoms(VocabularyExpr)}).subs(others)
    if gap.free_symbols != {symbol} or not gap.is_polynomial(symbol):
        return []
    return [r for r in sp.roots(sp.Poly(gap, symbol)) if r.is_rational]


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


def _inside(value, domain) -> bool:
    if isinstance(domain, sp.Interval) and getattr(value, "is_Rational", False):
        # What SymPy finds out too, by a longer way.
        low, high = domain.start, domain.end
        if (low.is_Rational or low is sp.S.NegativeInfinity) and (
            high.is_Rational or high is sp.oo
        ):
            above = value > low or (value == low and not domain.left_open)
            return bool(above and (value < high or (value == high and not domain.right_open)))
    return domain.contains(sp.sympify(value)) == sp.true


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
    return [sp.sympify(c) for c in dict.fromkeys(candidates) if _inside(c, domain)]


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


def _sizes(expressions) -> set:
    """Symbols that say how many observations there are."""
    sizes = {t.size for e in expressions for t in e.atoms(Sample)}
    for e in expressions:
        for t in e.atoms(sp.Sum, sp.Product):
            if t.has(sp.Indexed):
                sizes |= {limit[2] for limit in t.limits if len(limit) == 3}
    return sizes


def _structure(expressions, symbol, env) -> list:
    """Values of one symbol at which a denominator, a logarithm, a piece... of the step changes."""
    turning = set()
    for e in expressions:
        for node in sp.preorder_traversal(e):
            if isinstance(node, sp.Pow) and node.exp.is_negative:
                turning.add(node.base)
            elif isinstance(node, (sp.log, sp.Abs, sp.sign, sp.floor, sp.ceiling, sp.Heaviside)):
                turning.add(node.args[0])
            elif isinstance(node, sp.Pow) and not node.exp.is_integer:
                turning.add(node.base)
            elif isinstance(node, (sp.Max, sp.Min)):
                turning |= {a - b for a, b in itertools.combinations(node.args, 2)}
            elif isinstance(node, _RELATIONAL):
                turning.add(node.lhs - node.rhs)
            elif isinstance(node, (sp.KroneckerDelta,)):
                turning.add(node.args[0] - node.args[1])
    others = {k: v for k, v in env.items() if isinstance(k, sp.Symbol) and k != symbol}
    values: list = []
    for e in sorted(turning, key=sp.default_sort_key)[:12]:
        plain = not e.atoms(sp.Indexed, sp.Sum, sp.Integral)
        if symbol in e.free_symbols and plain and e.count_ops() < 30:
            values += _zeros(e.subs(others), symbol)
            if isinstance(e, sp.Expr):
                values += _zeros(e.subs(others) - 1, symbol)
    return list(dict.fromkeys(values))


def _zeros(e, symbol) -> list:
    if not e.is_polynomial(symbol) and not e.is_rational_function(symbol):
        return []
    numerator = sp.numer(sp.together(e))
    if not numerator.has(symbol) or sp.degree(numerator, symbol) > 2:
        return []
    found = sp.roots(sp.Poly(numerator, symbol))
    return [r for r in sorted(found, key=sp.default_sort_key) if r.is_real and r.is_number]


def points(expressions, context: Context, rng, count: int, extra: int = 40):
    """Points of the domain: ``count`` random ones, then awkward ones, one symbol at a time."""
    symbols = free_symbols_of(expressions)
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

    def draw():
        env = {s: draw_from(domains[s], rng) for s in symbols}
        for b in bases:
            env[b] = tuple(draw_from(data[b], rng) for _ in range(8))
        return env

    def special():
        plain = [s for s in symbols if s not in sizes]
        corners = {s: awkward(domains[s]) for s in plain}
        env = draw()
        for s in plain:
            for v in _structure(expressions, s, env):
                if _inside(v, domains[s]):
                    yield {**env, s: v}
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


def _solutions(relation, symbol, rest) -> list:
    """The values of ``symbol`` that satisfy an equation where the other symbols are given."""
    linear = _linear_solution(relation, symbol)
    if linear is None:
        return sp.solve(relation.subs(rest), symbol)
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
    for relation in context.relations:
        plain = {k: v for k, v in env.items() if isinstance(k, sp.Symbol)}
        if not relation.free_symbols & set(plain):
            continue
        if isinstance(relation, sp.Eq):
            # A symbol that occurs linearly is found without a search for roots.
            names = sorted(relation.free_symbols & set(plain), key=str)
            last = ([s for s in names if _linear_solution(relation, s)] or names)[-1]
            rest = {k: v for k, v in plain.items() if k != last}
            solutions = [s for s in _solutions(relation, last, rest) if s.is_real]
            domain = context.domain.get(last, _assumed(last, sp.S.Reals))
            solutions = [s for s in solutions if _inside(s, domain)]
            if not solutions:
                return None
            env = {**env, last: solutions[0]}
        elif relation.subs(plain) != sp.true:
            return None
    return env
