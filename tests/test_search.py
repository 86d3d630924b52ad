"""The refined grid against calculus, at peaks inside and at the ends, and its refusals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from helpers.search import grid_maximum


@given(peak=st.floats(-5, 5), points=st.integers(4, 40))
def test_finds_the_peak_of_a_parabola(peak, points):
    with mp.workdps(30):
        found = grid_maximum(lambda t: -((mp.mpf(t) - peak) ** 2), -6, 6, points=points)
    assert found == pytest.approx(peak, abs=1e-10)


def test_finds_a_peak_that_is_not_symmetric():
    with mp.workdps(40):
        found = grid_maximum(
            lambda r: 10 * mp.log(r) - 3 * r, mp.mpf(1), mp.mpf(9), tolerance=1e-12
        )
    assert isinstance(found, mp.mpf)
    assert float(found) == pytest.approx(10 / 3, abs=1e-12)


@pytest.mark.parametrize(("sign", "end"), [(1, 2.0), (-1, -1.0)])
def test_finds_the_end_of_a_monotone_function(sign, end):
    assert grid_maximum(lambda t: sign * t, -1, 2) == pytest.approx(end, abs=1e-9)


def test_stops_where_floating_point_ends():
    assert grid_maximum(lambda t: -abs(t - 1e6), 0, 3e6, tolerance=1e-30) == pytest.approx(1e6)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((1, 1), {}, "low must be below high"),
        ((0, 1), {"points": 3}, "points must be at least 4"),
        ((0, 1), {"tolerance": 0}, "tolerance must be positive"),
    ],
)
def test_refuses_what_cannot_be_searched(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        grid_maximum(math.sin, *arguments, **options)


def test_refuses_nan():
    with pytest.raises(ValueError, match="nan"):
        grid_maximum(lambda t: math.nan if t > 0.5 else t, 0, 1)
