"""The table of claims: what a derivation finds there, and what it refuses."""

from __future__ import annotations

import ast
from types import NoneType

import nbformat
import pytest
import sympy as sp

from helpers.claims import TABLE, Promise, promise_of, read_promises
from helpers.derivation import Derivation
from tools.execute import BOOK, code_cells, notebooks
from tools.stored import stored_claims

u = sp.Symbol("u", positive=True)


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / TABLE).write_text(
        '[base]\ntitle = "A base"\n'
        '[top]\ntitle = "A top"\nrests_on = ["base"]\narticle = 3\nmathlib = "klDiv"\n'
    )
    return tmp_path / TABLE


def test_a_table_is_read(table):
    assert read_promises(table) == {
        "base": Promise("base", "A base"),
        "top": Promise("top", "A top", ("base",), article=3, mathlib="klDiv"),
    }


@pytest.mark.parametrize(
    "wrong",
    ["matlib = 'x'", "article = '4'", "mathlib = 3", "rests_on = 'b'", "rests_on = [1]", ""],
)
def test_a_misspelt_key_a_wrong_type_and_a_missing_title_are_refused(table, wrong):
    table.write_text(f"[a]\n{wrong}")
    with pytest.raises(ValueError, match=r"claims.toml, \[a\]"):
        read_promises(table)
    table.write_text(f"[a]\ntitle = 'A'\n{wrong}")
    if wrong:
        with pytest.raises(ValueError, match=r"claims.toml, \[a\]"):
            read_promises(table)


def test_a_derivation_finds_its_title_and_foundations(table):
    d = Derivation(u, name="top")
    assert (d.title, d.rests_on, d.article, d.lean) == ("A top", ("base",), 3, "klDiv")
    with pytest.raises(ValueError, match="lists no claim 'middle'"):
        Derivation(u, name="middle")
    with pytest.raises(ValueError, match="says what 'top' rests on"):
        Derivation(u, name="top", rests_on="base")


def test_a_changed_table_is_read_again(table):
    assert promise_of("base").title == "A base"
    table.write_text('[base]\ntitle = "Another"\n')
    assert promise_of("base").title == "Another"


def test_a_reader_s_own_claim_says_it_itself(table, tmp_path, monkeypatch):
    mine = {"name": "mine", "title": "Mine", "rests_on": ("base",), "article": 1}
    for _ in range(2):
        d = Derivation(u, **mine)
        assert (d.title, d.rests_on, d.article) == ("Mine", ("base",), 1)
        monkeypatch.chdir(tmp_path.parent)
    assert promise_of("mine") is None
    assert Derivation(u, name="mine").title is None


def test_stored_outputs_say_what_the_table_says():
    promises = read_promises(BOOK / TABLE)
    for claim in stored_claims(notebooks()):
        promise = promises[claim.name]
        assert claim.title == promise.title, "make execute"
        assert set(promise.rests_on) <= set(claim.rests_on), "make execute"
        assert (claim.article, claim.mathlib) == (promise.article, promise.mathlib)


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_chapter_s_cells_leave_to_the_table_what_it_says(path):
    for cell in code_cells(nbformat.read(path, as_version=4)):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Derivation":
                said = {k.arg: k.value for k in node.keywords}
                # A lemma is handed over as an object; names stand in the table.
                assert isinstance(said.pop("rests_on", None), ast.Name | NoneType), cell.source
                assert not said.keys() & {"title", "article", "lean"}, cell.source
