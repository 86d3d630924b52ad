"""How long a slider of JupyterLab waits for its picture: every explorer of the book, every setting.

    python benchmarks/redraw.py

What is timed is what the kernel does between the move and the new picture: `draw`, the SVG, and
the widget's value; what is done once the picture is on its way is not. Printed, not asserted: a
measurement belongs to the machine it was made on.
"""

from __future__ import annotations

import ast
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib
import nbformat

from helpers.explorer import Explorer

ROOT = Path(__file__).resolve().parent.parent
AIM = 150  # ms


def explorers(path: Path) -> Iterator[Explorer]:
    """Yield the explorers of a notebook; of the other cells only those run that they need."""
    space: dict = {}
    earlier: list[str] = []

    def resolved(action: Callable):
        while True:
            try:
                return action()
            except NameError as missing:
                needed = [source for source in earlier if missing.name in source]
                if not needed:
                    raise
                earlier.remove(needed[0])
                resolved(lambda source=needed[0]: exec(source, space))

    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        if "explore(" in cell.source or ".explorer(" in cell.source:
            *before, last = (ast.unparse(node) for node in ast.parse(cell.source).body)
            resolved(lambda lines=before: exec("\n".join(lines), space))
            found = resolved(lambda line=last: eval(line, space))
            resolved(lambda e=found: e.draw(**e.values(e.default)))
            yield found
        else:
            earlier.append(cell.source)


def redraws(explorer: Explorer) -> list[float]:
    """Move every slider through all its positions; return what each new picture took, in ms."""
    *controls, picture = explorer.widget().children
    taken: list[float] = []
    began = time.perf_counter()
    picture.observe(lambda _: taken.append(1000 * (time.perf_counter() - began)), names="value")
    for control in controls:
        for index in range(len(control.options)):
            began = time.perf_counter()
            control.index = index
    return taken


def main() -> None:
    """Time every explorer; print a table and keep it."""
    results = ROOT / "benchmarks" / "results" / "redraw.md"
    os.chdir(ROOT / "book")
    lines = [
        "# How long a live slider waits",
        "",
        "By `python benchmarks/redraw.py`: from the move to the new picture, in the kernel, for "
        f"every setting of every explorer. Python {platform.python_version()}, Matplotlib "
        f"{matplotlib.__version__}, {os.cpu_count()} cores. The aim is {AIM} ms.",
        "",
        "| explorer | settings | median ms | slowest ms | settings within the aim |",
        "| --- | --: | --: | --: | --: |",
    ]
    print("\n".join(lines))
    for path in sorted(Path().glob("*.ipynb")):
        for explorer in explorers(path):
            taken = redraws(explorer)
            name = explorer.draw.__name__
            if name == "<lambda>":  # it only hands the data to the function that draws
                name = explorer.draw.__code__.co_names[0]
            within = sum(ms <= AIM for ms in taken)
            lines.append(
                f"| {path.stem}: {name} | {len(taken)} | {statistics.median(taken):.0f} "
                f"| {max(taken):.0f} | {within} of {len(taken)} |"
            )
            print(lines[-1], flush=True)
    results.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"written to {results.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
