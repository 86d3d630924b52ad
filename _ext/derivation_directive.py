"""Derivations and the ledger on the website and in print.

A derivation leaves its cell as a ``{derivation}`` directive that holds JSON. Here it becomes real
nodes: formulas that are typeset while building, reasons with working references, one number that
``{eq}`` cites from any page. What each one claims is recorded in the environment; ``{ledger}``
lists it all, and whatever is wrong with the bookkeeping is a warning, which fails the build.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import copying
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import NoUri
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from sphinx.writers.latex import LaTeXTranslator

from helpers.check.verdict import STATUSES
from helpers.claims import read_promises
from helpers.ledger import (
    Claim,
    Ledger,
    Problem,
    claim_from_payload,
)
from helpers.ledger_graph import draw_claims
from helpers.shown.rendering import STATUS_MEANING, with_numbers
from helpers.shown.typography import readable

logger = logging.getLogger(__name__)

ONE_LINE = 44  # characters that fit beside a reason


class derivation(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """A chain of steps with one equation number."""


class box(nodes.General, nodes.TextElement):  # noqa: N801
    """An HTML element of any tag; in print its children alone, between ``latex`` strings.

    ``latex`` is a pair of strings, or None for what print leaves out.
    """


class ledger_page(nodes.General, nodes.Element):  # noqa: N801
    """Where the ledger goes once every page was read."""


def make_box(tag: str, *classes: str, latex: tuple[str, str] | None = ("", ""), **attributes):
    return box("", "", tag=tag, classes=list(classes), latex=latex, attributes=attributes)


def make_badge(status: str) -> box:
    badge = make_box(
        "span", "badge-status", f"badge-{status}", latex=("[", "]"), title=STATUS_MEANING[status]
    )
    return with_children(badge, nodes.Text(status))


def with_children(parent: nodes.Element, *children: nodes.Node) -> nodes.Element:
    parent.extend(children)
    return parent


def printed_length(latex: str) -> int:
    r"""Return about how many characters wide a formula is printed.

    >>> printed_length(r"\mathrm{KL} \le \frac{1}{2}")
    5
    """
    bare = re.sub(
        r"\\(?:mathrm|mathbb|operatorname|overline|hat|frac|left|right)\*?|\\[,;:! ]", "", latex
    )
    return len(re.sub(r"[\s{}_^&]", "", re.sub(r"\\[A-Za-z]+", "x", bare)))


def with_formulas(text: str) -> list[nodes.Node]:
    """Return words with the formulas between their dollar signs.

    >>> [type(part).__name__ for part in with_formulas("The best $t$")]
    ['Text', 'math']
    """
    parts = re.split(r"\$([^$]+)\$", text)
    made = [nodes.math(part, part) if at % 2 else nodes.Text(part) for at, part in enumerate(parts)]
    return [node for node in made if node.astext()]


def breakable_name(name: str) -> nodes.literal:
    """Return code that may break behind its dots and underscores, and copies as it stands.

    >>> [part.astext() for part in breakable_name("Nat.le_refl")]
    ['Nat.', '<wbr>', 'le_', '<wbr>', 'refl']
    """
    whole = nodes.literal()
    for part in re.findall(r"[^._]+[._]*", name):
        whole.extend([nodes.Text(part), nodes.raw("", "<wbr>", format="html")])
    whole.pop()
    return whole


def label_of(name: str) -> str:
    return f"eq-{name}"


def identifier_of(name: str) -> str:
    """Return the HTML id that the math domain gives this claim's equation."""
    return nodes.make_id(f"equation-{label_of(name)}")


def recorded(env: BuildEnvironment) -> dict[str, list[dict[str, Any]]]:
    """Return what every page claims: for each, the payload and its parsed hypotheses."""
    if not hasattr(env, "derivation_records"):
        env.derivation_records = {}
    return env.derivation_records


