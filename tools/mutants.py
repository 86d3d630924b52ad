"""Break every step of every chapter's derivations: the checks must notice.

    python -m tools.mutants                      every step of every chapter
    python -m tools.mutants proof --sample 60    sixty broken steps of one chapter, by a fixed seed

The cells of the stored notebooks run here with a checker that believes everything, which is quick
and shows which steps the chapters take. Each step is then checked for real, and so is every broken
copy of it (:mod:`tools.mutation_operators`). A copy that the checker accepts has survived. Some
survivors are true statements. Where that follows from the unbroken step, by a proof, the copy
counts as equivalent: a bound that is weaker than the step's own, a value that is the same. The
others are listed in ``mutants_equivalent.toml``, each with the reason. Any other survivor ends the
run with a failure, and so does a reviewed entry that no longer matches anything.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fnmatch
import io
import multiprocessing
import random
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import sympy as sp

import helpers.derivation
import helpers.exercises
import helpers.explorer
import helpers.plotting
import helpers.refutation
from helpers.check.verdict import Verdict, Witness
from helpers.derivation import Derivation, DerivationError
from tools.execute import notebooks
from tools.mutation_operators import BOUND, MINMAX, OPERATORS, REVERSE, mutations

REVIEWED = Path(__file__).with_name("mutants_equivalent.toml")
STEPS = (
    "defined_as",
    "equals",
    "at_most",
    "at_least",
    "same_argmin",
    "same_argmax",
    "argmax_at",
    "argmin_at",
    "tends_to",
)
OPPOSITE = {
    "at_most": ("at_least", REVERSE),
    "at_least": ("at_most", REVERSE),
    "same_argmin": ("same_argmax", MINMAX),
    "same_argmax": ("same_argmin", MINMAX),
    "argmax_at": ("argmin_at", MINMAX),
    "argmin_at": ("argmax_at", MINMAX),
}
SECONDS = 30.0  # of processor time for one broken step; what takes longer is named as undecided

KILLED, SURVIVED, UNDECIDED, FOLLOWS = "killed", "survived", "undecided", "follows"


@dataclass(frozen=True)
class Link:
    """One step that a chapter takes: the derivation before it, and the call."""

    chapter: str
    claim: str
    number: int
    before: Derivation
    method: str
    expression: sp.Basic
    options: tuple[tuple[str, Any], ...]
    is_answer: bool = False  # to an exercise, where a wrong one may be given on purpose

    def check(self, method: str, expression: sp.Basic, options: dict[str, Any]) -> Derivation:
        return getattr(self.before, method)(expression, **options)

    @property
    def name(self) -> str:
        return f"{self.chapter} {self.claim} step {self.number}"


@dataclass(frozen=True)
class Mutant:
    """One broken step."""

    link: int
    operator: str
    method: str
    expression: sp.Basic
    options: tuple[tuple[str, Any], ...]

    @property
    def text(self) -> str:
        return f"{self.method} {self.expression}" + "".join(
            f" as {value[0]} -> {value[1]}" for key, value in self.options if key == "as_"
        )


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: its fate, how a survivor was accepted, and in how long."""

    fate: str
    how: str
    seconds: float


# Which steps the chapters take


