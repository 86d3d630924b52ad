"""Doctests of the vocabulary's rooms speak its names, as a reader who has imported them does."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def vocabulary(doctest_namespace: dict[str, object], request: pytest.FixtureRequest) -> None:
    """Put the vocabulary and SymPy into the examples of helpers/notation."""
    if "helpers/notation/" in request.node.nodeid:
        import sympy as sp  # noqa: PLC0415 - only where it is used

        from helpers import notation  # noqa: PLC0415

        doctest_namespace.update({name: getattr(notation, name) for name in notation.__all__})
        doctest_namespace["sp"] = sp