class DerivationDirective(SphinxDirective):
    """Show a derivation from the JSON that `helpers.derivation` wrote."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = False

    def run(self) -> list[nodes.Node]:
        try:
            payload = json.loads("\n".join(self.content))
        except json.JSONDecodeError as error:
            raise self.error(f"derivation: expected JSON; {error}") from error
        try:
            return self.shown(payload)
        except (KeyError, TypeError, ValueError) as error:
            raise self.error(f"derivation {payload.get('name')!r}: {error!r}") from error

    def inline(self, text: str) -> list[nodes.Node]:
        found, messages = self.parse_inline(with_numbers(text))
        return [*found, *messages]

    def shown(self, payload: dict[str, Any]) -> list[nodes.Node]:
        name = payload["name"]
        start, *steps = payload["steps"]
        whole = derivation(
            "",
            classes=["derivation"],
            docname=self.env.docname,
            label=label_of(name) if name else None,
            latex=aligned_latex(payload),
            title=payload["title"] or name or "",
        )
        self.set_source_info(whole)
        where = [*payload["domain"], *(h for h in payload["hypotheses"] if h["latex"])]
        words = [h["text"] for h in payload["hypotheses"] if not h["latex"]]
        domain_of_claim = self.sentence([f"${condition['latex']}$" for condition in where])
        assumed = [self.sentence(words)]
        assumed += [self.sentence(step["hypotheses"]) for step in steps]
        if name:
            whole["ids"].append(identifier_of(name))
            domain = self.env.get_domain("math")
            domain.note_equation(self.env.docname, label_of(name), location=whole)
            whole["number"] = domain.get_equation_number_for(label_of(name))
            self.record(payload, domain_of_claim, assumed)
        whole += self.heading(payload)
        whole += self.steps(start, steps, assumed[1:], titled=bool(name or payload["title"]))
        whole += self.given("For ", domain_of_claim)
        whole += self.given("Assumed, not checked: ", assumed[0])
        tools = make_box("div", "derivation-tools")
        tools.extend([self.checks(steps), copying.menu(payload)])
        whole += tools
        return [whole]

    def citation(self, key: str) -> list[nodes.Node]:
        return self.inline(f"{{cite:p}}`{key}`")

    def sentence(self, parts: Sequence[str]) -> nodes.inline:
        """Parse some hypotheses and join them."""
        whole = nodes.inline()
        for part in parts:
            if whole.children:
                whole += nodes.Text("; ")
            whole.extend(self.inline(part))
        return whole

    def record(
        self, payload: dict[str, Any], where: nodes.inline, assumed: Sequence[nodes.inline]
    ) -> None:
        """Note what the page claims, for the ledger."""
        hypotheses = nodes.inline()
        for part in assumed:
            if part.children:
                if hypotheses.children:
                    hypotheses += nodes.Text("; ")
                hypotheses += part.deepcopy()
        claim = claim_from_payload(payload, self.env.docname)
        sources = nodes.inline()
        for key in filter(None, dict.fromkeys(claim.references)):
            sources.extend([nodes.Text(" "), *self.citation(key)])
        for node in (*hypotheses.findall(nodes.Element), *sources.findall(nodes.Element)):
            node["ids"] = []
        steps = payload["steps"]
        kinds = dict.fromkeys(w["kind"] for step in steps for w in step["witnesses"])
        record = {
            "claim": claim,
            "domain": where.deepcopy(),
            "hypotheses": hypotheses,
            "sources": sources,
            "kinds": list(kinds),
        }
        recorded(self.env).setdefault(self.env.docname, []).append(record)

    def heading(self, payload: dict[str, Any]) -> list[box]:
        if not (payload["name"] or payload["title"]):
            return []
        head = make_box("div", "derivation-head", latex=None)
        title = make_box("div", "derivation-title")
        if payload["title"]:
            title.extend([*self.inline(payload["title"]), nodes.Text(" ")])
        title += make_badge(payload["status"])
        head += title
        if payload["name"]:
            head += make_box("span", "derivation-number", is_number=True)
            head += copying.buttons()
        return [head]

    def steps(
        self,
        start: dict[str, Any],
        steps: Sequence[dict[str, Any]],
        assumed: Sequence[nodes.inline],
        titled: bool,
    ) -> box:
        chain = make_box("ol", "derivation-steps", role="list")
        letters = r"\begin{enumerate}\renewcommand{\labelenumi}{(\alph{enumi})}"
        chain["latex"] = (letters + "\n", "\\end{enumerate}\n") if steps else None
        if len(steps) == 1 and printed_length(start["latex"] + steps[0]["latex"]) <= ONE_LINE:
            chain += self.step(steps[0], assumed[0], start=start["latex"], badge=not titled)
            return chain
        first = make_box("li", "derivation-step", "derivation-start", latex=None)
        first += self.formula("derivation-expression", start["latex"])
        chain += first
        # The heading says what holds for the whole; a step says where it is another.
        found = {step["status"] for step in steps}
        for step, sentence in zip(steps, assumed, strict=True):
            exception = len(found) > 1 and step["status"] != "proved"
            alone = not titled and len(found) == 1 and step is steps[-1]
            chain += self.step(step, sentence, badge=exception or alone)
        return chain

    def formula(self, kind: str, latex: str) -> box:
        formula = nodes.math_block(latex, latex, nowrap=False, number=None, label=None)
        return with_children(make_box("div", kind, latex=None), formula)

    def step(
        self, step: dict[str, Any], assumed: nodes.inline, start: str = "{}", badge: bool = True
    ) -> box:
        kinds = ["derivation-step"] if start == "{}" else ["derivation-step", "derivation-start"]
        row = make_box("li", *kinds, latex=(r"\item ", "\n"))
        line = f"{start} {step['relation_latex']}{{}} {step['latex']}"
        row += self.formula("derivation-expression", line)
        reason = make_box("div", "derivation-because")
        reason.extend(self.inline(step["because"]))
        if constraint := step.get("subject_to"):
            before = "; subject to " if step["because"] else "subject to "
            reason.extend([nodes.Text(before), nodes.math(constraint, constraint)])
        if step["reference"]:
            reason.extend([nodes.Text(" "), *self.citation(step["reference"])])
        if badge:
            reason.extend([nodes.Text(" "), make_badge(step["status"])])
        reason += self.given("Assumed, not checked: ", assumed)
        return with_children(row, reason)

    def given(self, word: str, sentence: nodes.inline) -> list[box]:
        if not sentence.children:
            return []
        part = make_box("div", "derivation-hypotheses", latex=("\\noindent ", "\n\n"))
        # Inside the sentence, where a formula at its end can hold the full stop.
        sentence += nodes.Text(".")
        part.extend([nodes.Text(word), sentence])
        return [part]

    def checks(self, steps: Sequence[dict[str, Any]]) -> box:
        details = make_box("details", "derivation-checks", latex=("{\\small\n", "}\n"))
        summary = make_box("summary", latex=("\\noindent ", "\n\n"))
        details += with_children(summary, nodes.Text("How this was checked"))
        listed = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
        for step in steps:
            line = nodes.paragraph()
            relation = nodes.math(step["relation_latex"], step["relation_latex"])
            line.extend([relation, nodes.Text(" "), make_badge(step["status"])])
            item = with_children(nodes.list_item(), line)
            found = [self.witness(w["kind"].capitalize(), w["text"]) for w in step["witnesses"]]
            if step["tightest"]:
                found.append(self.witness("Tightest", step["tightest"]))
            if found:
                item += with_children(nodes.bullet_list(bullet="-"), *found)
            else:
                line += nodes.Text(" " + STATUS_MEANING[step["status"]])
            listed += item
        return with_children(details, listed)

    @staticmethod
    def witness(kind: str, text: str) -> nodes.list_item:
        line = nodes.paragraph()
        line.extend([nodes.strong("", kind), nodes.Text(": " + readable(text))])
        return with_children(nodes.list_item(), line)


def aligned_latex(payload: dict[str, Any]) -> str:
    """Return the chain for print: aligned lines, the letter of its reason beside each."""
    start, *steps = payload["steps"]
    lines = [rf"& {start['latex']}"]
    for position, step in enumerate(steps):
        letter = rf"\text{{({chr(ord('a') + position)})}}" if position < 26 else ""
        lines.append(rf"{step['relation_latex']}{{}} & {step['latex']} && {letter}")
    return " \\notag\\\\\n".join(lines)


# The ledger


def reading_order(env: BuildEnvironment) -> list[str]:
    """List the pages as the table of contents has them, then any others."""
    order: list[str] = []
    waiting = [env.config.root_doc]
    while waiting:
        page = waiting.pop(0)
        if page not in order:
            order.append(page)
            waiting = [*env.toctree_includes.get(page, []), *waiting]
    return [*order, *sorted(set(env.found_docs) - set(order))]


def ledger_pages(env: BuildEnvironment) -> dict[str, list[str]]:
    """Return the pages that show the ledger, with the files of promised claims that they name."""
    if not hasattr(env, "ledger_pages"):
        env.ledger_pages = {}
    return env.ledger_pages


def all_records(env: BuildEnvironment) -> list[dict[str, Any]]:
    return [record for page in reading_order(env) for record in recorded(env).get(page, [])]


def ledger_of(env: BuildEnvironment) -> Ledger:
    """Return the ledger of all pages, with what the ledger's page promises."""
    claims = tuple(record["claim"] for record in all_records(env))
    promises = {}
    for paths in ledger_pages(env).values():
        for path in paths:
            promises |= read_promises(Path(path))
    return Ledger(claims, promises)


