"""What a chapter owes its reader: exercises, a line on the index, named axes, no stray paths."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tools.execute import notebooks, read

ROOT = Path(__file__).resolve().parent.parent
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [
    chapter["file"].removeprefix("book/")
    for part in CONTENTS["parts"]
    if part.get("numbered")
    for chapter in part["chapters"]
    if (ROOT / f"{chapter['file']}.ipynb").exists()
]
PATH = re.compile(r"(?:/(?:home|tmp|usr|root|Users|opt|var)/|site-packages|\b[A-Z]:\\)[^\s'\"]*")


def prose(name: str) -> str:
    cells = read(ROOT / "book" / f"{name}.ipynb").cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_there_are_chapters():
    assert len(CHAPTERS) >= 6


def test_every_notebook_is_in_the_contents_once():
    files = [chapter["file"] for part in CONTENTS["parts"] for chapter in part["chapters"]]
    files.append(CONTENTS["root"])
    assert len(set(files)) == len(files)
    assert {f"book/{path.stem}" for path in notebooks()} <= set(files)


@pytest.mark.parametrize("name", CHAPTERS)
def test_three_exercises_wait_for_an_answer_and_have_a_solution(name):
    codes = [c for c in read(ROOT / "book" / f"{name}.ipynb").cells if c.cell_type == "code"]
    questions = sum(".check(None)" in cell.source for cell in codes)
    solutions = [c for c in codes if c.source.lstrip().startswith("# Solution")]
    assert questions >= 3
    assert len(solutions) >= questions
    assert all("hide-cell" in cell.metadata.get("tags", ()) for cell in solutions)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_chapter_says_what_it_needs_how_long_it_takes_and_what_comes_next(name):
    text = prose(name)
    assert text.startswith("# ")
    assert "**Time:**" in text
    assert "**You need**" in text
    assert re.search(r"^## (?:Exercises|What to read next|Where to go|Next)", text, re.M)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_chapter_opens_with_a_summary_of_five_lines(name):
    """A line at 1280 pixels holds about 105 characters as they are written here."""
    opening = read(ROOT / "book" / f"{name}.ipynb").cells[0].source
    _, summary, *_ = opening.split("\n\n")
    assert summary.startswith("**In short.** ")
    assert len(summary) <= 5 * 105


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_chapter_closes_with_three_sentences_and_five_questions(name):
    end = re.split(r"^## (?:Three sentences to keep|To keep)$", prose(name), flags=re.M)
    assert len(end) == 2
    keep, quiz = re.split(r"Five quick questions", end[1])
    assert len(re.findall(r"^- ", keep, re.M)) == 3
    assert len(re.findall(r"^(?::::\{admonition\} )?\d\. ", quiz, re.M)) == 5
    assert re.search(r"^(?:## What next$|\*\*What to read next\.\*\*)", quiz, re.M)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_chapter_leads_to_the_other_part(name):
    half = len(CHAPTERS[: CHAPTERS.index("loss")])
    other = CHAPTERS[half:] if CHAPTERS.index(name) < half else CHAPTERS[:half]
    assert re.search(rf"\{{doc\}}`[^`<]*<(?:{'|'.join(other)})>`", prose(name))


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_says_in_a_caption_what_it_shows(name):
    codes = [c for c in read(ROOT / "book" / f"{name}.ipynb").cells if c.cell_type == "code"]
    figures = [c.source for c in codes if re.search(r"^(?:show|explore)\(", c.source, re.M)]
    assert figures
    for source in figures:
        assert 'caption="' in source, source


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_starred_section_says_first_what_a_first_reading_misses(name):
    for _, said in re.findall(r"^##+ (.*) ★\n\n(.*)$", prose(name), re.M):
        assert re.search(r"first reading may|may be skipped", said), said


def told(path: Path) -> list[tuple[str, str]]:
    """What each code cell of a notebook shows as plain text, and the cell."""
    found = []
    for cell in read(path).cells:
        for output in cell.get("outputs", []):
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            found.append((text, cell.source))
    return found


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_no_output_names_a_place_on_somebody_s_disk(path):
    for text, source in told(path):
        assert not PATH.search(text), f"{source}\nshows {PATH.findall(text)}"


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_every_figure_names_its_axes(path):
    # Panels that share an axis name it once.
    for text, source in told(path):
        for axis in ("Horizontal", "Vertical"):
            if f"{axis} axis" in text:
                assert f"{axis} axis: " in text, f"{source}\nhas no name on its {axis.lower()} axis"


def test_a_path_is_recognised_and_a_fraction_is_not():
    for path in ("/home/somebody/x.csv", "C:\\data\\x", "/usr/lib/python3/site-packages/numpy"):
        assert PATH.search(f"read {path}.")
    assert not PATH.search("KL(P || Q)/n = 1/2, and/or (a/tmp)")
