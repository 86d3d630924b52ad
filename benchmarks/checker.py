"""Weigh and time the checker in the page; prints a table and writes benchmarks/results/checker.md.

What is sent, how long it takes from the reader's click to the first answer with everything cached,
beside what Pyodide alone takes in the same run, and an ordinary step there and on the desktop.

    python benchmarks/checker.py
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import chromium  # noqa: E402 - the tools are found through the line above
from tools.site_server import serving, size_sent  # noqa: E402

SITE = ROOT / "_build" / "html"
RESULTS = ROOT / "benchmarks" / "results" / "checker.md"
REPEATS = 3
POISSON = """
import sympy as sp
from sympy import log
from helpers.derivation import Derivation
from helpers.notation import KL, Poisson
a, b = sp.symbols("a b", positive=True)
Derivation(KL(Poisson(a), Poisson(b))).equals(a * log(a / b) - a + b)
"""
# Pyodide by itself, in a worker as the checker's is.
ALONE = """async (engine) => {
  const text = `import(${JSON.stringify(engine + "pyodide.mjs")})
    .then(({loadPyodide}) => loadPyodide({indexURL: ${JSON.stringify(engine)}}))
    .then(() => postMessage("ready"), (error) => postMessage(String(error)));`;
  const begun = performance.now();
  const url = URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
  const worker = new Worker(url, {type: "module"});
  const told = await new Promise((resolve) => { worker.onmessage = (e) => resolve(e.data); });
  worker.terminate();
  if (told !== "ready") throw new Error(told);
  return (performance.now() - begun) / 1000;
}"""
ASK = """async ([script, code]) => {
  const begun = performance.now();
  const { ask } = await import(script);
  const answer = await ask({task: "run", code});
  return [(performance.now() - begun) / 1000, answer.problem];
}"""


def sent() -> list[tuple[str, int]]:
    """What is sent for a first answer, by kind."""
    folder = SITE / "_static" / "checker"
    kinds = {"Pyodide": "pyodide-*/*", "SymPy, mpmath and helpers": "checker-*.zip"}
    kinds |= {"editor and formulas": "scripts-*/*", "letters": "katex.css"}
    return [
        (
            kind,
            sum(size_sent(SITE, p.relative_to(SITE).as_posix())[1] for p in folder.glob(pattern)),
        )
        for kind, pattern in kinds.items()
    ]


def asked(page: Page, script: str, code: str) -> float:
    seconds, problem = page.evaluate(ASK, [script, code])
    if problem:
        raise RuntimeError(problem)
    return seconds


def desktop() -> float:
    """The same step on the desktop, imports done."""
    exec(POISSON, {})
    other = POISSON.replace('"a b"', '"r s"')
    begun = time.perf_counter()
    exec(other, {})
    return time.perf_counter() - begun


def main() -> int:
    """Measure and write."""
    contents = json.loads((SITE / "_static/checker/contents.json").read_text(encoding="utf-8"))
    (script,) = (SITE / "_static" / "checker").glob("scripts-*/page.js")
    with sync_playwright() as playwright, serving(SITE) as address:
        path = chromium.find(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        context = browser.new_context(bypass_csp=True)
        engine = f"{address}/_static/checker/{contents['engine']}/"
        own = f"{address}/{script.relative_to(SITE).as_posix()}"
        alone, ready, steps = [], [], []
        for turn in range(REPEATS + 1):
            page = context.new_page()
            page.set_default_timeout(0)
            page.goto(f"{address}/book/workbench.html")
            loaded = page.evaluate(ALONE, engine)
            first = asked(page, own, "import helpers.derivation, helpers.notation\n1 + 1")
            other = POISSON.replace('"a b"', f'"r_{turn} s_{turn}"')
            step = asked(page, own, other)
            if turn:  # the first turn fills the cache
                alone.append(loaded)
                ready.append(first)
                steps.append(step)
            page.close()
        browser.close()
    here = desktop()
    alone, ready, step = map(statistics.median, (alone, ready, steps))
    weights = sent()
    total = sum(size for _, size in weights)
    lines = ["# The checker in the page", ""]
    lines += [f"Chromium, {platform.machine()}; medians of {REPEATS}, everything cached.", ""]
    lines += ["| what is sent, compressed | MB |", "|---|---|"]
    lines += [f"| {kind} | {size / 1e6:.2f} |" for kind, size in weights]
    lines += [f"| all | {total / 1e6:.2f} |", "", "| how long it takes | s |", "|---|---|"]
    lines += [
        f"| Pyodide alone | {alone:.2f} |",
        f"| from the click to the checker's first answer | {ready:.2f} |",
        f"| as a multiple | {ready / alone:.2f} |",
        f"| divergence of two Poissons, in the page | {step:.2f} |",
        f"| the same on the desktop | {here:.2f} |",
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
