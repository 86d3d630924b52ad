"""Matplotlib's SVG made small, themeable and safe to repeat on one page.

A figure travels as a tree of nodes whose colours are names of CSS custom properties
(``var(--fig-p)``), so that the page's light or dark mode decides what is painted; a series of
figures travels as one tree and, for every attribute that changes, the list of its values.

Text is drawn as outlines of Matplotlib's own font. The picture is then the same on every
machine, with no font to send and no label that moves when a font is missing, and formulas are
set correctly; a letter is stored once per figure and referred to afterwards. What the outlines
take away, words a screen reader can say, the text alternative gives back
(:mod:`helpers.drawing.alt_text`).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

__all__ = ["Film", "Node", "compact", "compact_path", "unique_prefix"]

_XLINK = "{http://www.w3.org/1999/xlink}href"
_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TRANSFORM = re.compile(r"(\w+)\(([^)]*)\)")
_REFERENCE = re.compile(r"^url\(#([^)]+)\)$")
_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
_TOLERANCE = 4.0  # hundredths of a point
_SHARED = {"path", "clipPath", "pattern"}  # what Matplotlib puts into <defs>


@dataclass
class Node:
    """One SVG element: its tag, attributes and children.

    ``kind`` is what Matplotlib drew (``"line2d"``, ``"text"``): it is not written out and
    helps to recognise the same artist in another frame. An attribute that refers to a shared
    shape (a letter, a marker, a clipping rectangle) holds the shape's own markup, preceded
    by ``\\0``, until the figure is written.
    """

    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    kind: str = ""

    def signature(self) -> tuple[str, str, bool]:
        """What two nodes must share to count as the same artist in two frames."""
        return self.tag, self.kind, bool(self.children)


@lru_cache(maxsize=65536)
def _hundredths(value: int) -> str:
    """Write an integer number of hundredths in as few characters as SVG allows.

    >>> [_hundredths(h) for h in (0, 5, -50, 100, -1234)]
    ['0', '.05', '-.5', '1', '-12.34']
    """
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 100)
    if not part:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{part // 10 if part % 10 == 0 else f'{part:02d}'}"


def _round(number: str) -> int:
    return round(float(number) * 100)


def _join(numbers: Iterable[str]) -> str:
    """Numbers in a row, with a space only where two would otherwise run together.

    >>> _join(["1", "-2", ".5", ".25", "3"])
    '1-2 .5.25 3'
    """
    out = ""
    for number in numbers:
        out += f" {number}" if out and _would_merge(out, number) else number
    return out


def _would_merge(before: str, number: str) -> bool:
    if number[0] == "-":
        return False
    # A second decimal point begins a new number by itself.
    return number[0] != "." or "." not in before[max(map(before.rfind, "- lqchvM")) + 1 :]


def _thin(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out corners of a polyline that lie within `_TOLERANCE` of what is kept.

    From the last kept corner the directions are followed from which every corner since is
    missed by at most the tolerance; when none is left, the corner before is kept. Both
    ends stay, and so does every corner at which the line turns back.
    """
    if len(points) < 3:
        return points
    kept = [points[0]]
    x0, y0 = points[0]
    low, high, reach, candidate = -math.inf, math.inf, 0.0, points[0]
    base: float | None = None
    for x, y in points[1:]:
        distance = math.hypot(x - x0, y - y0)
        if base is not None:
            turn = math.remainder(math.atan2(y - y0, x - x0) - base, math.tau)
            if distance < reach or not low <= turn <= high:
                kept.append(candidate)
                x0, y0 = candidate
                distance = math.hypot(x - x0, y - y0)
                base = None
        if base is None:
            base, turn = math.atan2(y - y0, x - x0), 0.0
            low, high, reach = -math.inf, math.inf, 0.0
        if distance > _TOLERANCE:
            slack = math.asin(_TOLERANCE / distance)
            low, high = max(low, turn - slack), min(high, turn + slack)
        reach, candidate = max(reach, distance), (x, y)
    kept.append(points[-1])
    return kept


