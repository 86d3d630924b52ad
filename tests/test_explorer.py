"""Figures that move: each frame is what `draw` draws, in Python's hands and in a browser's."""

from __future__ import annotations

import cProfile
import gc
import gzip
import inspect
import io
import itertools
import math
import pstats
import re
import weakref
from functools import cache
from html import unescape
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread
from playwright.sync_api import expect

from helpers.drawing.alt_text import describe
from helpers.drawing.svg import Film, Node
from helpers.explorer import MAX_BYTES, MAX_FRAMES, Slider, explore
from helpers.plotting import (
    GRID,
    INK,
    PAPER,
    THETA_STAR,
    M,
    P,
    Q,
    draw_svg,
    figure_node,
    sequential,
    style,
    subplots,
    theme_css,
)
from tests.svg_reading import canonical, frame, parse, payload_of, svg_of

ASSETS = Path(__file__).parent.parent / "_ext" / "assets"
X = np.linspace(-6, 6, 401)


def density(mu: float, sigma: float = 1.0) -> np.ndarray:
    return np.exp(-(((X - mu) / sigma) ** 2) / 2) / (sigma * math.sqrt(2 * math.pi))


def two_panels(mu=1.5):
    """What a chapter draws: two densities with their areas, and a curve with a point on it."""
    fig, (left, right) = subplots(1, 2, height=2.5)
    for ink, y, name in ((P, density(0), "$P$"), (Q, density(mu, 1.3), "$Q$")):
        left.plot(X, y, **ink.line, label=name)
        left.fill_between(X, 0, y, **ink.area)
    left.set(xlim=(-6, 6), ylim=(0, 0.45), xlabel="$x$", title="Densities")
    left.legend(loc="upper left")
    grid = np.linspace(-3, 3, 121)
    kl = math.log(1.3) + (1 + np.array([*grid, mu]) ** 2) / (2 * 1.3**2) - 0.5
    right.plot(grid, kl[:-1], color=INK)
    right.plot([mu], [kl[-1]], **Q.points)
    right.set(xlabel=r"$\mu$", ylim=(0, 3), title=f"$D$ = {kl[-1]:.3f} nats")
    return fig


def grid_of_two(mu=0.0, sigma=1.0):
    fig, ax = subplots(height=2)
    ax.plot(X[::4], density(0)[::4], **P.line, label="$P$")
    ax.plot(X[::4], density(mu, sigma)[::4], **Q.line, label="$Q$")
    ax.set(xlim=(-6, 6), ylim=(0, 0.9))
    return fig


def comes_and_goes(n=1, kind="plain"):
    """Artists that appear, vanish and change their number; text of varying length."""
    fig, ax = subplots(height=2)
    ax.plot(range(n), range(n), **P.points, label="$P$")
    if n % 2:
        ax.axvline(n, **THETA_STAR.line, label=r"$\theta^*$")
        ax.legend(loc="upper left")
    if kind == "marked":
        ax.plot([0, n], [0, 1], **M.line)
        ax.annotate(f"n is {n * 37}", (0, 0), (2, 3), arrowprops={"arrowstyle": "->"})
    ax.bar(range(n), np.arange(n) / 2, **Q.bars)
    ax.set(title="x" * n, xlim=(-1, 8), ylim=(0, 8))
    return fig


@cache
def drawn(draw, values: tuple):
    with style():
        fig = draw(**dict(values))
    return figure_node(fig, ""), describe(fig)


def alone(draw, values: dict, alt: str) -> list:
    """The frame, drawn by itself; its text alternative ends with what the figure says."""
    node, words = drawn(draw, tuple(values.items()))
    assert alt.endswith(words)
    named = Node("svg", {**node.attributes, "aria-label": alt}, node.children)
    return canonical(parse(Film([named], prefix="t").svg))


