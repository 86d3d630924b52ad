"""What the page's checker is built from: names followed, requests answered, a bare import."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys

import pytest

from tests.site_pages import ROOT

sys.path.append(str(ROOT / "_ext"))
cells = importlib.import_module("checker.cells")
bundle = importlib.import_module("checker.bundle")

NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))


@pytest.fixture(scope="module")
def session():
    """The module that answers in the worker, under the desktop's Python."""
    sys.path.append(str(ROOT / "_ext" / "checker"))
    return importlib.import_module("session")


def test_names_lead_to_the_statements_that_make_them():
    earlier = [
        "import sympy as sp\nfrom sympy import log, exp",
        "x = sp.Symbol('x')\ny = sp.Symbol('y')",
        "def f(t):\n    return log(t) + g(t)\nx = x + 1",
        "g = lambda t: exp(y)",
        "unused = [x for x in range(3)]",
    ]
    found = cells.needed_from(earlier, "f(x)")
    assert [(" ".join(sorted(wanted)), node.lineno) for node, wanted in found] == [
        ("sp", 1),
        ("exp log", 2),
        ("x", 1),
        ("y", 2),
        ("f", 1),
        ("x", 3),
        ("g", 1),
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_of_the_book_finds_its_names(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    found = cells.offers(notebook, set(bundle.own_modules(ROOT)))
    for place, offer in found.items():
        assert not cells.unknown_names(offer), place
        compile(f"{offer.before}\n{offer.code}", "cell", "exec")
    shown = sum("{derivation}" in json.dumps(cell) for cell in notebook["cells"])
    assert sum(offer.kind == "derivation" for offer in found.values()) <= shown
    asked = sum(".check(None)" in "".join(cell["source"]) for cell in notebook["cells"])
    assert sum(offer.kind == "exercise" for offer in found.values()) == asked


def test_the_symbolic_half_imports_neither_numpy_nor_scipy():
    doors = ", ".join(f"helpers.{door}" for door in bundle.DOORS)
    code = (
        "import sys\n"
        "for name in ('numpy', 'scipy', 'matplotlib', 'IPython', 'gmpy2'):\n"
        "    sys.modules[name] = None\n"
        f"import {doors}\n"
        "from helpers.notation import KL, Poisson\n"
        "import sympy as sp\n"
        "a, b = sp.symbols('a b', positive=True)\n"
        "step = helpers.derivation.Derivation(KL(Poisson(a), Poisson(b)))\n"
        "print(step.equals(a * sp.log(a / b) - a + b).status)\n"
        "print(*(name for name, module in sys.modules.items() if module))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    status, modules = done.stdout.splitlines()
    assert status == "proved"
    # Nor anything that the archive leaves out.
    files = [name.replace(".", "/") for name in modules.split()]
    assert [name for name in files if bundle.LEFT_OUT.search(f"{name}/")] == []


def test_a_false_step_comes_with_its_line_and_its_counterexample(session):
    code = (
        "import sympy as sp\nfrom helpers.derivation import Derivation\n"
        "x = sp.Symbol('x', positive=True)\n"
        "Derivation((x + 1) ** 2).equals(\n    x**2 + 2 * x + 1\n).equals(\n    x**2\n)"
    )
    problem = session.run(code)["problem"]
    assert (problem["kind"], problem["line"]) == ("false", 6)
    assert "Counterexample" in problem["shown"]["text/plain"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("x = = 1", "syntax"),
        ("1 / 0", "error"),
        ("raise SystemExit", "error"),
        ("import helpers.likelihood as l\nimport no_such_thing", "error"),
        ("def f(): f()\nf()", "error"),
    ],
)
def test_whatever_ends_a_cell_is_said(session, code, kind):
    problem = session.run(code)["problem"]
    assert problem["kind"] == kind
    assert problem["message"].endswith(".") or ":" in problem["message"]


def test_requests_and_answers_are_json(session):
    before = (
        "import sympy as sp\nfrom helpers.derivation import Derivation\n"
        "from helpers.exercises import Exercise\nx = sp.Symbol('x', real=True)\n"
        "square = Exercise(lambda answer: Derivation((x + 1) ** 2).equals(answer))"
    )
    asked = {"task": "check", "text": "x^2 + 2x + 1", "exercise": "square", "before": before}
    told = json.loads(session.answer(json.dumps(asked)))
    assert told["correct"]
    assert told["latex"] == "x^{2} + 2 x + 1"
    told = json.loads(session.answer(json.dumps({**asked, "text": "x^2 + ("})))
    assert told["problem"] == "Something is missing at the end."
    assert told["at"] == 7


def test_the_starting_points_are_ten_and_parse():
    workbench = importlib.import_module("checker.workbench")
    points = workbench.starting_points()
    assert len(points) == 10
    for point in points:
        compile(point["code"], point["title"], "exec")
    assert all(about.endswith(".") for _, _, about, _ in workbench.vocabulary())


def test_what_is_left_out_of_the_archive_is_not_imported_by_what_is_kept():
    """SymPy imports some packages when a function is called: a step would end in the middle."""
    kept = bundle.library_sources()
    # Words and pictures of kinds of objects that a derivation cannot name, and an old alias.
    elsewhere = re.compile(r"sympy/(printing|parsing|plotting)/|sympy/core/trace\.py")
    missing = {}
    for path, source in kept.items():
        text = source.decode("utf-8")
        if elsewhere.match(path) or "sympy." not in text:
            continue
        wanted = set(re.findall(r"^ *from (sympy\.[\w.]+) import", text, re.MULTILINE))
        for module in wanted:
            place = module.replace(".", "/")
            if f"{place}.py" not in kept and f"{place}/__init__.py" not in kept:
                missing.setdefault(path, set()).add(module)
    assert missing == {}
