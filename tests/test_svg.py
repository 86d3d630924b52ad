"""Small, themeable SVG: paths lose nothing that could be seen, films hold every frame."""

from __future__ import annotations

import io
import math
import re

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from helpers.drawing.svg import Film, Node, compact, compact_path, unique_prefix
from tests.svg_reading import canonical, frame, parse

COLOURS = {"#000000": "--fig-ink", "#ffffff": "--fig-paper", "#1f77b4": "--fig-p"}

corner = st.tuples(st.floats(-400, 400), st.floats(-400, 400))


def absolute_corners(d: str) -> list[list[tuple[float, float]]]:
    """Corners of each piece of a path that holds M, l, h, v and z only."""
    pieces: list[list[tuple[float, float]]] = []
    for command, arguments in re.findall(r"([Mlhvz])([^Mlhvz]*)", d):
        numbers = [float(n) for n in re.findall(r"-?(?:\d+\.\d+|\d+|\.\d+)", arguments)]
        x, y = pieces[-1][-1] if pieces else (0.0, 0.0)
        if command == "M":
            pieces.append([tuple(numbers)])
        elif command == "h":
            pieces[-1] += [(x + s, y) for s in np.cumsum(numbers)]
        elif command == "v":
            pieces[-1] += [(x, y + s) for s in np.cumsum(numbers)]
        elif command == "l":
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                pieces[-1].append((x, y))
    return pieces


def distance_to_polyline(point, corners) -> float:
    p = np.array(point)
    best = math.dist(point, corners[0])
    for a, b in zip(map(np.array, corners), map(np.array, corners[1:]), strict=False):
        length = float((b - a) @ (b - a))
        t = 0.0 if length == 0 else min(1.0, max(0.0, float((p - a) @ (b - a)) / length))
        best = min(best, float(np.linalg.norm(p - a - t * (b - a))))
    return best


@settings(max_examples=60, deadline=None)
@given(st.lists(corner, min_size=2, max_size=40))
def test_no_corner_moves_by_more_than_a_fifteenth_of_a_point(corners):
    d = "M " + "\nL ".join(f"{x:.6f} {y:.6f}" for x, y in corners)
    (kept,) = absolute_corners(compact_path(d))
    # A hundredth for the grid, four for the corners left out, and rounding of both ends.
    assert max(distance_to_polyline(c, kept) for c in corners) < 0.06
    assert math.dist(kept[0], corners[0]) < 0.0071
    assert math.dist(kept[-1], corners[-1]) < 0.0071


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.2, 2), st.floats(-0.3, 0.3)), min_size=3, max_size=60),
    st.sampled_from([0.0, 0.002, 0.02]),
    st.sampled_from([0.0, 0.3]),
)
@example(steps=[(1.0, 0.0)] * 60, bend=0.002, jitter=0.0)
def test_nearly_straight_lines_are_thinned_within_the_same_bound(steps, bend, jitter):
    x = np.cumsum([dx for dx, _ in steps])
    y = np.array([dy for _, dy in steps]) * jitter + bend * x**2
    corners = list(zip(x, y, strict=True))
    (kept,) = absolute_corners(
        compact_path("M " + " L ".join(f"{a:.6f} {b:.6f}" for a, b in corners))
    )
    assert max(distance_to_polyline(c, kept) for c in corners) < 0.06


@settings(max_examples=60, deadline=None)
@given(st.lists(corner, min_size=2, max_size=12), st.floats(-50, 50), st.floats(-50, 50))
def test_moving_a_path_is_drawing_it_elsewhere(corners, dx, dy):
    def path(points):
        return "M " + "\nL ".join(f"{x!r} {y!r}" for x, y in points)

    shifted = compact_path(path([(x + dx, y + dy) for x, y in corners]))
    assert compact_path(path(corners), dx, dy) == shifted


def test_smooth_curve_is_thinned_and_its_ends_and_peaks_stay():
    x = np.linspace(0, 300, 801)
    y = 100 - 80 * np.exp(-(((x - 150) / 20) ** 2))
    d = "M " + " L ".join(f"{a:.4f} {b:.4f}" for a, b in zip(x, y, strict=True))
    (kept,) = absolute_corners(compact_path(d))
    assert len(kept) < 80
    assert kept[0] == pytest.approx((0, 100), abs=1e-9)
    assert kept[-1] == pytest.approx((300, 100), abs=1e-9)
    assert min(b for _, b in kept) == pytest.approx(20, abs=0.05)


def test_line_that_turns_back_on_itself_keeps_its_far_end():
    assert compact_path("M 0 0 L 5 0 L 10 0 L 5 0 L 0 0") == "M0 0h10-10"


def test_steps_do_not_drift():
    d = "M 0 0 " + " ".join(f"L {k / 3:.6f} {(k % 2) / 3:.6f}" for k in range(1, 3001))
    (kept,) = absolute_corners(compact_path(d))
    assert kept[-1] == pytest.approx((1000, 0), abs=0.006)


def test_curves_keep_their_control_points():
    assert compact_path("M 1 1 Q 2 1 2 2 C 2 3 4 3 4 2 z") == "M1 1q1 0 1 1c0 1 2 1 2 0z"
    assert compact_path("M 0 0 L 1 1 z M 5 5 L 6 6") == "M0 0l1 1zM5 5l1 1"


@pytest.mark.parametrize("d", ["M 0 0 A 1 1 0 0 1 2 2", "M 0 0 H 3", "0 0 L 1 1"])
def test_unknown_path_command_is_refused(d):
    with pytest.raises(ValueError, match="d: expected the path commands"):
        compact_path(d)


