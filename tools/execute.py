"""Execute the book's notebooks and store their outputs in one normal form.

python -m tools.execute              run every notebook and store the result
python -m tools.execute proof        only book/proof.ipynb
python -m tools.execute --check      store nothing, fail if anything would change
python -m tools.execute --normalise  run nothing, only bring the files into the normal form
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode, ValidationError
from nbformat.reader import NotJSONError

from tools.build import PATIENCE

BOOK = Path(__file__).resolve().parent.parent / "book"
# Alive only beside a kernel; without one a viewer shows an error in its place.
NEEDS_A_KERNEL = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT = 300  # seconds; the longest cell of the book takes a few
FOLDED = {"hide-input", "hide-cell", "remove-input"}
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebooks(names: Iterable[str] = ()) -> list[Path]:
    """Return the book's notebooks, or those named (with or without folder and ending)."""
    found = {path.stem: path for path in sorted(BOOK.glob("*.ipynb"))}
    stems = [Path(name).stem for name in names]
    if unknown := sorted(set(stems) - set(found)):
        sys.exit(f"no such notebook: {', '.join(unknown)}; there are: {', '.join(found)}")
    return [found[stem] for stem in stems] if stems else list(found.values())


def read(path: Path) -> NotebookNode:
    """Return a notebook.

    Raises
    ------
    ValueError
        If the file is no notebook; the message is one line, with the file's name.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (NotJSONError, ValidationError, ValueError, AttributeError, TypeError) as error:
        said = str(error).strip().splitlines()[0]
        message = f"{path}: not a notebook that can be read ({said}); git checkout -- {path.name}"
        raise ValueError(message) from None
    return notebook


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells that hold code, in order."""
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without what differs between runs and machines: times, ids, patch versions."""
    clean = nbformat.from_dict(notebook)
    clean.metadata = NotebookNode(
        {"kernelspec": NotebookNode(KERNELSPEC), "language_info": NotebookNode(name="python")}
    )
    clean.nbformat, clean.nbformat_minor = 4, 5
    for cell in clean.cells:
        cell.source = cell.source.strip("\n")
        tags = cell.metadata.get("tags")
        cell.metadata = NotebookNode({"tags": sorted(tags)} if tags else {})
        if folded := FOLDED & set(tags or ()):
            # JupyterLab folds by metadata, the website by tag; the tag decides for both.
            cell.metadata.jupyter = NotebookNode(source_hidden=True)
            if "hide-cell" in folded:
                cell.metadata.jupyter.outputs_hidden = True
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := _normal_output(output))]
    for number, cell in enumerate(code_cells(clean), start=1):
        if cell.execution_count is not None:
            cell.execution_count = number
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = number
    return clean


def _normal_output(output: NotebookNode) -> NotebookNode | None:
    kept = nbformat.from_dict(output)
    if "data" in kept:
        kept.data.pop(NEEDS_A_KERNEL, None)
        kept.metadata = NotebookNode()
        if not kept.data:
            return None
    return kept


def as_text(notebook: NotebookNode) -> str:
    """Return the notebook as the text of its file."""
    return nbformat.writes(notebook, version=4) + "\n"


def executed(path: Path) -> tuple[NotebookNode, float]:
    """Execute one notebook in its folder; return it and the seconds it took."""
    # Where Matplotlib has no list of fonts yet it makes one, and says so in the cell that asks.
    from matplotlib import font_manager  # noqa: F401, PLC0415 - only a run needs it

    notebook = read(path)
    codes = [cell.id for cell in code_cells(notebook)]
    begun = time.perf_counter()
    clock = {}

    def started(cell: NotebookNode, cell_index: int) -> None:
        clock[cell_index] = time.perf_counter()

    def executed(cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        if cell.cell_type == "code" and cell.id in codes:
            seconds = time.perf_counter() - clock[cell_index]
            place = f"{path.name} cell {codes.index(cell.id) + 1}/{len(codes)}"
            print(f"    {place:<44}{seconds:7.2f} s", flush=True)

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        # A kernel warns that others on this machine could listen; it lives for a minute.
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,  # times in the cells would make every run another notebook
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=started,
        on_cell_executed=executed,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        failed = next(
            (
                number
                for number, cell in enumerate(code_cells(notebook), start=1)
                if any(output.output_type == "error" for output in cell.outputs)
            ),
            0,  # the kernel said that a cell failed, and showed nothing of it
        )
        message = f"{path.name}, code cell {failed} of {len(codes)}, failed:\n{error}"
        raise RuntimeError(message) from None
    return notebook, time.perf_counter() - begun


def run(path: Path) -> tuple[str, float]:
    """Execute one notebook and return its normalised text and the seconds it took."""
    notebook, seconds = executed(path)
    return as_text(normalise(notebook)), seconds


def _store(path: Path, text: str, *, check: bool) -> bool:
    """Write the text where it differs; return whether it differed."""
    if path.read_text(encoding="utf-8") == text:
        return False
    if not check:
        path.write_text(text, encoding="utf-8", newline="\n")
    return True


def shows_again(path: Path) -> bool:
    """Return whether a notebook shows what others have stored (`helpers.again`)."""
    return "from helpers.again import" in path.read_text(encoding="utf-8")


def _run_all(paths: list[Path], jobs: int) -> tuple[dict[Path, str], list[str]]:
    """Run notebooks side by side; return the text of each, and what went wrong."""
    results, failures = {}, []
    with ProcessPoolExecutor(max_workers=max(1, min(jobs, len(paths)))) as pool:
        running = {pool.submit(run, path): path for path in paths}
        for job in as_completed(running):
            try:
                results[running[job]], seconds = job.result()
            except RuntimeError as error:
                failures.append(str(error))
                print(error, file=sys.stderr, flush=True)
            else:
                print(f"==> {running[job].name} ran in {seconds:.1f} s", flush=True)
    return results, failures


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="notebooks, all where none is named")
    parser.add_argument("--check", action="store_true", help="store nothing, fail on a change")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time")
    parser.add_argument("--normalise", action="store_true", help="run nothing")
    options = parser.parse_args(argv)
    paths = notebooks(options.names)
    # The stored form is what a notebook shows, not what the website is built from.
    os.environ.pop("BOOK_OUTPUT", None)
    os.environ["PYTHONHASHSEED"] = "0"
    os.environ["BOOK_PATIENCE"] = PATIENCE
    try:
        for path in paths:
            read(path)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    failures: list[str] = []
    changed = set()
    # A page that shows claims of other pages again reads what those have stored.
    for turn in ([p for p in paths if not shows_again(p)], [p for p in paths if shows_again(p)]):
        if options.normalise:
            results = {p: as_text(normalise(read(p))) for p in turn}
        else:
            results, failed = _run_all(turn, options.jobs)
            failures += failed
        if failures:
            print(f"{len(failures)} of {len(paths)} notebooks failed", file=sys.stderr)
            return 1
        changed |= {p.name for p, t in results.items() if _store(p, t, check=options.check)}
    if changed and options.check:
        print(
            f"stored outputs are not what a run gives: {', '.join(sorted(changed))}",
            file=sys.stderr,
        )
        print("run `make execute`, look at `git diff`, commit", file=sys.stderr)
        return 1
    print(f"{len(paths)} notebooks, {len(changed)} changed: {', '.join(sorted(changed)) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
