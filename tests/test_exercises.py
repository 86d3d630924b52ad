"""A right answer is recognised in any form, a wrong one is met with a counterexample."""

from __future__ import annotations

import math
import re

import pytest
import sympy as sp

from helpers.derivation import Derivation
from helpers.exercises import Exercise
from helpers.notation import KL, ArgMax, Bernoulli, Entropy, Poisson

theta = sp.Symbol("theta", positive=True)
lam, nu = sp.symbols("lambda nu", positive=True)
coin = Exercise(lambda answer: Derivation(Entropy(Bernoulli(theta))).equals(answer))
poisson = Exercise(lambda answer: Derivation(KL(Poisson(lam), Poisson(nu))).equals(answer))
H = -theta * sp.log(theta) - (1 - theta) * sp.log(1 - theta)


@pytest.mark.parametrize(
    "answer", [H, sp.expand(H), -sp.log(1 - theta) - theta * sp.log(theta / (1 - theta))]
)
def test_right_answer_in_any_form(answer):
    reply = coin.check(answer)
    assert reply
    assert reply.verdict == "Right"


@pytest.mark.parametrize("answer", [-H, H / sp.log(2), sp.log(2), 0, theta])
def test_wrong_answer_is_met_with_a_point_and_both_values(answer):
    reply = coin.check(answer)
    assert not reply
    assert "theta = " in repr(reply)
    assert "your answer gives" in repr(reply)


def test_swapped_arguments_are_wrong():
    assert not poisson.check(nu * sp.log(nu / lam) + lam - nu)
    assert poisson.check(lam * sp.log(lam / nu) + nu - lam)


def test_repeating_the_question_is_no_answer():
    reply = poisson.check(KL(Poisson(lam), Poisson(nu)))
    assert not reply
    assert "work out" in repr(reply)
    assert Exercise(poisson.build, closed=False).check(KL(Poisson(lam), Poisson(nu)))


def test_a_point_can_be_asked_for():
    f = ArgMax(3 * sp.log(theta) + 7 * sp.log(1 - theta), theta)
    domain = {theta: sp.Interval.open(0, 1)}
    best = Exercise(lambda answer: Derivation(f, domain=domain).argmax_at(answer))
    assert best.check(sp.Rational(3, 10))
    assert not best.check(sp.Rational(7, 10))


def test_a_wrong_place_is_met_with_a_better_one_and_both_heights():
    shares = sp.Symbol("k", positive=True)
    f = ArgMax(sp.log(theta) + shares * sp.log(1 - theta), theta)
    domain = {theta: sp.Interval.open(0, 1)}
    best = Exercise(lambda answer: Derivation(f, domain=domain).argmax_at(answer))
    assert best.check(1 / (1 + shares))
    said = repr(best.check(shares / (1 + shares)))
    found = re.fullmatch(
        r"Not yet\. At k = (\S+) your answer is theta = (\S+), where the objective is (\S+); "
        r"but at theta = (\S+) it is larger: (\S+)\.",
        said,
    )
    assert found, said
    k, own, low, better, high = (float(number) for number in found.groups())
    assert own == pytest.approx(k / (1 + k))
    assert low == pytest.approx(math.log(own) + k * math.log(1 - own), abs=1e-4)
    assert high == pytest.approx(math.log(better) + k * math.log(1 - better), abs=1e-4)
    assert high > low
    assert "lies outside its domain" in repr(best.check(1 + shares))
    assert re.match(r"Not yet\. Your answer is theta = 7/10, where", repr(_fixed().check(0.7)))


def _fixed():
    f = ArgMax(3 * sp.log(theta) + 7 * sp.log(1 - theta), theta)
    domain = {theta: sp.Interval.open(0, 1)}
    return Exercise(lambda answer: Derivation(f, domain=domain).argmax_at(answer))


def test_an_answer_inside_the_statement_is_shown_in_it():
    meet = Exercise(lambda k: Derivation(3 / k**4).equals(1 / k**2), positive=True)
    assert repr(meet.check(3)) == (
        "Not yet. With your answer the claim would be 1/27 = 1/9. "
        "Here one side is 0.037037, the other 0.111111."
    )
    assert meet.check(sp.sqrt(3))
    assert "your answer is -1.73205, and only a positive number" in repr(meet.check(-sp.sqrt(3)))


def test_a_symbol_of_the_same_name_is_told_apart():
    other = sp.Symbol("theta")
    said = repr(coin.check(-other * sp.log(other) - (1 - other) * sp.log(1 - other)))
    assert said.startswith("Not yet. Your theta is not the symbol that the chapter made")


def test_nothing_and_nonsense_are_answered_in_words():
    assert repr(coin.check(None)) == "Your turn. Put your answer in place of None."
    assert "SymPy expression" in repr(coin.check(object()))
    assert "quotation marks" in repr(coin.check("log(2)"))
    assert "cannot stand in the answer's place" in repr(coin.check((1, 2)))


def test_display_has_text_html_and_a_box_for_the_site():
    bundle = coin.check(sp.log(2))._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "text/markdown"}
    assert bundle["text/markdown"].startswith(":::{admonition} Not yet\n:class: exercise-reply")
    assert "<b>Not yet.</b>" in bundle["text/html"]
    rich = coin.check(Entropy(Bernoulli(theta)))._repr_mimebundle_()["text/markdown"]
    assert "$" in rich
