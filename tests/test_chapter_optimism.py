"""What the picture of the chapter on optimism shows, by another route."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from helpers.datasets import corps
from helpers.figures_optimism import draw_groups, group_loss, grouped_rates

DEATHS = corps()["deaths"]


def test_the_deviance_of_fourteen_rates_is_the_sum_that_textbooks_print():
    expected = DEATHS.mean()
    deviance = 2 * np.sum(DEATHS * np.log(DEATHS / expected))
    assert 2 * 280 * (group_loss(1) - group_loss(14)) == pytest.approx(deviance, rel=1e-12)
    assert round(deviance, 3) == 26.137
    assert round(deviance - 26, 3) == 0.137


@pytest.mark.parametrize("groups", [1, 2, 5, 14])
def test_losses_differ_as_poisson_log_likelihoods_do(groups):
    def loglik(k):
        return stats.poisson.logpmf(DEATHS, 20 * grouped_rates(k)).sum()

    assert 280 * (group_loss(1) - group_loss(groups)) == pytest.approx(
        loglik(groups) - loglik(1), abs=1e-9
    )


def test_titles_and_curves_agree():
    for groups in (1, 7, 14):
        bottom = draw_groups(groups).axes[1]
        inside, outside = (line.get_ydata() for line in bottom.lines[:2])
        assert f"{inside[groups - 1]:.4f} in sample" in bottom.get_title(loc="left")
        np.testing.assert_allclose(outside - inside, np.arange(1, 15) / 280)
        # The chapter says that the upper curve dips at nine.
        assert np.argmin(outside) + 1 == 9


@pytest.mark.parametrize("groups", [0, 15])
def test_groups_that_cannot_be_are_refused(groups):
    with pytest.raises(ValueError, match="from 1 to 14"):
        grouped_rates(groups)


def test_optimism_of_a_normal_fit_in_simulation():
    # The formula of the chapter, 4n/(n - 3), at n = 10, from samples that it has not seen.
    rng = np.random.default_rng(9)
    x = rng.standard_normal((200_000, 10))
    mean, var = x.mean(axis=1), x.var(axis=1)
    gap = (1 + mean**2) / (2 * var) - 0.5
    error = gap.std() / np.sqrt(gap.size)
    assert abs(gap.mean() - 2 / 7) < 5 * error