def bibliography_keys(env: BuildEnvironment) -> set[str]:
    if "cite" not in env.domains:
        return set()
    return set(env.get_domain("cite").bibdata.data.entries)


class LedgerDirective(SphinxDirective):
    """Show a part of the ledger: ``totals``, ``graph`` or ``claims``; all three without argument.

    ``:promises:`` names the file of the claims that some page must show.
    """

    optional_arguments = 1
    option_spec: ClassVar = {"promises": directives.path}
    parts = ("totals", "graph", "claims")

    def run(self) -> list[nodes.Node]:
        if self.arguments and self.arguments[0] not in self.parts:
            raise self.error(f"ledger: expected one of {', '.join(self.parts)}")
        promised = ledger_pages(self.env).setdefault(self.env.docname, [])
        if promises := self.options.get("promises"):
            relative, path = self.env.relfn2path(promises)
            self.env.note_dependency(relative)
            if not Path(path).is_file():
                raise self.error(f"ledger: there is no file {promises}")
            promised.append(path)
        return [ledger_page("", parts=self.arguments or list(self.parts))]


class WriteLedger(SphinxPostTransform):
    """Put the ledger in its place, before references are resolved: its links are references."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        for place in list(self.document.findall(ledger_page)):
            records = all_records(self.env)
            ledger = ledger_of(self.env)
            place.replace_self(LedgerWriter(self, ledger, records).nodes(place["parts"]))


class LedgerWriter:
    """Makes the nodes of the ledger's page."""

    def __init__(self, transform: SphinxPostTransform, ledger: Ledger, records: list) -> None:
        self.env = transform.env
        self.page = self.env.docname
        self.builder = transform.app.builder
        self.ledger = ledger
        self.records = records

    def nodes(self, parts: Sequence[str]) -> list[nodes.Node]:
        if not self.records:
            return [nodes.paragraph("", "No chapter claims anything yet.")]
        writers = {"totals": self.totals, "graph": self.graph, "claims": self.table}
        return [node for part in parts for node in writers[part]()]

    def equation(self, name: str) -> nodes.Element:
        """Return a reference to a claim's equation, as ``{eq}`` makes it."""
        label = label_of(name)
        reference = addnodes.pending_xref(
            "",
            nodes.literal("", label, classes=["xref", "eq"]),
            refdomain="math",
            reftype="eq",
            reftarget=label,
            refdoc=self.page,
            refwarn=True,
        )
        return reference

    def totals(self) -> list[nodes.Node]:
        own, standing = self.ledger.totals(), self.ledger.totals_with_foundations()
        head = ["Status", "What it means", "Claims", "With all they rest on"]
        rows = []
        for status in STATUSES:
            rows.append(
                [
                    [make_badge(status)],
                    [nodes.Text(STATUS_MEANING[status])],
                    [nodes.Text(str(own[status]))],
                    [nodes.Text(str(standing[status]))],
                ]
            )
        count = str(len(self.ledger.claims))
        rows.append([[nodes.strong("", "all")], [], [nodes.strong("", count)], []])
        return [make_table(head, rows, "ledger-totals", widths=[12, 60, 12, 16])]

    def graph(self) -> list[nodes.Node]:
        if self.builder.format != "html" or not self.ledger.edges() or self.ledger.cycle():
            return []
        svg = draw_claims(self.ledger, link=self.address, number=self.number)
        figure = make_box("div", "claim-graph-scroll", tabindex="0", role="region")
        figure["attributes"]["aria-label"] = "What rests on what"
        return [with_children(figure, nodes.raw("", svg, format="html"))]

    def address(self, name: str) -> str:
        page = self.ledger[name].page
        try:
            return self.builder.get_relative_uri(self.page, page) + "#" + identifier_of(name)
        except NoUri:
            return "#" + identifier_of(name)

    def number(self, name: str) -> str:
        page, serial = self.env.get_domain("math").equations[label_of(name)]
        return f"({printed_number(self.env, page, identifier_of(name), serial)})"

    def table(self) -> list[nodes.Node]:
        head = ["Equation", "Claim", "Status", "How it was checked", "Rests on"]
        rows = [self.row(record) for record in self.records]
        return [make_table(head, rows, "ledger-claims", widths=[12, 43, 14, 17, 14])]

    def row(self, record: dict[str, Any]) -> list[list[nodes.Node]]:
        claim: Claim = record["claim"]
        what: list[nodes.Node] = []
        what.append(make_box("div", "ledger-title", latex=("", "\n\n")))
        what[-1] += with_children(nodes.strong(), *with_formulas(claim.title or claim.name))
        statement = make_box("div", "ledger-statement", latex=("", "\n\n"))
        what.append(with_children(statement, nodes.math(claim.statement, claim.statement)))
        for word, part in (
            ("For ", record["domain"]),
            ("Assumed, not checked: ", record["hypotheses"]),
        ):
            if part.children:
                given = make_box("div", "ledger-hypotheses", latex=("", "\n\n"))
                given += nodes.Text(word)
                given += self.moved(part)
                what.append(given)
        if elsewhere := self.elsewhere(claim):
            what.append(elsewhere)
        return [
            [self.equation(claim.name)],
            what,
            self.status(claim),
            self.checked(record),
            self.separated([self.equation(name) for name in claim.rests_on]),
        ]

    def moved(self, holder: nodes.Element) -> nodes.Element:
        """Return a copy of nodes made on another page, whose references start from this one."""
        copy = holder.deepcopy()
        for reference in copy.findall(addnodes.pending_xref):
            reference["refdoc"] = self.page
        return copy

    def elsewhere(self, claim: Claim) -> box | None:
        article, mathlib = self.ledger.elsewhere(claim.name)
        if article is None and mathlib is None:
            return None
        part = make_box("div", "ledger-elsewhere", latex=("", "\n\n"))
        if article is not None:
            part += nodes.Text(f"Equation {article} of the article. ")
        if mathlib is not None:
            part.extend([nodes.Text("In mathlib: "), breakable_name(mathlib)])
        return part

    def status(self, claim: Claim) -> list[nodes.Node]:
        shown: list[nodes.Node] = [make_badge(claim.status)]
        standing, through = self.ledger.standing(claim.name)
        if through:
            part = make_box("div", "ledger-through", latex=("; ", ""))
            part += make_badge(standing)
            part += nodes.Text(" through ")
            part.extend(self.separated([self.equation(name) for name in through]))
            shown.append(part)
        return shown

    def checked(self, record: dict[str, Any]) -> list[nodes.Node]:
        claim, kinds = record["claim"], record["kinds"]
        words = [", ".join(kinds)] if kinds else []
        if claim.points:
            # Where all was drawn at random, a point is a simulation.
            one = "simulation" if kinds == ["sampled"] else "point"
            words.append(f"{claim.points} {one}{'s' if claim.points > 1 else ''}")
        if claim.largest_error:
            words.append(f"error\N{NO-BREAK SPACE}{readable(claim.largest_error)}")
        lines: list[nodes.Node] = []
        for word in words:
            ending = "" if word == words[-1] else "; "
            line = make_box("div", "ledger-line", latex=("", ending))
            lines.append(with_children(line, nodes.Text(word)))
        if claim.references:
            line = make_box("div", "ledger-line", latex=(" ", ""))
            # A citation checks nothing, and where it is all there is, nothing was.
            begins = "cited in part" if kinds else "not here; cited"
            lines.append(with_children(line, nodes.Text(begins), self.moved(record["sources"])))
        return lines

    @staticmethod
    def separated(items: Sequence[nodes.Node]) -> list[nodes.Node]:
        spaced: list[nodes.Node] = []
        for item in items:
            if spaced:
                spaced.append(nodes.Text(", "))
            spaced.append(item)
        return spaced


