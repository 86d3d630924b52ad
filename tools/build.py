"""Build the website into _build/html: execute, check, warnings as errors; say where to open it."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# All warnings are errors, unresolved references too; keep going, so that one run shows them all.
STRICT = ["-W", "-n", "--keep-going"]


def build(*arguments: str) -> int:
    """Run Jupyter Book on the repository and return its exit status."""
    if find_spec("jupyter_book") is None:
        print("jupyter-book is missing: pip install -r requirements.txt", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "tools.jupyter_book", "build", ".", *STRICT, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main() -> int:
    """Build, and report."""
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
