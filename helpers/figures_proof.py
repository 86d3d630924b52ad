"""The pictures of the chapter that proves maximum likelihood to be minimum divergence."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from helpers.consistency import (
    Rates,
    memorising_estimate,
    memorising_limit,
    memorising_log_likelihood,
)
from helpers.datasets import CountData
from helpers.drawing.alt_text import spoken_number
from helpers.plotting import DATA, THETA_STAR, P, Q, subplots
from helpers.shown.typography import adding_up, readable

__all__ = [
    "draw_dip",
    "draw_fit",
    "draw_memorising",
    "draw_parts",
    "draw_rates",
    "draw_settling",
]

THETA_TRUE = 4.0
SPIKES = 24
TOP_EDGE = 2.2  # nats; the tallest spikes of the memorising model leave the picture


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
    values, times = np.unique(data, return_counts=True)
    sample = -(times @ stats.poisson.logpmf(values[:, None], theta)) / n
    fig, (top, bottom) = subplots(2, 1, height=4.6)
    top.plot(theta, population, **P.line, label=r"$H(p^*) + D_{\mathrm{KL}}(p^*\|p_\theta)$")
    top.plot(theta, sample, **DATA.line, label=r"$-\ell_n(\theta)/n$")
    # Only as high as the legend leaves room.
    top.axvline(THETA_TRUE, 0, 0.62, **THETA_STAR.line, linewidth=1.4, label=r"$\theta^*$")
    lowest = -stats.poisson.logpmf(data, estimate).mean()
    top.plot([estimate], [lowest], **DATA.points, label=r"$\hat\theta_n$")
    top.set(xlim=(1.5, 8), ylim=(1.4, 5.2), xlabel=r"$\theta$", ylabel="nats")
    top.set_title(rf"$\hat\theta_n$ = {estimate:.2f}, $\theta^*$ = {THETA_TRUE:.0f}")
    top.legend(loc="upper right", ncols=2)
    seen = np.bincount(np.minimum(data, 13), minlength=14)[:13] / n
    bottom.bar(counts, seen, width=0.8, **DATA.bars, label=r"$\hat p$, observed")
    at_star = stats.poisson.pmf(counts, THETA_TRUE)
    at_hat = stats.poisson.pmf(counts, estimate)
    bottom.plot(counts, at_star, **P.line, label=r"$p^* = p_{\theta^*}$")
    bottom.plot(counts, at_hat, **Q.line, label=r"$p_{\hat\theta_n}$, fitted")
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
    theta = np.linspace(0.3 * data.mean, 2.2 * data.mean, 121)
    fig, (top, bottom) = subplots(2, 1, height=4.6)
    top.bar(data.values, p_hat, width=0.8, **DATA.bars, label=r"$\hat p$, observed")
    model = stats.poisson.pmf(data.values, rate)
    top.plot(data.values, model, **Q.line, marker="o", markersize=4, label=r"$p_\lambda$, Poisson")
    top.set(
        ylim=(0, 1.45 * p_hat.max()),
        xlabel=data.columns[0].replace("_", " "),
        ylabel="proportion",
    )
    top.legend(loc="upper right")
    draw_parts(
        bottom,
        theta,
        -(p_hat @ stats.poisson.logpmf(data.values[:, None], theta)),
        here=(rate, -(p_hat @ stats.poisson.logpmf(data.values, rate))),
        floor=float(-(p_hat[seen] @ np.log(p_hat[seen]))),
        parameter=r"$\lambda$",
        objective_label=r"$-\ell(\lambda)/n$",
        kl_label=r"$D_{\mathrm{KL}}(\hat p\|p_\lambda)$",
    )
    return fig


def draw_parts(
    axes: Axes,
    theta: np.ndarray,
    objective: np.ndarray,
    *,
    here: tuple[float, float],
    floor: float,
    parameter: str = r"$\theta$",
    objective_label: str = r"$-\ell(\theta)/n$",
    floor_label: str = r"$H(\hat p)$",
    kl_label: str = r"$D_{\mathrm{KL}}(\hat p\|p_\theta)$",
) -> None:
    """Draw minus the mean log-likelihood as an entropy and, standing on it, a divergence.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The panel to draw into.
    theta, objective : ndarray, shape (m,)
        The curve, in nats.
    here : tuple of float
        The parameter that is looked at, and the objective there.
    floor : float
        The entropy, in nats.
    parameter, objective_label, floor_label, kl_label : str
        How the axis, the curve and its two parts are called.
    """
    rate, value = here
    height = np.ptp(objective)
    axes.fill_between(theta, floor, objective, **Q.area)
    axes.plot(theta, objective, **DATA.solid, label=objective_label)
    axes.axhline(floor, **DATA.line | {"linewidth": 1.4}, label=floor_label)
    axes.plot(
        [rate, rate], [floor, value], color=str(Q), linestyle="solid", linewidth=3, label=kl_label
    )
    axes.plot([rate], [value], **Q.points)
    axes.set(
        xlim=(theta[0], theta[-1]),
        ylim=(floor - 0.12 * height, max(floor, objective.min()) + 1.15 * height),
        xlabel=parameter,
        ylabel="nats",
    )
    whole, (least, lead) = adding_up([floor, value - floor], 4)
    found = rf"{whole} = {least} + {lead} nats at {parameter} = {spoken_number(rate)}"
    axes.set_title(readable(found))
    axes.legend(loc="upper center")


def draw_dip(n: int = 5) -> Figure:
    """Draw a curve with a dip that runs to the right edge, and its pointwise limit."""
    theta = np.unique(np.concatenate([np.linspace(0, 0.9, 91), np.linspace(0.9, 1, 201)]))
    power = theta**n
    curve = theta - 8 * power * (1 - power)
    fig, axes = subplots()
    axes.plot(theta, theta, **P.line, label=r"$f(\theta)=\theta$, the limit")
    axes.plot(theta, curve, **DATA.line, label=r"$f_n(\theta)$")
    lowest = int(np.argmin(curve))
    axes.plot([theta[lowest]], [curve[lowest]], **DATA.points, label=r"lowest point of $f_n$")
    axes.plot([0], [0], **P.points, label=r"lowest point of $f$")
    axes.set(xlim=(-0.03, 1.03), ylim=(-1.9, 2.4), xlabel=r"$\theta$", ylabel="value")
    # Above the limit: a wide dip fills the panel below it.
    axes.legend(loc="upper left")
    return fig


def draw_memorising(n: int = 10) -> Figure:
    """Draw the mean log-likelihood of the model that memorises, and its limit at each theta."""
    data = np.sort(_uniform_stream()[:n])
    grid = np.linspace(0, 0.995, 200)
    # Far narrower than a pixel, the spikes are drawn as lines: the tallest in each slot, and the
    # same line again where a slot has none, so that every frame has as many.
    heights = memorising_log_likelihood(data, data)
    slots = np.minimum((data * SPIKES).astype(int), SPIKES - 1)
    tallest = [max(np.flatnonzero(slots == k), key=heights.__getitem__) for k in np.unique(slots)]
    drawn = np.sort(np.resize(tallest, SPIKES))
    fig, axes = subplots(height=3.4)
    axes.plot(grid, memorising_limit(grid), **P.line, label=r"its limit at each $\theta$")
    axes.plot(
        grid,
        memorising_log_likelihood(grid, data),
        color=DATA,
        linewidth=1.2,
        label=r"$\ell_n(\theta)/n$ of the sample",
    )
    axes.vlines(
        data[drawn],
        np.log1p(-data[drawn] / 2),
        np.minimum(heights[drawn], TOP_EDGE),
        color=DATA,
        linewidth=1.6,
        alpha=0.6,
        label="its spikes, at observations",
    )
    estimate = memorising_estimate(data)
    axes.axvline(estimate, **DATA.line | {"linewidth": 1.4}, label=r"$\hat\theta_n$")
    axes.axvline(0, **THETA_STAR.line, linewidth=1.6, label=r"$\theta^* = 0$")
    axes.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.85, TOP_EDGE),
        xlabel=r"$\theta$",
        ylabel="mean log-likelihood (nats)",
    )
    height = spoken_number(heights.max())
    axes.set_title(rf"$\ell_n(\hat\theta_n)/n$ = {height} nats at $\hat\theta_n$ = {estimate:.4f}")
    axes.legend(loc="upper left", bbox_to_anchor=(0.03, 1))
    return fig


def draw_rates(measured: list[Rates]) -> Figure:
    """Draw error and excess divergence against n for four experiments, with the theory's lines."""
    fig, axes = subplots(2, 2, height=4.8, sharex=True)
    for panel, rates in zip(axes.flat, measured, strict=True):
        experiment, n = rates.experiment, rates.sizes
        error_theory = experiment.error_constant / np.sqrt(n)
        kl_theory = experiment.kl_constant / n
        squares = P.points | {"marker": "s", "markersize": 4.5}
        panel.loglog(n, rates.errors, **DATA.points, label="error of the estimate")
        panel.loglog(
            n, error_theory, **DATA.line | {"linewidth": 1.2}, label=r"theory, $\propto n^{-1/2}$"
        )
        panel.loglog(n, rates.excesses, **squares, label="excess divergence (nats)")
        panel.loglog(n, kl_theory, **P.line | {"linewidth": 1.2}, label=r"theory, $\propto n^{-1}$")
        panel.set_title(experiment.title)
        panel.set(ylim=(1e-7, 1), ylabel="error, nats")
    for panel in axes[1]:
        panel.set_xlabel("sample size $n$")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