def printed_number(env: BuildEnvironment, page: str, identifier: str, serial: int) -> str:
    """Return an equation's number as the math domain prints it in a reference."""
    if not (env.config.math_numfig and env.config.numfig):
        return str(serial)
    of_page = env.toc_fignumbers.get(page, {}).get("displaymath")
    if of_page is None:
        # Where all pages are written as one, Sphinx keeps their numbers under the first.
        whole = env.toc_fignumbers.get(env.config.root_doc, {})
        of_page = whole.get(f"{page}/displaymath", {})
    numbers = of_page.get(identifier, ())
    return env.config.math_numsep.join(".".join(map(str, numbers)).rsplit(".", 1))


def make_table(
    head: Sequence[str],
    rows: Sequence[Sequence[Sequence[nodes.Node]]],
    kind: str,
    widths: Sequence[int],
) -> nodes.table:
    """Return a docutils table; every cell carries its column's heading for narrow screens."""
    table = nodes.table(classes=[kind])
    group = nodes.tgroup(cols=len(head))
    group.extend(nodes.colspec(colwidth=width) for width in widths)
    heading = nodes.row()
    heading.extend(nodes.entry("", nodes.paragraph("", text)) for text in head)
    group += nodes.thead("", heading)
    body = nodes.tbody()
    for cells in rows:
        row = nodes.row()
        for text, children in zip(head, cells, strict=True):
            cell = make_box("div", "ledger-cell", **{"data-label": text})
            cell.extend(children)
            row += nodes.entry("", *([cell] if children else []))
        body += row
    group += body
    table += group
    return table


