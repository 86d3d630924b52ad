"""The API reference: complete, and each public name with an example that doctest runs."""

from __future__ import annotations

import importlib
import inspect
import re

import nbformat
import pytest

from tools.execute import BOOK, code_cells, notebooks

PAGE = (BOOK / "api.md").read_text(encoding="utf-8")
MODULES = re.findall(r"automodule:: (helpers\.\w+)", PAGE)
PUBLIC = [
    (module, name)
    for module in MODULES
    for name in importlib.import_module(module).__all__
    if callable(getattr(importlib.import_module(module), name))
]


def test_the_reference_has_every_module_that_a_chapter_calls():
    code = "\n".join(
        cell.source
        for path in notebooks()
        for cell in code_cells(nbformat.read(path, as_version=4))
    )
    called = set(re.findall(r"^from (helpers\.\w+) import", code, re.MULTILINE))
    # The pictures and tables of single pages are no use elsewhere.
    for_one_page = ("helpers.figures_", "helpers.formulary", "helpers.again")
    called = {name for name in called if not name.startswith(for_one_page)}
    assert len(called) > 10
    assert called <= set(MODULES)


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=[f"{m}.{n}" for m, n in PUBLIC])
def test_public_name_says_what_it_does_and_shows_it(module, name):
    doc = inspect.getdoc(getattr(importlib.import_module(module), name)) or ""
    assert doc.splitlines()[0].endswith("."), "the first line is one sentence"
    assert ">>> " in doc, "no example"
