"""The front page of the project says what is so: its examples run, its picture is the book's."""

from __future__ import annotations

import doctest
import re

from tools.execute import BOOK
from tools.picture import PICTURE, picture

ROOT = BOOK.parent


def test_examples_of_the_readme_run():
    result = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, optionflags=doctest.ELLIPSIS
    )
    assert result.attempted >= 6
    assert result.failed == 0


def test_picture_is_what_the_landing_page_draws():
    assert PICTURE.read_text(encoding="utf-8") == picture(), "run make execute"


def test_every_target_is_explained():
    targets = set(
        re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    )
    told = set(
        re.findall(r"^\| `make ([a-z-]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.M)
    )
    assert targets - {"help"} == told


def test_files_that_the_front_page_names_exist():
    for name in re.findall(r"\]\(([^):]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name
