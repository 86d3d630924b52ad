"""The pictures of the chapter on the law of large numbers."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from helpers.convergence import (
    chebyshev_bound,
    chebyshev_epsilon,
    chebyshev_extremal,
    clt_tail,
    hoeffding_bound,
    running_mean,
)
from helpers.plotting import COVERING, DATA, INK, MUTED, THETA_STAR, M, P, Q, subplots

__all__ = [
    "SAMPLE_SIZES",
    "coin_tail",
    "draw_running_means",
    "draw_sample_sizes",
    "draw_settling",
    "draw_tails",
]

SEED = 20200716
LONGEST = 1000
SAMPLE_SIZES = [1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80, 100, 150, 200, 300, 500, LONGEST]


@lru_cache
def _running_means(repeats: int = 4000) -> NDArray[np.float64]:
    """Return running means of exponential samples (mean one), shape (repeats, LONGEST)."""
    draws = np.random.default_rng(SEED).exponential(size=(repeats, LONGEST))
    return running_mean(draws)


def draw_running_means(n: int = 30) -> Figure:
    """Draw running means of exponential draws, and how the mean of n of them is spread.

    Parameters
    ----------
    n : int
        Sample size at which the spread is shown, from 1 to 1000.

    Examples
    --------
    >>> len(draw_running_means(10).axes)
    2
    """
    means = _running_means()
    fig, (paths, spread) = subplots(2, 1, height=4.8)
    sizes = np.arange(1, LONGEST + 1)
    band = chebyshev_epsilon(0.05, variance=1, n=sizes)
    paths.fill_between(sizes, 1 - band, 1 + band, **MUTED.area)
    shown = np.unique(np.geomspace(1, LONGEST, 400).astype(int)) - 1
    for path in means[:12, shown]:
        paths.plot(sizes[shown], path, **DATA.solid, linewidth=0.7, alpha=0.6)
    paths.axhline(1, **THETA_STAR.line, label=r"$\mu$")
    paths.axvline(n, color=MUTED, linewidth=1.4)
    paths.set(xscale="log", xlim=(1, LONGEST), ylim=(0, 4.7))
    paths.set(xlabel="number of draws", ylabel="mean so far")
    paths.set_title("Twelve samples; the band is Chebyshev's, 95 per cent")

    edges = np.linspace(0, 2.6, 53)
    height, _ = np.histogram(means[:, n - 1], edges, density=True)
    spread.stairs(height, edges, **DATA.bars, fill=True, label="4000 samples")
    spread.axvline(1, **THETA_STAR.line, label=r"$\mu$")
    bound = chebyshev_bound(0.25, variance=1, n=n)
    outside = float(np.mean(abs(means[:, n - 1] - 1) >= 0.25))
    for edge in (0.75, 1.25):
        spread.axvline(edge, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    spread.set(xlabel="mean of the first $n$ draws", ylabel="density", xlim=(0, 2.6), ylim=(0, 13))
    spread.set_title(f"$n$ = {n}: {outside:.1%} off by 0.25 or more (bound {bound:.1%})")
    return fig


def draw_tails(k: float = 2.0) -> Figure:
    """Draw the three-point distribution that attains Chebyshev's bound, and tails of others.

    Parameters
    ----------
    k : float
        Distance of the outer points from the mean in standard deviations, at least one.

    Examples
    --------
    >>> len(draw_tails(1.5).axes)
    2
    """
    fig, (pmf, tails) = subplots(2, 1, height=4.8, height_ratios=(1, 1.4))
    three = chebyshev_extremal(k)
    outer = three.pmf(k)
    pmf.bar(three.xk, three.pk, width=0.16, **P.bars)
    pmf.set(
        xlabel=r"$(x - \mu)\,/\,\sigma$", ylabel="probability", xlim=(-4.3, 4.3), ylim=(0, 1.02)
    )
    pmf.set_title(f"Mass {outer:.3f} at each end, {1 - 2 * outer:.3f} in the middle")

    t = np.linspace(0.8, 4, 161)
    tails.plot(t, chebyshev_bound(t, variance=1), **INK.solid, label=r"$\min(1, 1/k^2)$")
    tails.plot(t, np.where(t <= k, 2 * outer, np.nan), **P.line, label="three points")
    tails.plot([k], [2 * outer], **P.points)
    tails.plot(
        t,
        np.exp(-1 - t) + np.maximum(0, 1 - np.exp(t - 1)),
        color=INK,
        linestyle=Q.dashes,
        label="exponential",
    )
    tails.plot(t, 2 * stats.norm.sf(t), color=INK, linestyle=M.dashes, label="normal")
    tails.set(
        xlabel="distance from the mean in standard deviations",
        ylabel="probability of that far or more",
        xlim=(0.8, 4),
        ylim=(5e-5, 2),
        yscale="log",
    )
    tails.yaxis.minorticks_off()
    tails.legend(loc="lower left")
    return fig


def coin_tail(sizes: ArrayLike, epsilon: float) -> NDArray[np.float64]:
    """Return the probability that the share of heads is off one half by epsilon or more.

    Parameters
    ----------
    sizes : array_like of int
        Numbers of tosses of a fair coin.
    epsilon : float
        The error that is asked about, positive.

    Returns
    -------
    ndarray, shape of ``sizes``
        Sums of binomial probabilities; nothing is approximated.

    Examples
    --------
    >>> coin_tail([1, 2, 4], 0.5).tolist()
    [1.0, 0.5, 0.125]
    """
    sizes = np.asarray(sizes)
    # A count that lies on the boundary belongs to the event, whatever 0.55 * 100 rounds to.
    least = np.ceil(sizes * (0.5 + epsilon) - 1e-9)
    return 2 * stats.binom.sf(least - 1, sizes, 0.5)


def draw_sample_sizes(epsilon: float = 0.05, delta: float = 0.05) -> Figure:
    """Draw how likely the share of heads is off by epsilon, and what three methods say.

    Parameters
    ----------
    epsilon : float
        The error that is asked about.
    delta : float
        The probability that is allowed.

    Examples
    --------
    >>> len(draw_sample_sizes(0.1).axes)
    1
    """
    fig, axes = subplots(height=3.6)
    sizes = np.unique(np.geomspace(10, 20_000, 400).astype(int))
    axes.axhline(delta, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.plot(
        sizes, chebyshev_bound(epsilon, variance=0.25, n=sizes), **INK.solid, label="Chebyshev"
    )
    axes.plot(
        sizes,
        hoeffding_bound(epsilon, width=1, n=sizes),
        color=INK,
        linestyle=Q.dashes,
        label="Hoeffding",
    )
    normal = clt_tail(epsilon, variance=0.25, n=sizes)
    axes.plot(sizes, coin_tail(sizes, epsilon), **P.line | {"linewidth": 1}, label="exact")
    axes.plot(sizes, normal, color=INK, linestyle=M.dashes, label="central limit")
    axes.set(
        xlabel="number of tosses $n$",
        ylabel=f"probability of an error of {epsilon:g} or more",
        xscale="log",
        yscale="log",
        xlim=(10, 20_000),
        ylim=(1e-4, 2),
    )
    # Where few draws do, the tails pass below the names, which cover them.
    axes.legend(loc="lower left", **COVERING)
    return fig


def draw_settling(draws: ArrayLike) -> Figure:
    """Draw running means of Cauchy draws, and of the log-density of the same draws.

    Parameters
    ----------
    draws : array_like, shape (samples, length)
        Draws from the standard Cauchy distribution.

    Examples
    --------
    >>> len(draw_settling(np.ones((2, 100))).axes)
    2
    """
    draws = np.asarray(draws, dtype=float)
    sizes = np.arange(1, draws.shape[1] + 1)
    shown = np.unique(np.geomspace(1, draws.shape[1], 300).astype(int)) - 1
    fig, (raw, logs) = subplots(2, 1, height=4.8)
    for axes, values in ((raw, draws), (logs, stats.cauchy.logpdf(draws))):
        means = running_mean(values)[:, shown]
        for path in means:
            axes.plot(sizes[shown], path, **DATA.solid, linewidth=0.9, alpha=0.7)
        axes.set(xlabel="number of draws", xscale="log", xlim=(1, sizes[-1]))
    raw.set(ylabel="mean of $x$", ylim=(-8, 8))
    raw.set_title("The draws: nothing to settle on")
    logs.axhline(-math.log(4 * math.pi), **THETA_STAR.line, label=r"$-\log\, 4\pi$")
    logs.set(ylabel=r"mean of $\log\, p(x)$", ylim=(-5, -1))
    logs.set_title("Their log-density settles")
    logs.legend(loc="lower right")
    return fig
