"""The pictures of the chapter on asymmetry against closed forms and plain integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from helpers import figures_asymmetry as pictures
from helpers.projections import NormalMixture, forward_fit, reverse_fit


def line(ax, label):
    (found,) = [one for one in ax.get_lines() if one.get_label() == label]
    return np.asarray(found.get_xdata()), np.asarray(found.get_ydata())


def kl_normal(m1, s1, m2, s2):
    return np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


@pytest.mark.parametrize(("mu", "sigma"), [(0.0, 1.0), (1.5, 0.6), (3.0, 2.5)])
def test_the_areas_are_the_divergences_in_the_title(mu, sigma):
    fig = pictures.draw_both_directions(mu, sigma)
    there, back = kl_normal(0, 1, mu, sigma), kl_normal(mu, sigma, 0, 1)
    assert f"{there:.3f}" in fig.get_suptitle()
    assert f"{back:.3f}" in fig.get_suptitle()
    _, integrand = fig.axes
    x, y = line(integrand, r"$p\,\log(p/q)$")
    # The panel ends at -4.5 and 6.5, where little is left of a curve.
    assert integrate.simpson(y, x=x) == pytest.approx(there, abs=0.01)
    if sigma < 1:
        x, y = line(integrand, r"$q\,\log(q/p)$")
        assert integrate.simpson(y, x=x) == pytest.approx(back, abs=0.01)


def test_the_two_fits_are_those_of_the_projections():
    target = NormalMixture((0.55, 0.45), (-3.0, 3.0), (1.0, 1.0))
    for ax, fit in zip(pictures.draw_two_fits(3.0).axes, (forward_fit, reverse_fit), strict=True):
        mean, sigma = fit(target)
        x, y = line(ax, "nearest $Q$")
        assert x[np.argmax(y)] == pytest.approx(mean, abs=0.06)
        assert y.max() == pytest.approx(1 / (sigma * np.sqrt(2 * np.pi)), rel=0.01)
        assert f"{sigma:.2f}" in ax.texts[0].get_text()


def test_the_difference_changes_sign_where_the_variances_agree():
    (ax,) = pictures.draw_difference().axes
    for mu in (0.0, 1.0, 2.0):
        sigma, gap = line(ax, rf"$\mu$ = {mu:g}")
        expected = kl_normal(0, 1, mu, sigma) - kl_normal(mu, sigma, 0, 1)
        np.testing.assert_allclose(gap, expected, atol=1e-12)
        assert np.all(
            np.sign(gap[np.abs(np.log(sigma)) > 1e-6])
            == np.sign(1 - sigma)[np.abs(np.log(sigma)) > 1e-6]
        )


def test_one_tail_integral_settles_and_the_other_grows_by_a_third_of_a_nat_per_unit():
    (ax,) = pictures.draw_tails().axes
    end, grows = line(ax, r"$D_{\mathrm{KL}}$(Cauchy$\,\|\,$normal): no limit")
    # The integrand tends to 1/(2 pi) on both sides, up to a logarithm over a square.
    slope = (grows[-1] - grows[-10]) / (end[-1] - end[-10])
    assert slope == pytest.approx(1 / np.pi, abs=0.01)
    _, settles = line(ax, r"$D_{\mathrm{KL}}$(normal$\,\|\,$Cauchy): settles")
    assert settles[-1] == pytest.approx(settles[-40], abs=1e-8)
    assert f"{settles[-1]:.4f}" == ax.texts[0].get_text()


def test_every_stop_on_the_way_shortens_it():
    (ax,) = pictures.draw_detour().axes
    t, by_way = line(ax, "by way of $Q = N(t, 1)$")
    np.testing.assert_allclose(by_way, 1 + (t - 1) ** 2, rtol=1e-12)
    _, direct = line(ax, "direct")
    assert np.all((by_way < direct[0] - 1e-9) == (np.abs(t - 1) < 1 - 1e-9))


def test_steep_curves_look_like_curves():
    ax = pictures.draw_quadratic(0.5).axes[2]
    fine = np.linspace(-0.95, 1, 400)
    for name in ("forward", "reverse"):
        near = 1 + 0.5 * fine
        true = kl_normal(0, 1, 0, near) if name == "forward" else kl_normal(0, near, 0, 1)
        seen = np.abs(np.interp(fine, *line(ax, name)) - true / 0.25)
        assert np.max(seen) < 0.012


def test_both_directions_settle_on_the_parabola():
    worst = []
    for radius in (0.5, 0.05):
        gaps = []
        for ax in pictures.draw_quadratic(radius).axes:
            for name in ("forward", "reverse"):
                steps, scaled = line(ax, name)
                gaps.append(np.max(np.abs(scaled - steps**2)))
        worst.append(max(gaps))
    assert worst[0] > 0.5
    assert worst[1] < 0.12
