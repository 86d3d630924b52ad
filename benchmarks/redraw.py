"""How long a slider of JupyterLab waits for its picture: every explorer of the book, every setting.

    python benchmarks/redraw.py

What is timed is what the kernel does between the move and the new picture: `draw`, the SVG, and
the widget's value. Printed, not asserted: a measurement belongs to the machine it was made on.
"""

from __future__ import annotations

import ast
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

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
        if "explore(" in cell.source:
            *before, last = (ast.unparse(node) for node in ast.parse(cell.source).body)
            resolved(lambda lines=before: exec("\n".join(lines), space))
            found = resolved(lambda line=last: eval(line, space))
            resolved(lambda e=found: e.draw(**e.values(e.default)))
            yield found
        else:
            earlier.append(cell.source)


def main() -> None:
    """Time every explorer and print a table."""
    os.chdir(ROOT / "book")
    print(f"| explorer | settings | median ms | slowest ms | aim {AIM} ms |")
    print("| --- | --- | --- | --- | --- |")
    missed = 0
    for path in sorted(Path().glob("*.ipynb")):
        for explorer in explorers(path):
            box = explorer.widget()
            *controls, _ = box.children
            taken = []
            for control in controls:
                for index in range(len(control.options)):
                    began = time.perf_counter()
                    control.index = index
                    taken.append(1000 * (time.perf_counter() - began))
            name = f"{path.stem}: {explorer.draw.__name__}"
            slowest = max(taken)
            missed += slowest > AIM
            print(
                f"| {name} | {len(taken)} | {statistics.median(taken):.0f} | {slowest:.0f} "
                f"| {'met' if slowest <= AIM else 'missed'} |",
                flush=True,
            )
    if missed:
        print(f"{missed} explorers had a setting slower than {AIM} ms", file=sys.stderr)


if __name__ == "__main__":
    main()
