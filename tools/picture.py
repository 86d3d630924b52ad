"""Draw the README's picture, the book's theorem, into book/images/theorem.svg."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from helpers.figures_definitions import draw_theorem
from helpers.plotting import show

PICTURE = Path(__file__).resolve().parent.parent / "book" / "images" / "theorem.svg"


def picture() -> str:
    """Return the SVG, light or dark as the reader's system asks."""
    html = show(draw_theorem(n=30))._repr_mimebundle_()["text/html"]
    data = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert data, "a figure is no longer shown as an image"
    return base64.b64decode(data[1]).decode("utf-8") + "\n"


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")
    print(f"{PICTURE.name}: {len(picture())} bytes")


if __name__ == "__main__":
    main()
