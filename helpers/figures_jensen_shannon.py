"""The pictures of the chapter on the Jensen-Shannon divergence."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit
from scipy.stats import norm, wasserstein_distance

from helpers.divergence import js_divergence, kl_divergence
from helpers.plotting import INK, MUTED, M, P, Q, subplots

__all__ = ["draw_discriminator", "draw_midpoint", "draw_parallel_lines", "draw_triangle"]

LOG2 = math.log(2)
WIDTHS = (1.0, 1.5)
"""Standard deviations of P and of Q where a picture slides one normal past another."""


@cache
def _sliding_normals(shift: float, widths: tuple[float, float]) -> tuple[float, float, float]:
    """Return KL both ways and JSD of N(0, s_P^2) and N(shift, s_Q^2)."""
    p, q = norm(0, widths[0]), norm(shift, widths[1])
    return kl_divergence(p, q), kl_divergence(q, p), js_divergence(p, q)


def draw_midpoint(shift: float = 3.0) -> Figure:
    """Draw two normals with their mixture, and their divergences against the shift.

    Parameters
    ----------
    shift : float
        Mean of Q; P stands at zero.

    Examples
    --------
    >>> len(draw_midpoint(2.0).axes)
    2
    """
    fig, (top, bottom) = subplots(2, 1, height=4.6, height_ratios=(1, 1.15))
    x = np.linspace(-4, 12, 321)
    p, q = norm.pdf(x, 0, WIDTHS[0]), norm.pdf(x, shift, WIDTHS[1])
    top.fill_between(x, 0, (p + q) / 2, **M.area)
    top.plot(x, p, **P.line, label="$P$")
    top.plot(x, q, **Q.line, label="$Q$")
    top.plot(x, (p + q) / 2, **M.line, label=r"$M = \frac{1}{2}(P + Q)$")
    forward, backward, jsd = _sliding_normals(shift, WIDTHS)
    top.set(xlabel="$x$", ylabel="density", xlim=(-4, 12), ylim=(0, 0.54))
    top.legend(loc="upper right")

    # Among these are the slider's: nothing is left to integrate when it moves.
    shifts = np.linspace(0, 8, 65)
    curves = np.array([_sliding_normals(float(s), WIDTHS) for s in shifts]).T
    bottom.axhline(LOG2, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    bottom.text(7.95, LOG2 + 0.06, r"$\log\, 2$", ha="right", color=MUTED)
    names = (r"$D_{\mathrm{KL}}(P\,\|\,Q)$", r"$D_{\mathrm{KL}}(Q\,\|\,P)$", "JSD")
    now = (forward, backward, jsd)
    for ink, name, curve, value in zip((P, Q, M), names, curves, now, strict=True):
        bottom.plot(shifts, curve, **ink.line, label=name)
        bottom.plot([shift], [value], **ink.points)
    bottom.set(
        xlabel="shift between $P$ and $Q$", ylabel="nats", xlim=(-0.1, 8.1), ylim=(-0.1, 3.2)
    )
    bottom.legend(loc="upper right", bbox_to_anchor=(1, 0.92))
    bottom.set_title(
        rf"$D_{{\mathrm{{KL}}}}(P\|Q)$ = {forward:.2f}, "
        rf"$D_{{\mathrm{{KL}}}}(Q\|P)$ = {backward:.2f}, JSD = {jsd:.4f}"
    )
    return fig


def _coin(t: ArrayLike) -> NDArray[np.float64]:
    t = np.asarray(t, dtype=float)
    return np.stack([1 - t, t], axis=-1)


def draw_triangle(slack_root: ArrayLike, slack_plain: ArrayLike) -> Figure:
    """Draw what a detour costs over the straight way, with and without the root.

    Parameters
    ----------
    slack_root, slack_plain : array_like
        d(P, R) + d(R, Q) - d(P, Q) of many random triples, for the root of the divergence
        and for the divergence itself.

    Examples
    --------
    >>> len(draw_triangle([0.1, 0.2], [-0.1, 0.2]).axes)
    2
    """
    fig, (top, bottom) = subplots(2, 1, height=4.8)
    # Denser at the ends, where the root leaves zero with an upright tangent.
    t = np.sin(np.linspace(0, np.pi / 2, 101)) ** 2
    first = js_divergence(_coin(0.0), _coin(t))
    second = js_divergence(_coin(t), _coin(1.0))
    for axes in (top, bottom):
        (axes.axhline if axes is top else axes.axvline)(0, color=MUTED, linewidth=1)
    root = np.sqrt(first) + np.sqrt(second) - math.sqrt(LOG2)
    top.plot(t, root, **INK.solid, label=r"$\sqrt{\mathrm{JSD}}$")
    top.plot(t, first + second - LOG2, **M.line, label="JSD")
    top.set(
        xlabel="$t$, the chance of heads of the coin in the middle",
        ylabel="detour minus straight way",
        xlim=(0, 1),
    )
    top.set_title("From always tails, by way of a coin, to always heads")
    top.legend(loc="center", bbox_to_anchor=(0.5, 0.48), ncols=2)
    # No root of the divergence exceeds sqrt(log 2): the slack of two of them ends before 1.7.
    edges = np.linspace(-0.3, 1.7, 101)
    for ink, name, slack in ((INK, r"$\sqrt{\mathrm{JSD}}$", slack_root), (M, "JSD", slack_plain)):
        height, _ = np.histogram(slack, edges)
        bottom.stairs(
            height / np.size(slack), edges, color=ink, linestyle=ink.dashes, linewidth=1.9
        )
        bottom.plot([], [], **ink.line, label=name)
    bottom.set(xlabel="detour minus straight way", ylabel="share of triples", xlim=(-0.3, 1.7))
    bottom.set_title("The same for random triples")
    bottom.legend(loc="upper right")
    return fig


def draw_discriminator(shift: float = 2.0) -> Figure:
    """Draw two normals, the best discriminator between them, and the value of the game.

    Parameters
    ----------
    shift : float
        Mean of Q, the distribution of made samples; that of the real ones has mean zero.

    Examples
    --------
    >>> len(draw_discriminator(1.0).axes)
    2
    """
    fig, (top, bottom) = subplots(2, 1, height=4.6, height_ratios=(1.15, 1))
    x = np.linspace(-4, 10, 281)
    p, q = norm(0, 1).pdf(x), norm(shift, 1).pdf(x)
    top.plot(x, p, **P.line, label="$p$, real")
    top.plot(x, q, **Q.line, label="$q$, made")
    # Through the logarithms: far from both peaks the ratio itself is 0/0.
    best = expit(norm(0, 1).logpdf(x) - norm(shift, 1).logpdf(x))
    top.plot(x, best, **INK.solid, label=r"$c^*(x) = \frac{p(x)}{p(x) + q(x)}$")
    top.set(xlabel="$x$", ylabel="density, probability", xlim=(-4, 10), ylim=(0, 1.05))
    top.legend(loc="upper right")

    shifts = np.linspace(0, 6, 61)
    value = [2 * _sliding_normals(float(s), (1.0, 1.0))[2] - 2 * LOG2 for s in shifts]
    here = 2 * _sliding_normals(shift, (1.0, 1.0))[2] - 2 * LOG2
    bottom.axhline(-2 * LOG2, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    bottom.text(5.95, -2 * LOG2 + 0.05, r"$-\log\, 4$", ha="right", color=MUTED)
    bottom.plot(shifts, value, **M.line, label=r"$2\,\mathrm{JSD} - \log\, 4$")
    bottom.plot([shift], [here], **M.points)
    bottom.set(
        xlabel="shift between $P$ and $Q$",
        ylabel="value in nats",
        xlim=(-0.1, 6.1),
        ylim=(-1.5, 0.1),
    )
    bottom.set_title(f"$V(c^*)$ = {here:.3f} nats".replace("-", "−"))
    bottom.legend(loc="center right")
    return fig


def _compare_segments(theta: float) -> tuple[float, float, float, float]:
    """Return KL, total variation, JSD and Wasserstein between the segments at 0 and theta."""
    # The second coordinate is the same in both; what differs is a point mass at 0 or at theta.
    places = np.unique([0.0, theta])
    p, q = (places == 0.0).astype(float), (places == theta).astype(float)
    return (
        kl_divergence(p, q),
        abs(p - q).sum() / 2,
        js_divergence(p, q),
        wasserstein_distance([0.0], [theta]),
    )


def draw_parallel_lines(theta: float = 0.5) -> Figure:
    """Draw two vertical segments and four divergences between them.

    Parameters
    ----------
    theta : float
        Where the second segment stands, from -1 to 1; the first stands at zero.

    Examples
    --------
    >>> len(draw_parallel_lines(0.0).axes)
    2
    """
    fig, (plane, values) = subplots(2, 1, height=4.8, height_ratios=(1, 1.5))
    plane.plot([0, 0], [0, 1], **P.line, label="$P$")
    plane.plot([theta, theta], [0, 1], **Q.line, label=r"$Q_\theta$")
    plane.set(xlabel="first coordinate", ylabel="second", xlim=(-1.1, 1.1), ylim=(-0.05, 1.05))
    # Above the panel: inside, the sliding segment would cross it.
    plane.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2, ncols=2)

    infinity = 1.6  # the height at which an infinite divergence is drawn
    drawn = (
        (MUTED, "solid", "KL, either way"),
        (MUTED, Q.dashes, "total variation"),
        (M, M.dashes, "JSD"),
        (INK, "solid", "Wasserstein"),
    )
    grid = np.linspace(-1, 1, 41)
    curves = np.minimum(np.array([_compare_segments(t) for t in grid]).T, infinity)
    here = _compare_segments(theta)
    for (ink, dashes, name), curve, value in zip(drawn, curves, here, strict=True):
        leap = curve.copy()
        leap[20] = np.nan if name != "Wasserstein" else 0.0  # theta = 0, an isolated point
        values.plot(grid, leap, color=str(ink), linestyle=dashes, label=name)
        values.plot([theta], [min(value, infinity)], **{**ink.points, "markersize": 6.5})
    values.set(xlabel=r"$\theta$", ylabel="how far apart", xlim=(-1.1, 1.1), ylim=(-0.1, 1.75))
    values.set_yticks([0, LOG2, 1, infinity], ["0", r"$\log\, 2$", "1", r"$\infty$"])
    for ink, x, y, name in (
        (MUTED, -1, infinity + 0.05, "KL, either way"),
        (MUTED, -1, 1.05, "total variation"),
        (M, -1, LOG2 - 0.14, "JSD"),
        (INK, 0.25, 0.06, "Wasserstein"),
    ):
        values.text(x, y, name, color=str(ink))
    kl, tv, jsd, transport = here
    values.set_title(
        f"KL {'∞' if math.isinf(kl) else f'{kl:.0f}'}, total variation {tv:.0f}, "
        f"JSD {jsd:.3f}, Wasserstein {transport:.2f}"
    )
    return fig
