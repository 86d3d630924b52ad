"""What the search page knows of equations: their numbers and their formulas.

Sphinx's index has words alone: "5.4", "D_KL" and "KL(P || Q)" would find nothing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from derivation_directive import all_records, identifier_of, label_of, printed_number
from sphinx.application import Sphinx

from helpers.drawing.alt_text import plain

NAME = "equations.js"


def bare(formula: str) -> str:
    r"""Return a formula as it is compared: letters and signs, no spaces, one bar for all.

    >>> bare(r"D_{\mathrm{KL}}\left(P \,\|\, Q\right)"), bare("D_KL(P || Q)")
    ('dkl(p||q)', 'dkl(p||q)')
    """
    text = plain(f"${formula}$" if "\\" in formula else formula)
    return re.sub(r"[\s_\\]", "", text.lower().replace("‖", "||"))


def write_equations(app: Sphinx, exception: Exception | None) -> None:
    """Write the list that assets/pages/search.js looks into."""
    if exception is not None or app.builder.format != "html":
        return
    found = []
    domain = app.env.get_domain("math")
    for record in all_records(app.env):
        claim = record["claim"]
        page, serial = domain.equations[label_of(claim.name)]
        anchor = identifier_of(claim.name)
        found.append(
            {
                "number": printed_number(app.env, page, anchor, serial),
                "title": plain(claim.title or claim.name),
                "page": page,
                "anchor": anchor,
                "formula": bare(claim.statement),
            }
        )
    static = Path(app.outdir) / "_static"
    data = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    (static / NAME).write_text(f"const BOOK_EQUATIONS = {data};\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    # Before the folder is tidied.
    app.connect("build-finished", write_equations, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
