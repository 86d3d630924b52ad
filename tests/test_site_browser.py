"""Every page in a real browser: silent, still, accessible, local, and useful without JavaScript.

A page is opened once; the tests about it read what was noted then, or change the window.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import ImageColor

from helpers.plotting import INK
from tests.site_pages import NOTHING_BUILT, ROOT, SITE, all_pages, book_pages
from tools.site_server import size_sent
from tools.stored import stored_payloads

ASSETS = ROOT / "_ext/assets"
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
# Read to the end as a reader does: what comes late comes now. In the frame after a scroll the
# browser sees what came near, in the next it has laid it out.
SCROLL_THROUGH = """async () => {
  const step = innerHeight * 0.8;
  for (let at = 0; at < document.documentElement.scrollHeight; at += step) {
    scrollTo(0, at);
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
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

# Opened one after the other and read, because what is wide becomes reachable when it is seen.
UNFOLD = """async () => {
  window.folded = [...document.querySelectorAll('article details:not([open])')];
  for (const box of window.folded) {
    box.open = true;
    for (let down = 0; down < box.offsetHeight; down += innerHeight * 0.8) {
      scrollTo(0, scrollY + box.getBoundingClientRect().top - 100 + down);
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    }
  }
  scrollTo(0, 0);
  await new Promise(done => setTimeout(done, 50));
}"""
FOLD = "() => { for (const box of window.folded) box.open = false; }"
# Rules about colours differ between light and dark; what the others judge (names, roles, order,
# focus) is the same page in both.
COLOUR_RULES = json.dumps(["color-contrast", "link-in-text-block"])
STRUCTURE = f"""() => axe.run({{
  resultTypes: ['violations'],
  rules: Object.fromEntries({COLOUR_RULES}.map(rule => [rule, {{enabled: false}}])),
}})"""
# axe judges colours by finding what lies under every word, and needs ten seconds a page to find out
# where each of tens of thousands of glyphs lies. Whether words are legible follows from their look:
# their colour, size and weight, and all that is painted behind them. So every look on the page is
# judged, on up to three elements that have it, with the rest of the page emptied meanwhile.
COLOURS = f"""async () => {{
  const behind = new Map();
  const looks = () => {{
    const found = new Map();
    const walk = (box, around) => {{
      const style = getComputedStyle(box);
      if (style.display === 'none') return 0;
      const paint = [
        style.backgroundColor, style.backgroundImage, style.opacity, style.filter,
        style.mixBlendMode, style.position].join('|');
      let ground = around;
      if (paint !== 'rgba(0, 0, 0, 0)|none|1|none|normal|static') {{
        const key = `${{around}} under ${{paint}}`;
        if (!behind.has(key)) behind.set(key, behind.size + 1);
        ground = behind.get(key);
      }}
      let size = 1;
      for (const child of box.children) size += walk(child, ground);
      const own = [...box.childNodes].some(node => node.nodeType === 3 && node.data.trim());
      const link = box.matches('a[href]');
      if (own || link || box.matches('input, select, textarea')) {{
        const look = [
          ground, style.color, style.fontSize, style.fontWeight, style.textShadow,
          style.visibility];
        // A link must also differ from the words that it stands among.
        if (link) look.push(
          style.textDecorationLine, style.borderBottomStyle, style.fontStyle,
          getComputedStyle(box.parentElement).color);
        const key = look.join('|');
        if (!found.has(key)) found.set(key, []);
        found.get(key).push([size, link ? box.parentElement : box]);
      }}
      return size;
    }};
    walk(document.body, 0);
    return found;
  }};
  const all = looks(), chosen = new Set(), around = new Set();
  for (const found of all.values()) {{
    const least = Math.min(...found.map(([size]) => size));
    const small = found.filter(([size]) => size === least);
    for (const at of [0, small.length >> 1, small.length - 1]) {{
      const box = small[at][1].closest('svg') ?? small[at][1];
      chosen.add(box);
      for (let up = box.parentElement; up; up = up.parentElement) around.add(up);
    }}
  }}
  const out = [];
  const thin = box => {{
    for (const child of [...box.children])
      if (!chosen.has(child) && !around.has(child)) {{
        // An empty one in its place: its neighbours' style may depend on where they stand.
        const place = child.cloneNode(false);
        child.replaceWith(place);
        out.push([place, child]);
      }} else if (!chosen.has(child)) thin(child);
  }};
  thin(document.body);
  // Formulas hide their glyphs from screen readers, and axe what those do not read; eyes see them.
  const hidden = [...document.querySelectorAll('.katex-html[aria-hidden]')];
  for (const box of hidden) box.removeAttribute('aria-hidden');
  const left = looks(), lost = [...all.keys()].filter(key => !left.has(key));
  const result = await axe.run({{
    runOnly: {COLOUR_RULES}, resultTypes: ['violations', 'incomplete']}});
  for (const box of hidden) box.setAttribute('aria-hidden', 'true');
  for (const [place, child] of out) place.replaceWith(child);
  if (lost.length) throw Error(`emptying the rest changed ${{lost}}`);
  return result;
}}"""

LAST_OF = """anchors => anchors.map(anchor => document.getElementById(anchor))
  .reduce((one, other) => one.compareDocumentPosition(other) & 4 ? other : one).id"""
PLACE = """{
  top: document.getElementById(anchor).getBoundingClientRect().top,
  below: document.querySelector('.bd-header-article').offsetHeight,
  height: innerHeight,
  number: document.getElementById(anchor).querySelector('.eqno').innerText,
}"""
SOME_FRAMES = "for (let k = 0; k < 6; k++) await new Promise(requestAnimationFrame);"
LANDING_PLACE = f"async anchor => {{ {SOME_FRAMES} return {PLACE}; }}"
# Before each link the reader is at the top, and the browser has forgotten how tall the parts are
# that it has laid out, as on a first visit.
FOLLOW_EACH = f"""async anchors => {{
  const found = [];
  for (const anchor of anchors) {{
    const put_off = [...document.querySelectorAll('.later')];
    history.replaceState(null, '', location.pathname);
    scrollTo(0, 0);
    for (const part of put_off) part.style.containIntrinsicSize = 'none';
    for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame);
    for (const part of put_off) part.style.containIntrinsicSize = '';
    location.hash = anchor;
    {SOME_FRAMES}
    found.push([anchor, {PLACE}]);
  }}
  return found;
}}"""

# The rules of our own sheets that hold for something on the page and that the page did not get. A
# state such as :hover is taken to hold; addresses of files differ, and custom properties that
# nothing uses are left out.
LOST_RULES = r"""async own => {
  const sheet = await new CSSStyleSheet().replace(own);
  const rules = function* (list) {
    for (const rule of list)
      if (rule.selectorText) yield rule;
      else if (rule.cssRules) yield* rules(rule.cssRules);
  };
  const still = selector => selector
    .replace(/::[\w-]+(\([^)]*\))?/g, '')
    .replace(/:(hover|focus-visible|focus-within|focus|target|active)\b/g, ':is(*)') || '*';
  const said = rule => rule.style.cssText.replace(/url\([^)]*\)/g, '')
    .replace(/--[\w-]+:[^;]*;\s*/g, '').trim();
  const holds = (selector, box) => {
    try { return box ? box.matches(still(selector)) : document.querySelectorAll(still(selector)); }
    catch { return box ? false : []; }
  };
  const had = new Map();
  for (const one of document.styleSheets)
    for (const rule of rules(one.cssRules))
      had.set(said(rule), [...(had.get(said(rule)) ?? []), rule.selectorText]);
  const lost = [];
  for (const rule of rules(sheet.cssRules))
    for (const box of [...holds(rule.selectorText)].slice(0, 3))
      if (!(had.get(said(rule)) ?? []).some(selector => holds(selector, box)))
        lost.push(rule.selectorText);
  return [[...rules(sheet.cssRules)].length, [...new Set(lost)]];
}"""
# Letters that only an icon font has: without it, boxes.
WITHOUT_A_FACE = r"""() => [...document.querySelectorAll('body *')].flatMap(box =>
  ['::before', '::after'].filter(part => {
    const style = getComputedStyle(box, part);
    return style.display !== 'none' && /[\uE000-\uF8FF]/.test(style.content);
  }).map(part => `${box.outerHTML.slice(0, 100)} ${part}`))"""

LOOSE_DISPLAYS = """() => [...document.querySelectorAll(
    '.katex-display, math[display=block], div.math')]
  .filter(one => !one.closest('.derivation')).map(one => one.outerHTML.slice(0, 200))"""


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
def test_every_display_stands_in_a_derivation(visit: Visit) -> None:
    """Whatever way it came in: what the page displays, a stored derivation shows."""
    assert not visit.page.evaluate(LOOSE_DISPLAYS)
    notebook = (ROOT / visit.name).with_suffix(".ipynb")
    stored = list(stored_payloads(notebook)) if notebook.exists() else []
    assert visit.page.evaluate("document.querySelectorAll('.derivation').length") == len(stored)
    if stored:
        assert visit.page.evaluate("!!document.querySelector('.derivation .katex-display')")


def lost_rules(visit: Visit) -> list[str]:
    own = [path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.css"))]
    read, lost = visit.page.evaluate(LOST_RULES, "\n".join(own))
    assert read > 200, "the sheets could not be read"
    return lost


@every_page
def test_no_rule_of_ours_is_lost(visit: Visit) -> None:
    assert not lost_rules(visit)


@every_page
def test_every_sign_has_its_face(visit: Visit) -> None:
    assert not visit.page.evaluate(WITHOUT_A_FACE)


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


def violations(visit: Visit, script: str) -> list[str]:
    """Let axe look at the page as the script asks it to; return what it objects to."""
    found = visit.page.evaluate(script)
    assert found["testEngine"]["name"] == "axe-core"
    assert found["passes"], "axe looked at nothing"
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
        # axe does not read MathML: a header that is a formula looks empty to it, and is not.
        if not (one["id"] == "empty-table-header" and holds_a_formula(visit, node))
    ]


def turn(visit: Visit, scheme: str) -> None:
    """Change the reader's colours, and wait until the page has them."""
    visit.page.emulate_media(color_scheme=scheme)
    # The page's policy forbids what wait_for_function does in it; asking again does the same.
    for _ in range(100):
        if visit.page.evaluate("document.documentElement.dataset.theme") == scheme:
            break
        visit.page.wait_for_timeout(50)
    assert visit.page.evaluate("document.documentElement.dataset.theme") == scheme
    # The colours of links and buttons move for a moment.
    visit.page.evaluate(
        """() => Promise.race([
          Promise.allSettled(document.getAnimations().map(moving => moving.finished)),
          new Promise(done => setTimeout(done, 1000)),  // what is out of sight may never move
        ])"""
    )


@pytest.fixture(scope="module")
def unfolded(visit: Visit):
    """The page with everything folded open, and axe in it."""
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.page.evaluate(UNFOLD)
    visit.page.evaluate(Axe().axe_script)
    yield visit
    visit.page.evaluate(FOLD)


@every_page
def test_axe_finds_nothing(visit: Visit, unfolded: Visit) -> None:
    """All rules but those about colours, which are asked of both modes below."""
    turn(unfolded, "light")
    found = violations(unfolded, STRUCTURE)
    assert not found, "\n".join(found)


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_legible(visit: Visit, unfolded: Visit, scheme: str) -> None:
    turn(unfolded, scheme)
    found = violations(unfolded, COLOURS)
    assert not found, "\n".join(found)


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
        for folded in page.locator("article details.starred > summary").all():
            folded.click()
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


LINK = re.compile(r'<a class="([^"]*)" href="([^"#]*)#(equation-eq-[^"]+)"[^>]*>(.*?)</a>', re.S)


def equation_links() -> dict[str, dict[str, set[str]]]:
    """Return, by page, the equations that links anywhere in the book name, and what those say."""
    found: dict[str, dict[str, set[str]]] = {}
    for name in set(book_pages()) - {NOTHING_BUILT}:
        text = (SITE / name).read_text(encoding="utf-8")
        for classes, page, anchor, words in LINK.findall(text[text.index("<article") :]):
            if "headerlink" not in classes:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), page))
                said = found.setdefault(target if page else name, {}).setdefault(anchor, set())
                # What the claims' picture links from is a box with the claim's title.
                if "reference" in classes:
                    said.add(re.sub("<[^>]+>", "", words).rpartition("(")[2].strip(")"))
    return found


