"""What a chapter says with computed numbers in it: a sentence, or a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Text", "sentence", "table"]


class Text:
    """MyST text as a cell's result: typeset on the page and in JupyterLab, plain in a terminal.

    Examples
    --------
    >>> Text("It is **0.5** nats.")
    It is **0.5** nats.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


def sentence(text: str) -> Text:
    """Return a sentence with numbers in it, an f-string as a rule, to end a cell with.

    Examples
    --------
    >>> sentence(f"Two in {3:d} makes {2 / 3:.3f}.")
    Two in 3 makes 0.667.
    """
    return Text(text)


def table(columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> Text:
    """Return a table, a column for each heading.

    Parameters
    ----------
    columns : mapping of str to str
        From a column's heading to the format of its numbers, such as ``".4f"``; an empty format
        is for words.
    rows : iterable of sequences
        One entry for each column. Infinity is shown as a sign, words as they are.

    Raises
    ------
    ValueError
        If a row has not one entry for each column.

    Examples
    --------
    >>> table({"coin": "", "nats": ".4f"}, [("fair", 0.5), ("biased", float("inf"))])
    | coin | nats |
    |:--|--:|
    | fair | 0.5000 |
    | biased | ∞ |
    """
    lines = [list(columns), [":--" if not spec else "--:" for spec in columns.values()]]
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"rows: expected {len(columns)} entries, got {row!r}")
        lines.append([_entry(v, spec) for v, spec in zip(row, columns.values(), strict=True)])
    head, rule, *body = lines
    return Text(
        "\n".join(
            [_line(head, " | ", "| ", " |"), _line(rule, "|", "|", "|")]
            + [_line(row, " | ", "| ", " |") for row in body]
        )
    )


def _line(entries: Sequence[str], between: str, before: str, after: str) -> str:
    return before + between.join(entries) + after


def _entry(value: object, spec: str) -> str:
    if isinstance(value, str) or not spec:
        return str(value)
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return format(value, spec).replace("-", "−")
