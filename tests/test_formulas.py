"""Formulas compiled once for all their constants, and the two kinds of numbers that they take."""

from __future__ import annotations

import itertools

import mpmath as mp
import pytest
import sympy as sp
from flint import acb, arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from helpers.derivation import Derivation
from helpers.digits.balls import to_arb, to_mpf
from helpers.digits.evaluate import evaluate
from helpers.digits.formulas import Formula
from helpers.notation import (
    JSD,
    KL,
    Bernoulli,
    Binomial,
    Categorical,
    CrossEntropy,
    Entropy,
    Expectation,
    Normal,
    Probability,
    Sample,
    Variance,
)
from helpers.trials.context import inside

x, y = sp.symbols("x y", real=True)
FORMULAS = [
    sp.exp(-x / 3) * sp.Rational(2, 7),
    sp.log(x) ** 2 / (1 + x ** sp.Rational(-2, 3)),
    1 / sp.sqrt(x) + sp.sqrt(2 * sp.pi),
    sp.loggamma(x + sp.Rational(1, 5)) * sp.gamma(x),
    sp.erf(x) - sp.erfc(x / 2) + sp.atan(x),
    sp.cos(sp.Rational(3, 10) * x) * sp.factorial(x),
    sp.besselk(0, x) + sp.E,
]


@pytest.mark.parametrize("f", FORMULAS, ids=map(str, FORMULAS))
@pytest.mark.parametrize("at", ["0.015625", "1.75", "40"])
def test_a_formula_is_what_sympy_says_to_all_digits(f, at):
    with ctx.workprec(200), mp.workdps(60):
        expected = to_arb(mp.mpmathify(sp.N(f.subs(x, sp.Rational(at)), 70)))
        formula = Formula(f, x, lambda c: evaluate(c, digits=60).number)
        for found in (formula.at(arb(at)), formula.on(acb(at), True)):
            assert found.overlaps(expected)
            assert found.rel_accuracy_bits() > 130


@given(st.integers(-(10**60), 10**60), st.integers(-4000, 4000))
def test_numbers_go_to_arb_and_back_unchanged(mantissa, exponent):
    with mp.workprec(220), ctx.workprec(220):
        number = mp.ldexp(mp.mpf(mantissa), exponent)
        assert to_mpf(to_arb(number)) == number
        assert to_arb(number).is_exact()


@pytest.mark.parametrize("f", [sp.log(x), sp.sqrt(x), x ** sp.Rational(1, 3), sp.loggamma(x),
                               sp.besselk(0, x), sp.atan(1 / x), sp.Abs(x), sp.gamma(x)],
                         ids=str)  # fmt: skip
def test_what_is_not_analytic_on_a_ball_says_so(f):
    formula = Formula(f, x, lambda c: evaluate(c).number)
    assert not formula.on(acb(arb(0, 0.5), arb(0, 0.5)), True).is_finite()
    assert formula.on(acb(arb(2, 0.25), arb(0, 0.25)), True).is_finite()


def test_a_tail_smaller_than_any_float_is_no_zero():
    threshold = 687_000_000
    tail = evaluate(Probability(abs(x) >= threshold, x, Normal(0, 477)))
    with mp.workdps(90):
        expected = mp.erfc(mp.mpf(threshold) / (477 * mp.sqrt(2)))
        assert 0 < expected < mp.mpf(2) ** -(2**30)
        assert abs(tail.value - expected) <= 4 * tail.error
        assert tail.error < expected * mp.mpf(10) ** -20


def test_parameters_left_open_are_still_checked_and_put_in():
    a, b, p = sp.symbols("a b p", positive=True)
    n = sp.Symbol("n", integer=True, positive=True)
    with pytest.raises(ValueError, match="sum"):
        evaluate(Expectation(1, x, Categorical([a, b])), {a: sp.S.Half, b: sp.S.One})
    mean = Expectation(x, x, Bernoulli(p))
    for value in (sp.Rational(1, 3), sp.Rational(4, 5)):
        assert abs(evaluate(mean, {p: value}).value - mp.mpf(value.p) / value.q) < 1e-15
    # The points of a binomial law move with n.
    size = Expectation(x, x, Binomial(n, sp.Rational(1, 2)))
    assert [int(evaluate(size, {n: sp.Integer(k)}).value * 2) for k in (2, 7)] == [2, 7]


