"""The book's real data, from 1753 to 1986, each with its source, from ``book/data``.

The files are plain CSV. Lines that start with ``#`` say what was observed, where it was published
and under what terms it may be used; then come the columns. In a file of counts there are two: a
count, and how often it was observed.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CountData",
    "Table",
    "accidents",
    "alpha_particles",
    "challenger",
    "corps",
    "crabs",
    "horse_kicks",
    "library_calls",
    "light_times",
    "read_counts",
    "read_table",
    "scurvy",
]

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
    notes, header, rows = _opened(path)
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


def _opened(path: Path) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """Return a file's notes, its column names and its rows as text."""
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
    return notes, header, rows


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of a file, and where they were published.

    Attributes
    ----------
    title, source, licence : str
        What was observed, the publication, and under what terms the numbers may be used.
    columns : dict of str to ndarray, each of shape (n,)
        Whole numbers, decimal numbers or words; ``table["name"]`` is one of them.

    Examples
    --------
    >>> flights = challenger()
    >>> len(flights), int(flights["distress"].sum())
    (23, 7)
    """

    title: str
    source: str
    licence: str
    columns: dict[str, NDArray]

    def __getitem__(self, name: str) -> NDArray:
        if name not in self.columns:
            raise KeyError(f"no column {name!r}; there are {', '.join(self.columns)}")
        return self.columns[name]

    def __len__(self) -> int:
        return next(iter(self.columns.values())).size


def read_table(path: str | Path) -> Table:
    """Read a file of named columns.

    Parameters
    ----------
    path : str or Path
        A CSV file that starts with the comment lines of :func:`read_counts`, then a header, then
        one row per observation. A column of numbers is read as numbers.

    Returns
    -------
    Table

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a note is missing, there is no row, or a row has not as many cells as the header.

    Examples
    --------
    >>> read_table(DATA / "corps.csv")["deaths"].sum()
    np.int64(196)
    """
    path = Path(path)
    notes, header, rows = _opened(path)
    if not rows:
        raise ValueError(f"path: {path.name} holds no row")
    for row in rows:
        if len(row) != len(header):
            raise ValueError(
                f"path: every row of {path.name} must have {len(header)} cells, "
                f"one has {len(row)}: {','.join(row)}"
            )
    columns = {
        name: _typed(cells) for name, cells in zip(header, zip(*rows, strict=True), strict=True)
    }
    return Table(notes["Title"], notes["Source"], notes["Licence"], columns)


def _typed(cells: tuple[str, ...]) -> NDArray:
    for kind in (np.int64, np.float64):
        try:
            column = np.array(cells).astype(kind)
        except ValueError:
            continue
        break
    else:
        column = np.array(cells)
    column.setflags(write=False)
    return column


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


def accidents() -> CountData:
    """Return accidents of 647 women at work on high explosive shells, by Greenwood and Yule.

    Source: M. Greenwood and G. U. Yule, Journal of the Royal Statistical Society 83 (1920).

    Examples
    --------
    >>> accidents().n, round(accidents().mean, 5)
    (647, 0.46522)
    """
    return read_counts(DATA / "accidents.csv")


def crabs() -> CountData:
    """Return foreheads of 1000 Naples crabs in 29 classes, from Pearson's paper on mixtures.

    Source: K. Pearson, Philosophical Transactions of the Royal Society of London A 185 (1894).

    Examples
    --------
    >>> crabs().n, crabs().values.size
    (1000, 29)
    """
    return read_counts(DATA / "crabs.csv")


def light_times() -> Table:
    """Return Newcomb's 66 passage times of light, as nanoseconds beyond 24 800.

    Source: S. Newcomb, Measures of the velocity of light, US Navy Department (1891).

    Examples
    --------
    >>> times = light_times()["nanoseconds"]
    >>> times.size, int(times.min()), round(float(times.mean()), 4)
    (66, -44, 26.2121)
    """
    return read_table(DATA / "light_times.csv")


def challenger() -> Table:
    """Return temperature and O-ring distress of the 23 shuttle flights before the accident.

    Source: Report of the Presidential Commission on the Space Shuttle Challenger Accident (1986).

    Examples
    --------
    >>> challenger()["temperature"].min()
    np.int64(53)
    """
    return read_table(DATA / "challenger.csv")


def corps() -> Table:
    """Return deaths by horse kick in each of 14 Prussian corps over 20 years.

    Source: L. von Bortkiewicz, Das Gesetz der kleinen Zahlen, Teubner, Leipzig (1898).

    Examples
    --------
    >>> len(corps()), int(corps()["deaths"].max())
    (14, 25)
    """
    return read_table(DATA / "corps.csv")


def scurvy() -> Table:
    """Return James Lind's trial: six treatments of scurvy, two sailors on each.

    Source: J. Lind, A treatise of the scurvy, Edinburgh (1753).

    Examples
    --------
    >>> trial = scurvy()
    >>> [str(name) for name in trial["treatment"][trial["recovered"] > 0]]
    ['oranges and lemons']
    """
    return read_table(DATA / "scurvy.csv")


def library_calls() -> Table:
    """Return what calls of PyTorch and scikit-learn give for P = (3/4, 1/4) and Q = (1/2, 1/2).

    Examples
    --------
    >>> float(library_calls()["value"][0])
    0.1308120359411369
    """
    return read_table(DATA / "library_calls.csv")
