"""Tables that readers bring: CSV files as programs write them, columns, and counts of values."""

from __future__ import annotations

import csv
import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar", " ": "spaces"}
_YEARS = (1800.0, 2100.0)


class DataError(ValueError):
    """Data or a wish that cannot be met; its text is a sentence for the reader.

    Examples
    --------
    >>> from helpers.your_data import read_data
    >>> read_data([])
    Traceback (most recent call last):
    helpers.numeric.tables.DataError: There is no observation in your data; give at least one.
    """


@dataclass(frozen=True)
class Layout:
    """How a file is written; what is None is found out from the file.

    Examples
    --------
    >>> Layout(delimiter=";", decimal=",").decimal
    ','
    """

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str = "utf-8-sig"
    header: bool | None = None


@dataclass(frozen=True)
class Table:
    """The columns of a file by name, its rows, and the line of the file that each came from."""

    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    decimal: str


def is_number(cell: str, decimal: str = ".") -> bool:
    """Say whether a cell is written as a number.

    >>> is_number("1.5"), is_number("1,5"), is_number("1,5", ",")
    (True, False, True)
    """
    try:
        float(cell if decimal == "." else cell.replace(decimal, "."))
    except ValueError:
        return False
    return True


def comma_hint(cell: str) -> str:
    """Return what a comma in a number may mean, as a sentence, or nothing.

    >>> comma_hint("1,200")
    ' If the comma separates thousands, leave it out; if it is a decimal comma, write a point.'
    >>> comma_hint("1,5"), comma_hint("two")
    (' Write decimals with a point.', '')
    """
    if _THOUSANDS.fullmatch(cell):
        return (
            " If the comma separates thousands, leave it out; if it is a decimal comma, write a "
            "point."
        )
    return " Write decimals with a point." if is_number(cell.replace(",", ".")) else ""


def read_table(path: Path, layout: Layout) -> Table:
    """Return the columns and rows of a CSV file.

    Raises
    ------
    DataError
        With a sentence that says what is in the way, and the line of the file.
    """
    text = _text(path, layout.encoding)
    numbered = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    delimiter = layout.delimiter
    if numbered and numbered[0][1].strip().lower().startswith("sep="):
        # Spreadsheets write the separator into a line of its own.
        delimiter = delimiter or numbered[0][1].strip()[4:5] or None
        numbered = numbered[1:]
    if not numbered:
        raise DataError(f"The file {path.name} holds no rows.")
    lines = [line for _, line in numbered]
    decimal_comma = layout.decimal == ","
    if delimiter is None:
        delimiter = _separator(path, lines, decimal_comma, layout)
    rows = [_cells(line, delimiter) for line in lines]
    width = len(rows[0])
    for (number, _), row in zip(numbered, rows, strict=True):
        if len(row) != width:
            raise DataError(
                f"Line {number} of {path.name} has {len(row)} columns where the first has {width}, "
                f"with {_SEPARATORS.get(delimiter, repr(delimiter))} between columns. Say "
                "delimiter=... if another sign separates them."
            )
    decimal = layout.decimal or ("," if _has_decimal_commas(rows, delimiter) else ".")
    numbers = [number for number, _ in numbered]
    if _has_header(path, rows, decimal, layout.header):
        return Table(rows[0], rows[1:], numbers[1:], decimal)
    return Table([f"column {k}" for k in range(1, width + 1)], rows, numbers, decimal)


def _text(path: Path, encoding: str) -> str:
    try:
        found = path.is_file()
    except OSError:  # a name that no file can have
        found = False
    if not found:
        raise DataError(
            f"There is no file {reprlib.repr(str(path))}. A path is read from the folder of the "
            "notebook; write the whole path if your file lies elsewhere."
        )
    try:
        return path.read_text(encoding=encoding)
    except OSError as error:
        raise DataError(f"The file {path.name} cannot be read: {error.strerror}.") from None
    except LookupError:
        raise DataError(
            f"There is no encoding {encoding!r}; 'utf-8' and 'latin-1' are two."
        ) from None
    except UnicodeDecodeError:
        named = "UTF-8" if encoding.startswith("utf-8") else encoding
        raise DataError(
            f"The file {path.name} is not text in {named}. Save the table as CSV (UTF-8) first, or "
            "say encoding=..., such as 'latin-1' or 'utf-16'."
        ) from None


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]


