"""Laws on a few atoms at which an inequality between abstract laws is closest to failing.

Sharp bounds are attained by laws on two, three or four points, or by laws that nearly agree; drawn
at random they are never met. Weights and places are moved downhill in floating point; what is found
is then put to the two sides with all digits.
"""

from __future__ import annotations

import itertools
import math

import sympy as sp

from helpers.check.budget import SYMPY_FAILS, time_left
from helpers.check.comparing import NEITHER, gap_at
from helpers.check.trying import short_rational
from helpers.check.verdict import Counterexample
from helpers.notation import Density, Pdf, Sample, VocabularyExpr
from helpers.trials.context import Context, domain_of, free_symbols_of, generator, inside
from helpers.trials.laws import needs_a_density
from helpers.trials.points import meet

__all__ = ["worst_laws"]

_EVALUATIONS = 400
_SECONDS = 3.0


def worst_laws(small, large, context: Context):
    """A counterexample to ``small <= large`` from a search over laws on few atoms, and its count.

    None (and 0) where the sides are not about abstract laws on the line.
    """
    sides = [small, large]
    densities = sorted({d for e in sides for d in e.atoms(Density)}, key=sp.default_sort_key)
    if not densities or any(e.atoms(Sample, sp.Indexed) for e in sides):
        return None, 0
    if any(d.support != densities[0].support for d in densities) or context.relations:
        return None, 0
    support = densities[0].support
    if support.is_finite_set is not True and needs_a_density(*sides):
        return None, 0
    problem = _Problem(sides, densities, support, context)
    return problem.solved() if problem.is_set else (None, 0)