def many_kinds():
    """Most ways of drawing that a chapter may use."""
    fig, axes = subplots(2, 2)
    grid = np.linspace(-1, 1, 21)
    surface = np.exp(-np.add.outer(grid**2, 2 * grid**2))
    axes[0, 0].contourf(grid, grid, surface, levels=6, cmap=sequential(P))
    axes[0, 0].contour(grid, grid, surface, levels=3, colors=[INK], linewidths=0.8)
    axes[0, 1].scatter(grid, grid**2, s=np.linspace(4, 60, 21), color=Q, alpha=0.5)
    axes[0, 1].errorbar([0], [0.5], yerr=[0.3], color=M, capsize=4)
    axes[0, 1].pcolormesh([-1, 0, 1], [1, 1.5], [[0.2, 0.9]], cmap=sequential(M))
    axes[1, 0].hist(grid**3, bins=7, histtype="stepfilled", **P.area)
    axes[1, 0].stairs([4, 1, 3], [-1, -0.5, 0.5, 1], color=Q)
    axes[1, 0].bar([0.75], [5], 0.2, color="none", edgecolor=THETA_STAR, hatch="//")
    axes[1, 1].semilogy(grid, np.exp(9 * grid), **Q.line, label=r"$\hat p_n$")
    axes[1, 1].axvspan(0, 0.5, **M.area)
    axes[1, 1].annotate(
        r"$\frac{1}{n}$", (0, 1), (-0.8, 30), arrowprops={"arrowstyle": "->", "color": INK}
    )
    axes[1, 1].legend(frameon=True, facecolor=PAPER, edgecolor=GRID)
    fig.suptitle("Kinds")
    return fig


# ---------------------------------------------------------------- sliders


def test_range_reaches_both_ends_in_even_steps():
    assert Slider("mu", (-3, 3, 41)).values == pytest.approx(np.linspace(-3, 3, 41))
    assert Slider("mu", (0, 1, 11)).values[3] == 0.3  # and not 0.30000000000000004
    assert Slider("n", (0, 10, 3)).values == [0, 5, 10]
    assert all(isinstance(v, int) for v in Slider("n", (0, 10, 3)).values)
    assert Slider("n", (0.0, 10, 3)).values == [0.0, 5.0, 10.0]


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-1e3, 1e3, allow_nan=False),
    st.floats(1e-2, 1e3),
    st.integers(2, 60),
)
def test_shown_values_are_the_values(low, width, steps):
    slider = Slider("mu", (low, low + width, steps))
    shown = [float(t.replace("−", "-")) for t in slider.texts]
    assert len(set(slider.texts)) == steps
    gap = width / (steps - 1)
    assert np.abs(np.array(shown) - slider.values).max() <= 0.5 * gap
    assert all(len(t) <= 12 for t in slider.texts)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, 10, 100], ["1", "10", "100"]),
        ([0.5, 1.0], ["0.5", "1.0"]),
        ([-1.5, 2.25], ["−1.50", "2.25"]),
        ([1e-7, 2e-7], ["1e−07", "2e−07"]),
        ([1 / 3, 2 / 3], ["0.333", "0.667"]),
        (["normal", "Cauchy"], ["normal", "Cauchy"]),
        ([False, True], ["no", "yes"]),
        ([np.int64(3), np.float64(0.5)], ["3.0", "0.5"]),
    ],
)
def test_lists_as_shown(values, texts):
    assert Slider("n", values).texts == texts


@pytest.mark.parametrize(
    ("widget", "values", "start"),
    [
        (ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.25), [0, 0.25, 0.5, 0.75, 1], 2),
        (ipywidgets.IntSlider(3, min=1, max=5, step=2), [1, 3, 5], 1),
        (ipywidgets.FloatSlider(0, min=0, max=1, step=0.3), [0, 0.3, 0.6, 0.9], 0),
        (ipywidgets.FloatLogSlider(10, min=0, max=2, step=1), [1, 10, 100], 1),
        (ipywidgets.Dropdown(options=["a", "b"], value="b"), ["a", "b"], 1),
        (ipywidgets.SelectionSlider(options=[("one", 1), ("two", 2)]), [1, 2], 0),
        (ipywidgets.Checkbox(True), [False, True], 1),
    ],
)
def test_ipywidgets(widget, values, start):
    slider = Slider("n", widget)
    assert slider.values == pytest.approx(values) if start != "b" else values
    assert slider.start == start


