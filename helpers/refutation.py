"""A false step shown on purpose: what the checker found against it.

A chapter breaks a hypothesis, or repeats a misprint, and shows the counterexample::

    refuted(lambda: Derivation(KL(P, Q)).equals(KL(Q, P)))
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import sympy as sp

from helpers.derivation import Derivation, DerivationError, UncheckedStepError
from helpers.shown.rendering import RELATIONS, latex, relation_text
from helpers.shown.typography import readable

__all__ = ["Refutation", "digits_that_tell", "refuted", "typeset", "unchecked"]


def _short(text: str, digits: int = 6) -> str:
    """Return a text with six significant digits, or as many as asked for, of every long decimal.

    A whole number is shown as one.

    >>> _short("0.381506270697 against 0.6"), _short("2.0 then -0.5")
    ('0.381506 against 0.6', '2 then -0.5')
    """
    cut = re.sub(r"-?\d+\.\d{6,}(e[+-]?\d+)?", lambda m: f"{float(m[0]):.{digits}g}", text)
    return re.sub(r"(?<=\d)\.0(?![\de])", "", cut)


def digits_that_tell(left: str, right: str) -> tuple[str, str]:
    """Return two texts with their long decimal numbers cut to as few digits as tell them apart.

    Examples
    --------
    >>> digits_that_tell("0.12937670341609945", "0.1582412011266222")
    ('0.129377', '0.158241')
    >>> digits_that_tell("-3.6934767547487355", "-3.6934774500842065")
    ('-3.6934768', '-3.6934775')
    """
    for digits in range(6, 18):
        shown = _short(left, digits), _short(right, digits)
        if shown[0] != shown[1]:
            return shown
    return left, right


def typeset(name: str, value: str) -> str:
    """Return a symbol and its value as inline mathematics; a longer name stays as it is.

    Examples
    --------
    >>> typeset("x_1", "-0.5"), typeset("the first value", "2")
    ('$x_{1} = -0.5$', 'the first value = 2')
    >>> print(typeset("theta", "3.2e-05"))
    $\\theta = 3.2 \\times 10^{-5}$
    """
    if not re.fullmatch(r"\w+", name):
        return f"{name} = {value}"
    value = re.sub(r"(?<=\d)e([-+]?\d+)", lambda m: rf" \times 10^{{{int(m[1])}}}", value)
    return f"${latex(sp.Symbol(name))} = {value}$"


class Refutation:
    """A step that the checker refused, displayed with the point at which it fails.

    Made by :func:`refuted`.

    Attributes
    ----------
    error : DerivationError
        With ``left``, ``right`` and ``counterexample``.
    relation : str
        What was claimed of the two sides: ``"="``, ``"<="``, ``"same arg min"``, ...

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", positive=True)
    >>> refuted(lambda: Derivation(sp.log(x)).at_least(x - 1)).relation
    '>='
    """

    def __init__(self, error: DerivationError):
        self.error, self.relation = error, relation_text(error.relation)

    @property
    def values(self) -> dict:
        """The point at which the step fails: names and values as text."""
        return {str(k): str(v) for k, v in self.error.counterexample.values.items()}

    def _point(self) -> str:
        return ", ".join(f"{name} = {value}" for name, value in self.values.items())

    def _sides(self) -> tuple[str, str]:
        found = self.error.counterexample
        return digits_that_tell(found.left, found.right)

    def __repr__(self) -> str:
        found = self.error.counterexample
        at = f" at {self._point()}" if self.values else ""
        note = f" ({found.note})" if found.note else ""
        left, right = self._sides()
        return (
            f"Refused: {self.error.left}  {self.relation}  {self.error.right}\n"
            f"Counterexample{at}: left = {left}, right = {right}{note}"
        )

    @property
    def claim(self) -> str:
        """What was claimed, as inline mathematics."""
        left, right = latex(self.error.left), latex(self.error.right)
        if not self.error.relation.startswith("arg"):
            sign = "=" if self.error.relation == ":=" else RELATIONS[self.error.relation][1]
            return rf"${left} \;{sign}\; {right}$"
        word = self.error.relation[3:6]
        if self.error.relation.endswith("at"):
            return rf"$\operatorname*{{arg\,{word}}} \left[{left}\right] = {right}$"
        return (
            rf"$\operatorname*{{arg\,{word}}} \left[{left}\right] = "
            rf"\operatorname*{{arg\,{word}}} \left[{right}\right]$"
        )

    def _sentence(self) -> str:
        found = self.error.counterexample
        point = ", ".join(typeset(name, value) for name, value in self.values.items())
        note = _short(found.note)
        free = self.error.left.free_symbols | self.error.right.free_symbols
        for name in sorted({str(symbol) for symbol in free} | set(self.values)):
            # Only where a value follows: "a" is a word, too.
            told = rf"\b({re.escape(name)}) = (-?\d[\w.+/-]*(?<![.]))"
            note = re.sub(told, lambda m: typeset(m[1], m[2]), note)
        left, right = self._sides()
        at = f"At {point}" if point else "Counterexample"
        found = f"{at}: the left side is {left}, the right side is {right}{note and f' ({note})'}."
        return readable(found)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        found = self._sentence()
        return {
            "text/plain": repr(self),
            "text/html": (
                "<blockquote><p><b>Refused by the checker:</b></p>"
                f"<p>{html.escape(self.claim)}</p><p>{html.escape(found)}</p></blockquote>"
            ),
            "text/markdown": (
                f":::{{admonition}} Refused by the checker\n:class: refutation\n"
                f"{self.claim}\n\n{found}\n:::"
            ),
        }


def refuted(build: Callable[[], Derivation]) -> Refutation:
    """Build a derivation that must fail, and return what was found against it.

    Parameters
    ----------
    build : callable
        A function of no argument that makes a derivation with one false step.

    Returns
    -------
    Refutation

    Raises
    ------
    AssertionError
        If every step passed, or the false step was not refuted but only could not be checked.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", positive=True)
    >>> bool(refuted(lambda: Derivation(sp.log(x)).equals(x - 1)).values)
    True
    >>> refuted(lambda: Derivation(sp.log(x)).at_most(x - 1))
    Traceback (most recent call last):
    AssertionError: build: expected a false step, but all 1 of them passed
    """
    try:
        derivation = build()
    except DerivationError as error:
        if isinstance(error, UncheckedStepError):
            raise AssertionError(f"build: expected a refutation, got: {error}") from error
        return Refutation(error)
    raise AssertionError(
        f"build: expected a false step, but all {len(derivation.steps)} of them passed"
    )


def unchecked(build: Callable[[], Derivation]) -> str:
    """Build a derivation with a step that is beyond the checker, and return what it says of it.

    Parameters
    ----------
    build : callable
        A function of no argument that makes a derivation with a step that cannot be checked.

    Returns
    -------
    str

    Raises
    ------
    AssertionError
        If every step was answered; a false step raises its own error.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", positive=True)
    >>> unchecked(lambda: Derivation(sp.log(x)).at_most(x - 1))
    Traceback (most recent call last):
    AssertionError: build: expected a step that cannot be checked, but every step was answered
    """
    try:
        build()
    except UncheckedStepError as error:
        return str(error)
    raise AssertionError(
        "build: expected a step that cannot be checked, but every step was answered"
    )
