"""The pictures of the first chapter and of the landing page: each function draws one of them.

Every function takes the values of its sliders (or nothing) and returns a Matplotlib figure, so that
``helpers.explorer.explore`` can show it live or as frames.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import stats

from helpers.datasets import alpha_particles
from helpers.divergence import entropy, kl_divergence
from helpers.likelihood import empirical, log_likelihood
from helpers.plotting import DATA, INK, MUTED, PAPER, THETA_STAR, P, Q, style, subplots

__all__ = [
    "SAMPLE_SIZES",
    "draw_card",
    "draw_information_gain",
    "draw_log_bound",
    "draw_poisson_fit",
    "draw_same_minimiser",
    "draw_theorem",
    "draw_uniform_likelihood",
]

# The landing page's sample grows through these sizes.
SAMPLE_SIZES = [2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 350, 600, 1000, 2000, 4000, 10000]
SOURCE_RATE = 4.0


@cache
def _poisson_curves() -> tuple[NDArray, NDArray, NDArray]:
    """Rates, the mean log-likelihood of the alpha counts, KL(p_hat || Poisson(rate))."""
    sample = alpha_particles().sample
    p_hat = empirical(sample)
    rates = np.linspace(1.0, 8.0, 141)
    mean = [log_likelihood("poisson", (r,), sample) / sample.size for r in rates]
    divergence = [kl_divergence(p_hat, stats.poisson(r)) for r in rates]
    return rates, np.array(mean), np.array(divergence)


def draw_poisson_fit(lam: float = 3.0) -> Figure:
    """Draw the alpha counts with a Poisson model, and where that model stands on the likelihood.

    Parameters
    ----------
    lam : float
        The model's mean count per interval, between 1 and 8.
    """
    alpha = alpha_particles()
    rates, mean, _ = _poisson_curves()
    here = log_likelihood("poisson", (lam,), alpha.sample) / alpha.n
    fig, (counts, likelihood) = subplots(1, 2)
    counts.bar(alpha.values, alpha.proportions, width=0.8, **DATA.bars, label="observed")
    model = stats.poisson.pmf(alpha.values, lam)
    counts.plot(alpha.values, model, **Q.line, marker="o", markersize=3.5, label="model")
    counts.set(
        xlabel="particles in 7.5 s",
        ylabel="share of intervals",
        ylim=(0, 0.4),
        title=rf"model with $\lambda$ = {lam:.2f}",
    )
    counts.legend(loc="upper right")
    likelihood.plot(rates, mean, **DATA.solid, label="mean log-likelihood")
    likelihood.plot([lam], [here], **Q.points | {"markersize": 7}, label="this model")
    likelihood.set(
        xlabel=r"$\lambda$",
        ylabel=r"$\ell(\lambda)\,/\,n$  (nats)",
        ylim=(-4.7, -1.9),
        title=f"its height: {here:.3f}".replace("-", "−"),
    )
    return fig


def draw_same_minimiser() -> Figure:
    """Draw minus the mean log-likelihood and the divergence: parallel curves, one minimiser."""
    alpha = alpha_particles()
    rates, mean, divergence = _poisson_curves()
    gap = entropy(empirical(alpha.sample))
    fig, ax = subplots(height=3.2)
    ax.plot(rates, -mean, **DATA.solid, label=r"$-\ell(\lambda)/n$")
    label = r"$D_{\mathrm{KL}}(\hat{p} \,\|\, p_\lambda)$"
    ax.plot(rates, divergence, **Q.line, label=label)
    lowest = [np.interp(alpha.mean, rates, curve) for curve in (-mean, divergence)]
    ax.axvline(alpha.mean, **DATA.line | {"linewidth": 1})
    # The lower one stands on the axis, which would cut it in half.
    ax.plot([alpha.mean] * 2, lowest, **DATA.points, clip_on=False, label="the two minima")
    for rate in (2.0, 5.5):
        low = float(np.interp(rate, rates, divergence))
        arrow = {"arrowstyle": "<->", "color": MUTED, "linewidth": 0.9}
        ax.annotate("", (rate, low), (rate, low + gap), arrowprops=arrow)
        ax.text(rate + 0.1, low + gap / 2, rf"$H(\hat{{p}})$ = {gap:.3f}", va="center")
    ax.set(xlabel=r"$\lambda$", ylabel="nats", ylim=(0, 4.6), title="A constant apart")
    ax.legend(loc="upper right", bbox_to_anchor=(0.94, 1))
    return fig


def draw_log_bound() -> Figure:
    """Draw log x below its tangent x - 1, and the one point where they meet."""
    x = np.geomspace(0.05, 3, 120)
    fig, ax = subplots()
    ax.fill_between(x, np.log(x), x - 1, **MUTED.area)
    ax.plot(x, x - 1, color=MUTED, linestyle=Q.dashes, label=r"$x - 1$")
    ax.plot(x, np.log(x), **INK.solid, label=r"$\log\,x$")
    ax.plot([1], [0], **INK.points, label="they touch at 1")
    ax.set(xlabel=r"$x$", ylabel="value", ylim=(-3, 2), title="The logarithm under its tangent")
    ax.legend(loc="lower right")
    return fig


def draw_uniform_likelihood(n: int = 6) -> Figure:
    """Draw the likelihood of Uniform(0, theta): zero below the largest observation, then a fall.

    Parameters
    ----------
    n : int
        How many of a fixed row of observations from Uniform(0, 1) are used, at most 40.
    """
    sample = np.random.default_rng(3).uniform(size=40)[:n]
    top = sample.max()
    theta = np.linspace(top, 1.6, 120)
    fig, ax = subplots()
    ax.plot([0, top], [0, 0], **DATA.solid, label="likelihood")
    ax.plot([top, top], [0, 1], **MUTED.solid, linewidth=0.9)
    ax.plot(theta, (top / theta) ** n, **DATA.solid)
    ax.plot([top], [1], **DATA.points, label="most likely")
    ax.plot(sample, np.full(n, -0.07), "|", color=DATA, markersize=9, label="observations")
    ax.set(
        xlabel=r"$\theta$",
        ylabel="likelihood / its maximum",
        xlim=(0, 1.6),
        ylim=(-0.14, 1.12),
        title=f"n = {n}: the largest observation is {top:.3f}",
    )
    ax.legend(loc="upper right")
    return fig


def draw_information_gain(heads: int = 8) -> Figure:
    """Draw prior and posterior of a coin's bias after ten tosses, and the information gained.

    Parameters
    ----------
    heads : int
        How many of the ten tosses came up heads.
    """
    prior, posterior = stats.beta(2, 2), stats.beta(2 + heads, 12 - heads)
    theta = np.linspace(0, 1, 121)
    gain = kl_divergence(posterior, prior, base=2)
    fig, ax = subplots()
    ax.fill_between(theta, 0, posterior.pdf(theta), **P.area)
    ax.plot(theta, posterior.pdf(theta), **P.line, label="after ten tosses")
    ax.plot(theta, prior.pdf(theta), **Q.line, label="before: Beta(2, 2)")
    ax.set(
        xlabel="probability of heads",
        ylabel="density",
        ylim=(0, 6.2),
        title=f"{heads} heads of 10: {gain:.2f} bits learned",
    )
    ax.legend(loc="upper center")
    return fig


@cache
def _growing_sample() -> NDArray:
    return np.random.default_rng(1910).poisson(SOURCE_RATE, max(SAMPLE_SIZES))


@cache
def _divergence_from_source() -> tuple[NDArray, NDArray]:
    rates = np.linspace(2.0, 7.0, 101)
    source = stats.poisson(SOURCE_RATE)
    return rates, np.array([kl_divergence(source, stats.poisson(r)) for r in rates])


def _theorem_panel(ax: Axes, n: int) -> float:
    """Draw both curves and their lowest points; return the most likely rate."""
    rates, divergence = _divergence_from_source()
    sample = _growing_sample()[:n]
    h = entropy(stats.poisson(SOURCE_RATE))
    shifted = [-log_likelihood("poisson", (r,), sample) / n - h for r in rates]
    theta_hat = sample.mean()
    lowest = -log_likelihood("poisson", (theta_hat,), sample) / n - h
    ax.axhline(0, color=INK, linewidth=0.6)
    ax.plot(rates, divergence, **P.line, label="divergence from the source")
    ax.plot(rates, shifted, **DATA.line, label="minus mean log-likelihood, shifted")
    star = THETA_STAR.points | {"markersize": 8}
    ax.plot([SOURCE_RATE], [0], **star, label="least divergence")
    ax.plot([theta_hat], [lowest], **DATA.points | {"marker": "D"}, label="most likely")
    ax.set(
        xlabel=r"rate $\theta$ of the Poisson model",
        ylabel="nats",
        xlim=(2, 7),
        ylim=(-0.7, 2.1),
    )
    return theta_hat


def draw_theorem(n: int = 30) -> Figure:
    """Draw the book's theorem for a sample of n from Poisson(4).

    Minus the mean log-likelihood, less the entropy of the source, against the divergence of the
    model from the source; with the two minima.

    Parameters
    ----------
    n : int
        How many observations of one growing sample are used, at most 10000.
    """
    fig, ax = subplots(height=3.1)
    theta_hat = _theorem_panel(ax, n)
    ax.set_title(f"n = {n}: most likely {theta_hat:.3f}, least divergence {SOURCE_RATE:g}")
    ax.legend(loc="upper center", ncols=1)
    return fig


def draw_card(title: str) -> Figure:
    """Draw the picture that stands for the book where somebody links to it, 1200 by 630 pixels.

    Parameters
    ----------
    title : str
        Set above the picture of the theorem; a line break in it is kept.

    Examples
    --------
    >>> fig = draw_card("A title")
    >>> (fig.get_size_inches() * fig.dpi).tolist()
    [1200.0, 630.0]
    """
    with style():
        fig = Figure(figsize=(6, 3.15), dpi=200, facecolor=PAPER, layout="none")  # type: ignore[arg-type] # left out of the stubs
        title_style: dict[str, Any] = {
            "fontfamily": "STIXGeneral",
            "fontweight": "bold",
            "fontsize": 25,
        }
        fig.text(0.05, 0.84, title, va="center", linespacing=1.05, **title_style)
        ax = fig.add_axes((0.105, 0.16, 0.85, 0.5))
        _theorem_panel(ax, 30)
        ax.set_ylim(-0.4, 1.6)
        ax.legend(loc="upper right", bbox_to_anchor=(1, 1.12))
    return fig
