"""The symbolic witness on its own: each rule with true cases and near misses that it refuses.

Numbers refute most false steps before a rule is asked; here no number helps.
"""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Abs, Integral, Rational, atan, erfc, exp, log, oo, pi, sqrt

from helpers.derivation import Derivation, DerivationError
from helpers.notation import (
    JSD,
    KL,
    ArgMax,
    Bernoulli,
    Beta,
    Categorical,
    Cauchy,
    Concrete,
    Density,
    Empirical,
    Expectation,
    Gamma,
    Independent,
    Normal,
    Poisson,
    Probability,
    Sample,
    SampleMean,
    Unnormalised,
    Variance,
)
from helpers.proof.identities import equal
from helpers.proof.inequalities import upper_bound
from helpers.proof.limits import limit
from helpers.trials.context import Context

x, y, z, mu, c = sp.symbols("x y z mu c", real=True)
a, b, s, t, k, eps, sigma, T = sp.symbols("a b s t k epsilon sigma T", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
h = sp.Symbol("h", real=True)
UNIT, HALF = sp.Interval.open(0, 1), sp.Interval.open(0, Rational(1, 2))
P, Q = Density("P"), Density("Q")
THREE = sp.Range(3)
P3, Q3, V3, W3 = (Density(letter, support=THREE) for letter in "PQVW")
MEAN, VARIANCE = Expectation(x, x, P), Variance(x, x, P)
XP = Sample("X", n, P)
XBAR = SampleMean(XP)
SQUARES = Probability((y - MEAN) ** 2 >= k**2 * VARIANCE, y, P)
SPREAD = Probability(Abs(y - MEAN) >= k * sqrt(VARIANCE), y, P)
OFF = Probability(Abs(XBAR - MEAN) >= eps, XP)
C = Cauchy(0, 1)
TAIL = Probability(Abs(x - mu) >= eps, x, Normal(mu, sigma / sqrt(n)))
STUDENT = Concrete(2 / (pi * sqrt(3) * (1 + y**2 / 3) ** 2), y, sp.S.Reals, label="S")
CONVOLUTION = Integral(C(x) * C((z - s * x) / (1 - s)) / (1 - s), (x, -oo, oo))
COIN_KL = a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))
COUNTS = Empirical([3, 0, 1])
LEFT = Categorical([a, 1 - a, 0, 0])
RIGHT = Categorical([0, 0, b, 1 - b])
LOADED = Expectation(exp(t * (x - s)), x, Bernoulli(s))


def on(**domain):
    return Context({sp.Symbol(name, positive=True): region for name, region in domain.items()})


def given(*relations, **domain):
    return Context(on(**domain).domain, relations)


# Expectations of squares exist under a law of finite variance.
FINITE = given(sp.Lt(VARIANCE, sp.oo))


ONE_SIGN = [
    ("coins", KL(Bernoulli(a), Bernoulli(b)), COIN_KL, on()),
    ("a log ratio", log(a / (1 - a)), log(a) - log(1 - a), on(a=UNIT)),
    ("absolute value", Abs(1 - 2 * a), 1 - 2 * a, on(a=HALF)),
    ("masses without zero", JSD(LEFT, RIGHT), log(2), on(a=UNIT, b=UNIT)),
    ("two minus signs", log((1 - a) * (a - 1) ** 2 / b), 3 * log(1 - a) - log(b), on(a=UNIT)),
    (
        "roots of logarithms",
        2 * sqrt(3 * log(Rational(4, 3)) / 4),
        sqrt(6 * log(2) - 3 * log(3)),
        on(),
    ),
    ("on the support of a law", KL(Beta(10, 4), Beta(2, 2)), None, on()),
]
LAWS = [
    (
        "independent parts",
        KL(Independent(P3, V3), Independent(Q3, W3)),
        KL(P3, Q3) + KL(V3, W3),
        on(),
    ),
    (
        "mean of finitely many",
        Expectation((x - Expectation(y, y, P3)) ** 2, x, P3),
        Variance(x, x, P3),
        on(),
    ),
    ("square of a mean", Expectation((XBAR - MEAN) ** 2, XP), VARIANCE / n, FINITE),
    ("second moment", Expectation(XBAR**2, XP), VARIANCE / n + MEAN**2, FINITE),
    (
        "a count of zero",
        KL(COUNTS, Poisson(a)),
        -Expectation(log(Poisson(a)(x)), x, COUNTS)
        - log(256) / 4
        + 3 * log(3) / 4 * -1
        + 3 * log(3) / 2,
        on(),
    ),
    ("events squared", SPREAD, SQUARES, on()),
    (
        "events of a mean",
        Probability(Abs(XBAR - MEAN) > eps, XP),
        Probability(eps**2 < (XBAR - MEAN) ** 2, XP),
        on(),
    ),
]
CALCULUS = [
    ("normal tail", TAIL, erfc(eps * sqrt(n) / (sigma * sqrt(2))), on()),
    ("Cauchy tail", Probability(Abs(x) >= eps, x, C), 1 - 2 * atan(eps) / pi, on()),
    ("a part of an integral", Integral(x**2 * C(x), (x, -T, T)), 2 * (T - atan(T)) / pi, on()),
    ("polynomial and constant", Integral(1 - t * x / 2, (x, 0, a)), a - t * a**2 / 4, on()),
    ("before the jump", Integral(2 / (1 + x**2), (x, 0, t)), atan(2 * t / (1 - t**2)), on(t=HALF)),
    ("fourth powers", Expectation(x**2, x, STUDENT), sp.Integer(3), on()),
    ("two quadratics", Integral(1 / ((1 + x**2) * (4 + x**2)), (x, -oo, oo)), pi / 6, on()),
    ("convolution", CONVOLUTION, 1 / (pi * (1 + z**2)), on(s=UNIT)),
]
EQUAL = [case for case in ONE_SIGN + LAWS + CALCULUS if case[2] is not None]


