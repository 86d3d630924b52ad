"""Native elements instead of scripts: code, solutions and ``dropdown`` boxes are <details>.

A section whose title ends with a star shows its first paragraph and folds the rest.

Works with JavaScript off, prints as the reader left it, is found by the browser's search in page,
and is operated by keyboard as the platform does it.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import depart_solution_node, solution_node, visit_solution_node

logger = logging.getLogger(__name__)

SHOW_OR_HIDE = '<span class="collapsed">{}</span><span class="expanded">{}</span>'


def open_details(translator: HTML5Translator, node: nodes.Element) -> None:
    """Open a <details> whose summary is the box's title."""
    translator.body.append(translator.starttag(node, "details", CLASS="admonition"))
    title = node.next_node(nodes.title, descend=True)
    translator.body.append('<summary class="admonition-title">')
    if title is not None and title.astext().startswith("Solution"):
        translator.body.append(SHOW_OR_HIDE.format("Show the solution", "Hide the solution"))
        title.parent.remove(title)
    elif title is not None:
        # A link inside what opens the box would be a control within a control.
        for link in list(title.findall(nodes.reference)):
            link.replace_self(link.children)
        for child in title.children:
            child.walkabout(translator)
        title.parent.remove(title)
    else:
        translator.body.append("More")
    translator.body.append("</summary>\n")


def visit_solution(translator: HTML5Translator, node: nodes.Element) -> None:
    open_details(translator, node)


def depart_details(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append("</details>\n")


def visit_admonition(translator: HTML5Translator, node: nodes.Element, name: str = "") -> None:
    if "dropdown" in node["classes"]:
        open_details(translator, node)
    else:
        HTML5Translator.visit_admonition(translator, node, name)


def depart_admonition(translator: HTML5Translator, node: nodes.Element | None = None) -> None:
    if node is not None and "dropdown" in node["classes"]:
        depart_details(translator, node)
    else:
        HTML5Translator.depart_admonition(translator, node)


def visit_folded_code(translator: HTML5Translator, node: nodes.Element) -> None:
    """Fold a cell's code; what is read aloud is what is seen."""
    classes = " ".join(node["classes"])
    show, hide = node["prompt_show"], node["prompt_hide"]
    if node.astext().lstrip().startswith("# Solution"):
        show, hide = "Show the solution", "Hide the solution"
    translator.body.append(
        f'<details class="hide {classes}"><summary>'
        f"{SHOW_OR_HIDE.format(escape(show), escape(hide))}</summary>\n"
    )


# The author's word, in a cell's tags, that its code is the matter and stands open above its result.
OPEN = "tag_show-code"


def folded(code: nodes.Element, show: str, hide: str) -> HideCodeCellNode:
    """Return a cell's code as what the switch in the page's header opens and closes."""
    fold = HideCodeCellNode(prompt_show=show, prompt_hide=hide)
    fold["classes"].append("cell-code")
    fold += code
    return fold


def fold_code(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put each cell's code, folded, under what it shows; a derivation's beside its checks.

    Left alone: cells that are folded whole (solutions), and code that an author's tag keeps open.
    """
    if app.builder.format != "html":
        return
    prompts = app.config.nb_code_prompt_show, app.config.nb_code_prompt_hide
    for cell in list(doctree.findall(nodes.container)):
        if cell.get("nb_element") != "cell_code" or not cell.children or OPEN in cell["classes"]:
            continue
        first = cell.children[0]
        if isinstance(first, HideCodeCellNode):
            if cell.get("hide_mode") == "all":
                continue
            first = first.children[0]
        if first.get("nb_element") != "cell_code_source":
            continue
        cell.pop(0)
        rows = [box for box in cell.findall(nodes.Element) if "derivation-tools" in box["classes"]]
        if not rows:
            rows = [nodes.container(classes=["cell-tools"])]
            cell.append(rows[0])
        rows[-1] += folded(first, *prompts)


# At the end of a section's title: a first reading may skip it. JupyterLab shows the star alone.
STAR = "\N{BLACK STAR}"


class starred(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """What a starred section holds after its first paragraph."""


def fold_starred(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fold each starred section after its title and first paragraph; subsections stay outside."""
    if app.builder.format != "html":
        return
    for section in list(doctree.findall(nodes.section)):
        title = section.next_node(nodes.title, descend=True)
        if title is None or title.parent is not section or not title.astext().endswith(STAR):
            continue
        said = section.index(title) + 1
        if said == len(section) or not isinstance(section[said], nodes.paragraph):
            logger.warning(
                "a starred section begins with a paragraph that says what may be skipped: %s",
                title.astext(),
                location=section,
            )
            continue
        rest = [part for part in section[said + 1 :] if not isinstance(part, nodes.section)]
        fold = starred()
        section.insert(said + 1, fold)
        for part in rest:
            section.remove(part)
            fold += part


def visit_starred(translator: HTML5Translator, node: nodes.Element) -> None:
    # On paper there is nothing to unfold.
    printed = {"open": "open"} if translator.builder.name == "singlehtml" else {}
    translator.body.append(translator.starttag(node, "details", CLASS="starred", **printed))
    shown = SHOW_OR_HIDE.format("Read this part", "Close this part")
    translator.body.append(f"<summary>{shown}</summary>\n")


def visit_entry(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write the empty corner of a table as a cell: a header without words confuses a reader."""
    if node.astext().strip() or not isinstance(node.parent.parent, nodes.thead):
        HTML5Translator.visit_entry(translator, node)
    else:
        node.parent.column += 1
        translator.body.append("<td>")
        translator.context.append("</td>\n")


def depart_entry(translator: HTML5Translator, node: nodes.Element) -> None:
    HTML5Translator.depart_entry(translator, node)


def write_one_page_like_many(app: Sphinx) -> None:
    """Let the page that is printed use the writers of the site's pages.

    sphinx_exercise names its own for that builder, and Sphinx then looks for no others.
    """
    app.registry.translation_handlers.pop("singlehtml", None)


def setup(app: Sphinx) -> dict[str, object]:
    app.setup_extension("sphinx_exercise")
    app.add_node(
        solution_node,
        override=True,
        html=(visit_solution, depart_details),
        latex=(visit_solution_node, depart_solution_node),
    )
    app.add_node(nodes.admonition, override=True, html=(visit_admonition, depart_admonition))
    app.add_node(HideCodeCellNode, override=True, html=(visit_folded_code, depart_details))
    app.add_node(starred, html=(visit_starred, depart_details))
    app.add_node(nodes.entry, override=True, html=(visit_entry, depart_entry))
    app.connect("builder-inited", write_one_page_like_many)
    # When the form of each output is chosen.
    app.connect("doctree-resolved", fold_code)
    app.connect("doctree-resolved", fold_starred, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
