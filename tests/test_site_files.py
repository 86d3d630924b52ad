"""What can be read off the built files: links, anchors, equations, nothing from elsewhere."""

from __future__ import annotations

import doctest
import importlib
import json
import re
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml
from docutils import nodes
from fontTools.ttLib import TTFont
from PIL import Image, ImageColor

from helpers.plotting import INK, PAPER, THETA_STAR, P
from tests.site_pages import ALONE, ROOT, SITE, all_pages, book_pages

PAGES = [*all_pages(), *sorted(ALONE)]
# Elements whose address the browser fetches by itself.
FETCHED = {
    ("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"),
    ("video", "src"), ("audio", "src"), ("object", "data"), ("embed", "src"), ("image", "href"),
    ("use", "href"), ("input", "src"), ("form", "action"),
}  # fmt: skip
# Links in <head> that say something and load nothing.
SAID = {"canonical", "index", "search", "next", "prev", "author", "license", "copyright"}


@dataclass
class Page(HTMLParser):
    """What a page names and offers."""

    ids: list[str] = field(default_factory=list)
    links: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    equations: set[str] = field(default_factory=set)
    images: list[dict[str, str]] = field(default_factory=list)
    svgs: list[list[tuple[str, dict[str, str]]]] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    title: str = ""
    letters: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str]]] = []
        self.inside_title = False

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in pairs}
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append((found["href"], found))
        if tag == "meta":
            key = found.get("name") or found.get("property") or found.get("http-equiv", "")
            self.meta[key] = found.get("content", "")
        for name in ("src", "href", "data", "action"):
            if (tag, name) in FETCHED and name in found:
                self.named.append(found[name])
                if found.get("rel") not in SAID:
                    self.fetched.append(found[name])
        self.fetched += re.findall(r"url\(['\"]?([^'\")]+)", found.get("style", ""))
        if tag == "img":
            self.images.append(found)
        if tag == "svg":
            self.svgs.append([*self.open, (tag, found)])
        if "eqno" in found.get("class", "").split():
            # The number stands in the equation's box, whose id is what links name.
            self.equations |= {
                attributes["id"] for _, attributes in self.open if "id" in attributes
            }
        self.inside_title = tag == "title" and not self.title
        if tag not in {"meta", "link", "img", "br", "hr", "input", "path", "use", "col", "source"}:
            self.open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] == tag:
                del self.open[at:]
                return

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1][0] not in {"script", "style"}:
            self.letters |= set(data)
        if self.inside_title:
            self.title, self.inside_title = data, False


@lru_cache(maxsize=64)
def parsed(name: str) -> Page:
    page = Page()
    page.feed((SITE / name).read_text(encoding="utf-8"))
    return page


def is_elsewhere(link: str) -> bool:
    return bool(urlsplit(link).netloc) or urlsplit(link).scheme in {"http", "https"}


def target_of(name: str, link: str) -> tuple[str, str]:
    """Return the file and the anchor that a link on a page leads to."""
    parts = urlsplit(urljoin(name, link))
    path = unquote(parts.path).lstrip("/")
    return path + "index.html" if path.endswith("/") else path, unquote(parts.fragment)


