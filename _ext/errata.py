"""The errata page: what the changelog says of mathematics that a release had wrong."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

PAGE = "book/errata"
PLACE = "<!-- errata -->"
NONE = "In the releases so far no error is known."


def errata(changelog: str) -> str:
    """Return the entries under ``### Mathematics``, newest release first, as Markdown.

    >>> print(errata('''## [Unreleased]
    ... ### Mathematics
    ... - (2.3) is false for n = 1.
    ...
    ... ## [1.0.0] - 2026-11-28
    ... ### Added
    ... - A page.
    ... '''))
    ## Found since the newest release
    <BLANKLINE>
    - (2.3) is false for n = 1.
    >>> errata("## [1.0.0] - 2026-11-28") == NONE
    True
    """
    found = []
    for release in re.split(r"^## ", changelog, flags=re.M)[1:]:
        part = re.search(r"^### Mathematics\n(.*?)(?=^### |\Z)", release, re.M | re.S)
        if part is None or not part[1].strip():
            continue
        name = re.match(r"\[(\S+)\](?: - (\S+))?", release)
        if name is None:
            raise ValueError(f"CHANGELOG.md: a release without a name: {release.splitlines()[0]}")
        title = (
            f"Corrected in {name[1]}, {name[2]}" if name[2] else "Found since the newest release"
        )
        found.append(f"## {title}\n\n{part[1].strip()}")
    return "\n\n".join(found) or NONE


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the entries where the page has a place for them."""
    if docname != PAGE:
        return
    if PLACE not in source[0]:
        raise ValueError(f"{PAGE}.md: no place for the entries, {PLACE}")
    changelog = Path(app.srcdir) / "CHANGELOG.md"
    app.env.note_dependency(str(changelog))
    source[0] = source[0].replace(PLACE, errata(changelog.read_text(encoding="utf-8")))


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
