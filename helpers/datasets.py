"""The book's real data: counts from 1898 and 1910, each with its source, from ``book/data``.

The files are plain CSV. Lines that start with ``#`` say what was counted, where it was published
and under what terms it may be used; then come two columns, a count and how often it was observed.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["CountData", "alpha_particles", "horse_kicks", "read_counts"]

DATA = Path(__file__).resolve().parent.parent / "book" / "data"


@dataclass(frozen=True, eq=False)
class CountData:
    """How often each count was observed, and where that was published.

    Attributes
    ----------
    title : str
        What was counted, in one sentence.
    source : str
        The publication.
    licence : str
        Under what terms the numbers may be used.
    columns : tuple of str
        Names of the two columns: what was counted, and in what it was counted.
    values : ndarray of int, shape (k,)
        The counts, strictly increasing.
    frequencies : ndarray of int, shape (k,)
        How many observations had that count.

    Examples
    --------
    >>> kicks = horse_kicks()
    >>> kicks.n, kicks.total, round(kicks.mean, 2)
    (200, 122, 0.61)
    """

    title: str
    source: str
    licence: str
    columns: tuple[str, str]
    values: NDArray[np.int64]
    frequencies: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of observations."""
        return int(self.frequencies.sum())

    @property
    def total(self) -> int:
        """Sum of all observed counts."""
        return int(self.values @ self.frequencies)

    @property
    def mean(self) -> float:
        """Mean count per observation."""
        return self.total / self.n

    @property
    def proportions(self) -> NDArray[np.float64]:
        """Share of the observations at each value: the empirical pmf, shape (k,)."""
        return self.frequencies / self.n

    @property
    def sample(self) -> NDArray[np.int64]:
        """Every observation by itself, sorted, shape (n,): the order was not published.

        >>> horse_kicks().sample.size
        200
        """
        return np.repeat(self.values, self.frequencies)


def read_counts(path: str | Path) -> CountData:
    """Read a file of counts and of how often each was observed.

    Parameters
    ----------
    path : str or Path
        A CSV file that starts with comment lines (a title, ``# Source: ...``, ``# Licence: ...``),
        then a header with two names, then one row per count.

    Returns
    -------
    CountData

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a note is missing, a row is not two non-negative whole numbers, the counts do not
        increase, or nothing was observed.

    Examples
    --------
    >>> read_counts(DATA / "horse_kicks.csv").n
    200
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"path: no file {path.name!r} in {path.parent}; the book's data is read from its "
            "repository, where helpers is installed editable"
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line.lstrip("# ") for line in lines if line.startswith("#")]
    notes = {"Title": ""}
    key = "Title"
    for comment in comments:
        head, colon, rest = comment.partition(": ")
        starts_a_note = bool(colon) and head in ("Source", "Licence")
        key = head if starts_a_note else key
        notes[key] = f"{notes.get(key, '')} {rest if starts_a_note else comment}".strip()
    for wanted in ("Title", "Source", "Licence"):
        if not notes.get(wanted):
            raise ValueError(f"path: {path.name} has no {wanted.lower()} among its comment lines")
    header, *rows = list(csv.reader(x for x in lines if x and not x.startswith("#"))) or [[]]
    if len(header) != 2:
        raise ValueError(f"path: {path.name} must have two columns, it has {len(header)}")
    if not rows or any(len(row) != 2 or not all(cell.isdecimal() for cell in row) for row in rows):
        raise ValueError(f"path: every row of {path.name} must be two non-negative whole numbers")
    values, frequencies = np.array(rows, dtype=np.int64).T
    if np.any(np.diff(values) <= 0):
        raise ValueError(f"path: the counts of {path.name} must increase from row to row")
    if not frequencies.any():
        raise ValueError(f"path: {path.name} holds no observation")
    values.setflags(write=False)
    frequencies.setflags(write=False)
    return CountData(
        title=notes["Title"],
        source=notes["Source"],
        licence=notes["Licence"],
        columns=(header[0], header[1]),
        values=values,
        frequencies=frequencies,
    )


def alpha_particles() -> CountData:
    """Return alpha particles counted in 2608 intervals of 7.5 s by Rutherford and Geiger.

    Source: Rutherford, Geiger and Bateman, Philosophical Magazine, series 6, vol. 20 (1910),
    table I.

    Examples
    --------
    >>> alpha = alpha_particles()
    >>> alpha.n, alpha.total, round(alpha.mean, 4)
    (2608, 10097, 3.8715)
    """
    return read_counts(DATA / "alpha_particles.csv")


def horse_kicks() -> CountData:
    """Return deaths by horse kick in 200 corps-years of the Prussian army, von Bortkiewicz's table.

    Source: L. von Bortkiewicz, Das Gesetz der kleinen Zahlen, Teubner, Leipzig (1898).

    Examples
    --------
    >>> horse_kicks().frequencies.tolist()
    [109, 65, 22, 3, 1]
    """
    return read_counts(DATA / "horse_kicks.csv")
