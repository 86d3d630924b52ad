"""Figures that have a caption get a number: their chapter's, a point, and a count."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

CAPTION = '<p class="figure-caption">'


def number_figures(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the numbers before the captions that helpers.plotting left under the figures."""
    sections = app.env.toc_secnumbers.get(docname, {})
    chapter = ".".join(map(str, sections.get("", ())))
    count = 0
    for html in list(doctree.findall(nodes.raw)):
        text = html.astext()
        if CAPTION not in text:
            continue
        count += 1
        number = f"{chapter}.{count}" if chapter else str(count)
        said = f'{CAPTION}<span class="figure-number">Figure {number}.</span> '
        html.replace_self(nodes.raw("", text.replace(CAPTION, said, 1), format="html"))


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("doctree-resolved", number_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
