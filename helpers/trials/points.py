"""Points of a step's domain: random, awkward, and where its structure changes."""

from __future__ import annotations

import itertools
import random
import zlib
from functools import lru_cache

import sympy as sp

from helpers.notation import Sample
from helpers.trials.context import (
    RELATIONAL,
    Context,
    Data,
    NoPoints,
    assumed_within,
    bases_of,
    data_domain,
    domain_of,
    free_symbols_of,
    generator,
    holds_at,
    inside,
    plain_values,
)

__all__ = [
    "SLIGHTLY",
    "draw_from",
    "drawable",
    "fits",
    "meet",
    "points",
    "possible",
    "structure",
    "turning_points",
    "zeros_of",
]

_Q = 10**6


SLIGHTLY = sp.Rational(1, 10**6)


_SCALES = 8


_ANCHORS = [0, 1, -1, 2, sp.Rational(1, 2), sp.Rational(-1, 2), 3, -2, 4, 5, -3, 10, -10]


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


def drawable(domain: sp.Set) -> bool:
    """Are numbers drawn from such a domain? Its ends may be symbols, which are drawn first.

    >>> drawable(sp.S.Rationals), drawable(sp.ConditionSet(sp.Symbol("x"), True, sp.S.Integers))
    (True, True)
    """
    numbers = {s: sp.Integer(k + 1) for k, s in enumerate(sorted(domain.free_symbols, key=str))}
    try:
        draw_from(domain.subs(numbers) if numbers else domain, random.Random(0))
    except (NoPoints, TypeError, ValueError, NotImplementedError):
        return False
    return True


def draw_from(domain: sp.Set, rng) -> sp.Expr:
    """A random exact number of the domain."""
    if domain == sp.S.Rationals:
        domain = sp.S.Reals
    if isinstance(domain, sp.Complement):
        for _ in range(100):
            value = draw_from(domain.args[0], rng)
            if inside(value, domain):
                return value
        raise NoPoints(f"no points were found in {domain}")
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


_ASSUMED = (
    "odd", "even", "prime", "composite", "nonzero", "positive", "negative",
    "nonnegative", "nonpositive", "integer", "rational",
)  # fmt: skip


def fits(symbol: sp.Symbol, value) -> bool:
    """Is the number all that the symbol is assumed to be?

    >>> fits(sp.Symbol("k", odd=True), sp.Integer(4))
    False
    """
    value = sp.sympify(value)
    for name in _ASSUMED:
        wanted, found = (getattr(e, f"is_{name}") for e in (symbol, value))
        if wanted is not None and found is not None and wanted != found:
            return False
    return True


def _fitting(symbol, domain, rng) -> sp.Expr:
    """A random number of the domain that the symbol, by its assumptions, may be."""
    for _ in range(60):
        value = draw_from(domain, rng)
        if symbol.is_irrational:
            value = value * sp.sqrt(2)
        if fits(symbol, value) and (not symbol.is_irrational or inside(value, domain)):
            return value
    raise NoPoints(f"no number of {domain} was found that {symbol} may be")


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


def _sizes(expressions) -> dict:
    """Symbols that say how many observations there are, each with the names of those data."""
    sizes: dict = {}
    for e in expressions:
        for sample in e.atoms(Sample):
            sizes.setdefault(sample.size, set()).add(str(sample.base))
        for t in e.atoms(sp.Sum, sp.Product):
            names = {str(part.base) for part in t.atoms(sp.Indexed)}
            for limit in t.limits if names else ():
                if len(limit) == 3:
                    sizes.setdefault(limit[2], set()).update(names)
    return sizes


def turning_points(expressions) -> list:
    """Formulas at whose zeros the steps' structure changes: a pole, a branch, a kink, a piece."""
    turning: set = set()
    for e in expressions:
        for node in sp.preorder_traversal(e):
            if isinstance(node, sp.Pow) and (node.exp.is_negative or not node.exp.is_integer):
                turning.add(node.base)
            elif isinstance(node, sp.Pow) and node.exp.is_even and node.base.is_Add:
                # What is squared may be zero: there an exponential or a distance is at its best.
                turning.add(node.base)
            elif isinstance(node, (sp.log, sp.Abs, sp.sign, sp.floor, sp.ceiling, sp.Heaviside)):
                turning.add(node.args[0])
            elif isinstance(node, (sp.Max, sp.Min)):
                turning |= {a - b for a, b in itertools.combinations(node.args, 2)}
            elif isinstance(node, (RELATIONAL, sp.KroneckerDelta, sp.Mod)):
                turning.add(node.args[0] - node.args[1])
    plain = [
        e
        for e in turning
        if isinstance(e, sp.Expr)
        and not e.atoms(sp.Indexed, sp.Sum, sp.Integral)
        and e.count_ops() < 30
    ]
    return sorted(plain, key=sp.default_sort_key)[:12]


def structure(turning, symbol, env) -> list:
    """Values of one symbol at, between and beyond the zeros of the formulas that turn."""
    others = {k: v for k, v in env.items() if isinstance(k, sp.Symbol) and k != symbol}
    zeros: list = []
    for e in turning:
        if symbol in e.free_symbols:
            zeros += zeros_of(e.subs(others), symbol)
            zeros += zeros_of(e.subs(others) - 1, symbol)
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
def zeros_of(e, symbol) -> tuple:
    """The real zeros of a formula in one symbol, exactly; an empty tuple where they are not had."""
    if e.is_polynomial(symbol) or e.is_rational_function(symbol):
        # Powers of e with long fractions would be factored as polynomials of that degree.
        constants = {n: sp.Dummy(real=True) for n in e.atoms(sp.exp) if n.is_number and n.is_real}
        if constants:
            back = {v: k for k, v in constants.items()}
            return _real(_with_names(e.xreplace(constants), symbol, back))
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
    return _real(found)


