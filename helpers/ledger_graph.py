"""The picture of what rests on what: claims in layers, foundations on top, as one themed SVG.

Claims that carry nothing further and rest on the same ones stand in one stack.

The drawing holds text, links and classes and no colours of its own: the page's style sheet gives
each status its colour in light and dark. Positions are found in the usual four steps for drawing a
hierarchy: layers, dummy nodes on long edges, an order within each layer with few crossings, and
coordinates that keep edges short.

References
----------
K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system
structures", IEEE Transactions on Systems, Man, and Cybernetics 11 (1981) 109-125.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, combinations, pairwise

from helpers.ledger import Ledger

__all__ = ["connected_claims", "draw_claims", "without_implied_edges"]

PAGE = 740  # what a page's column holds at a readable size, in pixels
CHARACTER = 6.6  # width of an average character at the label's size, in pixels
LINE = 14
PADDING = 8
GAP = 14
EDGE_GAP = 7
STACK_GAP = 4
LAYER_GAP = 36
DUMMY_WIDTH = 2
SWEEPS = 24
LONGEST_LINE = 17

Node = tuple[str, int]
"""A stack's first claim and `STACK`; or a claim and a layer that edges from it pass."""

STACK = -1


@dataclass(frozen=True)
class _Box:
    """One claim: its lines of text, the number among them or above them, and its size."""

    name: str
    number: str
    lines: tuple[str, ...]
    beside: bool

    @property
    def width(self) -> float:
        beside = len(self.number) + 1 if self.beside and self.number else 0
        longest = max(len(self.lines[0]) + beside, *map(len, (*self.lines, self.number)))
        return longest * CHARACTER + 2 * PADDING

    @property
    def height(self) -> float:
        rows = len(self.lines) + (not self.beside and bool(self.number))
        return rows * LINE + PADDING


@dataclass(frozen=True)
class _Stack:
    """Claims that share a place, one above the other."""

    boxes: tuple[_Box, ...]

    @property
    def width(self) -> float:
        return max(box.width for box in self.boxes)

    @property
    def height(self) -> float:
        return sum(box.height for box in self.boxes) + STACK_GAP * (len(self.boxes) - 1)


def connected_claims(ledger: Ledger) -> tuple[str, ...]:
    """Return the claims that rest on another or carry one, in reading order."""
    touched = {name for edge in ledger.edges() for name in edge}
    return tuple(c.name for c in ledger.claims if c.name in touched)


def without_implied_edges(ledger: Ledger) -> list[tuple[str, str]]:
    """Return the ledger's edges except those that a longer path implies.

    Raises
    ------
    ValueError
        If claims rest on themselves: then there is no such picture.

    Examples
    --------
    >>> from helpers.ledger import Claim
    >>> a, b = Claim("a", "", "proved", "p"), Claim("b", "", "proved", "p", rests_on=("a",))
    >>> c = Claim("c", "", "proved", "p", rests_on=("a", "b"))
    >>> without_implied_edges(Ledger((a, b, c)))
    [('b', 'a'), ('c', 'b')]
    """
    if cycle := ledger.cycle():
        raise ValueError("ledger: claims rest on themselves: " + " -> ".join(cycle))
    edges = list(dict.fromkeys(ledger.edges()))
    below = {claim.name: set(ledger.foundations(claim.name)) for claim in ledger.claims}
    direct: dict[str, list[str]] = {}
    for user, used in edges:
        direct.setdefault(user, []).append(used)
    return [(u, v) for u, v in edges if not any(v in below[w] for w in direct[u] if w != v)]


