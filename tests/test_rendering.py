"""What a derivation looks like where no website shows it: JupyterLab's table and plain LaTeX."""

from __future__ import annotations

import re

import sympy as sp
from sympy import log

from helpers.derivation import Derivation
from helpers.notation import KL, Poisson
from helpers.rendering import as_html, as_latex

lam, nu = sp.symbols("lambda nu", positive=True)


def derived(because: str) -> Derivation:
    given = {"hypotheses": ["both rates are positive"]}
    start = Derivation(KL(Poisson(lam), Poisson(nu)), **given)
    return start.equals(lam * log(lam / nu) + nu - lam, because=because)


def test_formulas_in_a_reason_stay_formulas_and_its_words_are_escaped():
    text = as_latex(derived(r"5% of $\lambda_1$ & a_b, by {eq}`eq-kl-poisson`"))
    assert r"\text{5\% of $\lambda_1$ \& a\_b, by kl-poisson}" in text
    # Outside its formulas no reason holds a command that text mode does not know.
    (reason,) = re.findall(r"\\text\{(.*)\}", text)
    assert not re.search(r"\\[a-z]", re.sub(r"\$[^$]*\$", "", reason))


def test_the_table_says_what_is_given_and_shows_that_there_is_more():
    table = as_html(derived("the mean is the rate"))
    assert "<p>Given: both rates are positive.</p>" in table
    (summary,) = re.findall(r"<summary>(.*?)</summary>", table)
    assert summary == "<code>proved</code> ▸"
    (unfolded,) = re.findall(r"</summary>(.*?)</details>", table)
    assert "symbolic: " in unfolded
    assert "numeric: " in unfolded
    assert "<script" not in table