@lru_cache(maxsize=4096)  # a letter's outline comes back in every frame
def compact_path(d: str, dx: float = 0.0, dy: float = 0.0) -> str:
    """Rewrite the path ``d`` with relative coordinates in hundredths of a point.

    Every corner is rounded first and the steps are taken between rounded corners, so that
    no error adds up along the path; corners of a polyline that miss the line between
    their neighbours by less than a twenty-fifth of a point are left out. At the width of
    this book's figures both are under a tenth of a pixel.

    Parameters
    ----------
    d : str
        A path as Matplotlib writes it.
    dx, dy : float
        Moves the path, in points.

    Raises
    ------
    ValueError
        If the path uses a command that Matplotlib does not write (M, L, Q, C and Z).

    Examples
    --------
    >>> compact_path("M 1 1 L 2.504 1 L 2.504 3.25 z")
    'M1 1h1.5v2.25z'
    >>> compact_path("M 0 0 L 1 1.01 L 2 2", dx=10)
    'M10 0l2 2'
    """
    tokens = _TOKEN.findall(d)
    shift = (dx, dy)
    out: list[str] = []
    x = y = start_x = start_y = 0
    i = 0
    while i < len(tokens):
        command = tokens[i].upper()
        count = _ARGUMENTS.get(command)
        if count is None:
            raise ValueError(f"d: expected the path commands M, L, Q, C and Z, got {tokens[i]!r}")
        points = [
            round((float(t) + shift[k % 2]) * 100)
            for k, t in enumerate(tokens[i + 1 : i + 1 + count])
        ]
        i += 1 + count
        if command == "Z":
            out.append("z")
            x, y = start_x, start_y
        elif command == "M":
            x, y = start_x, start_y = points[0], points[1]
            out.append("M" + _join((_hundredths(x), _hundredths(y))))
        elif command == "L":
            line = [(x, y), (points[0], points[1])]
            while i < len(tokens) and tokens[i] in "lL":
                line.append(
                    (
                        round((float(tokens[i + 1]) + dx) * 100),
                        round((float(tokens[i + 2]) + dy) * 100),
                    )
                )
                i += 3
            for corner in _thin(line)[1:]:
                out.append(_step(corner[0] - x, corner[1] - y))
                x, y = corner
        else:
            steps = [p - (y if k % 2 else x) for k, p in enumerate(points)]
            out.append(command.lower() + _join(map(_hundredths, steps)))
            x, y = points[-2:]
    # "l1 2l3 4" may be written "l1 2 3 4": the same command repeats by itself.
    text, previous = [], ""
    for part in out:
        again = previous[:1] == part[0] and part[0] in "lqchv"
        gap = " " if again and _would_merge(previous, part[1:]) else ""
        text.append(gap + part[1:] if again else part)
        previous = part
    return "".join(text)


def _step(dx: int, dy: int) -> str:
    if dy == 0:
        return f"h{_hundredths(dx)}"
    if dx == 0:
        return f"v{_hundredths(dy)}"
    return "l" + _join((_hundredths(dx), _hundredths(dy)))


def _compact_transform(transform: str) -> str:
    parts = []
    for name, arguments in _TRANSFORM.findall(transform):
        numbers = arguments.replace(",", " ").split()
        if name == "translate":
            rounded = [_hundredths(_round(n)) for n in numbers]
            if set(rounded) == {"0"}:
                continue
        else:
            rounded = [re.sub(r"^(-?)0\.", r"\1.", f"{float(n):.6g}") for n in numbers]
        parts.append(f"{name}({' '.join(rounded)})")
    return "".join(parts)


def _theme(colour: str, colours: Mapping[str, str]) -> str:
    if colour == "none":
        return colour
    try:
        return f"var({colours[colour.lower()]})"
    except KeyError:
        known = ", ".join(colours)
        raise ValueError(
            f"the figure paints {colour}, which is not a colour of the book and would not "
            f"follow light and dark mode; expected one of {known} (see helpers.plotting)"
        ) from None


