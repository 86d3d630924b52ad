"""Concrete laws in place of abstract densities."""

from __future__ import annotations

import hashlib

import sympy as sp

from helpers.notation import (
    JSD,
    Bernoulli,
    Beta,
    Categorical,
    Concrete,
    Density,
    Distribution,
    Empirical,
    Exponential,
    Gamma,
    Geometric,
    Independent,
    Indicator,
    Mixture,
    Normal,
    Poisson,
    Probability,
    Transformed,
)
from helpers.trials.context import RELATIONAL, NoPoints, inside, shows_its_support

__all__ = [
    "FINITE_FAMILIES",
    "concretise",
    "needs_a_density",
    "tight_families",
    "witness_families",
]


def needs_a_density(*expressions) -> bool:
    """Does a statement about laws on the line tell densities from laws on points?

    It does where P(X = c) or both P(X >= c) and P(X > c) are asked for, and where the law is set
    against a continuous one.
    """
    if any(shows_its_support(e) for e in expressions):
        return True
    laws = set().union(*[e.atoms(Distribution) for e in expressions])
    made_of_others = (Independent, Mixture, Transformed)
    named = [d for d in laws if not d.abstract and not isinstance(d, made_of_others)]
    if any(not d.discrete for d in named):
        return True
    kinds = set()
    for e in expressions:
        for node in e.atoms(Probability, Indicator):
            kinds |= {type(r) for r in node.args[0].atoms(RELATIONAL)}
    strict = {sp.Gt, sp.Lt} & kinds
    return bool({sp.Eq, sp.Ne} & kinds or (strict and {sp.Ge, sp.Le} & kinds))


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
    fixed = needs_a_density(*expressions)
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
        if not needs_a_density(*expressions):
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


def concretise(e, replacement):
    """``e`` with abstract densities replaced."""
    return e.xreplace(replacement) if replacement else e
