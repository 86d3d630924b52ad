"""Sweep the univariate families of SciPy: right, warned, refused or wrong; write the table.

Entropies and divergences are held against a quadrature of another kind (Gauss-Legendre in the
scale of SciPy's own quantiles, at two resolutions, or a plain sum), fits against SciPy's own fit
and the parameters that the sample was drawn with. A value is wrong if it lies outside its stated
error, and the reference is sure; a fit is, if its log-likelihood lies below. A task has a few
seconds of processor time, the reference included, and is then stopped and counted.

    python -m tools.sweep [FAMILY ...]
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats
from scipy.stats._distr_params import distcont, distdiscrete

from helpers.divergence import AccuracyWarning, entropy, kl_divergence
from helpers.likelihood import fit_mle

RESULTS = Path(__file__).resolve().parent.parent / "benchmarks" / "results" / "sweep.md"
VERDICTS = ("right", "warned", "refused", "unsure", "timeout", "wrong")
TASKS = ("entropy", "divergence", "fit")
# Processor seconds for one task, and how many times as long it may wait for a processor.
LIMIT, PATIENCE = 10.0, 60.0
OUT_OF_TIME = 75  # the exit code of a process that a task has cost its time


def stated(function: Callable[[], float]) -> tuple[float, float, bool]:
    """Return a value, the error that it comes with, and whether it was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = float(function())
    doubts = [each.message.error for each in caught if isinstance(each.message, AccuracyWarning)]
    promised = 1e-9 * abs(value) if math.isfinite(value) else 0.0
    return value, max([promised, *doubts]), bool(doubts)


