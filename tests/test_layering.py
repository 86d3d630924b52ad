"""One room per idea: the import contracts of pyproject.toml hold, and name every module."""

from __future__ import annotations

import ast
from pathlib import Path

HELPERS = Path(__file__).resolve().parent.parent / "helpers"
# A room may import from those after it on its side.
SYMBOLIC = ["check", "proof", "trials", "digits", "notation"]
NUMERIC = ["numeric"]


def imported_rooms(path: Path) -> set[str]:
    """The rooms (or doors) of helpers that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.startswith("helpers."):
                found.add(module.split(".")[1])
            elif module == "helpers":
                found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("helpers.")}
    return found


def test_symbolic_rooms_import_only_downwards():
    for k, room in enumerate(SYMBOLIC):
        for path in (HELPERS / room).glob("*.py"):
            assert imported_rooms(path) <= {*SYMBOLIC[k:], "shown"}, path


def test_numeric_room_never_imports_the_symbolic_ones():
    for path in (HELPERS / "numeric").glob("*.py"):
        assert imported_rooms(path) <= {"numeric"}, path
        assert "sympy" not in path.read_text(encoding="utf-8").replace("SymPy", ""), path


def test_helpers_imports_nothing_of_the_book_or_the_tools():
    for path in HELPERS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {a.name for a in node.names} | {getattr(node, "module", None) or ""}
                assert not {n.split(".")[0] for n in names} & {"tools", "tests", "_ext", "book"}