EQUATIONS = equation_links()


def test_every_chapter_has_equations_that_are_linked() -> None:
    assert len(EQUATIONS) >= 6
    assert sum(map(len, EQUATIONS.values())) > 80


@pytest.mark.parametrize("visit", sorted(EQUATIONS) or [NOTHING_BUILT], indirect=True)
def test_equation_links_land_on_their_equation(visit: Visit, browser, address) -> None:
    anchors = EQUATIONS[visit.name]
    # One from another page, to the equation farthest down; then every one, within the page.
    last = visit.page.evaluate(LAST_OF, list(anchors))
    other = opened(
        browser, address, f"{visit.name}#{last}", viewport={"width": 1280, "height": 900}
    )
    landings = [[last, other.page.evaluate(LANDING_PLACE, last)]]
    other.page.context.close()
    landings += visit.page.evaluate(FOLLOW_EACH, list(anchors))
    assert len(landings) == len(anchors) + 1
    for anchor, place in landings:
        assert place["below"] - 1 <= place["top"] < place["height"], f"{anchor} is out of sight"
        assert place["number"], f"{anchor} has no number"
        for said in anchors[anchor]:
            assert said in place["number"], f"a link to {anchor} calls it {said}"


def test_the_contents_mark_the_section_being_read(browser, address) -> None:
    visit = opened(
        browser, address, "book/definitions.html", viewport={"width": 1280, "height": 900}
    )
    marked = visit.page.locator("#pst-page-toc-nav a[aria-current]")
    links = visit.page.locator("#pst-page-toc-nav a")
    links.nth(4).click()
    visit.page.wait_for_function(
        "text => document.querySelector('#pst-page-toc-nav a[aria-current]')?.textContent === text",
        arg=links.nth(4).text_content(),
    )
    assert marked.count() == 1
    # Back before the first section, none of them.
    visit.page.keyboard.press("Home")
    visit.page.wait_for_function(
        "() => !document.querySelector('#pst-page-toc-nav a[aria-current]')", timeout=5_000
    )
    visit.page.context.close()


