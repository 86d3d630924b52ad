"""The errata page says what the changelog says of mathematics, and nothing else."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOG = """# Changelog

## [Unreleased]

## [1.1.0] - 2027-02-01

### Added

- A chapter.

### Mathematics

- (2.3) held only for n > 1; it now says so.
- (4.1) had k in place of k squared.

### Fixed

- A link.

## [1.0.0] - 2026-11-28

### Added

- The book.
"""


@pytest.fixture
def extension(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "_ext")
    return importlib.import_module("errata")


def test_mathematics_alone_and_under_its_release(extension):
    assert extension.errata(LOG) == (
        "## Corrected in 1.1.0, 2027-02-01\n\n"
        "- (2.3) held only for n > 1; it now says so.\n- (4.1) had k in place of k squared."
    )


def test_no_error_is_said_to_be_known_where_none_is(extension):
    assert extension.errata(LOG.replace("### Mathematics", "### Changed")) == extension.NONE
    assert extension.errata(LOG.split("## [1.1.0]", maxsplit=1)[0]) == extension.NONE


def test_the_page_is_filled_and_read_again_when_the_changelog_changes(extension):
    noted = []
    app = SimpleNamespace(srcdir=str(ROOT), env=SimpleNamespace(note_dependency=noted.append))
    source = [(ROOT / "book" / "errata.md").read_text(encoding="utf-8")]
    extension.fill(app, "book/errata", source)
    told = extension.errata((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert told in source[0]
    assert extension.PLACE not in source[0]
    assert noted == [str(ROOT / "CHANGELOG.md")]
    with pytest.raises(ValueError, match="no place for the entries"):
        extension.fill(app, "book/errata", ["# Errata"])


def test_the_page_is_part_of_the_book():
    assert re.search(r"^ *- file: book/errata$", (ROOT / "_toc.yml").read_text("utf-8"), re.M)
