"""Count what a reader of the built site goes through: writes benchmarks/results/reading.md.

A chapter is opened as it is by default, with its folds closed, in a window of 1280 by 900. Counted
are screens (the height of the article over 900), the share of that height that is code, lines of
equations, words, and the minutes these take at the rates that were measured; then what stands
behind folds, what is wider than its column, and how many lines the code of a derivation has.

    python benchmarks/reading.py          all chapters, half a minute; `make book` first
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import yaml
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import chromium  # noqa: E402 - the tools are found through the line above
from tools.site_server import serving  # noqa: E402

SITE = ROOT / "_build" / "html"
RESULTS = ROOT / "benchmarks" / "results" / "reading.md"
WIDTH, HEIGHT = 1280, 900

# Measured: words of prose and of open code that are read in a minute, seconds for an equation line.
WORDS_A_MINUTE, CODE_A_MINUTE, SECONDS_A_LINE = 200, 100, 20

# What the book promises, folds closed.
PART_ONE_SCREENS, CHAPTER_SCREENS, CODE_SHARE, CHAPTER_MINUTES = 100, 20, 0.08, 40

COUNT = """async () => {
  for (const part of document.querySelectorAll('.later')) part.classList.remove('later');
  await document.fonts.ready;
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const article = document.querySelector('article');
  const seen = selector => [...article.querySelectorAll(selector)].filter(x => x.checkVisibility());
  const words = text => (text.match(/[\\p{L}\\p{N}]+/gu) ?? []).length;
  const height = boxes => boxes.reduce((sum, box) => sum + box.getBoundingClientRect().height, 0);
  const code = seen('.cell_input, div[class*=highlight-]')
    .filter(box => !box.parentElement.closest('.cell_input, div[class*=highlight-]'));
  const steps = seen('.derivation-step');

  // Words: what is neither code nor a formula of a display, nor names a control.
  const aside = '.cell_input, [class*=highlight-], .derivation-expression, .derivation-tools,'
    + ' .cell-tools, .explorer-controls, .headerlink, script, style, svg, button, .katex-mathml';
  const walk = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  let prose = 0;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const box = node.parentElement;
    if (box.closest(aside) || !box.checkVisibility()) continue;
    prose += box.closest('.katex') ? 0 : words(node.data);
  }
  // A formula in the text is read as a word.
  prose += seen('.katex').filter(box => !box.closest(aside)).length;

  const wide = [...article.querySelectorAll('.math-scroll, pre')]
    .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
    .map(box => box.closest('[id]').id);
  return {
    height: article.getBoundingClientRect().height,
    code: height(code),
    codeWords: code.reduce((sum, box) => sum + words(box.innerText), 0),
    lines: steps.length,
    prose, wide,
    folded: article.querySelectorAll('details.starred').length,
  };
}"""
OPEN_STARRED = "for (const fold of document.querySelectorAll('details.starred')) fold.open = true"


@dataclass
class Reading:
    """What one chapter asks of its reader.

    Attributes
    ----------
    screens, code_share, minutes
        With every fold closed.
    starred
        Screens more, with the starred sections open.
    wide
        Identifiers of displays that are wider than their column.
    """

    number: int
    name: str
    part: str
    screens: float
    starred: float
    code_share: float
    lines: int
    words: int
    minutes: float
    code_lines: float
    wide: list[str]


def chapters() -> list[tuple[int, str, str]]:
    """List the numbered chapters: number, name, caption of their part."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    numbered = [
        (part["caption"], chapter["file"].removeprefix("book/"))
        for part in contents["parts"]
        if part.get("numbered")
        for chapter in part["chapters"]
    ]
    return [(number, name, part) for number, (part, name) in enumerate(numbered, 1)]


