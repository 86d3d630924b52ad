"""What a derivation looks like where no website shows it: JupyterLab's table and plain LaTeX."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from pathlib import Path

import nbformat
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import log

from helpers.derivation import Derivation
from helpers.notation import KL, Poisson
from helpers.shown.rendering import as_html, as_latex, as_text, payload
from helpers.shown.typography import adding_up

lam, nu = sp.symbols("lambda nu", positive=True)


def derived(because: str) -> Derivation:
    given = {"hypotheses": ["both rates are positive"]}
    start = Derivation(KL(Poisson(lam), Poisson(nu)), **given)
    return start.equals(lam * log(lam / nu) + nu - lam, because=because)


def test_formulas_in_a_reason_stay_formulas_and_its_words_are_escaped():
    text = as_latex(derived(r"5% of $\lambda_1$ & a_b, by {eq}`eq-kl-poisson`"))
    assert r"\text{5\% of $\lambda_1$ \& a\_b, by kl-poisson}" in text
    # Outside its formulas no reason holds a command that text mode does not know.
    reason = re.findall(r"\\text\{(.*)\}", text)[0]
    assert not re.search(r"\\[a-z]", re.sub(r"\$[^$]*\$", "", reason))


NAMED = "by {eq}`the divergence of two Poissons <eq-kl-poisson>`, twice, and {prf:ref}`def-kl`"


def test_a_reason_names_what_it_refers_to_where_nothing_has_a_number():
    step = derived(NAMED)
    said = "by the divergence of two Poissons, twice, and the definition"
    assert f"({said})" in as_text(step)
    assert rf"\text{{{said}}}" in as_latex(step)
    assert f">{said}</td>" in as_html(step)
    assert payload(step)["steps"][1]["because"] == NAMED


def test_a_cited_step_names_its_source_and_what_it_assumes():
    step = Derivation(lam).cited(
        lam, reference="someone1900", hypotheses=("the hypotheses of {prf:ref}`thm-one`",)
    )
    table = as_html(step)
    (unfolded,) = re.findall(r"</summary>(.*?)</details>", table)
    assert "<li>cited: someone1900 in the bibliography</li>" in unfolded
    assert ">Assumed, not checked: the hypotheses of the theorem.</td>" in table


def test_each_form_says_where_a_claim_holds_and_what_nobody_checked():
    v = sp.Symbol("v", real=True)
    kept = {"domain": {v: sp.Interval(1, sp.oo)}, "hypotheses": ("$P$ is known", v < 9)}
    step = Derivation(1 / v, **kept).at_most(1)
    step = step.cited(1, reference="someone1900", hypotheses=("draws are independent",))
    assert "for v >= 1; v < 9" in as_text(step)
    assert "assumed, not checked: $P$ is known" in as_text(step)
    assert "assumed, not checked: draws are independent" in as_text(step)
    assert r"\text{for } v \ge 1, v < 9" in as_latex(step)
    assert r"\text{assumed, not checked: $P$ is known; draws are independent}" in as_latex(step)
    assert "<p>For $v \\ge 1$, $v &lt; 9$. Assumed, not checked: $P$ is known.</p>" in as_html(step)
    told = payload(step)
    assert [c["latex"] for c in told["domain"]] == [r"v \ge 1"]
    assert [h["latex"] for h in told["hypotheses"]] == [None, "v < 9"]


BOOK = Path(__file__).resolve().parent.parent / "book"


@pytest.mark.parametrize("path", sorted(BOOK.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_reference_of_the_book_has_words_for_where_it_has_no_number(path):
    for cell in nbformat.read(path, as_version=4).cells:
        bare = re.findall(r"\{eq\}`[^<`]*`", cell.source)
        assert not bare, f"a reader of {path.name} in JupyterLab would see the label of {bare}"
        for words, name in re.findall(r"\[([^\]]*)\]\(#eq-([^)]*)\)", cell.source):
            assert words not in ("", name), f"{path.name} calls an equation by its label {name}"


def test_the_table_says_under_which_constraint():
    top = Derivation(lam * nu, over=(lam, nu)).argmax_at(
        (sp.Rational(1, 2), sp.Rational(1, 2)), subject_to=sp.Eq(lam + nu, 1), because="symmetry"
    )
    assert r">symmetry; subject to $\lambda + \nu = 1$</td>" in as_html(top)


def test_the_table_says_what_is_given_and_shows_that_there_is_more():
    table = as_html(derived("the mean is the rate"))
    assert (
        r"<p>For $\lambda, \nu &gt; 0$. Assumed, not checked: both rates are positive.</p>" in table
    )
    (summary,) = re.findall(r"<summary>(.*?)</summary>", table)
    assert summary == "<code>proved</code>\xa0▸"
    (unfolded,) = re.findall(r"</summary>(.*?)</details>", table)
    assert "symbolic: " in unfolded
    assert "numeric: " in unfolded
    assert "<script" not in table


@given(
    st.lists(st.floats(-1e4, 1e4, allow_nan=False), min_size=1, max_size=5),
    st.integers(0, 6),
)
def test_what_is_printed_as_a_sum_adds_up(parts, decimals) -> None:
    """To the last digit, and no number is off by a unit of it."""
    total, written = adding_up(parts, decimals)
    assert Decimal(total) == sum(map(Decimal, written))
    assert not [one for one in (total, *written) if "e" in one]
    unit = 10.0**-decimals
    for part, one in zip((math.fsum(parts), *parts), (total, *written), strict=True):
        assert abs(float(one) - part) < unit * (1 + 1e-6)


def test_the_sum_that_did_not_add_up() -> None:
    """2.0983 = 2.0483 + 0.0499: each rounded by itself."""
    assert f"{2.04834:.4f} + {0.04992:.4f} = {2.04834 + 0.04992:.4f}" == "2.0483 + 0.0499 = 2.0983"
    assert adding_up([2.04834, 0.04992], 4) == ("2.0983", ["2.0484", "0.0499"])
    with pytest.raises(ValueError, match="parts: expected finite"):
        adding_up([1.0, math.inf], 2)
