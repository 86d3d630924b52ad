"""What the book displays was checked: no display equation is written by hand in its prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

BOOK = Path(__file__).resolve().parent.parent / "book"
PAGES = sorted([*BOOK.rglob("*.md"), *BOOK.rglob("*.ipynb")])

HANDWRITTEN = {
    "dollars": re.compile(r"(?<!\\)\$\$"),
    "brackets": re.compile(r"(?<!\\)\\\["),
    "environment": re.compile(
        r"\\begin\{(?:equation|align|aligned|alignat|gather|multline|eqnarray|flalign|displaymath"
        r"|math|split|cases|array|[bpvBV]?matrix)\*?\}"
    ),
    "directive": re.compile(r"^[ \t>]*(?:`{3,}|~{3,}|:{3,})[ \t]*\{(?:math|amsmath)\}", re.M),
    "fence": re.compile(r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:math|latex)[ \t]*$", re.M),
    "display style": re.compile(r"\\displaystyle|\\dfrac|\\limits"),
    "html": re.compile(r"<math\b|class=[\"'][^\"']*\b(?:math|katex|MathJax)", re.I),
    "reStructuredText": re.compile(r"^[ \t]*\.\. math::", re.M),
}
# What shows an equation from code without having checked it.
UNCHECKED_OUTPUT = re.compile(
    r"\b(?:Math|Latex)\s*\(|\binit_printing\b|\bsp\.latex\b|(?<!\.)\blatex\s*\("
)


def without_code(text: str) -> str:
    """Drop fenced code, except directives, and inline code: what stands there is shown as it is."""
    text = re.sub(
        r"^([ \t]*)(`{3,}|~{3,})[ \t]*(?!\{)(?!math\b|latex\b)[^\n`]*\n.*?^\1\2[ \t]*$",
        "",
        text,
        flags=re.M | re.S,
    )
    return re.sub(r"(?<!`)(`+)(?!`)(?:(?!\1).)+?(?<!`)\1(?!`)", "", text)


def handwritten(text: str) -> list[str]:
    """Return the kinds of display equation that a piece of Markdown holds."""
    prose = without_code(text)
    return [kind for kind, pattern in HANDWRITTEN.items() if pattern.search(prose)]


def markdown_of(path: Path) -> Iterator[str]:
    if path.suffix == ".md":
        yield path.read_text(encoding="utf-8")
    else:
        cells = nbformat.read(path, as_version=4).cells
        yield from (cell.source for cell in cells if cell.cell_type != "code")


def code_of(path: Path) -> Iterator[str]:
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        yield from (cell.source for cell in cells if cell.cell_type == "code")


def shown_by_cells(path: Path) -> Iterator[str]:
    """Yield the Markdown that cells put out, except from derivations."""
    if path.suffix == ".ipynb":
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                text = output.get("data", {}).get("text/markdown", "")
                if not re.match(r"`{3,}\{derivation\}\n", text):
                    yield text


def test_there_are_pages():
    assert PAGES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_prose_holds_no_handwritten_display_equation(path):
    for text in markdown_of(path):
        assert not handwritten(text), text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_cells_show_equations_only_through_checked_objects(path):
    for source in code_of(path):
        assert not UNCHECKED_OUTPUT.search(source), source
    for text in shown_by_cells(path):
        assert not handwritten(text), text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The sum\n\n$$ 1 + 1 = 3 $$", "dollars"),
        ("$$\n1 + 1 = 3\n$$ (eq-wrong)", "dollars"),
        ("in a line $$1 + 1 = 3$$ of text", "dollars"),
        ("> quoted\n> $$x$$", "dollars"),
        (r"\[ 1 + 1 = 3 \]", "brackets"),
        ("\\begin{align}\n1 &= 2\n\\end{align}", "environment"),
        ("\\begin{align*}\n1 &= 2\n\\end{align*}", "environment"),
        ("\\begin{equation}\n1 = 2\n\\end{equation}", "environment"),
        (r"$\begin{aligned} 1 &= 2 \end{aligned}$", "environment"),
        ("```{math}\n:label: eq-wrong\n1 = 2\n```", "directive"),
        ("````{math}\n1 = 2\n````", "directive"),
        (":::{math}\n1 = 2\n:::", "directive"),
        ("::::{prf:theorem}\n:::{math}\n1 = 2\n:::\n::::", "directive"),
        ("- a list\n  ```{math}\n  1 = 2\n  ```", "directive"),
        ("```math\n1 = 2\n```", "fence"),
        (r"$\displaystyle \sum_i 1 = 2$", "display style"),
        ('<div class="math">1 = 2</div>', "html"),
        ("<math display='block'></math>", "html"),
        (".. math:: 1 = 2", "reStructuredText"),
    ],
)
def test_a_handwritten_display_equation_is_found(text, kind):
    assert kind in handwritten("Before.\n\n" + text + "\n\nAfter.")


@pytest.mark.parametrize(
    "text",
    [
        "Inline $p(x \\mid \\theta)$ and {eq}`eq-gibbs`.",
        r"A price of \$\$ and a bracket \\[3pt].",
        "Code: `$$` and ``\\[``.",
        "```python\nprint('$$')\n```",
        "```{code-block} python\nx = 1\n```",
        "| a | $b$ |\n|---|---|\n| $c$ | $d$ |",
        "Costs \\$5 and \\$6.",
    ],
)
def test_inline_maths_and_code_are_not_taken_for_it(text):
    assert not handwritten(text)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Math('1 = 2')", True),
        ("display(Latex(r'$$1=2$$'))", True),
        ("sp.init_printing()", True),
        ("Markdown(f'${sp.latex(e)}$')", True),
        ("Derivation(KL(P, Q)).equals(e)", False),
        ("Markdown(f'{value:.3f} nats')", False),
        ("import math; math.log(2)", False),
    ],
)
def test_unchecked_output_is_found(source, found):
    assert bool(UNCHECKED_OUTPUT.search(source)) is found
