"""The checker in the page, in Chromium: what a reader types, and what the page's worker answers."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site_pages import ROOT, SITE

SCRIPTS = sorted((SITE / "_static/checker").glob("scripts-*/page.js"))
ASK = """async ([scripts, request]) => {
  const { ask } = await import(scripts);
  return await ask(request, {limit: 240});
}"""
READY = 120_000  # ms on a machine that does other things, too


def cells_of(name: str) -> dict[str, dict]:
    """What the page `name` fetches of its cells."""
    path = SITE / "_static/checker/cells/book" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def stored(name: str) -> dict[str, str]:
    """The stored text of every cell of a notebook that shows something, by its place."""
    notebook = json.loads((ROOT / "book" / f"{name}.ipynb").read_text(encoding="utf-8"))
    return {
        str(place): "".join(output["data"]["text/plain"])
        for place, cell in enumerate(notebook["cells"])
        for output in cell.get("outputs", ())
        if "text/plain" in output.get("data", {})
    }


@pytest.fixture(scope="module")
def requests() -> list[str]:
    """Every address that the pages of this file have asked for."""
    return []


@pytest.fixture(scope="module")
def context(browser, requests):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    # What the policy refuses is a request that fails before anything is sent.
    refused = lambda request: request.failure == "csp" and requests.remove(request.url)  # noqa: E731
    context.on("request", lambda request: requests.append(request.url))
    context.on("requestfailed", refused)
    yield context
    context.close()


@pytest.fixture(scope="module")
def page(context, address):
    """One page with one worker: whatever else is open, the checker is started once."""
    page = context.new_page()
    page.set_default_timeout(READY)
    page.goto(f"{address}/book/definitions.html")
    page.wait_for_load_state("networkidle")
    yield page
    page.close()


def ask(page, **request):
    """Ask the page's own worker."""
    (script,) = SCRIPTS
    return page.evaluate(ASK, [f"../{script.relative_to(SITE).as_posix()}", request])


def field(page, exercise: str):
    form = page.locator(f"form[data-exercise={exercise}]")
    form.scroll_into_view_if_needed()
    return (
        form.get_by_label("Your answer"),
        form.get_by_role("button", name="Check"),
        form.get_by_role("status"),
        form.locator(".checker-reading"),
    )


def answer(page, exercise: str, text: str, expected: str) -> str:
    """Type an answer as a person does, press Check, and return what the page says to it."""
    box, check, status, _ = field(page, exercise)
    box.fill(text)
    check.click()
    status.filter(has_text=re.compile(expected)).wait_for()
    return status.inner_text()


def test_nothing_is_fetched_before_a_reader_asks(page, requests):
    assert requests
    assert [url for url in requests if "/checker/" in url] == []


def test_exercise_answers_right_wrong_and_unfinished(page):
    box, _, status, reading = field(page, "waiting")
    box.click()
    box.press_sequentially("1 - ln lambda")
    reading.filter(has_text="read as").wait_for()
    assert reading.locator(".katex").count() == 1
    said = answer(page, "waiting", "1 - ln λ", "Right")
    assert "proved" in said
    wrong = answer(page, "waiting", "1+log(lambda)", "Not yet")
    assert "the value asked for is" in wrong
    assert "λ" in wrong
    assert "repeats the question" in answer(page, "waiting", "Entropy(Exponential(lambda))", "true")
    for typed, expected in {
        "1 - ln(": "missing at the end",
        "(1 - ln(lambda)": "not closed",
        "1 - ln(lambda))": "closed that was not opened",
        '__import__("os")': "no meaning",
        "qwertz": "not known",
        "x" * 10_000: "at most 500",
        "9^9^9^9": "too large",
        "": "Nothing is typed",
    }.items():
        answer(page, "waiting", typed, expected)
    assert status.get_attribute("role") == "status"


def test_right_answers_stay_marked_until_they_are_forgotten(page, context, address):
    answer(page, "waiting", "1-log(lambda)", "Right")
    again = context.new_page()
    again.goto(f"{address}/book/definitions.html")
    mark = again.locator("form[data-exercise=waiting] .checker-mark")
    assert "1-log(lambda)" in mark.text_content()  # it is below the screen: not laid out yet
    mark.get_by_role("button", name="Forget my answers").click()
    assert mark.is_hidden()
    again.reload()
    assert again.locator("form[data-exercise=waiting] .checker-mark").is_hidden()
    again.close()


def test_change_a_derivation_and_restore_it(page):
    cells = cells_of("definitions")
    place = next(k for k, offer in cells.items() if offer["kind"] == "derivation")
    button = page.locator(f"button[data-checker=change][data-cell='{place}']")
    button.click()
    bench = page.locator(".checker-bench").first
    editor = bench.get_by_role("textbox", name="Derivation")
    editor.wait_for()
    assert button.get_attribute("aria-expanded") == "true"
    bench.get_by_role("button", name="Run").click()
    status = bench.get_by_role("status")
    status.locator(".derivation").wait_for()
    assert status.locator(".badge-status").count()
    assert status.get_by_text("How this was checked").count()

    editor.fill(
        "import sympy as sp\nfrom helpers.derivation import Derivation\n"
        "Derivation(sp.Symbol('y', positive=True)).equals(\n    2\n)"
    )
    bench.get_by_role("button", name="Run").click()
    status.filter(has_text="is false").wait_for()
    assert "Line 3" in status.inner_text()
    assert "Refused by the checker" in status.inner_text()
    assert bench.locator(".checker-line").count() == 1

    bench.get_by_role("button", name="As it was").click()
    lines = editor.locator(".cm-line").all_text_contents()
    assert "\n".join(lines).strip() == cells[place]["code"].strip()
    # Tab leaves the editor.
    editor.press("Tab")
    assert page.evaluate("document.activeElement.textContent") != ""
    assert not page.evaluate("document.activeElement.matches('.cm-content')")


