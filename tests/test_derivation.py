"""A Derivation as a value: its chain, its errors, and what it shows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import sympy as sp

from helpers.derivation import Derivation, DerivationError
from helpers.notation import (
    KL,
    ArgMax,
    ArgMin,
    CrossEntropy,
    Density,
    Entropy,
    Expectation,
    Finite,
    LogLikelihood,
    Sample,
)
from helpers.shown.rendering import STATUS_MEANING, payload

x, theta, theta_star = sp.symbols("x theta theta_star", real=True)
P, Q = Density("P"), Density("Q")
p, p_star = Density("p", theta), Density("p", theta_star)
u = sp.Symbol("u", positive=True)


@pytest.fixture(scope="module")
def chain():
    return (
        Derivation(
            KL(p_star, p),
            over=theta,
            name="chain",
            title="The chain",
            article=5,
            hypotheses=Finite(Entropy(p_star)),
        )
        .equals(
            Expectation(sp.log(p_star(x)), x, p_star) - Expectation(sp.log(p(x)), x, p_star),
            because="logarithm of a quotient",
        )
        .same_argmin(-Expectation(sp.log(p(x)), x, p_star), because=r"free of $\theta$")
        .same_argmax(Expectation(sp.log(p(x)), x, p_star), because="sign flip")
    )


def test_steps_status_conclusion(chain):
    assert [s.relation for s in chain.steps] == ["=", "argmin", "argmax"]
    assert [s.sense for s in chain.lines] == ["min", "min", "min", "max"]
    assert chain.status == "proved"
    assert chain.conclusion == Expectation(sp.log(p(x)), x, p_star)
    assert chain.start == KL(p_star, p)
    assert all(s.seconds > 0 for s in chain.steps)


def test_a_derivation_is_immutable():
    start = Derivation(u**2 - 1)
    longer = start.equals((u - 1) * (u + 1))
    assert start.steps == ()
    assert len(longer.steps) == 1


def test_error_names_step_sides_and_counterexample():
    good = Derivation(u**2, name="squares").equals(u * u)
    with pytest.raises(DerivationError) as caught:
        good.equals(u**3)
    error = caught.value
    assert (error.step, error.left, error.right) == (2, u**2, u**3)
    assert set(error.counterexample.values) == {"u"}
    assert "squares" in str(error)
    assert error.counterexample.left in str(error)


def test_text_is_deterministic_and_has_no_times(chain):
    text = repr(chain)
    assert text == repr(chain)
    assert "seconds" not in text
    assert "arg max_theta" in text
    assert "sign flip" in text
    assert "[proved]" in text


def test_payload_follows_its_schema(chain):
    data = payload(chain)
    assert {"name", "title", "hypotheses", "article", "lean", "rests_on", "steps", "status"} <= set(
        data
    )
    assert data["name"] == "chain"
    assert data["article"] == 5
    for step in data["steps"]:
        assert {"relation", "relation_latex", "latex", "because", "status", "witnesses"} <= set(
            step
        )
        assert step["status"] in STATUS_MEANING
    assert data["steps"][0]["relation"] == "start"
    assert data["steps"][3]["latex"].startswith(r"\operatorname*{arg\,max}_{\theta}")


def test_mime_bundle(chain):
    bundle = chain._repr_mimebundle_()
    assert {"text/plain", "text/latex", "text/html", "text/markdown"} <= set(bundle)
    body = bundle["text/markdown"].split("\n", 1)[1].rsplit("\n", 1)[0]
    assert bundle["text/markdown"].startswith("````{derivation}")
    assert json.loads(body) == payload(chain)
    assert "<script" not in bundle["text/html"]
    assert r"\begin{aligned}" in bundle["text/latex"]


def test_sense_may_be_stated_by_the_start():
    n = sp.Symbol("n", integer=True, positive=True)
    sample = Sample("x", n)
    d = Derivation(ArgMax(LogLikelihood(p, sample), theta)).same_argmin(-LogLikelihood(p, sample))
    assert [s.sense for s in d.lines] == ["max", "min"]
    with pytest.raises(DerivationError):
        Derivation(ArgMin((theta - 1) ** 2, theta)).same_argmax((theta - 1) ** 2)


def test_cited_is_shown_as_cited_and_needs_a_reference():
    d = Derivation(Entropy(P)).cited(
        CrossEntropy(P, P), reference="cover2006", hypotheses="finite entropy"
    )
    assert d.status == "cited"
    assert d.steps[0].witnesses == ()
    assert "cover2006" in repr(d)
    with pytest.raises(ValueError, match="reference"):
        Derivation(Entropy(P)).cited(0, reference="")


@pytest.mark.parametrize("method", ["same_argmin", "same_argmax", "argmax_at", "argmin_at"])
def test_arg_steps_need_a_parameter(method):
    with pytest.raises(ValueError, match="over"):
        getattr(Derivation(u**2), method)(u)


def test_after_an_optimum_only_equalities():
    d = Derivation(ArgMin((theta - 2) ** 2, theta)).argmin_at(2).equals(1 + 1)
    assert d.conclusion == 2
    with pytest.raises(ValueError, match="only"):
        Derivation(ArgMin((theta - 2) ** 2, theta)).argmin_at(2).at_most(3)
    with pytest.raises(ValueError, match="arg min"):
        Derivation(ArgMin(theta**2, theta)).argmax_at(0)


def test_import_is_light():
    code = (
        "import sys, helpers.derivation; "
        "print(sorted({'scipy', 'matplotlib', 'ipywidgets', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_everything_a_line_may_carry_is_shown():
    n = sp.Symbol("n", integer=True, positive=True)
    d = (
        Derivation(
            sp.log(1 + u / n), name="rate", title="A rate", hypotheses=("one", sp.Gt(u, sp.S.Half))
        )
        .at_most(u / n, because="{eq}`eq-log-bound` and $n > 0$")
        .tends_to(0, as_=(n, sp.oo))
        .cited(0, reference="cover2006", hypotheses="two", relation="->")
    )
    text = repr(d)
    for part in (
        "rate: A rate [cited]",
        "u > 0; u > 1/2",
        "not checked: one",
        "log-bound and",
        "cited: cover2006",
    ):
        assert part in text
    assert "smallest difference found" in text
    html = d._repr_mimebundle_()["text/html"]
    for part in (
        "<strong>A rate</strong>",
        "Assumed, not checked: two.",
        "cited: cover2006",
        r"\xrightarrow[n \to \infty]",
    ):
        assert part in html
    data = payload(d)
    assert data["hypotheses"][1] == {"text": "u > 1/2", "latex": r"u > \frac{1}{2}"}
    assert data["steps"][1]["tightest"].startswith("smallest difference")
    assert data["steps"][3]["hypotheses"] == ["two"]


def test_an_optimum_is_shown_without_its_arg_min():
    d = Derivation(ArgMax(-((theta - 2) ** 2) + 3, theta)).argmax_at(2).equals(sp.Integer(2))
    lines = repr(d).splitlines()
    assert lines[2].strip() == "arg max_theta 3 - (theta - 2)**2"
    assert [row.split()[1] for row in lines if row.lstrip().startswith("= ")] == ["2", "2"]
    assert payload(d)["steps"][1]["latex"] == "2"


def test_scalars_are_taken_for_tuples():
    d = Derivation(KL(P, Q), rests_on="log-bound", hypotheses="q is positive")
    assert d.rests_on == ("log-bound",)
    assert d.hypotheses == ("q is positive",)
    assert d.equals(KL(P, Q)).status == "proved"
    shown = sp.Eq(theta, theta_star)
    assert Derivation(theta, hypotheses=shown).equals(theta_star).status == "proved"


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"domain": {"x": sp.Interval(0, 1)}}, TypeError, "domain must have symbols"),
        ({"domain": {x: (0, 1)}}, TypeError, "domain of x must be a SymPy Set"),
        ({"domain": {x: sp.Interval(2, 1)}}, ValueError, "domain of x is empty"),
        ({"domain": {u: sp.Interval(-2, -1)}}, ValueError, "u is assumed to live in"),
        ({"domain": {x: sp.S.Complexes}}, ValueError, "set of real numbers"),
        ({"hypotheses": (sp.Lt(u, 0),)}, ValueError, "hypotheses: one of them is false"),
        ({"hypotheses": (u,)}, TypeError, "hypotheses must be sentences or SymPy relations"),
    ],
)
def test_what_cannot_be_assumed_is_refused(given, error, text):
    with pytest.raises(error, match=text):
        Derivation(x, **given)


def test_a_conjunction_of_hypotheses_falls_into_its_parts():
    d = Derivation(x**2, hypotheses=sp.And(x > 0, x < 1))
    assert set(d.hypotheses) == {x > 0, x < 1}
    assert d.at_most(x).status in ("proved", "numeric")
    assert Derivation(u, hypotheses=(u > 0, "seen")).hypotheses == ("seen",)


def test_a_limit_may_not_hold_what_goes_to_it():
    with pytest.raises(ValueError, match="e must be free of u"):
        Derivation(1 / u).tends_to(1 / u**2, as_=(u, sp.oo))


def test_a_restarted_derivation_keeps_what_may_be_assumed():
    d = Derivation(x, hypotheses=(x > 1,), over=x).restarted(x**2)
    assert d.conclusion == x**2
    assert d.at_least(x).status == "proved"


def test_two_parameters_and_a_constraint():
    s1, s2 = sp.symbols("s_1 s_2", positive=True)
    start = Derivation(ArgMax(sp.log(s1) + 3 * sp.log(s2), (s1, s2)))
    best = start.argmax_at((sp.Rational(1, 4), sp.Rational(3, 4)), subject_to=sp.Eq(s1 + s2, 1))
    assert best.status == "proved"
    assert payload(best)["steps"][1]["subject_to"] == "s_{1} + s_{2} = 1"
    with pytest.raises(DerivationError):
        start.argmax_at((sp.Rational(1, 2), sp.Rational(1, 2)), subject_to=sp.Eq(s1 + s2, 1))
    with pytest.raises(DerivationError):
        start.argmax_at((sp.Rational(1, 2), 1), subject_to=sp.Eq(s1 + s2, 1))


def test_opposite_ends_are_not_mixed_up():
    square = Derivation((theta - 2) ** 2, over=theta)
    assert [s.sense for s in square.same_argmin(sp.Abs(theta - 2)).lines] == ["min", "min"]
    with pytest.raises(DerivationError):
        square.same_argmin((theta - 2) ** 2).same_argmax((theta - 2) ** 2)
