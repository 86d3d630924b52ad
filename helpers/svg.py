"""Matplotlib's SVG made small, themeable and safe to repeat on one page.

A figure travels as a tree of nodes whose colours are names of CSS custom properties
(``var(--fig-p)``), so that the page's light or dark mode decides what is painted; a series of
figures travels as one tree and, for every attribute that changes, the list of its values.

Text is drawn as outlines of Matplotlib's own font. The picture is then the same on every
machine, with no font to send and no label that moves when a font is missing, and formulas are
set correctly; a letter is stored once per figure and referred to afterwards. What the outlines
take away, words a screen reader can say, the text alternative gives back
(:mod:`helpers.alt_text`).
"""

from __future__ import annotations

import hashlib
import json
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
_REFERENCE = re.compile(r"^(?:url\()?#([^)]+)\)?$")
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
    """Numbers in a row, with a space only where two would otherwise run together."""
    out = ""
    for number in numbers:
        separate = out and not number.startswith("-")
        out += f" {number}" if separate else number
    return out


def compact_path(d: str) -> str:
    """Rewrite the path ``d`` with relative coordinates in hundredths of a point.

    Every corner is rounded first and the steps are taken between rounded corners, so that
    no error adds up along the path. A hundredth of a point is under a fiftieth of a pixel
    at the width of this book's figures.

    Raises
    ------
    ValueError
        If the path uses a command that Matplotlib does not write (M, L, Q, C and Z).

    Examples
    --------
    >>> compact_path("M 1 1 L 2.504 1 L 2.504 3.25 z")
    'M1 1h1.5v2.25z'
    """
    tokens = _TOKEN.findall(d)
    out: list[str] = []
    x = y = start_x = start_y = 0
    last = ""
    i = 0
    while i < len(tokens):
        command = tokens[i].upper()
        i += 1
        if command == "Z":
            out.append("z")
            x, y, last = start_x, start_y, "Z"
            continue
        if command not in ("M", "L", "Q", "C"):
            raise ValueError(f"d: expected the path commands M, L, Q, C and Z, got {command!r}")
        count = {"M": 2, "L": 2, "Q": 4, "C": 6}[command]
        points = [_round(t) for t in tokens[i : i + count]]
        i += count
        if command == "M":
            x, y = start_x, start_y = points[0], points[1]
            out.append("M" + _join((_hundredths(x), _hundredths(y))))
        elif command == "L":
            dx, dy = points[0] - x, points[1] - y
            if not (dx or dy) and last == "L":
                continue
            if dy == 0:
                out.append(f"h{_hundredths(dx)}")
            elif dx == 0:
                out.append(f"v{_hundredths(dy)}")
            else:
                out.append("l" + _join((_hundredths(dx), _hundredths(dy))))
            x, y = points
        else:
            steps = [p - (y if k % 2 else x) for k, p in enumerate(points)]
            out.append(command.lower() + _join(map(_hundredths, steps)))
            x, y = points[-2:]
        last = command
    # "l1 2l3 4" may be written "l1 2 3 4": the same command repeats by itself.
    text: list[str] = []
    previous = ""
    for part in out:
        if part[0] == previous and part[0] in "lqchv":
            text.append(part[1:] if part[1] == "-" else f" {part[1:]}")
        else:
            text.append(part)
        previous = part[0]
    return "".join(text)


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
    out: dict[str, str] = {}
    for name, value in raw.items():
        name = "href" if name == _XLINK else name
        if name in ("fill", "stroke"):
            value = value if value.startswith("url(") else _theme(value, colours)
        elif name == "d":
            value = compact_path(value)
        elif name in ("x", "y", "width", "height"):
            value = _hundredths(_round(value))
        elif name in ("transform", "patternTransform"):
            value = _compact_transform(value)
        elif name == "stroke-dasharray":
            value = _join(_hundredths(_round(n)) for n in value.replace(",", " ").split())
        elif name in ("stroke-width", "opacity", "fill-opacity", "stroke-opacity"):
            value = _hundredths(_round(value))
        reference = _REFERENCE.match(value)
        if reference:
            value = "\0" + shared[reference[1]]
        if value and (name, value) not in _DEFAULTS:
            out[name] = value
    return out


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
    elif node.attributes.get("fill") == "none" and node.attributes.get("stroke", "none") == "none":
        return []
    elif node.attributes.get("opacity") == "0":
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
        self._collect(union)
        # The shapes come last, so that an element's place in the document is its place in
        # the tree.
        root = self._base(union)
        shapes = "".join(
            shape.replace(" ", f' id="{identifier}" ', 1)
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

    def _base(self, union: _Union) -> str:
        attributes = dict(self._at(union, self.default))
        if self.default not in union.frames:
            attributes["display"] = "none"
        head = _markup(Node(union.tag, attributes), self._reference)
        inner = "".join(self._base(child) for child in union.children)
        return f"{head[:-2]}>{inner}</{union.tag}>" if inner else head

    def payload(self) -> dict[str, list]:
        """What the page's script needs: patterns of indices, and tracks."""
        return {"patterns": self.patterns, "tracks": self.tracks}


def _content(node: Node) -> str:
    return json.dumps([node.tag, node.attributes, *map(_content, node.children)])
