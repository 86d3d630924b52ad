"""What is typed into an answer field: read forgivingly, and never evaluated."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.reading import FUNCTIONS, ReadingError, names_of, read

a, b, lam, nu = sp.symbols("a b lambda nu", positive=True)
theta = sp.Symbol("theta", real=True)
mean = sp.Symbol("theta_1", real=True)
NAMES = names_of({"a": a, "b": b, "lam": lam, "nu": nu, "t": theta, "first": mean})
log, exp, sqrt = sp.log, sp.exp, sp.sqrt


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1 - ln λ", 1 - log(lam)),
        ("lam", lam),
        ("2θ(1-θ)", 2 * theta * (1 - theta)),
        ("ab", a * b),
        ("a log(a/b) + (1-a) log((1-a)/(1-b))", a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))),
        ("-a^2", -(a**2)),
        ("2^-1", sp.Rational(1, 2)),
        ("2^3^2", sp.Integer(512)),
        ("a**2", a**2),
        ("a²b³", a**2 * b**3),
        ("θ₁ + θ_1", 2 * mean),
        ("log^2(a)", log(a) ** 2),
        ("ln 2", log(2)),
        ("√a b", sqrt(a) * b),
        ("sqrt(3)", sqrt(3)),
        ("|a - b|", sp.Abs(a - b)),
        ("|a||b|", a * b),
        (r"\frac{1}{2} \theta \cdot \log(\lambda)", theta * log(lam) / 2),
        ("e^(-a)", exp(-a)),
        ("0.5", sp.Rational(1, 2)),
        ("1e-3 a", a / 1000),
        ("1, 1/3", sp.Tuple(1, sp.Rational(1, 3))),
        ("∞", sp.oo),
        ("4!", sp.Integer(24)),
        ("a − b × 2 ÷ a", a - 2 * b / a),
        ("alog(a)", a * log(a)),
        ("1/2a", a / 2),
        ("a/b/2", a / (2 * b)),
        ("LN(a)", log(a)),
    ],
)
def test_what_people_write(typed, meant):
    assert read(typed, NAMES) == meant


@pytest.mark.parametrize(
    ("typed", "told", "at"),
    [
        ("", "Nothing is typed", 0),
        ("   ", "Nothing is typed", 0),
        ("1 - ln(", "missing at the end", 7),
        ("(a", "not closed", 0),
        ("a)", "not opened", 1),
        ("|a", "A bar", 0),
        ("a = 3", "without an equals sign", 2),
        ('"a"', "quotation marks", 0),
        ('__import__("os")', "no meaning", 0),
        ("a.b", "no meaning", 1),
        ("a[0]", "no meaning", 1),
        ("lambda: a", "no meaning", 6),
        ("a; b", "no meaning", 1),
        ("qwertz", "not known", 0),
        ("x" * 10_000, "at most 500", 500),
        ("(" * 100, "brackets", 60),
        ("9^9^9^9", "too large", None),
        ("10^99999", "too large", None),
        ("1e999", "too large", 0),
        ("1000!", "too large", None),
        ("1/0", "divides by zero", None),
        ("0^-1", "divides by zero", None),
        ("log(0)", "no value", None),
        ("log", "is missing", None),
        ("KL(a)", "fit together", None),
        ("Bernoulli(3)", "must lie in", None),
        ("2 3", "could not go on", 2),
        ("1.2.3", "could not go on", 3),
        ("a +* b", "Something is missing", 3),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(typed, told, at):
    with pytest.raises(ReadingError, match=told) as caught:
        read(typed, NAMES)
    if at is not None:
        assert caught.value.at == at


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab12+-*/^()|.,θλ lnlogKL!√²_\\{}", max_size=40))
def test_any_text_is_read_or_refused(text):
    found = refused = None
    try:
        found = read(text, NAMES)
    except ReadingError as error:
        refused = error
    if refused is not None:
        assert str(refused).endswith(".")
        assert 0 <= refused.at <= len(text)
    else:
        assert isinstance(found, sp.Basic)
        assert not found.has(sp.nan, sp.zoo)


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.sampled_from([a, b, theta, sp.Integer(2), sp.Rational(1, 3)]),
        lambda parts: st.one_of(
            st.builds(sp.Add, parts, parts),
            st.builds(sp.Mul, parts, parts),
            st.builds(sp.exp, parts),
        ),
        max_leaves=6,
    )
)
def test_what_sympy_prints_is_read_back(expression):
    assert sp.simplify(read(str(expression), NAMES) - expression) == 0


def test_only_symbols_and_vocabulary_are_named():
    import os  # noqa: PLC0415 - to be kept out of reach

    names = names_of({"os": os, "open": open, "_a": a, "number": 3, "log": sp.log})
    assert names == {"a": a}
    assert "eval" not in FUNCTIONS
