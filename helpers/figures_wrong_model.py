"""The picture of the chapter on wrong models: what over-dispersion does to an interval."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from helpers.plotting import DATA, MUTED, P, Q, subplots

__all__ = ["DISPERSIONS", "coverage", "draw_coverage"]

DISPERSIONS = [1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0]
MEAN, DRAWS, REPEATS, SEED = 0.5, 400, 4000, 1920


@lru_cache
def _simulated(dispersion: float) -> tuple[np.ndarray, np.ndarray]:
    """Return means and variances of REPEATS samples of counts whose variance is that many means."""
    rng = np.random.default_rng(SEED)
    shape = (REPEATS, DRAWS)
    if dispersion == 1:
        counts = rng.poisson(MEAN, shape)
    else:
        p = 1 / dispersion
        counts = rng.negative_binomial(MEAN * p / (1 - p), p, shape)
    return counts.mean(axis=1), counts.var(axis=1, ddof=1)


def coverage(dispersion: float) -> tuple[float, float]:
    """Return how often two 95 per cent intervals for the mean hold it, in 4000 samples.

    Parameters
    ----------
    dispersion : float
        Variance of the counts over their mean, at least one.

    Returns
    -------
    model, sandwich : float
        With the error of the Poisson model, and with the variance of the data.

    Examples
    --------
    >>> model, sandwich = coverage(2.0)
    >>> model < 0.87, abs(sandwich - 0.95) < 0.015
    (True, True)
    """
    means, variances = _simulated(dispersion)
    reach = stats.norm.ppf(0.975)
    off = abs(means - MEAN)
    return (
        float(np.mean(off <= reach * np.sqrt(means / DRAWS))),
        float(np.mean(off <= reach * np.sqrt(variances / DRAWS))),
    )


def draw_coverage(dispersion: float = 2.0) -> Figure:
    """Draw estimates of a Poisson mean from over-dispersed counts, and what intervals cover.

    Parameters
    ----------
    dispersion : float
        Variance of the counts over their mean, at least one.

    Examples
    --------
    >>> len(draw_coverage(1.5).axes)
    2
    """
    fig, (top, bottom) = subplots(2, 1, height=4.8)
    means, _ = _simulated(dispersion)
    edges = np.linspace(0.3, 0.7, 41)
    top.stairs(
        np.histogram(means, edges, density=True)[0],
        edges,
        **DATA.bars,
        fill=True,
        label="4000 estimates",
    )
    grid = np.linspace(0.3, 0.7, 201)
    error = np.sqrt(MEAN / DRAWS)
    top.plot(grid, stats.norm.pdf(grid, MEAN, error), **P.line, label="what the model says")
    top.plot(
        grid,
        stats.norm.pdf(grid, MEAN, error * np.sqrt(dispersion)),
        **Q.line,
        label="what the sandwich says",
    )
    top.set(xlim=(0.3, 0.7), ylim=(0, 24), xlabel=r"$\hat\lambda$", ylabel="density")
    top.legend(loc="upper right")

    ratio = np.linspace(1, 4, 121)
    reach = stats.norm.ppf(0.975)
    bottom.plot(ratio, 1 - 2 * stats.norm.sf(reach / np.sqrt(ratio)), **P.line, label="model")
    bottom.axhline(0.95, **Q.line, label="sandwich")
    seen = np.array([coverage(one) for one in DISPERSIONS])
    for column in seen.T:
        bottom.plot(DISPERSIONS, column, **DATA.points)
    # Above the legend only.
    bottom.axvline(dispersion, ymin=0.5, color=MUTED, linewidth=1.4)
    model, sandwich = coverage(dispersion)
    bottom.set(xlim=(0.95, 4.05), ylim=(0.6, 1.0))
    bottom.set(xlabel="variance over mean of the counts", ylabel="coverage")
    bottom.set_title(f"Of 4000 intervals, {model:.1%} (model) and {sandwich:.1%} hold the mean")
    bottom.legend(loc="lower left")
    return fig
