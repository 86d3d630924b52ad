"""Citations: all of them in round brackets, and each leads to its entry.

Chapters write ``[Hoeffding, 1963](bibliography.md)``, which reads the same on a page, in JupyterLab
and on a code host, where a role would be raw text. Here author and year find the entry. A citation
that finds none, or several, fails the build.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

logger = logging.getLogger(__name__)

ROUND = "author_year_round"  # the name by which the configuration knows the style


@dataclass
class RoundReferenceStyle(AuthorYearReferenceStyle):
    """Author and year in round brackets, as in the sentences of the chapters."""

    bracket_parenthetical: BracketStyle = field(
        default_factory=lambda: BracketStyle(left="(", right=")")
    )


YEAR = re.compile(r"\b(?:17|18|19|20)\d\d\b")


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
    register_plugin("sphinxcontrib.bibtex.style.referencing", ROUND, RoundReferenceStyle)
    app.connect("doctree-resolved", point_at_entries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
