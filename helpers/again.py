"""A claim shown again on another page: what its chapter stored, and no second derivation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["DIRECTIVE", "Again", "again", "payload_of", "stored_outputs"]

DIRECTIVE = re.compile(r"\A(`{3,})\{derivation\}\n(.*)\n\1\s*\Z", re.S)


class Again:
    """A stored derivation, shown as its chapter shows it but without the number, which it keeps.

    Parameters
    ----------
    data : dict
        The output that the chapter stored, by MIME type.
    """

    def __init__(self, data: dict[str, str]) -> None:
        self.data = data

    def __repr__(self) -> str:
        return self.data["text/plain"]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        fence, text = DIRECTIVE.match(self.data["text/markdown"]).groups()  # type: ignore[union-attr]
        shown = json.dumps(json.loads(text) | {"name": None}, ensure_ascii=False, indent=1)
        return self.data | {"text/markdown": f"{fence}{{derivation}}\n{shown}\n{fence}"}


def again(name: str) -> Again:
    """Return a claim of one of the chapters in this folder, to be shown once more.

    Parameters
    ----------
    name : str
        The claim's id, as in ``claims.toml``.

    Raises
    ------
    ValueError
        If no notebook in this folder has stored such a claim.

    Examples
    --------
    >>> again("gibbs")  # this folder holds no chapters
    Traceback (most recent call last):
    ValueError: name: no notebook in this folder shows the claim 'gibbs'
    """
    for path in sorted(Path.cwd().glob("*.ipynb")):
        found = _stored(path, path.stat().st_mtime_ns).get(name)
        if found is not None:
            return Again(found)
    raise ValueError(f"name: no notebook in this folder shows the claim {name!r}")


@lru_cache(maxsize=32)
def _stored(path: Path, changed: int) -> dict[str, dict[str, str]]:
    return {
        payload["name"]: data
        for payload, data in stored_outputs(json.loads(path.read_text(encoding="utf-8")))
        if payload["name"]
    }


def stored_outputs(notebook: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Yield each derivation of a stored notebook: what it says, and its output by MIME type."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = {
                kind: "".join(text)
                for kind, text in output.get("data", {}).items()
                if isinstance(text, str | list)
            }
            if (payload := payload_of(data.get("text/markdown", ""))) is not None:
                yield payload, data


def payload_of(text: str) -> dict[str, Any] | None:
    """Return what a derivation's output says, if the text is such an output.

    Examples
    --------
    >>> payload_of('```{derivation}\\n{"name": "gibbs"}\\n```')
    {'name': 'gibbs'}
    >>> payload_of("A sentence.") is None
    True
    """
    found = DIRECTIVE.match(text)
    return None if found is None else json.loads(found[2])
