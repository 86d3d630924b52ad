"""What the book's claims are called: the table in which a derivation looks up its name.

A chapter's cell holds a claim's mathematics and its hypotheses. What else there is to say of it
(its title, the claims it rests on, where else it is stated) stands beside its name in one file,
``claims.toml``, in the folder of the chapters.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["TABLE", "Promise", "promise_of", "read_promises"]

TABLE = "claims.toml"
_TYPES = {"title": str, "rests_on": list, "article": int, "mathlib": str}


@dataclass(frozen=True)
class Promise:
    """A claim that the book must show, and what its cell does not say of it.

    Attributes
    ----------
    name : str
        The claim's id.
    title : str
        What it is called, for people.
    rests_on : tuple of str
        Names of the claims that it uses.
    article : int or None
        The number of the equation in the article that the book follows.
    mathlib : str or None
        A declaration of Lean's mathlib that states the same, or more.

    Examples
    --------
    >>> Promise("kl-argmin", "The closest parameter", article=4).mathlib is None
    True
    """

    name: str
    title: str = ""
    rests_on: tuple[str, ...] = ()
    article: int | None = None
    mathlib: str | None = None


def read_promises(path: Path) -> dict[str, Promise]:
    """Return the promised claims that a TOML file lists, one table for each name.

    Parameters
    ----------
    path : Path
        A file of tables such as ``[gibbs]`` with the keys ``title`` (a string) and, as needed,
        ``rests_on`` (a list of names), ``article`` (an integer) and ``mathlib`` (a string).

    Raises
    ------
    ValueError
        If a table has no title, holds another key, or a value of another type.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "claims.toml"
    ...     _ = path.write_text('[kl-argmin]\\ntitle = "The closest parameter"\\narticle = 4')
    ...     read_promises(path)["kl-argmin"]
    Promise(name='kl-argmin', title='The closest parameter', rests_on=(), article=4, mathlib=None)
    """
    promises = {}
    for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for key, value in table.items():
            names = value if key == "rests_on" and isinstance(value, list) else []
            if (
                key not in _TYPES
                or not isinstance(value, _TYPES[key])
                or not all(isinstance(other, str) for other in names)
            ):
                raise ValueError(
                    f"{path.name}, [{name}]: expected title = text, rests_on = list of names, "
                    f"article = integer or mathlib = text; got {key} = {value!r}"
                )
        if not table.get("title"):
            raise ValueError(f"{path.name}, [{name}]: a claim needs a title")
        promises[name] = Promise(name, **table | {"rests_on": tuple(table.get("rests_on", ()))})
    return promises


@lru_cache(maxsize=4)
def _read_once(path: Path, changed: int) -> dict[str, Promise]:
    return read_promises(path)


def promise_of(name: str) -> Promise | None:
    """Return what the table beside the running notebook says of a claim; None where there is none.

    Raises
    ------
    ValueError
        If there is a table and the name is not in it.

    Examples
    --------
    >>> promise_of("gibbs") is None  # no table lies in this folder
    True
    """
    path = Path.cwd() / TABLE
    if not path.is_file():
        return None
    promises = _read_once(path, path.stat().st_mtime_ns)
    if name not in promises:
        raise ValueError(f"name: {TABLE} lists no claim {name!r}; give it a table there")
    return promises[name]
