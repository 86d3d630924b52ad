"""How fast a formula falls: a proved bound on what lies beyond a place.

On x >= B the logarithm of the size of every part of a formula is kept between two sums of
``x**q`` and ``x**q log(x)`` (q >= 0): a calculus of majorants, whose rules hold at every such x.
Where the upper one falls at least like -c x, its integral and its sum to infinity are bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx, fmpq

from helpers.digits.balls import NotEvaluable, Number, Undefined, is_zero, real_part

__all__ = ["tail_bound"]

# Sums of a_k x**q (log x)**r, as {(q, r): a_k} with q >= 0 and r in {0, 1}.
Sum = dict
_ONE, _LOG = (fmpq(0), 0), (fmpq(0), 1)
_BITS = 64


class _NoBound(Exception):  # noqa: N818
    """The calculus has no rule, or nothing that follows from its rules."""


@dataclass(frozen=True)
class _Size:
    """low <= log|h| <= high beyond B (low None: nothing known), and the sign of h or 0."""

    low: Sum | None
    high: Sum
    sign: int


def tail_bound(
    f: sp.Expr, x: sp.Symbol, start: arb, number: Callable[[sp.Expr], Number], *, of_sum: bool
) -> arb | None:
    """A bound on the integral of ``abs(f)`` from ``start`` on, or on the sum over start + k.

    None where the calculus does not show that there is one, or not yet at this ``start``.

    >>> from helpers.digits.balls import fraction
    >>> t = sp.Symbol("t")
    >>> tail_bound(t * sp.exp(-t), t, arb(50), fraction, of_sum=False) < 1e-15
    True
    """
    with ctx.workprec(_BITS):
        if not start > 16:
            return None
        try:
            bound = _Calculus(x, start, number).size(f).high
        except (_NoBound, NotEvaluable, Undefined):
            return None
        return _beyond(bound, start, of_sum)


def _beyond(bound: Sum, start: arb, of_sum: bool) -> arb | None:
    """The integral or sum of exp(bound): all of it is written as exp(constant - c lead)."""
    lead = max(bound, default=_ONE)
    if lead[0] < 1:
        return None
    spare = -_least(_scaled(bound, -1), start, of_lead=True)
    if not spare < 0:
        return None
    q, r = lead
    # lead is convex: it stays above its tangent at start.
    slope = -spare * (power_of(start, q - 1) * q * (start.log() + fmpq(1) / q if r else 1))
    first = (bound.get(_ONE, arb(0)) + spare * _at(lead, start)).exp()
    return first / (1 - (-slope).exp()) if of_sum else first / slope


def power_of(x: arb, q: fmpq) -> arb:
    return x ** arb(q)


def _at(key, x: arb) -> arb:
    return power_of(x, key[0]) * (x.log() if key[1] else 1)


def _scaled(s: Sum, c) -> Sum:
    return {key: a * c for key, a in s.items()}


def _plus(s: Sum, t: Sum) -> Sum:
    found = dict(s)
    for key, a in t.items():
        found[key] = found.get(key, arb(0)) + a
    return {key: a for key, a in found.items() if not a.is_zero()}


def _largest(s: Sum, t: Sum) -> Sum:
    """A sum above both: every x**q log(x)**r is positive."""
    return {key: s.get(key, arb(0)).max(t.get(key, arb(0))) for key in {*s, *t}}


def _least(s: Sum, start: arb, *, of_lead: bool = False) -> arb:
    """A lower bound of a sum beyond start; or a c with sum - constant >= c lead there."""
    keys = [key for key in s if key != _ONE]
    lead = max(keys, default=None)
    constant = s.get(_ONE, arb(0))
    if lead is None:
        return arb(0) if of_lead else constant
    left = s[lead]
    for key in keys:
        if key != lead and not s[key] > 0:
            # Its share of the lead is largest at start, once log(x) is past its turn.
            if key[1] > lead[1] and not (lead[0] - key[0]) * start.log() > 1:
                raise _NoBound
            left += s[key].min(arb(0)) * _at(key, start) / _at(lead, start)
    if of_lead:
        return left
    if not left >= 0:
        raise _NoBound
    return left * _at(lead, start) + constant


class _Calculus:
    def __init__(self, x: sp.Symbol, start: arb, number: Callable[[sp.Expr], Number]):
        self.x, self.start, self.number = x, start, number

    def constant(self, e) -> arb:
        value = real_part(self.number(e))
        if isinstance(value, (arb, fmpq)):
            return arb(value)
        raise _NoBound

    # ------------------------------------------------------------------ sizes

    def size(self, e) -> _Size:
        """Bounds of log|e|."""
        if self.x not in e.free_symbols:
            value = self.constant(e)
            if is_zero(value):
                return _Size(None, {_ONE: arb(-(10**9))}, 0)
            high = {_ONE: arb(value.abs_upper()).log()}
            if value.contains(0):
                return _Size(None, high, 0)
            return _Size({_ONE: arb(value.abs_lower()).log()}, high, 1 if value > 0 else -1)
        if e == self.x:
            return _Size({_LOG: arb(1)}, {_LOG: arb(1)}, 1)
        if e.is_Mul:
            return self._product([self.size(a) for a in e.args])
        if e.is_Add:
            return self._total([self.size(a) for a in e.args])
        if e.is_Pow:
            return self._power(*e.args)
        if isinstance(e, sp.exp):
            return _Size(*self.between(e.args[0]), 1)
        if isinstance(e, sp.Abs):
            inner = self.size(e.args[0])
            return _Size(inner.low, inner.high, abs(inner.sign))
        if isinstance(e, (sp.log, sp.loggamma)):
            return self._of_value(*self.between(e))
        if isinstance(e, (sp.factorial, sp.gamma)):
            return _Size(*self._log_gamma(e.args[0] + int(isinstance(e, sp.factorial))), 1)
        if isinstance(e, (sp.sin, sp.cos, sp.erf, sp.tanh, sp.atan)):
            return _Size(None, {_ONE: arb(2).log()}, 0)
        raise _NoBound

    @staticmethod
    def _product(sizes) -> _Size:
        low, high, sign = {}, {}, 1
        for s in sizes:
            low = None if low is None or s.low is None else _plus(low, s.low)
            high, sign = _plus(high, s.high), sign * s.sign
        return _Size(low, high, sign)

    def _total(self, sizes) -> _Size:
        high = sizes[0].high
        for s in sizes[1:]:
            high = _largest(high, s.high)
        high = _plus(high, {_ONE: arb(len(sizes)).log()})
        signs = {s.sign for s in sizes}
        known = [s for s in sizes if s.low is not None]
        if len(signs) == 1 and 0 not in signs and known:
            # All of one sign: at least as large as any of them.
            return _Size(max((s.low for s in known), key=self._rank), high, sizes[0].sign)
        for s in sorted(known, key=lambda s: self._rank(s.low), reverse=True)[:2]:
            try:
                others = [_least(_plus(s.low, _scaled(t.high, -1)), self.start)
                          for t in sizes if t is not s]  # fmt: skip
            except _NoBound:
                continue
            if sum(((-gap).exp() for gap in others), arb(0)) < 0.5:
                return _Size(_plus(s.low, {_ONE: -arb(2).log()}), high, s.sign)
        return _Size(None, high, 0)

    @staticmethod
    def _rank(s: Sum) -> list:
        return [(key, float(s[key].mid())) for key in sorted(s, reverse=True)
                if key != _ONE and float(s[key].mid()) > 0]  # fmt: skip

    def _power(self, base, exponent) -> _Size:
        if self.x in exponent.free_symbols:
            return _Size(*self.between(exponent * sp.log(base)), 1)
        inner, p = self.size(base), self.constant(exponent)
        if exponent.is_Integer:
            sign = inner.sign if exponent.is_odd else abs(inner.sign)
        elif inner.sign == 1:
            sign = 1
        else:
            raise _NoBound
        if p > 0:
            return _Size(inner.low and _scaled(inner.low, p), _scaled(inner.high, p), sign)
        if inner.low is None or inner.sign == 0:
            raise _NoBound
        return _Size(_scaled(inner.high, p), _scaled(inner.low, p), sign)

    def _of_value(self, low: Sum | None, high: Sum) -> _Size:
        """Bounds of log|g| from bounds of g."""
        sign, least = 0, None
        for s, candidate in ((low, 1), (_scaled(high, -1), -1)):
            try:
                bound = None if s is None else _least(s, self.start)
            except _NoBound:
                continue
            if bound is not None and bound > 0:
                sign, least = candidate, {_ONE: bound.log()}
        if low is None:
            raise _NoBound
        terms = [low, high]
        found: Sum = {}
        keys = {key for s in terms for key in s}
        for q, r in keys:
            c = sum((abs(s.get((q, r), arb(0))) for s in terms), arb(0))
            # log(x) <= x**(1/2), so that log(log(x)) <= log(x) / 2.
            own = {_LOG: arb(q) + arb(r) / 2, _ONE: arb(c.abs_upper()).log()}
            found = own if not found else _largest(found, own)
        return _Size(least, _plus(found, {_ONE: arb(max(len(keys), 1)).log()}), sign)

    # ------------------------------------------------------------------ values

    def between(self, e) -> tuple[Sum | None, Sum]:
        """Bounds of the value of ``e`` itself, as sums."""
        if self.x not in e.free_symbols:
            value = self.constant(e)
            return {_ONE: value}, {_ONE: value}
        if e.is_Pow and e.base.is_Add and e.exp.is_Integer and 1 < e.exp < 9:
            e = sp.expand(e)
        if e.is_Add:
            parts = [self.between(a) for a in e.args]
            low, high = {}, {}
            for a, b in parts:
                low = None if low is None or a is None else _plus(low, a)
                high = _plus(high, b)
            return low, high
        if e.is_Mul:
            c, rest = e.as_independent(self.x, as_Add=False)
            if rest.is_Pow and rest.base.is_Add and rest.exp.is_Integer and 1 < rest.exp < 9:
                rest = sp.expand(rest)
            if c != 1:
                return self._multiple(self.constant(c), rest)
            if any(a.is_Add for a in rest.args) and rest.is_polynomial(self.x):
                return self.between(sp.expand(rest))
        key = self._key(e)
        if key is not None:
            return {key: arb(1)}, {key: arb(1)}
        if isinstance(e, sp.log):
            inner = self.size(e.args[0])
            if inner.sign != 1:
                raise _NoBound
            return inner.low, inner.high
        if isinstance(e, sp.loggamma):
            return self._log_gamma(e.args[0])
        return self._from_size(self.size(e))

    def _multiple(self, c: arb, rest) -> tuple[Sum | None, Sum]:
        low, high = self.between(rest)
        if c > 0:
            return low and _scaled(low, c), _scaled(high, c)
        if low is None or not c < 0:
            raise _NoBound
        return _scaled(high, c), _scaled(low, c)

    def _key(self, e):
        """x**q or x**q log(x) as a key."""
        logs = [a for a in sp.Mul.make_args(e) if isinstance(a, sp.log) and a.args[0] == self.x]
        rest = e / logs[0] if len(logs) == 1 else e
        if len(logs) > 1:
            return None
        if rest == 1:
            return (fmpq(0), len(logs))
        base, q = rest.as_base_exp()
        if base != self.x or not q.is_Rational or q < 0:
            return None
        return (fmpq(int(q.p), int(q.q)), len(logs))

    def _from_size(self, s: _Size) -> tuple[Sum | None, Sum]:
        """Bounds of a value from those of its size, where they are no more than constants."""
        try:
            top = -_least(_scaled(s.high, -1), self.start)
        except _NoBound:
            if s.sign != -1 or s.low is None:
                raise
            # -exp(c x) <= -(c x)**2 / 2 for c x >= 0.
            c = s.low.get((fmpq(1), 0), arb(0))
            rest = _least({k: a for k, a in s.low.items() if k != (fmpq(1), 0)}, self.start)
            if not c > 0:
                raise
            return None, {(fmpq(2), 0): -(c**2) / 2 * rest.exp()}
        top = arb(top.exp().upper())
        low = arb(0) if s.sign == 1 else -top
        return {_ONE: low}, {_ONE: top if s.sign >= 0 else arb(0)}

    def _log_gamma(self, argument) -> tuple[Sum, Sum]:
        """log gamma(x) or log gamma(x + 1), by Stirling's formula and its first remainder."""
        shift = sp.expand(argument - self.x)
        if shift not in (0, 1):
            raise _NoBound
        low = {(fmpq(1), 1): arb(1), (fmpq(1), 0): arb(-1), _LOG: arb(-0.5 + int(shift)),
               _ONE: (2 * arb.pi()).log() / 2}  # fmt: skip
        return low, _plus(low, {_ONE: 1 / (12 * self.start)})
