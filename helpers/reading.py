"""What a reader types, as a SymPy expression: forgiving about spelling, and never evaluated.

The text is taken apart by a small grammar of its own. It can name the symbols that it is given,
the functions below and the vocabulary, and nothing else: there is no attribute, no import and no
string in the grammar, so that none can be reached by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, NoReturn

import sympy as sp

from helpers import notation
from helpers.shown.typography import GREEK

__all__ = ["FUNCTIONS", "ReadingError", "names_of", "read"]

_LONGEST = 500  # characters of an answer
_DEEPEST = 60  # brackets within brackets
_BITS = 20_000  # of a whole number that is computed


def _logarithm(x, base=None):
    return sp.log(x) if base is None else sp.log(x, base)


FUNCTIONS: dict[str, Callable] = {
    "log": _logarithm, "ln": sp.log, "exp": sp.exp, "sqrt": sp.sqrt, "abs": sp.Abs,
    "sin": sp.sin, "cos": sp.cos, "tan": sp.tan, "atan": sp.atan, "arctan": sp.atan,
    "sinh": sp.sinh, "cosh": sp.cosh, "tanh": sp.tanh, "erf": sp.erf, "erfc": sp.erfc,
    "gamma": sp.gamma, "loggamma": sp.loggamma, "digamma": sp.digamma, "beta": sp.beta,
    "factorial": sp.factorial, "binomial": sp.binomial, "min": sp.Min, "max": sp.Max,
}  # fmt: skip
_CONSTANTS = {"e": sp.E, "pi": sp.pi, "oo": sp.oo, "inf": sp.oo, "infinity": sp.oo}
_VOCABULARY = {
    name: getattr(notation, name) for name in notation.__all__ if name != "symbol_latex"
} | {"Rational": sp.Rational}
_GROWING = {sp.factorial, sp.gamma, sp.binomial}

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_SPELT = {letter: name for name, letter in GREEK.items() if not name.startswith("var")}
_SAME = {"·": "*", "×": "*", "∙": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "**": "^",
         "{": "(", "}": ")"}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<space>[\s,](?<!,)|\\(?:left|right|,|;|!| ))"
    r"|(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)"
    r"|(?P<name>\\?[A-Za-z][A-Za-z0-9_₀-₉]*|[α-ωΑ-ΩϑϕϵℓλΔ](?:[₀-₉0-9]|_[A-Za-z0-9]+)*|∞)"
    r"|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)"
    r"|(?P<sign>\*\*|[-+*/^()|,!√·×∙⋅÷−–—{}])"
)


class ReadingError(ValueError):
    """A text that cannot be read; the message is for the person who typed it.

    Attributes
    ----------
    at : int
        The character at which the reading stopped, counted from 0.

    Examples
    --------
    >>> try:
    ...     read("log(2", {})
    ... except ReadingError as error:
    ...     print(error, error.at)
    A bracket that is opened is not closed. 3
    """

    def __init__(self, message: str, at: int):
        super().__init__(message)
        self.at = at


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def names_of(namespace: Mapping[str, object]) -> dict[str, object]:
    """The names under which a reader may speak of what a chapter has made.

    A symbol answers to its variable and to its own name; where two have the same name, the one
    made last.

    >>> sorted(names_of({"t": sp.Symbol("theta"), "os": re}))
    ['t', 'theta']
    """
    found: dict[str, object] = {}
    for value in namespace.values():
        if isinstance(value, sp.Symbol):
            found[value.name] = value
    for name, value in namespace.items():
        is_vocabulary = isinstance(value, type) and issubclass(value, notation.VocabularyExpr)
        if not name.startswith("_") and (isinstance(value, sp.Basic) or is_vocabulary):
            found[name] = value
    return found


def read(text: str, names: Mapping[str, object]) -> sp.Basic:
    """Read a formula, or several between commas, as a person writes it.

    Parameters
    ----------
    text : str
        At most 500 characters. ``^`` and ``**`` are powers, a product needs no sign, ``ln`` and
        ``log`` are the natural logarithm, letters may be Greek, ``|x|`` is an absolute value.
    names : mapping of str to object
        What the text may name besides `FUNCTIONS` and the vocabulary.

    Returns
    -------
    sympy.Basic
        An expression, or a ``Tuple`` of several.

    Raises
    ------
    ReadingError
        If the text cannot be read; it says why, and where.

    Examples
    --------
    >>> rate, nu = sp.symbols("lambda nu", positive=True)
    >>> read("λ ln(λ/ν) - λ + ν", {"lambda": rate, "nu": nu})
    lambda*log(lambda/nu) - lambda + nu
    >>> read("2nu^2(1 - nu)", {"nu": nu})
    2*nu**2*(1 - nu)
    >>> read("0.5, 1/3", {})
    (1/2, 1/3)
    >>> read('__import__("os")', {})
    Traceback (most recent call last):
    helpers.reading.ReadingError: The sign _ has no meaning in a formula.
    """
    if not text.strip():
        raise ReadingError("Nothing is typed yet.", 0)
    if len(text) > _LONGEST:
        told = f"These are {len(text):,} characters; an answer has at most {_LONGEST}."
        raise ReadingError(told, _LONGEST)
    return _Reader(text, names).whole()


class _Reader:
    """Takes the tokens of one text, from left to right."""

    def __init__(self, text: str, names: Mapping[str, object]):
        self.names = {**names}
        self.tokens = list(_tokens(text))
        self.place, self.depth, self.bars = 0, 0, 0

    # ------------------------------------------------------------------ tokens

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def takes(self, *signs: str) -> bool:
        """Step over the next token if it is one of these signs."""
        found = self.next.kind == "sign" and self.next.text in signs
        self.place += found
        return found

    def refuse(self, message: str, at: int | None = None) -> NoReturn:
        raise ReadingError(message, self.next.at if at is None else at)

    # ------------------------------------------------------------------ grammar

    def whole(self) -> sp.Basic:
        parts = self.listed()
        if self.next.kind != "end":
            if self.next.text == ")":
                self.refuse("A bracket is closed that was not opened.")
            self.refuse(f"The formula could not go on at {self.next.text}.")
        return parts[0] if len(parts) == 1 else sp.Tuple(*parts)

    def listed(self) -> list:
        parts = [self.sum()]
        while self.takes(","):
            parts.append(self.sum())
        return parts

    def sum(self) -> sp.Expr:
        total = self.product()
        while self.next.kind == "sign" and self.next.text in "+-":
            minus = self.next.text == "-"
            self.place += 1
            term = self.product()
            total = self.made(lambda a, b: a + b, total, -term if minus else term)
        return total

    def product(self) -> sp.Expr:
        result = self.signed()
        while True:
            at = self.next.at
            if self.takes("/"):
                below = self.signed()
                if below == 0:
                    self.refuse("This divides by zero.", at)
                result = self.made(lambda a, b: a / b, result, below)
            elif self.takes("*") or self.begins_a_factor():
                result = self.made(lambda a, b: a * b, result, self.signed())
            else:
                return result

    def begins_a_factor(self) -> bool:
        token = self.next
        # Inside bars the next one closes them; outside it opens others.
        opening = "(√" if self.bars else "(√|"
        return token.kind == "name" or (token.kind == "sign" and token.text in opening)

    def signed(self) -> sp.Expr:
        if self.takes("-"):
            return self.made(lambda a: -a, self.signed())
        if self.takes("+"):
            return self.signed()
        return self.power()

    def power(self) -> sp.Expr:
        base = self.atom()
        while self.takes("!"):
            base = self.applied(sp.factorial, [base])
        if self.next.kind == "raised":
            exponent = sp.Integer(int("".join(_RAISED[c] for c in self.next.text)))
            self.place += 1
            return self.raised(base, exponent)
        if self.takes("^"):
            return self.raised(base, self.deeper(self.signed))
        return base

    def raised(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        if base.is_Rational and exponent.is_Rational:
            size = max(abs(base.p), base.q).bit_length() * abs(exponent.p)
            if size > _BITS:
                self.refuse("This power is too large to be written out.")
        if base == 0 and exponent.is_negative:
            self.refuse("This divides by zero.")
        return self.made(sp.Pow, base, exponent)

    def atom(self) -> sp.Expr:
        token = self.next
        if token.kind == "number":
            self.place += 1
            return self.number(token)
        if token.kind == "name":
            self.place += 1
            return self.named(token)
        if self.takes("("):
            inside = self.deeper(self.listed)
            self.close(token)
            return inside[0] if len(inside) == 1 else sp.Tuple(*inside)
        if self.takes("|"):
            self.bars += 1
            inside = self.deeper(self.sum)
            if not self.takes("|"):
                self.refuse("A bar that is opened is not closed.", token.at)
            self.bars -= 1
            return self.made(sp.Abs, inside)
        if self.takes("√"):
            return self.made(sp.sqrt, self.power())
        if token.kind == "end":
            self.refuse("Something is missing at the end.")
        self.refuse(f"Something is missing before {token.text}.")

    def deeper(self, part: Callable):
        self.depth += 1
        if self.depth > _DEEPEST:
            opened = self.tokens[self.place - 1]
            self.refuse(f"More than {_DEEPEST} brackets stand within one another.", opened.at)
        found = part()
        self.depth -= 1
        return found

    def close(self, opened: _Token) -> None:
        if self.takes(")"):
            return
        if self.next.kind == "end":
            self.refuse("A bracket that is opened is not closed.", opened.at)
        self.refuse(f"The formula could not go on at {self.next.text}.")

    # ------------------------------------------------------------------ names and numbers

    def number(self, token: _Token) -> sp.Rational:
        _, _, exponent = token.text.lower().partition("e")
        if exponent and abs(int(exponent)) > 300:
            self.refuse("This number is too large, or too close to zero.", token.at)
        return sp.Rational(token.text)

    def named(self, token: _Token) -> sp.Basic:
        name = token.text
        if name == "frac":
            parts = []
            for _ in range(2):
                opened = self.next
                if not self.takes("("):
                    self.refuse("A fraction needs two groups in braces.")
                parts.append(self.deeper(self.sum))
                self.close(opened)
            return self.made(lambda a, b: a / b, *parts)
        value = self.meaning(name)
        if value is None:
            return self.split(token)
        return self.used(value, token)

    def meaning(self, name: str) -> object | None:
        """What a name stands for: the chapter's own names come first."""
        for table in (self.names, _VOCABULARY, FUNCTIONS, _CONSTANTS):
            if name in table:
                return table[name]
        lower = name.lower()
        return next((t[lower] for t in (self.names, FUNCTIONS) if lower in t), None)

    def used(self, value: object, token: _Token) -> sp.Basic:
        """A name as it stands in the formula: called, or a factor."""
        calls = isinstance(value, type) or value in FUNCTIONS.values()
        density = isinstance(value, notation.Distribution) and not isinstance(value, type)
        if not calls and not (density and self.next.text == "("):
            return value
        exponent = None
        if self.takes("^"):
            exponent = self.atom()
        opened = self.next
        if self.takes("("):
            arguments = self.deeper(self.listed)
            self.close(opened)
        elif isinstance(value, type) and value not in FUNCTIONS.values():
            self.refuse(f"{token.text} needs its brackets.", token.at)
        elif not (self.begins_a_factor() or self.next.kind == "number"):
            self.refuse(f"What {token.text} is taken of is missing.")
        else:
            arguments = [self.power()]
        found = self.applied(value, arguments)
        return found if exponent is None else self.raised(found, exponent)

    def split(self, token: _Token) -> sp.Expr:
        """A product of names that are written in one, as in ``ab`` or ``xlog``."""
        pieces = self.pieces(token.text)
        if pieces is None:
            if "_" in token.text and self.meaning(token.text.strip("_")) is None:
                self.refuse("The sign _ has no meaning in a formula.", token.at)
            known = ", ".join(n for n, v in self.names.items() if isinstance(v, sp.Expr))
            hint = f" Known here: {known}." if known else ""
            self.refuse(f"The name {token.text} is not known.{hint}", token.at)
        *factors, last = pieces
        product = sp.Integer(1)
        for name in factors:
            product = self.made(lambda a, b: a * b, product, self.meaning(name))
        return self.made(lambda a, b: a * b, product, self.used(self.meaning(last), token))

    def pieces(self, name: str) -> list[str] | None:
        """Known names that make up a longer one; a function can only be the last of them."""
        if self.meaning(name) is not None:
            return [name]
        for length in range(len(name) - 1, 0, -1):
            first = name[:length]
            if isinstance(self.meaning(first), sp.Expr):
                rest = self.pieces(name[length:])
                if rest is not None:
                    return [first, *rest]
        return None

    # ------------------------------------------------------------------ making

    def applied(self, function: Callable, arguments: list) -> sp.Basic:
        if function in _GROWING and any(a.is_Rational and abs(a) > 500 for a in arguments):
            self.refuse("This number is too large to be written out.")
        return self.made(function, *arguments)

    def made(self, make: Callable, *parts: sp.Basic) -> sp.Basic:
        try:
            found = make(*parts)
        except TypeError:
            self.refuse(
                "This does not fit together: a part is missing, too many, or of another kind."
            )
        except (ValueError, AttributeError, ZeroDivisionError) as problem:
            reason = str(problem).split("\n")[0]
            self.refuse(f"This cannot be put together: {reason}.")
        if not isinstance(found, sp.Basic):
            self.refuse("This is not a formula.")
        if found.has(sp.zoo, sp.nan):
            self.refuse("This has no value: it divides by zero, or takes the logarithm of zero.")
        return found


def _tokens(text: str):
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            if text[at] == "=":
                told = "Write only what is asked for, without an equals sign."
            elif text[at] in "\"'":
                told = "Leave the quotation marks out."
            else:
                told = f"The sign {text[at]} has no meaning in a formula."
            raise ReadingError(told, at)
        kind, piece = found.lastgroup, found[0]
        if kind == "name":
            piece = "".join(_LOWERED.get(c, c) for c in piece.removeprefix("\\"))
            if piece[0] in _SPELT:
                rest = piece[1:]
                number = f"_{rest}" if rest and rest[0] != "_" else rest
                piece = _SPELT[piece[0]] + number
            if piece in ("cdot", "times"):
                kind, piece = "sign", "*"
            piece = {"∞": "oo"}.get(piece, piece)
        if kind == "sign":
            piece = _SAME.get(piece, piece)
        if kind != "space":
            yield _Token(kind, piece, at)
        at = found.end()
    yield _Token("end", "", len(text))