def derivation_lines(name: str) -> list[int]:
    """Count the lines of each cell of a chapter that builds a named derivation."""
    stored = json.loads((ROOT / "book" / f"{name}.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in stored["cells"] if cell["cell_type"] == "code"]
    return [
        sum(bool(line.strip()) for line in source.splitlines())
        for source in sources
        if "Derivation(" in source and "name=" in source
    ]


def read(browser: Browser, address: str, number: int, name: str, part: str) -> Reading:
    """Count one chapter."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(f"{address}/book/{name}.html", wait_until="load")
    closed = page.evaluate(COUNT)
    page.evaluate(OPEN_STARRED)
    opened = page.evaluate(COUNT)
    page.close()
    minutes = (
        closed["prose"] / WORDS_A_MINUTE
        + closed["codeWords"] / CODE_A_MINUTE
        + closed["lines"] * SECONDS_A_LINE / 60
    )
    return Reading(
        number=number,
        name=name,
        part=part,
        screens=closed["height"] / HEIGHT,
        starred=(opened["height"] - closed["height"]) / HEIGHT,
        code_share=closed["code"] / closed["height"],
        lines=closed["lines"],
        words=closed["prose"],
        minutes=minutes,
        code_lines=median(derivation_lines(name) or [0]),
        wide=opened["wide"],
    )


def count() -> list[Reading]:
    """Count every numbered chapter of the built site."""
    with sync_playwright() as playwright, serving(SITE) as address:
        path = chromium.find(playwright.chromium.executable_path)
        if path is None:
            raise SystemExit(chromium.HOW_TO_GET)
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        found = [read(browser, address, *chapter) for chapter in chapters()]
        browser.close()
    return found


def broken(found: list[Reading]) -> list[str]:
    """Say which limits are exceeded.

    >>> broken([Reading(7, "loss", "Part II", 20.5, 0, 0.01, 9, 99, 12.0, 7, [])])
    ['loss: 20.5 screens, at most 20']
    """
    said = []
    first = [one for one in found if one.number <= 5]
    if (total := sum(one.screens for one in first)) > PART_ONE_SCREENS:
        said.append(f"chapters 1 to 5: {total:.1f} screens, at most {PART_ONE_SCREENS}")
    for one in found:
        if one.code_share >= CODE_SHARE:
            said.append(f"{one.name}: {one.code_share:.1%} code, less than {CODE_SHARE:.0%}")
        if one.part == "Part II" and one.screens > CHAPTER_SCREENS:
            said.append(f"{one.name}: {one.screens:.1f} screens, at most {CHAPTER_SCREENS}")
        if one.part == "Part II" and one.minutes > CHAPTER_MINUTES:
            said.append(f"{one.name}: {one.minutes:.0f} minutes, at most {CHAPTER_MINUTES}")
    return said


def report(found: list[Reading]) -> str:
    """Write the table."""
    head = [
        "chapter", "screens", "starred", "code", "equation lines", "words", "minutes",
        "code lines a derivation", "too wide",
    ]  # fmt: skip
    rows = [
        [
            f"{one.number} {one.name}", f"{one.screens:.1f}", f"{one.starred:.1f}",
            f"{one.code_share:.1%}", one.lines, one.words, f"{one.minutes:.0f}",
            f"{one.code_lines:g}", len(one.wide),
        ]
        for one in found
    ]  # fmt: skip
    for label, some in [
        ("1 to 5", [one for one in found if one.number <= 5]),
        ("all", found),
    ]:
        screens = sum(one.screens for one in some)
        share = sum(one.screens * one.code_share for one in some) / screens
        each = [lines for one in some for lines in derivation_lines(one.name)]
        rows.append(
            [
                f"**{label}**", f"{screens:.1f}", f"{sum(one.starred for one in some):.1f}",
                f"{share:.1%}", sum(one.lines for one in some), sum(one.words for one in some),
                f"{sum(one.minutes for one in some):.0f}", f"{median(each):g}",
                sum(len(one.wide) for one in some),
            ]
        )  # fmt: skip
    lines = [
        "# What a reader goes through",
        "",
        f"By `python benchmarks/reading.py`: the built site in a window of {WIDTH} by {HEIGHT},"
        " every fold closed; *starred* is what the starred sections add when opened. Minutes at"
        f" {WORDS_A_MINUTE} words and {CODE_A_MINUTE} words of open code a minute, and"
        f" {SECONDS_A_LINE} s for a line of an equation.",
        "",
        "| " + " | ".join(head) + " |",
        "|" + "|".join(["---"] + ["--:"] * (len(head) - 1)) + "|",
        *("| " + " | ".join(map(str, row)) + " |" for row in rows),
        "",
        f"Limits: chapters 1 to 5 together at most {PART_ONE_SCREENS} screens; each chapter"
        f" of part II at most {CHAPTER_SCREENS} screens and {CHAPTER_MINUTES} minutes; code"
        f" less than {CODE_SHARE:.0%}.",
    ]
    over = broken(found)
    lines += ["", *(f"- over: {one}" for one in over)] if over else ["", "All of them are kept."]
    if wide := [f"{one.name}: {box}" for one in found for box in one.wide]:
        lines += ["", f"Wider than their column, and scrolled in it: {', '.join(wide)}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    if not (SITE / "book" / "proof.html").exists():
        raise SystemExit("there is no site in _build/html: run `make book` first")
    text = report(count())
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