def test_the_site_has_the_chapters(site: Path) -> None:
    wanted = re.findall(r"(?:file|root): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    missing = [name for name in wanted if not (site / f"{name}.html").exists()]
    assert wanted
    assert not missing


@pytest.mark.parametrize("name", PAGES)
def test_no_link_or_anchor_is_dead(site: Path, name: str) -> None:
    dead = []
    page = parsed(name)
    for link in [link for link, _ in page.links] + page.named:
        if is_elsewhere(link) or link.startswith(("mailto:", "data:", "javascript:")):
            continue
        # The page for lost links is shown under any path, so its links start at the root.
        path, anchor = target_of("" if name == "404.html" else name, link)
        file = site / (path or name)
        found = file.is_file()
        if found and anchor and file.suffix == ".html":
            found = anchor in parsed(file.relative_to(site).as_posix()).ids
        if not found:
            dead.append(link)
    assert not dead, f"{name} links to what is not there"


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique(site: Path, name: str) -> None:
    ids = parsed(name).ids
    assert not {one for one in ids if ids.count(one) > 1}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_fetched_from_elsewhere(site: Path, name: str) -> None:
    assert not [link for link in parsed(name).fetched if is_elsewhere(link)]


def test_style_sheets_and_scripts_name_no_other_host(site: Path) -> None:
    sheets = [*site.rglob("*.css"), *site.glob("*.html")]
    assert len(sheets) > 2
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        named = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import[^;]+", text)
        assert not [link for link in named if is_elsewhere(link)], sheet.name
    for script in site.rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        loaders = re.findall(r"(?:import\(|fetch\(|src\s*=\s*)['\"]https?:[^'\"]+", text)
        assert not loaders, script.name


def test_fonts_hold_what_the_pages_show_and_little_more(site: Path) -> None:
    shown = {ord(letter) for name in PAGES for letter in parsed(name).letters}
    typed = set(range(0x20, 0x7F))
    sent = sorted((site / "_static" / "files").glob("*.woff2"))
    whole = {path.name: path for path in (ROOT / "_assets" / "node_modules").rglob("*.woff2")}
    assert len(sent) > 10
    for path in sent:
        reduced, original = TTFont(path), TTFont(whole[path.name])
        before, after = original.getBestCmap(), reduced.getBestCmap()
        assert set(after) >= set(before) & (shown | typed), path.name
        assert reduced["maxp"].numGlyphs < original["maxp"].numGlyphs, path.name
        widths, kept = original["hmtx"], reduced["hmtx"]
        assert all(widths[before[code]] == kept[glyph] for code, glyph in after.items())
        # The licence keeps the makers' names for what they made, and asks for their notice.
        names = [reduced["name"].getDebugName(k) for k in (0, 1, 3, 4, 6)]
        assert names[0] == original["name"].getDebugName(0)
        assert not [name for name in names[1:] if re.search("KaTeX|Source", name)]


@pytest.mark.parametrize("name", book_pages())
def test_every_equation_reference_names_a_numbered_equation(site: Path, name: str) -> None:
    for link, attributes in parsed(name).links:
        path, anchor = target_of(name, link)
        if not anchor.startswith("equation-") or "headerlink" in attributes.get("class", ""):
            continue
        assert anchor in parsed(path or name).equations, f"{name}: {link} is no numbered equation"


@pytest.mark.parametrize("name", book_pages())
def test_citations_lead_to_their_entries(site: Path, name: str) -> None:
    source = next((ROOT / name).parent.glob(f"{Path(name).stem}.[im]*"), None)
    written = source.read_text(encoding="utf-8") if source else ""
    cited = re.findall(r"\[[^\]]*\b\d{4}\b[^\]]*\]\(bibliography\.md\)", written)
    named = [target_of(name, link) for link, _ in parsed(name).links]
    keys = set(re.findall(r"@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text("utf-8")))
    led = [anchor for path, anchor in named if path == "book/bibliography.html" and anchor in keys]
    assert len(led) >= len(cited)


@pytest.mark.parametrize("name", book_pages())
def test_pictures_have_words(site: Path, name: str) -> None:
    page = parsed(name)
    assert not [image for image in page.images if "alt" not in image]
    for chain in page.svgs:
        hidden = any(found.get("aria-hidden") == "true" for _, found in chain)
        said = any(
            found.get("role") in {"img", "group", "graphics-document"}
            and (found.get("aria-label") or found.get("aria-labelledby"))
            for _, found in chain
        )
        drawn_by_katex = any("katex" in found.get("class", "") for _, found in chain)
        assert hidden or said or drawn_by_katex, f"{name}: a drawing without a word"


@pytest.mark.parametrize("name", all_pages())
def test_metadata(site: Path, name: str) -> None:
    page = parsed(name)
    assert page.title
    assert 20 <= len(page.meta.get("description", "")) <= 320
    assert page.meta["og:title"]
    assert page.meta["og:description"] == page.meta["description"]
    # A picture is named by its whole address, and only where the site knows its own.
    address = page.meta.get("og:url", "").removesuffix(name)
    assert page.meta.get("og:image", "") == (address and address + "card.png")
    assert bool(address) == (site / "card.png").exists()
    policy = page.meta["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline", policy)


def test_titles_differ(site: Path) -> None:
    titles = [parsed(name).title for name in all_pages()]
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if title.count(":") > 1 or "None" in title]


def test_each_page_has_a_sentence_of_its_own(site: Path) -> None:
    """Not the first words that happen to stand there: _config.yml has one for each page."""
    told = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    written = told["sphinx"]["config"]["book_page_summaries"]
    assert set(written) == {name.removesuffix(".html") for name in book_pages()}
    for name in book_pages():
        said = parsed(name).meta["description"]
        assert said == " ".join(written[name.removesuffix(".html")].split())
        assert 80 <= len(said) <= 200, f"{name}: {len(said)} characters"
        assert said.endswith(".")
    assert len(set(written.values())) == len(written)


@pytest.mark.parametrize("name", all_pages())
def test_one_viewport(site: Path, name: str) -> None:
    assert (site / name).read_text(encoding="utf-8").count('name="viewport"') == 1


@pytest.mark.parametrize(
    "name", [n for n in book_pages() if (SITE / "_sources" / n).with_suffix(".ipynb").exists()]
)
def test_a_chapter_offers_its_notebook(site: Path, name: str) -> None:
    offered = [link for link, found in parsed(name).links if "download" in found]
    assert any(link.endswith(Path(name).stem + ".ipynb") for link in offered)


def test_dead_links_would_be_seen(tmp_path: Path) -> None:
    """The checks above are worth what this parser sees: show it a page with one of each fault."""
    page = Page()
    page.feed(
        '<p id="a"></p><p id="a"></p><a href="gone.html#x">x</a>'
        '<script src="https://cdn.example/x.js"></script><img src="p.png">'
        '<div id="equation-e" class="math"><span class="eqno">(1)</span></div>'
        '<div id="equation-f" class="math"></div>'
    )
    assert page.ids.count("a") == 2
    assert [link for link, _ in page.links] == ["gone.html#x"]
    assert [link for link in page.fetched if is_elsewhere(link)]
    assert page.equations == {"equation-e"}
    assert "alt" not in page.images[0]


@pytest.fixture(scope="module")
def publishing():
    sys.path.append(str(ROOT / "_ext"))
    return importlib.import_module("publishing")


def test_addresses_from_remotes(publishing) -> None:
    found = doctest.testmod(publishing)
    assert found.attempted >= 5
    assert not found.failed


def test_citations_find_their_entries(publishing) -> None:
    found = doctest.testmod(importlib.import_module("citations"))
    assert found.attempted >= 3
    assert not found.failed


def test_what_the_extensions_say_of_themselves(publishing) -> None:
    for name, examples in {"lean_assets": 2, "copying": 4, "search_terms": 1}.items():
        found = doctest.testmod(importlib.import_module(name))
        assert found.attempted >= examples, name
        assert not found.failed, name


def test_characters_are_found_however_they_are_written(publishing) -> None:
    lean_fonts = importlib.import_module("lean_fonts")
    found = doctest.testmod(lean_fonts)
    assert found.attempted >= 1
    assert not found.failed
    # In a script the escape ends after four digits, in a style sheet not before the last.
    assert lean_fonts.characters(['"\\u2212a1"', r"'\1D7D9'"]) >= {"\u2212", "\U0001d7d9"}


def test_formulas_keep_their_own_punctuation(publishing) -> None:
    """The text after a formula may be equal to one that stands before it."""
    sentence = nodes.paragraph("", "", nodes.emphasis("", "words"), nodes.Text("; "))
    for letter in "abc":
        sentence += [nodes.math(letter, letter), nodes.Text("; ")]
    app = SimpleNamespace(builder=SimpleNamespace(format="html"))
    document = nodes.section("", sentence)
    importlib.import_module("local_katex").hold_together(app, document, "page")
    read = "".join(
        f"{node.get('head', '')}{node.astext()}{node.get('tail', '')}"
        if isinstance(node, nodes.math)
        else node.astext()
        for node in sentence
    )
    assert read == "words; a; b; c; "
    assert [node["tail"] for node in sentence.findall(nodes.math)] == [";"] * 3


@pytest.mark.parametrize(
    ("latex", "tail", "held"),
    [
        (r"p(x \mid \theta)", "", True),
        (r"M_w = wP + (1 - w)Q", ",", True),
        (r"\theta", ".", True),
        (r"\theta", "", False),
        (r"f(x) = 1 + x + x^2 + x^3 + x^4 + x^5", ".", False),
    ],
)
def test_a_short_formula_is_not_broken(publishing, latex: str, tail: str, held: bool) -> None:
    """With one base for each place where KaTeX would let the line break, as it writes them."""
    pieces = '<span class="base"></span>' * (1 + len(re.findall(r"\\mid|[=+-]", latex)))
    pieces = f'<span class="katex"><span class="katex-html">{pieces}</span></span>'
    written: list[str] = []
    translator = SimpleNamespace(
        body=written,
        builder=SimpleNamespace(app=SimpleNamespace(typesetter=lambda tex, display: pieces)),
        encode=lambda text: text,
        starttag=lambda *given, **named: '<span class="math">',
    )
    with pytest.raises(nodes.SkipNode):
        importlib.import_module("local_katex").visit_math(
            translator, nodes.math(latex, latex, tail=tail)
        )
    assert written[0].startswith('<span class="unbroken">') == held
    assert re.sub("<[^>]+>", "", written[0]) == tail
    if not held and tail:
        # In the last piece of a formula that may break, or a line could begin with it.
        assert f"{tail}</span>{'</span>' * 4}" in written[0]


def test_the_landing_page_says_how_to_cite(site: Path) -> None:
    text = (site / "book" / "index.html").read_text(encoding="utf-8")
    entry = re.search(r'id="how-to-cite".*?<pre>(.*?)</pre>', text, re.DOTALL)
    assert entry, "no citation where the landing page promises one"
    words = unescape(re.sub("<[^>]+>", "", entry[1]))
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    for said in (told["title"], told["version"], told["authors"][0]["name"], "@misc{"):
        assert said in words


def test_the_card_is_drawn_where_the_site_knows_its_address(publishing, tmp_path: Path) -> None:
    app = SimpleNamespace(
        book_origin=publishing.Origin(address="https://b.example/"),
        config=SimpleNamespace(html_title="Maximum likelihood is minimum KL"),
    )
    publishing.write_card(app, tmp_path)
    with Image.open(tmp_path / "card.png") as card:
        assert card.size == (1200, 630)
        colours = {colour for _, colour in card.convert("RGB").getcolors(1 << 20)}
    assert {ImageColor.getrgb(ink) for ink in (P, INK, PAPER, THETA_STAR)} <= colours
    app.book_origin = publishing.Origin()
    publishing.write_card(app, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("environment", "repository", "branch", "address"),
    [
        (
            {"GITHUB_REPOSITORY": "Someone/Fork", "GITHUB_REF_NAME": "draft"},
            "https://github.com/Someone/Fork",
            "draft",
            "https://someone.github.io/Fork/",
        ),
        (
            {"CI_PROJECT_URL": "https://gitlab.com/g/b", "CI_PAGES_URL": "https://g.gitlab.io/b"},
            "https://gitlab.com/g/b",
            "main",
            "https://g.gitlab.io/b/",
        ),
        (
            {
                "READTHEDOCS_GIT_CLONE_URL": "https://github.com/a/b.git",
                "READTHEDOCS_GIT_IDENTIFIER": "v1",
                "READTHEDOCS_CANONICAL_URL": "https://b.readthedocs.io/en/v1/",
            },
            "https://github.com/a/b",
            "v1",
            "https://b.readthedocs.io/en/v1/",
        ),
        ({}, "", "main", ""),
    ],
)
def test_origin_follows_the_host(  # noqa: PLR0917
    publishing, tmp_path, environment, repository, branch, address
) -> None:
    found = publishing.find_origin(tmp_path, environment)
    assert (found.repository, found.branch, found.address) == (repository, branch, address)


def test_no_setting_is_made_twice() -> None:
    """YAML's reader would take the later one, and say nothing of the first."""

    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node, deep=False):
            keys = [key.value for key, _ in node.value]
            assert len(set(keys)) == len(keys), sorted({k for k in keys if keys.count(k) > 1})
            return super().construct_mapping(node, deep)

    for name in ("_config.yml", "_toc.yml", "CITATION.cff"):
        assert yaml.load((ROOT / name).read_text(encoding="utf-8"), Strict)


TO_EQUATION = re.compile(r"\[([^\]$*`\n]+)\]\(#eq-[a-z0-9-]+\)")


def test_a_link_to_an_equation_says_its_words_and_its_number(site):
    told = 0
    for source in sorted((ROOT / "book").glob("*.ipynb")):
        page = (site / "book" / f"{source.stem}.html").read_text(encoding="utf-8")
        plain = " ".join(unescape(re.sub("<[^>]+>", "", page)).split())
        cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        for words in TO_EQUATION.findall(text):
            said = re.escape(words.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"))
            assert re.search(said + r" \(\d", plain), f"{source.stem}: {words}"
            told += 1
    assert told > 50
