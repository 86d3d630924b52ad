"""A citation in prose leads to its entry, not to the head of the bibliography.

Chapters write ``[Hoeffding, 1963](bibliography.md)``, which reads the same on a page, in JupyterLab
and on a code host, where a role would be raw text. Here author and year find the entry. A citation
that finds none, or several, fails the build.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

YEAR = re.compile(r"\b(?:18|19|20)\d\d\b")


def find_entries(entries: dict, text: str) -> list[str]:
    """Return the keys of the entries whose first author and year stand in a citation's text.

    >>> from types import SimpleNamespace as Entry
    >>> author = Entry(last_names=["Hoeffding"])
    >>> entries = {"h63": Entry(persons={"author": [author]}, fields={"year": "1963"})}
    >>> find_entries(entries, "Hoeffding, 1963"), find_entries(entries, "Hoeffding, 1964")
    (['h63'], [])
    """
    return [
        key
        for key, entry in entries.items()
        if entry.fields.get("year") in YEAR.findall(text)
        and re.search(rf"\b{re.escape(entry.persons['author'][0].last_names[-1])}\b", text)
    ]


def point_at_entries(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Complete the links to the bibliography, and give its entries their keys as anchors."""
    domain = app.env.get_domain("cite")
    keys = {citation.citation_id: citation.key for citation in domain.citations}
    for entry in doctree.findall(nodes.citation):
        entry["ids"] += [keys[one] for one in entry["ids"] if one in keys]
    for link in doctree.findall(nodes.reference):
        page = link.get("refuri", "")
        text = link.astext()
        if not page.endswith("bibliography.html") or not YEAR.search(text):
            continue
        found = find_entries(domain.bibdata.data.entries, text)
        if len(found) != 1:
            logger.warning(
                "the citation %r finds %s", text, found or "no entry", location=link, type="cite"
            )
            continue
        link["refuri"] = f"{page}#{found[0]}"


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("doctree-resolved", point_at_entries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
