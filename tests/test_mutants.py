"""Mutation testing: the operators break what they say, the harness bites, a sample of the book."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from helpers.derivation import Derivation
from helpers.notation import KL, CrossEntropy, Density, Entropy, Expectation, Sample
from tools import mutants
from tools.execute import notebooks
from tools.mutation_operators import (
    BOUND,
    EXPONENT,
    FACTOR,
    MINMAX,
    OPERATORS,
    REVERSE,
    SHIFT,
    SIGN,
    SWAP,
    THETA,
    mutations,
    places,
    replaced,
)
from tools.stored import stored_claims

# Tracing doubles the time, and the tests of the checker go the same ways.
pytestmark = pytest.mark.no_cover

x, y = sp.symbols("x y", positive=True)
k = sp.Symbol("k", integer=True)
theta, theta_star = sp.symbols("theta theta_star", real=True)
P, Q = Density("P"), Density("Q")
SAMPLE = 16  # broken steps of the book that are tried here; `make mutants` tries all


def broken(e, operator, known=frozenset()) -> set:
    return {mutant for name, mutant in mutations(e, set(known)) if name == operator}


# The operators


@pytest.mark.parametrize(
    ("operator", "e", "expected"),
    [
        (SIGN, x - y, [x + y, -x - y]),
        (SIGN, sp.log(x + y), [-sp.log(x + y), sp.log(x - y), sp.log(y - x)]),
        (SIGN, sp.exp(-x), [sp.exp(x)]),
        (SWAP, KL(P, Q), [KL(Q, P)]),
        (SWAP, CrossEntropy(P, Q) - Entropy(P), [CrossEntropy(Q, P) - Entropy(P)]),
        (SWAP, P(x) / Q(x), [Q(x) / P(x)]),
        (
            SWAP,
            Expectation(sp.log(P(x) / Q(x)), x, P),
            [Expectation(sp.log(Q(x) / P(x)), x, Q)],
        ),
        (FACTOR, x / 2, [x, x * y / y, sp.Rational(1, 2)]),
        (FACTOR, x + y, [2 * x + y, x + 2 * y]),
        (FACTOR, sp.log(x), [2 * sp.log(x)]),
        (EXPONENT, x**2, [x**3]),
        (EXPONENT, sp.sqrt(x), [x]),
        (EXPONENT, 1 / x, [x**-2]),
        (BOUND, sp.Sum(k, (k, 1, 5)), [sp.Sum(k, (k, 2, 5)), sp.Sum(k, (k, 1, 6))]),
        (BOUND, sp.log(4), [sp.log(5)]),
        (BOUND, sp.S.Zero, [sp.S.One]),
        (BOUND, sp.oo, [sp.S.Zero]),
        (SHIFT, sp.Sum(k**2, (k, 1, 5)), [sp.Sum((k + 1) ** 2, (k, 1, 5))]),
        (THETA, theta**2, [theta_star**2]),
        (MINMAX, sp.Min(x, y), [sp.Max(x, y)]),
    ],
)
def test_an_operator_breaks_what_it_says(operator, e, expected):
    assert set(expected) <= broken(e, operator, {theta, theta_star})


def test_a_sample_s_index_is_shifted():
    s = Sample("x", sp.Symbol("n", integer=True, positive=True))
    shifted = broken(s.sum(), SHIFT)
    assert [str(e) for e in shifted] == ["Sum(x[i + 1], (i, 1, n))"]


def test_no_mutant_is_the_original_and_none_comes_twice():
    e = sp.log(x / y) + (x**2 + (x - y) ** 2) / (2 * y**2) - sp.Rational(1, 2)
    found = [mutant for _, mutant in mutations(e)]
    assert e not in found
    assert len(found) == len(set(found)) > 10


def test_every_place_can_be_replaced():
    e = sp.log(x / y) + (x**2 + (x - y) ** 2) / (2 * y**2)
    for path, node in places(e):
        assert replaced(e, path, node) == e
        assert replaced(e, path, node + 7) != e


# The harness


def link(before: Derivation, method: str, e: sp.Basic, **options) -> mutants.Link:
    return mutants.Link("chapter", "claim", 1, before, method, e, tuple(options.items()))


SQUARE = link(Derivation((x + y) ** 2), "equals", x**2 + 2 * x * y + y**2)
BOUNDED = link(Derivation(sp.log(x)), "at_most", x - 1, equality_when={x: 1})
LIMIT = link(Derivation(1 / x), "tends_to", sp.S.Zero, as_=(x, sp.oo))
TOP = link(Derivation(x * sp.exp(-x), over=x), "argmax_at", sp.S.One)


@pytest.mark.parametrize("step", [SQUARE, LIMIT, TOP], ids=["equality", "limit", "arg max"])
def test_every_broken_copy_of_a_true_step_is_killed(step):
    report = mutants.run([step], processes=1)
    assert len(report.mutants) >= 2
    assert report.unexpected() == []
    assert report.broken_baselines == []


def test_method_and_limit_point_are_broken_too():
    assert (REVERSE, "at_least") in {(m.operator, m.method) for m in mutants.mutants_of(0, BOUNDED)}
    assert (MINMAX, "argmin_at") in {(m.operator, m.method) for m in mutants.mutants_of(0, TOP)}
    points = {dict(m.options)["as_"] for m in mutants.mutants_of(0, LIMIT)}
    assert points == {(x, sp.oo), (x, 1)}


def test_a_checker_that_believes_everything_is_found_out(monkeypatch):
    monkeypatch.setattr("helpers.derivation.check_equal", mutants.believe)
    # Such a checker would also believe that each copy follows from the step.
    monkeypatch.setattr(mutants, "follows", lambda link, mutant: "")
    report = mutants.run([SQUARE], processes=1)
    assert len(report.unexpected()) == len(report.mutants) > 0
    assert not report.sound
    assert "Survivors, not reviewed:" in report.text()
    assert "chapter claim step 1, sign of a term" in report.text()


def test_a_step_that_does_not_hold_is_named():
    false = replace(SQUARE, expression=x**2 + y**2)
    report = mutants.run([false], processes=1)
    assert report.broken_baselines == ["chapter claim step 1: refuted"]
    assert not report.sound


def test_a_reviewed_survivor_is_listed_with_its_reason_and_is_no_failure(monkeypatch):
    start = Derivation((x - 1) ** 2, over=x)
    step = link(start, "same_argmin", 3 * (x - 1) ** 2)
    multiples = [
        mutants.Review("A multiple has its minimum at the same place.", mutant=pattern)
        for pattern in ("same_argmin (x - 1)**2", "same_argmin 6*(x - 1)**2", "same_argmin x**7")
    ]
    monkeypatch.setattr(mutants, "read_reviews", lambda: multiples)
    # That they follow from the step would be found out before they are looked up.
    monkeypatch.setattr(mutants, "follows", lambda link, mutant: "")
    report = mutants.run([step], processes=1)
    covered = {mutant.text for mutant, _, review in report.survivors() if review}
    assert covered == {"same_argmin (x - 1)**2", "same_argmin 6*(x - 1)**2"}
    assert "A multiple has its minimum at the same place." in report.text()
    assert [review.mutant for review in report.stale()] == ["same_argmin x**7"]


def test_what_follows_from_the_step_itself_is_equivalent():
    # log x <= 2 x - 1 is true: what kills it is the case of equality, which is not stated here.
    step = replace(BOUNDED, expression=2 * x - 1, options=())
    report = mutants.run([step], processes=1)
    follow = {
        mutant.text
        for mutant, outcome in zip(report.mutants, report.outcomes, strict=True)
        if outcome.fate == mutants.FOLLOWS
    }
    assert "at_most 2*x" in follow
    assert "Equivalent, by a proof from the step itself:" in report.text()
    assert mutants.follows(step, mutants.Mutant(0, SIGN, "at_most", x - 1, ())) == ""
    assert mutants.follows(SQUARE, mutants.Mutant(0, SIGN, "equals", (x + y) ** 2, ()))


def test_a_wrong_answer_to_an_exercise_is_no_step_of_the_book():
    wrong = replace(SQUARE, expression=x**2 + y**2, is_answer=True)
    report = mutants.run([wrong, SQUARE], processes=1)
    assert [step.expression for step in report.links] == [SQUARE.expression]
    assert report.broken_baselines == []


def test_a_review_covers_what_it_names_and_no_more():
    proved = mutants.Outcome(mutants.SURVIVED, "proved: by a rule", 0.1)
    mutant = mutants.Mutant(0, SIGN, "equals", x - y, ())
    other = mutants.Mutant(0, FACTOR, "equals", x - 2 * y, ())
    assert mutants.Review("why", claim="claim", operator=SIGN).covers(SQUARE, mutant, proved)
    assert not mutants.Review("why", claim="claim", operator=SIGN).covers(SQUARE, other, proved)
    assert not mutants.Review("why", claim="other").covers(SQUARE, mutant, proved)
    assert not mutants.Review("why", step=2).covers(SQUARE, mutant, proved)
    assert mutants.Review("why", how="proved: *").covers(SQUARE, mutant, proved)
    assert not mutants.Review("why", how="numeric: *").covers(SQUARE, mutant, proved)
    assert mutants.Review("why", mutant="equals x - *").covers(SQUARE, other, proved)


def test_a_step_that_takes_too_long_is_undecided_and_a_failure(monkeypatch):
    def endless(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(mutants, "SECONDS", 0.05)
    monkeypatch.setattr("helpers.derivation.check_equal", endless)
    report = mutants.run([SQUARE], sample=2, processes=1)
    assert {outcome.fate for outcome in report.outcomes} == {mutants.UNDECIDED}
    assert not report.sound


def test_the_reviewed_file_gives_a_reason_for_every_entry(tmp_path):
    for review in mutants.read_reviews():
        assert len(review.reason) > 10
        assert review.operator == "*" or review.operator in OPERATORS
    path = tmp_path / "reviewed.toml"
    path.write_text('[[equivalent]]\nclaim = "gibbs"\nreason = " "\n')
    with pytest.raises(ValueError, match="gives no reason"):
        mutants.read_reviews(path)


# The book


@pytest.fixture(scope="module")
def book():
    links, notes = mutants.collect(notebooks())
    return links, notes


def test_only_asserts_fail_where_everything_is_believed(book):
    # An exercise asserts that a wrong answer is refuted; where all is believed, it is not.
    assert [note for note in book[1] if "AssertionError" not in note] == []


def test_every_named_chain_of_a_cell_is_shown_and_every_shown_one_is_recorded():
    # A lemma is built again in each chapter that uses it, and shown in the one that proves it.
    anywhere = {claim.name for claim in stored_claims(notebooks())}
    for path in notebooks():
        # One notebook at a time: a step that two chapters share is kept once, under the first.
        built = {step.claim for step in mutants.collect([path])[0]}
        built = {name for name in built if not name.startswith("(unnamed)")}
        shown = stored_claims([path])
        assert built <= anywhere, "built in a cell and never displayed"
        checked = {claim.name for claim in shown if claim.status not in ("cited",)}
        assert checked <= built, "shown, and not open to mutation"


def test_a_seeded_sample_of_the_book_s_broken_steps_is_killed(book):
    report = mutants.run(book[0], sample=SAMPLE, seed=20, baselines=False)
    assert report.sound, report.text()
    assert sum(outcome.fate == mutants.KILLED for outcome in report.outcomes) >= SAMPLE // 2
