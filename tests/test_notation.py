"""The vocabulary: how it prints, unfolds, substitutes, and what it refuses."""

from __future__ import annotations

import pytest
import sympy as sp

from helpers import notation as nt
from helpers.digits.evaluate import evaluate
from helpers.notation.printing import as_bound

x, theta, mu = sp.symbols("x theta mu", real=True)
sigma, t = sp.symbols("sigma t", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
P, Q = nt.Density("P"), nt.Density("Q")
HALF = sp.Rational(1, 2)

CONCRETE = [
    nt.Normal(1, 2), nt.Bernoulli(sp.Rational(1, 3)), nt.Categorical([HALF, HALF]),
    nt.Empirical([3, 0, 2]), nt.Binomial(5, HALF), nt.Poisson(3), nt.Geometric(HALF),
    nt.Exponential(2), nt.Gamma(3, 2), nt.Beta(2, 3), nt.BetaBinomial(4, 2, 3),
    nt.Uniform(-1, 3), nt.Cauchy(0, 1), nt.Laplace(0, 2), nt.Concrete(2 * x, x, sp.Interval(0, 1)),
    nt.Mixture(nt.Normal(0, 1), nt.Normal(4, 1)),
    nt.Transformed(nt.Normal(0, 1), sp.exp(x), x, sp.log(x)),
]  # fmt: skip


@pytest.mark.parametrize("law", CONCRETE, ids=str)
def test_every_distribution_has_mass_one_and_a_matching_log_density(law):
    assert abs(evaluate(nt.Expectation(sp.S.One, x, law)).value - 1) < 1e-30
    point = sp.Integer(1) if law.discrete else sp.Rational(1, 3)
    gap = sp.N(law.log_pdf(point) - sp.log(law.pdf(point)), 30) if law.pdf(point) != 0 else 0
    assert abs(gap) < 1e-25
    assert law.func(*law.args) == law


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (nt.KL(P, Q), r"D_{\mathrm{KL}}\left(P \,\|\, Q\right)"),
        (nt.Entropy(P), r"H\left(P\right)"),
        (nt.CrossEntropy(P, Q), r"H\left(P, Q\right)"),
        (nt.JSD(P, Q), r"\mathrm{JSD}\left(P \,\|\, Q\right)"),
        (nt.Expectation(x, x, P), r"\mathbb{E}_{x \sim P}\left[x\right]"),
        (nt.Density("p", theta)(x), r"p\left(x \mid \theta\right)"),
        (nt.ArgMin(theta**2, theta), r"\operatorname*{arg\,min}_{\theta} \, \theta^{2}"),
        (nt.Normal(mu, sigma), r"\mathcal{N}\left(\mu, \sigma^{2}\right)"),
        (nt.SampleMean(nt.Sample("x", n)), r"\bar{x}_{n}"),
    ],
)
def test_latex_is_the_fields(expression, latex):
    assert sp.latex(expression) == latex


def test_unfolding_goes_one_level_down():
    assert nt.KL(P, Q).unfold() == nt.Expectation(sp.log(P(x) / Q(x)), x, P)
    # A bound variable is the definition's own, and bears a reader's name only in print.
    by_hand = sp.Integral(P(x) * sp.log(P(x) / Q(x)), (x, -sp.oo, sp.oo))
    opened = nt.KL(P, Q).unfold().unfold()
    assert str(opened) == str(by_hand)
    assert opened.xreplace({as_bound(x): x}) == by_hand
    M = nt.Mixture(P, Q)
    assert nt.JSD(P, Q).unfold() == nt.KL(P, M) / 2 + nt.KL(Q, M) / 2


def test_doit_gives_closed_forms():
    assert sp.simplify(nt.KL(nt.Normal(mu, 1), nt.Normal(0, 1)).doit() - mu**2 / 2) == 0
    assert nt.Entropy(nt.Bernoulli(HALF)).doit() == sp.log(2)
    assert nt.Variance(x, x, nt.Exponential(t)).doit().simplify() == 1 / t**2


def test_bound_variables_are_bound():
    e = nt.Expectation(x * theta, x, nt.Normal(theta, 1))
    assert e.free_symbols == {theta}
    assert e.subs(x, 3) == e
    assert e.subs(theta, 2) == nt.Expectation(2 * x, x, nt.Normal(2, 1))
    assert nt.ArgMin(theta * t, theta).free_symbols == {t}


def test_divergences_do_not_claim_their_own_sign():
    assert nt.KL(P, Q).is_nonnegative is None
    assert nt.Entropy(P).is_nonnegative is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nt.Normal(0, -1), "sigma must be positive"),
        (lambda: nt.Poisson(0), "rate must be positive"),
        (lambda: nt.Bernoulli(2), "theta must lie"),
        (lambda: nt.Categorical([HALF, HALF, HALF]), "sum to 1"),
        (lambda: nt.Categorical([1]), "at least two"),
        (lambda: nt.Empirical([0, 0]), "all be zero"),
        (lambda: nt.Empirical([-1, 2]), "negative"),
        (lambda: nt.Uniform(2, 1), "upper"),
        (lambda: nt.KL(nt.Poisson(1), nt.Normal(0, 1)), "both be discrete"),
        (lambda: nt.Mixture(nt.Poisson(1), nt.Normal(0, 1)), "discrete or two continuous"),
        (lambda: nt.Transformed(nt.Normal(0, 1), x**3, x, x), "undo"),
        (lambda: nt.Transformed(nt.Poisson(1), x, x, x), "density"),
    ],
)
def test_bad_values_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: nt.Entropy(3), lambda: nt.KL(P, 3), lambda: nt.Expectation(x, 3, P),
        lambda: nt.Mixture(P, 1), lambda: nt.Independent(P, 1), lambda: nt.Likelihood(P, 4),
        lambda: nt.SampleMean(4), lambda: nt.Density("p", support=3),
    ],
)  # fmt: skip
def test_bad_types_are_refused(make):
    with pytest.raises(TypeError):
        make()