def test_the_citation_is_seen_whole_on_a_phone(browser, address) -> None:
    visit = opened(browser, address, LANDING, viewport={"width": 360, "height": 740})
    entry = visit.page.locator(".highlight-bibtex pre")
    entry.scroll_into_view_if_needed()
    assert "@misc" in entry.inner_text()
    assert entry.evaluate("box => box.scrollWidth <= box.clientWidth")
    visit.page.context.close()


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
    assert not lost_rules(visit)
    assert not visit.said
    assert not visit.failed
    visit.page.context.close()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("(5.4)", r"^\(5\.4\)"),
        ("5.4", r"^\(5\.4\)"),
        ("D_KL", r"^\(\d\.\d+\)"),
        ("KL(P||Q)", r"^\(\d\.\d+\)"),
        ("D_KL(P ‖ Q)", r"^\(\d\.\d+\)"),
        ("divergence", r"."),
    ],
)
def test_search_finds_equations_and_chapters_first(browser, address, query, first) -> None:
    visit = opened(browser, address, f"search.html?q={quote(query)}")
    page = visit.page
    page.wait_for_selector("#search-results li a", timeout=20_000)
    page.wait_for_timeout(1000)
    titles = page.locator("#search-results li > a").all_inner_texts()
    assert re.search(first, titles[0]), titles[:3]
    links = page.eval_on_selector_all("#search-results li > a", "all => all.map(a => a.href)")
    functions = [k for k, link in enumerate(links) if "/api.html" in link]
    text = [k for k, link in enumerate(links) if not re.search(r"/(api|ledger|bibli)", link)]
    assert not functions or max(text) < min(functions)
    page.goto(links[0])
    if "#" in links[0]:
        assert page.evaluate("!!document.getElementById(location.hash.slice(1))")
    assert not visit.said
    page.context.close()


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
    # The text's own face, not another with serifs: the widths of letters tell.
    assert page.evaluate(
        """async () => {
          await document.fonts.ready;
          const mine = [...document.fonts].filter(f => /Source Serif/.test(f.family));
          return mine.filter(f => f.status === 'loaded').length >= 1
            && document.fonts.check('16px "Source Serif 4"');
        }"""
    )
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


@pytest.mark.parametrize("name", [LANDING, "book/proof.html"])
def test_only_the_text_is_printed(browser, address, name) -> None:
    visit = opened(browser, address, name)
    page = visit.page
    around = """[...document.querySelectorAll('body *')]
        .filter(box => !box.closest('article') && box.checkVisibility() && box.clientHeight > 1)
        .filter(box => [...box.childNodes].some(one => one.nodeType === 3 && one.data.trim()))
        .map(box => box.textContent.trim())"""
    assert "Bibliography" in page.evaluate(around)
    page.emulate_media(media="print")
    assert page.evaluate(around) == []
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
