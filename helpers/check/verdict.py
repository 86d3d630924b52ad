"""What a check found: statuses, witnesses, counterexamples."""

from __future__ import annotations

from dataclasses import dataclass, field

import mpmath as mp
import sympy as sp

from helpers.trials.context import Data

__all__ = [
    "STATUSES",
    "Counterexample",
    "NotChecked",
    "Verdict",
    "Witness",
    "bound_text",
    "count_text",
    "difference_text",
    "gap_text",
    "number_text",
    "radius_text",
    "value_text",
    "values_of",
    "weakest",
]

# From strongest to weakest. A chain is as strong as its weakest link; a definition asserts
# nothing, so it never weakens a chain and counts as the strongest.
STATUSES = ("defined", "proved", "exact", "numeric", "estimated", "sampled", "cited")


def weakest(statuses) -> str:
    """The weakest of some statuses; ``defined`` when there are none.

    >>> weakest(["proved", "numeric", "defined"])
    'numeric'
    """
    return max(statuses, key=STATUSES.index, default="defined")


class NotChecked(Exception):  # noqa: N818 (it reads as what it says)
    """Neither witness could speak: the step is not refuted, and not accepted either."""


@dataclass(frozen=True)
class Witness:
    """One independent piece of evidence for a step, in words a reader can follow."""

    kind: str
    text: str


@dataclass(frozen=True)
class Counterexample:
    """Values of the symbols at which a step fails, and what both sides are there.

    Attributes
    ----------
    values : dict
        Names of symbols and their values, as text.
    left, right : str
        Both sides there, to 17 digits.
    note : str
        What a reader should know besides.
    kind : str
        ``"values"`` (the sides differ), ``"optimum"`` (``left`` is a better value of the objective
        than ``right``, that of the claimed optimum), ``"tie"`` (it is as good) or ``"place"`` (the
        claimed optimum, ``left``, is not where it may be, ``right``).
    claimed : dict
        For ``"optimum"`` and ``"tie"``: the parameters and their claimed values, as text.
    """

    values: dict
    left: str
    right: str
    note: str = ""
    kind: str = "values"
    claimed: dict = field(default_factory=dict)

    def __str__(self):
        at = ", ".join(f"{k} = {v}" for k, v in self.values.items())
        where = f"at {at}: " if at else ""
        note = f" ({self.note})" if self.note else ""
        return f"{where}left = {self.left}, right = {self.right}{note}"


@dataclass(frozen=True)
class Verdict:
    """What the check of one step found."""

    status: str
    witnesses: tuple[Witness, ...] = ()
    points: int = 0
    max_error: mp.mpf | None = None
    counterexample: Counterexample | None = None
    tightest: str = ""
    used: tuple[str, ...] = ()


def bound_text(error) -> str:
    """An error as an order of magnitude, the same on every machine.

    >>> bound_text(mp.mpf("3e-36"))
    '< 1e-30'
    """
    if error <= mp.mpf(10) ** -30:
        return "< 1e-30"
    return f"< 1e{int(mp.ceil(mp.log10(error)))}"


def radius_text(radius) -> str:
    """A relative radius as an order of magnitude, rounded up by enough to be the same anywhere.

    >>> radius_text(mp.mpf("3e-48")), radius_text(mp.mpf(0))
    ('< 1e-45', '0')
    """
    if radius == 0:
        return "0"
    return f"< 1e{5 * int(mp.ceil(mp.log10(radius) / 5))}"


def difference_text(gap) -> str:
    """A difference to three digits, and no digit more.

    >>> difference_text(mp.mpf("164.548")), difference_text(mp.mpf("0.05843"))
    ('difference 165', 'difference 0.0584')
    """
    return f"difference {mp.nstr(gap, 3).removesuffix('.0')}"


def value_text(v) -> str:
    if isinstance(v, tuple):
        return "(" + ", ".join(value_text(t) for t in v) + ")"
    if isinstance(v, sp.Basic) and v.is_Rational and v.q > 1000:
        return mp.nstr(mp.mpf(v.p) / v.q, 10)
    if isinstance(v, sp.Basic) and v.is_number and not v.is_Rational:
        return mp.nstr(mp.mpmathify(sp.N(v, 20)), 10)
    return str(v)


def values_of(env) -> dict:
    """The point as names and texts; data as far as their sample reaches.

    >>> n, x = sp.Symbol("n"), sp.IndexedBase("x")
    >>> values_of({n: sp.Integer(2), x: Data((1, 0, 1), n)})
    {'n': '2', 'x': '(1, 0)'}
    """
    out = {}
    for k, v in env.items():
        size = env.get(v.size) if isinstance(v, Data) else None
        out[str(k)] = value_text(v if size is None else v[: int(size)])
    return out


def number_text(value, digits=17) -> str:
    return mp.nstr(value.value, digits)


def count_text(count: int) -> str:
    return f"{count} points" if count != 1 else "1 point"


def gap_text(gap) -> str:
    return f"off by {mp.nstr(gap, 6)}" if gap >= 0 else mp.nstr(-gap, 17)
