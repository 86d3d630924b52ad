"""The checker against true and false steps, and its numbers against closed forms."""

from __future__ import annotations

import mpmath as mp
import pytest
import steps_false
import steps_hostile
import steps_student
import steps_true
import sympy as sp
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.check import limit
from helpers.check.equality import check_equal
from helpers.check.verdict import STATUSES, NotChecked, bound_text, weakest
from helpers.derivation import Derivation, DerivationError
from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate, exact_value
from helpers.digits.series import series
from helpers.notation import (
    KL,
    ArgMin,
    Bernoulli,
    Cauchy,
    Concrete,
    CrossEntropy,
    Density,
    Entropy,
    Expectation,
    Exponential,
    FisherInformation,
    Gamma,
    Independent,
    Normal,
    Poisson,
    Probability,
    Sample,
    SampleMean,
    Variance,
)
from helpers.proof.normal_form import is_zero, normal_form
from helpers.proof.signs import is_nonnegative
from helpers.trials.context import Context, generator
from helpers.trials.laws import tight_families, witness_families
from helpers.trials.points import points
from helpers.trials.thresholds import thresholds

x = sp.Symbol("x", real=True)
y = sp.Symbol("y", real=True)
u, t = sp.symbols("u t", positive=True)
TWO = Sample("X", 2, Bernoulli(sp.Rational(1, 2)))


def test_the_collections_are_large_and_names_are_unique():
    assert set(SLOWEST) <= dict(steps_true.STEPS).keys()
    for steps in (steps_true.STEPS, steps_false.STEPS):
        assert len(steps) >= 60
        assert len({name for name, _ in steps}) == len(steps)


# Tracing doubles the time of the slowest, whose lines the others cover.
SLOWEST = ("Chebyshev for any density", "Chebyshev [8]", "same optimum, another order")


@pytest.mark.parametrize(
    ("name", "step"),
    [
        pytest.param(n, step, id=n, marks=[pytest.mark.no_cover] if n in SLOWEST else [])
        for n, step in steps_true.STEPS
    ],
)
def test_a_true_step_passes_and_says_how(name, step):
    derivation = step()
    assert derivation.steps
    for line in derivation.steps:
        assert line.witnesses
        assert line.status in STATUSES


# Tracing doubles the time, and the other collections cover the same lines.
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("name", "step"), steps_student.STEPS, ids=[n for n, _ in steps_student.STEPS]
)
def test_a_student_s_true_step_passes(name, step):
    assert step().status in ("proved", "exact", "numeric", "estimated")


@pytest.mark.parametrize(
    ("name", "step"), steps_student.BEYOND, ids=[n for n, _ in steps_student.BEYOND]
)
def test_a_true_step_beyond_the_checker_is_not_refuted(name, step):
    with pytest.raises(DerivationError, match="could not be checked"):
        step()


# Untraced as well: what is true and what is hostile leads through the same lines.
@pytest.mark.no_cover
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
    ("name", "step"), steps_hostile.STEPS, ids=[n for n, _ in steps_hostile.STEPS]
)
def test_a_hostile_step_is_answered_with_a_counterexample(name, step):
    with pytest.raises(DerivationError) as caught:
        step()
    assert caught.value.counterexample is not None


@pytest.mark.parametrize(
    ("name", "step"), steps_hostile.REFUSED, ids=[n for n, _ in steps_hostile.REFUSED]
)
def test_what_cannot_be_checked_is_not_accepted(name, step):
    with pytest.raises(DerivationError, match="could not be checked"):
        step()


@pytest.mark.parametrize(
    ("name", "step"), steps_hostile.UNMADE, ids=[n for n, _ in steps_hostile.UNMADE]
)
def test_what_is_no_density_is_not_made(name, step):
    with pytest.raises(ValueError, match="mass 1"):
        step()


def test_a_float_is_the_decimal_that_was_typed():
    step = Derivation(sp.Float(0.1) * 3).equals(sp.Float(0.3)).steps[0]
    assert step.status == "exact"
    assert any("is read as the decimal number 3/10" in w.text for w in step.witnesses)
    with pytest.raises(DerivationError, match="is false"):
        Derivation(sp.Float(0.1) * 3).equals(sp.Rational(3, 10) + sp.Rational(1, 10**16))


