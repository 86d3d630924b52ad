"""What opens on request: solutions and ``dropdown`` boxes as native <details>, with no script.

Works with JavaScript off, prints open, is found by the browser's search in page, and is operated
by keyboard as the platform does it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import depart_solution_node, solution_node, visit_solution_node


def open_details(translator: HTML5Translator, node: nodes.Element) -> None:
    """Open a <details> whose summary is the box's title."""
    translator.body.append(translator.starttag(node, "details", CLASS="admonition"))
    title = node.next_node(nodes.title, descend=True)
    translator.body.append('<summary class="admonition-title">')
    if title is not None:
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


def setup(app: Sphinx) -> dict[str, object]:
    app.setup_extension("sphinx_exercise")
    app.add_node(
        solution_node,
        override=True,
        html=(visit_solution, depart_details),
        latex=(visit_solution_node, depart_solution_node),
    )
    app.add_node(nodes.admonition, override=True, html=(visit_admonition, depart_admonition))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