# Most of the work is SymPy's, and tracing would double it; the checker's tests cover these lines.
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("left", "right", "context"), [e[1:] for e in EQUAL], ids=[e[0] for e in EQUAL]
)
def test_an_equality_is_shown_and_its_near_misses_are_not(left, right, context):
    assert equal(left, right, context)
    assert not equal(left, 2 * right, context)
    assert not equal(left, right + Rational(1, 10**6), context)


REFUSED = [
    ("the sign of 1 - a is not known", log(a / (1 - a)), log(a) - log(1 - a), on()),
    ("an absolute value beyond its zero", Abs(1 - 2 * a), 1 - 2 * a, on(a=UNIT)),
    ("one minus sign", log((a - 1) / b), log(1 - a) - log(b), on(a=UNIT)),
    (
        "divergences of coins that depend",
        KL(Independent(P3, V3), Independent(Q3, W3)),
        KL(P3, Q3) + KL(W3, V3),
        on(),
    ),
    ("square of a mean, n squared", Expectation((XBAR - MEAN) ** 2, XP), VARIANCE / n**2, on()),
    ("square about the wrong sign", Expectation((XBAR + MEAN) ** 2, XP), VARIANCE / n, on()),
    ("third power", Expectation((XBAR - MEAN) ** 3, XP), VARIANCE / n, on()),
    (
        "a level that may be negative",
        Probability(Abs(y) >= c, y, P),
        Probability(y**2 >= c**2, y, P),
        on(),
    ),
    ("strict and not", Probability(Abs(y) > k, y, P), Probability(y**2 >= k**2, y, P), on()),
    ("level not squared", Probability(Abs(y) >= k, y, P), Probability(y**2 >= k, y, P), on()),
    ("another law", Probability(Abs(y) >= k, y, P), Probability(y**2 >= k**2, y, Q), on()),
    (
        "a level that varies",
        Probability(Abs(y) >= y + k, y, P),
        Probability(y**2 >= (y + k) ** 2, y, P),
        on(),
    ),
    ("tail without the root of two", TAIL, erfc(eps * sqrt(n) / sigma), on()),
    (
        "tail about another centre",
        Probability(Abs(x - 1) >= eps, x, C),
        1 - 2 * atan(eps) / pi,
        on(),
    ),
    ("across a pole", Integral(1 / (x - 1) ** 2, (x, 0, T)), 1 / (1 - T) - 1, on()),
    ("across a jump", Integral(2 / (1 + x**2), (x, 0, T)), atan(2 * T / (1 - T**2)), on()),
    (
        "same slope, other start",
        Integral(x**2 * C(x), (x, -T, T)),
        2 * (T - atan(T)) / pi + 1,
        on(),
    ),
    ("poles on the line", Integral(1 / (x**2 - 1), (x, -oo, oo)), sp.S.Zero, on()),
    ("no integral at all", Integral(x / (1 + x**2), (x, -oo, oo)), sp.S.Zero, on()),
    (
        "a law of unknown mass",
        Probability(Abs(x) >= eps, x, Unnormalised(2 * C.pdf(y), y, sp.S.Reals)),
        1 - 4 * atan(eps) / pi,
        on(),
    ),
]