@pytest.mark.parametrize(
    ("name", "step"), steps_hostile.BEYOND, ids=[n for n, _ in steps_hostile.BEYOND]
)
def test_a_false_step_beyond_the_checker_is_never_called_proved(name, step):
    assert step().status in ("numeric", "estimated", "sampled")


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
    integral = sp.Integral(formula, (x, low, high))
    with mp.workdps(60):
        true = mp.mpmathify(sp.N(exact, 60))
        for enclosed in (False, True):
            got = evaluate(integral, digits=30 if enclosed else 40, enclosed=enclosed)
            assert got.enclosed is enclosed
            assert abs(got.value - true) <= got.error
            assert got.error <= abs(true) * mp.mpf(10) ** -30


def test_divergent_integrals_are_infinite_or_given_up_but_never_finite():
    def value(f, low, high):
        return evaluate(sp.Integral(f, (x, low, high))).value

    assert value(1 / x, 1, sp.oo) == mp.inf
    assert value(-1 / x, 1, sp.oo) == -mp.inf
    assert value(1 / x, 0, 1) == mp.inf
    assert value(-1 / x**2, -1, 1) == -mp.inf
    with pytest.raises(Undefined):
        value(x / (1 + x**2), -sp.oo, sp.oo)
    with pytest.raises(Undefined):
        value(1 / x, -2, sp.oo)
    with pytest.raises(NotEvaluable):
        value(sp.sin(x) / x, 0, sp.oo)


def test_series_sees_a_second_hump_and_gives_up_on_divergence():
    with ctx.workprec(200):
        law = lambda k: arb(k == 2) + (-arb((k - 900) ** 2) / 50).exp()  # noqa: E731
        hump = 1 + 2 * sum(((-arb(k**2) / 50).exp() for k in range(1, 90)), arb(0))
        assert abs(series(law, 0) - 1 - hump) < 1e-25
        for divergent in (lambda k: arb(1), lambda k: arb(-1) ** k):
            with pytest.raises(NotEvaluable):
                series(divergent, 0)


def test_sums_without_a_value_are_infinite_or_undefined_but_never_finite():
    j = sp.Symbol("j", integer=True)
    k = sp.Symbol("k", integer=True, positive=True)
    assert evaluate(sp.Sum(1 / k, (k, 1, sp.oo))).value == mp.inf
    assert evaluate(sp.Sum(-k, (k, 1, sp.oo))).value == -mp.inf
    with pytest.raises(Undefined):
        evaluate(sp.Sum(j, (j, -sp.oo, sp.oo)))
    two_sided = evaluate(sp.Sum(sp.Rational(1, 3) ** sp.Abs(j), (j, -sp.oo, sp.oo)))
    assert abs(two_sided.value - 2) < 1e-30
    shifted = evaluate(sp.Sum(sp.Rational(1, 2) ** -j, (j, -sp.oo, -3)))
    assert abs(shifted.value - mp.mpf(1) / 4) < 1e-30


def test_a_pole_inside_the_range_is_seen():
    with pytest.raises(DerivationError) as caught:
        Derivation(sp.Integral(1 / x, (x, -1, 2))).equals(sp.log(2))
    assert caught.value.counterexample.left == "undefined"


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


def test_what_holds_nowhere_proves_nothing():
    v = sp.Symbol("v", positive=True)
    for hypotheses in ((sp.Eq(x, 1), sp.Eq(x, 2)), (x < -1, x > 1)):
        with pytest.raises(DerivationError, match="no point") as caught:
            Derivation(x, hypotheses=hypotheses).at_most(x + 1)
        assert caught.value.counterexample is None
    # A sum may be prescribed: then one symbol follows from the others.
    whole = Derivation(u**2 - v**2, hypotheses=(sp.Eq(u + v, 1),))
    assert whole.equals(u - v).status == "proved"


def test_two_sides_without_a_value_are_not_equal():
    mean = Expectation(x, x, Cauchy(0, 1))
    with pytest.raises(DerivationError, match="neither side has a value"):
        Derivation(Expectation(x + 1, x, Cauchy(0, 1))).equals(mean + 1)
    with pytest.raises(DerivationError, match="undefined"):
        Derivation(Expectation(x + 1, x, Cauchy(0, 1)) - mean).equals(1)


def test_bound_variables_are_not_mixed_up_in_the_normal_form():
    P = Density("P")
    inner = Expectation(sp.exp(-(x**2) * y**2), y, P)
    assert normal_form(sp.Integral(inner, (x, 0, 1))).atoms(sp.Integral)
    j = sp.Symbol("j", integer=True)
    size = normal_form(sp.Sum(sp.Abs(j) * 2 ** -sp.Abs(j), (j, -sp.oo, sp.oo)))
    assert size.has(sp.Abs)


