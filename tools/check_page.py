"""Run the whole book in the page's own checker, in Chromium, and compare with what is stored.

Every derivation, refusal and exercise of the chapters, every starting point of the workbench, and
the collections of true and false steps. What differs is named; any difference fails.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tools import chromium
from tools.site_server import serving

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
LIMIT = 240  # seconds for one cell
# What a chapter has at hand where it answers, and a question alone does not need.
FUNCTIONS = "from sympy import exp, log, sqrt\n"
ASK = """async ([script, request, limit]) => {
  const { ask } = await import(script);
  try { return await ask(request, {limit}); }
  catch (error) { return {gone: `${error.constructor.name}: ${error.message}`}; }
}"""


class Checker:
    """The worker of one page of the site."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        (script,) = (SITE / "_static" / "checker").glob("scripts-*/page.js")
        self.script = f"{address}/{script.relative_to(SITE).as_posix()}"
        page.set_default_timeout(0)
        page.goto(f"{address}/book/workbench.html")

    def ask(self, **request: str) -> dict:
        return self.page.evaluate(ASK, [self.script, request, LIMIT])


def text_of(answer: dict) -> str:
    """What a cell has shown last, or how it ended, as text."""
    if "gone" in answer:
        return answer["gone"]
    if problem := answer.get("problem"):
        return f"{problem['kind']}: {problem['message']}"
    shown = answer["shown"]
    return shown[-1]["text/plain"] if shown else ""


def stored_texts(notebook: dict) -> dict[str, str]:
    """What the cells of a stored notebook show, by their place."""
    return {
        str(place): "".join(output["data"]["text/plain"])
        for place, cell in enumerate(notebook["cells"])
        for output in cell.get("outputs", ())
        if "text/plain" in output.get("data", {})
    }


def answers_in(notebook: dict, exercise: str) -> Iterator[tuple[str, str]]:
    """The answers that a chapter itself gives to an exercise, and what is said to each."""
    for cell in notebook["cells"]:
        shown = (
            "".join(cell["outputs"][-1].get("data", {}).get("text/plain", ""))
            if (cell.get("outputs"))
            else ""
        )
        for asserted, refused, code in re.findall(
            rf"^(assert )?(not )?{exercise}\.check\((?!None)(.*)\)$", "".join(cell["source"]), re.M
        ):
            if "=" not in code:
                said = ("Not yet" if refused else "Right") if asserted else first_words(shown)
                yield code, said


def first_words(text: str) -> str:
    """The verdict, before what is said of it."""
    return re.split(r"[.:]", text, maxsplit=1)[0]


def chapters(checker: Checker, names: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what was tried, what is expected, what came."""
    for path in sorted((SITE / "_static" / "checker" / "cells" / "book").glob("*.json")):
        if names and path.stem not in names:
            continue
        notebook = json.loads((ROOT / "book" / f"{path.stem}.ipynb").read_text(encoding="utf-8"))
        stored = stored_texts(notebook)
        for place, offer in json.loads(path.read_text(encoding="utf-8")).items():
            name = f"{path.stem}, cell {place}"
            if offer["kind"] != "exercise":
                answer = checker.ask(task="run", code=offer["code"], before=offer["before"])
                yield name, stored[place], text_of(answer)
                continue
            exercise = offer["exercise"]
            for code, said in answers_in(notebook, exercise):
                given = f"{name}, {code}"
                # As the book writes it, then as the field reads it.
                own = checker.ask(
                    task="run", code=f"{FUNCTIONS}{exercise}.check({code})", before=offer["before"]
                )
                yield given, said, first_words(text_of(own))
                typed = checker.ask(
                    task="check", text=code, exercise=exercise, before=offer["before"]
                )
                came = typed.get("verdict") or str(typed)
                # A method or a name that only a program has is not typed into a field.
                if not re.search(r"[A-Za-z_]\.", code) and "not known" not in typed.get(
                    "problem", ""
                ):
                    yield f"{given}, typed", said, came


def starts(checker: Checker) -> Iterator[tuple[str, str, str]]:
    path = ROOT / "_ext" / "checker" / "starts.toml"
    for start in tomllib.loads(path.read_text(encoding="utf-8"))["start"]:
        answer = checker.ask(task="run", code=start["code"])
        came = text_of(answer)
        told = came.split("\n")[0]
        status = "false" if told.startswith("false:") else told.rpartition("[")[2].rstrip("]")
        yield f"workbench, {start['title']}", start["status"], status if status else came


def collections(checker: Checker) -> Iterator[tuple[str, str, str]]:
    """The steps that are true, and those that are not: none of these may pass."""
    for kind in ("true", "false"):
        source = (ROOT / "tests" / f"steps_{kind}.py").read_text(encoding="utf-8")
        listed = checker.ask(task="run", code="[name for name, _ in STEPS]", before=source)
        for name in ast.literal_eval(text_of(listed)):
            answer = checker.ask(task="run", code=f"dict(STEPS)[{name!r}]()", before=source)
            if "gone" in answer:  # it crashed, or ran out of time: neither true nor false
                yield f"steps_{kind}, {name}", kind, answer["gone"]
                continue
            problem = answer.get("problem")
            if problem and problem["kind"] == "elsewhere":
                continue  # draws
            came = "false" if problem and problem["kind"] == "false" else "true"
            yield (
                f"steps_{kind}, {name}",
                kind,
                came if not problem or came == "false" else str(problem),
            )


def main() -> int:
    """Compare all of it, or the chapters that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="chapters by name, `starts`, `steps`; default all")
    wanted = parser.parse_args().parts
    different = total = 0
    begun = time.perf_counter()
    with sync_playwright() as playwright, serving(SITE) as address:
        path = chromium.find(playwright.chromium.executable_path)
        if path is None:
            print(chromium.HOW_TO_GET, file=sys.stderr)
            return 1
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        checker = Checker(browser.new_page(), address)
        named = [part for part in wanted if part not in ("starts", "steps")]
        tried = []
        if named or not wanted:
            tried.append(chapters(checker, named))
        if "starts" in wanted or not wanted:
            tried.append(starts(checker))
        if "steps" in wanted or not wanted:
            tried.append(collections(checker))
        last = begun
        for part in tried:
            for name, expected, came in part:
                now = time.perf_counter()
                total += 1
                same = expected == came
                different += not same
                mark = "same" if same else "DIFFERENT"
                print(f"{now - last:6.1f} s  {mark}  {name}", flush=True)
                if not same:
                    print(f"    expected: {expected}\n    came:     {came}", flush=True)
                last = now
        browser.close()
    seconds = time.perf_counter() - begun
    print(f"==> {total} tried in {seconds:.0f} s, {different} different")
    return 1 if different or not total else 0


if __name__ == "__main__":
    sys.exit(main())
