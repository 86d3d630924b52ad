"""Every page in a real browser: silent, still, accessible, local, and useful without JavaScript.

A page is opened once; the tests about it read what was noted then, or change the window.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import ImageColor

from helpers.plotting import INK
from tests.site_pages import all_pages, book_pages
from tools.site_server import size_sent

LANDING = "book/index.html"
FIRST_VISIT = {LANDING: 300_000}
OTHER_PAGES = 600_000
SHIFT = 0.01

NOTE_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver(list => {
    for (const entry of list.getEntries())
      if (!entry.hadRecentInput) window.shifts.push(
        [entry.value, entry.sources.map(s => s.node && (s.node.id || s.node.className)).join(' ')]);
  }).observe({type: 'layout-shift', buffered: true});
"""
# Read to the end as a reader does: what comes late comes now.
SCROLL_THROUGH = """async () => {
  const step = innerHeight * 0.4;
  for (let at = 0; at < document.documentElement.scrollHeight; at += step) {
    scrollTo(0, at);
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  }
  scrollTo(0, 0);
  await document.fonts.ready;
  await new Promise(done => setTimeout(done, 100));
}"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const clipped = box => {
    for (let up = box.parentElement; up; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    return false;
  };
  return [...document.querySelectorAll('main *')]
    .filter(box => box.getBoundingClientRect().right > width + 1 && !clipped(box))
    .map(box => `${box.tagName}.${box.className} ${box.textContent.slice(0, 60)}`).slice(0, 5)
    .concat('the page is wider than the screen');
}"""


@dataclass
class Visit:
    """A page as it was opened, and what was noted meanwhile."""

    name: str
    page: object
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def opened(browser, address: str, name: str, **options) -> Visit:
    context = browser.new_context(**options)
    page = context.new_page()
    visit = Visit(name, page)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("console", lambda message: visit.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: visit.said.append(f"error: {error}"))
    page.on("requestfailed", lambda request: visit.failed.append(request.url))
    page.on("response", lambda r: visit.failed.append(r.url) if r.status >= 400 else None)
    page.add_init_script(NOTE_SHIFTS)
    page.goto(f"{address}/{name}", wait_until="load")
    return visit


@pytest.fixture(scope="module")
def visit(browser, address, request):
    """The page that the parameter names, wide and light, read to its end."""
    visit = opened(
        browser,
        address,
        request.param,
        viewport={"width": 1280, "height": 900},
        color_scheme="light",
    )
    # A reader rests at the top first: what arrives late there moves what is being read.
    visit.page.wait_for_load_state("networkidle")
    visit.page.evaluate(SCROLL_THROUGH)
    yield visit
    visit.page.context.close()


every_page = pytest.mark.parametrize("visit", all_pages(), indirect=True)


@every_page
def test_everything_is_local_and_answered(visit: Visit, address: str) -> None:
    host = urlsplit(address).netloc
    assert not [url for url in visit.requests if urlsplit(url).netloc not in {host, ""}]
    assert not visit.failed


@every_page
def test_the_console_is_silent(visit: Visit) -> None:
    assert not visit.said


@every_page
def test_nothing_jumps(visit: Visit) -> None:
    shifts = visit.page.evaluate("window.shifts")
    assert sum(value for value, _ in shifts) <= SHIFT, shifts


@every_page
def test_a_first_visit_is_light(visit: Visit, site: Path) -> None:
    paths = {urlsplit(url).path for url in visit.requests if url.startswith("http")}
    sent = {path: size_sent(site, path)[1] for path in paths}
    limit = FIRST_VISIT.get(visit.name, OTHER_PAGES)
    assert sum(sent.values()) <= limit, sorted(sent.items(), key=lambda item: -item[1])[:6]


