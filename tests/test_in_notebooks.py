"""What a notebook shows of errors, of replies to exercises, and of a slider that was run before."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tools.execute import NEEDS_A_KERNEL, normalise

ROOT = Path(__file__).resolve().parent.parent
CELLS = (
    """import sympy as sp
from helpers.derivation import Derivation
x = sp.Symbol("x", positive=True)
Derivation(sp.log(x), domain={x: sp.Interval(2, 3)}).at_least(x - 1)""",
    """from helpers.exercises import Exercise
square = Exercise(lambda answer: Derivation((x + 1) ** 2).equals(answer))
square.check(None)""",
    "square.check(x**2 + 2 * x + 1)",
    """answered = Exercise(lambda answer: Derivation((x + 1) ** 2).equals(answer))
answered.check(x**2 + 2 * x + 1)""",
    """from helpers.explorer import explore
from helpers.plotting import subplots
def draw(level=1.0):
    fig, ax = subplots()
    ax.plot([0, 1], [0, level])
    ax.set(xlim=(0, 1), ylim=(0, 2))
    return fig
explore(draw, level=(0, 2, 5))""",
)


@pytest.fixture(scope="module")
def ran():
    """The cells as a kernel has run them."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    client = NotebookClient(
        notebook,
        allow_errors=True,
        kernel_name="python3",
        timeout=300,
        resources={"metadata": {"path": str(ROOT)}},
    )
    client.execute()
    return notebook


def test_a_false_step_shows_itself_first_and_its_calls_on_demand(ran):
    refused, calls, error = ran.cells[0].outputs
    assert "Refused by the checker" in refused.data["text/html"]
    assert r"\log" in refused.data["text/html"]
    assert "the left side is" in refused.data["text/html"]
    assert calls.data["text/html"].startswith("<details><summary>")
    assert " open" not in calls.data["text/html"][:40]
    assert "in at_least" in calls.data["text/html"]
    assert error.ename == "DerivationError"
    shown = "\n".join(error.traceback)
    assert len(error.traceback) <= 5
    assert "step 1 is false: >=" in shown
    assert "left = " in shown
    assert "File" not in shown


def test_a_solution_s_reply_is_folded_below_an_open_question(ran):
    assert "Your turn" in ran.cells[1].outputs[0].data["text/html"]
    assert ran.cells[2].outputs[0].data["text/html"].startswith("<details><summary>")


def test_a_reply_to_the_reader_s_own_answer_stands_open(ran):
    assert "<details>" not in ran.cells[3].outputs[0].data["text/html"]


def test_the_still_picture_stays_beside_the_live_one(ran):
    still, live = ran.cells[4].outputs
    assert NEEDS_A_KERNEL not in still.data
    assert "<img" in still.data["text/html"]
    assert "Run this cell" in still.data["text/html"]
    assert set(live.data) == {NEEDS_A_KERNEL}
    # What is stored is the still one.
    (kept,) = normalise(ran).cells[4].outputs
    assert kept.data == still.data
    # The live one, once it is there, hides it.
    name = re.search(r'class="([\w-]+-still)"', still.data["text/html"])[1]
    models = ran.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    values = [m["state"]["value"] for m in models.values() if m["model_name"] == "HTMLModel"]
    assert any(f".{name}{{display:none}}" in value for value in values)