@pytest.mark.parametrize(
    ("left", "right", "context"), [e[1:] for e in REFUSED], ids=[e[0] for e in REFUSED]
)
def test_what_is_false_or_beyond_a_rule_is_not_called_equal(left, right, context):
    assert equal(left, right, context) == ""


HYPOTHESES = (sp.Le(x, eps), sp.Le(y, 0), sp.Le(z, eps))
SPIKE = exp(1 / (1 - t) ** 2) / 2
BOUNDS = [
    ("slack", x + y + z, 2 * eps, given(*HYPOTHESES)),
    ("slack, chained", x, z, given(sp.Le(x, y), sp.Lt(y, z))),
    ("at least one", 1 / (k * sigma) ** 2, 1 / k**2, given(sp.Ge(sigma, 1))),
    ("chord", exp(t * a), 1 - a + a * exp(t), on(a=sp.Interval(0, 1))),
    ("Hoeffding's lemma", LOADED.unfold(), exp(t**2 / 8), on(s=UNIT)),
    ("open end", 1 + t, exp(t), on()),
    ("a square is not negative", Abs(c), sqrt(c**2 + (x - y) ** 2), on()),
    (
        "term by term",
        -(n - 1) * log(2) / n + log(SPIKE) / n,
        (n - 1) * log(1 - t / 2) / n + log(1 - t / 2 + SPIKE) / n,
        on(t=UNIT),
    ),
    ("Chebyshev", SPREAD, 1 / k**2, FINITE),
    ("weak law", OFF, VARIANCE / (n * eps**2), FINITE),
    (
        "about any centre",
        OFF,
        Expectation((XBAR - c) ** 2, XP) / eps**2,
        FINITE,
    ),
]


# As for the equalities above.
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("small", "large", "context"), [e[1:] for e in BOUNDS], ids=[e[0] for e in BOUNDS]
)
def test_a_bound_is_shown_and_its_near_misses_are_not(small, large, context):
    assert upper_bound(small, large, context)
    assert upper_bound(large, small, context) == ""
    assert upper_bound(small, large * Rational(9, 10) - Rational(1, 100), context) == ""


UNBOUNDED = [
    ("slack too small", x + y + z, eps, given(*HYPOTHESES)),
    ("slack of the wrong side", x, eps, given(sp.Ge(x, eps))),
    ("no slack", x + y + z, 2 * eps, given(*HYPOTHESES[:2])),
    ("an unequal is no bound", x, y, given(sp.Ne(x, y))),
    ("at least a half", 1 / (k * sigma) ** 2, 1 / k**2, given(sp.Ge(sigma, Rational(1, 2)))),
    ("beyond the chord", exp(t * a), 1 - a + a * exp(t), on(a=sp.Interval(0, 2))),
    ("Hoeffding's lemma, ninth", LOADED.unfold(), exp(t**2 / 9), on(s=UNIT)),
    ("convex on both sides of a pole", -3 * x - 1 / x**2, sp.Integer(100), Context()),
    ("a root that may be complex", sqrt(x), Abs(x) + 1, Context()),
    ("logarithms of what may be negative", log(x), log(x + 1), Context()),
    ("a gap of a millionth", log(t), t - 1 - Rational(1, 10**6), on()),
    ("an exponent of a millionth", exp(t / 10**6), 1 + t, on()),
    ("Markov for what may be negative", Probability(x >= k, x, P), MEAN / k, Context()),
    ("Chebyshev, half", SPREAD, 1 / (2 * k**2), on()),
    ("Chebyshev, linear", SPREAD, 1 / k, on()),
    (
        "Chebyshev for the other tail",
        Probability(Abs(y - MEAN) <= k * sqrt(VARIANCE), y, P),
        1 / k**2,
        on(),
    ),
    ("weak law, n squared", OFF, VARIANCE / (n**2 * eps**2), on()),
    ("weak law, another variance", OFF, Variance(x, x, Q) / (n * eps**2), on()),
    ("weak law, another centre", Probability(Abs(XBAR) >= eps, XP), VARIANCE / (n * eps**2), on()),
    ("weak law, any level", Probability(Abs(XBAR - MEAN) >= c, XP), VARIANCE / (n * c**2), on()),
]


