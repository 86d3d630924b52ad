"""Integrals and sums by themselves: known values, divergence, and errors that are owned up to."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from helpers.numeric import integration
from helpers.numeric.integration import AccuracyWarning, Integral, integrate, summate

INF = math.inf


def plain(function):
    """Turn f(x) into an integrand of anchor, offset and log-Jacobian."""

    def integrand(anchor, offset, shift):
        with np.errstate(all="ignore"):
            value = function(anchor + offset) * np.exp(shift)
        return value, np.zeros(value.shape)

    return integrand


def near_zero(function):
    """The same for an anchor at zero, so that an offset keeps all its digits."""

    def integrand(anchor, offset, shift):
        with np.errstate(all="ignore"):
            value = function(offset) * np.exp(shift)
        return value, np.zeros(value.shape)

    return integrand


@pytest.mark.parametrize(
    ("function", "lower", "upper", "anchors", "expected"),
    [
        (lambda x: np.exp(-0.5 * x * x), -INF, INF, [0.0], math.sqrt(2 * math.pi)),
        (lambda x: 1 / (1 + x * x), -INF, INF, [0.0], math.pi),
        (lambda x: x**-1.5, 1.0, INF, [1.0], 2.0),
        (lambda x: x**-1.01, 1.0, INF, [1.0], 100.0),
        (lambda x: x**-2.0 * np.log(x) ** 2, 1.0, INF, [1.0], 2.0),
        (lambda x: x**-1.1 * np.log(x), 1.0, INF, [1.0], 100.0),
        (lambda x: 1 / (x * np.log(x) ** 2), math.e, INF, [math.e], 1.0),
        (lambda x: x**-0.5, 0.0, 1.0, [0.0, 1.0], 2.0),
        (lambda x: x**-0.99, 0.0, 1.0, [0.0, 1.0], 100.0),
        (lambda x: -np.log(x), 0.0, 1.0, [0.0, 1.0], 1.0),
        (lambda x: np.exp(-1e12 * x * x), -INF, INF, [0.0], math.sqrt(math.pi) * 1e-6),
        (lambda x: np.exp(-1e-12 * x * x), -INF, INF, [0.0], math.sqrt(math.pi) * 1e6),
        (lambda x: -np.exp(-x), 0.0, INF, [0.0], -1.0),
        (lambda x: x**3, 1.0, 2.0, [], 15 / 4),
    ],
)
def test_known_integrals(function, lower, upper, anchors, expected):
    make = near_zero if anchors[:1] == [0.0] and upper != 1.0 else plain
    # Three marks around the bulk, as the quantiles of a law would be.
    marks = np.array([0.5, 1.0, 2.0])
    result = integrate(make(function), lower, upper, np.array(anchors), marks)
    assert result.value == pytest.approx(expected, rel=1e-9)
    assert abs(result.value - expected) <= max(10 * result.error, 1e-13 * abs(expected))


@pytest.mark.parametrize(
    ("function", "lower", "upper", "anchors", "expected"),
    [
        (lambda x: 1 / x, 1.0, INF, [1.0], INF),
        (lambda x: -1 / x, 1.0, INF, [1.0], -INF),
        (lambda x: 1 / (x * np.log(x)), math.e, INF, [math.e], INF),
        (lambda x: np.abs(x) ** -0.9, 1.0, INF, [1.0], INF),
        (lambda x: 1 / x, 0.0, 1.0, [0.0, 1.0], INF),
        (lambda x: x**-1.5, 0.0, 1.0, [0.0, 1.0], INF),
        (np.exp, 0.0, INF, [0.0], INF),
        (lambda x: np.where(x > 0.5, np.inf, 1.0), 0.0, 1.0, [0.0, 1.0], INF),
    ],
)
def test_divergent_integrals(function, lower, upper, anchors, expected):
    result = integrate(plain(function), lower, upper, np.array(anchors), np.array([0.5, 1.0, 2.0]))
    assert result == Integral(expected, 0.0)


def test_an_integral_over_nothing():
    function = plain(np.exp)
    assert integrate(function, 1.0, 1.0, np.array([]), np.array([])) == Integral(0.0, 0.0)
    nothing = plain(np.zeros_like)
    assert integrate(nothing, 0.0, 1.0, np.array([0.0]), np.array([0.5])).value == 0.0


def test_a_lost_tail_counts_as_error():
    # Beyond 20 nothing is known: the integral is that of what is known, and says so.
    known = plain(lambda x: np.where(x > 20.0, np.nan, np.exp(-0.1 * x)))
    result = integrate(known, 0.0, INF, np.array([0.0]), np.array([1.0]))
    assert abs(result.value - 10.0) <= result.error
    with pytest.warns(AccuracyWarning, match="this: estimated relative error"):
        result.checked("this")
    # A growing integrand that is then lost can only diverge.
    growing = plain(lambda x: np.where(x > 20.0, np.nan, np.exp(0.1 * x)))
    assert integrate(growing, 0.0, INF, np.array([0.0]), np.array([1.0])).value == INF
    unknown = plain(lambda x: np.full(x.shape, np.nan))
    assert integrate(unknown, 0.0, INF, np.array([0.0]), np.array([1.0])).error == INF
    # A hole in the middle of a finite range leaves no doubt either.
    hole = plain(lambda x: np.where(np.abs(x - 0.3) < 0.1, np.nan, 1.0))
    assert integrate(hole, 0.0, 1.0, np.array([0.0, 1.0]), np.array([0.5])).error == INF


def test_work_is_limited_and_the_error_owned_up_to(monkeypatch):
    monkeypatch.setattr(integration, "_MAX_PANELS", 2000)
    wild = plain(lambda x: 1.0 + np.sin(1e7 * x))
    result = integrate(wild, 0.0, 1.0, np.array([0.0, 1.0]), np.array([0.5]))
    assert result.error > 1e-9
    assert abs(result.value - 1.0) < 10 * result.error


def test_rounding_is_part_of_the_error():
    def integrand(anchor, offset, shift):
        value = np.exp(-np.abs(anchor + offset) + shift)
        return value, 1e-6 * value

    result = integrate(integrand, -INF, INF, np.array([0.0]), np.array([-1.0, 1.0]))
    assert result.error == pytest.approx(2e-6, rel=1e-3)
    with pytest.warns(AccuracyWarning):
        assert result.checked("this") == pytest.approx(2.0)


def test_a_zero_with_an_error_is_named():
    with pytest.warns(AccuracyWarning, match="relative error inf"):
        Integral(0.0, 1e-20).checked("this")
    assert Integral(0.0, 0.0).checked("this") == 0.0
    assert Integral(1.0, 1e-10).checked("this") == 1.0
    assert Integral(INF, 0.0).checked("this") == INF


# --- sums -------------------------------------------------------------------------------------


def terms(function):
    def evaluate(k):
        value = function(k)
        return value, np.zeros(value.shape)

    return evaluate


@pytest.mark.parametrize(
    ("function", "lower", "upper", "marks", "expected"),
    [
        (lambda k: 1.0 / k**2, 1.0, INF, [1.0], math.pi**2 / 6),
        (lambda k: k**-1.5, 1.0, INF, [1.0], float(mpmath.zeta(1.5))),
        (lambda k: np.log(k) * k**-1.5, 1.0, INF, [1.0], float(-mpmath.zeta(1.5, 1, 1))),
        (lambda k: k**-1.1, 1.0, INF, [1.0], float(mpmath.zeta(1.1))),
        (lambda k: 0.5**k, 0.0, INF, [0.0, 3.0], 2.0),
        (lambda k: 0.5 ** np.abs(k), -INF, INF, [0.0], 3.0),
        (lambda k: 1.0 / (1.0 + k**2), -INF, INF, [0.0], math.pi / math.tanh(math.pi)),
        (np.ones_like, 1.0, 1e6, [1.0, 1e6], 1e6),
        (lambda k: k, 0.0, 10.0, [2.0, 7.0], 55.0),
        (lambda k: np.exp(-((k - 5e5) ** 2) / 2e4), 0.0, 1e6, [5e5], math.sqrt(2e4 * math.pi)),
        (lambda k: np.where(np.abs(k) > 1e9, 0.0, np.exp(-np.abs(k))), -INF, INF, [0.0], None),
    ],
)
def test_known_sums(function, lower, upper, marks, expected):
    if expected is None:
        expected = 1 / math.tanh(0.5)
    result = summate(terms(function), lower, upper, np.array(marks))
    assert result.value == pytest.approx(expected, rel=1e-9)
    assert abs(result.value - expected) <= max(10 * result.error, 1e-13 * expected)


@pytest.mark.parametrize(
    ("function", "lower", "marks"),
    [
        (lambda k: 1.0 / k, 1.0, [1.0]),
        (lambda k: k**-0.5, 1.0, [1.0]),
        (lambda k: np.where(k > 40, np.inf, 1.0), 1.0, [1.0]),
        (lambda k: np.where(k > 1e6, np.inf, 1.0 / k**2), 1.0, [1.0]),
        (lambda k: np.where(k > 1e6, np.inf, 1.0 / k), 1.0, [1.0]),
    ],
)
def test_divergent_sums(function, lower, marks):
    assert summate(terms(function), lower, INF, np.array(marks)).value == INF


def test_lost_terms_count_as_error():
    lost = terms(lambda k: np.where(k == 3, np.nan, 0.5**k))
    assert summate(lost, 0.0, INF, np.array([0.0])).error == INF
    far = terms(lambda k: np.where(k > 1e5, np.nan, 1.0 / k**2))
    assert summate(far, 1.0, INF, np.array([1.0])).error == INF


def test_a_long_block_that_no_polynomial_follows_is_summed_term_by_term():
    jagged = terms(lambda k: np.where(k % 2 == 0, 1.0, 0.5))
    result = summate(jagged, 0.0, 99_999.0, np.array([0.0]))
    assert result.value == pytest.approx(75_000.0, rel=1e-12)


def test_a_tail_that_grows_again_is_infinite_whatever_its_power():
    assert integration._beyond(50.0, 0.0, -0.01, -3.0) == math.inf
    assert integration._beyond(50.0, 0.0, 0.0, -0.5) == math.inf
    assert integration._beyond(50.0, 0.0, 0.0, -3.0) == pytest.approx(50.0**-2 / 2)
    assert integration._beyond(1.0, 0.0, 2.0, 0.0) == pytest.approx(math.exp(-2) / 2)


def test_only_a_curve_that_falls_off_for_good_is_followed():
    """A parabola open above grows again beyond what was seen of it: it says nothing there."""
    t = -690.0 * np.array([1.0, 5 / 6, 2 / 3, 1 / 2, 1 / 3])
    line, falling, rising = 0.01 * t - 3.0, -(t**2) / 8.0 + t, t**2 / 8.0 + t
    assert integration._line_or_parabola(t, line) == pytest.approx([0.01, -3.0])
    assert integration._line_or_parabola(t, falling) == pytest.approx([-0.125, 1.0, 0.0], abs=1e-6)
    assert integration._line_or_parabola(t, rising) is None
    assert integration._line_or_parabola(t, np.abs(t) ** 1.5) is None
