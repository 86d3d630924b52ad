"""The pictures of the chapter that proves maximum likelihood to be minimum divergence."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from helpers.consistency import (
    Rates,
    memorising_estimate,
    memorising_limit,
    memorising_log_likelihood,
)
from helpers.datasets import CountData
from helpers.plotting import INK, MUTED, THETA_STAR, P, Q, subplots

__all__ = [
    "draw_dip",
    "draw_fit",
    "draw_memorising",
    "draw_rates",
    "draw_settling",
]

THETA_TRUE = 4.0


@lru_cache(maxsize=1)
def _stream() -> np.ndarray:
    """The one stream of Poisson counts whose first n the opening picture shows."""
    return np.random.default_rng(1910).poisson(THETA_TRUE, size=10_000)


@lru_cache(maxsize=1)
def _uniform_stream() -> np.ndarray:
    return np.random.default_rng(1982).random(3000)


def draw_settling(n: int = 10) -> Figure:
    """Draw the sample's curve against the population's, and what was seen against both models."""
    data = _stream()[:n]
    estimate = data.mean()
    theta = np.linspace(1.5, 8, 131)
    counts = np.arange(13)
    # 60 counts hold all but 1e-40 of a Poisson distribution of mean 4.
    every = np.arange(60)
    truth = stats.poisson.pmf(every, THETA_TRUE)
    population = -(truth @ stats.poisson.logpmf(every[:, None], theta))
    sample = -stats.poisson.logpmf(data[:, None], theta).mean(axis=0)
    fig, (top, bottom) = subplots(2, 1, height=4.6)
    top.plot(theta, population, **P.line, label=r"$H(p^*) + D_{KL}(p^*\|p_\theta)$")
    top.plot(theta, sample, **Q.line, label=r"$-\ell_n(\theta)/n$")
    top.axvline(THETA_TRUE, **THETA_STAR.line, linewidth=1.2, label=r"$\theta^*$")
    lowest = -stats.poisson.logpmf(data, estimate).mean()
    top.plot([estimate], [lowest], **Q.points, label=r"$\hat\theta_n$")
    top.set(xlim=(1.5, 8), ylim=(1.4, 4.4), xlabel=r"$\theta$", ylabel="nats")
    top.legend(loc="upper center", ncols=2)
    bottom.bar(
        counts,
        np.bincount(np.minimum(data, 13), minlength=14)[:13] / n,
        width=0.8,
        color=str(MUTED),
        alpha=0.45,
        label=r"$\hat p$",
    )
    at_star = stats.poisson.pmf(counts, THETA_TRUE)
    at_hat = stats.poisson.pmf(counts, estimate)
    bottom.plot(counts, at_star, **P.line, label=r"$p_{\theta^*}$")
    bottom.plot(counts, at_hat, **Q.line, label=r"$p_{\hat\theta_n}$")
    bottom.set(xlim=(-0.6, 12.6), ylim=(0, 0.5), xlabel="count", ylabel="probability")
    bottom.legend(loc="upper right")
    return fig


def draw_fit(rate: float, data: CountData) -> Figure:
    """Draw counts against a Poisson model, and the two parts of the mean log-likelihood.

    Parameters
    ----------
    rate : float
        The model's mean, positive.
    data : CountData
    """
    p_hat = data.proportions
    seen = p_hat > 0
    entropy = -(p_hat[seen] @ np.log(p_hat[seen]))
    theta = np.linspace(0.3 * data.mean, 2.2 * data.mean, 121)
    objective = -(p_hat @ stats.poisson.logpmf(data.values[:, None], theta))
    here = -(p_hat @ stats.poisson.logpmf(data.values, rate))
    fig, (top, bottom) = subplots(2, 1, height=4.6)
    top.bar(
        data.values, p_hat, width=0.8, color=str(MUTED), alpha=0.45, label=r"$\hat p$, observed"
    )
    model = stats.poisson.pmf(data.values, rate)
    top.plot(data.values, model, **Q.line, marker="o", markersize=4, label=r"$p_\theta$, Poisson")
    top.set(
        ylim=(0, 1.35 * p_hat.max()),
        xlabel=data.columns[0].replace("_", " "),
        ylabel="proportion",
    )
    top.legend(loc="upper right")
    bottom.plot(theta, objective, color=str(INK), label=r"$-\ell(\theta)/n$")
    bottom.axhline(entropy, color=str(MUTED), linewidth=1.2, label=r"$H(\hat p)$")
    bottom.plot([rate, rate], [entropy, here], **Q.line, label=r"$D_{KL}(\hat p\|p_\theta)$")
    bottom.plot([rate], [here], **Q.points)
    bottom.set(
        xlim=(theta[0], theta[-1]),
        ylim=(entropy - 0.12 * np.ptp(objective), entropy + 1.15 * np.ptp(objective)),
        xlabel=r"$\theta$",
        ylabel="nats",
    )
    bottom.legend(loc="upper center")
    return fig


def draw_dip(n: int = 5) -> Figure:
    """Draw a curve with a dip that runs to the right edge, and its pointwise limit."""
    theta = np.unique(np.concatenate([np.linspace(0, 0.9, 91), np.linspace(0.9, 1, 201)]))
    power = theta**n
    curve = theta - 8 * power * (1 - power)
    fig, axes = subplots()
    axes.plot(theta, theta, **P.line, label=r"$f(\theta)=\theta$, the limit")
    axes.plot(theta, curve, **Q.line, label=r"$f_n(\theta)$")
    lowest = int(np.argmin(curve))
    axes.plot([theta[lowest]], [curve[lowest]], **Q.points, label=r"lowest point of $f_n$")
    axes.plot([0], [0], **P.points, label=r"lowest point of $f$")
    axes.set(xlim=(-0.03, 1.03), ylim=(-1.9, 1.15), xlabel=r"$\theta$", ylabel="value")
    axes.legend(loc="lower left")
    return fig


def draw_memorising(n: int = 10) -> Figure:
    """Draw the mean log-likelihood of the model that memorises, and its limit at each theta."""
    data = np.sort(_uniform_stream()[:n])
    smooth = np.linspace(0, 0.995, 200)
    top_edge = 1.6
    # Only the spikes that stand out of the line; the others are below a pixel.
    shown = data[data > 0.02]
    heights = memorising_log_likelihood(shown, data)
    order = np.argsort(heights)[-12:]
    columns = np.full((12, 2), np.nan)
    columns[: order.size] = np.column_stack([shown[order], np.minimum(heights[order], top_edge)])
    columns = np.where(np.isnan(columns), columns[0], columns)
    columns = columns[np.argsort(columns[:, 0])]
    fig, axes = subplots(height=3.2)
    axes.plot(smooth, memorising_limit(smooth), **P.line, label="limit at each $\\theta$")
    axes.plot(smooth, np.log1p(-smooth / 2), **Q.line, label="sample of $n$, between its spikes")
    axes.vlines(
        columns[:, 0],
        np.log1p(-columns[:, 0] / 2),
        columns[:, 1],
        color=str(Q),
        linewidth=1.6,
        label="its spikes",
    )
    axes.axvline(memorising_estimate(data), color=str(INK), linewidth=1.0, label=r"$\hat\theta_n$")
    axes.axvline(0, **THETA_STAR.line, linewidth=1.6, label=r"$\theta^* = 0$")
    axes.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.85, top_edge),
        xlabel=r"$\theta$",
        ylabel="mean log-likelihood (nats)",
    )
    axes.legend(loc="upper left")
    return fig


def draw_rates(measured: list[Rates]) -> Figure:
    """Draw error and excess divergence against n for four experiments, with the theory's lines."""
    fig, axes = subplots(2, 2, height=4.8, sharex=True)
    for panel, rates in zip(axes.flat, measured, strict=True):
        experiment, n = rates.experiment, rates.sizes
        panel.loglog(n, rates.errors, **Q.points, label="error of the estimate")
        panel.loglog(
            n, experiment.error_constant / np.sqrt(n), color=str(Q), linewidth=1.2,
            label=r"theory, $\propto n^{-1/2}$",
        )  # fmt: skip
        panel.loglog(
            n, rates.excesses, color=str(P), linestyle="none", marker="s", markersize=4.5,
            label="excess divergence (nats)",
        )  # fmt: skip
        panel.loglog(
            n, experiment.kl_constant / n, color=str(P), linestyle=(0, (4, 2)), linewidth=1.2,
            label=r"theory, $\propto n^{-1}$",
        )  # fmt: skip
        panel.set_title(experiment.title)
        panel.set(ylim=(1e-7, 1), ylabel="size")
    for panel in axes[1]:
        panel.set_xlabel("sample size $n$")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
