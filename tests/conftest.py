"""What several test files need: a real browser, and the built site behind a server."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.site_pages import SITE
from tools import chromium
from tools.site_server import serving

# SymPy makes millions of small objects that its caches keep: looking through them for garbage as
# often as Python does by default takes one second of fifteen.
gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def browser():
    """A Chromium. Without one: skipped with a line that says how to get it; in CI, a failure."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is used

    with sync_playwright() as playwright:
        path = chromium.find(playwright.chromium.executable_path)
        if path is None:
            refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            refuse(chromium.HOW_TO_GET)
        started = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    assert (SITE / "index.html").exists(), "there is no site in _build/html: run `make book` first"
    return SITE


@pytest.fixture(scope="session")
def address(site: Path):
    """The address of a local server that shows the site."""
    with serving(site) as found:
        yield found


# Files that take longest, longest first. Started last, one of them would keep a core busy alone.
_LONG = (
    "tests/test_lab.py",
    "tests/test_checking.py",
    "tests/test_site_browser.py",
    "book/proof.ipynb",
    "book/law_of_large_numbers.ipynb",
    "book/asymmetry.ipynb",
    "book/jensen_shannon.ipynb",
    "book/definitions.ipynb",
    "tests/test_mutants.py",
    "tests/test_derivation.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Hand the long files out first where several workers share the run."""
    if hasattr(config, "workerinput"):
        place = {name: k for k, name in enumerate(_LONG)}
        items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(_LONG)))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run what is marked no_cover without a tracer.

    In a worker pytest-cov starts two measurements, one on top of the other, and stops the upper one
    for such a test: the lower one would go on tracing, at the same cost.
    """
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
