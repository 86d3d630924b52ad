"""The pictures of the chapter on variational inference: the bound, and what independence costs."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from helpers.plotting import DATA, MUTED, P, Q, subplots

__all__ = ["draw_elbo", "draw_mean_field", "elbo"]

PRIOR = np.array([0.6, 0.4])
CENTRES = np.array([-1.0, 2.0])
SEEN = 1.0  # the observation
LOG_JOINT = np.log(PRIOR) + stats.norm.logpdf(SEEN, CENTRES)


def elbo(q: ArrayLike) -> NDArray[np.float64]:
    """Return the evidence lower bound of the chapter's example, in nats.

    Parameters
    ----------
    q : array_like
        Probability given to the second source, inside (0, 1).

    Returns
    -------
    ndarray, shape of ``q``

    Examples
    --------
    >>> bool(elbo(0.5) < np.logaddexp(*LOG_JOINT))
    True
    """
    q = np.asarray(q, dtype=float)
    return (1 - q) * (LOG_JOINT[0] - np.log1p(-q)) + q * (LOG_JOINT[1] - np.log(q))


def draw_elbo(q: float = 0.3) -> Figure:
    """Draw a guess at the hidden source, and the bound and the gap that it leaves.

    Parameters
    ----------
    q : float
        Probability given to the second source, inside (0, 1).

    Examples
    --------
    >>> len(draw_elbo(0.5).axes)
    2
    """
    evidence = float(np.logaddexp(*LOG_JOINT))
    posterior = np.exp(LOG_JOINT - evidence)
    fig, (top, bottom) = subplots(2, 1, height=4.6, height_ratios=(1, 1.5))
    place = np.arange(2)
    top.bar(place - 0.2, posterior, width=0.36, **P.bars, label="posterior")
    top.bar(place + 0.2, [1 - q, q], width=0.36, **Q.bars, label="guess q")
    top.set_xticks(place, ["first", "second"])
    top.set(xlim=(-0.6, 2.6), ylim=(0, 1.05), xlabel="hidden source", ylabel="probability")
    top.legend(loc="upper right")

    grid = np.linspace(0.005, 0.995, 199)
    curve, here = elbo(grid), float(elbo(q))
    bottom.fill_between(grid, curve, evidence, **Q.area)
    bottom.plot(grid, curve, **DATA.solid, label="the bound, ELBO(q)")
    bottom.axhline(evidence, **P.line, label=r"$\log\, p(x)$")
    bottom.plot([q, q], [here, evidence], color=str(Q), linewidth=3, label="gap: the divergence")
    bottom.plot([q], [here], **Q.points)
    bottom.set(xlim=(0, 1), ylim=(-3.6, -0.9), xlabel="q(second source)", ylabel="nats")
    bottom.set_title(
        f"{evidence:.4f} = {here:.4f} + {evidence - here:.4f} nats".replace("-", "\N{MINUS SIGN}")
    )
    bottom.legend(loc="lower right")
    return fig


def draw_mean_field(rho: float = 0.9) -> Figure:
    """Draw a correlated normal law, and the nearest independent ones in either direction.

    Parameters
    ----------
    rho : float
        Correlation, between -1 and 1.

    Examples
    --------
    >>> len(draw_mean_field(0.5).axes)
    1
    """
    fig, axes = subplots(height=4.2)
    turn = np.linspace(0, 2 * np.pi, 181)
    circle = np.array([np.cos(turn), np.sin(turn)])
    root = np.array([[1, 0], [rho, np.sqrt(1 - rho**2)]])
    narrow = np.sqrt(1 - rho**2)
    axes.plot(*(2 * root @ circle), **P.line, label="the law")
    axes.plot(*(2 * narrow * circle), **Q.line, label="reverse: D(Q‖P)")
    axes.plot(*(2 * circle), **MUTED.line, label="forward: D(P‖Q)")
    axes.set(xlim=(-3.6, 3.6), ylim=(-2.6, 3.9), aspect="equal")
    axes.set(xlabel="$x_1$", ylabel="$x_2$")
    axes.set_title(f"Deviation of each: law 1, reverse {narrow:.3f}, forward 1")
    axes.legend(loc="upper left")
    return fig
