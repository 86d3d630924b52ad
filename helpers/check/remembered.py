"""Verdicts kept between the runs of one build, so that each step is checked once.

A notebook runs when the website is built and again in JupyterLab's test. Where ``BOOK_VERDICTS``
names a folder, an accepted verdict is kept there under a fingerprint of all that it depends on: the
step with its context, the sources of the symbolic rooms, and the versions of what they compute
with. Readers and tests do not set the variable: they check.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import platform
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path

from sympy.external.gmpy import GROUND_TYPES

from helpers.check.verdict import Verdict

__all__ = ["FOLDER", "fingerprint", "remembered"]

FOLDER = "BOOK_VERDICTS"  # the environment variable that names the folder

# What pickle raises for functions made in a cell, and for numbers of compiled libraries.
UNWRITABLE = (pickle.PicklingError, AttributeError, TypeError)
_HELPERS = Path(__file__).resolve().parent.parent
# What a verdict is made by; the import contracts say that these import nothing else of helpers.
_SOURCES = ("notation", "digits", "trials", "proof", "check", "shown", "derivation.py")
_LIBRARIES = ("sympy", "mpmath", "python-flint", "numpy", "scipy")


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "none"


@cache
def _makers() -> bytes:
    """A digest of the sources and versions that a verdict is made by."""
    told = [platform.python_version(), platform.machine(), GROUND_TYPES]
    state = hashlib.sha256("|".join([*told, *map(_version, _LIBRARIES)]).encode())
    for name in _SOURCES:
        room = _HELPERS / name
        for path in sorted(room.rglob("*.py")) if room.is_dir() else [room]:
            state.update(path.relative_to(_HELPERS).as_posix().encode() + b"\0")
            state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.digest()


def fingerprint(step: object) -> str:
    """What tells one step, its context and the checker's sources from every other.

    Parameters
    ----------
    step : object
        All that a verdict depends on, of SymPy's objects, texts, numbers and dataclasses of them.

    Returns
    -------
    str
        64 hexadecimal digits, the same in every process.

    Raises
    ------
    pickle.PicklingError
        If the step holds something that cannot be written down, such as a function.

    Examples
    --------
    >>> import sympy as sp
    >>> x, y = sp.symbols("x y")
    >>> fingerprint((x, "=", y)) == fingerprint((x, "=", sp.Symbol("y")))
    True
    >>> fingerprint((x, "=", y)) == fingerprint((x, "=", sp.Symbol("y", positive=True)))
    False
    """
    written = io.BytesIO()
    pickler = pickle.Pickler(written, protocol=4)
    # Without a memo: which equal parts are one object differs from run to run.
    pickler.fast = True
    pickler.dump(step)
    return hashlib.sha256(_makers() + written.getvalue()).hexdigest()


def remembered(step: object, check: Callable[[], Verdict]) -> Verdict:
    """The verdict of ``check``, or the one that it gave on the same step before.

    Only verdicts that accept are kept: a refutation is found anew. Without a folder in
    ``BOOK_VERDICTS`` nothing is kept and nothing is read.

    Parameters
    ----------
    step : object
        As for :func:`fingerprint`.
    check : callable
        Checks the step.

    Raises
    ------
    ValueError
        If what was kept is no longer what was written.

    Examples
    --------
    >>> remembered(("step",), lambda: Verdict("proved")).status
    'proved'
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return check()
    try:
        path = Path(folder, fingerprint(step))
    except UNWRITABLE:
        return check()  # what cannot be written down cannot be compared
    if path.exists():
        return _read(path)
    verdict = check()
    if verdict.counterexample is None:
        with contextlib.suppress(*UNWRITABLE):  # nor can it be kept: it is checked each time
            _write(path, verdict)
    return verdict


def _seal(name: str, content: bytes) -> bytes:
    return hashlib.sha256(name.encode() + content).hexdigest().encode()


def _read(path: Path) -> Verdict:
    seal, _, content = path.read_bytes().partition(b"\n")
    if seal != _seal(path.name, content):
        raise ValueError(f"{path} is not what the build wrote there: delete it and build again")
    return pickle.loads(content)


def _write(path: Path, verdict: Verdict) -> None:
    content = pickle.dumps(verdict)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: another kernel may read it meanwhile.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(_seal(path.name, content) + b"\n" + content)
    unfinished.replace(path)