t, s = sp.symbols("t s", nonnegative=True)
LAWS = [Bernoulli(t), Bernoulli(1 - t), Categorical([t * s, s * (1 - t), 1 - s])]
OPEN = [
    *(Entropy(law) for law in LAWS),
    *(Variance(x * t, x, law) for law in LAWS),
    *(Probability(abs(x - t) >= s, x, law) for law in LAWS),
    KL(LAWS[0], Bernoulli(s)),
    CrossEntropy(Bernoulli(s), LAWS[1]),
    JSD(*LAWS[:2]),
    Expectation(sp.log(LAWS[0](x) / s) * Variance(y, y, LAWS[1]), x, LAWS[0]),
]


@pytest.mark.parametrize("e", OPEN, ids=str)
def test_parameters_left_open_give_what_parameters_put_in_give(e):
    for place in itertools.product((0, 1, sp.Rational(1, 3), sp.Rational(2, 7)), repeat=2):
        env = dict(zip((t, s), map(sp.sympify, place), strict=True))
        if isinstance(e, Expectation) and env[s] == 0:
            continue  # a division by zero
        left_open, put_in = evaluate(e, env), evaluate(e.xreplace(env))
        if put_in.is_infinite:
            assert left_open.value == put_in.value
        else:
            assert abs(left_open.value - put_in.value) <= left_open.error + put_in.error
            assert left_open.error < 1e-40


def test_what_holds_on_a_closed_interval_is_not_refuted_at_its_ends():
    start = Derivation(Entropy(Bernoulli(t)), domain={t: sp.Interval(0, 1)})
    assert start.at_most(sp.log(2)).steps[-1].verdict.points > 0
    plain = -t * sp.log(t) - (1 - t) * sp.log(1 - t)
    assert evaluate(plain, {t: sp.S.One}).value == evaluate(plain, {t: sp.S.Zero}).value == 0
    assert start.equals(plain).status == "proved"
    data = Sample("x", 2)
    nothing = {t: sp.S.Zero, data.base: (sp.S.Zero, sp.S.Zero)}
    assert evaluate(sp.log(t) * data.sum(), nothing).value == 0


def test_an_outer_value_does_not_reach_a_bound_variable():
    p = sp.Symbol("p", positive=True)
    inner = Expectation(x + p, x, Bernoulli(p))
    outer = x * Expectation(inner * x, x, Bernoulli(sp.Rational(1, 4)))
    # 10 (1/4) (1/2 + 1/2)
    value = evaluate(outer, {x: sp.Integer(10), p: sp.S.Half}).value
    assert value == mp.mpf("2.5")


@pytest.mark.parametrize(
    "domain",
    [
        sp.Interval(0, 1),
        sp.Interval.open(0, 1),
        sp.Interval.Lopen(-2, sp.Rational(3, 2)),
        sp.Interval.open(0, sp.oo),
        sp.Interval(-sp.oo, 0),
        sp.Interval(0, sp.sqrt(2)),
        sp.S.Reals,
        sp.S.Integers,
        sp.S.Naturals,
        sp.S.Naturals0,
        sp.Range(0, 3),
        sp.FiniteSet(0, 1),
        sp.Union(sp.Interval.open(-sp.oo, 0), sp.Interval.open(0, sp.oo)),
    ],
    ids=str,
)
def test_what_is_inside_is_what_sympy_says(domain):
    for value in (-2, -1, 0, 1, 2, sp.Rational(1, 2), sp.Rational(3, 2), -sp.Rational(7, 3)):
        assert inside(value, domain) is (domain.contains(sp.sympify(value)) == sp.true)
    assert inside(sp.sqrt(2), domain) is (domain.contains(sp.sqrt(2)) == sp.true)
