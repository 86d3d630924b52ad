"""A release says one thing: pyproject, citation, changelog and tag agree."""

from __future__ import annotations

import re
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
RELEASES = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", CHANGELOG, re.M)


def test_citation_changelog_and_project_name_one_version():
    assert CITATION["version"] == CITATION["preferred-citation"]["version"] == VERSION
    assert RELEASES[0] == (VERSION, str(CITATION["date-released"]))


def test_releases_stand_newest_first_under_what_is_to_come():
    assert re.findall(r"^## \[(.*?)\]", CHANGELOG, re.M)[0] == "Unreleased"
    versions = [tuple(map(int, version.split("."))) for version, _ in RELEASES]
    assert versions == sorted(versions, reverse=True)
    days = [date.fromisoformat(day) for _, day in RELEASES]
    assert days == sorted(days, reverse=True)


def test_every_tag_of_a_version_has_its_entry():
    done = subprocess.run(
        ["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = {f"v{version}" for version, _ in RELEASES}
    assert set(done.stdout.split()) <= told


def test_each_part_has_one_licence_and_the_licence_file_names_both():
    assert CITATION["license"] == "BSD-3-Clause"
    assert CITATION["preferred-citation"]["license"] == "CC-BY-4.0"
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "BSD 3-Clause License" in text
    assert "CC BY 4.0" in text


def test_the_citation_has_what_its_format_asks_for():
    assert CITATION["cff-version"] == "1.2.0"
    assert {"title", "message", "authors"} <= set(CITATION)
    for author in (*CITATION["authors"], *CITATION["preferred-citation"]["authors"]):
        assert "name" in author or {"family-names", "given-names"} <= set(author)
    assert CITATION["preferred-citation"]["type"] == "book"
