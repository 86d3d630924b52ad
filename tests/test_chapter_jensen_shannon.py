"""What the pictures of the chapter on the Jensen-Shannon divergence show, by another route."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from helpers.figures_jensen_shannon import (
    draw_discriminator,
    draw_midpoint,
    draw_parallel_lines,
    draw_triangle,
)

LOG2 = math.log(2)


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def jsd_by_quadrature(p, q):
    x = np.linspace(-30, 40, 200_001)
    m = (p.pdf(x) + q.pdf(x)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [np.where(d.pdf(x) > 0, d.pdf(x) * np.log(d.pdf(x) / m), 0) for d in (p, q)]
    return sum(integrate.simpson(t, x=x) for t in terms) / 2


@pytest.mark.parametrize("shift", [0.2, 3.0, 8.0])
def test_midpoint_marks_the_divergences_of_the_normals_drawn(shift):
    top, bottom = draw_midpoint(shift).axes
    p, q, m = (line.get_ydata() for line in top.lines)
    np.testing.assert_allclose(m, (p + q) / 2, rtol=1e-14)
    marked = [line.get_ydata()[0] for line in bottom.lines if len(line.get_ydata()) == 1]
    forward = math.log(1.5) + (1 + shift**2) / (2 * 1.5**2) - 0.5
    backward = -math.log(1.5) + (1.5**2 + shift**2) / 2 - 0.5
    jsd = jsd_by_quadrature(stats.norm(0, 1), stats.norm(shift, 1.5))
    np.testing.assert_allclose(marked, [forward, backward, jsd], rtol=1e-8)
    assert f"JSD = {jsd:.4f}" in bottom.get_title(loc="left")


def test_midpoint_curve_stays_below_the_ceiling():
    _, bottom = draw_midpoint(1.0).axes
    curve = lines(bottom)["JSD"].get_ydata()
    assert np.all(np.diff(curve) > 0)
    assert 0.69 < curve[-1] < LOG2


def test_detour_by_a_coin_is_longer_with_the_root_and_shorter_without():
    top, bottom = draw_triangle([0.1, 0.3], [-0.1, 0.3]).axes
    root = lines(top)[r"$\sqrt{\mathrm{JSD}}$"].get_ydata()
    plain = lines(top)["JSD"].get_ydata()
    assert np.all(root[1:-1] > 0)
    assert np.all(plain[1:-1] < 0)
    np.testing.assert_allclose(root[50], math.sqrt(3 * math.log(4 / 3)) - math.sqrt(LOG2))
    np.testing.assert_allclose(plain[50], 1.5 * math.log(4 / 3) - LOG2)
    np.testing.assert_allclose([root[0], root[-1], plain[0], plain[-1]], 0, atol=1e-15)
    assert "triples" in bottom.get_ylabel()
    # The root leaves zero upright: the first step of the curve is not a visible jump.
    assert np.max(np.abs(np.diff(root))) < 0.01


def test_every_triple_is_in_the_histogram():
    # The longest detour there is: both legs between disjoint supports, from a point back to it.
    longest = 2 * math.sqrt(LOG2), 2 * LOG2
    _, bottom = draw_triangle([0.1, longest[0]], [-0.26, longest[1]]).axes
    assert [steps.get_data().values.sum() for steps in bottom.patches] == [1, 1]


@pytest.mark.parametrize("shift", [0.5, 2.0, 6.0])
def test_discriminator_is_bayes_rule_and_its_value_is_the_integral(shift):
    top, bottom = draw_discriminator(shift).axes
    best = top.lines[2]
    x, d = best.get_xdata(), best.get_ydata()
    np.testing.assert_allclose(d, 1 / (1 + np.exp(shift * x - shift**2 / 2)), rtol=1e-10)
    grid = np.linspace(-20, 30, 100_001)
    p, q = stats.norm.pdf(grid), stats.norm.pdf(grid, shift)
    # log D = -log(1 + q/p), through logarithms so that nothing underflows.
    odds = shift * grid - shift**2 / 2
    value = integrate.simpson(-p * np.logaddexp(0, odds) - q * np.logaddexp(0, -odds), x=grid)
    marked = next(line for line in bottom.lines if len(line.get_ydata()) == 1)
    np.testing.assert_allclose(marked.get_ydata()[0], value, rtol=1e-8)


@pytest.mark.parametrize(
    ("theta", "title"),
    [
        (-0.5, "KL ∞, total variation 1, JSD 0.693, Wasserstein 0.50"),
        (0.05, "KL ∞, total variation 1, JSD 0.693, Wasserstein 0.05"),
        (0.0, "KL 0, total variation 0, JSD 0.000, Wasserstein 0.00"),
    ],
)
def test_parallel_lines_compares_four_ways(theta, title):
    plane, values = draw_parallel_lines(theta).axes
    assert values.get_title(loc="left") == title
    assert plane.lines[1].get_xdata()[0] == theta
    curve = lines(values)["Wasserstein"]
    np.testing.assert_allclose(curve.get_ydata(), np.abs(curve.get_xdata()), atol=1e-15)
