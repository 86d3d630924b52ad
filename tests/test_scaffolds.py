"""What is begun is filled in: scaffolds put lines in their places and leave them red."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import scaffold
from tools.execute import as_text, normalise, read

ROOT = Path(__file__).resolve().parent.parent


def test_nothing_that_was_begun_is_left_open():
    assert scaffold.left(ROOT) == []


@pytest.fixture
def copy(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "book").mkdir()
    for name in ("_toc.yml", "book/claims.toml", "book/sources.ipynb"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_claim(copy):
    assert scaffold.main(["claim", "a-new-claim", "sources"], copy) == 0
    assert "\n[a-new-claim]\n" in (copy / "book" / "claims.toml").read_text(encoding="utf-8")
    path = copy / "book" / "sources.ipynb"
    assert 'name="a-new-claim"' in read(path).cells[-1].source
    assert path.read_text(encoding="utf-8") == as_text(normalise(read(path)))
    assert scaffold.left(copy) == ["book/claims.toml", "book/sources.ipynb"]


def test_a_chapter(copy):
    assert scaffold.main(["chapter", "a_new_chapter"], copy) == 0
    cells = read(copy / "book" / "a_new_chapter.ipynb").cells
    assert sum(".check(None)" in cell.source for cell in cells) == 3
    assert "      - file: book/a_new_chapter\n" in (copy / "_toc.yml").read_text(encoding="utf-8")
    assert scaffold.left(copy) == ["book/a_new_chapter.ipynb"]


def test_a_family(copy):
    assert scaffold.main(["family", "Weibull"], copy) == 0
    path = copy / "tests" / "test_family_weibull.py"
    compile(path.read_text(encoding="utf-8"), path, "exec")
    assert scaffold.left(copy) == ["tests/test_family_weibull.py"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["claim", "a-new-claim", "nowhere"], "there is no such chapter"),
        (["claim", "A claim", "sources"], "a name is lower case"),
        (["chapter", "sources"], "is there already"),
        (["family", "weibull"], "such as Weibull"),
    ],
)
def test_what_cannot_be_begun_is_said_in_one_line(copy, capsys, arguments, said):
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()}
    assert scaffold.main(arguments, copy) == 1
    assert said in capsys.readouterr().err
    assert {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()} == before