def _with_names(e, symbol, back) -> list:
    """The zero of a formula that is linear in the symbol, its constants under names."""
    numerator = sp.numer(sp.together(e))
    if sp.degree(numerator, symbol) != 1:
        return []
    slope, rest = sp.Poly(numerator, symbol).all_coeffs()
    return [(-rest / slope).xreplace(back)]


def _real(found) -> tuple:
    return tuple(sorted((r for r in found if r.is_number and r.is_real), key=sp.default_sort_key))


def points(
    expressions, context: Context, rng, count: int, extra: int = 40, *, far: int | None = None
):
    """Points of the domain: ``count`` random ones, then awkward ones, one symbol at a time.

    ``far`` are drawn from all scales: by default a sixth as many as awkward ones, at most eight.
    """
    symbols = _together(free_symbols_of(expressions), context)
    ends = [domain_of(s, expressions, context).free_symbols for s in symbols]
    symbols = free_symbols_of([sp.Tuple(*symbols, *set().union(*ends))])
    bases = bases_of(expressions)
    sizes = _sizes([*expressions, *context.background])
    domains = {s: domain_of(s, expressions, context) for s in symbols}
    for s in symbols:
        if s in sizes:
            domains[s] = sp.Range(1, 6)
    # Ends of a domain that are symbols themselves are drawn first.
    moving = [s for s in symbols if domains[s].free_symbols]
    if not symbols and not bases:
        yield {}
        return
    data = {b: data_domain(b, expressions, context) for b in bases}

    def observed(env):
        sizes_here = [int(env[s]) for s in symbols if s in sizes]
        for b in bases:
            # The support of the data may depend on a parameter.
            region = data[b].subs(plain_values(env))
            drawn = [draw_from(region, rng) for _ in range(max([8, *sizes_here]))]
            of_its_own = [s for s, names in sizes.items() if str(b) in names]
            env[b] = Data(drawn, of_its_own[0] if len(of_its_own) == 1 else None)
        return env

    def draw():
        env: dict = {}
        for s in sorted(symbols, key=lambda s: s in moving):
            region = domains[s].subs(env) if s in moving else domains[s]
            env[s] = _fitting(s, region, rng)
        return observed(env)

    def distant():
        while not moving:
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
        turning = turning_points(expressions)
        env = draw()
        here = {s: domains[s].subs(plain_values(env)) for s in plain}
        corners = {s: awkward(here[s]) if s not in moving else [] for s in plain}
        for s in plain:
            for v in structure(turning, s, env):
                if inside(v, here[s]):
                    yield {**env, s: v}
        for _ in range(8 if moving else 0):
            env = draw()
            for s in moving:
                region = domains[s].subs(plain_values(env))
                for v in [*awkward(region), *structure(turning, s, env)]:
                    if inside(v, region):
                        yield {**env, s: v}
        if len(plain) > 1 and not moving:
            # Where the others are simple, a zero may exist that is missing elsewhere.
            for s, k in itertools.product(plain, range(2)):
                simple = {**env, **{r: (corners[r] * 2 + [env[r]] * 2)[k] for r in plain if r != s}}
                for v in structure(turning, s, simple):
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
            if env is None or not all(fits(s, env[s]) for s in symbols if s in env):
                continue
            if not all(inside(env[s], domains[s].subs(plain_values(env))) for s in moving):
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


@lru_cache(maxsize=256)
def _factors(relation) -> tuple:
    """The equations of which each one alone makes a product equation hold."""
    gap = relation.lhs - relation.rhs
    if not isinstance(gap, sp.Expr) or gap.count_ops() > 60:
        return (relation,)
    parts = sp.Mul.make_args(sp.factor(gap))
    found = [sp.Eq(p.as_base_exp()[0], 0) for p in parts if p.free_symbols]
    return tuple(f for f in found if isinstance(f, sp.Eq)) or (relation,)


def _one_factor(relation, env):
    """One factor of a product that has to vanish; another for another point."""
    factors = _factors(relation)
    told = "|".join(sorted(f"{k}={v}" for k, v in plain_values(env).items()))
    return factors[zlib.crc32(told.encode()) % len(factors)]


def meet(env, context: Context):
    """Make a point obey the hypotheses that are relations, or give it up (None)."""
    about = [r for r in context.relations if r.free_symbols & set(plain_values(env))]
    for relation in about:
        if isinstance(relation, sp.Eq) and not holds_at(relation, env):
            equation = _one_factor(relation, env)
            # A symbol that occurs linearly is found without a search for roots.
            plain = plain_values(env)
            names = sorted(equation.free_symbols & set(plain), key=str)
            last = ([s for s in names if _linear_solution(equation, s)] or names)[-1]
            rest = {k: v for k, v in plain.items() if k != last}
            solutions = [s for s in _solutions(equation, last, rest) if s.is_real]
            domain = context.domain.get(last, assumed_within(last, sp.S.Reals))
            solutions = [s for s in solutions if inside(s, domain)]
            if not solutions:
                return None
            # The branch that the point is on already, so that each is met by some points.
            env = {**env, last: min(solutions, key=lambda v, last=last: abs(v - env[last]))}
    return env if all(holds_at(relation, env) for relation in about) else None
