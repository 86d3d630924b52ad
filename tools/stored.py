"""What the stored notebooks show: the derivations in their outputs, without running anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

from helpers.again import stored_outputs
from helpers.ledger import Claim, claim_from_payload


def stored_payloads(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what each derivation of a stored notebook shows, in order."""
    for payload, _ in stored_outputs(nbformat.read(path, as_version=4)):
        yield payload


def stored_claims(paths: Sequence[Path]) -> tuple[Claim, ...]:
    """Return the claims that notebooks show, in order."""
    return tuple(
        claim_from_payload(payload, path.stem)
        for path in paths
        for payload in stored_payloads(path)
        if payload["name"]
    )
