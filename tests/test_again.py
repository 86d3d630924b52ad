"""A claim shown again: the stored derivation itself, under its chapter's number."""

from __future__ import annotations

import pytest

from helpers.again import again, payload_of
from tools.execute import BOOK, notebooks
from tools.stored import stored_payloads


def test_what_is_shown_again_is_what_the_chapter_stored(monkeypatch):
    monkeypatch.chdir(BOOK)
    (original,) = (p for p in stored_payloads(BOOK / "definitions.ipynb") if p["name"] == "gibbs")
    shown = again("gibbs")._repr_mimebundle_()
    assert payload_of(shown["text/markdown"]) == original | {"name": None}
    assert repr(again("gibbs")) == shown["text/plain"]


def test_an_unknown_claim_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="no notebook in this folder shows the claim 'gibbs'"):
        again("gibbs")


def test_pages_show_again_what_the_chapters_show_now():
    shown = [
        (path, payload)
        for path in notebooks()
        for payload in stored_payloads(path)
        if payload["name"] is None and payload["title"]
    ]
    originals = [p | {"name": None} for path in notebooks() for p in stored_payloads(path)]
    assert shown
    for path, payload in shown:
        assert payload in originals, f"{path.name}: run make execute for it once more"