# Keeping the books


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    recorded(env).pop(docname, None)
    ledger_pages(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: Any) -> None:
    for mine, theirs in (
        (recorded(env), recorded(other)),
        (ledger_pages(env), ledger_pages(other)),
    ):
        mine.update({name: theirs[name] for name in docnames if name in theirs})


def write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages with a ledger: they change when any other page does."""
    return sorted(ledger_pages(env))


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of everything that is wrong with the ledger."""
    for problem in problems(env):
        logger.warning("ledger: %s", problem.message, location=problem.page or None, type="ledger")


def problems(env: BuildEnvironment) -> list[Problem]:
    return ledger_of(env).problems(bibliography_keys(env))


# Writing


def visit_derivation_html(self: HTML5Translator, node: derivation) -> None:
    attributes = {"role": "group"}
    words = re.sub(r"[`$\\{}]", "", node["title"])
    if words:
        attributes["aria-label"] = words
    self.body.append(self.starttag(node, "div", **attributes))


def depart_derivation_html(self: HTML5Translator, node: derivation) -> None:
    self.body.append("</div>\n")


def visit_derivation_latex(self: LaTeXTranslator, node: derivation) -> None:
    if node["label"]:
        label = f"\\label{{equation:{node['docname']}:{node['label']}}}"
        self.body.append(f"\n\\begin{{align}}{label}\n{node['latex']}\n\\end{{align}}\n")
    else:
        self.body.append(f"\n\\begin{{align*}}\n{node['latex']}\n\\end{{align*}}\n")


