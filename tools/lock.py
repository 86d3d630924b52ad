"""Compile pyproject.toml into requirements.txt and, with the same pins, binder/requirements.txt.

python -m tools.lock          every pin, newest allowed versions
python -m tools.lock sympy    only this one, and what it needs
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Compiled from pyproject.toml by `make lock`; edit that file, not this one.\n"
# One version for all supported Pythons, so that a chapter prints the same on each.
COMPILE = [
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--fork-strategy", "fewest", "--no-header", "--no-annotate", "--no-config"),
    *("--no-emit-index-url", "--no-emit-find-links"),
]


def compile_pins(
    extras: str, within: str = "", before: str = "", only: tuple[str, ...] = ()
) -> str:
    """Return the newest allowed pins of the project with the named extras, `within` other pins.

    Where ``only`` names packages, the others keep what they had ``before``.
    """
    with tempfile.TemporaryDirectory() as folder:
        constraint, pins = Path(folder, "within.txt"), Path(folder, "pins.txt")
        # The project itself has no name and version to constrain by.
        names = [line for line in within.splitlines() if line[:1] not in "-#"]
        constraint.write_text("".join(f"{n}\n" for n in names), encoding="utf-8")
        pins.write_text(before, encoding="utf-8")
        chosen = [f"--upgrade-package={name}" for name in only] or ["--upgrade"]
        result = subprocess.run(
            [
                *(sys.executable, "-m", "uv", *COMPILE, "-", *chosen),
                *("--constraint", str(constraint), "--output-file", str(pins)),
            ],
            input=f"-e .[{extras}]\n",
            cwd=ROOT,
            text=True,
            capture_output=True,
            check=False,
        )
        if result.returncode:
            sys.exit(f"the pins for [{extras}] could not be compiled:\n{result.stderr}")
        return HEADER + pins.read_text(encoding="utf-8").removeprefix(HEADER)


def stale(project: str, pins: str) -> list[str]:
    """Say which dependencies of a pyproject.toml its compiled pins do not meet.

    >>> told = '[project]\\ndependencies = ["numpy>=2.2", "sympy>=1.14,<1.15", "attrs"]'
    >>> stale(told, "numpy==2.4.6\\nsympy==1.15.0\\n")
    ['sympy>=1.14,<1.15 (pinned: 1.15.0)', 'attrs (not pinned)']
    """
    tables = tomllib.loads(project)["project"]
    asked = [*tables["dependencies"]]
    for extra in tables.get("optional-dependencies", {}).values():
        asked += extra
    pinned = {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", pins, re.M)
    }
    found = []
    for text in asked:
        wanted = Requirement(text)
        version = pinned.get(canonicalize_name(wanted.name))
        if version is None:
            found.append(f"{text} (not pinned)")
        elif not wanted.specifier.contains(version, prereleases=True):
            found.append(f"{text} (pinned: {version})")
    return found


def stale_here() -> list[str]:
    """Say which dependencies of this project its pins do not meet."""
    project, pins = (ROOT / name for name in ("pyproject.toml", "requirements.txt"))
    return stale(project.read_text(encoding="utf-8"), pins.read_text(encoding="utf-8"))


def main() -> None:
    """Write both files and say what changed."""
    only = tuple(sys.argv[1:])
    paths = [ROOT / name for name in ("requirements.txt", "binder/requirements.txt")]
    before = [p.read_text(encoding="utf-8") if p.exists() else "" for p in paths]
    pins = compile_pins("book,lab,test", before=before[0], only=only)
    slim = compile_pins("lab", within=pins, before=before[1], only=only)
    for path, old, text in zip(paths, before, (pins, slim), strict=True):
        path.write_text(text, encoding="utf-8")
        changed = sorted(set(text.splitlines()) ^ set(old.splitlines()))
        name = path.relative_to(ROOT).as_posix()
        print(f"{name}: {len(text.splitlines()) - 1} pins, {len(changed)} lines differ from before")
        for line in changed:
            print(f"    {'+' if line in text.splitlines() else '-'} {line}")


if __name__ == "__main__":
    main()
