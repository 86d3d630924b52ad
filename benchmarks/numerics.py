"""Time the numerics against SciPy and PyTorch; print the table and write it for the documentation.

    pip install -r benchmarks/requirements.txt
    python benchmarks/numerics.py [--quick]

Every row is timed in one process: the best of several repetitions, peers in turn. SciPy computes
on one thread, and so does PyTorch here; where ours shares a large array between two, all columns
but one compare what it takes on one. PyTorch is left out where it is not installed; the table
then says so.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import integrate, special, stats
from scipy.spatial import distance

from helpers.divergence import entropy, js_divergence, kl_divergence
from helpers.likelihood import fit_mle
from helpers.numeric import arrays

try:
    import torch
    from torch import distributions as torch_distributions
except ImportError:
    torch = None

RESULTS = Path(__file__).parent / "results" / "numerics.md"


def best_time(function: Callable[[], object], budget: float) -> float:
    """Return the best time of one call, from as many as the budget of seconds allows."""
    function()
    best, spent, calls = float("inf"), 0.0, 0
    while spent < budget or calls < 3:
        start = time.perf_counter()
        function()
        passed = time.perf_counter() - start
        best, spent, calls = min(best, passed), spent + passed, calls + 1
    return best


def processor_time(function: Callable[[], object], budget: float) -> float:
    """Return the least processor time of one call, each measured over many at a time.

    Other processes wait for none of it, and a batch outlasts the steps of the clock.
    """
    function()
    start = time.perf_counter()
    function()
    many = max(1, int(0.03 / (time.perf_counter() - start)))
    found: list[float] = []
    spent = 0.0
    while spent < budget or len(found) < 3:
        start = time.process_time()
        for _ in range(many):
            function()
        passed = time.process_time() - start
        found.append(passed / many)
        spent += passed
    return min(found)


def processor() -> str:
    """Return the processor's name, and whether it has the wide vectors that NumPy's logs use."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    lines = [line.split(":", 1) for line in told.splitlines() if ":" in line]
    facts = {name.strip(): value.strip() for name, value in reversed(lines)}
    wide = "with" if "avx512f" in facts.get("flags", "").split() else "without"
    return f"{facts.get('model name', platform.machine())} {wide} AVX-512"


def threads() -> int:
    """Return how many threads share a large array here."""
    return min(arrays.THREADS, arrays.processors())


def alone_time(function: Callable[[], object], budget: float) -> float:
    """Return the best time of one call on one thread."""
    shared, arrays.THREADS = arrays.THREADS, 1
    try:
        return best_time(function, budget)
    finally:
        arrays.THREADS = shared


def peak_memory(function: Callable[[], object]) -> int:
    """Return the bytes that NumPy and Python took at most during one call."""
    function()
    tracemalloc.start()
    function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def torch_array_peers(p: np.ndarray, q: np.ndarray) -> dict[str, Callable[[], object]]:
    """Return PyTorch's way to each quantity: a Categorical of given probabilities."""
    if torch is None:
        return {}
    one, two = torch.from_numpy(p), torch.from_numpy(q)
    categorical = torch_distributions.Categorical
    return {
        "KL": lambda: torch_distributions.kl_divergence(categorical(one), categorical(two)),
        "entropy": lambda: categorical(one).entropy(),
    }