def test_a_number_that_sympy_misjudges_is_not_called_positive():
    tiny = sp.Rational(1, 10**20)
    number = tiny - sp.log(1 / (1 - tiny))
    assert number.is_positive  # SymPy takes too few digits; it is -5e-41
    assert not is_nonnegative(number, Context())


def test_definitions_of_what_is_known_must_agree_and_names_must_fit():
    name = sp.Symbol("H", real=True)
    P = Density("P")
    assert Derivation(name).defined_as(Entropy(P)).status == "defined"
    with pytest.raises(DerivationError, match="outside"):
        Derivation(u).defined_as(-sp.Integer(1))
    with pytest.raises(DerivationError, match="defined by itself"):
        Derivation(name).defined_as(name)
    strange = sp.Function("strange")
    with pytest.raises(DerivationError, match="has a meaning already"):
        Derivation(x**2).defined_as(strange(x))


def test_a_case_of_equality_lies_in_the_domain():
    square = Derivation(t**2, domain={t: sp.Interval.open(0, sp.Rational(1, 2))})
    with pytest.raises(DerivationError, match="outside the domain"):
        square.at_most(t, equality_when={t: 1})


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
    assert Derivation(u, hypotheses=(u < v,)).at_most(v).status == "proved"


def test_a_simulated_limit_is_sampled_and_no_more():
    n = sp.Symbol("n", integer=True, positive=True)
    mean = SampleMean(Sample("X", n, Normal(2, 3)))
    assert Derivation(mean).tends_to(2, as_=(n, sp.oo)).status == "sampled"
    with pytest.raises(DerivationError):
        Derivation(mean).tends_to(sp.Rational(5, 2), as_=(n, sp.oo))


def test_a_mean_of_a_function_of_counts_and_of_waiting_times_is_simulated():
    n = sp.Symbol("n", integer=True, positive=True)
    counts = SampleMean(Sample("x", n, Poisson(4)), lambda k: sp.log(Poisson(5)(k)))
    limit = -Entropy(Poisson(4)) - KL(Poisson(4), Poisson(5))
    assert Derivation(counts).tends_to(limit, as_=(n, sp.oo)).status == "sampled"
    waits = SampleMean(Sample("x", n, Gamma(2, 4)), lambda x: x**2)
    assert Derivation(waits).tends_to(sp.Rational(3, 8), as_=(n, sp.oo)).status == "sampled"
    with pytest.raises(DerivationError):
        Derivation(waits).tends_to(6, as_=(n, sp.oo))
    with pytest.raises(DerivationError, match="only as the sample grows"):
        Derivation(waits).tends_to(sp.Rational(3, 8), as_=(n, 1))


def test_order_of_statuses_and_error_bounds():
    assert weakest([]) == "defined"
    assert weakest(["cited", "proved", "sampled"]) == "cited"
    assert weakest(["defined", "exact", "proved"]) == "exact"
    assert bound_text(mp.mpf("2e-12")) == "< 1e-11"
    assert bound_text(mp.mpf(0)) == "< 1e-30"


INTERVAL = sp.Interval.open(0, 1)
K = sp.Symbol("k", integer=True, nonnegative=True)


@pytest.mark.parametrize(
    ("expression", "env", "expected"),
    [
        (sp.Max(u, 3), {u: sp.Integer(2)}, 3),
        (sp.Min(u, 3), {u: sp.Integer(2)}, 2),
        (sp.Derivative(x**3, x), {x: sp.Integer(2)}, 12),
        (sp.Limit(sp.sin(x) / x, x, 0), {}, 1),
        (sp.Integral(x, (x, 1, 0)), {}, sp.Rational(-1, 2)),
        (sp.Integral(x, (x, 2, 2)), {}, 0),
        (sp.Integral(sp.Max(x, 1 - x), (x, 0, 1)), {}, sp.Rational(3, 4)),
        (sp.Integral(sp.sign(x - sp.Rational(1, 4)), (x, 0, 1)), {}, sp.Rational(1, 2)),
        (sp.Integral(sp.Abs(x), (x, -1, 2)), {}, sp.Rational(5, 2)),
        (sp.Product(K + 1, (K, 0, 3)), {}, 24),
        (sp.Sum(sp.Rational(1, 2) ** K, (K, 0, sp.oo)), {}, 2),
        (sp.Pow(x, 0, evaluate=False), {x: sp.S.Zero}, 1),
        (sp.exp(-KL(Cauchy(0, 1), Normal(0, 1))), {}, 0),
        (Expectation(x * y, (x, y), Independent(Normal(2, 1), Poisson(3))), {}, 6),
        (
            sp.Piecewise((1, sp.Or(x > 2, sp.And(x < 1, sp.Ne(x, 0)))), (5, True)),
            {x: sp.S.Zero},
            5,
        ),
        (Expectation((SampleMean(TWO) - 1) ** 2, TWO), {}, sp.Rational(3, 8)),
    ],
    ids=str,
)
def test_values_of_every_kind_of_expression(expression, env, expected):
    value = evaluate(expression, env)
    with mp.workdps(45):
        assert abs(value.value - mp.mpmathify(sp.N(expected, 45))) <= value.error + mp.mpf("1e-40")


