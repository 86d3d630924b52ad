"""How a step is read: what symbols may be, which names stand for what, floats as decimals.

A check works on the step as read. What cannot be read in one way only is refused by name.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import fields, replace

import mpmath as mp
import sympy as sp

from helpers.check.budget import SECONDS, SYMPY_FAILS, OutOfTime, limited, obstacles
from helpers.check.verdict import NotChecked, Witness, values_of
from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate
from helpers.notation import (
    Concrete,
    Density,
    Expectation,
    Finite,
    Indicator,
    Pdf,
    Probability,
    Sample,
    Unnormalised,
    Variance,
    VocabularyExpr,
)
from helpers.notation.printing import Bound
from helpers.trials.context import Context, NoPoints, domain_of, free_symbols_of, generator
from helpers.trials.points import drawable, points

__all__ = ["as_read"]


def as_read(check):
    """Let a check see its step as read, within its time, and say what stood in its way.

    The arguments of the check are expressions, dictionaries or tuples of them, and one Context.
    """

    @functools.wraps(check)
    def checked(*args, **more):
        reading = _Reading((*args, *more.values()))
        reading.refuse_what_is_unclear()
        obstacles.clear()
        try:
            with limited(SECONDS):
                verdict = check(
                    *(reading(a) for a in args), **{k: reading(v) for k, v in more.items()}
                )
        except OutOfTime as problem:
            raise NotChecked(f"no answer within {SECONDS:g} seconds of computing") from problem
        except NoPoints as problem:
            raise NotChecked(str(problem)) from problem
        except SYMPY_FAILS as problem:
            if _is_ours(problem):
                raise
            told = f"{type(problem).__name__}: {problem}"
            raise NotChecked(f"computer algebra broke off ({told[:200]})") from problem
        notes = tuple(n for n in reading.notes if n not in verdict.witnesses)
        return replace(verdict, witnesses=(*verdict.witnesses, *notes)) if notes else verdict

    return checked


def _is_ours(problem) -> bool:
    """Was it raised on purpose, to tell a caller what an argument should have been?"""
    frame = problem.__traceback__
    while frame.tb_next is not None:
        frame = frame.tb_next
    name = frame.tb_frame.f_globals.get("__name__", "")
    return isinstance(problem, (TypeError, ValueError)) and name.startswith("helpers.check")


class _Reading:
    """What the symbols and numbers of a step are read as."""

    def __init__(self, parts):
        self.parts = [e for p in parts for e in _expressions(p)]
        self.context = next((p for p in parts if isinstance(p, Context)), Context())
        self.notes: list[Witness] = []
        self.finite: set = set()
        self.new: dict = {}
        atoms: set = set().union(*[e.atoms(sp.Symbol, sp.Float) for e in self.parts])
        atoms = {a for a in atoms if not (isinstance(a, sp.Symbol) and a.is_real is False)}
        for a in sorted(atoms, key=sp.default_sort_key):
            if isinstance(a, sp.Float):
                self.new[a] = sp.Rational(str(a))
                told = f"{a} is read as the decimal number {self.new[a]}"
                self.notes.append(Witness("reading", told))
            elif _is_plain(a) and not isinstance(a, sp.Dummy):
                self.new[a] = type(a)(a.name, **{**a.assumptions0, "real": True})
        self.new |= self._named_quantities()
        plain = {s.name for s in self.new if isinstance(s, sp.Symbol) and not isinstance(s, Bound)}
        free = {s.name for e in self.parts for s in e.free_symbols if isinstance(s, sp.Symbol)}
        if plain & free:
            told = ", ".join(sorted(plain & free))
            verb = "is read as a real number" if len(plain & free) == 1 else "are read as real"
            self.notes.append(Witness("reading", f"{told} {verb}"))

    def _named_quantities(self) -> dict:
        """Symbols that a hypothesis makes names of quantities: Eq(Expectation(x, x, P), mu)."""
        names: dict = {}
        for h in self.context.hypotheses:
            if not isinstance(h, sp.Eq):
                continue
            for node, value in ((h.lhs, h.rhs), (h.rhs, h.lhs)):
                base, power = value.as_base_exp()
                if not isinstance(node, (Expectation, Variance)) or not base.is_Symbol:
                    continue
                if node.sample is None and base not in node.free_symbols and base not in names:
                    if power == 1:
                        names[base] = node
                    elif power == 2 and base.is_positive:
                        names[base] = sp.sqrt(node)
                    else:
                        continue
                    self.finite.add(node)
                    break
        return names

    def __call__(self, part):
        """A part of the step as read."""
        if isinstance(part, dict):
            return {self(k): self(v) for k, v in part.items()}
        if isinstance(part, (tuple, list)):
            return type(part)(self(v) for v in part)
        if isinstance(part, Context):
            read = replace(part, **{f.name: self(getattr(part, f.name)) for f in fields(part)})
            kept = tuple(h for h in read.hypotheses if h not in (True, sp.true))
            named = {v: v for v in self.new.values() if isinstance(v, sp.Basic)}
            domain = {k: v for k, v in read.domain.items() if k not in named or k.is_Symbol}
            return replace(
                read,
                domain=domain,
                hypotheses=(*kept, *(Finite(self(q)) for q in self.finite)),
            )
        if not isinstance(part, sp.Basic):
            return part
        return _without_false_mass(part.xreplace(self.new) if self.new else part)

    def refuse_what_is_unclear(self) -> None:
        for e in self.parts:
            for node in e.atoms(Variance, Probability):
                if node.has(sp.I):
                    raise NotChecked(f"{node} is not supported: its function is not real")
            if e.atoms(sp.MatrixExpr) or isinstance(e, sp.MatrixBase):
                raise NotChecked("matrices are not supported")
        symbols = sorted(
            set().union(*[e.atoms(sp.Symbol) for e in self.parts]), key=sp.default_sort_key
        )
        for s in symbols:
            if not s.is_commutative:
                raise NotChecked(f"{s} does not commute; only real numbers are supported")
            if s.is_real is False or (s.is_complex and s.is_real is not True):
                raise NotChecked(
                    f"{s} is declared as a number that need not be real; only real symbols are "
                    f"supported (Symbol({s.name!r}, real=True))"
                )
            if s.is_extended_real and s.is_finite is not True:
                raise NotChecked(f"{s} may be infinite; only real symbols are supported")
        self._refuse_one_name_for_two()
        self._refuse_what_is_no_density()
        self._refuse_ranges_that_are_none()
        read = [self(e) for e in self.parts if isinstance(e, sp.Expr)]
        context = self(self.context)
        for s in free_symbols_of(read):
            region = domain_of(s, read, context)
            if not drawable(region):
                raise NotChecked(f"no numbers are drawn from {region}, the domain of {s}")

    def _refuse_one_name_for_two(self) -> None:
        free: dict = {}
        data: set = set()
        for e in self.parts:
            data |= {str(t.base) for t in e.atoms(sp.Indexed)}
            data |= {str(t.base) for t in e.atoms(Sample)}
            for s in _bare_symbols(e):
                free.setdefault(s.name, set()).add(s)
        for name, bearers in sorted(free.items()):
            found = {s for s in bearers if not isinstance(s, Bound)}
            if len(found) > 1:
                raise NotChecked(
                    f"two symbols are called {name}, with different assumptions; "
                    "use one of them, or give them two names"
                )
            if found and name in data:
                raise NotChecked(f"{name} names the data and a number; rename one of them")

    def _refuse_what_is_no_density(self) -> None:
        context = self(self.context)
        for law in sorted(self._laws(), key=sp.default_sort_key):
            if isinstance(law, Unnormalised) or not law.free_symbols or law.atoms(Density):
                continue
            total = law.total(law.args[0], law.args[1])
            for env in itertools.islice(
                points([total, law], context, generator(context, law), 2, 0), 2
            ):
                try:
                    mass = evaluate(total, env, 20)
                except (NotEvaluable, Undefined, *SYMPY_FAILS):
                    continue
                if abs(mass.value - 1) > mass.error + mp.mpf(10) ** -12:
                    at = ", ".join(f"{k} = {v}" for k, v in values_of(env).items())
                    raise NotChecked(
                        f"{law.args[0]} is no density on {law.support}: its mass is "
                        f"{mp.nstr(mass.value, 8)} at {at} (Unnormalised takes any mass)"
                    )

    def _laws(self) -> set:
        found: set = set()
        for e in self.parts:
            if isinstance(e, sp.Expr):
                found |= self(e).atoms(Concrete)
        return found

    def _refuse_ranges_that_are_none(self) -> None:
        for e in self.parts:
            for node in e.atoms(sp.Sum, sp.Product):
                for _, *ends in node.limits:
                    for end in ends:
                        if not (end.is_integer or end.is_infinite):
                            raise NotChecked(
                                f"{node} runs up to {end}, which need not be an integer"
                            )


def _without_false_mass(e):
    """Expectations under what has any mass, as the integrals that they are."""
    while True:
        nodes = {n for n in e.atoms(VocabularyExpr) if _is_under_any_mass(n)}
        if not nodes:
            return e
        e = e.xreplace({n: n.unfold() for n in nodes})


def _is_under_any_mass(node) -> bool:
    if isinstance(node, Pdf):
        return False
    if isinstance(node, Expectation):
        return isinstance(node.distribution, Unnormalised)
    return (
        bool(node.atoms(Unnormalised)) and not isinstance(node, Indicator) and node.unfold() != node
    )


def _is_plain(symbol) -> bool:
    return symbol.is_extended_real is None and symbol.is_complex is None and symbol.is_commutative


def _expressions(part) -> list:
    """The SymPy objects in an argument of a check."""
    if isinstance(part, dict):
        return [e for item in part.items() for t in item for e in _expressions(t)]
    if isinstance(part, (tuple, list)):
        return [e for t in part for e in _expressions(t)]
    if isinstance(part, Context):
        named = (part.hypotheses, part.over, part.background, tuple(part.domain))
        return [e for t in named for e in _expressions(t)]
    if isinstance(part, sp.MatrixBase):
        return [part]
    return [part] if isinstance(part, sp.Basic) else []


@functools.lru_cache(maxsize=4096)
def _bare_symbols(e) -> frozenset:
    """The free symbols of an expression, without those that only name data."""
    if isinstance(e, sp.IndexedBase):
        return frozenset()
    if isinstance(e, sp.Symbol):
        return frozenset([e])
    inside = frozenset().union(*[_bare_symbols(a) for a in e.args])
    return inside - frozenset(getattr(e, "bound_symbols", ()))
