r"""Formulas of a sentence read into SymPy: what stands between dollar signs, side by side.

SymPy's own readers of LaTeX stop at ``D_{\mathrm{KL}}(P \,\|\, Q)`` and at ``\bar x_n``, and the
one that rests on ANTLR drops what it does not understand; what is read here is read whole or not
at all. Notation that only a page can explain is opaque: one symbol, named after how it is
written. A glossary puts a meaning in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sympy as sp

__all__ = ["SIGNS", "Formula", "Relation", "Unread", "normal", "read", "relations"]

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")
# What changes nothing but the looks.
_SPACE = re.compile(
    r"\\[,;:! ]|~"
    r"|\\(?:quad|qquad|left|right|[bB]igg?[lrm]?|displaystyle|limits|nolimits)(?![A-Za-z])"
)
_SAME = {
    r"\leq": r"\le", r"\geq": r"\ge", r"\neq": r"\ne", r"\lt": "<", r"\gt": ">", r"\ast": "*",
    r"\tfrac": r"\frac", r"\dfrac": r"\frac", r"\Vert": r"\|", r"\lvert": "|", r"\rvert": "|",
    r"\vert": "|", r"\dots": r"\ldots", r"\cdots": r"\ldots", r"\star": "*", r"\times": r"\cdot",
    r"\rightarrow": r"\to", r"\epsilon": r"\varepsilon", r"\lbrace": r"\{", r"\rbrace": r"\}",
}  # fmt: skip
SIGNS = {
    ":=": ":=", "=": "=", "<": "<", ">": ">", r"\le": "<=", r"\ge": ">=", r"\ne": "!=",
    r"\to": "->", r"\approx": "~", r"\propto": "prop", r"\equiv": "=",
}  # fmt: skip
_OPEN, _CLOSE = {"(", "[", "{", r"\{"}, {")", "]", "}", r"\}"}
_FUNCTIONS = {
    "exp": sp.exp, "erfc": sp.erfc, "sin": sp.sin, "cos": sp.cos, "arctan": sp.atan,
    "tanh": sp.tanh,
}  # fmt: skip
# Each speaks of all that follows in its term.
_OPERATORS = {r"\sum", r"\prod", r"\int", r"\sup", r"\inf", r"\max", r"\min", r"\lim", r"\partial"}
_NAMES = {"lambda": "lam", "varepsilon": "epsilon"}  # a word of Python's; one letter's two forms
_ACCENTS = {r"\hat": "hat", r"\bar": "bar", r"\tilde": "tilde", r"\overline": "bar"}
# Within a function's brackets, never within a sum's.
_APART = {",", r"\mid", r"\|", ";", r"\sim", r"\le", r"\ge", "<", ">"}
_FONTS = {r"\mathrm", r"\mathbb", r"\mathcal", r"\mathbf", r"\text", r"\operatorname"}
_NO_LETTER = {
    r"\cdot", r"\mid", r"\|", r"\in", r"\sim", r"\begin", r"\end", r"\otimes", r"\mapsto", r"\%",
    r"\pm", r"\xrightarrow", r"\cup", r"\cap", r"\subset", r"\circ", r"\ldots", r"\\", r"\&",
    *(sign for sign in SIGNS if sign.startswith("\\")),
}  # fmt: skip


class Unread(ValueError):  # noqa: N818 - it says what became of the formula
    """A formula, or a side of one, that cannot be read."""


class Relation(NamedTuple):
    """Two sides and the sign between them; a side that could not be read is None.

    Attributes
    ----------
    left, right : sympy.Expr or None
    sign : str
        A value of `SIGNS`; ``=...`` where the digits of a number are broken off.
    texts : tuple of str
        Both sides as they are written, in `normal` form.
    """

    left: sp.Expr | None
    sign: str
    right: sp.Expr | None
    texts: tuple[str, str]


def tokens_of(latex: str) -> list[str]:
    r"""Return a formula's tokens, spelt in one way and without what only spaces it.

    >>> tokens_of(r"2\,\tfrac12 \leq \left( x_{n} \right)")
    ['2', '\\frac', '1', '2', '\\le', '(', 'x', '_', 'n', ')']
    """
    bare = _SPACE.sub(" ", latex.replace(r"\operatorname*", r"\operatorname"))
    # TeX takes one digit as an argument, and needs no braces for one token.
    bare = re.sub(r"([_^]|frac)\s*(?=\d\d)(\d)", r"\1 \2 ", bare)
    tokens = [_SAME.get(token, token) for token in _TOKEN.findall(bare)]
    found: list[str] = []
    for token in tokens:
        found.append(token)
        if token == "}" and found[-3:-2] == ["{"] and not found[-2][1:].isdigit():
            found[-3:] = [found[-2]]
    return found


def normal(latex: str) -> str:
    r"""Return a formula in the form in which two spellings of it agree.

    >>> normal(r"D\left(P \,\Vert\, Q\right) \geq 0") == normal(r"D(P\|Q)\ge 0")
    True
    """
    return " ".join(tokens_of(latex))


class Formula:
    """Reads the tokens of one side of a relation, from left to right.

    Parameters
    ----------
    tokens : sequence of str
    meanings : mapping of str to sympy.Expr, optional
        From notation in `normal` form to what it means.
    symbols : mapping of str to sympy.Symbol, optional
        The symbols by name; others carry no assumptions.
    """

    def __init__(
        self,
        tokens: Sequence[str],
        meanings: Mapping[str, sp.Expr] | None = None,
        symbols: Mapping[str, sp.Symbol] | None = None,
    ) -> None:
        self.meanings, self.symbols = meanings or {}, symbols or {}
        self.tokens = list(tokens)
        self.placed: dict[str, sp.Expr] = {}
        # The longest first: what it holds is then no longer looked up.
        for at, written in enumerate(sorted(self.meanings, key=len, reverse=True)):
            self._put(written.split(" "), f"\\@{at}", self.meanings[written])
        self.at = 0

    def _put(self, written: list[str], mark: str, meaning: sp.Expr) -> None:
        at = 0
        while at + len(written) <= len(self.tokens):
            if self.tokens[at : at + len(written)] == written:
                self.tokens[at : at + len(written)] = [mark]
                self.placed[mark] = meaning
            at += 1

    # -------------------------------------------------------------- tokens

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        if not self.next:
            raise Unread("the formula ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def group(self) -> list[str]:
        """Take what stands between the bracket that is next and its counterpart."""
        start, depth = self.at, 0
        while True:
            token = self.take()
            depth += (token in _OPEN) - (token in _CLOSE)
            if depth == 0:
                return self.tokens[start + 1 : self.at - 1]

    def argument(self) -> list[str]:
        r"""Take what TeX takes as an argument: a group, a command, or one digit or letter."""
        if self.next == "{":
            return self.group()
        token = self.take()
        if token[0].isdigit() and len(token) > 1:
            self.at -= 1
            self.tokens[self.at : self.at + 1] = [token[0], token[1:]]
            self.at += 1
            return [token[0]]
        if token in _FONTS or token in _ACCENTS or token == r"\frac":
            start = self.at - 1
            for _ in range(2 if token == r"\frac" else 1):
                self.argument()
            return self.tokens[start : self.at]
        return [token]

    def inside(self, tokens: Sequence[str]) -> sp.Expr:
        """Read a part by itself, with what marks stand for."""
        part = Formula(tokens, symbols=self.symbols)
        part.placed = self.placed
        return part.whole()

    # -------------------------------------------------------------- grammar

    def whole(self) -> sp.Expr:
        found = self.sum()
        if self.next:
            raise Unread(f"{' '.join(self.tokens)}: cannot go on at {self.next}")
        return found

    def sum(self) -> sp.Expr:
        sign = -1 if self.next == "-" else 1
        if self.next in {"+", "-"}:
            self.take()
        found = sign * self.product()
        while self.next in {"+", "-"}:
            sign = -1 if self.take() == "-" else 1
            found += sign * self.product()
        return found

    def product(self) -> sp.Expr:
        found = self.power()
        while self.next and self.next not in {"+", "-", ")", "]", "}", ",", r"\mid", r"\|", "|"}:
            if self.next == "/":
                self.take()
                found /= self.power()
                continue
            if self.next == r"\cdot":
                self.take()
            elif self.next[0].isdigit():
                raise Unread("a number behind a factor")
            found *= self.power()
        return found

    def power(self) -> sp.Expr:
        base = self.primary()
        while self.next in {"^", "!"}:
            if self.take() == "!":
                base = sp.factorial(base)
                continue
            exponent = self.argument()
            if exponent == ["*"]:
                raise Unread("a star that belongs to no letter")
            base = base ** self.inside(exponent)
        return base

    def primary(self) -> sp.Expr:
        token = self.next
        if token in self.placed:
            return self.placed[self.take()]
        if re.fullmatch(r"\d+(?:\.\d+)?", token):
            return sp.Rational(self.take())
        if token == "{":
            return self.inside(self.group())
        if token in {"(", "["}:
            return self.inside(self.group())
        if token == "|":
            return self.absolute()
        if token == r"\frac":
            self.take()
            above, below = self.argument(), self.argument()
            return self.inside(above) / self.inside(below)
        if token == r"\sqrt":
            self.take()
            return sp.sqrt(self.inside(self.argument()))
        if token in {r"\log", r"\ln"}:
            return self.logarithm()
        if token == r"\infty":
            self.take()
            return sp.oo
        if token == r"\pi" and self.tokens[self.at + 1 : self.at + 2] not in (["("], ["_"]):
            self.take()
            return sp.pi
        if token == "e" and self.tokens[self.at + 1 : self.at + 2] == ["^"]:
            self.take(), self.take()
            return sp.exp(self.inside(self.argument()))
        if token in _OPERATORS:
            return self.operator()
        return self.letter()

    def absolute(self) -> sp.Expr:
        self.take()
        start = self.at
        depth = 0
        while depth or self.next != "|":
            token = self.take()
            depth += (token in _OPEN) - (token in _CLOSE)
        inner = self.tokens[start : self.at]
        self.take()
        return sp.Abs(self.inside(inner))

    def operand(self) -> sp.Expr:
        """Read what a function without brackets is of: the factors that follow."""
        if self.next in {"(", "{", "["}:
            return self.inside(self.group())
        found = self.power()
        stops = {"", "+", "-", "/", ")", "]", "}", ",", "|", r"\cdot", r"\log", r"\mid", r"\|", "("}
        while self.next not in stops:
            found *= self.power()
        return found

    def logarithm(self) -> sp.Expr:
        self.take()
        base = None
        if self.next == "_":
            self.take()
            base = self.inside(self.argument())
        exponent = None
        if self.next == "^":
            self.take()
            exponent = self.inside(self.argument())
        found = sp.log(self.operand())
        found = found if base is None else found / sp.log(base)
        return found if exponent is None else found**exponent

    def operator(self) -> sp.Expr:
        """Read a sum, an integral or the like as one opaque symbol, to the end of its term."""
        start, depth = self.at, 0
        while self.next and not (depth == 0 and self.next in {"+", "-", ",", ")", "]", "}"}):
            token = self.take()
            depth += (token in _OPEN) - (token in _CLOSE)
        return self.opaque(self.tokens[start : self.at])

    def opaque(self, tokens: Sequence[str]) -> sp.Symbol:
        if set(tokens) & set(self.placed):
            raise Unread("the glossary explains a part of what is read as one")
        return self.named(" ".join(tokens))

    def named(self, name: str) -> sp.Symbol:
        return self.symbols.get(name, sp.Symbol(name))

    def letter(self) -> sp.Expr:
        """Read a name with its scripts, and what it is applied to."""
        long = self.next in _FONTS
        head = self.head()
        if head in _FUNCTIONS:
            return _FUNCTIONS[head](self.operand())
        while self.next in {"_", "^", "'"}:
            if self.next == "'":
                self.take()
                head += "_prime"
            elif self.next == "_":
                self.take()
                script = self.argument()
                head += "_" + self.script(script)
                long = long or script[0] in _FONTS or r"\sim" in script
            elif self.tokens[self.at + 1 : self.at + 2] == ["*"]:
                self.at += 2
                head += "_star"
            elif self.tokens[self.at + 1 : self.at + 4] == ["{", "*", "}"]:
                self.at += 4
                head += "_star"
            else:
                break
        words = re.fullmatch(r"E|Var|arg(?:max|min)", head.split("_")[0]) if long else None
        if words and self.next != "[":
            # Of all that follows in its term, as a sum is.
            start = self.at
            while self.next and self.next not in {"+", "-", ",", ")", "]", "}", "/"}:
                self.group() if self.next in _OPEN else self.take()
            return self.named(f"{head} {self.key(self.tokens[start : self.at])}")
        if self.next in {"(", "["}:
            return self.applied(head, long)
        return self.named(head)

    def head(self) -> str:
        token = self.take()
        if token in _ACCENTS:
            return f"{self.script(self.argument())}_{_ACCENTS[token]}"
        if token in _FONTS:
            return "".join(t for t in self.argument() if t not in {"{", "}", ","})
        if token in _NO_LETTER or not re.fullmatch(r"\\?[A-Za-z]+|\\@\d+", token):
            raise Unread(f"no name begins with {token}")
        return _NAMES.get(token.lstrip("\\"), token.lstrip("\\"))

    def script(self, tokens: Sequence[str]) -> str:
        """Return a subscript as a part of a name."""
        parts = []
        part = Formula(tokens)
        while part.next:
            if part.next in _FONTS or part.next in _ACCENTS:
                parts.append(part.head())
            elif part.next in {"{", "}"}:
                part.take()
            else:
                parts.append(part.take().lstrip("\\"))
        return "".join(_NAMES.get(part, part) for part in parts)

    def applied(self, head: str, long: bool) -> sp.Expr:
        """Tell a function of something from a product with a sum in brackets."""
        start, bracket = self.at, self.next
        inner = self.group()
        if not (long or bracket == "[" or _APART & set(_at_top(inner)) or self.one(inner)):
            self.at = start
            return self.named(head)
        if set(inner) & set(self.placed):
            raise Unread(f"the glossary explains a part of {head}(...)")
        return self.named(f"{head}({self.key(inner)})")

    def one(self, tokens: Sequence[str]) -> bool:
        try:
            return self.inside(tokens).is_Atom
        except Unread:
            return False

    def key(self, tokens: Sequence[str]) -> str:
        """Return an argument in a form in which two spellings agree."""
        parts: list[list[str]] = [[]]
        for token, depth in _with_depth(tokens):
            if depth == 0 and (token in {",", r"\mid", r"\|"} or token in SIGNS):
                parts += [[SIGNS.get(token, token)], []]
            else:
                parts[-1].append(token)
        shown = []
        for part in parts:
            try:
                shown.append(str(sp.expand_log(Formula(part).whole())))
            except (Unread, ZeroDivisionError):
                shown.append(" ".join(t for t in part if t not in {"{", "}"}))
        return " ".join(shown)


def _with_depth(tokens: Sequence[str]) -> list[tuple[str, int]]:
    depth, bars, found = 0, False, []
    for token in tokens:
        if token == "|":
            bars = not bars
        depth -= token in _CLOSE
        found.append((token, depth + bars))
        depth += token in _OPEN
    return found


def _at_top(tokens: Sequence[str]) -> list[str]:
    return [token for token, depth in _with_depth(tokens) if depth == 0]


def read(
    latex: str,
    meanings: Mapping[str, sp.Expr] | None = None,
    symbols: Mapping[str, sp.Symbol] | None = None,
) -> sp.Expr:
    r"""Read one expression.

    Raises
    ------
    Unread
        If any of it cannot be read.

    Examples
    --------
    >>> read(r"\tfrac12 \log\tfrac{1/2}{1/4} - 2(a - b)^2")
    -2*(a - b)**2 + log(2)/2
    >>> read(r"\mathbb{P}[X \ge a] / a", {normal(r"\mathbb{P}[X \ge a]"): sp.Symbol("p")})
    p/a
    """
    return Formula(tokens_of(latex), meanings, symbols).whole()


def relations(
    latex: str,
    meanings: Mapping[str, sp.Expr] | None = None,
    symbols: Mapping[str, sp.Symbol] | None = None,
) -> list[Relation]:
    r"""Return the relations that a formula states, link by link; none within brackets.

    Examples
    --------
    >>> [(str(r.left), r.sign, str(r.right)) for r in relations(r"0 \le x_1, x_2 < 1")]
    [('0', '<=', 'x_1'), ('0', '<=', 'x_2'), ('x_1', '<', '1'), ('x_2', '<', '1')]
    >>> relations(r"\mathbb{P}[X \ge a]")
    []
    """
    sides: list[list[str]] = [[]]
    signs: list[str] = []
    tokens = Formula(tokens_of(latex), meanings).tokens if meanings else tokens_of(latex)
    depths = _with_depth(tokens)
    for at, (token, depth) in enumerate(depths):
        if depth == 0 and token in SIGNS:
            if token == "=" and sides[-1][-1:] == [":"]:
                sides[-1].pop()
                token = ":="  # noqa: PLW2901
            signs.append(SIGNS[token])
            sides.append([])
        elif depth == 0 and token == "." and at == len(depths) - 1:
            continue  # a full stop that was written within the formula
        else:
            sides[-1].append(token)
    found = []
    for left, sign, right in zip(sides, signs, sides[1:], strict=False):
        if sign == "=" and right[-1:] == [r"\ldots"] and "." in "".join(right[-2:-1]):
            right, sign = right[:-1], "=..."  # noqa: PLW2901
        for one in _listed(left):
            for other in _listed(right):
                found.append(
                    Relation(
                        _read_or_none(one, latex, meanings, symbols),
                        sign,
                        _read_or_none(other, latex, meanings, symbols),
                        (" ".join(one), " ".join(other)),
                    )
                )
    return found


def _listed(tokens: list[str]) -> list[list[str]]:
    """Return the names of a list such as ``a, b``; anything else as it is."""
    parts: list[list[str]] = [[]]
    for token, depth in _with_depth(tokens):
        if depth == 0 and token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    names = all(p and re.match(r"\\?[A-Za-z]|\\@", p[0]) for p in parts)
    return parts if len(parts) > 1 and names and r"\ldots" not in tokens else [tokens]


def _read_or_none(tokens, latex, meanings, symbols) -> sp.Expr | None:
    try:
        part = Formula(tokens, symbols=symbols)
        part.placed = Formula(tokens_of(latex), meanings).placed if meanings else {}
        return part.whole()
    except (Unread, ZeroDivisionError):
        return None
