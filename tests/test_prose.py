"""Sentences and tables with computed numbers in them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from helpers.prose import sentence, table


def test_a_sentence_is_markdown_and_text():
    said = sentence("**Two** nats.")
    assert said._repr_markdown_() == repr(said) == "**Two** nats."


def test_a_table_formats_numbers_and_leaves_words():
    shown = table(
        {"name": "", "D": ".2f", "n": "d"},
        [("a", np.float64(-1.234), 3), ("b", math.inf, 4), ("c", "none", np.int64(5))],
    )
    assert repr(shown).splitlines() == [
        "| name | D | n |",
        "|:--|--:|--:|",
        "| a | −1.23 | 3 |",
        "| b | ∞ | 4 |",
        "| c | none | 5 |",
    ]


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"rows: expected 2 entries, got \(1,\)"):
        table({"a": "", "b": ""}, [(1,)])