def _separator(path: Path, lines: list[str], decimal_comma: bool, layout: Layout) -> str:
    """Return the sign that separates columns: the one that the first row holds most of."""
    signs = [sign for sign in ",;\t|" if not (sign == "," and decimal_comma)]
    chosen = max(signs, key=lines[0].count)
    if (
        chosen == ","
        and layout.decimal is None
        and all(re.fullmatch(r"\s*[+-]?\d+,\d+\s*", line) for line in lines)
    ):
        raise DataError(
            f"Every line of {path.name} is two whole numbers with a comma between them, or one "
            "number with a decimal comma. Say delimiter=',' for two columns, or decimal=',' for "
            "one."
        )
    if lines[0].count(chosen):
        return chosen
    widths = {len(line.split()) for line in lines}
    # A name may hold a space, so that spaces separate only where they do so in every line.
    spaced = len(widths) == 1 and widths != {1}
    if spaced and any(is_number(cell) for cell in lines[-1].split()):
        return " "
    return signs[0]  # which separates nothing: there is one column


def _has_decimal_commas(rows: list[list[str]], delimiter: str) -> bool:
    """Say whether numbers are written with a decimal comma, where the comma does not separate."""
    if delimiter == ",":
        return False
    cells = [cell for row in rows for cell in row if "," in cell]
    numbers = [cell for cell in cells if re.fullmatch(r"[+-]?\d+,\d+", cell)]
    points = any(re.fullmatch(r"[+-]?\d+\.\d+", cell) for row in rows for cell in row)
    # 1,200 may be twelve hundred: only digits in another number than three decide.
    return bool(numbers) and not points and any(len(c.split(",")[1]) != 3 for c in numbers)


def _has_header(path: Path, rows: list[list[str]], decimal: str, header: bool | None) -> bool:
    if header is not None:
        return header
    if not all(is_number(cell, decimal) for cell in rows[0]):
        return True
    first, rest = rows[0], rows[1:]

    def like_a_year(cell: str) -> bool:
        value = float(cell.replace(decimal, "."))
        return value == int(value) and _YEARS[0] <= value <= _YEARS[1]

    if len(rest) > 1 and all(map(like_a_year, first)):
        others = [cell for row in rest for cell in row if is_number(cell, decimal)]
        if others and not any(map(like_a_year, others)):
            raise DataError(
                f"The first row of {path.name} ({', '.join(first)}) looks like years above the "
                "columns, or like data. Say header=True or header=False."
            )
    return False


def counted(data: Any) -> tuple[Any, Any] | None:
    """Return values and counts where data are a table of counts, else None.

    A mapping or Counter, a pandas ``value_counts()``, a polars one. Neither library is imported.

    Raises
    ------
    DataError
        If the table holds shares, which do not say how many observations there were.

    Examples
    --------
    >>> counted({0: 3, 2: 1})
    ([0, 2], [3, 1])
    >>> counted([1, 2]) is None
    True
    """
    if isinstance(data, Mapping):
        return list(data.keys()), list(data.values())
    name, index = getattr(data, "name", None), getattr(data, "index", None)
    if index is not None and not callable(index) and name in ("count", "proportion"):
        if name == "proportion":
            raise DataError(
                "Your table holds proportions, which do not say how many observations there were. "
                "Give the counts: value_counts() without normalize."
            )
        return np.asarray(index).tolist(), np.asarray(data).tolist()
    columns = list(getattr(data, "columns", ()))
    if len(columns) == 2 and columns[1] == "count":
        return np.asarray(data[columns[0]]).tolist(), np.asarray(data["count"]).tolist()
    return None


def column_of(data: Any, column: str | None) -> Any:
    """Return the column of a data frame; anything else as it is.

    Raises
    ------
    DataError
        If there are several columns and none is chosen, or the one that is does not exist.
    """
    columns = getattr(data, "columns", None)
    if columns is None or isinstance(data, np.ndarray):
        return data
    names = [str(each) for each in columns]
    listed = ", ".join(repr(name) for name in names)
    if column is None and len(names) != 1:
        raise DataError(
            f"Your table has {len(names)} columns: {listed}. Choose one with column=... ."
        )
    if column is not None and column not in names:
        raise DataError(f"Your table has no column {column!r}; its columns are {listed}.")
    place = names.index(column) if column is not None else 0
    return data[list(columns)[place]]
