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

from helpers.derivation import Derivation, DerivationError
from helpers.notation import VocabularyExpr
from helpers.refutation import Refutation
from helpers.rendering import latex

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

    def __init__(self, verdict: str, parts: list[_Part], *, correct: bool = False):
        self.correct, self.verdict, self._parts = correct, verdict, parts

    def __bool__(self) -> bool:
        return self.correct

    def __repr__(self) -> str:
        return " ".join([f"{self.verdict}.", *(part.text for part in self._parts)])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        rich = [part.rich for part in self._parts]
        kind = "right" if self.correct else "open"
        return {
            "text/plain": repr(self),
            "text/html": (
                f"<blockquote><p><b>{html.escape(self.verdict)}.</b> "
                f"{' '.join(html.escape(part) for part in rich)}</p></blockquote>"
            ),
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
    >>> entropy.check(Entropy(Exponential(rate)))
    Not yet. That is true, but it repeats the question: work out H(Exponential(lambda)).
    """

    def __init__(self, build: Callable[[sp.Basic], Derivation], *, closed: bool = True):
        self.build, self.closed = build, closed

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
            return Reply("Your turn", [_same("Put your answer in place of None.")])
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
            return Reply("Not yet", _objection(error))
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
        return Reply("Right", [_same(told)], correct=True)


def _same(text: str) -> _Part:
    return _Part(text, text)


def _objection(error: DerivationError) -> list[_Part]:
    if error.counterexample is None:
        return [
            _same("The checker could neither confirm nor refute this answer; try a simpler form.")
        ]
    found = Refutation(error)
    point = ", ".join(f"{name} = {value}" for name, value in found.values.items())
    where = f"At {point} " if point else "There "
    left, right = error.counterexample.left, error.counterexample.right
    return [_same(f"{where}the book's side is {left}, yours gives {right}.")]
