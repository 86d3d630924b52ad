"""Reading a page in a real browser: one's place, folded code, copying, paper."""

from __future__ import annotations

import importlib
import re

import pytest

from tests.site_pages import NOTHING_BUILT, SITE, book_pages
from tests.test_site_browser import opened

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 800}
LONG = "book/proof.html"

# The part of the text at the top of the screen, and how much of it is above.
PLACE = """() => {
  const edge = document.querySelector('.bd-header-article').offsetHeight + 8;
  const parts = [...document.querySelectorAll('article section > :not(section)')];
  const at = parts.findIndex(part => part.getBoundingClientRect().bottom > edge);
  const box = parts[at].getBoundingClientRect();
  return { at, share: (edge - box.top) / box.height, top: box.top, height: box.height };
}"""
ALL_LAID_OUT = "!document.querySelector('.later')"
TO_THE_MIDDLE = """() => {
  const parts = [...document.querySelectorAll('article section > .cell')];
  parts[parts.length >> 1].scrollIntoView();
  scrollBy(0, -20);
}"""


def wait_until(page, condition: str, seconds: float = 30) -> None:
    """Ask again and again: the page's policy forbids what wait_for_function does in it."""
    for _ in range(int(seconds * 20)):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {seconds} s: {condition}")


def read_on(page) -> dict:
    """Go to the middle of the page, and rest there as a reader does."""
    wait_until(page, ALL_LAID_OUT)
    page.evaluate(TO_THE_MIDDLE)
    page.wait_for_timeout(400)
    return page.evaluate(PLACE)


def assert_same(before: dict, after: dict) -> None:
    assert after["at"] == before["at"]
    assert after["top"] == pytest.approx(before["top"], abs=4)


@pytest.fixture
def long_page(browser, address):
    visit = opened(browser, address, LONG, viewport=DESKTOP)
    yield visit.page
    assert not visit.said
    visit.page.context.close()


def test_the_place_survives_a_reload(long_page) -> None:
    before = read_on(long_page)
    long_page.reload(wait_until="load")
    wait_until(long_page, ALL_LAID_OUT)
    assert_same(before, long_page.evaluate(PLACE))


def test_a_reload_beats_the_anchor_that_the_reader_has_left(long_page) -> None:
    long_page.evaluate("location.hash = document.querySelector('.derivation[id]').id")
    before = read_on(long_page)
    long_page.reload(wait_until="load")
    wait_until(long_page, ALL_LAID_OUT)
    assert_same(before, long_page.evaluate(PLACE))


def test_the_place_is_there_on_the_way_back(long_page, address) -> None:
    before = read_on(long_page)
    long_page.goto(f"{address}/book/ledger.html", wait_until="load")
    long_page.go_back(wait_until="load")
    wait_until(long_page, ALL_LAID_OUT)
    assert_same(before, long_page.evaluate(PLACE))


def test_the_place_survives_another_width(long_page) -> None:
    before = read_on(long_page)
    for width in (700, 390, 1280):
        long_page.set_viewport_size({"width": width, "height": 800})
        long_page.wait_for_timeout(400)
        assert long_page.evaluate(PLACE)["at"] == before["at"]


def test_the_end_is_the_end(browser, address) -> None:
    """At once, not after what is far below has been laid out."""
    visit = opened(browser, address, LONG, viewport=DESKTOP)
    page = visit.page
    page.keyboard.press("End")
    left = "document.documentElement.scrollHeight - innerHeight - scrollY"
    # How long a jump takes depends on the machine; where it ends does not.
    wait_until(page, f"{left} < 2")
    wait_until(page, ALL_LAID_OUT)
    page.wait_for_timeout(300)
    assert page.evaluate(left) < 2
    page.context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_page_has_its_height_before_it_is_read(browser, address, viewport) -> None:
    visit = opened(browser, address, LONG, viewport=viewport)
    page = visit.page
    wait_until(page, ALL_LAID_OUT)
    height = "document.documentElement.scrollHeight"
    before = page.evaluate(height)
    page.evaluate(
        """async () => {
          for (let at = 0; at < document.documentElement.scrollHeight; at += innerHeight) {
            scrollTo(0, at);
            await new Promise(requestAnimationFrame);
          }
        }"""
    )
    assert page.evaluate(height) == pytest.approx(before, abs=2)
    page.context.close()


# Code


FOLD = re.compile("<details[^>]*cell-code")


def chapters() -> list[str]:
    found = [
        name
        for name in book_pages()
        if name != NOTHING_BUILT and FOLD.search((SITE / name).read_text("utf-8"))
    ]
    return found or [NOTHING_BUILT]


FOLDS = "[...document.querySelectorAll('details.cell-code')].map(fold => fold.open)"
OPEN_CODE = """[...document.querySelectorAll('article .cell_input')]
  .filter(code => code.checkVisibility() && !code.closest('.tag_show-code, .tag_hide-cell'))
  .length"""


