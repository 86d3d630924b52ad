"""Infinite series as balls.

Under a proved bound of the tail the sum is enclosed. Else it is summed under a ratio seen among its
terms, or accelerated by two methods that must agree: then its error is an estimate.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
from flint import arb, ctx

from helpers.digits.balls import NotEvaluable, Value, is_zero, to_arb

__all__ = ["enclosed_series", "series"]

_MAX_TERMS = 6000
_MOST_TERMS = 50000


def enclosed_series(at: Callable[[int], arb], start: int, beyond: Callable) -> arb | None:
    """The sum of ``at(k)`` from ``start`` on; None where ``beyond(k)`` bounds no tail.

    >>> half = lambda k: arb(2) ** -k
    >>> found = enclosed_series(half, 1, lambda k: arb(2) ** (1 - k))
    >>> found.contains(1), found.rad() < 1e-14
    (True, True)
    """
    total, size, k, stop = arb(0), arb(0), start, max(start, 0) + 32
    while stop < _MOST_TERMS:
        tail = beyond(stop)
        # A bound from far out costs no terms; only where it is small are they summed.
        if tail is not None and tail < arb(2) ** -(ctx.prec // 2):
            for k in range(k, stop):  # noqa: B020
                term = at(k)
                total += term
                size += abs(term)
            k = stop
            if tail < size * arb(2) ** (5 - ctx.prec):
                return total + arb(0, tail.upper())
        stop += max(stop // 3, 8)
    return None


def series(at: Callable[[int], arb], start: int) -> arb:
    """The sum of ``at(k)`` for k = start, start + 1, ..., with an estimated error.

    Raises
    ------
    NotEvaluable
        If neither a ratio bound on the tail nor two accelerations give enough digits.

    Examples
    --------
    >>> found = series(lambda k: arb(2) ** -k, 1)
    >>> found.contains(1), found.rad() < 1e-9
    (True, True)
    """
    target = arb(2) ** (20 - ctx.prec)
    total, size, last = arb(0), arb(0), None
    falling, slow, ahead = 0, 0, start
    for k in range(start, start + _MAX_TERMS):
        term = at(k)
        t = abs(term)
        total += term
        size += t
        fell = last is not None and t <= last * 0.97
        falling = falling + 1 if fell or (is_zero(t) and last is not None and last <= 0) else 0
        slow = slow + 1 if last is not None and not fell and t <= last else 0
        # A run of falling terms with ratio below 0.97 bounds the tail by 33 more of the last.
        if falling >= 12 and t * 40 <= target * size and k >= ahead:
            ahead = _later_bump(at, k, target * size)
            if ahead is None:
                return total + arb(0, (t * 40).upper())
        last = t
        if slow > 200:
            return _accelerated(at, start)
    raise NotEvaluable("the sum has too many terms that count")


def _later_bump(at, k, negligible):
    """The first sampled index beyond ``k`` whose term counts after all (two separate humps)."""
    index = k
    while index < _MAX_TERMS * 4:
        index = max(index + 1, int(index * 1.02))
        if not abs(at(index)) <= negligible:
            return index
    return None


def _accelerated(at, start) -> arb:
    def term(k):
        with ctx.workprec(mp.mp.prec + 10):
            return Value(at(int(k))).value

    with mp.workprec(ctx.prec):
        digits = mp.mp.dps
        # Extrapolation gives a number for some divergent series, too: their terms do not vanish.
        early, late = ([term(start + 10**k + j) for j in range(3)] for k in (3, 6))
        before, after = (max(map(abs, terms)) for terms in (early, late))
        if not after <= before * mp.mpf("0.9"):
            raise NotEvaluable("the terms of the sum do not fall")
        # Of one sign and like 1/k: nothing to extrapolate to; finding that out takes seconds.
        if len({mp.sign(t) for t in early + late}) == 1 and after >= before * mp.mpf("0.99e-3"):
            raise NotEvaluable("the terms of the sum fall no faster than 1/k")
        try:
            one = mp.nsum(term, [start, mp.inf], method="richardson+shanks")
            two = mp.nsum(term, [start, mp.inf], method="levin")
        except (ValueError, ZeroDivisionError, mp.NoConvergence) as problem:
            raise NotEvaluable("the sum converges too slowly") from problem
        error = abs(one - two)
        if not mp.isfinite(error) or error > mp.mpf(10) ** (-digits // 2) * abs(one):
            raise NotEvaluable("the sum converges too slowly")
        radius = error * 10 + abs(one) * mp.mpf(10) ** (8 - digits)
        return arb(to_arb(one), to_arb(radius))
