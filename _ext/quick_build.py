"""What a build does again and again for nothing, left out.

A build makes millions of small objects, nearly all of which live to its end; Python's collector
looks through them again and again, a quarter of the time of writing pages. Reference counts still
free what nothing names. And numpydoc reads and compiles its template for each docstring anew.
"""

from __future__ import annotations

import gc
from functools import partial

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape_sphinx
from sphinx.application import Sphinx


class Compiled(BytecodeCache):
    """Templates that were compiled before, by what they say."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self.known.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def leave_as_found(app: Sphinx, exception: Exception | None) -> None:
    """A process may go on after its build: tests build in theirs."""
    gc.enable()
    docscrape_sphinx.SandboxedEnvironment = SandboxedEnvironment


def setup(app: Sphinx) -> dict[str, object]:
    gc.disable()
    app.connect("build-finished", leave_as_found, priority=1000)
    docscrape_sphinx.SandboxedEnvironment = partial(SandboxedEnvironment, bytecode_cache=Compiled())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
