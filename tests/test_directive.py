"""Derivations and the ledger as a reader meets them, in small Sphinx builds."""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
import sympy as sp
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from helpers.derivation import Derivation
from helpers.shown import rendering

ROOT = Path(__file__).resolve().parent.parent
EXTENSIONS = ["myst_parser", "sphinxcontrib.bibtex", "derivation_directive"]
BIBLIOGRAPHY = """@article{khinchin1929loi,
  author = {Khinchin, Aleksandr}, title = {Sur la loi des grands nombres},
  journal = {Comptes rendus}, year = {1929}}
"""


@cache
def chain(name: str, **others) -> Derivation:
    """A short true derivation that costs next to nothing to check."""
    u = sp.Symbol("u", positive=True)
    derivation = Derivation((u + 1) ** 2, name=name, **others)
    return derivation.equals(u**2 + 2 * u + 1, because="$u^2$ first").at_least(
        2 * u + 1, because="a square is not negative"
    )


def page(*derivations, before: str = "") -> str:
    return "\n\n".join(["# A page", before, *map(rendering.as_markdown, derivations)])


def build(folder: Path, pages: dict[str, str], builder="html", **config) -> tuple[str, Sphinx]:
    """Build pages in a folder, strictly; return what was warned of, and the application."""
    sys.path.insert(0, str(ROOT / "_ext"))
    folder.mkdir(exist_ok=True)
    (folder / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
    names = [name for name in pages if name.endswith(".md") and name != "index.md"]
    listed = "\n".join(name.removesuffix(".md") for name in names)
    toctree = f"\n\n```{{toctree}}\n:numbered:\n{listed}\n```\n"
    for name, text in pages.items():
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text:
            (folder / name).write_text(text, encoding="utf-8")
    if "index.md" not in pages:
        (folder / "index.md").write_text("# A book" + toctree)
    warnings = StringIO()
    settings = {
        "extensions": EXTENSIONS,
        "bibtex_bibfiles": ["references.bib"],
        "myst_enable_extensions": ["dollarmath"],
        "html_theme": "basic",
        "numfig": True,
        "nitpicky": True,
        "exclude_patterns": ["out", "trees"],
        **config,
    }
    with docutils_namespace():
        app = Sphinx(
            str(folder),
            None,
            str(folder / "out"),
            str(folder / "trees"),
            builder,
            confoverrides=settings,
            status=None,
            warning=warnings,
        )
        app.build()
    return re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue()), app


class Links(HTMLParser):
    """The ids of a page, and its internal links with their words."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.address: str | None = None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "reference internal" in (found.get("class") or ""):
            self.address = found["href"]

    def handle_data(self, data):
        if self.address is not None:
            self.links.append((self.address, data))
            self.address = None


REFERENCES = """See {eq}`eq-first`.

