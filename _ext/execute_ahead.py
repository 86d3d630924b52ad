"""Execute the stale notebooks before they are read: as many at a time as there are cores.

MyST-NB executes one notebook after the other while it reads the pages, and says nothing until one
ends. Here they are executed into its cache first, with a line for each cell; it then finds all of
them there. What fails is left to it, so that it reports the failure as it always does.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from sphinx.application import Sphinx
from sphinx.util import logging

sys.path.append(str(Path(__file__).resolve().parent.parent))

from tools.execute import executed

logger = logging.getLogger(__name__)


def stale_notebooks(app: Sphinx, cache: object) -> list[Path]:
    """Return the book's notebooks that the cache holds no run of."""
    stale = []
    for docname in sorted(app.project.discover(app.config.exclude_patterns)):
        path = Path(app.env.doc2path(docname))
        if path.suffix != ".ipynb":
            continue
        try:
            cache.match_cache_notebook(nbformat.read(path, as_version=4))
        except KeyError:
            stale.append(path)
    return stale


def execute_ahead(app: Sphinx) -> None:
    """Fill the cache."""
    if app.config.nb_execution_mode != "cache":
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    stale = stale_notebooks(app, cache)
    if not stale:
        return
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


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("builder-inited", execute_ahead)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