def compact(svg: str, colours: Mapping[str, str]) -> Node:
    """Read Matplotlib's SVG and return it small, with colours replaced by their names.

    Parameters
    ----------
    svg : str
        What ``Figure.savefig(..., format="svg")`` wrote, text as paths.
    colours : mapping of str to str
        For each colour that may occur ("#rrggbb"), the CSS custom property it stands for.

    Returns
    -------
    Node
        The ``<svg>`` element. Metadata, comments, empty groups and invisible shapes are
        gone; styles are attributes, which a strict content security policy permits.

    Raises
    ------
    ValueError
        If a colour is not in `colours`, or the figure holds a bitmap: neither would follow
        the page's mode.
    """
    source = ElementTree.fromstring(svg)
    _draw_in_place(source)
    shared: dict[str, str] = {}
    for element in source.iter():
        identifier = element.get("id")
        if identifier and _local(element) in _SHARED:
            shared[identifier] = _markup(_shape(element, colours))
    root = Node(
        "svg",
        {
            "viewBox": _view_box(source),
            "fill": "var(--fig-ink)",
            "stroke-linejoin": "round",
        },
    )
    root.children = [n for child in source for n in _convert(child, colours, shared)]
    return root


def _draw_in_place(source: ElementTree.Element) -> None:
    """Draw a shape that is used once where it stands, instead of referring to it.

    Matplotlib shares the outline of every marker, and the area of a fill_between too: as a
    path in its place it can change from frame to frame like any other.
    """
    uses = Counter(element.get(_XLINK) for element in source.iter() if _local(element) == "use")
    shapes = {f"#{e.get('id')}": e for e in source.iter() if _local(e) == "path" and e.get("id")}
    for element in source.iter():
        target = element.get(_XLINK)
        if _local(element) != "use" or uses[target] > 1 or "transform" in shapes[target].attrib:
            continue
        shape = shapes[target]
        if "C" in shape.attrib["d"]:  # a round marker: better moved than drawn anew
            continue
        del element.attrib[_XLINK]
        element.tag = element.tag.replace("use", "path")
        element.set("d", shape.attrib["d"])
        # What the shape says of itself comes last and wins, as it does for a reference.
        element.set("style", f"{element.get('style', '')};{shape.get('style', '')}")


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _view_box(source: ElementTree.Element) -> str:
    return " ".join(_hundredths(_round(n)) for n in source.attrib["viewBox"].split())


def _attributes(
    element: ElementTree.Element, colours: Mapping[str, str], shared: Mapping[str, str]
) -> dict[str, str]:
    raw = {k: v for k, v in element.attrib.items() if k not in ("id", "style", "type")}
    for declaration in element.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if value:
            raw[name.strip()] = value.strip()
    # Only a shape drawn in place has these: the place.
    shift = (0.0, 0.0)
    if _local(element) == "path":
        shift = float(raw.pop("x", 0)), float(raw.pop("y", 0))
    out: dict[str, str] = {}
    for original, text in raw.items():
        name = "href" if original == _XLINK else original
        reference = _REFERENCE.match(text)
        if reference or name == "href":
            out[name] = "\0" + shared[reference[1] if reference else text.removeprefix("#")]
            continue
        value = compact_path(text, *shift) if name == "d" else _value(name, text, colours)
        if value and (name, value) not in _DEFAULTS:
            out[name] = value
    return out


def _value(name: str, text: str, colours: Mapping[str, str]) -> str:
    if name in ("fill", "stroke"):
        return _theme(text, colours)
    if name in ("transform", "patternTransform"):
        return _compact_transform(text)
    if name == "stroke-dasharray":
        return _join(_hundredths(_round(n)) for n in text.replace(",", " ").split())
    if name in _NUMBERS:
        return _hundredths(_round(text))
    return text


_NUMBERS = {"x", "y", "width", "height", "stroke-width", "stroke-dashoffset", "stroke-miterlimit"}
_NUMBERS |= {"opacity", "fill-opacity", "stroke-opacity"}

# What an element has anyway (the root sets round joins once for all).
_DEFAULTS = {
    ("stroke-linejoin", "round"),
    ("stroke-linecap", "butt"),
    ("stroke-dashoffset", "0"),
    ("stroke-width", "1"),
    ("opacity", "1"),
    ("fill", "var(--fig-ink)"),
    ("x", "0"),
    ("y", "0"),
}


