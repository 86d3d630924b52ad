"""Read an SVG, and a frame out of an explorer's data, in a form that can be compared."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ElementTree.Element:
    """Parse markup as the page holds it, or as a browser writes it out."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
    return root


def frame(svg: str, payload: dict, k: int) -> ElementTree.Element:
    """Do what the page's script does: set every attribute that changes to its value."""
    root = parse(svg)
    elements = list(root.iter())
    for node, name, pattern, values in payload["tracks"]:
        value = values[payload["patterns"][pattern][k]]
        if value is None:
            elements[node].attrib.pop(name, None)
        else:
            elements[node].set(name, value)
    return root


def canonical(root: ElementTree.Element) -> list:
    """What is painted: without hidden elements and ids, references followed."""
    shapes = {e.get("id"): e for defs in root.iter("defs") for e in defs}

    def read(element: ElementTree.Element) -> list:
        attributes = {}
        for name, value in element.attrib.items():
            if name == "id":
                continue
            reference = re.fullmatch(r"(?:url\()?#(.*?)\)?", value)
            attributes[name] = read(shapes[reference[1]]) if reference else value
        children = [read(c) for c in element if c.tag != "defs" and c.get("display") != "none"]
        return [element.tag, sorted(attributes.items(), key=lambda item: item[0]), children]

    return read(root)


def payload_of(html: str) -> dict:
    """Return the data that an explorer's markup carries."""
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.S)[1])


def svg_of(html: str) -> str:
    """Return the markup of an explorer's figure."""
    return re.search(r"<svg.*?</svg>", html, re.S)[0]
