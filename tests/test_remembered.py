"""Verdicts kept between runs: found again, told apart, never taken from what was changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

from helpers.check import remembered
from helpers.check.verdict import Verdict
from helpers.derivation import Derivation, DerivationError
from helpers.notation import KL, Poisson

ROOT = Path(__file__).resolve().parent.parent
x, y = sp.symbols("x y", positive=True)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(remembered.FOLDER, str(tmp_path))
    return tmp_path


@pytest.fixture
def checks(monkeypatch):
    """How often the checker was asked."""
    asked: list[object] = []
    check = sys.modules["helpers.derivation"].check_equal

    def counted(left, right, context):
        asked.append((left, right))
        return check(left, right, context)

    monkeypatch.setattr("helpers.derivation.check_equal", counted)
    return asked


def square(**options) -> Derivation:
    return Derivation((x + y) ** 2, **options).equals(x**2 + 2 * x * y + y**2)


def test_a_step_is_checked_once(folder, checks):
    first, again = square(), square()
    assert len(checks) == 1
    assert first.steps == again.steps
    assert len(list(folder.iterdir())) == 1


def test_without_a_folder_every_step_is_checked(checks, monkeypatch):
    monkeypatch.delenv(remembered.FOLDER, raising=False)
    square(), square()
    assert len(checks) == 2


@pytest.mark.parametrize(
    "other",
    [
        lambda: square(seed=21),
        lambda: square(domain={x: sp.Interval(1, 2)}),
        lambda: square(hypotheses=x < y),
        lambda: (
            Derivation((y + x) ** 2 + 0 * x).equals(x**2 + y**2 + 2 * x * y).equals((x + y) ** 2)
        ),
    ],
    ids=["seed", "domain", "hypothesis", "another step"],
)
def test_what_differs_is_checked(folder, checks, other):
    square()
    before = len(checks)
    other()
    assert len(checks) == before + 1


def test_assumptions_belong_to_the_step(folder, checks):
    Derivation(sp.sqrt(x**2)).equals(x)
    z = sp.Symbol("x", real=True)
    with pytest.raises(DerivationError):
        Derivation(sp.sqrt(z**2)).equals(z)


def test_a_false_step_is_never_kept(folder, checks):
    for _ in range(2):
        with pytest.raises(DerivationError):
            Derivation(x**2).equals(x**3)
    assert len(checks) == 2
    assert not list(folder.iterdir())


def test_other_sources_mean_another_fingerprint(monkeypatch, tmp_path):
    before = remembered.fingerprint((x, y))
    for name in remembered._SOURCES:
        source = ROOT / "helpers" / name
        for path in source.rglob("*.py") if source.is_dir() else [source]:
            copy = tmp_path / path.relative_to(ROOT / "helpers")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(remembered, "_HELPERS", tmp_path)
    remembered._makers.cache_clear()
    assert remembered.fingerprint((x, y)) == before
    rule = tmp_path / "proof" / "signs.py"
    rule.write_bytes(rule.read_bytes() + b"\n# another\n")
    remembered._makers.cache_clear()
    assert remembered.fingerprint((x, y)) != before
    monkeypatch.undo()
    remembered._makers.cache_clear()


def test_other_versions_mean_another_fingerprint(monkeypatch):
    before = remembered.fingerprint((x, y))
    monkeypatch.setattr(remembered, "_version", lambda library: "0")
    remembered._makers.cache_clear()
    assert remembered.fingerprint((x, y)) != before
    monkeypatch.undo()
    remembered._makers.cache_clear()


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"proved", b"exact!"),
        lambda content: content[:-1],
        lambda content: b"",
    ],
    ids=["another status", "cut off", "empty"],
)
def test_a_changed_entry_is_noticed(folder, change):
    square()
    (entry,) = folder.iterdir()
    content = entry.read_bytes()
    assert b"proved" in content
    entry.write_bytes(change(content))
    with pytest.raises(ValueError, match=f"{entry.name} is not what the build wrote"):
        square()


def test_an_entry_under_another_name_is_noticed(folder):
    square()
    (entry,) = folder.iterdir()
    Derivation(x).equals(x + 0)
    (other,) = set(folder.iterdir()) - {entry}
    other.write_bytes(entry.read_bytes())
    with pytest.raises(ValueError, match="is not what the build wrote"):
        Derivation(x).equals(x + 0)


def test_what_cannot_be_written_down_is_checked_each_time(folder):
    asked = []

    def check() -> Verdict:
        asked.append(1)
        return Verdict("proved")

    for _ in range(2):
        remembered.remembered((x, lambda: None), check)
    assert len(asked) == 2


PRINTED = """
import sympy as sp
from helpers.check.remembered import fingerprint
from helpers.notation import KL, Poisson
lam, nu = sp.symbols("lambda nu", positive=True)
print(fingerprint((KL(Poisson(lam), Poisson(nu)), "=", {lam: sp.Interval(0, 1)})))
"""


def test_a_fingerprint_is_the_same_in_every_process():
    lam, nu = sp.symbols("lambda nu", positive=True)
    here = remembered.fingerprint((KL(Poisson(lam), Poisson(nu)), "=", {lam: sp.Interval(0, 1)}))
    for seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", PRINTED],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == here
