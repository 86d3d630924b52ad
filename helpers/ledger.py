"""What the book claims: each claim's statement, hypotheses, status, witnesses and what it rests on.

A claim is a named derivation that a chapter shows. The ledger gathers the claims of all chapters
and answers three questions. Is the bookkeeping sound: does every name exist, once, does nothing
rest on itself, does every cited claim name its source? How firmly does a claim stand, in itself and
through the claims that it uses? And what is left if one claim falls?

References
----------
The idea of a graph of claims with a status for each is that of the blueprints which accompany
formal proofs: P. Massot, "leanblueprint", https://github.com/PatrickMassot/leanblueprint.
"""

from __future__ import annotations

import graphlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.check.verdict import STATUSES, weakest
from helpers.claims import Promise

__all__ = ["Claim", "Ledger", "Problem", "claim_from_payload"]


@dataclass(frozen=True)
class Claim:
    """One claim of the book.

    Attributes
    ----------
    name : str
        Its id; the equation that shows it has the label ``eq-<name>``.
    statement : str
        LaTeX.
    status : str
        How firmly the claim stands in itself: one of `helpers.check.verdict.STATUSES`.
    page : str
        The page that shows it.
    title : str
        What it is called, for people.
    domain : tuple of str
        LaTeX of where its symbols live.
    hypotheses : tuple of str
        What it assumes, as MyST text.
    witnesses : tuple of str
        How its steps were checked, as MyST text, each witness once.
    points : int
        How many points the numeric witnesses tried, over all steps.
    largest_error : str
        The order of magnitude of the largest relative error any of them found, such as
        ``"< 1e-30"``; empty when there was nothing to measure.
    rests_on : tuple of str
        Names of the claims that it uses.
    references : tuple of str
        Bibliography keys of its cited steps; an empty string for a cited step that names none.
    article : int or None
        The number of the equation in the article that the book follows.
    mathlib : str or None
        A declaration of Lean's mathlib that states the same, or more.

    Raises
    ------
    ValueError
        If the status is not one of those.

    Examples
    --------
    >>> Claim("log-bound", r"\\log u \\le u - 1", "proved", "definitions").status
    'proved'
    """

    name: str
    statement: str
    status: str
    page: str
    title: str = ""
    domain: tuple[str, ...] = ()
    hypotheses: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    points: int = 0
    largest_error: str = ""
    rests_on: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    article: int | None = None
    mathlib: str | None = None

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            expected = ", ".join(STATUSES)
            raise ValueError(f"status of {self.name!r}: expected {expected}; got {self.status!r}")


@dataclass(frozen=True)
class Problem:
    """Something wrong with the ledger: what, and on which page (empty where there is none).

    Examples
    --------
    >>> lonely = Claim("lln", "0 = 0", "cited", "proof")
    >>> Ledger((lonely,)).problems(bibliography=())
    [Problem(message="the cited claim 'lln' names no source", page='proof')]
    """

    message: str
    page: str = ""


