"""Fonts that hold the characters of the pages and no others.

A font of KaTeX has hundreds of glyphs, of which the book shows a few dozen. What a browser fetches
before it can set the first line shrinks to half.
"""

from __future__ import annotations

import hashlib
import html
import io
import logging
import re
import string
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

# It would name every glyph it keeps.
logging.getLogger("fontTools").setLevel(logging.WARNING)

# A reader types into the search box what no page may show.
TYPED = set(string.printable)
ESCAPED = re.compile(r"\\u?([0-9a-fA-F]{2,6})")  # in scripts and their data; in style sheets
# Both families reserve their names for what their makers made (Open Font License, condition 3).
RESERVED = re.compile(r"KaTeX[_ ]?|Source ?")
NAMES_SHOWN = {1, 3, 4, 6}
# What the style sheets ask for, and what every browser does unasked.
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum"]
NAMES_KEPT = [*range(7), 14]  # whose work it is, what it is called, where its licence stands


def characters(texts: Iterable[str]) -> set[str]:
    r"""Return every character that pages, scripts and style sheets can show.

    >>> sorted(characters(["&theta; <b>x</b>", r"content: '\2713'"]) - TYPED)
    ['θ', '✓']
    """
    found = set(TYPED)
    for text in texts:
        found |= set(html.unescape(text))
        # A style sheet's escape ends before what is no hexadecimal digit, a script's after four.
        codes = {int(part, 16) for all_ in ESCAPED.findall(text) for part in (all_, all_[:4])}
        found |= {chr(code) for code in codes if code <= sys.maxunicode}
    return found


def fitted(font: bytes, wanted: Iterable[str]) -> bytes:
    """Return a woff2 font reduced to the glyphs of ``wanted``, under a name of its own."""
    reduced = TTFont(io.BytesIO(font), recalcTimestamp=False)
    options = Options(
        flavor="woff2", name_IDs=NAMES_KEPT, layout_features=FEATURES, notdef_outline=True
    )
    cutter = Subsetter(options)
    cutter.populate(unicodes=sorted(map(ord, wanted)))
    cutter.subset(reduced)
    for record in reduced["name"].names:
        if record.nameID in NAMES_SHOWN:
            record.string = RESERVED.sub("Book", record.toUnicode())
    written = io.BytesIO()
    reduced.save(written)
    return written.getvalue()


def fit(folder: Path, wanted: set[str], cache: Path) -> str:
    """Replace the fonts of a folder, from the cache where an earlier build did the same.

    Returns a digest of all of them, for their addresses: a font that a browser has kept from before
    may lack what a page shows now.
    """
    cache.mkdir(parents=True, exist_ok=True)
    letters = "".join(sorted(wanted)).encode("utf-8", "surrogatepass")
    kept = []
    for path in sorted(folder.glob("*.woff2")):
        key = hashlib.sha256(path.read_bytes() + letters).hexdigest()
        known = cache / f"{key}.woff2"
        if not known.exists():
            known.write_bytes(fitted(path.read_bytes(), wanted))
        path.write_bytes(known.read_bytes())
        kept.append(known.name)
    for old in cache.iterdir():
        if old.name not in kept:
            old.unlink()
    return hashlib.sha256("".join(kept).encode()).hexdigest()[:10]