class _Problem:
    """An inequality as a function of masses, places and the symbols that it holds."""

    def __init__(self, sides, densities, support, context):
        self.context, self.densities = context, densities
        self.atoms = _atoms_of(support)
        self.is_set = False
        if self.atoms is None:
            return
        on_atoms = {
            d: Density(d.name, *d.parameters, support=sp.FiniteSet(*self.atoms), label=d.label)
            for d in densities
        }
        self.symbols = [s for s in free_symbols_of(sides) if not s.is_integer]
        self.domains = {s: domain_of(s, sides, context) for s in self.symbols}
        try:
            opened = [_written_out(e.xreplace(on_atoms)) for e in sides]
        except SYMPY_FAILS:
            return
        if any(e is None for e in opened):
            return
        self.masses = {}
        for d in densities:
            law = on_atoms[d]
            self.masses[d] = [sp.Dummy(f"{d.name}_{k}", positive=True) for k in self.atoms]
            new = dict(zip([law(k) for k in self.atoms], self.masses[d], strict=True))
            opened = [e.xreplace(new) for e in opened]
        if any(e.atoms(Pdf, VocabularyExpr) for e in opened):
            return
        self.places = [a for a in self.atoms if isinstance(a, sp.Dummy)]
        self.names = [*itertools.chain(*self.masses.values()), *self.places, *self.symbols]
        if set().union(*[e.free_symbols for e in opened]) - set(self.names):
            return
        self.opened = opened
        self.rng = generator(context, *sides, sp.Symbol("atoms"))
        try:
            self.f = sp.lambdify(self.names, opened, "math")
        except SYMPY_FAILS:
            return
        self.is_set = True

    def _numbers(self, point) -> list:
        """Masses that add up to one, places, values of symbols, from free coordinates."""
        k, found, at = len(self.atoms), [], 0
        for _ in self.densities:
            top = max(point[at : at + k])
            weights = [math.exp(max(t - top, -40.0)) for t in point[at : at + k]]
            found += [w / sum(weights) for w in weights]
            at += k
        for a in self.places:
            found.append(math.exp(min(point[at], 30.0)) if a.is_positive else point[at])
            at += 1
        for s in self.symbols:
            found.append(_onto(point[at], self.domains[s]))
            at += 1
        return found

    def rank(self, point) -> float:
        """The difference of the sides relative to their size; infinity where there is none."""
        try:
            low, high = self.f(*self._numbers(point))
            size = max(abs(low), abs(high))
            if not math.isfinite(size) or size < 1e-250:
                return math.inf
            return (high - low) / size
        except (ArithmeticError, ValueError, TypeError):
            return math.inf

    def starts(self):
        """Even masses, laws that nearly agree, masses on two points, and random ones."""
        k, count = len(self.atoms), len(self.densities)
        tail = [self.rng.gauss(0, 1) for _ in range(len(self.names) - k * count)]
        even = [0.0] * k
        for size in dict.fromkeys((1, k // 2, k - 1)):
            half = [math.log(0.5 / size)] * size + [math.log(0.5 / (k - size))] * (k - size)
            tilted = [t + (5e-4 if j < size else 0.0) for j, t in enumerate(half)]
            yield [*half, *(tilted * (count - 1)), *tail]
            pair = [0.0 if j in (0, k - size) else -30.0 for j in range(k)]
            yield [*pair, *([t + 5e-4 * (j == 0) for j, t in enumerate(pair)] * (count - 1)), *tail]
        yield [*(even * count), *tail]
        for spread in (0.1, 1.0, 4.0, 10.0):
            yield [
                *(self.rng.gauss(0, spread) for _ in range(k * count)),
                *(t + self.rng.gauss(0, 1) for t in tail),
            ]

    def solved(self):
        """The search, and the proof of what it found."""
        tried, until = 0, time_left() - _SECONDS
        for start in self.starts():
            point, rank = _downhill(self.rank, start)
            tried += 1
            if rank < 1e-7:
                found = self._confirmed(point)
                if found is not None:
                    return found, tried
            if time_left() < until:
                break
        return None, tried

    def _confirmed(self, point):
        numbers = [short_rational(sp.Rational(t)) for t in self._numbers(point)]
        k, env = len(self.atoms), {}
        for number, d in enumerate(self.densities):
            masses = numbers[number * k : (number + 1) * k]
            masses[-1] = 1 - sum(masses[:-1])
            if any(m <= 0 for m in masses):
                masses = [sp.Rational(1, 10**30) if m <= 0 else m for m in masses]
                masses[masses.index(max(masses))] += 1 - sum(masses)
            env |= dict(zip(self.masses[d], masses, strict=True))
        env |= dict(
            zip([*self.places, *self.symbols], numbers[k * len(self.densities) :], strict=True)
        )
        if not all(inside(env[s], self.domains[s]) for s in self.symbols):
            return None
        if meet({s: env[s] for s in self.symbols}, self.context) is None:
            return None
        outcome = gap_at(*self.opened, env)
        if outcome is None or outcome is NEITHER or outcome[2] is None:
            return None
        c = outcome[2]
        places = [env.get(a, a) for a in self.atoms]
        values = {str(s): _short(env[s]) for s in self.symbols}
        for d in self.densities:
            told = ", ".join(
                f"{_short(a)}: {_short(env[m])}"
                for a, m in zip(places, self.masses[d], strict=True)
            )
            values[str(d)] = f"{{{told}}}"
        return Counterexample(values, c.left, c.right, "places and masses of laws on few points")


def _atoms_of(support):
    """The points of a finite support, or a few places that may move."""
    if support.is_finite_set:
        points = sorted(support)
        return points if 2 <= len(points) <= 8 else None
    if support == sp.S.Reals:
        return [sp.Dummy(f"a{k}", real=True) for k in range(3)]
    if support == sp.S.Naturals0:
        return [sp.Integer(k) for k in (0, 1, 2, 5)]
    if support == sp.S.Naturals:
        return [sp.Integer(k) for k in (1, 2, 3, 6)]
    if isinstance(support, sp.Interval) and support.start == 0 and support.end is sp.oo:
        return [sp.Dummy(f"a{k}", positive=True) for k in range(3)]
    return None


def _written_out(e):
    """A side with every expectation as a sum over the atoms; None where something else is left."""
    for _ in range(12):
        nodes = {
            n
            for n in e.atoms(VocabularyExpr)
            if not (isinstance(n, Pdf) and n.distribution.abstract) and n.unfold() != n
        }
        if not nodes:
            break
        e = e.xreplace({n: n.unfold() for n in nodes})
    sums = {n for n in e.atoms(sp.Sum) if all(t.is_Integer for t in n.limits[0][1:])}
    e = e.xreplace({n: n.doit() for n in sums})
    return None if e.atoms(sp.Sum, sp.Integral, sp.Product) else e


def _onto(t: float, domain) -> float:
    low, high = domain.inf, domain.sup
    if low.is_finite and high.is_finite:
        return float(low) + (float(high) - float(low)) / (1 + math.exp(-max(min(t, 30.0), -30.0)))
    if low.is_finite:
        return float(low) + math.exp(min(t, 30.0))
    return float(high) - math.exp(min(t, 30.0)) if high.is_finite else t


def _short(value) -> str:
    value = sp.sympify(value)
    return str(value) if value.is_Integer else f"{float(value):.6g}"


def _downhill(f, start, evaluations=_EVALUATIONS):
    """Nelder and Mead's simplex, begun twice."""
    best, value, size = list(start), f(start), 0.5
    for _ in range(2):
        corners = [(value, best)]
        for k in range(len(best)):
            moved = [*best]
            moved[k] += size
            corners.append((f(moved), moved))
        for _ in range(evaluations // 2):
            corners.sort(key=lambda c: c[0])
            low, second, (worst, corner) = corners[0][0], corners[-2][0], corners[-1]
            if low < -1e-9:
                return corners[0][1], low
            rest = [c for _, c in corners[:-1]]
            centre = [sum(column) / len(rest) for column in zip(*rest, strict=True)]

            def at(scale, centre=centre, corner=corner):
                point = [c + scale * (c - w) for c, w in zip(centre, corner, strict=True)]
                return f(point), point

            mirrored = at(1.0)
            if mirrored[0] < low:
                further = at(2.0)
                corners[-1] = min(further, mirrored, key=lambda c: c[0])
            elif mirrored[0] < second:
                corners[-1] = mirrored
            else:
                nearer = at(0.5 if mirrored[0] < worst else -0.5)
                if nearer[0] < worst:
                    corners[-1] = nearer
                else:
                    first = corners[0][1]
                    corners = [corners[0]] + [
                        (f(p), p)
                        for p in (
                            [(a + b) / 2 for a, b in zip(first, c, strict=True)]
                            for _, c in corners[1:]
                        )
                    ]
        value, best = min(corners, key=lambda c: c[0])
        size = 0.05
    return best, value
