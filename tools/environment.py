"""Make .venv with the pins of requirements.txt, and go on counting while pip works.

Runs before anything is installed: the standard library only.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ((3, 11), (3, 14))
SIZE = "1.1 GB"  # of the environment once everything is there
NEEDED = 3e9  # bytes of disk: the environment, what pip unpacks meanwhile, the build
EVERY = 5.0  # seconds between two counts


def pins() -> int:
    """Count the packages that requirements.txt names."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return sum("==" in line for line in lines)


def installed(folder: Path) -> int:
    """Count the packages in an environment."""
    return sum(1 for _ in folder.glob("**/site-packages/*.dist-info"))


def count(folder: Path, wanted: int, over: threading.Event) -> None:
    """Print how far it is, in one line that is written over where somebody looks on."""
    begun, before = time.monotonic(), ""
    end = "\r" if sys.stdout.isatty() else "\n"
    while not over.wait(EVERY):
        found = installed(folder)
        doing = f"{found} of {wanted} installed" if found > 2 else "downloading"
        # Where nobody looks on, a line only when it says something else, or half a minute is over.
        seconds = time.monotonic() - begun
        if end == "\r" or doing != before or seconds % 30 < EVERY:
            print(f"    {doing}, {seconds:.0f} s so far ", end=end, flush=True)
        before = doing


def main() -> int:
    """Make the environment that the first argument names; return the exit status."""
    folder = ROOT / (sys.argv[1] if len(sys.argv) > 1 else ".venv")
    here = ".".join(map(str, sys.version_info[:2]))
    if not SUPPORTED[0] <= sys.version_info[:2] < SUPPORTED[1]:
        print(f"Python 3.11, 3.12 or 3.13 is needed, this is {here}", file=sys.stderr)
        return 1
    wanted = pins()
    print(f"==> {folder.name} with Python {here}: {wanted} packages from PyPI, {SIZE}, once")
    if (free := shutil.disk_usage(ROOT).free) < NEEDED:
        print(f"    only {free / 1e9:.1f} GB of disk are free", file=sys.stderr)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        try:
            venv.create(folder, with_pip=True)
        except (subprocess.CalledProcessError, ImportError):
            print(
                "Python's venv is not complete here: apt-get install python3-venv, or a Python "
                "from python.org",
                file=sys.stderr,
            )
            return 1
    over = threading.Event()
    counter = threading.Thread(target=count, args=(folder, wanted, over), daemon=True)
    counter.start()
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "-r", "requirements.txt"], cwd=ROOT, check=False)
    over.set()
    counter.join()
    if done.returncode:
        print("pip could not install the pins; what it said is above", file=sys.stderr)
        return done.returncode
    (folder / ".ready").touch()
    print(f"==> {installed(folder)} packages are there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
