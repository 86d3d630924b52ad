"""The checker against true and false steps, and its numbers against closed forms."""

from __future__ import annotations

import mpmath as mp
import pytest
import steps_false
import steps_true
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking import STATUSES, Context, NotChecked, bound_text, check_equal, weakest
from helpers.derivation import Derivation, DerivationError
from helpers.evaluation import NotEvaluable, Undefined, evaluate
from helpers.notation import KL, Cauchy, Density, Normal, Poisson, Sample, SampleMean
from helpers.quadrature import integrate, series

x = sp.Symbol("x", real=True)
u = sp.Symbol("u", positive=True)


def test_the_collections_are_large_and_names_are_unique():
    for steps in (steps_true.STEPS, steps_false.STEPS):
        assert len(steps) >= 60
        assert len({name for name, _ in steps}) == len(steps)


@pytest.mark.parametrize(("name", "step"), steps_true.STEPS, ids=[n for n, _ in steps_true.STEPS])
def test_a_true_step_passes_and_says_how(name, step):
    derivation = step()
    assert derivation.steps
    for line in derivation.steps:
        assert line.witnesses
        assert line.status in STATUSES


@pytest.mark.parametrize(("name", "step"), steps_false.STEPS, ids=[n for n, _ in steps_false.STEPS])
def test_a_false_step_is_answered_with_a_counterexample(name, step):
    with pytest.raises(DerivationError) as caught:
        step()
    found = caught.value.counterexample
    assert found is not None
    assert found.left
    assert found.right
    assert found.left in str(caught.value)


@pytest.mark.parametrize(
    ("formula", "low", "high", "exact"),
    [
        (sp.exp(-(x**2)), -sp.oo, sp.oo, sp.sqrt(sp.pi)),
        (x ** sp.Rational(-9, 10) * sp.exp(-2 * x), 0, sp.oo, None),
        (sp.log(x) ** 2, 0, 1, sp.Integer(2)),
        (1 / (sp.pi * (1 + x**2)), -sp.oo, sp.oo, sp.Integer(1)),
        (1 / x**2, 1, sp.oo, sp.Integer(1)),
        (
            50 * sp.exp(-5000 * (x - 50) ** 2) * sp.sqrt(2 / sp.pi) * x,
            -sp.oo,
            sp.oo,
            sp.Integer(50),
        ),
    ],
)
def test_quadrature_keeps_its_stated_error(formula, low, high, exact):
    exact = sp.gamma(sp.Rational(1, 10)) / 2 ** sp.Rational(1, 10) if exact is None else exact
    with mp.workdps(50):
        got = integrate(formula, x, sp.sympify(low), sp.sympify(high), 40)
        true = mp.mpmathify(sp.N(exact, 50))
        assert abs(got.value - true) <= got.error
        assert got.error <= abs(true) * mp.mpf(10) ** -30


def test_divergent_integrals_are_infinite_or_given_up_but_never_finite():
    assert integrate(1 / x, x, sp.S.One, sp.oo, 30).value == mp.inf
    assert integrate(-1 / x, x, sp.S.One, sp.oo, 30).value == -mp.inf
    with pytest.raises(NotEvaluable):
        integrate(1 / x, x, sp.S.Zero, sp.S.One, 30)
    with pytest.raises(NotEvaluable):
        integrate(x / (1 + x**2), x, -sp.oo, sp.oo, 30)
    with pytest.raises(NotEvaluable):
        integrate(sp.sin(x) / x, x, sp.S.Zero, sp.oo, 30)


def test_series_sees_a_second_hump_and_gives_up_on_divergence():
    with mp.workdps(50):
        law = lambda k: mp.mpf(k == 2) + mp.exp(-((k - 900) ** 2) / mp.mpf(50))  # noqa: E731
        hump = mp.nsum(lambda k: mp.exp(-(k**2) / mp.mpf(50)), [-mp.inf, mp.inf])
        assert abs(series(law, 0, 30).value - 1 - hump) < 1e-25
        with pytest.raises(NotEvaluable):
            series(lambda k: mp.mpf(1), 0, 30)


