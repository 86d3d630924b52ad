"""A build that cannot lie: warnings fail it, stale outputs cannot hide, the site mode is set.

Sphinx counts warnings and, on its own, still ends with success. A book whose claim is that every
equation was checked must not: here any warning (a reference that leads nowhere, a formula KaTeX
refuses, a cell that failed) ends the build with a non-zero status, with or without ``-W``.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

logger = logging.getLogger(__name__)

# What a cell's output depends on besides its own text.
SOURCES_OF_OUTPUTS = ("helpers/**/*.py", "book/data/*", "requirements.txt")


def digest_of_sources(root: Path) -> str:
    """Return a hash that changes when anything a cell imports, reads or runs on changes."""
    state = hashlib.sha256(sys.version.encode())
    for pattern in SOURCES_OF_OUTPUTS:
        for path in sorted(root.glob(pattern)):
            state.update(path.relative_to(root).as_posix().encode())
            state.update(path.read_bytes())
    return state.hexdigest()[:16]


def prepare_execution(app: Sphinx, config: Config) -> None:
    """Execute into a cache whose key covers the helpers, not only the cells."""
    config.helpers_digest = digest_of_sources(Path(app.srcdir))
    if config.nb_execution_mode == "cache" and not config.nb_execution_cache_path:
        cache = Path(app.outdir).parent / ".jupyter_cache" / config.helpers_digest
        config.nb_execution_cache_path = str(cache)


def read_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> set[str]:
    """Name every page when the helpers changed: their outputs may have."""
    before = getattr(env, "helpers_digest", None)
    env.helpers_digest = app.config.helpers_digest
    return set(env.found_docs) if before != app.config.helpers_digest else set()


def failed_cells(env: BuildEnvironment) -> list[str]:
    """Return one line per notebook that failed: its name, the cell, the last line of the error."""
    lines = []
    for docname in sorted(env.found_docs):
        data = env.nb_metadata[docname].get("exec_data") if hasattr(env, "nb_metadata") else None
        if not data or data.get("succeeded"):
            continue
        traceback = (data.get("traceback") or data.get("error") or "").strip()
        source, last = cell_and_error(traceback)
        lines.append(f"{env.doc2path(docname, False)}: the cell\n{source}\n  ended with {last}")
    return lines


def cell_and_error(traceback: str) -> tuple[str, str]:
    """Split what nbclient reports: the cell's source stands between two dashed lines."""
    parts = traceback.split("------------------")
    source = parts[1].strip() if len(parts) > 2 else "(unknown)"
    last = traceback.splitlines()[-1] if traceback else "no message"
    return "\n".join("    " + line for line in source.splitlines()[:12]), last


def judge(app: Sphinx, exception: Exception | None) -> None:
    """Fail the build when anything was warned of, and make the next one read everything again."""
    if exception is None and not app._warncount:
        return
    # Sphinx would take the pages it has read as good and be silent about them next time.
    (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)
    if exception is not None:
        return
    for line in failed_cells(app.env):
        logger.error(line, color="red")
    app.statuscode = 1
    if not app.keep_going:
        raise ExtensionError(f"{app._warncount} warning(s), shown above: a warning fails the build")


def setup(app: Sphinx) -> dict[str, object]:
    # Kernels inherit the environment: the helpers then draw for a page without a kernel.
    os.environ["BOOK_OUTPUT"] = "site"
    app.add_config_value("helpers_digest", "", "")
    app.connect("config-inited", prepare_execution, priority=100)
    app.connect("env-get-outdated", read_again)
    app.connect("build-finished", judge, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
