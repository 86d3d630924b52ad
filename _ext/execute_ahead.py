"""Execute the stale notebooks before they are read: as many at a time as there are cores.

MyST-NB executes one notebook after the other while it reads the pages, and says nothing until one
ends. Here they are executed into its cache first, with a line for each cell; it then finds all of
them there. What fails is left to it, so that it reports the failure as it always does.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sqlalchemy.exc import DatabaseError

sys.path.append(str(Path(__file__).resolve().parent.parent))

from tools.execute import executed, read

logger = logging.getLogger(__name__)


def seal_of(cache: JupyterCacheAbstract, key: str) -> tuple[Path, str]:
    """Return where the digest of a kept run stands, and what the digest is now."""
    folder = Path(cache.path)
    kept = folder / "executed" / key / "base.ipynb"
    digest = hashlib.sha256(kept.read_bytes()).hexdigest() if kept.exists() else ""
    return folder / "seals" / key, digest


def stale_notebooks(app: Sphinx, cache: JupyterCacheAbstract) -> list[Path]:
    """Return the book's notebooks that the cache holds no run of, or not the one that was kept."""
    stale = []
    for docname in sorted(app.project.discover(app.config.exclude_patterns)):
        path = Path(app.env.doc2path(docname))
        if path.suffix != ".ipynb":
            continue
        try:
            record = cache.match_cache_notebook(read(path))
        except KeyError:
            stale.append(path)
            continue
        except ValueError as error:
            raise ExtensionError(str(error)) from None
        seal, digest = seal_of(cache, record.hashkey)
        if not seal.exists() or seal.read_text(encoding="utf-8") != digest:
            print(f"{path.name}: its kept run was changed since; it runs again", flush=True)
            stale.append(path)
    return stale


def execute_ahead(app: Sphinx) -> None:
    """Fill the cache."""
    if app.config.nb_execution_mode != "cache":
        return
    folder = app.config.nb_execution_cache_path
    try:
        cache = get_cache(folder)
        stale = stale_notebooks(app, cache)
        if stale:
            execute(stale, cache)
    except DatabaseError as error:
        raise ExtensionError(f"{folder} is broken ({error.orig}): delete it, build again") from None


def execute(stale: list[Path], cache: JupyterCacheAbstract) -> None:
    """Execute notebooks and put their runs into the cache, each with its seal."""
    workers = min(os.cpu_count() or 1, len(stale))
    print(f"executing {len(stale)} notebooks, {workers} at a time", flush=True)
    # A fresh interpreter for each worker: this one has threads and pipes of its own.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        jobs = {pool.submit(executed, path): path for path in stale}
        for job in as_completed(jobs):
            path = jobs[job]
            try:
                notebook, seconds = job.result()
            except RuntimeError as error:
                logger.info("%s", error)
                continue
            print(f"==> {path.name} ran in {seconds:.1f} s", flush=True)
            bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            seal, digest = seal_of(cache, cache.match_cache_notebook(notebook).hashkey)
            seal.parent.mkdir(exist_ok=True)
            seal.write_text(digest, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("builder-inited", execute_ahead)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