def array_rows(shapes: list[tuple[int, ...]], budget: float) -> list[list[str]]:
    """Time entropy and divergences of arrays."""
    rng = np.random.default_rng(20)
    rows = []
    for shape in shapes:
        p, q = rng.random(shape), rng.random(shape)
        p /= p.sum(axis=-1, keepdims=True)
        q /= q.sum(axis=-1, keepdims=True)
        m = 0.5 * (p + q)
        theirs = torch_array_peers(p, q)
        limit = best_time(lambda p=p, q=q: np.log(p / q), budget)
        cases = [
            (
                "KL",
                lambda p=p, q=q: kl_divergence(p, q),
                lambda p=p, q=q: stats.entropy(p, q, axis=-1),
                lambda p=p, q=q: special.rel_entr(p, q).sum(axis=-1),
            ),
            (
                "JSD",
                lambda p=p, q=q: js_divergence(p, q),
                lambda p=p, q=q: distance.jensenshannon(p, q, axis=-1) ** 2,
                lambda p=p, q=q, m=m: (
                    0.5 * (special.rel_entr(p, m) + special.rel_entr(q, m)).sum(axis=-1)
                ),
            ),
            (
                "entropy",
                lambda p=p: entropy(p),
                lambda p=p: stats.entropy(p, axis=-1),
                lambda p=p: special.entr(p).sum(axis=-1),
            ),
        ]
        for name, ours, high, low in cases:
            np.testing.assert_allclose(ours(), low(), rtol=1e-9)
            times = [best_time(each, budget) for each in (ours, high, low)]
            alone = alone_time(ours, budget)
            peer = theirs.get(name)
            torch_time = best_time(peer, budget) if peer else None
            memory, their_memory = peak_memory(ours), peak_memory(high)
            size = " × ".join(map(grouped, shape))
            rows.append(
                [
                    name,
                    size,
                    duration(times[0]),
                    ratio(times[1], times[0]),
                    ratio(times[1], alone),
                    ratio(times[2], alone),
                    ratio(torch_time, alone),
                    brief(times[0] / limit) if name == "KL" else "-",
                    f"{brief(memory / 1e6)} / {brief(their_memory / 1e6)}",
                ]
            )
            print(" | ".join(rows[-1]), flush=True)
    return rows


def fit_rows(size: int, budget: float) -> list[list[str]]:
    """Time fits of one sample of each family."""
    rng = np.random.default_rng(21)
    rows = []
    for family, args in (
        ("norm", (1.0, 2.0)),
        ("expon", (0.0, 2.0)),
        ("laplace", (1.0, 2.0)),
        ("gamma", (2.5, 0.0, 2.0)),
        ("beta", (2.0, 3.0)),
        ("weibull_min", (1.5, 0.0, 2.0)),
        ("lognorm", (0.5, 0.0, 2.0)),
        ("gumbel_r", (1.0, 2.0)),
        ("logistic", (1.0, 2.0)),
        ("t", (4.0, 1.0, 2.0)),
    ):
        law = getattr(stats, family)
        data = law.rvs(*args, size=size, random_state=rng)
        held = {}
        if np.isfinite(law.a):
            held["floc"] = 0.0
        if np.isfinite(law.b):
            held["fscale"] = 1.0
        ours = processor_time(lambda f=family, d=data: fit_mle(f, d), budget)
        theirs = processor_time(lambda f=law, d=data, h=held: f.fit(d, **h), budget)
        rows.append([family, duration(ours), duration(theirs), ratio(theirs, ours)])
        print(" | ".join(rows[-1]), flush=True)
    return rows


def plain_quadrature(p: object, q: object) -> float:
    """Integrate p log(p/q) the way one would write it down first."""
    low, high = p.support()

    def integrand(x: float) -> float:
        density = p.pdf(x)
        return density * np.log(density / q.pdf(x)) if density > 0 else 0.0

    with np.errstate(all="ignore"):
        return integrate.quad(integrand, low, high)[0]