def _stacks(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Put claims that carry nothing and rest on the same ones together, under the first's name."""
    carrying = {used for _, used in edges}
    stacks: dict[str, list[str]] = {}
    first: dict[frozenset[str], str] = {}
    for name in names:
        below = frozenset(used for user, used in edges if user == name)
        if name in carrying:
            stacks[name] = [name]
        else:
            stacks.setdefault(first.setdefault(below, name), []).append(name)
    return stacks


def _layers(width: Mapping[str, float], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Put every stack below what it rests on, no more in a layer than a page is wide."""
    uses: dict[str, list[str]] = {name: [] for name in width}
    users: dict[str, list[str]] = {name: [] for name in width}
    for user, used in edges:
        uses[user].append(used)
        users[used].append(user)
    reach: dict[str, int] = {}

    def longest_way_down(name: str) -> int:
        if name not in reach:
            reach[name] = 1 + max((longest_way_down(other) for other in users[name]), default=0)
        return reach[name]

    layer: dict[str, int] = {}
    level = 0
    while len(layer) < len(width):
        ready = [n for n in width if n not in layer and all(u in layer for u in uses[n])]
        # Those that carry the longest chain first; a foundation of little else can wait.
        room = PAGE + GAP
        for name in sorted(ready, key=longest_way_down, reverse=True):
            if width[name] + GAP <= room or room == PAGE + GAP:
                layer[name] = level
                room -= width[name] + GAP
        level += 1
    return layer


def _with_dummies(
    layer: Mapping[str, int], edges: Sequence[tuple[str, str]]
) -> tuple[list[list[Node]], list[list[Node]]]:
    """Return the rows of nodes, and every edge as a chain of nodes in successive rows.

    Edges that leave the same claim pass a layer together, as one trunk.
    """
    rows: list[list[Node]] = [[] for _ in range(1 + max(layer.values()))]
    for name, level in layer.items():
        rows[level].append((name, STACK))
    chains = []
    for user, used in edges:
        passing = [(used, level) for level in range(layer[used] + 1, layer[user])]
        for node in passing:
            if node not in rows[node[1]]:
                rows[node[1]].append(node)
        chains.append([(used, STACK), *passing, (user, STACK)])
    return rows, chains


def _segments(chains: Iterable[Sequence[Node]]) -> list[tuple[Node, Node]]:
    """Return the lines between successive rows, each once."""
    return list(dict.fromkeys(pair for chain in chains for pair in pairwise(chain)))


def _crossings(rows: Sequence[Sequence[Node]], chains: Sequence[Sequence[Node]]) -> int:
    place = {node: index for row in rows for index, node in enumerate(row)}
    level = {node: index for index, row in enumerate(rows) for node in row}
    segments: dict[int, set[tuple[int, int]]] = {}
    for upper, lower in _segments(chains):
        segments.setdefault(level[upper], set()).add((place[upper], place[lower]))
    return sum(
        (a - c) * (b - d) < 0
        for some in segments.values()
        for (a, b), (c, d) in combinations(sorted(some), 2)
    )


def _ordered(rows: Sequence[Sequence[Node]], chains: Sequence[Sequence[Node]]) -> list[list[Node]]:
    """Sweep down and up, sorting each row by the mean place of its neighbours; keep the best."""
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for upper, lower in _segments(chains):
        below.setdefault(upper, []).append(lower)
        above.setdefault(lower, []).append(upper)
    current = [list(row) for row in rows]
    best, fewest = current, _crossings(current, chains)
    for sweep in range(SWEEPS):
        neighbours, order = (above, 1) if sweep % 2 == 0 else (below, -1)
        current = [list(row) for row in current]
        for row in current[::order]:
            place = {n: i / max(len(r) - 1, 1) for r in current for i, n in enumerate(r)}
            row.sort(key=lambda node: _mean_place(node, neighbours, place))
        if (count := _crossings(current, chains)) < fewest:
            best, fewest = current, count
    return best


def _mean_place(
    node: Node, neighbours: Mapping[Node, Sequence[Node]], place: Mapping[Node, float]
) -> float:
    others = neighbours.get(node, ())
    return sum(place[other] for other in others) / len(others) if others else place[node]


def _nearest_in_order(
    wished: Sequence[float], distance: Sequence[float], lowest: float, highest: float
) -> list[float]:
    """Return positions nearest to the wished ones, in least squares, at these distances or more.

    Pooling adjacent violators, after the distances are subtracted; all between two bounds, which
    must leave room.

    >>> _nearest_in_order([0.0, 0.0, 9.0], [2, 2], -10, 10)
    [-1.0, 1.0, 9.0]
    >>> _nearest_in_order([0.0, 0.0, 9.0], [2, 2], -10.0, 4.0)
    [-1.0, 1.0, 4.0]
    """
    offset = [0.0, *accumulate(distance)]
    pools: list[list[float]] = []  # [mean, count]
    for wish, shift in zip(wished, offset, strict=True):
        pools.append([wish - shift, 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (m1, c1), (m2, c2) = pools[-2:]
            pools[-2:] = [[(m1 * c1 + m2 * c2) / (c1 + c2), c1 + c2]]
    flat = [mean for mean, count in pools for _ in range(int(count))]
    room = highest - offset[-1]
    return [min(max(value, lowest), room) + o for value, o in zip(flat, offset, strict=True)]


def _columns(
    rows: Sequence[Sequence[Node]],
    chains: Sequence[Sequence[Node]],
    width: Callable[[Node], float],
) -> dict[Node, float]:
    """Return the horizontal centre of each node: near its neighbours, in order, not touching."""
    neighbours: dict[Node, list[Node]] = {node: [] for row in rows for node in row}
    for upper, lower in _segments(chains):
        neighbours[upper].append(lower)
        neighbours[lower].append(upper)
    gaps = [[_distance(a, b, width) for a, b in pairwise(row)] for row in rows]
    ends = [(width(row[0]) / 2, width(row[-1]) / 2) for row in rows]
    page = max(sum(gap) + sum(end) for gap, end in zip(gaps, ends, strict=True))
    centre: dict[Node, float] = {}
    for row, gap in zip(rows, gaps, strict=True):
        start = (page - sum(gap)) / 2
        centre.update(zip(row, (start + o for o in accumulate(gap, initial=0.0)), strict=True))
    for sweep in range(SWEEPS):
        order = 1 if sweep % 2 == 0 else -1
        for row, gap, (first, last) in list(zip(rows, gaps, ends, strict=True))[::order]:
            wished = [_mean_place(node, neighbours, centre) for node in row]
            places = _nearest_in_order(wished, gap, first, page - last)
            centre.update(zip(row, places, strict=True))
    return centre


def _distance(left: Node, right: Node, width: Callable[[Node], float]) -> float:
    stacks = left[1] == STACK and right[1] == STACK
    return (width(left) + width(right)) / 2 + (GAP if stacks else EDGE_GAP)


def _wrapped(name: str) -> tuple[str, ...]:
    """Break a name at a hyphen, into lines as even as they come, when it is long."""
    if len(name) <= LONGEST_LINE or "-" not in name:
        return (name,)
    cuts = [i + 1 for i, character in enumerate(name[:-1]) if character == "-"]
    cut = min(cuts, key=lambda i: max(i, len(name) - i))
    return name[:cut], name[cut:]


def draw_claims(
    ledger: Ledger,
    link: Callable[[str], str] = lambda name: f"#equation-eq-{name}",
    number: Callable[[str], str] = lambda name: "",
    label: str = "What rests on what",
) -> str:
    """Return an SVG element in which every claim stands below what it rests on.

    Each claim is a link, in words, with its number; its classes name its status
    (``status-proved``) and, where foundations make it weaker, ``through-cited`` and so on.
    Pointing at a claim, or moving to it by keyboard, brings out all it rests on, by style alone.

    Parameters
    ----------
    ledger : Ledger
        Claims without a cycle. Those with no connection are left out.
    link, number : callable
        The address and the printed number of a claim's equation, from its name.
    label : str
        The picture's accessible name.

    Raises
    ------
    ValueError
        If claims rest on themselves, or no claim rests on another.
    """
    edges = without_implied_edges(ledger)
    names = connected_claims(ledger)
    if not names:
        raise ValueError("ledger: expected a claim that rests on another; there is none")
    stacks = {
        first: _Stack(tuple(_box(name, number(name), len(members) > 1) for name in members))
        for first, members in _stacks(names, edges).items()
    }
    drawn_edges = [(user, used) for user, used in edges if user in stacks]
    width = {first: stack.width for first, stack in stacks.items()}
    rows, chains = _with_dummies(_layers(width, drawn_edges), drawn_edges)
    rows = _ordered(rows, chains)

    def extent(node: Node) -> float:
        return width[node[0]] if node[1] == STACK else DUMMY_WIDTH

    x = _columns(rows, chains, extent)
    heights = [
        max([stacks[n].height for n, kind in row if kind == STACK], default=0) for row in rows
    ]
    tops = [2 + sum(heights[:level]) + LAYER_GAP * level for level in range(len(rows))]
    level = {node: index for index, row in enumerate(rows) for node in row}
    right = max(x[node] + extent(node) / 2 for node in x) + 2
    bottom = tops[-1] + heights[-1] + 2
    below = {name: {name, *ledger.foundations(name)} for name in names}
    parts = [
        f'<svg class="claim-graph" xmlns="http://www.w3.org/2000/svg" role="group" '
        f'aria-label="{escape(label)}" viewBox="-2 0 {right + 2:.0f} {bottom:.0f}" '
        f'width="{right + 2:.0f}" height="{bottom:.0f}">',
        "<style>",
        *(
            f".claim-graph:has(#claim-{name}:is(:hover,:focus-visible)) .in-{name}"
            "{stroke:var(--claim-on,currentColor);stroke-width:2.4;opacity:1}"
            for name in names
        ),
        "</style>",
        '<g class="claim-edges" fill="none" aria-hidden="true">',
    ]
    for chain in chains:
        members = {box.name for box in stacks[chain[-1][0]].boxes}
        cones = " ".join(f"in-{name}" for name in names if members & below[name])
        points = [
            (x[node], tops[level[node]], tops[level[node]] + heights[level[node]]) for node in chain
        ]
        own_foot = tops[level[chain[0]]] + stacks[chain[0][0]].height
        parts.append(f'<path class="{cones}" d="{_curve(points, own_foot)}"/>')
    parts.append("</g>")
    for node in (node for row in rows for node in row if node[1] == STACK):
        top = tops[level[node]]
        for box in stacks[node[0]].boxes:
            place = (x[node], top, width[node[0]])
            parts.append(_drawn_box(ledger, box, place, link(box.name)))
            top += box.height + STACK_GAP
    parts.append("</svg>")
    return "\n".join(parts)


def _box(name: str, number: str, stacked: bool) -> _Box:
    return _Box(name, number, _wrapped(name), stacked)


def _curve(points: Sequence[tuple[float, float, float]], foot: float) -> str:
    """Return the path of one edge, from the foot of what is used to the head of its user.

    Each point is a row's: where the edge crosses it, its top, its bottom.
    """
    path = [f"M{points[0][0]:.1f} {foot:.1f}"]
    for (x, _, start), (x_next, end, _) in pairwise(points):
        middle = (start + end) / 2
        path.append(f"V{start:.1f}")
        path.append(f"C{x:.1f} {middle:.1f} {x_next:.1f} {middle:.1f} {x_next:.1f} {end:.1f}")
    return "".join(path)


def _drawn_box(ledger: Ledger, box: _Box, place: tuple[float, float, float], address: str) -> str:
    x, top, width = place
    claim = ledger[box.name]
    standing, through = ledger.standing(box.name)
    classes = f"claim status-{claim.status}" + (f" through-{standing}" if through else "")
    words = f"{claim.title or box.name}: {claim.status}" + (
        f", {standing} through what it rests on" if through else ""
    )
    rows = [f'<tspan class="claim-name">{escape(line)}</tspan>' for line in box.lines]
    if box.number:
        numbered = f'<tspan class="claim-number">{escape(box.number)}</tspan>'
        rows = [f"{numbered} {rows[0]}", *rows[1:]] if box.beside else [numbered, *rows]
    start = top + (box.height - len(rows) * LINE) / 2 + LINE * 0.78
    text = "".join(
        f'<text x="{x:.1f}" y="{start + i * LINE:.1f}">{line}</text>' for i, line in enumerate(rows)
    )
    return (
        f'<a id="claim-{box.name}" class="{classes}" href="{escape(address)}">'
        f"<title>{escape(words)}</title>"
        f'<rect x="{x - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{box.height:.1f}" rx="5"/>{text}</a>'
    )