def test_drop_down_shows_its_labels():
    assert Slider("n", ipywidgets.Dropdown(options=[("one", 1), ("two", 2)])).texts == [
        "one",
        "two",
    ]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("mu", "μ"),
        ("lam", "λ"),
        ("lambda_", "λ"),
        ("theta_star", "θ*"),
        ("sigma_q", "σ_Q"),
        ("mu_1", "μ_1"),
        ("n", "n"),
        ("sample_size", "sample size"),
    ],
)
def test_names_as_a_reader_knows_them(name, label):
    assert Slider(name, [1, 2]).label == label
    assert Slider(name, [1, 2], r"rate $\lambda$").label == "rate λ"


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ((0, 1), ValueError, r"mu: expected \(low, high, steps\)"),
        ((0, "a", 3), ValueError, r"mu: expected \(low, high, steps\)"),
        ((1, 0, 3), ValueError, "mu: expected low < high"),
        ((0, math.inf, 3), ValueError, "mu: expected low < high"),
        ((0, 1, 1), ValueError, "mu: expected a whole number of steps, at least 2"),
        ((0, 1, 2.5), ValueError, "mu: expected a whole number of steps"),
        ([1], ValueError, "mu: expected at least two values"),
        ([], ValueError, "mu: expected at least two values"),
        ([1, 1], ValueError, "mu: expected values that differ"),
        ("abc", TypeError, "mu: expected .* got str"),
        (ipywidgets.Text(), TypeError, "mu: expected an ipywidget with .* got Text"),
    ],
)
def test_what_is_no_slider(spec, error, message):
    with pytest.raises(error, match=message):
        explore(two_panels, mu=spec)


def test_explorer_without_sliders():
    with pytest.raises(ValueError, match="sliders: expected at least one"):
        explore(two_panels)


def test_draw_that_is_no_function():
    with pytest.raises(TypeError, match="draw: expected a function that returns a figure, got str"):
        explore("draw", mu=(0, 1, 3))


@pytest.mark.parametrize(
    ("draw", "problem"),
    [
        (lambda mu: subplots()[0], "got mu, nu .*unexpected keyword argument 'nu'"),
        (lambda mu, nu, xi: subplots()[0], "got mu, nu .*missing a required argument: 'xi'"),
    ],
)
def test_sliders_that_draw_does_not_take_or_lacks(draw, problem):
    with pytest.raises(TypeError, match=f"sliders: expected one for each .*{problem}"):
        explore(draw, mu=(0, 1, 3), nu=(0, 1, 3))


@pytest.mark.parametrize("argument", ["labels", "start"])
def test_options_for_no_slider(argument):
    with pytest.raises(ValueError, match=rf"{argument}: expected names of sliders.*'nu'"):
        explore(two_panels, mu=(0, 1, 3), **{argument: {"nu": "x"}})


def test_where_sliders_start():
    def start(explorer):
        return explorer.values(explorer.default)["mu"]

    assert start(explore(two_panels, mu=(-3, 3, 41))) == 1.5  # the default in the signature
    assert start(explore(two_panels, mu=(-3, 3, 41), start={"mu": 0.4})) == 0.45  # the nearest
    assert start(explore(two_panels, mu=ipywidgets.FloatSlider(2, min=0, max=4, step=1))) == 2
    assert start(explore(lambda mu: None, mu=(0, 4, 5))) == 2
    assert start(explore(lambda **values: None, mu=[3, 2, 1])) == 3
    with pytest.raises(ValueError, match=r"mu: expected one of \['a', 'b'\].*'z'"):
        explore(lambda mu="z": None, mu=["a", "b"])


def test_grid_that_is_too_large_says_so():
    side = math.isqrt(MAX_FRAMES) + 1
    with pytest.raises(ValueError, match=rf"{side} \(mu\) × {side} \(sigma\) = {side**2} frames"):
        explore(grid_of_two, mu=(0, 1, side), sigma=(1, 2, side))


def test_frames_that_weigh_too_much_say_so(monkeypatch):
    monkeypatch.setattr("helpers.explorer.MAX_BYTES", 2000)
    with pytest.raises(ValueError, match=r"sliders: 3 frames weigh \d+ kB.* 2 kB.*fewer points"):
        explore(grid_of_two, mu=(0, 1, 3)).html()


def test_draw_that_returns_no_figure_says_where():
    with pytest.raises(TypeError, match=r"draw: expected .* Figure, got NoneType at μ = 1"):
        repr(explore(lambda mu: None, mu=[1, 2]))


