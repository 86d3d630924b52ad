"""Jupyter Book's command, as `python -m tools.jupyter_book build .`, begun a second sooner.

jsonschema compiles 38 grammars of internationalised addresses whenever it is imported, here and in
each process that executes notebooks; no schema of a book asks for one.
"""

from __future__ import annotations

import sys

# What cannot be imported, jsonschema does without. Processes for notebooks read this file too.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

if __name__ == "__main__":
    from jupyter_book.cli.main import main

    main(prog_name="jupyter-book")