def test_stop_ends_what_never_ends_and_the_other_editor_goes_on(context, address):
    page = context.new_page()
    page.set_default_timeout(READY)
    page.goto(f"{address}/book/sources.html")
    buttons = page.locator("button[data-checker=change]")
    first, second = buttons.nth(0), buttons.nth(1)
    first.click()
    page.locator(".checker-bench").nth(0).get_by_role("textbox", name="Derivation").wait_for()
    second.click()
    page.locator(".checker-bench").nth(1).get_by_role("textbox", name="Derivation").wait_for()
    one, two = page.locator(".checker-bench").nth(0), page.locator(".checker-bench").nth(1)
    one.get_by_role("textbox").fill("sum(1 for _ in iter(int, 1))")
    one.get_by_role("button", name="Run").click()
    one.get_by_role("status").filter(has_text="Checking").wait_for()
    two.get_by_role("textbox").fill("1 + 1")
    two.get_by_role("button", name="Run").click()
    two.get_by_role("status").filter(has_text="Waiting").wait_for()
    began = time.monotonic()
    one.get_by_role("button", name="Stop").click()
    one.get_by_role("status").filter(has_text="Stopped").wait_for()
    assert time.monotonic() - began < 5
    two.get_by_role("status").filter(has_text=re.compile("^2$")).wait_for()
    # A reload in the middle leaves a page that works.
    one.get_by_role("button", name="Run").click()
    page.reload()
    page.locator("button[data-checker=change]").first.click()
    page.get_by_role("textbox", name="Derivation").wait_for()
    page.close()


def test_what_python_can_reach(page, requests, address):
    """The worker's Python fetches nothing from elsewhere, and what it lacks it says."""
    code = (
        "from pyodide.http import pyfetch\nimport js\n"
        "request = js.XMLHttpRequest.new()\n"
        "request.open('GET', 'http://127.0.0.2:9/', False)\n"
        "try:\n    request.send()\n    found = request.status\nexcept Exception as error:\n"
        "    found = str(error)\nfound"
    )
    told = ask(page, task="run", code=code)
    assert told["problem"] is None
    assert "NetworkError" in told["shown"][0]["text/plain"]
    missing = ask(page, task="run", code="import numpy")["problem"]
    assert missing["kind"] == "elsewhere"
    assert "NumPy" in missing["message"]
    own = urlsplit(address).netloc
    assert {urlsplit(url).netloc for url in requests if url.startswith("http")} == {own}


def test_refusals_and_exercises_say_what_is_stored(page):
    """A chapter in short; `make check-page` runs all of them."""
    texts = stored("sources")
    for place, offer in cells_of("sources").items():
        if offer["kind"] != "refutation":
            continue
        told = ask(page, task="run", code=offer["code"], before=offer["before"])
        assert told["problem"] is None, (place, told)
        assert told["shown"][-1]["text/plain"] == texts[place]


def test_workbench_keeps_finds_and_links(context, address):
    page = context.new_page()
    page.set_default_timeout(READY)
    page.goto(f"{address}/book/workbench.html")
    page.get_by_role("button", name="Which way round?").click()
    editor = page.get_by_role("textbox", name="Derivation")
    editor.wait_for()
    page.get_by_role("button", name="Run").click()
    status = page.locator(".checker-bench").get_by_role("status")
    status.filter(has_text="Step 1 is false").wait_for()
    page.get_by_label("Search the vocabulary").fill("entropy")
    shown = page.locator(".checker-vocabulary > li:visible")
    assert 2 <= shown.count() <= 8
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link to this derivation").input_value()
    page.reload()
    page.get_by_role("button", name="Open the editor").click()
    assert "Poisson" in page.get_by_role("textbox", name="Derivation").inner_text()
    page.goto("about:blank")
    page.goto(link)
    page.get_by_role("textbox", name="Derivation").wait_for()
    assert page.get_by_text("nothing has been run").count() == 1
    assert page.locator(".checker-bench").get_by_role("status").inner_text() == ""
    page.close()


@pytest.mark.parametrize("missing", ["WebAssembly", "network", "server"])
def test_what_is_missing_is_said_in_one_sentence(browser, address, missing):
    context = browser.new_context()
    page = context.new_page()
    if missing == "WebAssembly":
        page.add_init_script("delete window.WebAssembly")
    if missing == "network":
        page.route("**/_static/checker/**", lambda route: route.abort())
    page.goto(
        SITE.joinpath("book/definitions.html").as_uri()
        if missing == "server"
        else f"{address}/book/definitions.html"
    )
    box, check, status, _ = field(page, "waiting")
    box.fill("1 - ln lambda")
    check.click()
    told = {"WebAssembly": "no WebAssembly", "network": "not be fetched", "server": "From a file"}
    status.filter(has_text=told[missing]).wait_for()
    assert status.inner_text().count(". ") == 0
    context.close()


def test_without_scripts_there_is_a_sentence_and_the_solution(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/book/definitions.html")
    assert page.locator("form[data-exercise=waiting]").is_hidden()
    told = page.locator(".checker-asks noscript p").first
    told.scroll_into_view_if_needed()
    assert told.inner_text().startswith("With JavaScript switched on")
    assert page.get_by_text("Show the solution").count() >= 3
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_fields_and_editors_are_accessible_and_fit_a_phone(context, address, theme):
    page = context.new_page()
    page.set_default_timeout(READY)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{address}/book/workbench.html")
    page.get_by_role("button", name="Open the editor").click()
    page.get_by_role("textbox", name="Derivation").wait_for()
    page.locator(".checker-bench").get_by_role("button", name="As it was").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()
    page.close()
