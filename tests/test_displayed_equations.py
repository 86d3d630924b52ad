"""What the book displays was checked: no display equation is written by hand in its prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from helpers.again import DIRECTIVE

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
PAGES = sorted([*BOOK.rglob("*.md"), *BOOK.rglob("*.ipynb")])

# As text, because JupyterLab and code hosts typeset more than the website does.
HANDWRITTEN = {
    "dollars": re.compile(r"(?<!\\)\$\$"),
    "brackets": re.compile(r"(?<!\\)\\\["),
    # JupyterLab reads these as a display; after a line of a matrix stands a length.
    "brackets in JupyterLab": re.compile(r"\\\\\[(?!-?[\d.]+[a-z]{2}\])"),
    "environment": re.compile(r"\\begin\s*\{"),
    "directive": re.compile(
        r"^[\s>*+\d.)-]*(?:`{3,}|~{3,}|:{3,})[ \t]*\{(?:math|amsmath)\}", re.M | re.I
    ),
    "fence": re.compile(
        r"^[\s>*+\d.)-]*(?:`{3,}|~{3,})[ \t]*(?:math|latex|tex)[ \t]*$", re.M | re.I
    ),
    "display style": re.compile(r"\\displaystyle|\\dfrac|\\limits"),
    "html": re.compile(
        r"<(?:math|svg|img|script|center)\b|class=[\"']?[^>\"']*\b(?:math|katex|MathJax)"
        r"|<[^>]*(?:text-align|align=)",
        re.I,
    ),
    "reStructuredText": re.compile(r"^[ \t]*\.\. (?:math|raw|include)::", re.M | re.I),
}
# What shows an equation from code without having checked it.
UNCHECKED_OUTPUT = re.compile(
    r"\b(?:Math|Latex)\s*\(|\bimport\b[^\n]*\b(?:Math|Latex|latex)\b|\binit_printing\b"
    r"|\.latex\b|\blatex\s*\(|\braw\s*=|_repr_\w+_|text/(?:latex|markdown|html)|\{derivation\}"
)
# Directives that show what is not written in them, or what was never checked.
OPAQUE = {"math", "amsmath", "derivation", "raw", "glue:math", "code-cell", "glue"}
CODE = {"code", "code-block", "sourcecode", "literalinclude", "toctree", "ledger", "bibliography"}


def make_parser():
    """Return the parser that the website reads Markdown with."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = set(settings["parse"]["myst_enable_extensions"])
    return create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)


PARSER = make_parser()


def stands_alone(token: Token) -> bool:
    """Say whether a line holds nothing but a formula: that is a display in all but name."""
    kinds = {child.type for child in token.children or []}
    words = "".join(child.content for child in token.children or [] if child.type == "text")
    only = kinds <= {"math_inline", "math_inline_double", "text", "softbreak", "hardbreak"}
    return only and bool(kinds - {"text", "softbreak", "hardbreak"}) and not re.search(r"\w", words)


def parsed(text: str, folder: Path = BOOK) -> list[str]:
    """Return the kinds of display equation that the website would make of some Markdown."""
    found, before = [], None
    for token in PARSER.parse(text):
        if token.type.startswith(("math_block", "amsmath")):
            found.append("display")
        elif token.type == "inline":
            kinds = {child.type for child in token.children or []}
            if "math_inline_double" in kinds:
                found.append("display")
            if stands_alone(token) and before.type not in {"td_open", "th_open"}:
                found.append("alone")
        elif token.type in {"fence", "colon_fence"}:
            found += directive_shows(token, folder)
        before = token
    return found


def directive_shows(token: Token, folder: Path) -> list[str]:
    """Return the kinds of display equation in a fence or directive."""
    head = re.match(r"\{([^}\s]+)\}\s*(.*)", token.info.strip())
    if head is None:
        return ["fence"] if token.info.strip().lower() in {"math", "latex", "tex"} else []
    name = head[1].lower()
    if name in OPAQUE:
        return [f"{{{name}}}"]
    if name == "include":
        inside = folder / head[2]
        text = inside.read_text(encoding="utf-8")
        return handwritten(text) + parsed(text, inside.parent)
    if name == "eval-rst":
        return ["reStructuredText"] if HANDWRITTEN["reStructuredText"].search(token.content) else []
    return [] if name in CODE else parsed(token.content, folder)


def without_code(text: str) -> str:
    """Drop fenced code, except directives, and inline code: what stands there is shown as it is."""
    lines = text.split("\n")
    # The parser knows where a fence ends: a longer one closes it, too.
    for token in PARSER.parse(text):
        if token.type == "fence" and not re.match(r"\s*(?:\{|math|latex|tex)", token.info, re.I):
            lines[slice(*token.map)] = [""] * (token.map[1] - token.map[0])
    return re.sub(r"(?<!`)(`+)(?!`)(?:(?!\1).)+?(?<!`)\1(?!`)", "", "\n".join(lines))


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
                if not DIRECTIVE.match(text):
                    yield text