@pytest.mark.parametrize("name", chapters())
def test_code_is_folded_under_what_it_shows(browser, address, name) -> None:
    visit = opened(browser, address, name, viewport=DESKTOP)
    page = visit.page
    wait_until(page, ALL_LAID_OUT)
    assert page.evaluate(FOLDS)
    assert not any(page.evaluate(FOLDS))
    assert page.evaluate(OPEN_CODE) == 0
    # A derivation's stands in one line with its checks.
    rows = page.evaluate(
        """[...document.querySelectorAll('.derivation-tools:has(.cell-code)')]
          .filter(row => row.checkVisibility())
          .map(row => [...row.querySelectorAll(':scope > details > summary')]
            .map(one => Math.round(one.getBoundingClientRect().top)))"""
    )
    assert all(len(row) >= 2 and max(row) - min(row) <= 2 for row in rows)
    page.context.close()


def test_the_switch_shows_all_code_and_is_remembered(browser, address) -> None:
    name, other = chapters()[0], chapters()[1]
    visit = opened(browser, address, name, viewport=DESKTOP)
    page = visit.page
    page.click(".code-switch")
    assert all(page.evaluate(FOLDS))
    assert page.get_attribute(".code-switch", "aria-pressed") == "true"
    page.goto(f"{address}/{other}", wait_until="load")
    assert all(page.evaluate(FOLDS))
    page.click(".code-switch")
    assert not any(page.evaluate(FOLDS))
    page.goto(f"{address}/{name}", wait_until="load")
    assert not any(page.evaluate(FOLDS))
    page.goto(f"{address}/{name}?code=show", wait_until="load")
    assert all(page.evaluate(FOLDS))
    assert not visit.said
    page.context.close()


def test_the_switch_keeps_the_place(long_page) -> None:
    before = read_on(long_page)
    # At its place in the bar: to bring it into view, as a locator does, would scroll the page.
    box = long_page.locator(".code-switch").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for pressed in ("true", "false"):
        long_page.mouse.click(*middle)
        long_page.wait_for_timeout(300)
        assert long_page.get_attribute(".code-switch", "aria-pressed") == pressed
        assert long_page.evaluate(PLACE)["at"] == before["at"]


def test_what_opens_in_a_row_leaves_the_row_in_place(long_page) -> None:
    wait_until(long_page, ALL_LAID_OUT)
    summary = long_page.locator(".derivation-tools .cell-code > summary").first
    summary.scroll_into_view_if_needed()
    where = summary.bounding_box()
    summary.click()
    # Its words, "Show" or "Hide", may be longer or shorter: it stands where it stood.
    now = summary.bounding_box()
    assert (now["x"], now["y"], now["height"]) == (where["x"], where["y"], where["height"])
    assert long_page.locator(".derivation-tools .cell_input").first.is_visible()


def test_paper_has_what_the_reader_had_open(long_page) -> None:
    wait_until(long_page, ALL_LAID_OUT)
    long_page.locator(".derivation-tools .cell-code > summary").first.click()
    long_page.emulate_media(media="print")
    seen = """[...document.querySelectorAll('article details')]
      .filter(box => !box.open && box.checkVisibility()).length"""
    assert long_page.evaluate(seen) == 0
    shown = "[...document.querySelectorAll('article .cell_input')].filter(x => x.checkVisibility())"
    assert long_page.evaluate(f"{shown}.length") == 1
    assert not long_page.evaluate(
        "[...document.querySelectorAll('article button')].some(one => one.checkVisibility())"
    )
    # As wide as the sheet.
    share = long_page.evaluate(
        "document.querySelector('article').offsetWidth / document.documentElement.clientWidth"
    )
    assert share > 0.9


# Starred sections


STARRED = "book/law_of_large_numbers.html"
INSIDE = "equation-eq-hoeffding-lemma"
PLACED = f"""() => {{
  const box = document.getElementById('{INSIDE}');
  const {{ top }} = box.getBoundingClientRect();
  return box.checkVisibility() && top >= 0 && top < innerHeight;
}}"""


def test_a_starred_section_is_folded_after_its_first_paragraph(browser, address) -> None:
    visit = opened(browser, address, STARRED, viewport=DESKTOP)
    folds = visit.page.locator("details.starred")
    assert folds.count() >= 3
    for fold in folds.all():
        assert fold.get_attribute("open") is None
        assert fold.evaluate("box => box.previousElementSibling.tagName") == "P"
        assert fold.evaluate("box => box.parentElement.firstElementChild.innerText").count("★") == 1
    folds.first.locator("summary").first.click()
    assert folds.first.evaluate("box => box.open")
    assert not visit.said
    visit.page.context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_link_into_a_starred_section_opens_it(browser, address, viewport) -> None:
    # From another page, and within the page.
    visit = opened(browser, address, f"{STARRED}#{INSIDE}", viewport=viewport)
    wait_until(visit.page, f"({PLACED})()")
    visit.page.context.close()
    visit = opened(browser, address, STARRED, viewport=viewport)
    visit.page.evaluate(f"location.hash = '{INSIDE}'")
    wait_until(visit.page, f"({PLACED})()")
    assert not visit.said
    visit.page.context.close()