@pytest.mark.parametrize(
    ("expression", "env"),
    [
        (sp.nan, {}),
        (sp.Piecewise((1, x > 0)), {x: sp.Integer(-1)}),
        (KL(Cauchy(0, 1), Normal(0, 1)) - KL(Cauchy(0, 1), Normal(2, 1)), {}),
        (x * KL(Cauchy(0, 1), Normal(0, 1)), {x: sp.S.Zero}),
        (x**-2, {x: sp.S.Zero}),
        (sp.gamma(x), {x: sp.Integer(-1)}),
    ],
    ids=str,
)
def test_what_has_no_value_is_undefined(expression, env):
    with pytest.raises(Undefined):
        evaluate(expression, env)


@pytest.mark.parametrize(
    "expression",
    [
        sp.Integral(x**2),
        sp.Integral(x * y, (x, 0, 1), (y, 0, 1)),
        sp.Integral(x * y, (x, 0, 1)),
        sp.Integral(sp.Integral(sp.exp(x * y), (y, 0, x)), (x, 0, 1)),
        sp.Sum(K, (K, 0, 30000)),
        sp.Sum(x**K, (K, 0, sp.oo)),
        sp.Product(1 + sp.Rational(1, 2) ** K, (K, 0, sp.oo)),
        Density("P")(sp.S.One),
        Expectation(x, x, Density("P")),
        Expectation(sp.exp(x * y), (x, y), Independent(Normal(0, 1), Normal(0, 1))),
        Expectation(SampleMean(Sample("X", 2, Normal(0, 1))), Sample("X", 2, Normal(0, 1))),
        sp.Derivative(sp.Function("f")(x), x),
        sp.IndexedBase("z")[1],
        sp.sin(KL(Cauchy(0, 1), Normal(0, 1))),
    ],
    ids=str,
)
def test_what_cannot_be_had_is_not_evaluable(expression):
    with pytest.raises(NotEvaluable):
        evaluate(expression)


def test_exact_values_leave_integrals_alone_when_asked_to():
    assert exact_value(KL(Gamma(2, 1), Exponential(2)), finite=True) is None
    assert exact_value(Expectation(x, x, Poisson(2)), finite=True) is None
    assert exact_value(Expectation(x, x, Bernoulli(sp.Rational(1, 3))), finite=True) == sp.Rational(
        1, 3
    )


@pytest.mark.parametrize(
    ("symbol", "domain"),
    [
        (sp.Symbol("a", negative=True), sp.Interval.open(-sp.oo, 0)),
        (sp.Symbol("a", nonpositive=True), sp.Interval(-sp.oo, 0)),
        (sp.Symbol("a", nonnegative=True), sp.Interval(0, sp.oo)),
        (sp.Symbol("a", integer=True), sp.S.Integers),
        (sp.Symbol("a", integer=True, nonnegative=True), sp.S.Naturals0),
        (sp.Symbol("a", integer=True, positive=True), sp.S.Naturals),
        (sp.Symbol("a", real=True, nonzero=True), sp.S.Reals - sp.FiniteSet(0)),
    ],
)
def test_points_obey_the_assumptions_and_reach_the_corners(symbol, domain):
    context = Context()
    drawn = [e[symbol] for e in points([symbol], context, generator(context, symbol), 15, 15)]
    assert len(drawn) == len(set(drawn)) >= 12
    assert all(domain.contains(v) == sp.true for v in drawn)
    assert any(abs(v) <= 1 for v in drawn)
    assert any(abs(v) >= 10 for v in drawn)


