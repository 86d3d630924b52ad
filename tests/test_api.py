"""The API reference: complete, and each public name with an example that doctest runs."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from tools.execute import BOOK

PAGE = (BOOK / "api.md").read_text(encoding="utf-8")
MODULES = re.findall(r"automodule:: (helpers\.\w+)", PAGE)
PUBLIC = [
    (module, name)
    for module in MODULES
    for name in importlib.import_module(module).__all__
    if callable(getattr(importlib.import_module(module), name))
]


def test_the_reference_has_the_modules_that_readers_call():
    expected = "notation derivation ledger divergence likelihood convergence explorer plotting"
    assert {f"helpers.{name}" for name in expected.split()} <= set(MODULES)


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=[f"{m}.{n}" for m, n in PUBLIC])
def test_public_name_says_what_it_does_and_shows_it(module, name):
    doc = inspect.getdoc(getattr(importlib.import_module(module), name)) or ""
    assert doc.splitlines()[0].endswith("."), "the first line is one sentence"
    assert ">>> " in doc, "no example"