def _shape(element: ElementTree.Element, colours: Mapping[str, str]) -> Node:
    node = Node(_local(element), _attributes(element, colours, {}))
    node.children = [_shape(child, colours) for child in element]
    return node


def _convert(
    element: ElementTree.Element, colours: Mapping[str, str], shared: Mapping[str, str]
) -> list[Node]:
    tag = _local(element)
    if tag in ("defs", "metadata"):
        return []
    if tag == "image":
        raise ValueError(
            "the figure holds a bitmap (imshow, or rasterized=True), which cannot follow "
            "light and dark mode; draw the surface with contourf or pcolormesh and a "
            "colour map from helpers.plotting.sequential"
        )
    kind = re.sub(r"_\d+$", "", element.get("id", ""))
    node = Node(tag, _attributes(element, colours, shared), kind=kind)
    node.children = [n for child in element for n in _convert(child, colours, shared)]
    if tag == "g":
        if not node.children:
            return []
        if not node.attributes and len(node.children) == 1:
            child = node.children[0]
            child.kind = kind or child.kind
            return [child]
    elif node.attributes.get("fill") == "none" and "stroke" not in node.attributes:
        return []
    return [node]


def _markup(node: Node, reference: Callable[[str], str] | None = None) -> str:
    """Write a node; `reference` turns a shared shape's markup into its id."""
    attributes = "".join(
        f" {name}={quoteattr(_resolve(name, value, reference))}"
        for name, value in node.attributes.items()
    )
    inner = "".join(_markup(child, reference) for child in node.children)
    return (
        f"<{node.tag}{attributes}>{inner}</{node.tag}>" if inner else f"<{node.tag}{attributes}/>"
    )


def _resolve(name: str, value: str, reference: Callable[[str], str] | None) -> str:
    if not value.startswith("\0"):
        return value
    if reference is None:
        raise ValueError(f"a shared shape refers to another one ({name})")
    identifier = reference(value[1:])
    return f"#{identifier}" if name == "href" else f"url(#{identifier})"


_prefixes: Counter[str] = Counter()


def unique_prefix(content: str) -> str:
    """Return a prefix for ids that no other figure of this process has.

    It depends on the content alone, unless the same content is shown again: then a running
    number follows, for an id may occur once on a page.

    Examples
    --------
    >>> first, again = unique_prefix("a figure"), unique_prefix("a figure")
    >>> again == first + "b1"
    True
    """
    stem = "f" + hashlib.sha256(content.encode()).hexdigest()[:7]
    repeat = _prefixes[stem]
    _prefixes[stem] += 1
    return f"{stem}b{repeat}" if repeat else stem


@dataclass
class _Union:
    """A node of the tree that holds every frame: in which frames it stands, and with what."""

    tag: str
    signature: tuple[str, str, bool]
    frames: dict[int, dict[str, str]] = field(default_factory=dict)
    children: list[_Union] = field(default_factory=list)

    def add(self, k: int, node: Node) -> None:
        self.frames[k] = node.attributes
        ours = [child.signature for child in self.children]
        theirs = [child.signature() for child in node.children]
        if ours == theirs:
            for child, new in zip(self.children, node.children, strict=True):
                child.add(k, new)
            return
        merged: list[_Union] = []
        matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
        for operation, i1, i2, j1, j2 in matcher.get_opcodes():
            if operation == "equal":
                for child, new in zip(self.children[i1:i2], node.children[j1:j2], strict=True):
                    child.add(k, new)
                    merged.append(child)
                continue
            merged.extend(self.children[i1:i2])
            for new in node.children[j1:j2]:
                child = _Union(new.tag, new.signature())
                child.add(k, new)
                merged.append(child)
        self.children = merged

    def walk(self) -> Iterator[_Union]:
        yield self
        for child in self.children:
            yield from child.walk()


