"""A quarter of the time of writing pages was the search for garbage, of which there is little.

A build makes millions of small objects, nearly all of which live to its end; Python's collector
looks through them again and again. Reference counts still free what nothing names.
"""

from __future__ import annotations

import gc

from sphinx.application import Sphinx


def collect_again(app: Sphinx, exception: Exception | None) -> None:
    """Leave the process as it was found: tests build in theirs."""
    gc.enable()


def setup(app: Sphinx) -> dict[str, object]:
    gc.disable()
    app.connect("build-finished", collect_again, priority=1000)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