def depart_nothing(self: Any, node: nodes.Node) -> None:
    """Nothing is open."""


def visit_box_html(self: HTML5Translator, node: box) -> None:
    attributes = dict(node["attributes"])
    is_number = attributes.pop("is_number", False)
    suffix = "" if node["tag"] == "span" else "\n"
    self.body.append(self.starttag(node, node["tag"], suffix, **attributes))
    if is_number:
        whole = node.parent.parent
        number = printed_number(
            self.builder.env, whole["docname"], whole["ids"][0], whole["number"]
        )
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(whole, "Link to this equation")
        self.body.append("</span>")


def depart_box_html(self: HTML5Translator, node: box) -> None:
    self.body.append(f"</{node['tag']}>" + ("" if node["tag"] == "span" else "\n"))


def visit_box_latex(self: LaTeXTranslator, node: box) -> None:
    if node["latex"] is None:
        raise nodes.SkipNode
    self.body.append(node["latex"][0])


def depart_box_latex(self: LaTeXTranslator, node: box) -> None:
    self.body.append(node["latex"][1])


def visit_text(self: Any, node: nodes.Node) -> None:
    """Other formats show the children."""


Visitors = tuple[Callable[..., None], Callable[..., None]]


def setup(app: Sphinx) -> dict[str, object]:
    plain: Visitors = (visit_text, depart_nothing)
    app.add_enumerable_node(
        derivation,
        "displaymath",
        title_getter=lambda node: node["title"] or "equation",
        html=(visit_derivation_html, depart_derivation_html),
        latex=(visit_derivation_latex, depart_nothing),
        text=plain,
        epub=(visit_derivation_html, depart_derivation_html),
    )
    app.add_node(
        box,
        html=(visit_box_html, depart_box_html),
        latex=(visit_box_latex, depart_box_latex),
        text=plain,
    )
    app.add_node(ledger_page)
    app.add_directive("derivation", DerivationDirective)
    app.add_directive("ledger", LedgerDirective)
    app.add_post_transform(WriteLedger)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", write_again)
    app.connect("env-check-consistency", check)
    return {
        "version": "1",
        "env_version": 2,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
