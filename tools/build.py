"""Build the website into _build/html: execute, check, warnings as errors; say where to open it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tools import lock

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "_build"  # what builds make and use again
# All warnings are errors, unresolved references too; keep going, so that one run shows them all.
STRICT = ["-W", "-n", "--keep-going"]
COLOUR = re.compile(r"\x1b\[[\d;]*m")
# What Sphinx and Jupyter Book say of themselves, at length.
CHATTER = re.compile(
    r"(?:Running (?:Jupyter-Book|Sphinx) |(?:Source Folder|Config Path|Output Path): "
    r"|loading transl|\[etoc\]|\[autosummary\]|myst v|myst-nb v|sphinx-multitoc-numbering "
    r"|Using jupyter-cache at"
    r"|checking bibtex cache|building \[mo\]|(?:reading sources|writing output)\.\.\. |\s*$|=+$"
    r"|looking for now-outdated files|.*: Using cached notebook: |(?:copying|pickling|preparing) "
    r"|checking consistency|making output directory|The HTML pages are in|Finished generating HTML"
    r"|Your book's HTML pages are|You can look at your book|Or paste this line| +(?:_build/|file:))"
)
PATIENCE = "40"  # seconds of processor time for a step: a build waits longer than a reader
LONGEST = 2000  # characters of one line that are shown


def kept() -> dict[str, str]:
    """Name the folders for what a build finds out once; none is in HOME, which may be read-only."""
    folders = {"MPLCONFIGDIR": ".matplotlib", "NPM_CONFIG_CACHE": ".npm"}
    found = {name: os.environ.get(name, str(KEPT / own)) for name, own in folders.items()}
    return found | {"BOOK_VERDICTS": str(KEPT / ".verdicts"), "BOOK_PATIENCE": PATIENCE}


def plain(line: str) -> str | None:
    """Return a line of the build's output without colours, or None if it says nothing.

    >>> plain("\\x1b[01mupdating environment: \\x1b[39;49;00m11 added\\n")
    'updating environment: 11 added'
    >>> plain("\\x1b[01mmyst v3.0.1:\\x1b[39;49;00m MdParserConfig(commonmark_only=False)\\n")
    """
    text = COLOUR.sub("", line).rstrip()
    if CHATTER.match(text):
        return None
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


@contextmanager
def alone() -> Iterator[None]:
    """Hold the clone's build folder; where another build holds it, say so and wait."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - said in main if it is missing

    KEPT.mkdir(exist_ok=True)
    held = FileLock(KEPT / ".lock")
    try:
        held.acquire(timeout=0)
    except Timeout:
        print("==> another build of this clone runs: waiting until it has ended", flush=True)
        held.acquire()
    try:
        yield
    finally:
        held.release()


def build(*arguments: str) -> int:
    """Run Jupyter Book on the repository and return its exit status."""
    command = [sys.executable, "-m", "tools.jupyter_book", "build", ".", *STRICT, *arguments]
    with alone():
        running = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | kept() | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        for line in running.stdout or ():
            if (text := plain(line)) is not None:
                print(text, flush=True)
        return running.wait()


def main() -> int:
    """Build, and report."""
    missing = [name for name in ("jupyter_book", "filelock") if find_spec(name) is None]
    if missing:
        print(f"{', '.join(missing)}: missing; pip install -r requirements.txt", file=sys.stderr)
        return 1
    if unmet := lock.stale_here():
        print("requirements.txt is not compiled from this pyproject.toml:", file=sys.stderr)
        print(*(f"  {line}" for line in unmet), "run `make lock`", sep="\n", file=sys.stderr)
        return 1
    begun = time.perf_counter()
    print("==> building the book: every notebook is executed", flush=True)
    status = build(*sys.argv[1:])
    seconds = time.perf_counter() - begun
    if status:
        print(f"the book did not build ({seconds:.0f} s); the messages are above", file=sys.stderr)
        return status
    page = ROOT / "_build" / "html" / "index.html"
    if not page.exists():
        print(f"the build ended without {page.relative_to(ROOT)}", file=sys.stderr)
        return 1
    print(f"==> built in {seconds:.0f} s; open {page.as_uri()} or run `make serve`")
    return 0


if __name__ == "__main__":
    sys.exit(main())
