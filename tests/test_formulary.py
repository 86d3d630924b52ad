"""The table of formulas: every entry goes through the checker, and a false one stops it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers import formulary
from helpers.derivation import DerivationError


def test_each_family_has_a_row_with_its_formulas():
    rows = repr(formulary.families()).splitlines()[2:]
    assert len(rows) == len(formulary.FAMILIES) == 5
    assert r"$\frac{1}{\lambda^{2}}$" in rows[3]


def test_a_false_formula_is_refused():
    poisson = formulary.FAMILIES[2]
    wrong = replace(poisson, information=2 * poisson.information)
    with pytest.raises(DerivationError):
        wrong.checked(formulary.FisherInformation(wrong.law, wrong.parameter), wrong.information)
