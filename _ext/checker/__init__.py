"""The checker in the page: what the reader's own browser runs when the reader asks.

Puts a field under each exercise, "Change it" beside the record of the checks, and the workbench on
its page; writes beside the pages what they fetch then. A page loads nothing of it by itself.
"""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path

from docutils import nodes
from local_katex import NODE
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from checker.bundle import Workshop, own_modules
from checker.cells import Name, Offer, offers, unknown_names
from checker.workbench import WorkbenchDirective
from helpers.notation import symbol_latex

FOLDER = "checker"  # below _static

TOOLS = ("derivation-tools", "cell-tools")  # the row in which "Change it" has its place


def prepare(app: Sphinx) -> None:
    """Make what is missing, or find it made by an earlier build."""
    app.checker_offers, app.checker_scripts = {}, ""
    if app.builder.name != "html":
        return
    workshop = Workshop(Path(app.srcdir), NODE, app.npm_packages)
    try:
        app.checker_scripts = workshop.scripts().name
        workshop.archive()
        workshop.arithmetic()
    except RuntimeError as error:
        raise ExtensionError(f"the page's checker could not be put together: {error}") from error
    app.checker_workshop = workshop
    app.checker_modules = set(own_modules(Path(app.srcdir)))


def offers_of(app: Sphinx, docname: str) -> dict[int, Offer]:
    """Return what the page can do with a notebook's cells; a name that nothing makes fails."""
    path = Path(app.env.doc2path(docname))
    if path.suffix != ".ipynb":
        return {}
    notebook = json.loads(path.read_text(encoding="utf-8"))
    found = offers(notebook, app.checker_modules)
    for place, offer in found.items():
        if unknown := unknown_names(offer):
            raise ExtensionError(f"{docname}, cell {place}: nothing makes {', '.join(unknown)}")
    return found


def raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def data(app: Sphinx, kind: str, docname: str, place: int) -> str:
    return (
        f'data-checker="{kind}" data-cells="{escape(docname)}" data-cell="{place}" '
        f'data-scripts="{app.checker_scripts}"'
    )


def change_button(app: Sphinx, offer: Offer, docname: str, place: int) -> list[nodes.Node]:
    if offer.needs:
        told = f"Needs {escape(offer.needs)}: runs in JupyterLab or on Binder"
        return [raw(f'<span class="checker-elsewhere">{told}</span>')]
    return [
        raw(
            '<button type="button" class="checker-change pst-js-only" aria-expanded="false" '
            f"{data(app, 'change', docname, place)}>Change it</button>"
        )
    ]


def formula(name: Name) -> nodes.math:
    latex = symbol_latex(name.symbol)
    return nodes.math(latex, latex)


def answer_field(app: Sphinx, offer: Offer, docname: str, place: int) -> list[nodes.Node]:
    """Return the form under an exercise; without scripts a sentence stands in its place."""
    if offer.needs:
        told = f"This exercise needs {escape(offer.needs)}: it answers in JupyterLab or on Binder."
        return [raw(f'<p class="checker-elsewhere">{told}</p>')]
    names = nodes.inline(classes=["checker-names"], ids=[f"answer-{place}-names"])
    shown = {name.symbol: name for name in offer.names}
    if shown:
        names += nodes.Text("In ")
        for position, name in enumerate(shown.values()):
            names += nodes.Text(", " if position else "")
            names += formula(name)
            if name.python not in (name.symbol, ""):
                names.extend([nodes.Text(" ("), nodes.literal("", name.python), nodes.Text(")")])
        names += nodes.Text("; a power is ^, and ln the logarithm")
    else:
        names += nodes.Text("A number, such as 1/3 or sqrt(2)")
    return [
        raw(
            f'<form class="checker-field pst-js-only" autocomplete="off" '
            f'{data(app, "exercise", docname, place)} data-exercise="{escape(offer.exercise)}">'
            f'<label for="answer-{place}">Your answer</label>'
            f'<div class="checker-row"><input id="answer-{place}" type="text" spellcheck="false" '
            f'autocapitalize="off" aria-describedby="answer-{place}-names" />'
            '<button class="checker-button checker-first">Check</button></div>'
        ),
        names,
        raw(
            '<p class="checker-mark" hidden><span></span> '
            '<button type="button" class="checker-button">Forget my answers</button></p>'
            '<div class="checker-answer" role="status"></div></form>'
            "<noscript><p>With JavaScript switched on, this page checks your answer here.</p>"
            "</noscript>"
        ),
    ]


def place_offers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the fields and the buttons where they belong."""
    if app.builder.name != "html":
        return
    found = offers_of(app, docname)
    app.checker_offers[docname] = found
    for cell in list(doctree.findall(nodes.container)):
        offer = found.get(cell.get("cell_index")) if cell.get("nb_element") == "cell_code" else None
        if offer is None:
            continue
        place = cell["cell_index"]
        if offer.kind == "exercise":
            cell["classes"].append("checker-asks")
            cell.extend(answer_field(app, offer, docname, place))
            continue
        rows = [e for e in cell.findall(nodes.Element) if set(TOOLS) & set(e.get("classes", ()))]
        if rows:
            rows[-1].extend(change_button(app, offer, docname, place))
        else:
            row = nodes.container(classes=["cell-tools"])
            row.extend(change_button(app, offer, docname, place))
            cell.append(row)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write what the pages fetch when a reader asks."""
    if exception is not None or app.builder.name != "html":
        return
    target = Path(app.outdir) / "_static" / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    app.checker_workshop.write(target)
    for docname in app.env.found_docs:
        # Pages that were not written this time are asked for their cells here.
        found = app.checker_offers.get(docname) or offers_of(app, docname)
        told = {place: offer.as_data() for place, offer in found.items() if not offer.needs}
        if told:
            path = target / "cells" / f"{docname}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("workbench", WorkbenchDirective)
    app.connect("builder-inited", prepare)
    app.connect("doctree-resolved", place_offers, priority=900)  # after the code is folded
    app.connect("build-finished", write, priority=880)  # before what no page needs is removed
    return {"parallel_read_safe": True, "parallel_write_safe": False}