def quantiles(law: Any, t: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Return the quantiles that have ``small`` below them where t < 0, and above elsewhere."""
    if type(law.dist)._ppf is not stats.rv_continuous._ppf:
        return np.where(t < 0, law.ppf(small), law.isf(small))
    # SciPy would search for one root after another: halve all intervals together.
    (a, b), away = law.support(), np.full(t.shape, 700.0)
    low, high = -away, away

    def place(y: np.ndarray) -> np.ndarray:
        if math.isfinite(a) and math.isfinite(b):
            return a + (b - a) / (1.0 + np.exp(-y))
        if math.isfinite(a):
            return a + np.exp(y)
        return b - np.exp(-y) if math.isfinite(b) else np.sinh(y)

    for _ in range(60):
        middle = 0.5 * (low + high)
        x = place(middle)
        short = np.where(t < 0, law.cdf(x) < small, law.sf(x) > small)
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return place(0.5 * (low + high))


def over_quantiles(function: Callable[[np.ndarray], np.ndarray], law: Any) -> tuple[float, float]:
    """Return the mean of a function under a law, and how far two resolutions are apart."""
    found = []
    # An odd number has its edges elsewhere: the two differ where a bend falls on an edge of one.
    for panels in (60, 91):
        nodes, weights = np.polynomial.legendre.leggauss(20)
        edges = np.linspace(-45.0, 45.0, panels + 1)
        half = 0.5 * (edges[1] - edges[0])
        t = ((edges[:-1] + edges[1:]) / 2)[:, None] + half * nodes
        t = t.ravel()
        weight = np.tile(weights * half, panels)
        with np.errstate(all="ignore"):
            u = 1.0 / (1.0 + np.exp(-np.abs(t)))
            small = 1.0 / (1.0 + np.exp(np.abs(t)))
            x = quantiles(law, t, small)
            height = function(x) * u * small
        lost = ~np.isfinite(height) & (u * small > 0.0)
        found.append(float(weight @ np.where(lost, 0.0, np.nan_to_num(height))))
    # Nearer to an end than its digits reach, SciPy's density is not known, nor what it adds.
    doubt = math.inf if lost.any() else 0.0
    # So is what lies beyond the outermost nodes, and what quantiles say that the cdf does not.
    doubt += float(np.nan_to_num(np.abs(height[[0, -1]])).sum())
    with np.errstate(all="ignore"):
        back = np.where(t < 0, law.cdf(x), law.sf(x))
        off = np.minimum(np.abs(back / small - 1.0), 1.0)
        doubt += float(weight @ np.nan_to_num(off * np.abs(height)))
    return found[1], abs(found[1] - found[0]) + doubt


def reference(p: Any, q: Any | None) -> tuple[float, float]:
    """Return entropy of p, or its divergence from q, by the other way, and its own doubt."""
    if isinstance(p.dist, stats.rv_continuous):
        if q is None:
            return over_quantiles(lambda x: -p.logpdf(x), p)
        return over_quantiles(lambda x: p.logpdf(x) - q.logpdf(x), p)
    low, high = p.support()
    low, high = max(low, -20_000), min(high, 20_000)
    k = np.arange(low, high + 1)
    with np.errstate(all="ignore"):
        logs = p.logpmf(k)
        other = logs - q.logpmf(k) if q is not None else -logs
        terms = np.where(np.isneginf(logs), 0.0, np.exp(logs) * other)
    return math.fsum(terms), 50.0 * abs(1.0 - math.fsum(np.exp(logs))) + abs(terms[-1]) * 1e4


@dataclass(frozen=True)
class Task:
    """One value to judge: what, and of which law, or of which two."""

    what: str
    family: str
    args: tuple[float, ...]
    other: tuple[float, ...] | None = None
    seed: int = 0

    def __str__(self) -> str:
        shown = ", ".join(f"{x:.5g}" for x in np.ravel(self.args).tolist())
        against = ", ".join(f"{x:.5g}" for x in self.other or ())
        return f"{self.family}({shown})" + (f" from ({against})" if self.other else "")


@dataclass(frozen=True)
class Finding:
    """A verdict, what is worth saying of it, and the seconds that the value took by itself."""

    verdict: str
    remark: str
    seconds: float


def judge(task: Task) -> Finding:
    """Return a verdict on one task."""
    family = getattr(stats, task.family)
    start = time.process_time()
    if task.what == "fit":
        return judge_fit(family, task.args, task.seed)
    p = family(*task.args)
    q = None if task.other is None else family(*task.other)
    try:
        value, error, warned = stated(lambda: entropy(p) if q is None else kl_divergence(p, q))
    except (ValueError, TypeError) as refusal:
        return Finding("refused", str(refusal)[:60], time.process_time() - start)
    seconds = time.process_time() - start
    expected, doubt = reference(p, q)
    passed = "warned" if warned else "right"
    if math.isinf(value):
        # The other way cannot see an infinity: that it is said to be shown must do.
        return Finding(passed, "infinite", seconds)
    distance, size = abs(value - expected), 1.0 + abs(expected)
    told = f"{value:.10g} against {expected:.10g}, said {error:.1g}, doubt {doubt:.1g}"
    if distance <= error + 1e-8 * size or distance <= 20.0 * doubt <= 1e-3 * size:
        return Finding(passed, f"stated error {error:.1g}" if warned else "", seconds)
    # Where the other way is that much in doubt, it cannot say which of them is wrong.
    return Finding("unsure" if distance <= error + 20.0 * doubt else "wrong", told, seconds)


def judge_fit(family: Any, args: tuple[float, ...], seed: int) -> Finding:
    """Return a verdict on a fit of 150 draws."""
    data = family(*args).rvs(size=150, random_state=np.random.default_rng(seed))
    whole = [info.name for info in family._shape_info() if info.integrality]
    names = [info.name for info in family._shape_info()]
    fixed = {name: args[names.index(name)] for name in whole if family.name != "nbinom"}
    start = time.process_time()
    try:
        fit = fit_mle(family, data, fixed=fixed)
    except ValueError as refusal:
        return Finding("refused", str(refusal)[:60], time.process_time() - start)
    seconds = time.process_time() - start
    log = family.logpdf if isinstance(family, stats.rv_continuous) else family.logpmf
    rivals = {"the truth": log(data, *args).sum()}
    held = set(fit.params) - set(fit.standard_errors)
    if isinstance(family, stats.rv_continuous):
        keywords = {
            "f" + (name if name in ("loc", "scale") else str(names.index(name))): fit.params[name]
            for name in held
        }
        # Where SciPy has no fit there is none to compare with.
        none = (ValueError, RuntimeError, stats.FitError)
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            contextlib.suppress(*none),
        ):
            warnings.simplefilter("ignore")
            rivals["SciPy"] = log(data, *family.fit(data, **keywords)).sum()
    for whose, value in rivals.items():
        if math.isfinite(value) and fit.log_likelihood < value - 1e-6 * (1.0 + abs(value)):
            told = f"{fit.log_likelihood:.8g} below {whose}'s {value:.8g}"
            return Finding("wrong", told, seconds)
    return Finding("right", "", seconds)


# --- one process for the tasks, another that bounds their time -------------------------------


def work(tasks: Connection) -> None:
    """Judge what comes in; the process ends itself when a task has had its time."""
    warnings.simplefilter("ignore")
    while True:
        task = tasks.recv()
        judged = threading.Event()
        threading.Thread(target=bound, args=(judged,), daemon=True).start()
        finding = judge(task)
        judged.set()
        tasks.send(finding)


def bound(judged: threading.Event) -> None:
    """End this process once it has used its seconds, unless the task is judged before."""
    end = time.process_time() + LIMIT
    while (left := end - time.process_time()) > 0:
        if judged.wait(max(left, 0.01)):
            return
    os._exit(OUT_OF_TIME)


class Worker:
    """A process that judges one task after another, and is replaced when one stops it."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._tasks, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def judge(self, task: Task) -> Finding:
        """Return the verdict, or how the task ended without one."""
        self._tasks.send(task)
        try:
            if self._tasks.poll(PATIENCE * LIMIT):
                return self._tasks.recv()
            self._process.kill()
        except EOFError:
            pass  # the process has ended: its exit code says why
        self._process.join()
        code = self._process.exitcode
        self._start()
        if code == OUT_OF_TIME:
            return Finding("timeout", f"stopped after {LIMIT:.0f} s", LIMIT)
        return Finding("wrong", f"the process ended with {code}", 0.0)

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


def extreme(
    family: Any, args: tuple[float, ...], width: float, rng: np.random.Generator
) -> tuple[float, ...] | None:
    """Return other shapes, each moved by a random factor of up to ten to the ``width``."""
    moved = tuple(float(a) * 10.0 ** rng.uniform(-width, width) for a in args)
    with np.errstate(all="ignore"):
        return moved if np.all(family._argcheck(*moved)) else None


def tasks_of(name: str, args: tuple[float, ...], rng: np.random.Generator) -> list[Task]:
    """Return what is asked of a family: of the usual shapes, of near and of far ones."""
    tasks = [Task("entropy", name, args)]
    family = getattr(stats, name)
    if isinstance(family, stats.rv_continuous) and args:
        for width in (1.0, 3.0):
            moved = extreme(family, args, width, rng)
            if moved is not None:
                tasks += [
                    Task("entropy", name, moved),
                    Task("divergence", name, args, moved),
                    Task("divergence", name, moved, args),
                ]
    if name != "poisson_binom":
        tasks += [Task("fit", name, args, seed=seed) for seed in (1, 2)]
    return tasks


def sweep(chosen: set[str]) -> Counter[str]:
    """Judge every family; return how often each verdict was given."""
    counts: dict[str, Counter[str]] = {task: Counter() for task in TASKS}
    seconds = dict.fromkeys(counts, 0.0)
    notes = []
    rng = np.random.default_rng(18)
    families = [(n, a) for n, a in [*distcont, *distdiscrete] if isinstance(n, str)]
    worker = Worker()
    for name, args in sorted(families, key=str):
        tasks = tasks_of(name, args, rng)
        if chosen and name not in chosen:
            continue
        for task in tasks:
            finding = worker.judge(task)
            counts[task.what][finding.verdict] += 1
            seconds[task.what] += finding.seconds
            if finding.verdict not in ("right", "refused") or finding.seconds > 10.0:
                notes.append(
                    f"| {task.what} | {task} | {finding.verdict} | {finding.remark} | "
                    f"{finding.seconds:.1f} |"
                )
                print(notes[-1], flush=True)
        print(name, {task: dict(count) for task, count in counts.items()}, flush=True)
        if not chosen:
            write(counts, seconds, notes, name)
    worker.stop()
    return sum(counts.values(), Counter())


def write(
    counts: dict[str, Counter], seconds: dict[str, float], notes: list[str], last: str
) -> None:
    """Write the table of what has been judged so far."""
    lines = [
        "| task | " + " | ".join(VERDICTS) + " | seconds |",
        "|---" * (len(VERDICTS) + 2) + "|",
    ]
    for task, count in counts.items():
        numbers = " | ".join(str(count[verdict]) for verdict in VERDICTS)
        lines.append(f"| {task} | {numbers} | {seconds[task]:.0f} |")
    text = "\n".join([
        "Entropies and divergences of SciPy's univariate families against a quadrature in the "
        "scale of the quantiles (infinities are not seen by it), fits against SciPy's own and the "
        f"truth; in order of their names, up to {last}. Unsure is a value outside its stated error "
        "where the other way is in doubt by as much. Seconds are processor time without the "
        f"reference; a task is stopped after {LIMIT:.0f} s, the reference included. Repeat with "
        "`make sweep`.",
        "",
        *lines,
        "",
        "| task | family | verdict | remark | seconds |",
        "|---|---|---|---|---|",
        *notes,
        "",
    ])  # fmt: skip
    RESULTS.write_text(text, encoding="utf-8")


def main() -> int:
    """Sweep the families named, or all (which writes the table); fail if anything is wrong."""
    return 1 if sweep(set(sys.argv[1:]))["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
