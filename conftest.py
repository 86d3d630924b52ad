"""Doctests of the vocabulary's rooms speak its names, as a reader who has imported them does."""

from __future__ import annotations

from collections.abc import Generator

import pytest


@pytest.fixture(autouse=True)
def vocabulary(
    doctest_namespace: dict[str, object], request: pytest.FixtureRequest
) -> Generator[None, None, None]:
    """Put the vocabulary and SymPy into the examples of helpers/notation, and of no other room."""
    if "helpers/notation/" not in request.node.nodeid:
        yield
        return
    import sympy as sp  # noqa: PLC0415 - only where it is used

    from helpers import notation  # noqa: PLC0415

    names = {"sp": sp} | {name: getattr(notation, name) for name in notation.__all__}
    doctest_namespace.update(names)
    yield
    for name in names:
        del doctest_namespace[name]