def pair_rows(budget: float) -> list[list[str]]:
    """Time the divergence of frozen pairs, and compare what plain quadrature makes of it."""
    pairs = [
        ("normal, normal", stats.norm(0, 1), stats.norm(1, 2), "Normal", (0, 1), (1, 2)),
        ("normal, normal 100 sd apart", stats.norm(0, 1), stats.norm(100, 1), "Normal",
         (0, 1), (100, 1)),
        ("gamma, gamma", stats.gamma(2.5), stats.gamma(1.5, scale=2), "Gamma",
         (2.5, 1), (1.5, 0.5)),
        ("beta, beta", stats.beta(2, 3), stats.beta(3, 2), "Beta", (2, 3), (3, 2)),
        ("Cauchy, Cauchy", stats.cauchy(0, 1), stats.cauchy(1, 2), "Cauchy", (0, 1), (1, 2)),
        ("Poisson, Poisson", stats.poisson(3), stats.poisson(5), "Poisson", (3,), (5,)),
        ("normal, Cauchy", stats.norm(0, 1), stats.cauchy(0, 1), None, (), ()),
        ("t(3), normal", stats.t(3), stats.norm(0, 1), None, (), ()),
        ("t(1.1), Laplace", stats.t(1.1), stats.laplace(0, 1), None, (), ()),
        ("Cauchy, normal", stats.cauchy(0, 1), stats.norm(0, 1), None, (), ()),
        ("beta(0.1, 0.2), beta(0.3, 0.1)", stats.beta(0.1, 0.2), stats.beta(0.3, 0.1), "Beta",
         (0.1, 0.2), (0.3, 0.1)),
    ]  # fmt: skip
    rows = []
    for name, p, q, family, one, two in pairs:
        value = kl_divergence(p, q)
        ours = best_time(lambda p=p, q=q: kl_divergence(p, q), budget)
        quad_ratio, quad_value = "-", "-"
        if hasattr(p.dist, "pdf"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                quad_value = f"{plain_quadrature(p, q):.6g}"
                taken = best_time(lambda p=p, q=q: plain_quadrature(p, q), budget)
            quad_ratio = ratio(taken, ours)
        torch_time = None
        if torch is not None and family:
            law = getattr(torch_distributions, family)
            a, b = (
                law(*(torch.tensor(float(x), dtype=torch.float64) for x in args))
                for args in (one, two)
            )
            torch_time = best_time(lambda a=a, b=b: torch_distributions.kl_divergence(a, b), budget)
        rows.append(
            [name, duration(ours), f"{value:.6g}", quad_value, quad_ratio, ratio(torch_time, ours)]
        )
        print(" | ".join(rows[-1]), flush=True)
    return rows


def duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def grouped(number: int) -> str:
    """Write a whole number in groups of three digits."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def brief(number: float) -> str:
    """Write a number with two significant digits and without an exponent.

    >>> brief(0.0089), brief(243.0)
    ('0.0089', '240')
    """
    return f"{float(f'{number:.2g}'):.10g}"


def ratio(theirs: float | None, ours: float) -> str:
    return "-" if theirs is None else brief(theirs / ours)


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows]]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing written")
    quick = parser.parse_args().quick
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # No threads that nobody asked for, or the table measures the number of cores. The libraries
        # read this once, when they are loaded: start again.
        one = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **one})
    if torch is not None:
        torch.set_num_threads(1)
    budget = 0.05 if quick else 0.6
    shapes = [(1_000,), (10_000, 100)] if quick else [
        (1_000,), (10_000,), (100_000,), (1_000_000,), (10_000_000,), (10_000, 100)
    ]  # fmt: skip
    timed = array_rows(shapes, budget)
    fits = fit_rows(1_000 if quick else 100_000, budget)
    pairs = pair_rows(budget)
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    with_torch = f"torch {torch.__version__}" if torch is not None else "torch not installed"
    text = "\n".join(
        [
            f"Python {platform.python_version()}, {packages}, {with_torch}, "
            f"{platform.system()} {platform.machine()}, {processor()}, {threads()} "
            f"{'thread' if threads() == 1 else 'threads'} at most. "
            "Repeat with `make bench`.",
            "",
            "Arrays of probabilities. The ratios say how many times as long the peer takes; "
            "here two threads share a large array where there are two processors, and the peers "
            "have one: the first ratio compares them as they come, the others on one thread each; "
            "memory is the peak besides the arguments, in MB, here / `scipy.stats.entropy` "
            "(for JSD `scipy.spatial.distance.jensenshannon`). "
            "Of the limit: our time in that of `np.log(p / q)` alone, on the same arrays. "
            "Validation is included here; `rel_entr` and `entr` do not validate.",
            "",
            table(
                [
                    "quantity",
                    "size",
                    "time",
                    "scipy.stats",
                    "the same on one thread",
                    "scipy.special",
                    "PyTorch",
                    "of the limit",
                    "memory",
                ],
                timed,
            ),
            f"Maximum-likelihood fits of {grouped(1_000 if quick else 100_000)} observations, "
            "standard errors included here, against the family's own `fit` in SciPy, in processor "
            "time.",
            "",
            table(["family", "time", "SciPy", "ratio"], fits),
            "Divergences of frozen pairs. Plain quadrature is `scipy.integrate.quad` of "
            "p log(p/q) over the support: its value is shown because it is often wrong.",
            "",
            table(
                ["pair", "time", "value", "plain quad says", "plain quad ratio", "PyTorch ratio"],
                pairs,
            ),
        ]
    )
    if not quick:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text, encoding="utf-8")
        print("written to benchmarks/results/numerics.md")


if __name__ == "__main__":
    main()
