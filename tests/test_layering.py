"""One room per idea: a module of helpers imports only from those that stand below it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HELPERS = Path(__file__).resolve().parent.parent / "helpers"
# From top to bottom: a module may import those after it.
SYMBOLIC = [
    *("explorer", "ledger", "exercises", "refutation", "derivation", "rendering", "checking"),
    *("identities", "proofs", "points", "algebra", "evaluation", "quadrature"),
    *("formulas", "notation"),
]
NUMERIC = ["likelihood", "divergence", "convergence", "plotting"]
NUMERIC += ["closed_forms", "integration", "laws", "multivariate", "probabilities", "svg"]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                found |= {module.split(".")[0]} if module else {a.name for a in node.names}
            elif module.startswith("helpers."):
                found.add(module.split(".")[1])
            elif module == "helpers":
                found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("helpers.")}
    return found


@pytest.mark.parametrize("module", SYMBOLIC)
def test_symbolic_module_imports_only_downwards(module):
    above = set(SYMBOLIC[: SYMBOLIC.index(module) + 1])
    assert not imports(HELPERS / f"{module}.py") & above


def test_numeric_modules_do_not_import_symbolic_ones():
    for module in NUMERIC:
        assert not imports(HELPERS / f"{module}.py") & set(SYMBOLIC), module


def test_import_graph_has_no_cycle():
    graph = {path.stem: imports(path) for path in HELPERS.glob("*.py")}
    done: set[str] = set()
    while ready := {m for m in graph if m not in done and not graph[m] & set(graph) - done}:
        done |= ready
    assert done == set(graph), f"cycle among {sorted(set(graph) - done)}"


def test_helpers_imports_nothing_of_the_book_or_the_tools():
    for path in HELPERS.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {a.name for a in node.names} | {getattr(node, "module", None) or ""}
                assert not {n.split(".")[0] for n in names} & {"tools", "tests", "_ext", "book"}
