"""Numbers in sentences: what a program prints, written as people write it."""

from __future__ import annotations

import re

__all__ = ["readable"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def readable(text: str) -> str:
    """Return text with its powers of ten and its minus signs as people write them.

    Formulas between dollar signs, and what is not a number's sign, stay as they are.

    Examples
    --------
    >>> readable("relative error < 1e-30 at x = -0.5, where $x-1$ is -1.65e+4")
    'relative error <\xa010⁻³⁰ at x = −0.5, where $x-1$ is −1.65\xa0×\xa010⁴'
    """

    def power(found: re.Match) -> str:
        ten = f"10{str(int(found[2])).translate(_SUPERSCRIPTS)}"
        return ten if found[1] == "1" else f"{found[1]}\xa0×\xa0{ten}"

    parts = text.split("$")
    for at in range(0, len(parts), 2):
        # A sign stands before a digit, and neither a digit nor a letter before it.
        part = re.sub(r"(?<![\w.)\]-])-(?=\d)", "−", parts[at])
        part = re.sub(r"\b(\d+(?:\.\d+)?)e([-+]?\d+)\b", power, part)
        parts[at] = re.sub(r"([<>]) (?=10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", "\\1\xa0", part)
    return "$".join(parts)
