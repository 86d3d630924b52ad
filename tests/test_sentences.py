"""No relation stands in a sentence, a box or a reason without a right to it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import pytest

from helpers.derivation import DerivationError
from tools import sentences
from tools.formulas import Unread, normal, read, relations
from tools.sentences import Place, account, key_of, places, read_table, sources_of

TEXTS = sentences.pages()
TABLE = read_table(sentences.TABLE.read_text(encoding="utf-8"))
# What a check may come to; less than this is left by hand, or is no check. An integral that the
# page states of two free letters is enclosed by quadrature, whose error is an estimate.
FIRM = {"proved", "exact", "numeric", "estimated", "refuted as an equation"}
FLIPPED = {r"\le": r"\ge", r"\ge": r"\le", "<": ">", ">": "<", "+": "-", "-": "+"}


@lru_cache(maxsize=1)
def stored():
    """What the stored derivations show and assume."""
    return sources_of(TEXTS)


@lru_cache(maxsize=1)
def book():
    """The account of the book as it stands."""
    return account(places(TEXTS), stored(), TABLE)


def kinds(page: str, formula: str, box: str = "") -> list[str]:
    """The kinds of the relations of a formula, were it to stand on a page."""
    return [kind for _, _, kind in account([Place(page, box, formula)], stored(), TABLE).found]


def flips(formula: str):
    """Yield a formula with one sign turned, once for each sign of order or sum in it."""
    for sign in re.finditer(r"\\(?:le|ge)(?![A-Za-z])|[<>+-]", formula):
        yield formula[: sign.start()] + FLIPPED[sign[0]] + formula[sign.end() :]


def test_every_relation_has_its_right():
    lines = [f"{p.page} [{p.box}]: {p.formula}" for p, _ in book().homeless]
    assert not lines, "run python -m tools.sentences:\n" + "\n".join(lines)


def test_no_entry_is_stale():
    assert not [f"[[{kind}]] {e.page}: {e.formula}" for kind, e in book().stale]


def test_many_relations_are_found_and_few_left_by_hand():
    counts = book().counts()
    assert sum(counts.values()) > 350
    assert counts["claim"] + counts["checked"] + counts["identity"] > 95
    assert counts["by hand"] <= 12


@pytest.mark.parametrize("entry", TABLE["checked"], ids=lambda e: f"{e.page}: {e.formula}")
def test_what_is_checked_where_it_stands_holds(entry):
    assert set(entry.check()) <= FIRM


@pytest.mark.parametrize(
    "page", ["asymmetry", "jensen_shannon", "law_of_large_numbers", "proof", "sources", "notation"]
)
def test_a_sign_that_is_turned_on_a_page_goes_red(page):
    """Every sign of every relation of a page, turned one at a time in the text in memory."""
    found = [p for p in dict.fromkeys(places(TEXTS)) if p.page == page and relations(p.formula)]
    here = {normal(place.formula) for place in found}
    turned = 0
    for place in found:
        for formula in flips(place.formula):
            made = kinds(page, formula, place.box)
            # Another value for a letter is no false statement, nor is one that stands here too.
            if "" not in made and set(made) != {"definition"}:
                assert normal(formula) in here, formula
            turned += "" in made
    assert turned > 5


@pytest.mark.parametrize(
    ("page", "true", "false"),
    [
        (
            "jensen_shannon",
            r"$0 \\le \\mathrm{JSD}(P \\,\\|\\, Q) \\le \\log 2$",
            r"$0 \\le \\mathrm{JSD}(P \\,\\|\\, Q) \\ge \\log 2$",
        ),
        ("law_of_large_numbers", r"\\right] \\le 1/k^2$", r"\\right] \\ge 1/k^2$"),
        ("definitions", r"Q) \\ge 0$", r"Q) \\le 0$"),
        ("proof", r"= H(p^*) + D_", r"= H(p^*) - D_"),
        ("proof", r"\\le 2\\varepsilon$", r"\\ge 2\\varepsilon$"),
        ("definitions", r"Q) \\ge 2 (a - b)^2$", r"Q) \\ge 2 (a + b)^2$"),
        ("sources", r"\\le \\tfrac14 \\big(D", r"\\ge \\tfrac14 \\big(D"),
        ("law_of_large_numbers", r"[x_i] = \\mu", r"[x_i] = -\\mu"),
    ],
)
def test_a_wrong_sign_in_a_box_or_a_sentence_of_a_notebook_goes_red(page, true, false):
    (path,) = [p for p in TEXTS if p.stem == page]
    text = TEXTS[path]
    assert true in text
    broken = {path: text.replace(true, false)}
    assert account(places(broken), stored(), TABLE).homeless
    assert not account(places({path: text}), stored(), TABLE).homeless


@pytest.mark.parametrize(
    ("formula", "false"),
    [
        (
            r"D_{\mathrm{KL}}(P \,\|\, Q) \ge 2 (a - b)^2",
            r"D_{\mathrm{KL}}(P \,\|\, Q) \ge 3 (a - b)^2",
        ),
        (r"-\log q = \log(p/q) - \log p", r"-\log q = \log(p/q) + \log p"),
        (r"D = \log v + 1/v - 1", r"D = \log v - 1/v - 1"),
        (r"1/n \to 0", r"1/n \to 1"),
        (r"\gamma = 0.5772\ldots", r"\gamma = 0.5773\ldots"),
        (r"2nD \approx 2.2", r"2nD \approx 2.3"),
    ],
)
def test_an_entry_that_repeats_the_error_fails_its_check(formula, false):
    """The table cannot be brought to agree with a wrong text: the checker refuses."""
    (entry,) = [e for e in TABLE["checked"] if e.formula == formula]
    broken = replace(entry, formula=false)
    with pytest.raises(DerivationError):
        broken.check()


def test_a_claim_in_another_notation_is_compared_sign_by_sign():
    (entry,) = [e for e in TABLE["claimed"] if e.claims == ("markov",)]
    true = r"\mathbb{P}[X \ge a] \le \mathbb{E}[X] / a"
    assert entry.is_shown(*relations(true), stored())
    for false in flips(true):
        assert not entry.is_shown(*relations(false), stored())
    assert not entry.is_shown(*relations(true + " + 1"), stored())


def test_stale_entries_and_unknown_keys_are_told():
    table = read_table('[[supposed]]\npage = "proof"\nformula = "a > b"')
    ((kind, entry),) = account([], stored(), table).stale
    assert (kind, entry.formula) == ("supposed", "a > b")
    with pytest.raises(ValueError, match="unknown why"):
        read_table('[[supposed]]\npage = "proof"\nformula = "a > b"\nwhy = "x"')
    with pytest.raises(ValueError, match="expected claimed, checked"):
        read_table('[[wished]]\npage = "proof"\nformula = "a > b"')
    with pytest.raises(ValueError, match="a page and a formula"):
        read_table('[[defined]]\nformula = "a > b"')


# The collector


def test_prose_is_read_and_code_is_not():
    text = "A $a < b$ and `$c < d$`.\n\n```python\n$e < f$\n```\n\n"
    text += ":::{prf:theorem} $g < h$\n$i < j$\n:::"
    found = dict.fromkeys(formula for _, formula in sentences.formulas_of(text))
    assert list(found) == ["a < b", "g < h", "i < j"]


def test_boxes_reasons_captions_and_solutions_are_read():
    boxes = {place.box for place in places(TEXTS)}
    assert {"", "reason", "sentence", "prf:theorem", "prf:definition", "prf:lemma"} <= boxes
    text = "```{figure} a.svg\nA caption, $a < b$.\n```\n\n# A heading, $c < d$"
    assert [f for _, f in sentences.formulas_of(text)] == ["a < b", "c < d"]


# The reader


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\tfrac12 \log\tfrac43", "log(4/3)/2"),
        (r"p\log\frac{2p}{p+q}", "p*log(2*p/(p + q))"),
        (r"\log 40 / (2n)", "log(40)/(2*n)"),
        (r"\log_2 3", "log(3)/log(2)"),
        (r"2 e^{-2n\varepsilon^2}", "2*exp(-2*epsilon**2*n)"),
        (r"4b(1 - b)", "4*b*(1 - b)"),
        (r"-(\lambda^*)^2", "-lam_star**2"),
        (r"|\log f(x, \theta)|", "Abs(log(f(x , theta)))"),
        (r"\mathrm{JSD}\left(P \,\|\, Q\right)", r"JSD(P \| Q)"),
        (r"{x}_{i} - \bar{x}_{n}", "-x_bar_n + x_i"),
        (r"\sqrt[3]{x}", None),
        (r"a \in A", None),
        (r"\log", None),
        (r"(a + b", None),
        ("", None),
    ],
)
def test_a_formula_is_read_whole_or_not_at_all(latex, shown):
    if shown is None:
        with pytest.raises(Unread):
            read(latex)
    else:
        assert str(read(latex)) == shown


def test_notation_that_differs_is_told_apart():
    for one, other in [
        (r"\mathbb{P}[X \ge a] = b", r"\mathbb{P}[X \le a] = b"),
        (r"D(P \| Q) = b", r"D(Q \| P) = b"),
        (r"\mathbb{E}[x - y] = b", r"\mathbb{E}[x + y] = b"),
        (r"\int_0^1 f = b", r"\int_0^2 f = b"),
        (r"p_\theta = b", r"p^\theta = b"),
        (r"a < b", r"a \le b"),
        (r"a \to b", r"b \to a"),
    ]:
        assert key_of(*relations(one)) != key_of(*relations(other))


def test_values_and_statements_are_told_apart():
    for value in (r"P = \mathcal{N}(0, 1)", r"\theta^* = 0.3", r"x = 0, 1, 2, \dots", "P = Q"):
        assert sentences.is_definition(*relations(value))
    for stated in (r"\log 2 = 0.7", "a = b + 1", "p(x) = q(x)", r"\bar x_n \to \mu", "a > 0"):
        assert not sentences.is_definition(*relations(stated))
