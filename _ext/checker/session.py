"""What the page's checker does with a reader's words: requests and answers are plain data.

Runs inside the Web Worker, in the Python that the archive was compiled for, and on the desktop
under test. What a cell shows comes back as the same MIME bundles that a notebook would store.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import sys
import types

import sympy as sp

from helpers.derivation import DerivationError
from helpers.exercises import Exercise
from helpers.reading import ReadingError, names_of, read
from helpers.refutation import Refutation
from helpers.shown.rendering import STATUS_MEANING, latex, with_numbers
from helpers.shown.typography import readable

CELL = "<derivation>"  # the name of the reader's code in tracebacks
_LONGEST_PRINT = 20_000
# What only runs where Python is installed, and the word for it.
_ELSEWHERE = {
    "numpy": "NumPy",
    "scipy": "SciPy",
    "matplotlib": "Matplotlib",
    "ipywidgets": "widgets",
}


def answer(request: str) -> str:
    """Answer a request, both as JSON: ``{"task": "run" | "read" | "check", ...}``."""
    asked = json.loads(request)
    task = {"run": run, "read": read_answer, "check": check_answer}[asked.pop("task")]
    return json.dumps(task(**asked), ensure_ascii=False)


# ---------------------------------------------------------------------- a derivation


def run(code: str, before: str = "") -> dict:
    """Run a cell after the statements it needs; what it shows, prints, or fails with."""
    shown: list[dict] = []
    printed = io.StringIO()
    try:
        tree = ast.parse(code, CELL)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return {"shown": [], "printed": "", "problem": _unreadable(error)}
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    problem = None
    with contextlib.redirect_stdout(printed), _showing(shown):
        try:
            namespace = {**_prepared(before)}
            exec(compile(tree, CELL, "exec"), namespace)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), CELL, "eval"), namespace)
                if value is not None and not code.rstrip().endswith(";"):
                    shown.append(bundle(value))
        except BaseException as error:
            problem = _ended(error)
    return {"shown": shown, "printed": printed.getvalue()[:_LONGEST_PRINT], "problem": problem}


_PREPARED: dict[str, dict] = {}


def _prepared(before: str) -> dict:
    """The names that statements of earlier cells make; run once for every text."""
    if before not in _PREPARED:
        namespace: dict = {"__name__": "__main__"}
        exec(compile(before, "<earlier cells>", "exec"), namespace)
        _PREPARED[before] = namespace
    return _PREPARED[before]


def _unreadable(error: Exception) -> dict:
    if isinstance(error, SyntaxError):
        return {
            "kind": "syntax",
            "message": f"This is not Python: {error.msg}.",
            "line": error.lineno,
        }
    return {"kind": "syntax", "message": "This is too long or too nested to be read.", "line": None}


def _ended(error: BaseException) -> dict:
    """What a reader is told of an error: its line, and the counterexample of a false step."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == CELL:
            line = trace.tb_lineno
        trace = trace.tb_next
    told = {"kind": "error", "message": f"{type(error).__name__}: {error}", "line": line}
    if isinstance(error, DerivationError) and error.counterexample is not None:
        told |= {"kind": "false", "message": f"Step {error.step} is false."}
        told["shown"] = bundle(Refutation(error))
    elif isinstance(error, DerivationError):
        words = str(error).split("\n")[0].partition(": ")[2]
        told |= {
            "kind": "unchecked",
            "message": f"Step {error.step} could not be checked: {words}.",
        }
    elif isinstance(error, ModuleNotFoundError):
        name = (error.name or "").split(".")[0]
        needed = _ELSEWHERE.get(name)
        if needed is None and (error.name or "").startswith("helpers."):
            needed = error.name
        if needed is not None:
            told |= {
                "kind": "elsewhere",
                "message": f"This needs {needed}, which does not run in the page: "
                "run it in JupyterLab or on Binder.",
            }
    elif isinstance(error, AssertionError) and "expected a false step" in str(error):
        told |= {"kind": "error", "message": "Every step passed: there is nothing to refuse here."}
    elif isinstance(error, RecursionError):
        told["message"] = "RecursionError: this is nested too deeply."
    return told


# ---------------------------------------------------------------------- an answer


def read_answer(text: str, before: str = "") -> dict:
    """How a typed answer is read: as TeX, or why it is not."""
    try:
        expression = read(text, names_of(_prepared(before)))
    except ReadingError as error:
        return {"problem": str(error), "at": error.at}
    return {"latex": latex(expression), "text": str(expression)}


def check_answer(text: str, exercise: str, before: str = "") -> dict:
    """What the exercise of this name says to a typed answer."""
    found = read_answer(text, before)
    if "problem" in found:
        return found
    namespace = _prepared(before)
    question = namespace[exercise]
    if not isinstance(question, Exercise):
        raise TypeError(f"exercise must name an Exercise, got {exercise}")
    reply = question.check(read(text, names_of(namespace)))
    return found | {"correct": bool(reply), "verdict": reply.verdict, "shown": bundle(reply)}


# ---------------------------------------------------------------------- what is shown


def bundle(value: object) -> dict:
    """What a notebook would store of a value, and a derivation's directive as data."""
    if hasattr(value, "_repr_mimebundle_"):
        kinds = ("text/plain", "text/markdown", "text/latex")
        made = {k: v for k, v in value._repr_mimebundle_().items() if k in kinds}
        chain = re.fullmatch(
            r"(`{3,})\{derivation\}\n(.*)\n\1\s*", made.get("text/markdown", ""), re.DOTALL
        )
        if chain:
            made["derivation"] = _for_page(json.loads(chain[2]))
        return made
    if isinstance(value, sp.Basic):
        return {"text/plain": str(value), "text/latex": f"${latex(value)}$"}
    return {"text/plain": repr(value)[:_LONGEST_PRINT]}


def _for_page(payload: dict) -> dict:
    """The payload with its sentences as the build writes them."""
    for step in payload["steps"]:
        for witness in step["witnesses"]:
            witness["text"] = readable(witness["text"])
        step["tightest"] = readable(step["tightest"]) if step["tightest"] else None
        step["because"] = with_numbers(step["because"])
    payload["meanings"] = STATUS_MEANING
    return payload


@contextlib.contextmanager
def _showing(shown: list[dict]):
    """Answer for `IPython.display`, which a cell may call and the page has not."""
    known = {name: sys.modules.get(name) for name in ("IPython", "IPython.display")}
    package, module = types.ModuleType("IPython"), types.ModuleType("IPython.display")

    class Text:
        kind = "text/markdown"

        def __init__(self, data: str):
            self.data = data

        def _repr_mimebundle_(self, include=None, exclude=None):
            return {"text/plain": self.data, self.kind: self.data}

    def display(*values):
        shown.extend(bundle(value) for value in values)

    module.display, module.Markdown = display, Text
    module.Math = module.Latex = type("Latex", (Text,), {"kind": "text/latex"})
    package.display = module
    sys.modules |= {"IPython": package, "IPython.display": module}
    try:
        yield
    finally:
        for name, before in known.items():
            if before is None:
                del sys.modules[name]
            else:
                sys.modules[name] = before