def test_draw_that_changes_size_says_so():
    def grows(n):
        fig, _ = subplots(height=n)
        return fig

    with pytest.raises(ValueError, match="draw: expected figures of one size"):
        explore(grows, n=[2, 3]).html()


# ---------------------------------------------------------------- frames


# Most of the work is Matplotlib's, and tracing would double it.
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("draw", "sliders"),
    [
        (two_panels, {"mu": (-3, 3, 5)}),
        (grid_of_two, {"mu": (-2, 2, 5), "sigma": [0.5, 1.0, 2.0]}),
        (comes_and_goes, {"n": (1, 5, 5), "kind": ["plain", "marked"]}),
    ],
)
def test_every_frame_is_what_draw_draws(draw, sliders, monkeypatch):
    monkeypatch.setenv("BOOK_OUTPUT", "site")
    explorer = explore(draw, **sliders)
    html = explorer._repr_mimebundle_()["text/html"]
    svg, payload = svg_of(html), payload_of(html)
    parameters = list(sliders)
    combinations = list(itertools.product(*(s.values for s in explorer.sliders)))
    assert len(payload["patterns"][0]) == len(combinations)
    for k, combination in enumerate(combinations):
        values = dict(zip(parameters, combination, strict=True))
        found = frame(svg, payload, k)
        alt = found.get("aria-label")
        assert canonical(found) == alone(draw, values, alt)
    default = canonical(parse(svg))
    signature = {n: p.default for n, p in inspect.signature(draw).parameters.items()}
    assert default == alone(draw, signature, explorer.alt)


# Most of the work of this one too is Matplotlib's.
@pytest.mark.no_cover
def test_41_frames_of_two_panels_weigh_little():
    html = explore(two_panels, mu=(-3, 3, 41)).html()
    assert len(payload_of(html)["values"][0]) == 41
    weight = len(gzip.compress(html.encode()))
    assert weight <= 20_000  # measured: 12 kB; 60 kB would still be acceptable
    assert weight < MAX_BYTES


def test_same_explorer_same_frames():
    first, second = (explore(grid_of_two, mu=(0, 1, 3)).film().payload() for _ in range(2))

    def unnamed(payload):
        return re.sub(r"#f\w+-", "#", str(payload))

    assert unnamed(first) == unnamed(second)


def test_markup_is_labelled_and_holds_no_script():
    html = explore(
        grid_of_two, labels={"sigma": "width of $Q$"}, sigma=(0.5, 1.5, 3), play=True
    ).html()
    assert re.findall(r"<script[^>]*>", html) == ['<script type="application/json">']
    assert not re.search(r' (on\w+|style)="', html)
    identifier = re.search(r'<input type="range" id="([^"]+)"', html)[1]
    assert f'<label for="{identifier}">width of Q</label>' in html
    assert f'<output for="{identifier}" aria-live="off">1.0</output>' in html
    assert 'min="0" max="2" step="1" value="1" aria-valuetext="1.0"' in html
    assert 'aria-label="Play width of Q"' in html
    assert '<p class="explorer-still">width of Q = 1.0</p>' in html
    assert "explorer-play" not in explore(grid_of_two, sigma=(0.5, 1.5, 3)).html()


def test_text_of_a_frame_cannot_end_the_data():
    def draw(n=1):
        fig, ax = subplots()
        ax.set_title(f"</script><b>{n}")
        return fig

    html = explore(draw, n=[1, 2]).html()
    assert html.count("</script>") == 1
    assert payload_of(html)["said"] == ["</script><b>1", "</script><b>2"]


def test_said_is_what_changes_besides_the_value():
    payload = payload_of(explore(two_panels, mu=(-3, 3, 3)).html())
    # log 1.3 + (1 + mu^2) / (2 * 1.69) - 1/2, by hand
    assert payload["said"] == ["D = 2.721 nats", "D = 0.058 nats", "D = 2.721 nats"]
    assert payload_of(explore(grid_of_two, mu=(0, 1, 3)).html())["said"] == []


def test_long_values_get_more_room():
    html = explore(lambda law="a": grid_of_two(), law=["a", "exponential"]).html()
    assert "data-wide" in html


# ---------------------------------------------------------------- Jupyter