| in a table | from |
|---|---|
| {eq}`eq-second` | a cell |
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two chapters that cite each other, a ledger and a bibliography."""
    u = sp.Symbol("u", positive=True)
    cited = Derivation(u, name="third", rests_on=("second",)).cited(
        u, reference="khinchin1929loi", hypotheses=("the mean of $u$ is finite",)
    )
    first = chain("first", title="The *first* claim", hypotheses=(sp.Gt(u, 0), "$u$ is a number"))
    pages = {
        "one.md": page(first, chain("second", rests_on=("first",)), before="From {eq}`eq-third`."),
        "two.md": page(cited, chain(None), before=REFERENCES),
        "ledger.md": "# Ledger\n\n```{ledger}\n:promises: claims.toml\n```\n",
        "sources.md": "# Sources\n\n```{bibliography}\n```\n",
        "claims.toml": '[first]\ntitle = "The *first* claim"\narticle = 2\n'
        'mathlib = "InformationTheory.klDiv"\n',
    }
    folder = tmp_path_factory.mktemp("site")
    warnings, app = build(folder, pages)
    return folder / "out", warnings, app


def test_a_sound_book_builds_without_a_warning(site):
    assert site[1] == ""


def test_labels_resolve_from_any_page_and_in_tables(site):
    out = site[0]
    assert ("#equation-eq-third", "(2.1)") not in Links(out / "one.html").links
    assert ("two.html#equation-eq-third", "(2.1)") in Links(out / "one.html").links
    assert ("one.html#equation-eq-first", "(1.1)") in Links(out / "two.html").links
    assert ("one.html#equation-eq-second", "(1.2)") in Links(out / "two.html").links
    assert {"equation-eq-first", "equation-eq-second"} <= set(Links(out / "one.html").ids)


def test_ids_are_unique(site):
    for path in site[0].glob("*.html"):
        found = Links(path).ids
        assert len(found) == len(set(found)), path.name


def test_each_step_is_real_maths_with_its_reason_and_badge(site):
    doctree = site[2].env.get_doctree("one")
    shown = [node.astext() for node in doctree.findall() if node.tagname == "math_block"]
    assert shown[0] == r"\left(u + 1\right)^{2}"
    assert shown[1].split("{}")[-1].strip() == "u^{2} + 2 u + 1"
    assert len(shown) == 6
    html = (site[0] / "one.html").read_text(encoding="utf-8")
    first = html[html.index('id="equation-eq-first"') : html.index('id="equation-eq-second"')]
    first = re.sub("<script.*?</script>", "", first, flags=re.S)  # what can be copied
    assert "a square is not negative" in first
    assert "$u^2$" not in first, "the reason is inline MyST, not text"
    assert first.count("badge-proved") + first.count("badge-numeric") >= 3
    assert re.search(r"<em>first</em>", first)
    assert "How this was checked" in first
    assert first.count("<details") == 2, "the checks, and what can be copied"
    assert "is a number" in first


def test_a_constraint_is_shown(tmp_path):
    a, b = sp.symbols("a b", positive=True)
    top = Derivation(a * b, name="top", over=(a, b)).argmax_at(
        (sp.Rational(1, 2), sp.Rational(1, 2)), subject_to=sp.Eq(a + b, 1), because="symmetry"
    )
    _, app = build(tmp_path / "site", {"one.md": page(top)})
    html = (Path(app.outdir) / "one.html").read_text(encoding="utf-8")
    assert re.search(r"symmetry; subject to .*a \+ b = 1", html)


def test_a_chain_without_a_name_has_no_number_and_no_claim(site):
    html = (site[0] / "two.html").read_text(encoding="utf-8")
    assert html.count('class="eqno"') == 1
    assert html.count('class="derivation"') == 2


def test_a_cited_step_shows_source_and_hypotheses(site):
    html = (site[0] / "two.html").read_text(encoding="utf-8")
    assert "badge-cited" in html
    assert re.search(r'<a[^>]*href="sources.html#[^"]*"[^>]*>\s*(?:<[^>]*>)*Khi', html)
    assert "is finite" in html


def test_the_ledger_lists_every_claim_with_its_number(site):
    links = Links(site[0] / "ledger.html").links
    for address, number in [
        ("one.html#equation-eq-first", "(1.1)"),
        ("one.html#equation-eq-second", "(1.2)"),
        ("two.html#equation-eq-third", "(2.1)"),
    ]:
        assert (address, number) in links
    html = (site[0] / "ledger.html").read_text(encoding="utf-8")
    # A name in code is in pieces between which a line may break.
    text = re.sub(r"<[^>]+>|\s+", " ", re.sub("</?(?:span|wbr)[^>]*>", "", html))
    assert "Equation 2 of the article" in text
    assert "InformationTheory.klDiv" in text
    assert "is finite" in text
    assert any("sources.html#" in address and "Khi" in word for address, word in links)
    assert re.search(r"all\s+3\b", text)


def test_the_ledger_draws_what_rests_on_what(site):
    html = (site[0] / "ledger.html").read_text(encoding="utf-8")
    svg = html[html.index("<svg") : html.index("</svg>")]
    assert 'href="one.html#equation-eq-first"' in svg
    assert "(2.1)" in svg
    assert svg.count("<path") == 2


def test_the_ledger_shows_the_weakest_link(tmp_path):
    u = sp.Symbol("u", positive=True)
    cited = Derivation(u, name="base").cited(u, reference="khinchin1929loi")
    _, app = build(
        tmp_path / "site",
        {
            "one.md": page(cited, chain("top", rests_on=("base",))),
            "ledger.md": "# Ledger\n\n```{ledger}\n```\n",
            "sources.md": "# Sources\n\n```{bibliography}\n```\n",
        },
    )
    html = (Path(app.outdir) / "ledger.html").read_text(encoding="utf-8")
    row = html[html.rindex("<tr") :]
    assert re.search(r"badge-proved.*badge-cited.* through .*eq-base", row, re.S)


def test_the_ledger_counts_simulations_as_what_they_are(tmp_path):
    payload = rendering.payload(chain("first"))
    witness = {"kind": "sampled", "text": "1 simulation"}
    drawn = payload["steps"][1] | {"status": "sampled", "points": 1, "witnesses": [witness]}
    changed = {"status": "sampled", "steps": [payload["steps"][0], drawn]}
    _, app = build(
        tmp_path / "site",
        {
            "one.md": wrong("first", **changed) + page(chain("second")),
            "ledger.md": "# Ledger\n\n```{ledger}\n```\n",
        },
    )
    html = (Path(app.outdir) / "ledger.html").read_text(encoding="utf-8")
    first, second = re.findall(r"<tr.*?</tr>", html, re.S)[-2:]
    assert "1 simulation<" in first
    assert "point" not in first
    assert re.search(r"\d+ points<", second)


def test_latex_has_the_equation_its_label_and_the_reasons(tmp_path):
    pages = {"one.md": page(chain("first"), before="See {eq}`eq-first`.")}
    warnings, app = build(tmp_path / "site", pages, builder="latex")
    assert warnings == ""
    tex = next(Path(app.outdir).glob("*.tex")).read_text(encoding="utf-8")
    assert r"\begin{align}\label{equation:one:eq-first}" in tex
    assert r"\eqref{equation:one:eq-first}" in tex
    assert tex.count(r"\item") >= 2
    assert "a square is not negative" in tex
    assert tex.count(r"\begin{align}") == tex.count(r"\end{align}") == 1
    assert tex.count(r"\begin{enumerate}") == tex.count(r"\end{enumerate}")


def wrong(name: str, **changes) -> str:
    """A page with a derivation whose stored payload was changed."""
    payload = rendering.payload(chain(name)) | changes
    return f"# A page\n\n````{{derivation}}\n{json.dumps(payload)}\n````\n"


LEDGER = "# Ledger\n\n```{ledger}\n:promises: claims.toml\n```\n"


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ({"one.md": page(chain("a")), "two.md": page(chain("a"))}, "'a' is shown 2 times"),
        ({"one.md": page(chain("a")), "two.md": page(chain("a"))}, "duplicate label of equation"),
        ({"one.md": page(chain("a", rests_on=("b",)))}, "'a' rests on 'b', which no chapter shows"),
        (
            {"one.md": page(chain("a", rests_on=("b",)), chain("b", rests_on=("a",)))},
            "rest on themselves: ",
        ),
        (
            {
                "one.md": page(chain("a")),
                "ledger.md": LEDGER,
                "claims.toml": "[missing]\ntitle = 'M'",
            },
            "no chapter shows the claim 'missing'",
        ),
        ({"one.md": page(chain("a")), "ledger.md": LEDGER}, "there is no file claims.toml"),
        (
            {"one.md": page(chain("a")), "ledger.md": "# Ledger\n\n```{ledger} pie\n```"},
            "expected one of totals, graph, claims",
        ),
        ({"one.md": "# A page\n\nSee {eq}`eq-nothing`."}, "equation not found: eq-nothing"),
        ({"one.md": "# A page\n\n````{derivation}\n{\n````\n"}, "expected JSON"),
        ({"one.md": wrong("a", status="true")}, "status of 'a': expected"),
        ({"one.md": wrong("a", steps=None)}, "derivation 'a'"),
        (
            {"one.md": page(Derivation(sp.S(1), name="a").cited(1, reference="nobody1900"))},
            "'a' cites 'nobody1900', which is not in the bibliography",
        ),
        ({"one.md": page(chain("a", title="See {eq}`eq-nothing`"))}, "equation not found"),
    ],
    ids=[
        "name twice",
        "label twice",
        "unknown foundation",
        "cycle",
        "promise broken",
        "no promises",
        "no such part",
        "unknown label",
        "not JSON",
        "no such status",
        "no steps",
        "no such source",
        "unknown label in a title",
    ],
)
def test_a_mistake_in_the_bookkeeping_is_a_warning_which_fails_the_build(tmp_path, pages, expected):
    warnings, _ = build(tmp_path / "site", pages)
    assert expected in warnings


def test_a_page_that_changes_changes_the_ledger(tmp_path):
    folder = tmp_path / "site"
    pages = {"one.md": page(chain("a")), "ledger.md": "# Ledger\n\n```{ledger}\n```\n"}
    build(folder, pages)
    assert "eq-b" not in (folder / "out" / "ledger.html").read_text(encoding="utf-8")
    warnings, _ = build(folder, pages | {"one.md": page(chain("b"))})
    html = (folder / "out" / "ledger.html").read_text(encoding="utf-8")
    assert warnings == ""
    assert "eq-b" in html
    assert "eq-a" not in html


def test_reading_in_parallel_gives_the_same_ledger(tmp_path, site):
    # Merging is what a parallel reader does with the environments of its workers.
    from derivation_directive import ledger_pages, merge, recorded  # noqa: PLC0415

    class Environment:
        """Stands for a worker's environment."""

    whole, worker = Environment(), Environment()
    recorded(worker)["two"] = recorded(site[2].env)["two"]
    recorded(worker)["elsewhere"] = ["not asked for"]
    ledger_pages(worker)["two"] = ["claims.toml"]
    merge(None, whole, ["two"], worker)
    assert recorded(whole) == {"two": recorded(site[2].env)["two"]}
    assert ledger_pages(whole) == {"two": ["claims.toml"]}