@pytest.mark.parametrize(
    ("small", "large", "context"), [e[1:] for e in UNBOUNDED], ids=[e[0] for e in UNBOUNDED]
)
def test_what_is_false_or_beyond_a_rule_is_no_bound(small, large, context):
    assert upper_bound(small, large, context) == ""


def test_a_proof_for_three_points_that_uses_none_of_them_is_one_for_any_support():
    F = Density("F", support=sp.FiniteSet(-1, 0, 9))
    m, v = Expectation(x, x, F), Variance(x, x, F)
    XF = Sample("X", n, F)
    reason = upper_bound(Probability(Abs(SampleMean(XF) - m) >= eps, XF), v / (n * eps**2), on())
    assert reason.endswith("whatever the support")
    assert equal(Expectation((x - m) ** 2, x, F), v, on()).endswith("whatever the support")
    # That the masses add up to one is shown for the points that are named, and no others.
    total = F(-1) + F(0) + F(9)
    assert equal(total, sp.S.One, on()) == "the difference simplifies to zero"
    assert equal(F(-1) + F(0), sp.S.One, on()) == ""
    # True on these points alone.
    largest = upper_bound(Expectation(x, x, F), sp.Integer(9), on())
    assert not largest.endswith("whatever the support")
    assert upper_bound(Expectation(x, x, P), sp.Integer(9), on()) == ""


# Most of the work of this one too is SymPy's.
@pytest.mark.no_cover
def test_terms_are_shared_out_among_logarithms_only_in_full():
    earned = (n - 1) * log(1 - t / 2) / n + log(1 - t / 2 + SPIKE) / n
    assert upper_bound(-log(2) + 1 / (n * (1 - t) ** 2), earned, on(t=UNIT))
    for too_much in (
        -log(2) + 1 / (1 - t) ** 2,
        -log(2) / 2 + 1 / (n * (1 - t) ** 2),
        -log(2) + 2 / (n * (1 - t) ** 2),
    ):
        assert upper_bound(too_much, earned, on(t=UNIT)) == ""


def test_information_gained_is_shown_on_the_support_of_the_posterior():
    ratio = 286 * x**8 * (1 - x) ** 2 / 6
    posterior, prior = Beta(10, 4), Beta(2, 2)
    scale = sp.beta(2, 2) / sp.beta(10, 4)
    fair = Expectation(8 * log(x) + 2 * log(1 - x), x, posterior) + log(scale)
    assert equal(
        KL(posterior, prior), Expectation(log(scale * x**8 * (1 - x) ** 2), x, posterior), on()
    )
    assert equal(KL(posterior, prior), fair, on())
    assert not equal(KL(posterior, prior), Expectation(log(ratio), x, posterior), on())


NEAR_KL = t * log(t / (t + h)) + (1 - t) * log((1 - t) / (1 - t - h))
LIMITS = [
    ("infinite support", COIN_KL, b, sp.S.Zero, oo, on(a=UNIT, b=UNIT)),
    ("finite support", COIN_KL, a, sp.S.Zero, -log(1 - b), on(a=UNIT, b=UNIT)),
    ("Taylor", NEAR_KL / h**2, h, sp.S.Zero, 1 / (2 * t * (1 - t)), on(t=UNIT)),
    ("a variance is a constant", VARIANCE / (n * eps**2), n, oo, sp.S.Zero, on()),
    ("arc tangent", 2 * (T - atan(T)) / pi, T, oo, oo, on()),
]


@pytest.mark.parametrize(
    ("e", "variable", "point", "value", "context"),
    [e[1:] for e in LIMITS],
    ids=[e[0] for e in LIMITS],
)
def test_limits_are_had_from_the_signs_on_the_domain(e, variable, point, value, context):
    (found,) = limit(e, variable, point, context)
    assert found == value or equal(found, value, context)
    assert not equal(found, value + 1, context) or value is oo


def test_a_limit_has_to_be_the_same_from_every_side_of_the_domain():
    assert set(limit(Abs(h) / h, h, sp.S.Zero, Context())) == {1, -1}
    assert limit(Abs(h) / h, h, sp.S.Zero, Context({h: sp.Interval.open(0, 1)})) == [1]
    assert Derivation(Abs(h) / h, domain={h: sp.Interval.open(0, 1)}).tends_to(1, as_=(h, 0))
    with pytest.raises(DerivationError) as caught:
        Derivation(Abs(h) / h).tends_to(1, as_=(h, 0))
    assert caught.value.counterexample is not None
    with pytest.raises(DerivationError):
        Derivation(1 / h).tends_to(oo, as_=(h, 0))