def test_notebook_without_a_kernel_shows_the_default_frame(monkeypatch):
    monkeypatch.delenv("BOOK_OUTPUT", raising=False)
    explorer = explore(two_panels, mu=(-3, 3, 9))
    bundle = explorer._repr_mimebundle_()
    view = bundle.pop("application/vnd.jupyter.widget-view+json")
    assert re.fullmatch(r"[0-9a-f]{32}", view["model_id"])
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == f"Figure with 1 slider: {explorer.alt}"
    assert unescape(re.search(r'alt="([^"]*)"', bundle["text/html"])[1]) == explorer.alt


def test_live_sliders_redraw():
    explorer = explore(grid_of_two, mu=(-2, 2, 5), sigma=ipywidgets.FloatSlider(1, min=0.5, max=2))
    mu, sigma, picture = explorer.widget().children
    assert (mu.description, sigma.description) == ("μ", "σ")
    assert mu.value == 0.0
    first = picture.value
    mu.value = 2.0
    second = picture.value
    assert second != first
    assert canonical(parse(svg_of(second))) == alone(
        grid_of_two, {"mu": 2.0, "sigma": 1.0}, re.search(r'aria-label="([^"]*)"', second)[1]
    )
    assert 'aria-label="μ = 2, σ = 1.0. ' in second
    sigma.value = 1.55  # between two steps
    assert picture.value not in (first, second)
    assert "σ = 1.55. " in picture.value
    mu.value, sigma.value = 0.0, 1.0
    assert picture.value == first  # drawn once, kept
    # Both modes of JupyterLab.
    assert theme_css("light") in first
    assert theme_css("dark") in first


def test_error_in_a_live_figure_is_not_swallowed():
    def fails(n=1):
        if n == 2:
            raise ArithmeticError("no figure for n = 2")
        return grid_of_two()

    slider, _ = explore(fails, n=[1, 2]).widget().children
    with pytest.raises(ArithmeticError, match="no figure"):
        slider.value = 2


def test_description_of_the_reader_s_own_widget_stays():
    own = ipywidgets.IntSlider(1, min=1, max=3, description="mine")
    assert explore(comes_and_goes, n=own).widget().children[0].description == "mine"


def test_a_redraw_takes_little_work():
    """Counted in calls, which no busy machine changes; benchmarks/redraw.py has the seconds."""
    explorer = explore(two_panels, mu=(-3, 3, 41))
    slider, _ = explorer.widget().children
    slider.index = 0
    work = cProfile.Profile()
    work.enable()
    slider.index = 1
    work.disable()
    # 234,000 with Matplotlib 3.11; measuring the layout of every frame makes 312,000 of them.
    assert pstats.Stats(work).total_calls < 280_000


@pytest.mark.parametrize("paused", [False, True])
def test_a_redraw_never_searches_all_of_memory_for_garbage(paused):
    explorer = explore(two_panels, mu=(-3, 3, 41))
    slider, _ = explorer.widget().children
    searched = []

    def note(phase, info):
        if phase == "start":
            searched.append(info["generation"])

    gc.callbacks.append(note)
    if paused:
        gc.disable()
    try:
        for index in range(12):
            slider.index = index
        assert gc.isenabled() is not paused  # as the reader had it
    finally:
        # In this order: once it is on again, a search may start at any moment.
        gc.callbacks.remove(note)
        gc.enable()
    assert searched == ([] if paused else [1] * 12)


def test_no_figure_of_a_redraw_stays_in_memory():
    explorer = explore(two_panels, mu=(-3, 3, 41))
    slider, _ = explorer.widget().children
    drawn = []
    explorer.draw = lambda mu: drawn.append(weakref.ref(figure := two_panels(mu))) or figure
    slider.index = 0
    assert [figure() for figure in drawn] == [None]


def test_after_an_error_garbage_is_searched_for_again():
    def fails(n=1):
        raise ArithmeticError("no figure")

    with pytest.raises(ArithmeticError):
        explore(fails, n=[1, 2]).widget()
    assert gc.isenabled()


# ---------------------------------------------------------------- in a browser

PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Explorers</title>
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src file:; style-src file:">
<link rel="stylesheet" href="{assets}/explorer.css">
<script defer src="{assets}/explorer.js"></script></head>
<body><h1>Explorers</h1>{body}<p id="end">after</p></body></html>"""


@pytest.fixture(scope="module")
def explorers():
    return [
        explore(two_panels, mu=(-3, 3, 5), play=True),
        explore(comes_and_goes, n=(1, 5, 5), kind=["plain", "marked"]),
        explore(two_panels, mu=(-3, 3, 5)),
    ]


@pytest.fixture(scope="module")
def page_file(explorers, tmp_path_factory):
    body = "".join(explorer.html() for explorer in explorers)
    path = tmp_path_factory.mktemp("explorer") / "page.html"
    path.write_text(PAGE.format(theme="light", assets=ASSETS.as_uri(), body=body), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, page_file):
    """A page from the disk, with what went wrong on it."""
    context = browser.new_context(viewport={"width": 800, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(page_file.as_uri())
    page.wait_for_selector("[data-explorer][data-ready]")
    yield page
    context.close()
    assert wrong == []


def painted(page, number: int) -> list:
    markup = (
        page.locator("[data-explorer] svg")
        .nth(number)
        .evaluate("svg => new XMLSerializer().serializeToString(svg)")
    )
    return canonical(parse(markup))


# Most of the work is Matplotlib's, and tracing would double it.
@pytest.mark.no_cover
def test_every_frame_in_the_browser_is_what_draw_draws(opened, explorers):
    for number, explorer in enumerate(explorers):
        root = opened.locator("[data-explorer]").nth(number)
        sliders = root.locator("input[type=range]")
        # Backwards, and each slider by itself: a frame must not depend on the one before.
        for positions in reversed(explorer.positions):
            for k, position in enumerate(positions):
                sliders.nth(k).fill(str(position))
            values = explorer.values(positions)
            expected = alone(
                explorer.draw, values, explorer.frame(positions).attributes["aria-label"]
            )
            assert painted(opened, number) == expected
            shown = root.locator("output").all_inner_texts()
            assert shown == [s.texts[i] for s, i in zip(explorer.sliders, positions, strict=True)]


def test_ids_are_unique_on_the_page(opened):
    ids = opened.eval_on_selector_all("[id]", "nodes => nodes.map(node => node.id)")
    assert len(ids) == len(set(ids)) > 50


def test_keyboard_moves_the_figure_and_the_value_is_announced(opened, explorers):
    slider = opened.get_by_label("μ", exact=True).first
    before = painted(opened, 0)
    slider.focus()
    opened.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "0.0. D = 0.058 nats"
    assert painted(opened, 0) != before
    label = opened.locator("svg[role=img]").first.get_attribute("aria-label")
    assert label.startswith("μ = 0.0. Panel 1 of 2: Densities.")
    opened.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext").startswith("3.0. D = ")
    # The other explorers stand still.
    assert opened.locator("output").nth(3).inner_text() == explorers[2].sliders[0].texts[4 - 1]
    tree = slider.evaluate("node => [node.type, node.labels[0].textContent]")
    assert tree == ["range", "μ"]


def test_touch_moves_the_figure(browser, page_file):
    context = browser.new_context(
        viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.wait_for_selector("[data-ready]")
    slider = page.locator("input").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box["height"] >= 44  # a thumb's width
    page.touchscreen.tap(box["x"] + 4, box["y"] + box["height"] / 2)
    assert page.locator("output").first.inner_text() == "−3.0"
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0
    context.close()


def test_nothing_jumps(browser, page_file):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries())"
        " window.shift += e.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(page_file.as_uri())
    page.wait_for_selector("[data-ready]")
    end = page.locator("#end").evaluate("node => node.offsetTop")
    for number in range(page.locator("input").count()):
        slider = page.locator("input").nth(number)
        for key in ("Home", "End"):
            slider.press(key)
    page.wait_for_timeout(100)
    assert page.locator("#end").evaluate("node => node.offsetTop") == end
    assert page.evaluate("window.shift") <= 0.001
    context.close()


def test_without_javascript_the_default_frame_stands(browser, page_file, explorers):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.locator("svg[role=img]").first.is_visible()
    assert not page.locator("input").first.is_visible()
    assert page.locator(".explorer-still").first.inner_text() == "μ = 1.5"
    context.close()
    default = canonical(parse(svg_of(explorers[0].html())))
    assert default == alone(two_panels, {"mu": 1.5}, explorers[0].alt)


def test_paper_shows_the_default_frame_and_the_reader_s_comes_back(opened):
    at_first = painted(opened, 0)
    opened.locator("input").first.press("Home")
    moved = painted(opened, 0)
    opened.emulate_media(media="print")
    expect(opened.locator("output").first).to_have_text("1.5")
    assert painted(opened, 0) == at_first
    assert not opened.locator("input").first.is_visible()
    assert opened.locator(".explorer-still").first.is_visible()
    opened.emulate_media(media="screen")
    expect(opened.locator("output").first).to_have_text("−3.0")
    assert painted(opened, 0) == moved


def test_play_runs_once_to_the_end_and_stops_when_asked(opened):
    button = opened.get_by_role("button", name="Play μ")
    output = opened.locator("output").first
    button.click()
    expect(opened.locator("output").first).to_have_text("3.0")
    expect(opened.locator(".explorer-play").first).to_have_attribute("aria-pressed", "false")
    # At the end it begins anew, and a second press holds it.
    opened.evaluate(
        "() => { const b = document.querySelector('.explorer-play'); b.click(); b.click(); }"
    )
    held = output.inner_text()
    opened.wait_for_timeout(300)
    assert output.inner_text() == held != "3.0"
    # A reader who takes the slider has it.
    button.click()
    opened.locator("input").first.press("Home")
    opened.wait_for_timeout(300)
    assert output.inner_text() == "−3.0"
    assert button.get_attribute("aria-pressed") == "false"


def test_reader_who_prefers_stillness_gets_no_play(opened):
    opened.evaluate("document.querySelector('.explorer-play').click()")
    opened.emulate_media(reduced_motion="reduce")
    expect(opened.locator(".explorer-play").first).to_have_attribute("aria-pressed", "false")
    assert not opened.locator(".explorer-play").first.is_visible()
    held = opened.locator("output").first.inner_text()
    opened.evaluate("document.querySelector('.explorer-play').click()")
    opened.wait_for_timeout(300)
    assert opened.locator("output").first.inner_text() == held


@pytest.mark.parametrize(
    ("theme", "ink"), [("light", "rgb(31, 36, 48)"), ("dark", "rgb(230, 232, 238)")]
)
def test_figure_follows_the_page(opened, theme, ink):
    opened.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    title = opened.locator("svg g[fill='var(--fig-ink)'], svg").first
    assert title.evaluate("node => getComputedStyle(node).fill") == ink
    curve = opened.locator("svg path[stroke='var(--fig-p)']").first
    expected = P.dark if theme == "dark" else str(P)
    rgb = tuple(int(expected[i : i + 2], 16) for i in (1, 3, 5))
    assert curve.evaluate("node => getComputedStyle(node).stroke") == f"rgb{rgb}"


def test_dark_page_is_printed_in_light(opened):
    opened.evaluate("document.documentElement.dataset.theme = 'dark'")
    opened.emulate_media(media="print")
    assert (
        opened.locator("svg").first.evaluate("n => getComputedStyle(n).fill") == "rgb(31, 36, 48)"
    )


@pytest.mark.parametrize("draw", [two_panels, many_kinds])
def test_small_svg_paints_what_matplotlib_painted(browser, draw):
    def picture(svg: str) -> np.ndarray:
        css = ":root{" + theme_css("light") + "}svg{display:block;width:720px;height:auto}"
        page.set_content(f"<style>body{{margin:0}}{css}</style>{svg}")
        return imread(io.BytesIO(page.locator("svg").screenshot()))[:, :, :3]

    context = browser.new_context(viewport={"width": 800, "height": 800})
    page = context.new_page()
    raw = draw_svg(draw())
    theirs = picture(raw[raw.index("<svg") :])
    ours = picture(Film([figure_node(draw(), "")]).svg)
    assert theirs.shape == ours.shape
    assert np.mean(theirs.min(axis=2) < 0.9) > 0.02  # not two white pages
    # Edges may fall a fraction of a pixel elsewhere; nothing is missing or misplaced.
    difference = np.abs(theirs - ours)
    assert difference.mean() < 0.001
    assert np.mean(difference.max(axis=2) > 0.25) < 0.0005
    context.close()


def test_script_and_style_are_small_and_strict():
    script = (ASSETS / "explorer.js").read_bytes()
    assert len(script) < 6000
    assert b"eval(" not in script
    assert b"innerHTML" not in script
