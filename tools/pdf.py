"""Print the whole book as one PDF, _build/pdf/book.pdf, from the same sources as the website.

Sphinx assembles all pages into one; Chromium prints it with the site's print style: formulas as
type, each figure at its default frame, vector throughout, bookmarks from the headings.
"""

from __future__ import annotations

import shutil
import sys
import time

from playwright.sync_api import Error, sync_playwright

from tools import build, chromium, site_server

ROOT = build.ROOT
PAGES = ROOT / "_build" / "singlehtml"
TARGET = ROOT / "_build" / "pdf" / "book.pdf"
FOOTER = (
    '<div style="width:100%;text-align:center;font:8px sans-serif;color:#555">'
    '<span class="pageNumber"></span></div>'
)
# Formulas that stand as they were typed: what a notebook shows, and nothing has set. And equations
# that have lost their number.
UNSET = r"""() => [...document.querySelectorAll('td')].filter(cell =>
  [...cell.childNodes].some(node => node.nodeType === 3 && node.data.includes('$\\displaystyle')))
  .length + [...document.querySelectorAll('.eqno')].filter(number =>
  !/\d/.test(number.textContent)).length"""


def print_page(address: str) -> int:
    """Print the page at the address into TARGET; count the formulas left unset or unnumbered."""
    with sync_playwright() as playwright:
        found = chromium.find(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=found, args=chromium.FLAGS)
        page = browser.new_page(color_scheme="light")
        page.goto(address, wait_until="load")
        page.emulate_media(media="print")
        page.evaluate("document.fonts.ready")
        unset: int = page.evaluate(UNSET)
        page.pdf(
            path=TARGET,
            format="A4",
            margin={"top": "18mm", "bottom": "18mm", "left": "20mm", "right": "20mm"},
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            outline=True,
            tagged=True,
        )
        browser.close()
    return unset


def main() -> int:
    """Assemble, print, report."""
    begun = time.perf_counter()
    if status := build.build("--builder", "custom", "--custom-builder", "singlehtml"):
        return status
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    # Sphinx writes the page into book/ with links as from the top.
    shutil.copyfile(PAGES / "book" / "index.html", PAGES / "whole.html")
    with site_server.serving(PAGES) as address:
        try:
            unset = print_page(f"{address}/whole.html")
        except Error as error:
            print(f"Chromium could not print: {error}\n{chromium.HOW_TO_GET}", file=sys.stderr)
            return 1
    if unset:
        print(f"{unset} formulas are printed as typed, or without a number", file=sys.stderr)
        return 1
    size = TARGET.stat().st_size / 1e6
    print(f"==> {TARGET.relative_to(ROOT)}: {size:.1f} MB in {time.perf_counter() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
