"""The stored notebooks: fully run, in order, in the one normal form, without errors or warnings."""

from __future__ import annotations

import ast

import nbformat
import pytest

from tools.execute import NEEDS_A_KERNEL, as_text, code_cells, normalise, notebooks

PATHS = notebooks()
ids = [path.stem for path in PATHS]


@pytest.fixture(params=PATHS, ids=ids)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def test_there_are_notebooks():
    assert PATHS


def test_every_cell_is_stored_run_in_order(notebook):
    # nbval compares nothing in a cell that is stored without its run, so a cleared notebook passes.
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_a_cell_that_shows_something_stores_it(notebook):
    for cell in code_cells(notebook):
        last = ast.parse(cell.source).body[-1] if not cell.source.startswith("%") else None
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name | ast.Attribute):
            assert cell.outputs, f"nothing is stored for the cell that ends with\n{cell.source}"


def test_file_is_in_the_normal_form(path, notebook):
    assert path.read_text(encoding="utf-8") == as_text(normalise(notebook)), "run make execute"


def test_no_error_no_warning_and_nothing_that_needs_a_kernel(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", f"{cell.source}\n{output.get('text')}"
            assert NEEDS_A_KERNEL not in output.get("data", {})


def test_cells_are_short_and_hold_no_logic(notebook):
    # Logic lives in helpers: a chapter may name a picture's drawing, no more.
    for cell in code_cells(notebook):
        tree = ast.parse(cell.source)
        parts = [part for part in tree.body if not isinstance(part, ast.Import | ast.ImportFrom)]
        lines = sum(part.end_lineno - part.lineno + 1 for part in parts)
        assert lines <= 30, f"{lines} lines:\n{cell.source}"
        nodes = list(ast.walk(tree))
        assert not any(isinstance(n, ast.ClassDef | ast.Try | ast.While) for n in nodes), (
            cell.source
        )


def test_a_hidden_solution_hides_its_hint(notebook):
    # JupyterLab shows the first line of a folded cell.
    for cell in code_cells(notebook):
        first = cell.source.partition("\n")[0]
        assert not first.startswith("# Solution") or first == "# Solution", first


def test_cell_ids_are_unique(notebook):
    cell_ids = [cell.id for cell in notebook.cells]
    assert len(set(cell_ids)) == len(cell_ids)


def test_normal_form_is_a_fixed_point(notebook):
    once = normalise(notebook)
    assert as_text(normalise(once)) == as_text(once)
