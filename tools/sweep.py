"""Sweep the univariate families of SciPy: right, warned, refused or wrong; write the table.

Entropies and divergences are held against a quadrature of another kind (Gauss-Legendre in the
scale of SciPy's own quantiles, at two resolutions, or a plain sum), fits against SciPy's own fit
and the parameters that the sample was drawn with. A value is wrong if it lies outside its stated
error by more than the reference is unsure of; a fit is, if its log-likelihood lies below.

    python -m tools.sweep [FAMILY ...]
"""

from __future__ import annotations

import contextlib
import math
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats
from scipy.stats._distr_params import distcont, distdiscrete

from helpers.divergence import AccuracyWarning, entropy, kl_divergence
from helpers.likelihood import fit_mle

RESULTS = Path(__file__).resolve().parent.parent / "benchmarks" / "results" / "sweep.md"
# A density of theirs takes milliseconds a point.
SLOW = {"levy_stable", "studentized_range", "kstwo", "ksone", "gausshyper", "genhyperbolic"}
VERDICTS = ("right", "warned", "refused", "wrong")


def stated(function: Callable[[], float]) -> tuple[float, float, bool]:
    """Return a value, the error that it comes with, and whether it was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = float(function())
    doubts = [each.message.error for each in caught if isinstance(each.message, AccuracyWarning)]
    promised = 1e-9 * abs(value) if math.isfinite(value) else 0.0
    return value, max([promised, *doubts]), bool(doubts)


def over_quantiles(function: Callable[[np.ndarray], np.ndarray], law: Any) -> tuple[float, float]:
    """Return the mean of a function under a law, and how far two resolutions are apart."""
    found = []
    for panels in (60, 90):
        nodes, weights = np.polynomial.legendre.leggauss(20)
        edges = np.linspace(-45.0, 45.0, panels + 1)
        half = 0.5 * (edges[1] - edges[0])
        t = ((edges[:-1] + edges[1:]) / 2)[:, None] + half * nodes
        t = t.ravel()
        weight = np.tile(weights * half, panels)
        with np.errstate(all="ignore"):
            u = 1.0 / (1.0 + np.exp(-np.abs(t)))
            small = 1.0 / (1.0 + np.exp(np.abs(t)))
            x = np.where(t < 0, law.ppf(small), law.isf(small))
            height = function(x) * u * small
        lost = ~np.isfinite(height) & (u * small > 0.0)
        found.append(float(weight @ np.where(lost, 0.0, np.nan_to_num(height))))
    # Nearer to an end than its digits reach, SciPy's density is not known: that mass is in doubt,
    # with a logarithm of up to a hundred.
    doubt = 100.0 * float(weight @ np.where(lost, u * small, 0.0))
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


def judge(p: Any, q: Any | None) -> tuple[str, str]:
    """Return a verdict on one value, and what is worth saying of it."""
    try:
        value, error, warned = stated(lambda: entropy(p) if q is None else kl_divergence(p, q))
    except (ValueError, TypeError) as refusal:
        return "refused", str(refusal)[:60]
    expected, doubt = reference(p, q)
    if math.isinf(value):
        # The other way cannot see an infinity: that it is said to be shown must do.
        return ("warned" if warned else "right"), "infinite"
    if abs(value - expected) <= error + 20.0 * doubt + 1e-8 * (1.0 + abs(expected)):
        return ("warned" if warned else "right"), ""
    return "wrong", f"{value:.10g} against {expected:.10g}, said {error:.1g}, doubt {doubt:.1g}"


def judge_fit(family: Any, args: tuple[float, ...], seed: int) -> tuple[str, str]:
    """Return a verdict on a fit of 150 draws."""
    data = family(*args).rvs(size=150, random_state=np.random.default_rng(seed))
    whole = [info.name for info in family._shape_info() if info.integrality]
    names = [info.name for info in family._shape_info()]
    fixed = {name: args[names.index(name)] for name in whole if family.name != "nbinom"}
    try:
        fit = fit_mle(family, data, fixed=fixed)
    except ValueError as refusal:
        return "refused", str(refusal)[:60]
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
            return "wrong", f"{fit.log_likelihood:.6g} below {whose}'s {value:.6g}"
    return "right", ""


def extreme(args: tuple[float, ...], rng: np.random.Generator) -> tuple[float, ...]:
    """Return other shapes, each moved by a random factor between a tenth and ten."""
    return tuple(float(a) * 10.0 ** rng.uniform(-1.0, 1.0) for a in args)


def sweep(chosen: set[str]) -> tuple[dict[str, Counter], dict[str, float], list[str]]:
    """Judge every family; return counts and seconds by task, and what is worth a line."""
    counts: dict[str, Counter[str]] = {task: Counter() for task in ("entropy", "divergence", "fit")}
    seconds = dict.fromkeys(counts, 0.0)
    notes = []
    rng = np.random.default_rng(18)
    families = [(n, a) for n, a in [*distcont, *distdiscrete] if isinstance(n, str)]
    for name, args in sorted(families, key=str):
        if name in SLOW or (chosen and name not in chosen):
            continue
        family = getattr(stats, name)
        continuous = isinstance(family, stats.rv_continuous)
        p = family(*args)
        others = []
        moved = extreme(args, rng) if continuous and args else args
        with np.errstate(all="ignore"):
            if np.all(family._argcheck(*moved)):
                others.append(family(*moved))
        tasks = [("entropy", partial(judge, law, None)) for law in (p, *others)]
        tasks += [("divergence", partial(judge, p, q)) for q in others]
        if name != "poisson_binom":
            tasks.append(("fit", partial(judge_fit, family, args, 1)))
        for task, function in tasks:
            start = time.perf_counter()
            verdict, remark = function()
            taken = time.perf_counter() - start
            counts[task][verdict] += 1
            seconds[task] += taken
            if verdict in ("wrong", "warned") or taken > 20.0:
                notes.append(f"| {task} | {name}{args} | {verdict} | {remark} | {taken:.1f} |")
        print(name, {task: dict(count) for task, count in counts.items()}, notes[-2:], flush=True)
        write(counts, seconds, notes, name)
    return counts, seconds, notes


def write(
    counts: dict[str, Counter], seconds: dict[str, float], notes: list[str], last: str
) -> None:
    """Write the table of what has been judged so far."""
    lines = ["| task | " + " | ".join(VERDICTS) + " | seconds |", "|---" * 6 + "|"]
    for task, count in counts.items():
        numbers = " | ".join(str(count[verdict]) for verdict in VERDICTS)
        lines.append(f"| {task} | {numbers} | {seconds[task]:.0f} |")
    text = "\n".join([
        "Entropies and divergences of SciPy's univariate families against a quadrature in the "
        "scale of the quantiles (infinities are not seen by it), fits against SciPy's own and the "
        f"truth; in order of their names, up to {last}; left out, for a density that takes "
        f"milliseconds: {', '.join(sorted(SLOW))}. Repeat with `make sweep`.",
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
    """Sweep the families named, or all; fail if anything is wrong."""
    counts, _, _ = sweep(set(sys.argv[1:]))
    print(RESULTS.read_text(encoding="utf-8"))
    return 1 if any(count["wrong"] for count in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
