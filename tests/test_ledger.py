"""The ledger: its bookkeeping finds every kind of mistake, and its picture shows what is there."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.check.verdict import STATUSES
from helpers.claims import Promise, read_promises
from helpers.derivation import Derivation
from helpers.ledger import (
    Claim,
    Ledger,
    claim_from_payload,
    statement,
)
from helpers.ledger_graph import (
    PAGE,
    connected_claims,
    draw_claims,
    without_implied_edges,
)
from helpers.shown import rendering
from tools.execute import notebooks
from tools.stored import stored_claims

BOOK = Path(__file__).resolve().parent.parent / "book"
SVG = "{http://www.w3.org/2000/svg}"


def claim(name: str, *rests_on: str, status: str = "proved", **others) -> Claim:
    return Claim(name, r"1 = 1", status, "page", rests_on=rests_on, **others)


@pytest.fixture
def sound() -> Ledger:
    return Ledger(
        (
            claim("axiom", status="defined"),
            claim("theorem", status="cited", references=("khinchin1929loi",)),
            claim("lemma", "axiom"),
            claim("result", "lemma", "theorem", status="numeric"),
            claim("aside"),
        ),
        {"result": Promise("result", article=4)},
    )


def messages(ledger: Ledger, bibliography=("khinchin1929loi",)) -> list[str]:
    return [problem.message for problem in ledger.problems(bibliography)]


def test_a_sound_ledger_has_no_problems(sound):
    assert messages(sound) == []


def test_a_name_used_twice_is_found(sound):
    twice = replace(sound, claims=(*sound.claims, claim("lemma")))
    assert messages(twice) == ["the claim 'lemma' is shown 2 times: page, page"]


def test_a_promised_claim_that_no_chapter_shows_is_found(sound):
    promised = replace(sound, promises={"mle": Promise("mle")})
    assert messages(promised) == ["no chapter shows the claim 'mle'"]


def test_resting_on_a_claim_that_does_not_exist_is_found(sound):
    bad = replace(sound, claims=(*sound.claims, claim("new", "lemma", "missing")))
    assert messages(bad) == ["'new' rests on 'missing', which no chapter shows"]


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_a_cycle_is_found_and_named(length):
    names = [f"c{i}" for i in range(length)]
    around = [claim(name, names[(i + 1) % length]) for i, name in enumerate(names)]
    found = messages(Ledger((claim("outside", "c0"), *around)))
    assert len(found) == 1
    path = found[0].removeprefix("claims rest on themselves: ").split(" -> ")
    assert path[0] == path[-1]
    assert sorted(path[1:]) == names
    rests = {c.name: c.rests_on for c in around}
    assert all(after in rests[before] for before, after in pairwise(path))


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ((), "the cited claim 'theorem' names no source"),
        (("",), "a cited step of 'theorem' names no source"),
        (("nobody1900",), "'theorem' cites 'nobody1900', which is not in the bibliography"),
    ],
)
def test_a_cited_claim_without_its_source_is_found(references, expected):
    assert messages(Ledger((claim("theorem", status="cited", references=references),))) == [
        expected
    ]


def test_problems_name_the_page(sound):
    bad = replace(sound, claims=(*sound.claims, claim("new", "missing")))
    assert [problem.page for problem in bad.problems({"khinchin1929loi"})] == ["page"]


def test_all_problems_are_found_at_once():
    ledger = Ledger(
        (claim("a", "b", "nowhere"), claim("b", "a"), claim("b"), claim("c", status="cited")),
        {"d": Promise("d")},
    )
    assert len(messages(ledger)) == 5


def test_standing_is_the_weakest_link(sound):
    assert sound.standing("result") == ("cited", ("theorem",))
    assert sound.standing("theorem") == ("cited", ())


def test_a_proof_from_definitions_stands_as_proved(sound):
    assert sound.standing("lemma") == ("proved", ())


def test_standing_goes_through_claims_between():
    ledger = Ledger((claim("a", status="sampled"), claim("b", "a"), claim("c", "b")))
    assert ledger.standing("c") == ("sampled", ("a",))
    assert ledger.standing("b") == ("sampled", ("a",))


def test_totals_count_every_claim_once(sound):
    assert sound.totals() == {
        "defined": 1,
        "proved": 2,
        "exact": 0,
        "numeric": 1,
        "estimated": 0,
        "sampled": 0,
        "cited": 1,
    }
    with_foundations = sound.totals_with_foundations()
    assert with_foundations["cited"] == 2
    assert sum(with_foundations.values()) == len(sound.claims)


def test_foundations_and_users_mirror_each_other(sound):
    assert sound.foundations("result") == ("axiom", "theorem", "lemma")
    assert sound.used_by("axiom") == ("lemma", "result")
    assert sound.used_by("aside") == ()


def test_unknown_names_and_statuses_are_refused(sound):
    with pytest.raises(KeyError, match="no claim is called 'nothing'"):
        sound["nothing"]
    with pytest.raises(KeyError, match="no claim is called 'nothing'"):
        sound.foundations("nothing")
    with pytest.raises(ValueError, match=r"status of 'x'.*got 'true'"):
        claim("x", status="true")


def step(relation: str, latex: str, **others) -> dict:
    empty = {"witnesses": [], "points": 0, "max_error": None, "reference": None, "hypotheses": []}
    shown = {"relation": relation, "relation_latex": relation, "latex": latex, "status": "proved"}
    return {**shown, **empty, **others}


def payload() -> dict:
    symbolic = {"kind": "symbolic", "text": "the difference simplifies to zero"}
    numeric = {"kind": "numeric", "text": "24 points"}
    return {
        "name": "gibbs",
        "title": "Gibbs' inequality",
        "domain": [{"text": "x > 0", "latex": "x > 0"}],
        "hypotheses": [{"text": "x > 0", "latex": "x > 0"}, {"text": "finite", "latex": None}],
        "status": "cited",
        "rests_on": ["log-bound"],
        "article": 2,
        "lean": "klDiv",
        "steps": [
            step("start", "D", status="defined"),
            step("=", "E", witnesses=[symbolic, numeric], points=24, max_error="< 1e-30"),
            step(">=", "F", witnesses=[symbolic], points=6, max_error="< 1e-12"),
            step(
                "=", "0", status="cited", reference="lin1991divergence", hypotheses=["finite mean"]
            ),
        ],
    }


def test_a_claim_gathers_its_steps():
    found = claim_from_payload(payload(), "definitions")
    assert found == Claim(
        name="gibbs",
        statement="D >= 0",
        status="cited",
        page="definitions",
        title="Gibbs' inequality",
        domain=("x > 0",),
        hypotheses=("$x > 0$", "finite", "finite mean"),
        witnesses=("the difference simplifies to zero", "24 points"),
        points=30,
        largest_error="< 1e-12",
        rests_on=("log-bound",),
        references=("lin1991divergence",),
        article=2,
        mathlib="klDiv",
    )


@pytest.mark.parametrize("key", sorted(payload()))
def test_a_payload_that_lacks_something_is_refused(key):
    lacking = payload()
    del lacking[key]
    with pytest.raises(KeyError, match=key):
        claim_from_payload(lacking, "definitions")


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        ([], "s0"),
        ([":="], "s0 := s1"),
        ([":=", "="], "s0 = s2"),
        (["=", "="], "s0 = s2"),
        (["=", "<=", "="], "s0 <= s3"),
        (["<=", "<="], "s0 <= s2"),
        (["=", "->"], "s0 -> s2"),
        (["<=", "->"], "s0 <= s1 -> s2"),
        ([">=", "<="], "s0 >= s1 <= s2"),
        (["=", "<=", "=", "<=", "->"], "s0 <= s4 -> s5"),
        (["argmin", "argmax"], "s0 argmin s2"),
        (["argmax", "argmaxat", "="], "s0 argmax s3"),
    ],
)
def test_the_statement_is_no_more_than_the_chain_shows(relations, expected):
    lines = [step("start", "s0")]
    lines += [step(relation, f"s{i}") for i, relation in enumerate(relations, start=1)]
    assert statement(lines) == expected


def test_the_statement_of_a_real_chain():
    u = sp.Symbol("u", positive=True)
    chain = Derivation(sp.log(u), name="log-bound").at_most(u - 1, equality_when={u: 1})
    found = claim_from_payload(rendering.payload(chain), "definitions")
    assert found.statement == r"\log{\left(u \right)} \le u - 1"
    assert found.status == chain.status == "proved"
    assert found.points > 0


def test_what_stands_elsewhere_comes_from_claim_or_promise_and_may_not_differ():
    promises = {"a": Promise("a", article=3, mathlib="klDiv"), "b": Promise("b", article=4)}
    ledger = Ledger((claim("a", article=3), claim("b", article=5), claim("c")), promises)
    assert ledger.elsewhere("a") == (3, "klDiv")
    assert ledger.elsewhere("c") == (None, None)
    assert messages(ledger) == ["'b' gives article as 5, the promise as 4"]


# The picture


@st.composite
def ledgers(draw) -> Ledger:
    count = draw(st.integers(2, 24))
    claims = []
    for i in range(count):
        uses = draw(st.sets(st.integers(0, i - 1), max_size=4)) if i else set()
        status = draw(st.sampled_from(STATUSES))
        claims.append(claim(f"claim-{i}", *(f"claim-{j}" for j in sorted(uses)), status=status))
    return Ledger(tuple(draw(st.permutations(claims))))


def boxes(svg: str) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for link in ElementTree.fromstring(svg).iter(f"{SVG}a"):
        rect = link.find(f"{SVG}rect")
        x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
        found[link.get("id").removeprefix("claim-")] = (x, y, x + w, y + h)
    return found


@settings(max_examples=60, deadline=None)
@given(ledgers())
def test_every_claim_stands_below_what_it_rests_on_and_none_overlap(ledger):
    if not ledger.edges():
        with pytest.raises(ValueError, match="rests on another"):
            draw_claims(ledger)
        return
    svg = draw_claims(ledger)
    _, _, width, height = map(float, re.search(r'viewBox="([^"]+)"', svg)[1].split())
    drawn = boxes(svg)
    assert set(drawn) == set(connected_claims(ledger))
    for user, used in ledger.edges():
        assert drawn[user][1] > drawn[used][3], (user, used)
    for name, (left, top, right, bottom) in drawn.items():
        assert 0 <= left < right <= width + 1
        assert 0 <= top < bottom <= height + 1
        for other, (left2, top2, right2, bottom2) in drawn.items():
            if other != name:
                apart = right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
                assert apart, (name, other)


@settings(max_examples=60, deadline=None)
@given(ledgers())
def test_edges_left_out_are_implied_by_those_that_stay(ledger):
    kept = without_implied_edges(ledger)
    graph: dict[str, set[str]] = {}
    for user, used in kept:
        graph.setdefault(user, set()).add(used)

    def reaches(name: str, target: str) -> bool:
        below = graph.get(name, ())
        return target in below or any(reaches(other, target) for other in below)

    for user, used in ledger.edges():
        assert reaches(user, used)
    for user, used in kept:
        assert not any(reaches(other, used) for other in graph[user] - {used})


def test_the_picture_says_each_status_in_words_and_in_class(sound):
    svg = draw_claims(sound, link=lambda n: f"page.html#{n}", number=lambda n: "(1.2)")
    links = {a.get("id"): a for a in ElementTree.fromstring(svg).iter(f"{SVG}a")}
    assert set(links) == {"claim-axiom", "claim-theorem", "claim-lemma", "claim-result"}
    result = links["claim-result"]
    assert result.get("class").split() == ["claim", "status-numeric", "through-cited"]
    assert result.get("href") == "page.html#result"
    words = result.find(f"{SVG}title").text
    assert words == "result: numeric, cited through what it rests on"
    assert [t.text for t in result.iter(f"{SVG}tspan")] == ["(1.2)", "result"]


def test_the_picture_takes_its_colours_from_the_page(sound):
    assert not re.search(r"#[0-9a-f]{3,6}\b(?!-)|rgb\(", draw_claims(sound, link=lambda n: "x"))


def test_the_picture_is_the_same_each_time(sound):
    assert draw_claims(sound) == draw_claims(sound)


def test_a_picture_of_claims_that_rest_on_themselves_is_refused():
    with pytest.raises(ValueError, match=r"a -> b -> a|b -> a -> b"):
        draw_claims(Ledger((claim("a", "b"), claim("b", "a"))))


def test_the_picture_is_no_wider_than_a_page_holds():
    claims = [claim("root")]
    for i in range(30):
        claims += [
            claim(f"quite-a-long-name-{i}", "root"),
            claim(f"n-{i}", f"quite-a-long-name-{i}"),
        ]
    svg = draw_claims(Ledger(tuple(claims)))
    width = float(re.search(r'viewBox="-2 0 ([\d.]+)', svg)[1])
    # Edges that pass a full row need a little room besides.
    assert width <= PAGE * 1.4


def test_claims_that_carry_nothing_and_rest_on_the_same_stand_in_one_stack():
    claims = (
        claim("root"),
        *(claim(f"leaf-{i}", "root") for i in range(5)),
        claim("end", "leaf-0"),
    )
    svg = draw_claims(Ledger(claims), number=lambda name: "(1)")
    drawn = boxes(svg)
    lefts = {drawn[f"leaf-{i}"][0] for i in range(1, 5)}
    assert len(lefts) == 1, "one stack"
    assert drawn["leaf-0"][0] not in lefts, "what carries a claim stands alone"
    assert svg.count("<path") == 3


# The book


def test_the_stored_book_keeps_sound_books():
    entries = (BOOK / "references.bib").read_text(encoding="utf-8")
    bibliography = set(re.findall(r"^@\w+\{([^,\s]+),", entries, re.M))
    ledger = Ledger(stored_claims(notebooks()), read_promises(BOOK / "claims.toml"))
    assert ledger.problems(bibliography) == []
    assert len(ledger.claims) == len(ledger.promises) > 100


def test_the_nine_equations_of_the_article_are_promised_once_each():
    promises = read_promises(BOOK / "claims.toml").values()
    numbers = [promise.article for promise in promises if promise.article is not None]
    assert sorted(numbers) == list(range(1, 10))
