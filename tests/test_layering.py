"""One room per idea: the import contracts of pyproject.toml hold, and name every module."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.execute import code_cells, notebooks, read

ROOT = Path(__file__).resolve().parent.parent
HELPERS = ROOT / "helpers"
ROOMS = {path.parent.name for path in HELPERS.glob("*/__init__.py")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("lint-imports", path=Path(sys.executable).parent)
    assert program, "import-linter is missing: pip install -r requirements.txt"
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_contract_is_kept_and_every_module_is_named():
    done = contracts(ROOT)
    assert done.returncode == 0, (
        f"{done.stdout}\na new module is named in its layer in pyproject.toml, [tool.importlinter]"
    )


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("notation/printing.py", "from helpers.proof import signs", "every module has its place"),
        ("numeric/arrays.py", "import sympy", "knows nothing of SymPy"),
        ("digits/formulas.py", "import numpy", "knows nothing of arrays and pictures"),
        ("plotting.py", "import tools.execute", "nothing of the book around it"),
        ("unheard_of.py", "", "unheard_of"),
    ],
)
def test_a_broken_contract_is_found(tmp_path, path, text, said):
    shutil.copytree(HELPERS, tmp_path / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "helpers" / path).open("a", encoding="utf-8") as module:
        module.write(f"\n{text}\n")
    done = contracts(tmp_path)
    assert done.returncode
    assert said in done.stdout.split("Broken contracts")[-1] + done.stderr, done.stdout


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_chapter_imports_doors(path):
    for cell in code_cells(read(path)):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers."):
                _, room, *inside = node.module.split(".")
                assert room == "notation" or room not in ROOMS, f"{cell.source}\nenters a room"
                assert not inside, f"{cell.source}\ngoes behind a door"


# Each module names the tests that hold it to account


def modules() -> set[str]:
    return {
        path.relative_to(HELPERS).with_suffix("").as_posix()
        for path in HELPERS.rglob("*.py")
        if path.name != "__init__.py"
    }


def imported(path: Path) -> set[str]:
    """The modules of helpers that a file imports, by their full names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_every_module_names_its_tests():
    assert set(PROJECT["book"]["tests"]) == modules(), (
        "pyproject.toml, [tool.book.tests]: a line a module, with the tests that would go red"
    )


@pytest.mark.parametrize("module", sorted(PROJECT["book"]["tests"]))
def test_a_module_s_tests_are_there(module):
    named = PROJECT["book"]["tests"][module]
    assert named
    for name in named:
        path = ROOT / "tests" / f"{name}.py"
        assert path.exists(), f"helpers/{module}.py names {path.name}, which is gone"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert any(
            isinstance(n, ast.FunctionDef) and n.name.startswith("test_") for n in ast.walk(tree)
        )
        # Through its door, or itself.
        assert any(found.startswith("helpers") for found in imported(path)), path