@pytest.mark.parametrize(
    "support",
    [
        sp.S.Naturals0,
        sp.FiniteSet(0, 1),
        sp.Range(4),
        sp.FiniteSet(-1, 0, 9),
        sp.Interval(0, sp.oo),
        sp.S.Reals,
    ],
)
def test_witnesses_of_an_abstract_density_have_mass_one_on_its_support(support):
    p = Density("p", support=support)
    shown = sp.Sum(p(K), (K, 0, sp.oo)) if support == sp.S.Naturals0 else KL(p, p)
    families = witness_families(shown) + tight_families(shown)
    assert families
    for _, replacement in families:
        law = replacement[p]
        assert evaluate(Expectation(sp.S.One, x, law)).value == pytest.approx(1, abs=1e-30)
        if support != sp.S.Reals and law.points() is not None:
            assert set(law.points()) <= set(support)


def test_densities_without_a_witness_family_are_not_accepted():
    odd = Density("p", support=sp.Union(sp.Interval(0, 1), sp.Interval(2, 3)))
    with pytest.raises(DerivationError, match="could not be checked"):
        Derivation(sp.log(Entropy(odd)) ** 2).equals(Entropy(odd))


def test_thresholds_lie_exactly_on_the_outcomes():
    eps = sp.Symbol("epsilon", positive=True)
    draw = Bernoulli(sp.Rational(1, 4))
    event = Probability(sp.Abs(x - sp.Rational(1, 4)) >= eps, x, draw)
    found = {e[eps] for e in thresholds([event], {eps: sp.S.One}, Context())}
    assert found == {sp.Rational(1, 4), sp.Rational(3, 4)}


def test_a_parameter_on_a_bounded_or_one_sided_domain_is_searched_to_its_ends():
    below = sp.Symbol("b", negative=True)
    for s, domain in ((t, INTERVAL), (below, None), (x, None)):
        target = {t: sp.Rational(3, 10), below: -2, x: 6}[s]
        given = {"domain": {s: domain}} if domain else {}
        squared = Derivation(ArgMin((s - target) ** 2, s), **given)
        assert squared.same_argmin(sp.cosh(s - target)).status in ("numeric", "estimated", "proved")
        with pytest.raises(DerivationError):
            squared.same_argmin(sp.cosh(s - target - sp.Rational(1, 50)))


def test_limits_at_infinity_may_be_infinite():
    n = sp.Symbol("n", integer=True, positive=True)
    assert Derivation(n / u - 3).tends_to(sp.oo, as_=(n, sp.oo)).steps[0].verdict.points
    with pytest.raises(DerivationError):
        Derivation(3 - n / u).tends_to(sp.oo, as_=(n, sp.oo))
    with pytest.raises(DerivationError):
        Derivation(3 + 1 / n).tends_to(sp.oo, as_=(n, sp.oo))


def test_what_is_said_of_a_limit_fits_it():
    def told(derivation):
        return [witness.text for witness in derivation.steps[0].witnesses]

    growing = told(Derivation(1 / u).tends_to(sp.oo, as_=(u, 0)))
    assert [one.split(" along ")[0] for one in growing] == ["the limit is oo", "the size grows"]
    closing = told(Derivation(u + x).tends_to(x, as_=(u, 0)))
    assert [one.split(" along ")[0] for one in closing] == [
        "the limit is x",
        "the distance shrinks",
    ]
    # The limit is found as -log(1 - 1/(1 + (1 - a)/a)) or the like.
    a, b = sp.symbols("a b", positive=True)
    inside = {s: sp.Interval.open(0, 1) for s in (a, b)}
    coins = b * sp.log(b / a) + (1 - b) * sp.log((1 - b) / (1 - a))
    simple = told(Derivation(coins, domain=inside).tends_to(-sp.log(1 - a), as_=(b, 0)))
    assert simple[0] == "the limit is -log(1 - a)"
    # What is claimed by a name is told in full.
    claim = Derivation((b / a + sp.log(a / (a + b))) / b**2)
    half = told(claim.tends_to(FisherInformation(Exponential(a), a) / 2, as_=(b, 0)))
    assert half[0] == "the limit is 1/(2*a**2)"


def test_definitions_are_compared_where_both_sides_have_values():
    y = sp.Symbol("y", real=True)
    assert Derivation(y).defined_as(x).status == "defined"
    assert (
        Derivation(Entropy(Poisson(u)))
        .defined_as(CrossEntropy(Poisson(u), Poisson(u)))
        .steps[0]
        .verdict.points
    )
    with pytest.raises(DerivationError):
        Derivation(Entropy(Poisson(u))).defined_as(CrossEntropy(Poisson(u), Poisson(2 * u)))


