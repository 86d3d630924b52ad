"""Build the website, then run everything that must hold, as one pytest run with its summary."""

from __future__ import annotations

import os
import sys

import pytest

from tools import build

# Coverage is shown, and a fall below the floor fails the run.
COVERAGE = [
    "--cov=helpers",
    "--cov-branch",
    "--cov-report=term:skip-covered",
    "--cov-fail-under=95",
]


def main() -> int:
    """Build, then test; return the exit status."""
    if status := build.main():
        return status
    workers = [
        "-n",
        # One more than cores: who drives a browser or a kernel spends much of its time waiting.
        str(min((os.cpu_count() or 1) + 1, 5)),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
    ]
    print("==> testing: helpers, doctests, notebooks, the built site", flush=True)
    return int(pytest.main([*workers, *COVERAGE, *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