def test_there_are_pages():
    assert PAGES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_prose_holds_no_handwritten_display_equation(path):
    for text in markdown_of(path):
        assert not handwritten(text), text
        assert not parsed(text, path.parent), text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_cells_show_equations_only_through_checked_objects(path):
    for source in code_of(path):
        assert not UNCHECKED_OUTPUT.search(source), source
    for text in shown_by_cells(path):
        assert not handwritten(text), text
        assert not parsed(text), text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_only_derivations_put_out_latex(path):
    """A SymPy expression at a cell's end would be typeset, unchecked."""
    for data in typeset_outputs(path):
        assert DIRECTIVE.match(data.get("text/markdown", "")), data["text/latex"]


def typeset_outputs(path: Path) -> Iterator[dict]:
    if path.suffix == ".ipynb":
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if "text/latex" in output.get("data", {}):
                    yield output["data"]


def test_latex_of_a_bare_expression_is_found(tmp_path):
    show = {"text/latex": r"$\displaystyle 1 = 2$", "text/plain": "Eq(1, 2)"}
    output = nbformat.v4.new_output("display_data", show)
    cell = nbformat.v4.new_code_cell("sp.Eq(1, 2, evaluate=False)", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "page.ipynb")
    assert list(typeset_outputs(tmp_path / "page.ipynb")) == [show]


def test_what_follows_a_derivation_is_looked_at(tmp_path):
    text = "```{derivation}\n{}\n```\n\n$$1 = 2$$"
    output = nbformat.v4.new_output("display_data", {"text/markdown": text})
    cell = nbformat.v4.new_code_cell("x", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "page.ipynb")
    assert list(shown_by_cells(tmp_path / "page.ipynb")) == [text]


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
        ("```{eval-rst}\n.. raw:: latex\n\n   1 = 2\n```", "reStructuredText"),
        (r"\\\\[ 1 = 2 \\\\]".replace("\\\\\\\\", "\\\\"), "brackets in JupyterLab"),
        ("\\begin {gathered}\n1 = 2\n\\end {gathered}", "environment"),
        ("- ```{math}\n  1 = 2\n  ```", "directive"),
        ("1. > ```{Math}\n   > 1 = 2\n   > ```", "directive"),
        ("<center>\n\n$1 = 2$\n\n</center>", "html"),
        ('<p style="text-align: center">$1 = 2$</p>', "html"),
        ("<span class=math>1 = 2</span>", "html"),
        ('<img src="formula.svg" alt="1 = 2">', "html"),
        ("```python\nx\n````\n\n$$1 = 2$$\n\n```python\ny\n```", "dollars"),
    ],
)
def test_a_handwritten_display_equation_is_found(text, kind):
    assert kind in handwritten("Before.\n\n" + text + "\n\nAfter.")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("$$ 1 + 1 = 3 $$", "display"),
        ("\\begin{align}\n1 &= 2\n\\end{align}", "display"),
        ("$1 + 1 = 3$", "alone"),
        ("> - $1 + 1 = 3$,", "alone"),
        ("# $1 + 1 = 3$", "alone"),
        ("- ```{math}\n  1 = 2\n  ```", "{math}"),
        ("```{MATH}\n1 = 2\n```", "{math}"),
        ("::::{prf:theorem} One\n:::{admonition} Two\n$1 = 2$.\n:::\n::::", "alone"),
        ("````{note}\n```{math}\n1 = 2\n```\n````", "{math}"),
        ("```{derivation}\n{}\n```", "{derivation}"),
        ("```{raw} html\n<b>1 = 2</b>\n```", "{raw}"),
        ("```{glue:math} wrong\n```", "{glue:math}"),
        ("```{code-cell}\nMath('1 = 2')\n```", "{code-cell}"),
        ("- ```math\n  1 = 2\n  ```", "fence"),
        ("```{eval-rst}\n.. math:: 1 = 2\n```", "reStructuredText"),
    ],
)
def test_a_display_is_found_as_the_website_reads_it(text, kind):
    assert kind in parsed("Before.\n\n" + text + "\n\nAfter.")


def test_a_display_in_an_included_file_is_found(tmp_path):
    (tmp_path / "part.txt").write_text("Words.\n\n$$1 = 2$$\n", encoding="utf-8")
    assert "display" in parsed("```{include} part.txt\n```", tmp_path)


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
    assert not parsed(text)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Math('1 = 2')", True),
        ("display(Latex(r'$$1=2$$'))", True),
        ("sp.init_printing()", True),
        ("Markdown(f'${sp.latex(e)}$')", True),
        ("Markdown(f'${sympy.latex(e)}$')", True),
        ("from sympy import latex as written", True),
        ("from IPython.display import Math as Words", True),
        ("display({'text/latex': '$$1 = 2$$'}, raw=True)", True),
        ("class Shown:\n    def _repr_latex_(self): return '$$1 = 2$$'", True),
        ("Markdown('```{derivation}\\n{}\\n```')", True),
        ("Derivation(KL(P, Q)).equals(e)", False),
        ("Markdown(f'{value:.3f} nats')", False),
        ("import math; math.log(2)", False),
    ],
)
def test_unchecked_output_is_found(source, found):
    assert bool(UNCHECKED_OUTPUT.search(source)) is found