def test_what_hides_the_variable_has_no_known_limit():
    assert limit(Probability(x >= T, x, P), T, oo, on()) == []
    assert limit(sp.cos(T), T, oo, on()) == []


@pytest.mark.parametrize(
    ("density", "told"),
    [
        (sp.Piecewise((1 / t, t >= 2), (0, True)), "decreasing from the boundary t = 2 on"),
        (sp.Piecewise((t, t <= 2), (0, True)), "increasing up to the boundary t = 2"),
    ],
)
def test_a_jump_is_told_from_the_right_side(density, told):
    (step,) = Derivation(ArgMax(density, t)).argmax_at(2).steps
    assert step.witnesses[0].text.startswith(told)


# ------------------------------------------------------- moments by a rule, and where they end

NU, TAU = sp.Symbol("nu", real=True), sp.Symbol("tau", positive=True)
CHI_SQUARE = Gamma((n - 1) / 2, Rational(1, 2))
FROM_TWO, FROM_FOUR = {n: sp.Range(2, oo)}, {n: sp.Range(4, oo)}
COUNT, WHOLE = sp.Symbol("k", integer=True, nonnegative=True), sp.Symbol("k", integer=True)
SURPRISE = sigma - COUNT * log(sigma) + log(sp.factorial(COUNT))


@pytest.mark.parametrize(
    ("left", "right", "domain"),
    [
        (
            KL(Cauchy(mu, sigma), Cauchy(NU, TAU)),
            log(((sigma + TAU) ** 2 + (mu - NU) ** 2) / (4 * sigma * TAU)),
            {},
        ),
        (Expectation(log((x - 1) ** 2), x, C), log(2), {}),
        (Expectation(log(2 * x**2 + 4 * x + 10), x, Cauchy(1, 1)), log(26), {}),
        (Variance(log(x**2 + 1), x, C), pi**2 / 3, {}),
        (Expectation(1 / s, s, CHI_SQUARE), 1 / (n - 3), FROM_FOUR),
        (Expectation(log(s), s, CHI_SQUARE), sp.digamma((n - 1) / 2) + log(2), FROM_TWO),
        (
            Expectation(1 / sqrt(s), s, Gamma(a, b)),
            sqrt(b) * sp.gamma(a - Rational(1, 2)) / sp.gamma(a),
            {a: sp.Interval.open(Rational(1, 2), oo)},
        ),
        (Integral(s**3 * exp(-b * s), (s, 0, oo)), 6 / b**4, {}),
        (Expectation(b * s, s, Beta(n, 1)), b * n / (n + 1), {}),
        (-log(Poisson(sigma)(COUNT)), SURPRISE, {}),
    ],
    ids=str,
)
def test_a_moment_is_had_by_its_rule(left, right, domain):
    assert equal(left, right, Context(domain=domain))
    assert not equal(left, right + 1, Context(domain=domain))


@pytest.mark.parametrize(
    ("left", "right", "domain"),
    [
        (Expectation(1 / s, s, Gamma(1, 1)), sp.gamma(0), {}),
        (Expectation(1 / s, s, CHI_SQUARE), 1 / (n - 3), FROM_TWO),
        (Expectation(log((x - 1) ** 2 + 1), x, C), log(4), {}),
        (Variance(log(x**2 + 1), x, Cauchy(0, 2)), pi**2 / 3, {}),
        (Integral(exp(-mu * s), (s, 0, oo)), 1 / mu, {}),
        (Integral(s ** (a - 1) * exp(-s), (s, 0, oo)), sp.gamma(a + 1), {}),
        (-log(Poisson(sigma)(WHOLE)), SURPRISE.subs(COUNT, WHOLE), {}),
    ],
    ids=str,
)
def test_no_rule_is_used_where_the_moment_is_another_or_none(left, right, domain):
    assert not equal(left, right, Context(domain=domain))


def test_a_sum_of_squares_is_seen_as_it_was_written():
    m, u, v = (sp.symbols(f"{name}_0:3", positive=name == "m", real=True) for name in "muv")
    pairs = ((0, 1), (0, 2), (1, 2))
    squares = sum(m[i] * m[j] * (u[i] * v[j] - u[j] * v[i]) ** 2 for i, j in pairs)
    assert upper_bound(sp.S.Zero, squares, Context())
    assert not upper_bound(sp.S.Zero, squares - m[0] * u[0] ** 2, Context())