def test_the_chapters_are_no_longer_than_promised(browser, address) -> None:
    measure = importlib.import_module("benchmarks.reading")
    assert not measure.broken(
        [measure.read(browser, address, *chapter) for chapter in measure.chapters()]
    )


# Copying


@pytest.fixture
def copying(browser, address):
    visit = opened(
        browser,
        address,
        LONG,
        viewport=DESKTOP,
        permissions=["clipboard-read", "clipboard-write"],
    )
    yield visit.page
    assert not visit.said
    visit.page.context.close()


def clipboard(page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def test_an_equation_and_its_link_are_copied(copying, address) -> None:
    first = copying.locator(".derivation[id]").first
    first.locator("button[data-copy=latex]").click()
    assert re.search(r"D_\{\\mathrm\{KL\}\}", clipboard(copying))
    assert "\\nobreak" not in clipboard(copying)
    first.locator("button[data-copy=link]").click()
    assert clipboard(copying) == f"{address}/{LONG}#{first.get_attribute('id')}"
    assert copying.locator(".copied-status").inner_text() == "Copied"


def test_a_derivation_is_copied_in_three_forms(copying) -> None:
    first = copying.locator(".derivation[id]").first
    first.locator(".derivation-copy > summary").click()
    forms = {}
    for form in ("align", "text", "code"):
        first.locator(f"button[data-copy={form}]").click()
        forms[form] = clipboard(copying)
    steps = first.locator(".derivation-step").count()
    assert forms["align"].startswith("\\begin{align}\n")
    assert forms["align"].count(r"\\") + 1 >= steps - 1
    assert forms["align"].count(r"\label{eq-") == 1
    assert len(forms["text"].splitlines()) >= steps
    assert not re.search(r"\\[a-z]+\{", forms["text"])
    assert "Derivation(" in forms["code"]


def test_a_selection_of_prose_is_copied_with_its_latex(copying) -> None:
    copying.evaluate(
        """() => {
          const all = [...document.querySelectorAll('article p')];
          const text = all.find(p => p.querySelector('.katex'));
          getSelection().selectAllChildren(text);
        }"""
    )
    copying.keyboard.press("Control+c")
    copied = clipboard(copying)
    assert re.search(r"\$[^$\n]+\$", copied)
    # Once, and in its line.
    assert "\\nobreak" not in copied
    assert len(copied.splitlines()) == 1


# The sheets of a small screen


def test_tab_stays_on_the_screen(browser, address) -> None:
    visit = opened(browser, address, LONG, viewport={"width": 640, "height": 400})
    page = visit.page
    for _ in range(12):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const box = document.activeElement.getBoundingClientRect();
              return box.right > 0 && box.left < innerWidth && box.width > 0;
            }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    page.context.close()


def test_on_this_page_closes_behind_the_reader(browser, address) -> None:
    visit = opened(browser, address, LONG, viewport=PHONE, has_touch=True)
    page = visit.page
    page.tap(".secondary-toggle")
    assert page.locator("#pst-secondary-sidebar-modal").is_visible()
    page.locator("#pst-secondary-sidebar-modal a").nth(3).tap()
    page.wait_for_timeout(400)
    assert not page.locator("#pst-secondary-sidebar-modal").is_visible()
    assert page.evaluate("scrollY") > 200
    # The contents are back where they were.
    page.tap(".secondary-toggle")
    assert page.locator("#pst-secondary-sidebar-modal a").count() > 3
    page.keyboard.press("Escape")
    page.tap(".primary-toggle")
    assert page.locator("#pst-primary-sidebar-modal").is_visible()
    assert not visit.said
    page.context.close()


# Figures


def test_sliders_remember_their_state_in_the_address(browser, address) -> None:
    visit = opened(browser, address, "book/definitions.html", viewport=DESKTOP)
    page = visit.page
    slider = page.locator("[data-explorer] input").first
    slider.focus()
    slider.press("End")
    end, moved = slider.input_value(), page.url
    assert "~" in moved
    page.reload(wait_until="load")
    assert slider.input_value() == end
    # Shared: someone else opens it.
    other = opened(browser, address, moved.removeprefix(f"{address}/"), viewport=DESKTOP)
    first = other.page.locator("[data-explorer]").first
    assert first.locator("input").first.input_value() == end
    shown = first.locator("output").first.inner_text()
    assert shown == page.locator("[data-explorer] output").first.inner_text()
    assert not other.said
    other.page.context.close()
    # Where it started, the address says nothing.
    start = slider.evaluate("input => input.defaultValue")
    slider.evaluate(
        """(input, start) => {
          input.value = start;
          for (const kind of ['input', 'change'])
            input.dispatchEvent(new Event(kind, {bubbles: true}));
        }""",
        start,
    )
    assert "~" not in page.url
    assert not visit.said
    page.context.close()
