"""The picture of the chapter on failures: a likelihood that grows as one component shrinks."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import special, stats

from helpers.datasets import light_times
from helpers.plotting import COVERING, DATA, MUTED, P, Q, subplots

__all__ = ["WIDTHS", "draw_spike", "spiked_log_likelihoods"]

WIDTHS = [float(f"1e{k}") for k in range(1, -13, -1)]
SPIKE = 28  # where the narrow component sits: the most frequent of Newcomb's times


def spiked_log_likelihoods(width: float) -> tuple[float, float]:
    """Return Newcomb's log-likelihood under half a normal and half a narrow spike, in nats.

    Parameters
    ----------
    width : float
        Standard deviation of the spike, positive.

    Returns
    -------
    raw, binned : float
        With the times as exact numbers, and as classes one nanosecond wide.

    Raises
    ------
    ValueError
        If the width is not positive.

    Examples
    --------
    >>> raw, binned = spiked_log_likelihoods(1e-12)
    >>> round(raw, 1), round(binned, 1)
    (-85.5, -272.3)
    """
    if not width > 0:
        raise ValueError(f"width must be positive, got {width}")
    times = light_times()["nanoseconds"].astype(float)
    mean, spread = times.mean(), times.std()
    raw = np.logaddexp(
        stats.norm.logpdf(times, mean, spread), stats.norm.logpdf(times, SPIKE, width)
    )
    binned = _class(times, mean, spread) + _class(times, SPIKE, width)
    return float(np.sum(raw - np.log(2))), float(np.sum(np.log(binned / 2)))


def _class(times: NDArray[np.float64], mean: float, spread: float) -> NDArray[np.float64]:
    upper, lower = (times + 0.5 - mean) / spread, (times - 0.5 - mean) / spread
    return np.asarray(special.ndtr(upper) - special.ndtr(lower))


def draw_spike(width: float = 1.0) -> Figure:
    """Draw the mixture's density at one width, and both log-likelihoods against the width.

    Parameters
    ----------
    width : float
        Standard deviation of the narrow component, positive.

    Examples
    --------
    >>> len(draw_spike(0.1).axes)
    2
    """
    times = light_times()["nanoseconds"].astype(float)
    fig, (top, bottom) = subplots(2, 1, height=4.8)
    values, counts = np.unique(times, return_counts=True)
    top.bar(values, counts / times.size, width=0.9, **DATA.bars, label="66 times")
    grid = np.unique(np.concatenate([np.linspace(0, 45, 271), [SPIKE]]))
    density = (
        stats.norm.pdf(grid, times.mean(), times.std()) + stats.norm.pdf(grid, SPIKE, width)
    ) / 2
    top.plot(grid, np.minimum(density, 1), **Q.line, label="mixture")
    top.set(xlim=(0, 45), ylim=(0, 0.4), xlabel="nanoseconds beyond 24 800", ylabel="density")
    top.legend(loc="upper left")

    both = np.array([spiked_log_likelihoods(w) for w in WIDTHS])
    bottom.plot(WIDTHS, both[:, 0], **Q.line, label="times as exact numbers")
    bottom.plot(WIDTHS, both[:, 1], **P.line, label="times as classes")
    bottom.axvline(width, color=MUTED, linewidth=1.4)
    raw, binned = spiked_log_likelihoods(width)
    bottom.set(xscale="log", xlim=(2e1, 5e-13), ylim=(-290, -60))
    bottom.set(xlabel="width of the narrow component (ns)", ylabel="log-likelihood (nats)")
    shown = f"exact {raw:.1f}, classes {binned:.1f} nats".replace("-", "\N{MINUS SIGN}")
    bottom.set_title(f"Width {width:g}: {shown}")
    bottom.legend(loc="upper left", **COVERING)
    return fig
