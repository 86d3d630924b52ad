"""The picture of the chapter on optimism: more rates, less loss, and what is left of it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from helpers.datasets import corps
from helpers.plotting import COVERING, DATA, MUTED, P, Q, subplots

__all__ = ["draw_groups", "group_loss", "grouped_rates"]

YEARS = 20


def grouped_rates(groups: int) -> NDArray[np.float64]:
    """Return a yearly rate for each corps, where neighbours in the published order share one.

    Parameters
    ----------
    groups : int
        Into how many groups of nearly equal size the corps fall, from 1 to 14.

    Raises
    ------
    ValueError
        If there are fewer groups than one or more than corps.

    Examples
    --------
    >>> round(float(grouped_rates(1)[0] * 14 * 20), 9)
    196.0
    """
    deaths = corps()["deaths"]
    if not 1 <= groups <= deaths.size:
        raise ValueError(f"groups must lie from 1 to {deaths.size}, got {groups}")
    shares = np.array_split(deaths, groups)
    return np.concatenate([np.full(part.size, part.mean() / YEARS) for part in shares])


def group_loss(groups: int) -> float:
    """Return the Poisson loss a corps-year, in nats, up to what is free of the rates.

    Parameters
    ----------
    groups : int
        From 1 to 14.

    Examples
    --------
    >>> round(2 * 280 * (group_loss(1) - group_loss(14)), 3)
    26.137
    """
    rates = grouped_rates(groups)
    return float(np.mean(rates - corps()["deaths"] / YEARS * np.log(rates)))


def draw_groups(groups: int = 1) -> Figure:
    """Draw the deaths of fourteen corps with so many rates, and the loss in and out of sample.

    Parameters
    ----------
    groups : int
        From 1 to 14.

    Examples
    --------
    >>> draw_groups(14).axes[1].get_title(loc="left")
    '14 rates: 0.9030 in sample, about 0.9530 out of it'
    """
    table = corps()
    place = np.arange(len(table))
    fig, (top, bottom) = subplots(2, 1, height=4.8)
    top.bar(place, table["deaths"], width=0.8, **DATA.bars, label="deaths in 20 years")
    top.step(
        np.append(place, place[-1] + 1) - 0.5,
        YEARS * np.append(grouped_rates(groups), grouped_rates(groups)[-1]),
        where="post",
        **Q.line,
        label="fitted",
    )
    top.set_xticks(place, [str(name) for name in table["corps"]])
    top.set(xlim=(-0.7, 13.7), ylim=(0, 38), xlabel="corps", ylabel="deaths")
    top.legend(loc="upper left")

    numbers = np.arange(1, len(table) + 1)
    inside = np.array([group_loss(int(k)) for k in numbers])
    outside = inside + numbers / (len(table) * YEARS)
    bottom.plot(numbers, inside, **P.line, marker="o", markersize=4, label="in sample")
    bottom.plot(numbers, outside, **Q.line, marker="o", markersize=4, label="out of sample (AIC)")
    bottom.axvline(groups, color=MUTED, linewidth=1.4)
    bottom.set(xlim=(0.5, 14.5), ylim=(0.89, 1.0), xlabel="number of rates", ylabel="nats")
    bottom.set_title(
        f"{groups} rate{'s' if groups > 1 else ''}: {inside[groups - 1]:.4f} in sample, "
        f"about {outside[groups - 1]:.4f} out of it"
    )
    bottom.legend(loc="upper left", **COVERING)
    return fig
