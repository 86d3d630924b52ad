"""A maximum found with nothing but comparisons: a third route beside formulas and optimisers."""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["grid_maximum"]


def grid_maximum(
    f: Callable,
    low: float,
    high: float,
    *,
    points: int = 21,
    tolerance: float = 1e-10,
) -> float:
    """Return where `f` is largest between `low` and `high`, by refining a grid.

    The grid's best point and its two neighbours bound the next grid, until the neighbours are
    closer together than `tolerance`. Nothing but comparisons of values is used: with `low` and
    `high` of type ``mpmath.mpf`` the search runs with as many digits as mpmath is set to.

    Parameters
    ----------
    f : callable
        Function of one number; with a single peak between `low` and `high`.
    low, high : float or mpmath.mpf
        Ends of the interval.
    points : int
        Points of each grid, at least 4.
    tolerance : float
        Width at which to stop, positive; the answer is at most that far from the peak.

    Returns
    -------
    float or mpmath.mpf
        As `low` and `high`.

    Raises
    ------
    ValueError
        If the interval is empty, there are too few points, the tolerance is not positive, or a
        value of `f` cannot be compared (nan).

    Examples
    --------
    >>> round(grid_maximum(lambda t: -((t - 0.3) ** 2), 0, 1, tolerance=1e-6), 5)
    0.3
    """
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}")
    if points < 4:
        raise ValueError(f"points must be at least 4, got {points}")
    if not tolerance > 0:
        raise ValueError(f"tolerance must be positive, got {tolerance}")
    while high - low > tolerance:
        step = (high - low) / (points - 1)
        grid = [low + k * step for k in range(points)]
        values = [f(t) for t in grid]
        if any(math.isnan(v) for v in values):
            raise ValueError(f"f must have a value everywhere, it is nan between {low} and {high}")
        best = max(range(points), key=values.__getitem__)
        if step == 0 or grid[1] == low:
            break  # floating point has no finer grid
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, points - 1)]
    return (low + high) / 2
