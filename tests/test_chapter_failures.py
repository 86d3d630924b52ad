"""What the picture of the chapter on failures shows, by another route."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from helpers.datasets import light_times
from helpers.figures_failures import SPIKE, WIDTHS, draw_spike, spiked_log_likelihoods

TIMES = light_times()["nanoseconds"].astype(float)


@pytest.mark.parametrize("width", [10.0, 1.0, 0.1])
def test_the_classes_hold_the_integral_of_the_density(width):
    def density(t):
        return (stats.norm.pdf(t, TIMES.mean(), TIMES.std()) + stats.norm.pdf(t, SPIKE, width)) / 2

    raw, binned = spiked_log_likelihoods(width)
    assert raw == pytest.approx(np.log(density(TIMES)).sum(), rel=1e-12)
    cells = [integrate.quad(density, t - 0.5, t + 0.5, points=[t], epsabs=1e-13)[0] for t in TIMES]
    assert binned == pytest.approx(np.log(cells).sum(), rel=1e-8)


def test_the_exact_numbers_explode_and_the_classes_do_not():
    raw, binned = np.array([spiked_log_likelihoods(w) for w in WIDTHS]).T
    narrow = np.array(WIDTHS) < 0.05
    assert np.all(np.diff(raw[narrow]) > 0)
    # Seven times are equal to the spike: each power of ten brings 7 log 10.
    np.testing.assert_allclose(np.diff(raw[narrow]), 7 * np.log(10), rtol=1e-2)
    assert np.ptp(binned[narrow]) < 1e-3
    assert np.all(binned < 0)


def test_the_title_holds_both():
    title = draw_spike(0.01).axes[1].get_title(loc="left")
    raw, binned = spiked_log_likelihoods(0.01)
    assert f"exact {raw:.1f}" in title.replace("−", "-")
    assert f"classes {binned:.1f}" in title.replace("−", "-")


def test_a_width_of_nothing_is_refused():
    with pytest.raises(ValueError, match="width must be positive"):
        spiked_log_likelihoods(0)