def test_evaluation_of_infinite_and_undefined():
    assert evaluate(KL(Cauchy(0, 1), Normal(0, 1))).value == mp.inf
    with pytest.raises(Undefined):
        evaluate(sp.log(x), {x: sp.S.Zero})
    with pytest.raises(Undefined):
        evaluate(1 / x, {x: sp.S.Zero})
    assert evaluate(x * sp.log(x), {x: sp.S.Zero}).value == 0
    with pytest.raises(NotEvaluable):
        evaluate(x)


def test_large_and_small_rates():
    value = evaluate(KL(Poisson(1000), Poisson(sp.Rational(1, 1000))))
    exact = 1000 * mp.log(mp.mpf(10) ** 6) - 1000 + mp.mpf(1) / 1000
    assert abs(value.value - exact) < 1e-9
    assert value.error < 1e-30


@settings(max_examples=15, deadline=None)
@given(
    st.fractions(-3, 3, max_denominator=50),
    st.fractions(-3, 3, max_denominator=50),
    st.fractions(min_value=sp.Rational(1, 5), max_value=4, max_denominator=50),
    st.fractions(min_value=sp.Rational(1, 5), max_value=4, max_denominator=50),
)
def test_quadrature_of_normal_divergences_against_the_closed_form(m1, m2, s1, s2):
    m1, m2, s1, s2 = (sp.Rational(v.numerator, v.denominator) for v in (m1, m2, s1, s2))
    got = evaluate(KL(Normal(m1, s1), Normal(m2, s2)))
    exact = sp.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - sp.Rational(1, 2)
    with mp.workdps(45):
        assert abs(got.value - mp.mpmathify(sp.N(exact, 45))) <= got.error + mp.mpf(10) ** -40


def test_no_witness_is_not_a_pass():
    strange = sp.Function("strange")
    with pytest.raises(NotChecked):
        check_equal(strange(x), strange(x) + x, Context())
    with pytest.raises(DerivationError, match="could not be checked") as caught:
        Derivation(strange(x)).equals(strange(2 * x) / 2)
    assert caught.value.counterexample is None


def test_same_verdict_twice_and_another_seed_other_points():
    one, two = (check_equal(u + 1 / u, (u**2 + 1) / u, Context(seed=5)) for _ in range(2))
    assert one == two
    assert one.status == "proved"
    assert one.points >= 20


def test_hypotheses_are_used_and_needed():
    v = sp.Symbol("v", positive=True)
    with pytest.raises(DerivationError):
        Derivation(u**2).equals(u * v)
    assert Derivation(u**2, hypotheses=(sp.Eq(u, v),)).equals(u * v).status == "proved"
    with pytest.raises(DerivationError):
        Derivation(u).at_most(v)
    assert Derivation(u, hypotheses=(u < v,)).at_most(v).status == "numeric"


def test_gibbs_must_be_named_to_be_used():
    P, Q = Density("P"), Density("Q")
    assert Derivation(KL(P, Q)).at_least(0).status == "numeric"
    assert Derivation(KL(P, Q), rests_on=("gibbs",)).at_least(0).status == "proved"


def test_a_simulated_limit_is_sampled_and_no_more():
    n = sp.Symbol("n", integer=True, positive=True)
    mean = SampleMean(Sample("X", n, Normal(2, 3)))
    assert Derivation(mean).tends_to(2, as_=(n, sp.oo)).status == "sampled"
    with pytest.raises(DerivationError):
        Derivation(mean).tends_to(sp.Rational(5, 2), as_=(n, sp.oo))


def test_order_of_statuses_and_error_bounds():
    assert weakest([]) == "defined"
    assert weakest(["cited", "proved", "sampled"]) == "cited"
    assert weakest(["defined", "exact", "proved"]) == "exact"
    assert bound_text(mp.mpf("2e-12")) == "< 1e-11"
    assert bound_text(mp.mpf(0)) == "< 1e-30"
