"""The front page of the project says what is so: its examples run, its picture is the book's."""

from __future__ import annotations

import doctest
import re
import textwrap

import pytest

from helpers.derivation import DerivationError
from tools.execute import BOOK
from tools.picture import PICTURE, picture

ROOT = BOOK.parent


def test_examples_of_the_readme_run():
    result = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, optionflags=doctest.ELLIPSIS
    )
    assert result.attempted >= 6
    assert result.failed == 0


@pytest.mark.pinned
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


def test_worked_example_of_contributing_does_what_it_says():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^   ```(\w*)\n(.*?)^   ```$", text, re.M | re.S)
    kinds = [kind for kind, _ in blocks]
    (wrong, said, right, numeric) = (textwrap.dedent(block) for _, block in blocks)
    assert kinds == ["python", "", "python", "python"]
    space: dict = {}
    with pytest.raises(DerivationError) as refused:
        exec(wrong, space)
    assert str(refused.value) == said.rstrip("\n")
    exec(f"claim = {right}", space)
    assert (space["claim"].status, space["claim"].name) == ("proved", "entropy-geometric")
    exec(numeric, space)


def test_files_that_the_front_page_names_exist():
    for name in re.findall(r"\]\(([^):]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name