@dataclass(frozen=True)
class Ledger:
    """All claims of the book.

    Parameters
    ----------
    claims : tuple of Claim
        In reading order.
    promises : mapping of str to Promise
        The claims that some chapter must show.

    Examples
    --------
    >>> log_bound = Claim("log-bound", r"\\log x \\le x - 1", "proved", "definitions")
    >>> gibbs = Claim("gibbs", r"D \\ge 0", "numeric", "definitions", rests_on=("log-bound",))
    >>> ledger = Ledger((log_bound, gibbs))
    >>> ledger.problems(bibliography=())
    []
    >>> ledger.totals()
    {'defined': 0, 'proved': 1, 'exact': 0, 'numeric': 1, 'estimated': 0, 'sampled': 0, 'cited': 0}
    >>> ledger.used_by("log-bound")
    ('gibbs',)
    """

    claims: tuple[Claim, ...]
    promises: Mapping[str, Promise] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Claim:
        for claim in self.claims:
            if claim.name == name:
                return claim
        raise KeyError(f"no claim is called {name!r}")

    def problems(self, bibliography: Collection[str]) -> list[Problem]:
        """Return everything that is wrong with the bookkeeping; an empty list when it is sound.

        Parameters
        ----------
        bibliography : collection of str
            The keys that a cited claim may name.
        """
        found = []
        counts = Counter(claim.name for claim in self.claims)
        for name, count in counts.items():
            if count > 1:
                pages = ", ".join(claim.page for claim in self.claims if claim.name == name)
                found.append(Problem(f"the claim {name!r} is shown {count} times: {pages}"))
        for name in self.promises:
            if name not in counts:
                found.append(Problem(f"no chapter shows the claim {name!r}"))
        for claim in self.claims:
            promise = self.promises.get(claim.name, Promise(claim.name))
            for what in ("title", "article", "mathlib"):
                one, other = getattr(claim, what), getattr(promise, what)
                if one and other and one != other:
                    message = f"{claim.name!r} gives {what} as {one!r}, the promise as {other!r}"
                    found.append(Problem(message, claim.page))
            for name in claim.rests_on:
                if name not in counts:
                    message = f"{claim.name!r} rests on {name!r}, which no chapter shows"
                    found.append(Problem(message, claim.page))
            if claim.status == "cited" and not claim.references:
                found.append(Problem(f"the cited claim {claim.name!r} names no source", claim.page))
            for key in claim.references:
                if not key:
                    message = f"a cited step of {claim.name!r} names no source"
                    found.append(Problem(message, claim.page))
                elif key not in bibliography:
                    message = f"{claim.name!r} cites {key!r}, which is not in the bibliography"
                    found.append(Problem(message, claim.page))
        if cycle := self.cycle():
            found.append(Problem("claims rest on themselves: " + " -> ".join(cycle)))
        return found

    def elsewhere(self, name: str) -> tuple[int | None, str | None]:
        """Return the article's equation and the declaration of mathlib that state a claim."""
        claim, promise = self[name], self.promises.get(name, Promise(name))
        return (
            promise.article if claim.article is None else claim.article,
            promise.mathlib if claim.mathlib is None else claim.mathlib,
        )

    def edges(self) -> list[tuple[str, str]]:
        """Return the pairs (a claim, a claim that it rests on), both of them shown."""
        names = {claim.name for claim in self.claims}
        return [(c.name, used) for c in self.claims for used in c.rests_on if used in names]

    def cycle(self) -> tuple[str, ...]:
        """Return claims each of which rests on the next, first and last the same; else ()."""
        try:
            graphlib.TopologicalSorter(self._uses()).prepare()
        except graphlib.CycleError as error:
            # The error lists each node before those that depend on it.
            return tuple(reversed(error.args[1]))
        return ()

    def foundations(self, name: str) -> tuple[str, ...]:
        """Return every claim that one rests on, directly or through others, in reading order."""
        return self._reached(name, self._uses())

    def used_by(self, name: str) -> tuple[str, ...]:
        """Return every claim that would fall with this one, in reading order."""
        graph: dict[str, list[str]] = {}
        for user, used in self.edges():
            graph.setdefault(used, []).append(user)
        return self._reached(name, graph)

    def _uses(self) -> dict[str, list[str]]:
        uses: dict[str, list[str]] = {claim.name: [] for claim in self.claims}
        for user, used in self.edges():
            uses[user].append(used)
        return uses

    def _reached(self, name: str, graph: Mapping[str, Collection[str]]) -> tuple[str, ...]:
        self[name]
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for other in graph.get(waiting.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return tuple(c.name for c in self.claims if c.name in seen)

    def standing(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Return how firmly a claim stands with all that it rests on: the weakest link.

        Returns
        -------
        status : str
            The weakest status among the claim and its foundations.
        through : tuple of str
            The foundations that bring it down to that status; empty where the claim itself is
            no firmer.
        """
        own = self[name].status
        below = {other: self[other].status for other in self.foundations(name)}
        status = weakest([own, *below.values()])
        if status == own:
            return own, ()
        return status, tuple(other for other in below if below[other] == status)

    def totals(self) -> dict[str, int]:
        """Return how many claims have each status in themselves."""
        counts = Counter(claim.status for claim in self.claims)
        return {status: counts[status] for status in STATUSES}

    def totals_with_foundations(self) -> dict[str, int]:
        """Return how many claims have each status when what they rest on is counted in."""
        counts = Counter(self.standing(claim.name)[0] for claim in self.claims)
        return {status: counts[status] for status in STATUSES}


def claim_from_payload(payload: Mapping[str, Any], page: str) -> Claim:
    """Return the claim that a derivation's stored output carries.

    Parameters
    ----------
    payload : mapping
        What `helpers.shown.rendering.payload` makes of a derivation.
    page : str
        The page that shows it.

    Raises
    ------
    KeyError
        If the payload lacks one of the keys that every derivation writes.

    Examples
    --------
    >>> import sympy as sp
    >>> from helpers.derivation import Derivation
    >>> from helpers.shown.rendering import payload
    >>> u = sp.Symbol("u", positive=True)
    >>> bound = Derivation(sp.log(u), name="log-bound").at_most(u - 1)
    >>> claim_from_payload(payload(bound), page="definitions").status
    'proved'
    """
    steps = payload["steps"]
    witnesses = [witness["text"] for step in steps for witness in step["witnesses"]]
    errors = [step["max_error"] for step in steps if step["max_error"]]
    assumed = [hypothesis_text(hypothesis) for hypothesis in payload["hypotheses"]]
    return Claim(
        name=payload["name"],
        statement=statement(steps),
        status=payload["status"],
        page=page,
        title=payload["title"] or "",
        domain=tuple(condition["latex"] for condition in payload["domain"]),
        hypotheses=(*assumed, *(text for step in steps for text in step["hypotheses"])),
        witnesses=tuple(dict.fromkeys(witnesses)),
        points=sum(step["points"] for step in steps),
        largest_error=max(errors, key=_magnitude, default=""),
        rests_on=tuple(payload["rests_on"]),
        references=tuple(s["reference"] or "" for s in steps if s["status"] == "cited"),
        article=payload["article"],
        mathlib=payload["lean"],
    )


def hypothesis_text(hypothesis: Mapping[str, str | None]) -> str:
    """Return a hypothesis as MyST text: its sentence, or its formula between dollar signs."""
    return f"${hypothesis['latex']}$" if hypothesis["latex"] else str(hypothesis["text"])


def _magnitude(error: str) -> float:
    return float(error.removeprefix("< "))


def statement(steps: Sequence[Mapping[str, Any]]) -> str:
    r"""Return the LaTeX of what a chain of steps shows: its start against its conclusion.

    Equalities in between do not count; where the chain turns from one relation to another, the
    line at which it does stands in the statement.

    Examples
    --------
    >>> a = {"relation": "start", "relation_latex": "", "latex": "a"}
    >>> b = {"relation": "<=", "relation_latex": r"\le", "latex": "b"}
    >>> c = {"relation": "=", "relation_latex": "=", "latex": "c"}
    >>> print(statement([a, b, c]))
    a \le c
    >>> d = {"relation": "->", "relation_latex": r"\to", "latex": "d"}
    >>> print(statement([a, b, c, d]))
    a \le c \to d
    """
    start, *lines = steps
    if not lines:
        return str(start["latex"])
    telling = {line["relation"]: line["relation_latex"] for line in lines}
    others = [relation for relation in telling if relation not in ("=", ":=")]
    if len(others) > 1 and set(others) & {"<=", ">=", "->"}:
        parts = [str(start["latex"])]
        for line in lines:
            equal = line["relation"] in ("=", ":=")
            if len(parts) > 1 and (equal or parts[-2] == line["relation_latex"]):
                parts[-1] = line["latex"]
            elif not equal:
                parts += [line["relation_latex"], line["latex"]]
        return " ".join(parts)
    relation = telling[others[0]] if others else telling.get("=", ":=")
    return f"{start['latex']} {relation} {lines[-1]['latex']}"
