"""A derivation put into another as a lemma: used where it fits, and nowhere else."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Rational, log

from helpers.derivation import Derivation, DerivationError
from helpers.notation import (
    KL,
    CrossEntropy,
    Density,
    Entropy,
    Expectation,
    Exponential,
    Finite,
    Poisson,
    Variance,
)

P, Q, R = Density("P"), Density("Q"), Density("R")
a, b, c = sp.symbols("a b c", positive=True)
x, m = sp.Symbol("x", real=True), sp.Symbol("m", real=True)


@pytest.fixture(scope="module")
def gibbs():
    chain = Derivation(-KL(P, Q), name="gibbs", hypotheses="$q > 0$ where $p > 0$")
    return chain.at_most(Expectation(Q(x) / P(x) - 1, x, P)).equals(0)


@pytest.fixture(scope="module")
def two_rates():
    chain = Derivation(KL(Exponential(a), Exponential(b)), name="kl-exponential")
    return chain.equals(log(a / b) + b / a - 1)


def kinds(step):
    return [witness.kind for witness in step.witnesses]


@pytest.mark.parametrize(
    ("large", "small", "given"),
    [
        (KL(P, R) + 2 * KL(Q, R), 0, ()),
        (CrossEntropy(P, R), Entropy(P), (Finite(Entropy(P)),)),
        (KL(R, Q) + a, 0, ()),
        (3, 3 - KL(Q, P) / 7, ()),
    ],
)
def test_gibbs_inequality_is_used_for_other_laws(gibbs, large, small, given):
    unaided = Derivation(large, hypotheses=given).at_least(small)
    aided = Derivation(large, rests_on=gibbs, hypotheses=given).at_least(small)
    # By itself it is searched: of some laws the integrals are enclosed, of others estimated.
    assert unaided.status in {"numeric", "estimated"}
    assert aided.status == "proved"
    assert kinds(aided.steps[0])[0] == "lemma"
    assert aided.rests_on == ("gibbs",)
    # What the lemma assumes in words, the new step assumes.
    assert aided.steps[0].hypotheses == gibbs.hypotheses


def test_a_lemma_in_which_a_sign_matters_is_not_used_against_it(gibbs):
    with pytest.raises(DerivationError, match="is false"):
        Derivation(KL(P, R) - 2 * KL(Q, R), rests_on=gibbs).at_least(0)
    # True or not, Gibbs' inequality says nothing of a factor without a known sign.
    with pytest.raises(DerivationError):
        Derivation(m * KL(P, R), rests_on=gibbs).at_least(0)


def test_an_equality_is_put_in_with_its_symbols_replaced(two_rates):
    start = 3 * KL(Exponential(c), Exponential(2 * a)) - KL(Exponential(1), Exponential(1))
    step = Derivation(start, rests_on=two_rates).equals(3 * log(c / (2 * a)) + 6 * a / c - 3)
    assert step.status == "proved"


def test_a_lemma_outside_its_domain_is_not_used():
    # Shown for u above 3 only; the steps know nothing of u.
    u = sp.Symbol("u", positive=True)
    mean = Derivation(Expectation(x, x, Poisson(u)), name="mean").equals(u)
    assert mean.as_lemma().domains == {u: sp.Interval.open(0, sp.oo)}
    square = Derivation(Variance(x, x, P), name="variance", hypotheses=(u > 3,)).at_least(0)
    assert square.as_lemma().relations == (u > 3,)
    bound = Derivation(KL(P, Q), rests_on=square).at_least(0)
    assert "lemma" not in kinds(bound.steps[0])
    used = Derivation(Variance(x, x, Q) + 1, rests_on=square).at_least(1)
    assert "lemma" not in kinds(used.steps[0]), "nothing says that u > 3 holds here"


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        (lambda: Derivation(a), "no one relation"),
        (lambda: Derivation(a + 1 / a).tends_to(sp.oo, as_=(a, sp.oo)), "no one relation"),
        (lambda: Derivation(a).at_least(a - 1).at_most(a), "no one relation"),
        (lambda: Derivation(CrossEntropy(P, Q)).at_least(Entropy(P)), "estimated, not proved"),
    ],
)
def test_what_shows_no_relation_or_is_not_proved_is_no_lemma(chain, said):
    with pytest.raises(ValueError, match=said):
        Derivation(a, rests_on=chain())


def test_a_cited_lemma_makes_a_cited_step():
    convex = Derivation(KL(P, Q), name="cited-bound").cited(
        Rational(0), reference="cover2006", relation=">="
    )
    step = Derivation(KL(Q, R) + 1, rests_on=convex).at_least(1)
    assert step.status == "cited"
    assert step.rests_on == ("cited-bound",)
