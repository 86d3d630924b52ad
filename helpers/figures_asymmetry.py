"""The pictures of the chapter on asymmetry: each function draws one of them.

Every function takes the values of its sliders (or nothing) and returns a Matplotlib figure, so that
``helpers.explorer.explore`` can show it live or as frames.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy import integrate, stats

from helpers.divergence import kl_divergence
from helpers.plotting import INK, MUTED, M, P, Q, subplots
from helpers.projections import NormalMixture, forward_fit, reverse_fit

__all__ = [
    "draw_both_directions",
    "draw_detour",
    "draw_difference",
    "draw_quadratic",
    "draw_tails",
    "draw_two_fits",
]


def draw_both_directions(mu: float = 1.5, sigma: float = 0.6) -> Figure:
    """Draw P = N(0, 1) and Q = N(mu, sigma^2), and where each direction of the divergence arises.

    Parameters
    ----------
    mu, sigma : float
        Mean and standard deviation of Q.
    """
    p, q = stats.norm(0, 1), stats.norm(mu, sigma)
    x = np.linspace(-4.5, 6.5, 221)
    ratio = p.logpdf(x) - q.logpdf(x)
    fig, (density, integrand) = subplots(1, 2, height=3.0)
    density.fill_between(x, 0, p.pdf(x), **P.area)
    density.plot(x, p.pdf(x), **P.line, label="$P$")
    density.plot(x, q.pdf(x), **Q.line, label="$Q$")
    density.set(xlabel="$x$", ylabel="density", ylim=(0, 1.1))
    density.legend(loc="upper right")
    integrand.axhline(0, color=INK, linewidth=0.6)
    integrand.plot(x, p.pdf(x) * ratio, **P.line, label=r"$p\,\log(p/q)$")
    integrand.plot(x, -q.pdf(x) * ratio, **Q.line, label=r"$q\,\log(q/p)$")
    # Far apart the curves rise: the panel then grows, and the names stay above their peaks.
    highest = max(np.max(p.pdf(x) * ratio), np.max(-q.pdf(x) * ratio))
    top = next(one for one in (3.2, 6.4, 12.8) if highest < 0.68 * one)
    integrand.set(xlabel="$x$", ylabel="nats per unit of $x$", ylim=(-0.22 * top, top))
    integrand.legend(loc="upper right")
    forward, reverse = kl_divergence(p, q), kl_divergence(q, p)
    fig.suptitle(
        rf"$D_{{\mathrm{{KL}}}}(P \,\|\, Q)$ = {forward:.3f}    "
        rf"$D_{{\mathrm{{KL}}}}(Q \,\|\, P)$ = {reverse:.3f}",
        fontsize=10.5,
    )
    return fig


def draw_two_fits(separation: float = 3.0) -> Figure:
    """Draw the two normals nearest to a two-peaked density: one covers, the other chooses.

    Parameters
    ----------
    separation : float
        Distance of each of the two peaks from zero, in their standard deviations.
    """
    target = NormalMixture((0.55, 0.45), (-separation, separation), (1.0, 1.0))
    x = np.linspace(-9, 9, 181)
    fig, axes = subplots(1, 2, sharey=True)
    fits = {"forward": forward_fit(target), "reverse": reverse_fit(target)}
    for ax, (name, (mean, sigma)) in zip(axes, fits.items(), strict=True):
        does = "chooses" if abs(mean) > separation / 2 > 0 else "covers"
        ax.fill_between(x, 0, target.pdf(x), **P.area)
        ax.plot(x, target.pdf(x), **P.line, label="$P$")
        ax.plot(x, stats.norm.pdf(x, mean, sigma), **Q.line, label="nearest $Q$")
        ax.set(xlabel="$x$", ylim=(0, 0.62), title=f"{name}: {does}")
        # In the panel's own coordinates, so that the words stay where they are.
        # Adding zero turns a rounded -0.0 into 0.0.
        words = rf"$\mu$ = {round(mean, 2) + 0.0:.2f}, $\sigma$ = {sigma:.2f}".replace("-", "−")
        ax.text(0.03, 0.93, words, transform=ax.transAxes, fontsize=9, in_layout=False)
    axes[0].set(ylabel="density")
    # Under the words and above the highest peak, which is at 0.4.
    axes[1].legend(loc="upper right", bbox_to_anchor=(1, 0.94), handlelength=1.6)
    return fig


def draw_difference() -> Figure:
    """Draw KL(P || Q) - KL(Q || P) for two normals: zero only where the variances agree."""
    sigmas = np.geomspace(0.5, 2, 81)
    fig, ax = subplots(height=3.0)
    ax.axhline(0, color=INK, linewidth=0.6)
    for mu, dashes in ((0.0, "solid"), (1.0, Q.dashes), (2.0, M.dashes)):
        pairs = [(stats.norm(0, 1), stats.norm(mu, s)) for s in sigmas]
        gap = [kl_divergence(p, q) - kl_divergence(q, p) for p, q in pairs]
        ax.plot(sigmas, gap, color=INK, linestyle=dashes, label=rf"$\mu$ = {mu:g}")
    ax.plot([1], [0], **INK.points, label=r"$\sigma$ = 1")
    ax.set(
        xlabel=r"$\sigma$, the standard deviation of $Q$",
        ylabel="difference (nats)",
        ylim=(-4, 6),
        title=r"$D_{\mathrm{KL}}(P \,\|\, Q) - D_{\mathrm{KL}}(Q \,\|\, P)$",
    )
    ax.legend(loc="upper right")
    return fig


def draw_tails() -> Figure:
    """Draw both integrals between Cauchy and normal as far as T: one settles, one never does."""
    cauchy, normal = stats.cauchy(), stats.norm()
    ends = np.linspace(0, 40, 801)

    def so_far(p, q):
        integrand = p.pdf(ends) * (p.logpdf(ends) - q.logpdf(ends))
        return 2 * integrate.cumulative_simpson(integrand, x=ends, initial=0)

    fig, ax = subplots(height=3.0)
    forward, reverse = so_far(cauchy, normal), so_far(normal, cauchy)
    thin = slice(None, None, 8)
    ax.plot(
        ends[thin],
        forward[thin],
        **P.line,
        label=r"$D_{\mathrm{KL}}$(Cauchy$\,\|\,$normal): no limit",
    )
    ax.plot(
        ends[thin],
        reverse[thin],
        **Q.line,
        label=r"$D_{\mathrm{KL}}$(normal$\,\|\,$Cauchy): settles",
    )
    limit = kl_divergence(normal, cauchy)
    ax.axhline(limit, color=MUTED, linewidth=0.9)
    ax.text(39.5, limit + 0.3, f"{limit:.4f}", ha="right")
    ax.set(
        xlabel=r"$T$: both integrals run from $-T$ to $T$",
        ylabel="nats so far",
        title="Tails decide",
    )
    ax.legend(loc="upper left")
    return fig


def draw_detour() -> Figure:
    """Draw the divergence by way of N(t, 1) against the direct one from N(0, 1) to N(2, 1)."""
    stops = np.linspace(-0.5, 2.5, 61)
    p, r = stats.norm(0, 1), stats.norm(2, 1)
    by_way = [kl_divergence(p, q) + kl_divergence(q, r) for q in (stats.norm(t) for t in stops)]
    fig, ax = subplots()
    ax.plot(stops, by_way, **Q.line, label="by way of $Q = N(t, 1)$")
    ax.axhline(kl_divergence(p, r), color=INK, label="direct")
    ax.plot([1], [min(by_way)], **Q.points, label="shortest detour")
    ax.set(xlabel="$t$", ylabel="nats", ylim=(0, 4.2), title="The detour is shorter than the way")
    ax.legend(loc="upper center")
    return fig


def draw_quadratic(radius: float = 0.5) -> Figure:
    """Draw both directions of the divergence between near neighbours, against one parabola.

    Parameters
    ----------
    radius : float
        Farthest neighbour shown, as a fraction of the parameter, below one.
    """
    families = {
        r"Bernoulli, $\theta$ = 0.4": (stats.bernoulli, 0.4, 1 / 0.24),
        r"Poisson, $\lambda$ = 4": (stats.poisson, 4.0, 1 / 4),
        r"normal, $\sigma$ = 1": (lambda sigma: stats.norm(0, sigma), 1.0, 2.0),
        r"exponential, $\lambda$ = 1": (lambda rate: stats.expon(scale=1 / rate), 1.0, 1.0),
    }
    # Denser at the edges, where the curves bend; each point costs four distributions.
    steps = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 33))
    fig, axes = subplots(2, 2, height=4.4)
    for ax, (name, (family, theta, information)) in zip(axes.flat, families.items(), strict=True):
        here = family(theta)
        near = [family(theta * (1 + radius * t)) for t in steps]
        # In units of the parabola's height at the edge, so that the axes need not move.
        unit = information * (theta * radius) ** 2 / 2
        ax.plot(steps, steps**2, **MUTED.solid, linewidth=4, alpha=0.45, label="parabola")
        ax.plot(steps, [kl_divergence(here, q) / unit for q in near], **P.line, label="forward")
        ax.plot(steps, [kl_divergence(q, here) / unit for q in near], **Q.line, label="reverse")
        ax.set(title=name, ylim=(0, 2.6), xticks=[-1, 0, 1], yticks=[0, 1, 2])
        # What all panels share stands once; axes that are tied to each other draw slowly.
        ax.label_outer()
    for ax in axes[1]:
        ax.set(xlabel=r"$h\,/\,(r\,\theta)$, with $r$ the radius")
    for ax in axes[:, 0]:
        ax.set(ylabel=r"divergence $/\,(I r^2 \theta^2/2)$")
    axes[0, 0].legend(loc="upper center", handlelength=1.6)
    return fig
