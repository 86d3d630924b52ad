"""The names in a figure are legible wherever its sliders stand: no line runs through them."""

from __future__ import annotations

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from helpers import figures_asymmetry as asymmetry
from helpers import figures_definitions as definitions
from helpers import figures_failures as failures
from helpers import figures_jensen_shannon as jensen_shannon
from helpers import figures_law_of_large_numbers as law_of_large_numbers
from helpers import figures_loss as loss
from helpers import figures_optimism as optimism
from helpers import figures_proof as proof
from helpers import figures_sources as sources
from helpers import figures_variational as variational
from helpers import figures_wrong_model as wrong_model
from helpers.plotting import style

FIGURES = {
    definitions.draw_theorem: [{"n": n} for n in (2, 30, 10_000)],
    definitions.draw_poisson_fit: [{"lam": lam} for lam in (1.0, 3.0, 7.0)],
    definitions.draw_same_minimiser: [{}],
    definitions.draw_log_bound: [{}],
    definitions.draw_uniform_likelihood: [{"n": n} for n in (1, 2, 6, 12, 40)],
    definitions.draw_information_gain: [{"heads": heads} for heads in (0, 5, 10)],
    asymmetry.draw_both_directions: [
        {"mu": mu, "sigma": sigma} for mu in (0.0, 1.5, 3.0) for sigma in (0.5, 0.6, 1.0, 2.5)
    ],
    asymmetry.draw_difference: [{}],
    asymmetry.draw_two_fits: [{"separation": far} for far in (0.0, 1.0, 2.5, 3.0, 4.0)],
    asymmetry.draw_quadratic: [{"radius": radius} for radius in (0.05, 0.5, 0.7)],
    jensen_shannon.draw_midpoint: [{"shift": shift} for shift in (0.0, 3.0, 6.0, 8.0)],
    jensen_shannon.draw_discriminator: [{"shift": shift} for shift in (0.0, 2.0, 4.0, 6.0)],
    jensen_shannon.draw_parallel_lines: [{"theta": far} for far in (-1.0, -0.5, 0.0, 0.5, 1.0)],
    law_of_large_numbers.draw_running_means: [{"n": n} for n in (1, 30, 1000)],
    law_of_large_numbers.draw_tails: [{"k": k} for k in (1.0, 2.0, 3.5)],
    law_of_large_numbers.draw_sample_sizes: [{"epsilon": epsilon} for epsilon in (0.02, 0.05, 0.2)],
    proof.draw_settling: [{"n": n} for n in (3, 10, 100, 10_000)],
    proof.draw_dip: [{"n": n} for n in (1, 5, 200)],
    proof.draw_memorising: [{"n": n} for n in (3, 10, 100, 3000)],
    loss.draw_outlier: [{"worst": worst} for worst in (-74, -44, 24)],
    loss.draw_distress: [{}],
    optimism.draw_groups: [{"groups": groups} for groups in (1, 5, 14)],
    failures.draw_spike: [{"width": width} for width in (10.0, 0.01, 1e-12)],
    variational.draw_elbo: [{"q": q} for q in (0.05, 0.3, 0.95)],
    variational.draw_mean_field: [{"rho": rho} for rho in (0.0, 0.95)],
    wrong_model.draw_coverage: [{"dispersion": ratio} for ratio in (1.0, 2.0, 4.0)],
    sources.draw_chebyshev_printed: [{"sigma": sigma} for sigma in (0.25, 0.5, 1.0, 2.0)],
}
DRAWINGS = [(draw, values) for draw, all_values in FIGURES.items() for values in all_values]


def crossed(axes: Axes) -> list[str]:
    """Return the names of the lines that are seen through the panel's legend."""
    legend = axes.get_legend()
    if legend is None or legend.get_frame_on():
        return []
    box = Bbox.intersection(legend.get_window_extent(), axes.get_window_extent())
    if box is None:  # it stands outside the panel
        return []
    through = []
    for line in axes.get_lines():
        if line.get_linestyle() == "None":
            continue
        # Points close enough together that none steps over the box.
        points = line.get_transform().transform_path(line.get_path()).interpolated(40).vertices
        if ((points >= box.min) & (points <= box.max)).all(axis=1).any():
            through.append(str(line.get_label()))
    return through


def drawn(figure: Figure) -> Figure:
    FigureCanvasAgg(figure).draw()
    return figure


# Most of the work is Matplotlib's, and tracing would double it.
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("draw", "values"), DRAWINGS, ids=[f"{draw.__name__}-{values}" for draw, values in DRAWINGS]
)
def test_no_line_runs_through_a_legend(draw, values):
    with mpl.rc_context(), style():
        figure = drawn(draw(**values))
        found = {k: crossed(axes) for k, axes in enumerate(figure.axes)}
    assert not any(found.values()), found


def test_a_line_through_a_legend_is_seen():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="rises")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    for place, name in (("upper left", []), ("upper right", ["rises"]), ("center", ["rises"])):
        axes.legend(loc=place, frameon=False)
        assert crossed(drawn(figure).axes[0]) == name