def test_equality_cases_are_checked_and_typed():
    bound = Derivation(sp.log(u))
    assert bound.at_most(u - 1, equality_when=sp.Eq(u, 1)).status == "proved"
    with pytest.raises(DerivationError, match="no equality"):
        bound.at_most(u - 1, equality_when={u: 2})
    with pytest.raises(TypeError, match="equality_when"):
        bound.at_most(u - 1, equality_when=1)


def test_finite_cases_in_rational_numbers_are_exact():
    law = Bernoulli(sp.Rational(1, 3))
    assert Derivation(Variance(x, x, law)).equals(sp.Rational(2, 9)).status == "exact"


def test_roots_that_are_complex_by_rounding_are_no_counterexample():
    v = sp.Symbol("v", positive=True)
    zero = sp.sqrt(u * sp.log(2 * u / (u + v)) + v * sp.log(2 * v / (u + v)))
    assert Derivation(-zero).at_most(0).steps[0].verdict.points > 20


def test_a_limit_is_tried_from_each_side_that_the_domain_has():
    h = sp.Symbol("h", real=True, nonzero=True)
    sign = sp.Abs(h) / h
    count, refuted = limit._approach(sign, sp.S.One, h, sp.S.Zero, Context())
    assert (count, list(refuted.values)) == (1, ["h"])
    assert refuted.values["h"].startswith("0 - 1/10^")
    above = Derivation(sign, domain={h: sp.Interval.open(0, 1)})
    assert above.tends_to(1, as_=(h, 0)).steps[0].verdict.points > 0
    b = sp.Symbol("b", positive=True)
    below = Derivation(-sp.log(1 - b), domain={b: sp.Interval.open(0, 1)})
    assert below.tends_to(sp.oo, as_=(b, 1)).steps[0].verdict.points > 0


def test_the_variable_of_a_formula_is_its_own():
    x, y = sp.symbols("x y", real=True)
    law = Concrete(y * sp.exp(-x), x, sp.Interval(0, sp.oo))
    assert law.subs(x, 5) == law
    assert law.subs(y, 1).pdf(0) == 1


def test_a_sample_is_worth_the_same_whether_its_order_is_kept_or_not():
    draws = Sample("x", 4, Bernoulli(sp.Rational(1, 3)))
    one_by_one = sum(draws[k] for k in range(1, 5)) / 4
    exact = sp.Add(
        *[
            sp.binomial(4, k) * sp.Rational(2 ** (4 - k), 81) * sp.Rational(k, 4) ** 3
            for k in range(5)
        ]
    )
    for mean in (SampleMean(draws), one_by_one):
        found = evaluate(Expectation(mean**3, draws))
        assert abs(found.value - mp.mpf(exact.p) / exact.q) <= found.error + mp.mpf(10) ** -15


def test_an_expectation_and_its_integral_have_one_normal_form():
    on_line = [Density(name, support=sp.S.Reals) for name in "PQ"]
    first, second = (law(x) for law in on_line)
    integral = sp.Integral(first * sp.log(first / second), (x, -sp.oo, sp.oo))
    assert normal_form(KL(*on_line) - integral) == 0


def test_a_zero_lost_among_digits_is_unknown_and_an_exact_one_undefined():
    with pytest.raises(NotEvaluable):
        evaluate(sp.log(1 - 1 / (1 + sp.exp(-x))), {x: sp.Integer(4_180_000)})
    with pytest.raises(Undefined):
        evaluate(1 / (x - 1), {x: sp.S.One})


def test_immense_powers_are_not_multiplied_out():
    with pytest.raises(NotEvaluable):
        evaluate(Expectation(x, x, Gamma(10**9, sp.Rational(1, 3))))


def test_zero_is_looked_for_only_where_one_value_leaves_it_open():
    n = sp.Symbol("n", integer=True)
    u, v, w = (
        sp.Symbol("u", positive=True),
        sp.Symbol("v", negative=True),
        sp.Symbol("w", real=True),
    )
    assert is_zero(sp.sqrt(u**2) - u)
    assert is_zero(sp.sqrt(v**2) + v)
    assert not is_zero(sp.sqrt(w**2) - w)
    assert is_zero(sp.sin(sp.pi * n) + (-1) ** (2 * n) - 1)
    assert not is_zero((-1) ** n - 1)
    assert is_zero(sp.cosh(w) ** 2 - sp.sinh(w) ** 2 - 1)
    # Undefined at the value that is tried, and zero all the same.
    assert is_zero(1 / (u - sp.Rational(5, 11)) - 11 / (11 * u - 5))
