"""A false step shown on purpose: only a refuted one is shown, with its point, in every viewer."""

from __future__ import annotations

import pytest
import sympy as sp

from helpers.derivation import Derivation, UncheckedStepError
from helpers.notation import ArgMin
from helpers.refutation import Refutation, refuted

x = sp.Symbol("x", positive=True)
theta, theta_star = sp.symbols("theta theta_star", real=True)
AT_MINUS_THREE = {theta: sp.FiniteSet(-3)}


def test_the_point_shown_is_a_counterexample():
    found = refuted(lambda: Derivation(sp.log(x)).at_least(x - 1))
    at = {x: sp.Rational(found.values["x"])}
    assert sp.log(x).subs(at) < (x - 1).subs(at)
    assert found.relation == ">="


@pytest.mark.parametrize(
    ("build", "relation", "claim"),
    [
        (lambda: Derivation(sp.exp(x)).equals(1 + x), "=", "="),
        (lambda: Derivation(sp.exp(x)).at_most(1 + x), "<=", r"\le"),
        (lambda: Derivation(sp.log(x)).at_least(x - 1), ">=", r"\ge"),
        (
            lambda: Derivation(ArgMin((theta - theta_star) ** 2, theta)).same_argmin(theta**2),
            "same arg min",
            r"arg\,min",
        ),
        (
            lambda: Derivation(ArgMin((theta - 1) ** 2, theta)).argmin_at(2),
            "arg min at",
            r"arg\,min",
        ),
    ],
)
def test_every_relation_is_shown_in_every_viewer(build, relation, claim):
    found = refuted(build)
    assert isinstance(found, Refutation)
    assert found.relation == relation
    bundle = found._repr_mimebundle_()
    assert bundle["text/plain"].startswith("Refused: ")
    assert claim in bundle["text/html"]
    assert claim in bundle["text/markdown"]
    assert bundle["text/markdown"].startswith(":::{admonition}")
    for text in bundle.values():
        assert "left" in text
        assert "$$" not in text


def test_names_are_typeset_and_numbers_short():
    found = refuted(
        lambda: Derivation(ArgMin((theta - theta_star) ** 2, theta)).same_argmin(theta**2)
    )
    shown = found._repr_mimebundle_()["text/markdown"]
    assert r"$\theta^{*} = " in shown
    assert "theta_star" not in shown


def test_numbers_are_written_as_people_write_them():
    found = refuted(lambda: Derivation(sp.sqrt(theta**2), domain=AT_MINUS_THREE).equals(theta))
    shown = found._repr_mimebundle_()
    said = "At $\\theta = -3$: the left side is 3, the right side is −3 (difference 6)."
    assert said in shown["text/markdown"]
    assert said in shown["text/html"]


def test_a_true_step_is_not_shown_as_refused():
    with pytest.raises(AssertionError, match="all 1 of them passed"):
        refuted(lambda: Derivation(sp.log(x)).at_most(x - 1))


def test_a_step_that_could_not_be_checked_is_not_shown_as_refused():
    f = sp.Function("f")

    def build():
        raise UncheckedStepError(
            "step 1 could not be checked", step=1, relation="=", left=f(x), right=x
        )

    with pytest.raises(AssertionError, match="expected a refutation"):
        refuted(build)


def test_misuse_is_not_swallowed():
    with pytest.raises(ValueError, match="over"):
        refuted(lambda: Derivation(x).same_argmin(x + 1))