class Film:
    """Several figures of one size as a single SVG and the list of what changes.

    Artists may appear and disappear: the tree holds all of them, and those that a frame
    lacks are switched off in it (``display="none"``).

    Parameters
    ----------
    frames : sequence of Node
        What :func:`compact` returned for each frame.
    default : int
        The frame that the SVG shows by itself.
    prefix : str, optional
        What the ids begin with; by default :func:`unique_prefix` of the content.

    Raises
    ------
    ValueError
        If the figures differ in size: the page would jump.

    Examples
    --------
    >>> frames = [Node("svg", {"viewBox": "0 0 9 9"}, [Node("path", {"d": d})])
    ...           for d in ("M1 1h1", "M1 1h2")]
    >>> film = Film(frames, default=1, prefix="f")
    >>> film.svg
    '<svg viewBox="0 0 9 9"><path d="M1 1h2"/></svg>'
    >>> film.tracks
    [[1, 'd', 0, ['M1 1h1', 'M1 1h2']]]
    >>> film.patterns
    [[0, 1]]
    """

    def __init__(self, frames: Sequence[Node], *, default: int = 0, prefix: str | None = None):
        sizes = sorted({frame.attributes["viewBox"] for frame in frames})
        if len(sizes) != 1:
            raise ValueError(f"draw: expected figures of one size, got the sizes {sizes}")
        self.default = default
        self._order: dict[str, str] = {}
        self._prefix = prefix or unique_prefix("\n".join(map(_content, frames)))
        union = _Union("svg", frames[0].signature())
        for k, frame in enumerate(frames):
            union.add(k, frame)
        self._count = len(frames)
        self.patterns: list[list[int]] = []
        self.tracks: list[list] = []
        if self._count > 1:
            self._collect(union)
        # The shapes come last, so that an element's place in the document is its place in
        # the tree.
        root = self._base(union)
        shapes = "".join(
            re.sub(r"^<\w+", rf'\g<0> id="{identifier}"', shape)
            for shape, identifier in self._order.items()
        )
        self.svg = root.removesuffix("</svg>") + f"<defs>{shapes}</defs></svg>" if shapes else root

    def _reference(self, shape: str) -> str:
        return self._order.setdefault(shape, f"{self._prefix}-{len(self._order)}")

    def _collect(self, union: _Union) -> None:
        """Find the attributes that change and list their values, frame by frame."""
        everywhere = set(range(self._count))
        patterns: dict[tuple[int, ...], int] = {}
        needed = {id(union): everywhere}
        for index, node in enumerate(union.walk()):
            needed.update((id(child), set(node.frames)) for child in node.children)
            columns: dict[str, list[str | None]] = {}
            if needed[id(node)] - set(node.frames):
                columns["display"] = [
                    None if k in node.frames else "none" for k in range(self._count)
                ]
            for name in dict.fromkeys(n for attrs in node.frames.values() for n in attrs):
                columns[name] = [self._at(node, k).get(name) for k in range(self._count)]
            for name, column in columns.items():
                if len(set(column)) == 1:
                    continue
                written = [
                    None if v is None else _resolve(name, v, self._reference) for v in column
                ]
                values = list(dict.fromkeys(written))
                pattern = tuple(values.index(v) for v in written)
                number = patterns.setdefault(pattern, len(patterns))
                self.tracks.append([index, name, number, values])
        self.patterns = [list(p) for p in patterns]

    @staticmethod
    def _at(node: _Union, k: int) -> dict[str, str]:
        """Attributes in frame k; where the node is switched off, those it last had."""
        if k in node.frames:
            return node.frames[k]
        before = [j for j in node.frames if j < k]
        return node.frames[max(before) if before else min(node.frames)]

    def _base(self, union: _Union, *, needed: bool = True) -> str:
        """Write the tree as it stands in the default frame."""
        attributes = dict(self._at(union, self.default))
        shown = self.default in union.frames
        # Inside an element that is switched off, nothing more need be.
        if needed and not shown:
            attributes["display"] = "none"
        head = _markup(Node(union.tag, attributes), self._reference)
        inner = "".join(self._base(child, needed=shown) for child in union.children)
        return f"{head[:-2]}>{inner}</{union.tag}>" if inner else head

    def payload(self) -> dict[str, list]:
        """What the page's script needs: patterns of indices, and tracks."""
        return {"patterns": self.patterns, "tracks": self.tracks}


def _content(node: Node) -> str:
    inner = "".join(map(_content, node.children))
    attributes = "".join(f" {name}={value}" for name, value in node.attributes.items())
    return f"<{node.tag}{attributes}>{inner}</>"
