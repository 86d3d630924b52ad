"""One palette that everyone can tell apart, one style, and figures that carry their words."""

from __future__ import annotations

import base64
import itertools
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from helpers import plotting
from helpers.plotting import (
    GRID,
    INK,
    MUTED,
    PALETTE,
    PAPER,
    THETA_STAR,
    M,
    P,
    Q,
    draw_svg,
    output_mode,
    sequential,
    show,
    style,
    subplots,
    theme_css,
)
from tests.svg_reading import SVG, parse

CSS = Path(__file__).parent.parent / "_ext" / "assets" / "explorer.css"
OBJECTS = {"P": P, "Q": Q, "M": M, "theta_star": THETA_STAR}
MODES = ["light", "dark"]

# Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of
# color vision deficiency", table of matrices at severity 1.0; they act on linear RGB.
VISION = {
    "ordinary": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# Ottosson (2020), "A perceptual color space for image processing".
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def shade(ink, mode: str) -> str:
    return ink.dark if mode == "dark" else str(ink)


def linear(colour: str) -> np.ndarray:
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(a: str, b: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def lightness(colour: str) -> float:
    """CIE L*: what is left of a colour in grey."""
    y = luminance(colour)
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def oklab(colour: str, vision: np.ndarray) -> np.ndarray:
    seen = np.clip(vision @ linear(colour), 0, 1)
    return TO_OKLAB @ np.cbrt(TO_LMS @ seen)


def test_measures_against_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert lightness("#777777") == pytest.approx(50.03, abs=0.01)
    assert oklab("#ff0000", np.eye(3)) == pytest.approx([0.628, 0.2249, 0.1258], abs=1e-3)
    for matrix in VISION.values():
        # Neutral colours stay neutral.
        assert matrix @ np.ones(3) == pytest.approx(np.ones(3), abs=1e-5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [*OBJECTS, "ink", "muted"])
def test_every_colour_may_carry_text(name, mode):
    assert contrast(shade(PALETTE[name], mode), shade(PAPER, mode)) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISION)
def test_objects_differ_for_the_colour_blind(vision, mode):
    colours = [shade(ink, mode) for ink in (*OBJECTS.values(), INK)]
    for a, b in itertools.combinations(colours, 2):
        # 0.02 is a difference just noticed between large fields side by side.
        difference = np.linalg.norm(oklab(a, VISION[vision]) - oklab(b, VISION[vision]))
        assert difference >= 0.09, (a, b)


@pytest.mark.parametrize("mode", MODES)
def test_objects_differ_in_grey(mode):
    colours = [shade(ink, mode) for ink in (*OBJECTS.values(), INK)]
    for a, b in itertools.combinations(colours, 2):
        assert abs(lightness(a) - lightness(b)) >= 7, (a, b)


@pytest.mark.parametrize("mode", MODES)
def test_grid_is_seen_and_stays_behind(mode):
    grid = contrast(shade(GRID, mode), shade(PAPER, mode))
    assert 1.25 < grid < 2 < contrast(shade(MUTED, mode), shade(PAPER, mode))


def test_objects_differ_without_colour():
    assert len({str(ink.line["linestyle"]) for ink in OBJECTS.values()}) == len(OBJECTS)


def test_page_and_figures_have_one_palette():
    css = CSS.read_text(encoding="utf-8")

    def declared(selector: str) -> dict[str, str]:
        block = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", css)[1]
        return dict(re.findall(r"(--fig-[a-z-]+):\s*([^;]+);", block))

    for selector, mode in ((":root", "light"), ('html[data-theme="dark"]', "dark")):
        ours = dict(pair.split(":") for pair in theme_css(mode).split(";"))
        assert declared(selector) == ours


def test_every_style_of_an_object_is_in_its_colour():
    for ink in OBJECTS.values():
        assert {style["color"] for style in (ink.line, ink.area, ink.bars, ink.points)} == {ink}


def example() -> Figure:
    fig, (left, right) = subplots(1, 2, height=2.4)
    x = np.linspace(-3, 3, 61)
    left.plot(x, np.exp(-(x**2)), **P.line, label="$P$")
    left.fill_between(x, 0, np.exp(-(x**2)), **P.area)
    left.plot(x, np.exp(-((x - 1) ** 2)), **Q.line, label="$Q$")
    left.axvline(1, **THETA_STAR.line)
    left.set(title="Two curves", xlabel="$x$")
    left.legend()
    right.bar([0, 1], [1, 2], **M.bars)
    right.plot([0, 1], [1, 2], **Q.points)
    right.annotate("two", (1, 2), (0, 2.2), arrowprops={"arrowstyle": "->"})
    return fig


def test_same_figure_same_bytes_here_and_in_another_process():
    ours = draw_svg(example())
    assert draw_svg(example()) == ours
    program = (
        "import sys, tests.test_plotting, helpers.plotting as p;"
        "sys.stdout.reconfigure(newline='');"
        "sys.stdout.write(p.draw_svg(tests.test_plotting.example()))"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"},
    )
    assert other.stdout == ours
    assert "<dc:date>" not in ours


def test_drawing_is_what_savefig_writes(tmp_path):
    with style():
        example().savefig(tmp_path / "saved.svg", metadata={"Date": None})
    assert draw_svg(example()) == (tmp_path / "saved.svg").read_text(encoding="utf-8")


def test_only_figures_are_drawn():
    with pytest.raises(TypeError, match="expected a matplotlib Figure, got str"):
        draw_svg("a figure")


def test_pyplot_forgets_a_figure_that_was_shown():
    import matplotlib.pyplot as plt  # noqa: PLC0415

    fig = plt.figure(figsize=(2, 2))
    assert plt.get_fignums() == [fig.number]
    draw_svg(fig)
    assert plt.get_fignums() == []


def test_figure_drawn_without_pyplot(monkeypatch):
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    assert draw_svg(example()).startswith("<?xml")


def test_style_comes_back_after_another_style():
    before = mpl.rcParams["lines.linewidth"]
    with mpl.rc_context({"lines.linewidth": 9}):
        with style():
            assert mpl.rcParams["lines.linewidth"] == before
        assert mpl.rcParams["lines.linewidth"] == 9


def test_letters_are_legible_on_a_phone():
    # 390 px wide, less 16 px on either side: one point of the figure is one pixel.
    scale = (390 - 32) / (plotting.WIDTH * 72)
    for name in ("xtick.labelsize", "ytick.labelsize", "legend.fontsize", "axes.labelsize"):
        assert mpl.rcParams[name] * scale >= 8.9, name


def test_panels():
    fig, axes = subplots(2, 1)
    assert fig.get_size_inches().tolist() == [5.0, 4.6]
    assert len(axes) == 2
    with pytest.raises(ValueError, match="columns: expected 1 or 2, got 3"):
        subplots(1, 3)


def test_surface_in_one_colour_varies_in_opacity_only():
    colours = sequential(Q)(np.linspace(0, 1, 5))
    assert np.allclose(colours[:, :3], to_rgb(Q))
    assert np.allclose(colours[:, 3], np.linspace(0, 1, 5), atol=0.01)


def test_output_mode(monkeypatch):
    monkeypatch.delenv("BOOK_OUTPUT", raising=False)
    assert output_mode() == "notebook"
    monkeypatch.setenv("BOOK_OUTPUT", "site")
    assert output_mode() == "site"
    monkeypatch.setenv("BOOK_OUTPUT", "paper")
    with pytest.raises(ValueError, match="BOOK_OUTPUT: expected 'site' or 'notebook'"):
        output_mode()


def test_theme_of_an_unknown_mode():
    with pytest.raises(ValueError, match="mode: expected 'light' or 'dark'"):
        theme_css("sepia")


def test_shown_on_the_site(monkeypatch):
    monkeypatch.setenv("BOOK_OUTPUT", "site")
    shown = show(example())
    bundle = shown._repr_mimebundle_()
    html = bundle["text/html"]
    root = parse(re.search(r"<svg.*</svg>", html)[0])
    assert root.get("role") == "img"
    assert root.get("aria-label") == shown.alt
    assert "Line P: from 0 to 1, highest at 0." in shown.alt
    assert bundle["text/plain"] == f"Figure: {shown.alt}"
    assert "<script" not in html
    assert "style=" not in html
    # Every colour follows the page.
    painted = {e.get(a) for e in root.iter() for a in ("fill", "stroke")} - {None, "none"}
    assert painted <= {f"var({ink.variable})" for ink in PALETTE.values()}


def test_shown_in_a_notebook(monkeypatch):
    monkeypatch.delenv("BOOK_OUTPUT", raising=False)
    shown = show(example())
    html = shown._repr_mimebundle_()["text/html"]
    assert unescape(re.search(r'alt="([^"]*)"', html)[1]) == shown.alt
    svg = base64.b64decode(re.search(r'base64,([^"]*)"', html)[1]).decode()
    root = parse(svg)
    assert svg.startswith(f'<svg xmlns="{SVG[1:-1]}"')
    # It brings its own paper and both modes, for it cannot see the page.
    assert root[0].tag == "style"
    assert "prefers-color-scheme:dark" in root[0].text
    assert root[1].attrib["fill"] == "var(--fig-paper)"
    # The same each time: stored outputs do not change when nothing did.
    assert show(example())._repr_mimebundle_()["text/html"] == html


def test_a_caption_stands_under_the_figure_in_both_forms(monkeypatch) -> None:
    fig, _ = subplots()
    line = '<p class="figure-caption">The gap is D_KL(P ‖ Q) &amp; nothing else.</p>'
    shown = show(fig, caption=r"The gap is $D_{\mathrm{KL}}(P \| Q)$ & nothing else.")
    for mode in ("site", "notebook"):
        monkeypatch.setenv("BOOK_OUTPUT", mode)
        assert shown._repr_mimebundle_()["text/html"].endswith(line)
    assert "figure-caption" not in show(fig)._repr_mimebundle_()["text/html"]
