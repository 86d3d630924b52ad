"""Exercises that check themselves: your answer becomes a step, and the checker answers.

A chapter asks, and leaves a place for the answer::

    coin = Exercise(lambda answer: Derivation(Entropy(Bernoulli(theta))).equals(answer))
    coin.check(None)  # put your answer in place of None
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import NamedTuple

import sympy as sp

from helpers.derivation import Derivation, DerivationError, UncheckedStepError
from helpers.notation import VocabularyExpr
from helpers.refutation import Refutation, digits_that_tell, typeset
from helpers.shown.rendering import latex
from helpers.shown.typography import readable

__all__ = ["Exercise", "Reply"]

# An answer that still holds one of these repeats the question instead of answering it.
_UNFINISHED = (VocabularyExpr, sp.Integral, sp.Sum, sp.Product, sp.Derivative, sp.Limit)


class _Part(NamedTuple):
    """One sentence of a reply: as text, and as inline mathematics where it has some."""

    text: str
    rich: str


class Reply:
    """What the checker says of an answer; true exactly when the answer is right.

    Made by :meth:`Exercise.check`.

    Attributes
    ----------
    correct : bool
    verdict : str
        ``"Right"``, ``"Not yet"`` or ``"Your turn"``.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> square = Exercise(lambda answer: Derivation((x + 1) ** 2).equals(answer))
    >>> bool(square.check(x**2 + 2 * x + 1)), bool(square.check(x**2 + 1))
    (True, False)
    """

    def __init__(
        self, verdict: str, parts: list[_Part], *, correct: bool = False, folded: bool = False
    ):
        self.correct, self.verdict, self._parts, self._folded = correct, verdict, parts, folded

    def __bool__(self) -> bool:
        return self.correct

    def __repr__(self) -> str:
        return " ".join([f"{self.verdict}.", *(part.text for part in self._parts)])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        rich = [readable(part.rich) for part in self._parts]
        kind = "right" if self.correct else "open"
        said = (
            f"<blockquote><p><b>{html.escape(self.verdict)}.</b> "
            f"{' '.join(html.escape(part) for part in rich)}</p></blockquote>"
        )
        if self._folded:
            said = (
                f"<details><summary>What the checker says of a solution</summary>{said}</details>"
            )
        return {
            "text/plain": repr(self),
            "text/html": said,
            "text/markdown": (
                f":::{{admonition}} {self.verdict}\n:class: exercise-reply exercise-{kind}\n"
                f"{' '.join(rich)}\n:::"
            ),
        }


class Exercise:
    """A question whose answer the book's own checker judges.

    Parameters
    ----------
    build : callable
        From an answer to the derivation in which it stands; a wrong answer must make one of
        its steps false.
    closed : bool, optional
        Whether the answer has to be a formula: an integral, a sum or a quantity of the
        vocabulary in it is then answered with the request to work it out.
    positive : bool, optional
        Whether only a positive answer makes sense, where the step would hold for others as well.

    Examples
    --------
    >>> from helpers.notation import Entropy, Exponential
    >>> rate = sp.Symbol("lambda", positive=True)
    >>> entropy = Exercise(lambda answer: Derivation(Entropy(Exponential(rate))).equals(answer))
    >>> entropy.check(None)
    Your turn. Put your answer in place of None.
    >>> entropy.check(1 - sp.log(rate))
    Right. It passed the same checks as the equations of the book: proved.
    >>> entropy.check(1 + sp.log(rate)).verdict
    'Not yet'
    >>> entropy.check(1)
    Not yet. At lambda = 0.2719 the value asked for is 2.30232, your answer gives 1.
    >>> entropy.check(Entropy(Exponential(rate)))
    Not yet. That is true, but it repeats the question: work out H(Exponential(lambda)).
    """

    def __init__(
        self,
        build: Callable[[sp.Basic], Derivation],
        *,
        closed: bool = True,
        positive: bool = False,
    ):
        self.build, self.closed, self.positive = build, closed, positive
        self._open = False  # whether it was shown without an answer

    def check(self, answer: object) -> Reply:
        """Judge an answer; a wrong one is answered with a counterexample, never an exception.

        Parameters
        ----------
        answer : sympy expression, number, tuple of them, or None
            ``None`` asks where the answer goes.

        Returns
        -------
        Reply
        """
        if answer is None:
            self._open = True
            return Reply("Your turn", [_same("Put your answer in place of None.")])
        if isinstance(answer, str):
            words = "Leave the quotation marks out: the answer is a SymPy expression, not text."
            return Reply("Not yet", [_same(words)])
        try:
            expression = sp.sympify(tuple(answer) if isinstance(answer, list | tuple) else answer)
        except (sp.SympifyError, SyntaxError, TypeError):
            kind = type(answer).__name__
            return Reply(
                "Not yet", [_same(f"The answer should be a SymPy expression, not {kind}.")]
            )
        try:
            derivation = self.build(expression)
        except DerivationError as error:
            return Reply("Not yet", _objection(error, expression))
        except (TypeError, ValueError) as error:
            return Reply("Not yet", [_same(f"This cannot stand in the answer's place: {error}.")])
        if self.positive:
            try:
                Derivation(expression).at_least(0)
            except DerivationError as error:
                return Reply("Not yet", _not_positive(error))
        if self.closed and (left := expression.atoms(*_UNFINISHED)):
            shown = max(left, key=sp.count_ops)
            return Reply(
                "Not yet",
                [
                    _Part(
                        f"That is true, but it repeats the question: work out {shown}.",
                        f"That is true, but it repeats the question: work out ${latex(shown)}$.",
                    )
                ],
            )
        status = derivation.status
        told = f"It passed the same checks as the equations of the book: {status}."
        # Run All goes on to the solution: its reply is not to stand open below a question that the
        # reader has not answered yet.
        return Reply("Right", [_same(told)], correct=True, folded=self._open)


def _same(text: str) -> _Part:
    return _Part(text, text)


def _objection(error: DerivationError, answer: sp.Basic) -> list[_Part]:
    """Say why a step in which the answer stands is false."""
    for mine in answer.free_symbols:
        for theirs in error.left.free_symbols:
            if mine.name == theirs.name and mine != theirs:
                words = "is not the symbol that the chapter made under this name; use that one."
                return [_Part(f"Your {mine} {words}", f"Your ${latex(mine)}$ {words}")]
    if isinstance(error, UncheckedStepError):
        return [
            _same("The checker could neither confirm nor refute this answer; try a simpler form.")
        ]
    if error.relation.endswith("at"):
        return _not_optimal(error)
    left, right = digits_that_tell(error.counterexample.left, error.counterexample.right)
    where = _where(error)
    if error.right == answer:
        words = f"the value asked for is {left}, your answer gives {right}."
        return [_Part(f"{where.text} {words}", f"{where.rich} {words}")]
    # The answer stands inside the statement: show what it makes of it.
    found = Refutation(error)
    words = f"one side is {left}, the other {right}."
    return [
        _Part(
            f"With your answer the claim would be {error.left} {found.relation} {error.right}.",
            f"With your answer the claim would be {found.claim}.",
        ),
        _Part(f"{where.text} {words}", f"{where.rich} {words}"),
    ]


def _not_optimal(error: DerivationError) -> list[_Part]:
    found = error.counterexample
    if found.kind not in ("optimum", "tie"):
        # Outside the parameter's domain, or off the constraint: there are no two values to compare.
        where = _where(error)
        words = f"your answer is {digits_that_tell(found.left, '')[0]}"
        why = f"{words}; {found.note.replace('the claimed optimum', 'that')}."
        return [_Part(f"{where.text} {why}", f"{where.rich} {why}")]
    rival, own = digits_that_tell(found.left, found.right)
    others = {str(k): str(v) for k, v in found.values.items()}
    better = {name: others.pop(name) for name in found.claimed}
    most = "larger" if error.relation.startswith("argmax") else "smaller"
    words = "At {}your answer is {}, where the objective is {}; but at {} it is {}: {}."
    if found.kind == "tie":
        words = "At {0}your answer is {1}, where the objective is {2}; at {3} it is just as good."

    def sentence(show: Callable[[dict[str, str]], str]) -> str:
        at = f"{show(others)} " if others else ""
        return words.format(at, show(found.claimed), own, show(better), most, rival)

    plain, rich = sentence(_listed), sentence(_listed_rich)
    if not others:
        plain, rich = (text.replace("At your", "Your", 1) for text in (plain, rich))
    return [_Part(plain, rich)]


def _not_positive(error: DerivationError) -> list[_Part]:
    if isinstance(error, UncheckedStepError):
        return _objection(error, error.right)
    where, value = _where(error), digits_that_tell(error.counterexample.left, "")[0]
    words = f"your answer is {value}, and only a positive number makes sense here."
    return [_Part(f"{where.text} {words}", f"{where.rich} {words}")]


def _listed(values: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def _listed_rich(values: dict[str, str]) -> str:
    return ", ".join(typeset(name, value) for name, value in values.items())


def _where(error: DerivationError) -> _Part:
    values = Refutation(error).values
    if not values:
        return _same("Here")
    return _Part(f"At {_listed(values)}", f"At {_listed_rich(values)}")