class Recorder:
    """Makes `Derivation` believe every step and note it; undoes that afterwards."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.chapter = ""
        self._undo: list[tuple[Any, str, Any]] = []
        self._listening = True
        self._answering = False

    def __enter__(self) -> Recorder:
        for name in STEPS:
            self._put(Derivation, name, self._recording(name, getattr(Derivation, name)))
        for name in [n for n in vars(helpers.derivation) if n.startswith("check_")]:
            self._put(helpers.derivation, name, believe)
        self._put(helpers.explorer, "explore", draw_nothing)
        self._put(helpers.plotting, "show", draw_nothing)
        self._put(helpers.refutation, "refuted", self._not_a_step)
        self._put(helpers.exercises.Exercise, "check", self._as_answer())
        return self

    def __exit__(self, *_: object) -> None:
        for owner, name, value in reversed(self._undo):
            setattr(owner, name, value)

    def _put(self, owner: Any, name: str, value: Any) -> None:
        self._undo.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    def _recording(self, name: str, method: Callable) -> Callable:
        def step(derivation: Derivation, e: Any, **options: Any) -> Derivation:
            after = method(derivation, e, **options)
            made = sp.Tuple(*e) if isinstance(e, tuple | list) else sp.sympify(e)
            kept = tuple((k, v) for k, v in options.items() if k != "because")
            claim = derivation.name or f"(unnamed) {derivation.start}"
            number = len(derivation.steps) + 1
            if self._listening and in_a_cell(sys._getframe(1).f_code.co_filename):
                link = Link(
                    self.chapter, claim, number, derivation, name, made, kept, self._answering
                )
                self.links.append(link)
            return after

        return step

    def _as_answer(self) -> Callable:
        check = helpers.exercises.Exercise.check

        def answered(exercise: helpers.exercises.Exercise, answer: object) -> Any:
            self._answering = True
            try:
                return check(exercise, answer)
            finally:
                self._answering = False

        return answered

    def _not_a_step(self, build: Callable[[], Derivation]) -> Anything:
        """Stand in for `refuted`: what a chapter refutes on purpose is no step that it takes."""
        self._listening = False
        try:
            build()
        finally:
            self._listening = True
        return Anything()


class Anything:
    """Has every attribute, and each is itself."""

    def __getattr__(self, name: str) -> Anything:
        return self

    def __call__(self, *_: object, **__: object) -> Anything:
        return self


CELL = "cell of "


def in_a_cell(filename: str) -> bool:
    """Say whether code was called by a cell, not by a helper that tries things out."""
    return filename.startswith(CELL)


def believe(*_: object, **__: object) -> Verdict:
    return Verdict("proved", (Witness("symbolic", "believed"),))


def draw_nothing(*_: object, **__: object) -> None:
    """Stand in for what shows a figure: no figure is needed here."""


def collect(paths: Sequence[Path]) -> tuple[list[Link], list[str]]:
    """Run notebooks' cells; return the steps they take, and what went wrong in which cell.

    A cell that asserts how a step was checked, or shows how a false one is refuted, can fail here,
    where everything is believed; that is reported and no error: nbval runs them as they are.
    """
    notes = []
    with Recorder() as recorder, contextlib.redirect_stdout(io.StringIO()):
        for path in paths:
            recorder.chapter = path.stem
            space: dict[str, Any] = {"__name__": "__main__", "display": draw_nothing}
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.cell_type != "code":
                    continue
                try:
                    # A chapter's names are looked up in the table that lies beside it.
                    with contextlib.chdir(path.parent):
                        exec(compile(cell.source, f"{CELL}{path.name}", "exec"), space)
                except Exception as error:
                    notes.append(f"{path.stem}, cell {cell.id}: {type(error).__name__}: {error}")
    return once(recorder.links), notes


def once(links: Iterable[Link]) -> list[Link]:
    """Drop steps taken again in the same words."""
    seen, kept = set(), []
    for link in links:
        # Laws print by their names, which two of them may share: what they are made of tells.
        sides = (link.before.conclusion, link.before.start, link.expression)
        key = (*map(sp.srepr, sides), link.method, repr(link.options))
        if key not in seen:
            seen.add(key)
            kept.append(link)
    return kept


# Breaking them


def mutants_of(index: int, link: Link) -> Iterator[Mutant]:
    """Yield every broken copy of a step."""
    known = link.before.conclusion.free_symbols
    known = {s for s in known if isinstance(s, sp.Symbol)}
    for operator, broken in mutations(link.expression, known):
        yield Mutant(index, operator, link.method, broken, link.options)
    if link.method in OPPOSITE:
        method, operator = OPPOSITE[link.method]
        yield Mutant(index, operator, method, link.expression, link.options)
    options = dict(link.options)
    if link.method == "tends_to":
        variable, point = options["as_"]
        elsewhere = 1 if sp.sympify(point).is_infinite else sp.sympify(point) + 1
        moved = tuple((options | {"as_": (variable, elsewhere)}).items())
        yield Mutant(index, BOUND, link.method, link.expression, moved)


class OutOfTime(BaseException):
    """Not an Exception: what catches those must not catch this."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the body after so many seconds of processor time.

    A second thread raises it: Windows has no timer that counts processor time.
    """
    body = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    end, done = time.process_time() + seconds, threading.Event()

    def watch() -> None:
        while not done.wait(min(seconds, 0.1)):
            if time.process_time() > end:
                raise_in(body, ctypes.py_object(OutOfTime))
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        raise_in(body, None)  # what was raised in the last moment is for nobody else


def judge(link: Link, method: str, expression: sp.Basic, options: dict[str, Any]) -> Outcome:
    """Check one step and say what became of it."""
    argument = tuple(expression) if isinstance(expression, sp.Tuple) else expression
    begun = time.perf_counter()
    try:
        with limited(SECONDS):
            after = link.check(method, argument, options)
        last = after.steps[-1]
        fate, how = SURVIVED, f"{last.status}: " + "; ".join(w.text for w in last.witnesses)
    except DerivationError as error:
        fate, how = KILLED, "refuted" if error.counterexample is not None else "not checkable"
    except (ValueError, TypeError) as error:
        fate, how = KILLED, f"refused: {error}"
    except OutOfTime:
        fate, how = UNDECIDED, f"not decided in {SECONDS:.0f} s"
    return Outcome(fate, how, time.perf_counter() - begun)


_links: list[Link] = []  # the steps that judge_link and judge_mutant know by their numbers


def take(links: list[Link]) -> None:
    """Let the numbers mean these steps, here or in a worker."""
    _links[:] = links


def judge_link(index: int) -> Outcome:
    link = _links[index]
    return judge(link, link.method, link.expression, dict(link.options))


def judge_mutant(mutant: Mutant) -> Outcome:
    link = _links[mutant.link]
    outcome = judge(link, mutant.method, mutant.expression, dict(mutant.options))
    if outcome.fate != KILLED and (reason := follows(link, mutant)):
        return Outcome(FOLLOWS, reason, outcome.seconds)
    return outcome


def follows(link: Link, mutant: Mutant) -> str:
    """Why a broken copy is true if the step itself is, shown by proof; else an empty string."""
    if mutant.method != link.method or mutant.options != link.options:
        return ""
    relation, reason = {
        "at_most": ("at_most", "The bound is weaker than the step's own."),
        "at_least": ("at_least", "The bound is weaker than the step's own."),
        "equals": ("equals", "The value is the same."),
        "defined_as": ("equals", "The value is the same."),
        "same_argmin": ("same_argmin", "The objective has the optimum of the step's own."),
        "same_argmax": ("same_argmax", "The objective has the optimum of the step's own."),
    }.get(link.method, ("", ""))
    if not relation or isinstance(link.expression, sp.Tuple):
        return ""
    own = link.before.restarted(link.expression)
    outcome = judge(replace(link, before=own), relation, mutant.expression, {})
    return reason if outcome.how.startswith(("proved", "exact")) else ""


def in_parallel(work: Callable, items: Sequence, processes: int) -> Iterator:
    if processes == 1:
        yield from map(work, items)
        return
    # Forked workers start with SymPy imported; Windows starts each anew.
    forks = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if forks else "spawn")
    with context.Pool(processes, initializer=take, initargs=(_links,)) as pool:
        yield from pool.imap(work, items, chunksize=4)


# What was reviewed


@dataclass(frozen=True)
class Review:
    """An entry of the reviewed file: which survivors it covers, and why they are no fault.

    Each pattern may hold ``*``; ``[`` and ``]`` stand for themselves. ``how`` is what the checker
    said when it accepted the broken step.
    """

    reason: str
    claim: str = "*"
    step: int | None = None
    operator: str = "*"
    mutant: str = "*"
    how: str = "*"

    def covers(self, link: Link, mutant: Mutant, outcome: Outcome) -> bool:
        patterns = (
            (self.claim, link.claim),
            (self.operator, mutant.operator),
            (self.mutant, mutant.text),
            (self.how, outcome.how),
        )
        return (self.step is None or self.step == link.number) and all(
            fnmatch.fnmatchcase(text, pattern.replace("[", "[[]")) for pattern, text in patterns
        )


def read_reviews(path: Path = REVIEWED) -> list[Review]:
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    reviews = [Review(**entry) for entry in entries]
    for review in reviews:
        if not review.reason.strip():
            raise ValueError(f"{path.name}: an entry for {review.claim!r} gives no reason")
    return reviews


# The report


@dataclass(frozen=True)
class Report:
    """What a run found."""

    links: list[Link]
    mutants: list[Mutant]
    outcomes: list[Outcome]
    broken_baselines: list[str]
    reviews: list[Review]
    complete: bool

    def survivors(self) -> list[tuple[Mutant, Outcome, Review | None]]:
        found = []
        for mutant, outcome in zip(self.mutants, self.outcomes, strict=True):
            if outcome.fate not in (KILLED, FOLLOWS):
                link = self.links[mutant.link]
                review = next((r for r in self.reviews if r.covers(link, mutant, outcome)), None)
                found.append((mutant, outcome, review))
        return found

    def unexpected(self) -> list[tuple[Mutant, Outcome]]:
        return [(m, o) for m, o, review in self.survivors() if review is None]

    def stale(self) -> list[Review]:
        """Return the reviewed entries that cover nothing; known only when everything was run."""
        used = [review for _, _, review in self.survivors()]
        return [review for review in self.reviews if review not in used] if self.complete else []

    def slowest(self, count: int) -> list[tuple[Mutant, Outcome]]:
        pairs = zip(self.mutants, self.outcomes, strict=True)
        return sorted(pairs, key=lambda pair: -pair[1].seconds)[:count]

    @property
    def sound(self) -> bool:
        return not (self.unexpected() or self.stale() or self.broken_baselines)

    def text(self) -> str:
        counts = Counter(
            (mutant.operator, outcome.fate)
            for mutant, outcome in zip(self.mutants, self.outcomes, strict=True)
        )
        reviewed = Counter(m.operator for m, _, review in self.survivors() if review is not None)
        lines = [f"{len(self.links)} steps, {len(self.mutants)} broken copies", ""]
        head = ("operator", "mutants", "killed", "equivalent", "survivors")
        lines.append("{:32}{:>9}{:>9}{:>12}{:>11}".format(*head))
        rows = []
        for operator in OPERATORS:
            killed = counts[operator, KILLED]
            left = counts[operator, SURVIVED] + counts[operator, UNDECIDED]
            same = counts[operator, FOLLOWS] + reviewed[operator]
            left -= reviewed[operator]
            rows.append((killed + same + left, killed, same, left))
            lines.append("{:32}{:>9}{:>9}{:>12}{:>11}".format(operator, *rows[-1]))
        totals = [sum(column) for column in zip(*rows, strict=True)]
        lines.append("{:32}{:>9}{:>9}{:>12}{:>11}".format("all", *totals))
        pairs = zip(self.mutants, self.outcomes, strict=True)
        proved = [(m, outcome.how) for m, outcome in pairs if outcome.fate == FOLLOWS]
        kept = [(m, review.reason) for m, _, review in self.survivors() if review is not None]
        for title, equivalent in (
            ("Equivalent, by a proof from the step itself:", proved),
            ("Equivalent, as reviewed in tools/mutants_equivalent.toml:", kept),
        ):
            lines += ["", title] if equivalent else []
            for mutant, reason in equivalent:
                lines.append(f"  {self.links[mutant.link].name}, {mutant.operator}: {mutant.text}")
                lines.append(f"      {reason}")
        if self.unexpected():
            lines += ["", "Survivors, not reviewed:"]
            for mutant, outcome in self.unexpected():
                lines.append(f"  {self.links[mutant.link].name}, {mutant.operator}: {mutant.text}")
                lines.append(f"      {outcome.fate} ({outcome.how})")
        if self.broken_baselines:
            lines += ["", "Steps that do not hold as they stand:"]
            lines += [f"  {line}" for line in self.broken_baselines]
        if self.stale():
            lines += ["", "Reviewed entries that cover nothing any more:"]
            lines += [f"  {review}" for review in self.stale()]
        return "\n".join(lines)


def run(
    links: list[Link],
    *,
    sample: int | None = None,
    seed: int = 1,
    processes: int = 2,
    baselines: bool = True,
    log: Callable[[str], None] = lambda line: None,
) -> Report:
    """Check every step and its broken copies, or a seeded sample of the copies.

    Without ``baselines`` the steps themselves are taken as true: nbval checks them as well. An
    answer to an exercise that is wrong, as it may be on purpose, is left out.
    """
    take(links)
    answers = [index for index, link in enumerate(links) if link.is_answer]
    wrong = {
        index
        for index, outcome in zip(answers, in_parallel(judge_link, answers, processes), strict=True)
        if outcome.fate == KILLED
    }
    links = [link for index, link in enumerate(links) if index not in wrong]
    chosen = [mutant for index, link in enumerate(links) for mutant in mutants_of(index, link)]
    complete = sample is None or sample >= len(chosen)
    if sample is not None and not complete:
        chosen = random.Random(seed).sample(chosen, sample)
    take(links)
    used = sorted({mutant.link for mutant in chosen}) if baselines else []
    untrue = [
        f"{links[index].name}: {outcome.how}"
        for index, outcome in zip(used, in_parallel(judge_link, used, processes), strict=True)
        if outcome.fate != SURVIVED
    ]
    outcomes = []
    for mutant, outcome in zip(chosen, in_parallel(judge_mutant, chosen, processes), strict=True):
        outcomes.append(outcome)
        if outcome.fate != KILLED:
            log(f"{links[mutant.link].name}, {mutant.operator}: {mutant.text}  [{outcome.how}]")
        if len(outcomes) % 100 == 0:
            log(f"{len(outcomes)} of {len(chosen)}")
    return Report(links, chosen, outcomes, untrue, read_reviews(), complete)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="chapters; all of them by default")
    parser.add_argument("--sample", type=int, help="how many broken copies to try; all by default")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--trust-steps", action="store_true", help="do not check them unbroken")
    parser.add_argument("--slowest", type=int, default=0, help="name that many of the slowest")
    options = parser.parse_args(arguments)
    begun = time.perf_counter()
    links, notes = collect(notebooks(options.names) if options.names else notebooks())
    for note in notes:
        print(f"(while everything was believed, {note})")
    report = run(
        links,
        sample=options.sample,
        seed=options.seed,
        processes=options.processes,
        baselines=not options.trust_steps,
        log=lambda line: print(line, file=sys.stderr, flush=True),
    )
    if options.names:
        report = Report(**(vars(report) | {"complete": False}))
    print(report.text())
    for mutant, outcome in report.slowest(options.slowest):
        print(f"{outcome.seconds:6.1f} s  {links[mutant.link].name}: {mutant.text}")
    print(f"\n{time.perf_counter() - begun:.0f} s")
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