def holds_a_formula(visit: Visit, node: dict) -> bool:
    return visit.page.evaluate(
        "where => !!document.querySelector(where).querySelector('math')", node["target"][0]
    )


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, scheme: str) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.page.emulate_media(color_scheme=scheme)
    # The page's policy forbids what wait_for_function does in it; asking again does the same.
    for _ in range(100):
        if visit.page.evaluate("document.documentElement.dataset.theme") == scheme:
            break
        visit.page.wait_for_timeout(50)
    assert visit.page.evaluate("document.documentElement.dataset.theme") == scheme
    # The colours of links and buttons move for a moment.
    visit.page.evaluate(
        "() => Promise.allSettled(document.getAnimations().map(moving => moving.finished))"
    )
    found = Axe().run(visit.page, options={"resultTypes": ["violations"]}).response
    violations = [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
        # axe does not read MathML: a header that is a formula looks empty to it, and is not.
        if not (one["id"] == "empty-table-header" and holds_a_formula(visit, node))
    ]
    assert found["testEngine"]["name"] == "axe-core"
    assert not violations, "\n".join(violations)


@every_page
def test_no_sideways_scroll_on_a_phone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 780})
    wide = visit.page.evaluate(TOO_WIDE)
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    assert not wide


@pytest.mark.parametrize("visit", book_pages(), indirect=True)
def test_explorers_move_by_keyboard(visit: Visit) -> None:
    visit.page.emulate_media(color_scheme="light")
    for explorer in visit.page.query_selector_all("[data-explorer]"):
        for slider in explorer.query_selector_all("input[type=range]"):
            assert slider.evaluate("input => input.labels.length > 0 || !!input.ariaLabel")
            look = "box => box.querySelector('svg').outerHTML"
            before = explorer.evaluate(look), slider.get_attribute("aria-valuetext")
            slider.focus()
            at_end = slider.evaluate("input => input.value === input.max")
            slider.press("ArrowLeft" if at_end else "ArrowRight")
            after = explorer.evaluate(look), slider.get_attribute("aria-valuetext")
            assert after[0] != before[0], "the picture stands still"
            assert after[1] != before[1], "the announced value stands still"
            shown = slider.evaluate("input => input.parentNode.querySelector('output').textContent")
            assert shown
            assert after[1].startswith(shown)
            slider.press("ArrowRight" if at_end else "ArrowLeft")
            back = explorer.evaluate(look), slider.get_attribute("aria-valuetext")
            assert back == before, "the way back does not lead back"


