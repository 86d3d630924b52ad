"""The pictures of the chapter on loss functions."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from helpers.datasets import challenger, light_times
from helpers.plotting import DATA, INK, MUTED, P, Q, subplots
from helpers.regression import fit_logistic

__all__ = ["draw_distress", "draw_outlier"]


def draw_outlier(worst: int = -44) -> Figure:
    """Draw Newcomb's light times with the least one moved, and what two losses make of them.

    Parameters
    ----------
    worst : int
        Where the least of the 66 observations is put, at most 24.

    Examples
    --------
    >>> draw_outlier().axes[0].get_title(loc="left")
    'Mean 26.21, median 27'
    """
    times = np.sort(light_times()["nanoseconds"]).astype(float)
    times[0] = worst
    mean, median = times.mean(), np.median(times)
    spread, absolute = times.std(), np.mean(abs(times - median))
    fig, (top, bottom) = subplots(2, 1, height=4.8, sharex=True)
    values, counts = np.unique(times, return_counts=True)
    top.bar(values, counts, width=1.0, **DATA.bars, label="66 observations")
    top.axvline(mean, **P.line, label="mean: squared loss")
    top.axvline(median, **Q.line, label="median: absolute loss")
    top.set(ylim=(0, 12), xlabel="nanoseconds beyond 24 800", ylabel="how often")
    top.set_title(f"Mean {mean:.2f}, median {median:g}")
    top.legend(loc="upper left")

    grid = np.linspace(-80, 50, 521)
    bottom.plot(grid, stats.norm.pdf(grid, mean, spread), **P.line, label="normal")
    bottom.plot(grid, stats.laplace.pdf(grid, median, absolute), **Q.line, label="Laplace")
    bottom.set(xlim=(-80, 50), ylim=(0, 0.13), xlabel="nanoseconds beyond 24 800", ylabel="density")
    nats = [
        -stats.norm.logpdf(times, mean, spread).mean(),
        -stats.laplace.logpdf(times, median, absolute).mean(),
    ]
    bottom.set_title(f"Loss per observation: normal {nats[0]:.3f}, Laplace {nats[1]:.3f} nats")
    bottom.legend(loc="upper left")
    return fig


def draw_distress() -> Figure:
    """Draw the shuttle flights by temperature, the logistic fit and the base rate.

    Examples
    --------
    >>> len(draw_distress().axes)
    1
    """
    flights = challenger()
    x, y = flights["temperature"], flights["distress"]
    fit = fit_logistic(x, y)
    fig, axes = subplots(height=3.0)
    grid = np.linspace(30, 85, 221)
    axes.plot(grid, fit.probability(grid), **Q.line, label="logistic regression")
    axes.axhline(y.mean(), **MUTED.line, label="base rate")
    axes.plot(x, y, **DATA.points, alpha=0.6, label="23 flights")
    axes.axvline(31, color=INK, linewidth=1, linestyle=(0, (1, 2)), label="the last launch, 31 °F")
    axes.set(
        xlim=(29, 85),
        ylim=(-0.06, 1.95),
        xlabel="temperature (°F)",
        ylabel="probability of distress",
    )
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.legend(loc="upper right")
    return fig
