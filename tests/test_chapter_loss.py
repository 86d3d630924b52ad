"""What the chapter on loss functions shows, by other routes."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from helpers.datasets import library_calls, light_times
from helpers.divergence import cross_entropy, entropy, kl_divergence
from helpers.figures_loss import draw_distress, draw_outlier

MAKE = Path(__file__).parent / "references" / "make_library_calls.py"
P, Q = np.array([0.75, 0.25]), np.array([0.5, 0.5])


def test_the_titles_are_what_the_two_losses_find():
    for worst in (-74, -44, 24):
        times = np.sort(light_times()["nanoseconds"])
        times[0] = worst
        top, bottom = draw_outlier(worst).axes
        mean, median = times.mean(), np.median(times)
        assert top.get_title(loc="left") == f"Mean {mean:.2f}, median {median:g}"
        normal, laplace = bottom.get_title(loc="left").split("normal ")[1].split(", Laplace ")
        # In closed form: (1 + log 2 pi MSE)/2 and 1 + log 2 MAE.
        assert float(normal) == pytest.approx((1 + np.log(2 * np.pi * times.var())) / 2, abs=6e-4)
        assert float(laplace.split()[0]) == pytest.approx(
            1 + np.log(2 * abs(times - median).mean()), abs=6e-4
        )


def test_moving_the_odd_observation_moves_the_mean_and_not_the_median():
    titles = {draw_outlier(w).axes[0].get_title(loc="left") for w in (-74, -44, 24)}
    assert len({t.split(",")[0] for t in titles}) == 3
    assert {t.split(",")[1] for t in titles} == {" median 27"}


def test_the_logistic_curve_falls_and_passes_the_base_rate_among_the_flights():
    curve, rate = draw_distress().axes[0].lines[:2]
    x, p = curve.get_data()
    assert np.all(np.diff(p) < 0)
    assert rate.get_ydata()[0] == pytest.approx(7 / 23)
    assert 60 < x[np.argmin(abs(p - 7 / 23))] < 75


def test_newcombs_log_likelihoods():
    times = light_times()["nanoseconds"]
    normal = stats.norm.logpdf(times, times.mean(), times.std()).sum()
    scale = abs(times - 27).mean()
    laplace = stats.laplace.logpdf(times, 27, scale).sum()
    assert (round(normal, 3), round(laplace, 3), round(scale, 4)) == (-249.861, -221.854, 5.303)


MEANING = {
    "D(P‖Q)": kl_divergence(P, Q),
    "D(Q‖P)": kl_divergence(Q, P),
    "D(P‖Q)/2": kl_divergence(P, Q) / 2,
    "H(P, Q)": cross_entropy(P, Q),
    "4 H(P, Q)": 4 * cross_entropy(P, Q),
    "H(P)": entropy(P),
    "−H(P) − E_P[q]": -entropy(P) - P @ Q,
}


def test_each_stored_call_is_what_its_row_says():
    calls = library_calls()
    assert len(calls) > 10
    for value, what in zip(calls["value"], calls["computes"], strict=True):
        assert value == pytest.approx(MEANING[what], rel=1e-12), what


@pytest.mark.filterwarnings("ignore:reduction")
def test_the_calls_still_return_what_is_stored():
    pytest.importorskip("torch", reason="PyTorch is no dependency of the book")
    pytest.importorskip("sklearn", reason="scikit-learn is no dependency of the book")
    made = runpy.run_path(str(MAKE))
    calls = library_calls()
    fresh = [*made["torch_rows"](), *made["sklearn_rows"]()]
    assert [row[2] for row in fresh] == calls["call"].tolist()
    np.testing.assert_allclose([float(row[3]) for row in fresh], calls["value"], rtol=1e-9)
