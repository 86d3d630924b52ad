"""The picture of the chapter on sources: a printed inequality against the right one."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from helpers.plotting import INK, P, Q, subplots

__all__ = ["draw_chebyshev_printed"]


def draw_chebyshev_printed(sigma: float = 0.5) -> Figure:
    """Draw how often a normal observation lies beyond k sigma and k sigma^2, against 1/k^2.

    Parameters
    ----------
    sigma : float
        Standard deviation, positive.

    Examples
    --------
    >>> draw_chebyshev_printed(0.5).axes[0].get_title(loc="left")
    'As printed: false, for k from 1.5 to 3.5'
    """
    k = np.linspace(0.8, 5, 169)
    allowed = np.minimum(1, 1 / k**2)
    printed = 2 * stats.norm.sf(k * sigma)
    # The crossing is looked for far beyond the picture: for small sigma it lies there.
    far = np.linspace(1, 60, 5901)
    broken = far[2 * stats.norm.sf(far * sigma) > 1 / far**2]
    verdict = "holds for this distribution"
    if broken.size:
        verdict = f"false, for k from {broken[0]:.1f} to {broken[-1]:.1f}"
    fig, axes = subplots(height=3.0)
    axes.fill_between(k, allowed, printed, where=printed > allowed, **P.area)
    axes.plot(k, allowed, color=str(INK), label=r"allowed, $1/k^2$")
    axes.plot(
        k,
        printed,
        color=P,
        linestyle=Q.dashes,
        label=r"$\mathbb{P}[|X-\mu| \geq k\sigma^2]$, as printed",
    )
    axes.plot(
        k, 2 * stats.norm.sf(k), **P.line, label=r"$\mathbb{P}[|X-\mu| \geq k\sigma]$, corrected"
    )
    axes.set(xlim=(0.8, 5), ylim=(0, 1.3), xlabel="$k$", ylabel="probability")
    axes.set_title(f"As printed: {verdict}")
    axes.legend(loc="upper right")
    return fig