def drawn(draw) -> Node:
    with mpl.rc_context(mpl.rcParamsDefault):
        fig = Figure(figsize=(2, 2), dpi=72)
        draw(fig.subplots())
        stream = io.StringIO()
        fig.savefig(stream, format="svg")
    return compact(stream.getvalue(), COLOURS)


def test_foreign_colour_is_refused_by_name():
    with pytest.raises(ValueError, match=r"paints #ff00ff.*not a colour of the book"):
        drawn(lambda ax: ax.plot([0, 1], color="magenta"))


def test_bitmap_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"bitmap.*contourf"):
        drawn(lambda ax: ax.imshow([[0, 1]], cmap="gray"))


def test_tree_names_colours_and_says_nothing_twice():
    node = drawn(lambda ax: ax.fill_between([0, 1], [0, 1], color="C0", alpha=0.3))
    svg = Film([node]).svg
    assert 'fill="var(--fig-p)"' in svg
    assert "style=" not in svg  # a strict content security policy forbids it
    assert "#1f77b4" not in svg
    assert "metadata" not in svg
    assert '<g id="' not in svg
    ids = re.findall(r' id="([^"]*)"', svg)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"#(f[^\")]*)", svg)) == set(ids)
    # Every letter that occurs is stored once.
    outlines = re.findall(r'<path id="[^"]*" (d="[^"]*")', svg)
    assert len(outlines) == len(set(outlines))


def test_move_by_nothing_is_left_out():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
    path = '<path d="M 0 0 L 1 2" transform="{}" style="stroke: #000000"/>'
    still, moved = (
        compact(svg.format(path.format(t)), COLOURS).children[0].attributes.get("transform")
        for t in ("translate(0 0.001)", "translate(1.5 -2) rotate(-90) scale(0.25)")
    )
    assert still is None
    assert moved == "translate(1.5 -2)rotate(-90)scale(.25)"


def test_hatched_shape_keeps_its_pattern():
    node = drawn(lambda ax: ax.bar([0], [1], color="C0", hatch="//", edgecolor="black"))
    svg = Film([node]).svg
    assert "<pattern" in svg
    assert re.search(r'fill="url\(#f\w+-\d+\)"', svg)


def test_area_is_a_path_in_its_place_and_markers_are_shared():
    x = [0, 1, 2]
    area = Film([drawn(lambda ax: ax.fill_between(x, x, color="C0"))]).svg
    defs = area[area.index("<defs>") :]
    assert "fill=" not in defs
    many = Film([drawn(lambda ax: ax.plot(x, x, "o", color="C0"))]).svg
    uses = re.findall(r'<use [^>]*fill="var\(--fig-p\)"', many)
    assert len(uses) == 3


names = st.sampled_from(["d", "fill", "x"])
leaf = st.builds(
    Node,
    st.sampled_from(["path", "use"]),
    st.dictionaries(names, st.sampled_from(["1", "2", '\0<path d="M0 0"/>']), max_size=3),
    kind=st.sampled_from(["", "line2d", "text"]),
)
group = st.recursive(
    leaf,
    lambda inner: st.builds(
        Node,
        st.just("g"),
        st.dictionaries(names, st.sampled_from(["1", "2"]), max_size=2),
        st.lists(inner, max_size=4),
        st.sampled_from(["axes", "legend"]),
    ),
    max_leaves=8,
)
figure = st.builds(
    Node, st.just("svg"), st.just({"viewBox": "0 0 9 9"}), st.lists(group, max_size=4)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(figure, min_size=1, max_size=5), st.data())
def test_every_frame_comes_back_whatever_appears_or_vanishes(frames, data):
    default = data.draw(st.integers(0, len(frames) - 1))
    film = Film(frames, default=default, prefix="t")
    alone = [canonical(parse(Film([f], prefix="t").svg)) for f in frames]
    assert canonical(parse(film.svg)) == alone[default]
    for k in range(len(frames)):
        assert canonical(frame(film.svg, film.payload(), k)) == alone[k]


def test_film_lists_only_what_changes():
    def still(d):
        return Node("svg", {"viewBox": "0 0 9 9"}, [Node("path", {"d": d, "fill": "none"})])

    film = Film([still("M0 0"), still("M0 1"), still("M0 0")], prefix="t")
    assert film.tracks == [[1, "d", 0, ["M0 0", "M0 1"]]]
    assert film.patterns == [[0, 1, 0]]


def test_figures_of_two_sizes_are_refused():
    sizes = [Node("svg", {"viewBox": f"0 0 {w} 9"}) for w in (8, 9)]
    with pytest.raises(ValueError, match="figures of one size"):
        Film(sizes)


def test_shape_that_refers_to_a_shape_is_refused():
    nested = Node("clipPath", {"href": "\0<path/>"})
    from helpers.drawing.svg import _markup  # noqa: PLC0415

    with pytest.raises(ValueError, match="refers to another one"):
        _markup(nested)


def test_same_figure_twice_has_other_ids_the_second_time():
    node = Node("svg", {"viewBox": "0 0 9 9"}, [Node("use", {"href": '\0<path d="M7 7"/>'})])
    first, second = (re.search(r'id="([^"]*)"', Film([node]).svg)[1] for _ in range(2))
    assert first != second
    stem = unique_prefix("something else")
    assert re.fullmatch(r"f[0-9a-f]{7}", stem)
