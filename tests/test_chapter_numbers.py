"""The numbers that the chapters state in words, read from their text and computed here."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from scipy import stats

from helpers.consistency import (
    bernoulli_experiment,
    misspecified_experiment,
    normal_experiment,
    poisson_experiment,
)
from helpers.datasets import alpha_particles
from helpers.divergence import kl_divergence
from helpers.figures_asymmetry import draw_tails, draw_two_fits
from helpers.figures_definitions import draw_theorem
from helpers.figures_law_of_large_numbers import draw_running_means, draw_sample_sizes
from helpers.likelihood import log_likelihood

BOOK = Path(__file__).resolve().parent.parent / "book"


@cache
def prose(chapter: str) -> str:
    """The text of a chapter, every run of white space as one space."""
    cells = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4).cells
    return " ".join(" ".join(c.source.split()) for c in cells if c.cell_type == "markdown")


def stated(chapter: str, sentence: str) -> tuple[str, ...]:
    """What stands in the gaps of a sentence, which must be there once."""
    pattern = re.escape(sentence).replace(r"\.\.\.", r"([^$]+?)")
    found = re.findall(pattern, prose(chapter))
    assert len(found) == 1, (chapter, sentence, len(found))
    return found[0] if isinstance(found[0], tuple) else (found[0],)


def test_a_flat_top_hides_a_small_step():
    places, digits = stated(
        "definitions",
        "a step of $10^{...}$ in the rate changes this log-likelihood by about "
        "one part in $10^{...}$",
    )
    alpha = alpha_particles()
    step = 10.0 ** int(places)
    # To second order: the first derivative vanishes at the estimate.
    change = alpha.n / (2 * alpha.mean) * step**2
    relative = change / abs(log_likelihood("poisson", (alpha.mean,), alpha.sample))
    assert round(-math.log10(relative)) == int(digits)


def test_what_a_result_of_ten_tosses_teaches():
    stated(
        "definitions",
        "Two heads of ten teach as much as eight; a result that you half expected teaches least",
    )
    prior = stats.beta(2, 2)
    gain = [kl_divergence(stats.beta(2 + k, 12 - k), prior) for k in range(11)]
    assert gain[2] == pytest.approx(gain[8], rel=1e-9)
    assert np.argmin(gain) == 5


def test_the_reverse_fit_makes_up_its_mind_where_the_text_says():
    low, high = (
        float(number)
        for number in stated(
            "asymmetry",
            "then, between ... and ..., the valley has become too costly and the "
            "reverse fit makes up its mind",
        )
    )
    titles = {
        s: [ax.get_title(loc="left") for ax in draw_two_fits(s).axes] for s in (0.0, 1.5, low, high)
    }
    for separation, (forward, reverse) in titles.items():
        assert forward == "forward: covers"
        assert reverse == ("reverse: chooses" if separation >= high else "reverse: covers")


def test_the_divergence_on_a_finite_range_has_a_value_that_means_nothing():
    (end,) = stated("asymmetry", "at $T = ...$ the curve above has an honest-looking value")
    (ax,) = draw_tails().axes
    forward = ax.lines[0].get_xydata()
    assert forward[-1, 0] == float(end)
    assert np.isfinite(forward[-1, 1])
    assert kl_divergence(stats.cauchy(), stats.norm()) == math.inf


def test_the_normal_tail_beyond_two_standard_deviations():
    (first,) = stated(
        "law_of_large_numbers", "the probability beyond two standard deviations is about ..., not"
    )
    limit, bound = stated(
        "law_of_large_numbers",
        "For $k = 2$ the limit is ..., where Chebyshev's inequality promises no more than ... But",
    )
    assert first == limit == f"{2 * stats.norm.sf(2):.4f}"
    assert float(bound.rstrip(".")) == 1 / 2**2


def test_correlated_draws_are_worth_no_more_than_a_few():
    rho, draws, few = stated(
        "law_of_large_numbers",
        "With $\\rho = ...$, ... draws are worth no more than ... independent ones",
    )
    n = {"a million": 10**6}[draws]
    worth = n / (1 + (n - 1) * float(rho))
    assert worth < {"ten": 10}[few] < worth * 1.0001


def test_the_opening_figure_of_the_law_shows_as_many_people_as_it_says():
    people, averages = stated(
        "law_of_large_numbers", "Below are ... people averaging draws"
    ) + stated("law_of_large_numbers", "underneath, ... such averages are counted")
    top, bottom = draw_running_means(30).axes
    paths = [line for line in top.lines if line.get_xdata()[-1] == 1000]
    (histogram,) = bottom.patches
    assert {"twelve": 12}[people] == len(paths)
    assert histogram.get_label() == {"four thousand": "4000 samples"}[averages]


def test_the_normal_curve_asks_for_too_few_tosses():
    stated("law_of_large_numbers", "here it asks for slightly too few tosses")
    ax = draw_sample_sizes(0.05).axes[0]
    curves = {line.get_label(): line.get_xydata() for line in ax.lines}
    exact, normal = curves["exact"], curves["central limit"]
    last = exact[exact[:, 1] > 0.05][-1, 0]
    assert normal[normal[:, 1] > 0.05][-1, 0] < last


def test_the_constants_of_the_rates():
    stated(
        "proof",
        "$\\tfrac12$ for the coin and the counts, to $1$ for the two parameters of the "
        "normal, and for the wrong model to the $\\tfrac14$",
    )
    experiments = [
        bernoulli_experiment(0.3),
        poisson_experiment(4.0),
        normal_experiment(),
        misspecified_experiment(2.0),
    ]
    assert [e.kl_constant for e in experiments] == [0.5, 0.5, 1, 0.25]


def test_a_sample_without_a_success_is_as_rare_as_the_footnote_says():
    (exponent,) = stated("proof", "their probability here is below $10^{...}$")
    logs = [1000 * math.log10(0.7), -4000 * math.log10(math.e)]
    assert max(logs) < int(exponent) < max(logs) + 1


def test_the_source_of_the_landing_page():
    (rate,) = stated("index", "the $\\theta$ of the source, which is ...")
    solid = next(
        line for line in draw_theorem(30).axes[0].lines if "source" in str(line.get_label())
    )
    x, y = solid.get_data()
    assert x[np.argmin(y)] == pytest.approx(float(rate.split(".")[0]))
