"""What the stored notebooks show: the derivations in their outputs, without running anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

from helpers.ledger import Claim, claim_from_payload

DIRECTIVE = re.compile(r"\A(`{3,})\{derivation\}\n(.*)\n\1\s*\Z", re.S)


def stored_payloads(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what each derivation of a stored notebook shows, in order."""
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/markdown", "")
            if found := DIRECTIVE.match(text):
                yield json.loads(found[2])


def stored_claims(paths: Sequence[Path]) -> tuple[Claim, ...]:
    """Return the claims that notebooks show, in order."""
    return tuple(
        claim_from_payload(payload, path.stem)
        for path in paths
        for payload in stored_payloads(path)
        if payload["name"]
    )