@pytest.mark.parametrize("name", book_pages())
def test_works_without_javascript(browser, address, site, name: str) -> None:
    visit = opened(
        browser, address, name, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    page = visit.page
    try:
        assert page.locator("article h1").is_visible()
        formulas = (site / name).read_text(encoding="utf-8").count('class="katex-html"')
        assert page.locator(".katex-html").count() == formulas
        for picture in page.locator("article :is(.book-figure, [data-explorer]) svg").all():
            box = picture.bounding_box()
            assert box
            assert min(box["width"], box["height"]) > 50
        for dead in page.locator("article :is(input, button)").all():
            assert not dead.is_visible(), "a control that would do nothing"
        for folded in page.locator("article details").all()[:1]:
            folded.locator("summary").first.click()
            assert folded.get_attribute("open") is not None
    finally:
        page.context.close()


@pytest.mark.parametrize("visit", book_pages(), indirect=True)
def test_equation_links_land_on_their_equation(visit: Visit, browser, address) -> None:
    links = visit.page.eval_on_selector_all(
        "article a.reference[href*='#equation-']", "all => [...new Set(all.map(a => a.href))]"
    )
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    for link in links:
        page.goto(link)
        anchor = json.dumps(urlsplit(link).fragment)
        box = page.evaluate(f"document.getElementById({anchor}).getBoundingClientRect().toJSON()")
        seen = page.evaluate(
            "[document.querySelector('.bd-header-article').offsetHeight, innerHeight]"
        )
        assert seen[0] - 1 <= box["top"] < seen[1], f"{link} is out of sight"
        number = page.evaluate(
            f"document.getElementById({anchor}).querySelector('.eqno').innerText"
        )
        said = visit.page.eval_on_selector(
            f"article a.reference[href$='#{urlsplit(link).fragment}']", "a => a.innerText"
        )
        assert said.strip("()") in number
    context.close()


def test_search_finds_a_word(browser, address) -> None:
    visit = opened(browser, address, "search.html?q=Chebyshev")
    visit.page.wait_for_selector("#search-results li a", timeout=20_000)
    found = visit.page.eval_on_selector_all("#search-results li a", "all => all.map(a => a.href)")
    assert any("law_of_large_numbers" in link for link in found)
    visit.page.wait_for_selector("#search-results li p.context")
    excerpts = visit.page.locator("#search-results li p.context").all_inner_texts()
    assert any("Chebyshev" in excerpt for excerpt in excerpts)
    # What is around the text is no excerpt of it.
    assert not [one for one in excerpts if "Show the code" in one or "On this page" in one]
    assert not visit.said
    assert not visit.failed
    visit.page.context.close()


def test_search_box_leads_there(browser, address) -> None:
    visit = opened(browser, address, LANDING, viewport={"width": 1280, "height": 900})
    visit.page.keyboard.press("Control+k")
    visit.page.keyboard.type("Chebyshev")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#search-results li a", timeout=20_000)
    assert not visit.said
    visit.page.context.close()


def test_opens_from_disk(browser, site: Path) -> None:
    """From file:// too: styles, scripts, explorers and search; only excerpts need a server."""
    visit = opened(browser, site.as_uri(), LANDING, viewport={"width": 1280, "height": 900})
    page = visit.page
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    face = page.evaluate("getComputedStyle(document.querySelector('.katex')).fontFamily")
    assert "KaTeX" in face
    for explorer in page.query_selector_all("[data-explorer]"):
        assert explorer.get_attribute("data-ready") is not None
    page.goto(f"{site.as_uri()}/search.html?q=likelihood")
    page.wait_for_selector("#search-results li a", timeout=20_000)
    assert not visit.said
    assert not visit.failed
    page.context.close()


def test_the_readers_choice_of_colours_stays(browser, address) -> None:
    visit = opened(
        browser, address, LANDING, color_scheme="light", viewport={"width": 1280, "height": 900}
    )
    page = visit.page
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "light"
    page.click(".theme-switch-button")
    assert page.evaluate(theme) == "dark"
    page.reload()
    assert page.evaluate(theme) == "dark"
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, dark.strip("rgb()").split(",")[:3])) < 60
    page.context.close()


def test_print_shows_what_was_folded(browser, address) -> None:
    visit = opened(browser, address, LANDING)
    page = visit.page
    page.emulate_media(media="print")
    assert not page.locator(".bd-sidebar-primary").is_visible()
    assert page.locator("article h1").first.is_visible()
    page.context.close()


def test_a_dark_page_is_printed_in_ink(browser, address) -> None:
    visit = opened(browser, address, "book/definitions.html", color_scheme="dark")
    page = visit.page
    colours = """[...document.querySelectorAll('article .highlight span')]
        .map(word => getComputedStyle(word).color)"""
    assert len(set(page.evaluate(colours))) > 3
    page.emulate_media(media="print")
    assert set(page.evaluate(colours)) == {f"rgb{ImageColor.getrgb(INK)}"}
    page.context.close()


def test_the_page_for_lost_links(browser, address) -> None:
    visit = opened(browser, address, "somewhere/deep/gone.html")
    assert visit.page.locator("h1").inner_text() == "There is no page at this address"
    visit.page.context.close()


def test_the_root_leads_to_the_book(browser, address) -> None:
    visit = opened(browser, address, "")
    visit.page.wait_for_url(f"**/{LANDING}")
    assert visit.page.locator("article h1").is_visible()
    visit.page.context.close()
