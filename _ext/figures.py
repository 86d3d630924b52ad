"""Figures: lettered as the page is, and numbered where they have a caption.

helpers.plotting draws letters as outlines. While the website is built it takes them from the face
of the website's text, which npm brings as woff2 and Matplotlib reads as TrueType.
"""

from __future__ import annotations

import os
from pathlib import Path

from docutils import nodes
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.config import Config

FACES = ("400-normal", "400-italic", "600-normal")
CAPTION = '<p class="figure-caption">'


def unpack_faces(packages: Path, folder: Path) -> None:
    """Write the faces of the website's text as TrueType files."""
    folder.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        name = f"source-serif-4-latin-{face}"
        font = TTFont(packages / "@fontsource" / "source-serif-4" / "files" / f"{name}.woff2")
        font.flavor = None
        font.save(folder / f"{name}.ttf")


def letter_figures(app: Sphinx, config: Config) -> None:
    """Tell the kernels, which inherit the environment, where the faces are."""
    folder = Path(app.outdir).parent / ".faces"
    unpack_faces(app.npm_packages, folder)
    os.environ["BOOK_FACES"] = str(folder)


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
    # After npm's packages are there, before the notebooks run.
    app.connect("config-inited", letter_figures, priority=600)
    app.connect("doctree-resolved", number_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
