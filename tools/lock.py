"""Compile pyproject.toml into requirements.txt and, with the same pins, binder/requirements.txt."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Compiled from pyproject.toml by `make lock`; edit that file, not this one.\n"
# One version for all supported Pythons, so that a chapter prints the same on each.
COMPILE = [
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--fork-strategy", "fewest", "--no-header", "--no-annotate", "--no-config"),
    *("--no-emit-index-url", "--no-emit-find-links"),
]


def compile_pins(extras: str, within: str = "") -> str:
    """Return the newest allowed pins of the project with the named extras, `within` other pins."""
    with tempfile.TemporaryDirectory() as folder:
        constraint = Path(folder, "within.txt")
        # The project itself has no name and version to constrain by.
        names = [line for line in within.splitlines() if line[:1] not in "-#"]
        constraint.write_text("".join(f"{n}\n" for n in names), encoding="utf-8")
        result = subprocess.run(
            [sys.executable, "-m", "uv", *COMPILE, "-", "--constraint", str(constraint)],
            input=f"-e .[{extras}]\n",
            cwd=ROOT,
            text=True,
            capture_output=True,
            check=False,
        )
    if result.returncode:
        sys.exit(f"the pins for [{extras}] could not be compiled:\n{result.stderr}")
    return HEADER + result.stdout


def main() -> None:
    """Write both files, newest allowed versions first, and say what changed."""
    pins = compile_pins("book,lab,test")
    slim = compile_pins("lab", within=pins)
    for name, text in (("requirements.txt", pins), ("binder/requirements.txt", slim)):
        path = ROOT / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(text, encoding="utf-8")
        changed = set(text.splitlines()) ^ set(before.splitlines())
        print(f"{name}: {len(text.splitlines()) - 1} pins, {len(changed)} lines differ from before")


if __name__ == "__main__":
    main()
