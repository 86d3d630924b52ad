"""Build the website, then run everything that must hold, as one pytest run with its summary.

python -m tools.test               what `make test` runs
python -m tools.test --coverage    the same, measured: which lines of helpers nothing runs
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter, defaultdict

import pytest

from tools import build, chromium

# Measuring makes every test slower; one run of those before a release, or in CI, does it.
COVERAGE = [
    "--cov=helpers",
    "--cov-branch",
    "--cov-report=term:skip-covered",
    "--cov-fail-under=95",
]
QUIET = 20.0  # seconds after which a word is due


class Progress:
    """Names each file when its tests have ended, and what runs while nothing ends."""

    def __init__(self) -> None:
        self.begun = self.spoken = time.monotonic()
        self.running: dict[str, float] = {}  # file -> when its first test began
        self.left: Counter[str] = Counter()  # file -> tests that have not ended
        self.outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self.over = threading.Event()

    def say(self, text: str) -> None:
        self.spoken = time.monotonic()
        print(f"{self.spoken - self.begun:5.0f} s  {text}", flush=True)

    def watch(self) -> None:
        while not self.over.wait(1.0):
            if time.monotonic() - self.spoken > QUIET:
                self.say(f"running: {', '.join(sorted(self.running)) or 'collecting the tests'}")

    def pytest_sessionstart(self) -> None:
        threading.Thread(target=self.watch, daemon=True).start()

    def pytest_xdist_node_collection_finished(self, node: object, ids: list[str]) -> None:
        if not self.left:
            self.left = Counter(name.split("::")[0] for name in ids)
            self.say(f"{len(ids)} tests in {len(self.left)} files")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running.setdefault(nodeid.partition("::")[0], time.monotonic())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid.split("::")[0]][report.outcome] += 1
        if report.failed:
            # Said at once: a run that is stopped before its summary tells what failed, too.
            crash = getattr(report.longrepr, "reprcrash", None)
            said = crash.message.partition("\n")[0] if crash else str(report.longrepr)[:200]
            self.say(f"FAILED {report.nodeid} ({report.duration:.0f} s): {said}")

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        name = nodeid.partition("::")[0]
        self.left[name] -= 1
        if self.left[name] == 0:
            seconds = time.monotonic() - self.running.pop(name)
            told = ", ".join(f"{n} {what}" for what, n in sorted(self.outcomes[name].items()))
            self.say(f"{name}: {told} in {seconds:.1f} s")

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dot for what passed: its file has a line of its own. Making ready is no test."""
        if report.outcome != "passed":
            return None
        return ("passed" if report.when == "call" else "", "", "")

    def pytest_sessionfinish(self) -> None:
        self.over.set()


def arguments(given: list[str]) -> list[str]:
    """Return what pytest is asked for."""
    workers = [
        "-n",
        # One more than cores: who drives a browser or a kernel spends much of its time waiting.
        str(min((os.cpu_count() or 1) + 1, 5)),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
    ]
    measured = COVERAGE if "--coverage" in given else []
    given = [argument for argument in given if argument != "--coverage"]
    # JupyterLab's test holds what every cell gives against what is stored, to the letter; where no
    # browser is found to drive it, nbval's own run does that.
    from_lab = ["--ignore-glob=book/*.ipynb"] if chromium.find() else []
    return [*workers, *from_lab, *measured, *given]


def main() -> int:
    """Build, then test; return the exit status."""
    if status := build.main():
        return status
    print("==> testing: helpers, doctests, notebooks, the built site", flush=True)
    return int(pytest.main(arguments(sys.argv[1:]), plugins=[Progress()]))


if __name__ == "__main__":
    sys.exit(main())
