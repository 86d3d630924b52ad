"""Numbers that are proved to lie where they are said to: tails, boxes, steps that need them."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.check.comparing import compare_at, gap_at
from helpers.derivation import Derivation, DerivationError
from helpers.digits.balls import to_mpf
from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate
from helpers.digits.growth import tail_bound
from helpers.digits.series import enclosed_series
from helpers.notation import (
    JSD,
    KL,
    ArgMax,
    Beta,
    Cauchy,
    Entropy,
    Expectation,
    Gamma,
    Geometric,
    Laplace,
    Mixture,
    Normal,
    Poisson,
)
from helpers.proof.boxes import subdivide

x, y = sp.symbols("x y", real=True)
u = sp.Symbol("u", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
third = sp.Rational(1, 3)


def number(c):
    return evaluate(c, digits=30).number


FALLING = [
    sp.exp(-(x**2) / 2) * (x - 3) ** 2,
    x ** sp.Rational(3, 2) * sp.exp(-x / 2) * sp.log(x),
    sp.exp(-((x - 1) ** 2) / 2) * sp.log(sp.exp(-((x - 1) ** 2) / 2) / 2 + sp.exp(-(x**2) / 2) / 2),
    sp.exp(-x) / (1 + sp.exp(-2 * x)),
    sp.exp(-2 * x / 3) * sp.exp(-sp.exp(-x)) * x,
    2 * sp.exp(x) / (1 + sp.exp(3 * x)),
    sp.exp(-(x**2)) * sp.sin(x),
    3**x * sp.exp(-3) / sp.factorial(x) * sp.loggamma(x + 1),
    third**x * sp.log(x + 1),
]


@pytest.mark.parametrize("f", FALLING, ids=map(str, FALLING))
@pytest.mark.parametrize("start", [20, 60])
def test_a_tail_is_no_larger_than_its_bound_and_not_much_smaller(f, start):
    with mp.workdps(30):
        value = sp.lambdify(x, abs(f), "mpmath")
        tail = mp.quad(value, [start, start + 4, start + 20, start + 200])
        total = mp.nsum(lambda k: value(int(k)), [start, start + 400])
    integral, sums = (
        to_mpf(tail_bound(f, x, arb(start), number, of_sum=of_sum).upper())
        for of_sum in (False, True)
    )
    # mpmath's own error is some 1e-12 of the tail.
    assert tail * (1 - mp.mpf(10) ** -6) <= integral <= 10 * mp.sqrt(tail)
    assert total * (1 - mp.mpf(10) ** -20) <= sums


BEYOND_THE_CALCULUS = [
    1 / x**2,
    sp.exp(-sp.sqrt(x)),
    sp.exp(x - 100),
    sp.S.One / 2,
    sp.exp(-x) * sp.besselj(0, x),
    sp.exp(sp.sin(x) * x),
]


@pytest.mark.parametrize("f", BEYOND_THE_CALCULUS, ids=map(str, BEYOND_THE_CALCULUS))
def test_no_bound_is_given_where_the_calculus_shows_none(f):
    assert tail_bound(f, x, arb(100), number, of_sum=False) is None


LAWS = [
    (KL(Normal(1, 2), Normal(third, sp.Rational(7, 5))), True),
    (Entropy(Gamma(sp.Rational(7, 3), sp.Rational(3, 2))), True),
    (Entropy(Cauchy(0, 1)), True),
    (JSD(Normal(0, 1), Normal(2, 1)), True),
    (KL(Beta(sp.Rational(3, 2), sp.Rational(5, 3)), Beta(2, 3)), True),
    (KL(Laplace(0, 1), Laplace(1, 2)), True),
    (Expectation(x**2, x, Poisson(3)), True),
    (Entropy(Geometric(third)), True),
    (sp.Sum(1 / n**2, (n, 1, sp.oo)), False),
]


@pytest.mark.parametrize(("e", "is_enclosed"), LAWS, ids=str)
def test_two_ways_to_a_number_agree_and_say_which_they_are(e, is_enclosed):
    rough, sure = evaluate(e), evaluate(e, digits=30, enclosed=True)
    assert sure.enclosed is is_enclosed
    assert abs(rough.value - sure.value) <= rough.error + sure.error
    assert sure.error < mp.mpf(10) ** -28


def test_what_a_rule_misses_an_enclosure_does_not():
    far = Expectation(sp.sqrt(x), x, Mixture(Gamma(1, 1), Gamma(10**4, 10)))
    with mp.workdps(40):
        parts = mp.sqrt(mp.pi) / 2, mp.gamma(10**4 + mp.mpf(1) / 2) / mp.gamma(10**4) / mp.sqrt(10)
        assert abs(evaluate(far, enclosed=True).value - sum(parts) / 2) < mp.mpf(10) ** -30
    spike = sp.Integral(sp.exp(-(10**18) * (x - third) ** 2), (x, -1, 1))
    assert abs(evaluate(spike).value * 10**9 - mp.sqrt(mp.pi)) < mp.mpf(10) ** -14
    with ctx.workprec(150):
        half = enclosed_series(lambda k: arb(2) ** -k, 1, lambda k: arb(2) ** (1 - k))
        assert half.contains(1)
        assert half.rad() < 1e-40
        assert enclosed_series(lambda k: arb(1) / k, 1, lambda k: None) is None


@settings(max_examples=60, deadline=None)
@given(st.fractions(-50, 50, max_denominator=40), st.fractions(-50, 50, max_denominator=40))
def test_fractions_stay_exact_and_squares_of_zero_are_zero(p, q):
    p, q = sp.Rational(p.numerator, p.denominator), sp.Rational(q.numerator, q.denominator)
    exact = evaluate((x - y / 3) ** 2 / 7 - x, {x: p, y: q}).number
    expected = (p - q / 3) ** 2 / 7 - p
    assert isinstance(exact, fmpq)
    assert sp.Rational(int(exact.p), int(exact.q)) == expected
    assert evaluate((x - y / 3) ** 2, {x: q / 3, y: q}).number == 0


def test_precision_is_raised_until_the_digits_are_there():
    tiny = evaluate(
        sp.cosh(x) - sp.exp(x) / 2 - sp.exp(-x) / 2 + sp.exp(-2 * x), {x: sp.Integer(200)}
    )
    assert abs(tiny.value / mp.exp(-400) - 1) < mp.mpf(10) ** -14


def test_subdivision_closes_or_finds_a_place_or_says_nothing():
    assert subdivide(x**2 + y**2 - x * y + third, {x: (-1, 1), y: (-1, 1)}).is_closed
    touching = x - 1 - sp.log(x)
    assert subdivide(touching, {x: (sp.Rational(1, 2), 3)}, (1,)).is_closed
    assert not subdivide(
        touching - sp.Rational(1, 10**9), {x: (sp.Rational(1, 2), 3)}, (1,)
    ).is_closed
    found = subdivide(1 - sp.exp(-((x - 1) ** 2)) - 2 * sp.exp(-((x - 30) ** 2)), {x: (-999, 999)})
    assert abs(found.negative_at[x] - 30) < 2
    assert not subdivide(x * sp.log(x) + 1, {x: (0, 1)}).is_closed
    assert subdivide(x + u, {x: (0, 1)}).boxes == 0


def test_what_is_apart_is_apart_by_its_enclosures():
    assert compare_at(x, x + sp.Rational(1, 10**300), {x: sp.S.One}).counterexample
    assert compare_at(sp.sqrt(2) ** 2 + x, x + 2, {x: third}).counterexample is None
    assert gap_at(1 + sp.exp(-x), sp.S.One, {x: sp.Integer(900)}).counterexample
    assert gap_at(sp.S.One, 1 + sp.exp(-x), {x: sp.Integer(900)}).counterexample is None
    with pytest.raises(Undefined):
        evaluate(sp.gamma(x), {x: sp.Integer(-2)})
    with pytest.raises(NotEvaluable):
        evaluate(sp.exp(sp.exp(sp.exp(x))), {x: sp.Integer(100)})


def status_of(derivation) -> tuple[str, str]:
    return derivation.status, " ".join(w.text for w in derivation.steps[-1].witnesses)


def test_statuses_say_what_was_shown():
    machin = Derivation(4 * sp.atan(sp.Rational(1, 5)) - sp.atan(sp.Rational(1, 239)))
    status, text = status_of(machin.equals(sp.pi / 4))
    assert (status, "digits of one number, enclosed" in text) == ("numeric", True)
    status, text = status_of(
        Derivation(sp.Integral(sp.exp(u * sp.cos(x)), (x, 0, sp.pi)) / sp.pi).equals(
            sp.besseli(0, u)
        )
    )
    assert (status, "enclosed at 4 of them" in text) == ("numeric", True)
    power = sp.Integral(x**x, (x, 0, 1))
    status, text = status_of(Derivation(power).equals(sp.Sum(-((-1) ** n) / n**n, (n, 1, sp.oo))))
    assert (status, "errors estimated" in text) == ("estimated", True)
    box = Derivation(sp.sin(x) - x + x**3 / 5, domain={x: sp.Interval(sp.Rational(1, 2), 3)})
    status, text = status_of(box.at_least(0))
    assert (status, "by subdivision into" in text) == ("proved", True)
    best = Derivation(ArgMax(sp.cos(x) * sp.exp(-(x**2)), x), domain={x: sp.Interval(-1, 1)})
    assert best.argmax_at(0).status == "proved"
    # Far and wide nothing is better, and nothing says why: no more than an estimate.
    wide = Derivation(ArgMax(sp.cos(x) * sp.exp(-(x**2)), x)).argmax_at(0)
    assert wide.status in ("estimated", "proved")


@pytest.mark.parametrize("share", [third, -4 * third, sp.Rational(5, 6), sp.Rational(1, 7)])
def test_an_optimum_at_a_fraction_of_another_symbol_is_found(share):
    assert Derivation(ArgMax(-((x - share * y) ** 2), x)).argmax_at(share * y).status == "proved"
    with pytest.raises(DerivationError) as caught:
        Derivation(ArgMax(-((x - share * y) ** 2), x)).argmax_at(share * y + sp.Rational(1, 10**14))
    assert caught.value.counterexample is not None
