"""Begin a claim, a chapter or a family: files and lines in their places, and tests that stay red.

python -m tools.scaffold claim entropy-geometric definitions
python -m tools.scaffold chapter wasserstein
python -m tools.scaffold family Weibull

What cannot be known is left as a TODO; `tests/test_scaffolds.py` is red until none
is left, and says where they are.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import nbformat

from tools.execute import as_text, normalise, read

ROOT = Path(__file__).resolve().parent.parent
TODO = "TODO"
NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


class ScaffoldError(ValueError):
    """What was asked for cannot be begun; the message says why."""


def _write_new(path: Path, text: str) -> None:
    if path.exists():
        raise ScaffoldError(f"{path.name} is there already")
    path.write_text(text, encoding="utf-8", newline="\n")


def claim(root: Path, name: str, chapter: str) -> list[str]:
    """Begin a claim: a line in the table, and a cell at the end of its chapter."""
    path, table = root / "book" / f"{chapter}.ipynb", root / "book" / "claims.toml"
    if not path.exists():
        raise ScaffoldError(f"book/{chapter}.ipynb: there is no such chapter")
    promises = table.read_text(encoding="utf-8")
    if f"[{name}]" in promises:
        raise ScaffoldError(f"{table.name} lists {name} already")
    promises += f'\n[{name}]\ntitle = "{TODO}: a few words for the ledger"\n'
    notebook = read(path)
    code = (
        f"# {TODO}: what is claimed, and why\n"
        f'Derivation({TODO}, name="{name}").equals({TODO}, because="{TODO}")'
    )
    notebook.cells.append(nbformat.v4.new_code_cell(code, id=f"new-{name}"[:64]))
    table.write_text(promises, encoding="utf-8", newline="\n")
    path.write_text(as_text(normalise(notebook)), encoding="utf-8", newline="\n")
    return [f"book/claims.toml: [{name}]", f"book/{chapter}.ipynb: its last cell"]


def chapter(root: Path, name: str) -> list[str]:
    """Begin a chapter: a notebook with what each one has, its place in the contents, its test."""
    cell, prose = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    cells = [
        prose(f"# {TODO}: a title\n\n{TODO}: the question, as a reader would ask it.", id="title"),
        prose(
            ":::{admonition} Before you start\n:class: tip\n\n"
            f"- **You need** {TODO}.\n- **Time:** {TODO}.\n- **Afterwards** you can {TODO}.\n:::",
            id="before",
        ),
        cell(f"from helpers.derivation import Derivation\n\n# {TODO}: the first step", id="first"),
        prose("## Exercises", id="exercises"),
    ]
    for k in (1, 2, 3):
        question = (
            "from helpers.exercises import Exercise\n\n"
            f"question_{k} = Exercise(lambda answer: Derivation({TODO}).equals(answer))\n"
            f"question_{k}.check(None)  # put your answer in place of None"
        )
        solution = cell(f"# Solution\nquestion_{k}.check({TODO})", id=f"solution-{k}")
        solution.metadata.tags = ["hide-cell"]
        cells += [prose(f"{k}. {TODO}: a question", id=f"text-{k}"), cell(question, id=f"q-{k}")]
        cells.append(solution)
    cells.append(prose(f"## What to read next\n\n{TODO}", id="next"))
    notebook = nbformat.v4.new_notebook(cells=cells)
    _write_new(root / "book" / f"{name}.ipynb", as_text(normalise(notebook)))
    contents = root / "_toc.yml"
    lines = contents.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(k for k, line in enumerate(lines) if "caption: Yours" in line)
    lines.insert(place, f"      - file: book/{name}\n")
    contents.write_text("".join(lines), encoding="utf-8", newline="\n")
    return [
        f"book/{name}.ipynb",
        "_toc.yml: at the end of the numbered parts",
        f"still missing: its line on book/index.ipynb ({{doc}}`... <{name}>`), CHANGELOG.md",
    ]


def family(root: Path, name: str) -> list[str]:
    """Begin a family of distributions: a test that asks every room for its part."""
    if not name.isidentifier() or not name[0].isupper():
        raise ScaffoldError(f"a family's name is a class's, such as Weibull, not {name!r}")
    text = f'''"""The family {name}: every room has its part."""

from __future__ import annotations

import sympy as sp

from helpers import notation
from helpers.derivation import Derivation

# {TODO}: parameters inside the family's range, and its divergence from the literature at these.
PARAMETERS = ({TODO}_1, {TODO}_2)
PUBLISHED = {TODO}_3


def test_the_vocabulary_has_it():
    assert hasattr(notation, "{name}")


def test_its_density_has_mass_one_and_its_moments_are_those_of_its_density():
    law = notation.{name}(*PARAMETERS)
    x = sp.Symbol("x", real=True)
    Derivation(notation.Expectation(sp.Integer(1), x, law)).equals(1)


def test_its_entropy_and_divergence_are_the_published_ones():
    law = notation.{name}(*PARAMETERS)
    Derivation(notation.KL(law, law)).equals(0)
    Derivation(notation.Entropy(law)).equals(PUBLISHED)
'''
    _write_new(root / "tests" / f"test_family_{name.lower()}.py", text)
    return [
        f"tests/test_family_{name.lower()}.py, red until each of these has its part:",
        "helpers/notation/distributions.py: density, support, moments, printed form",
        "helpers/trials/laws.py and helpers/numeric/laws.py: sampler and SciPy's twin",
        "helpers/numeric/closed_forms.py: closed forms, with references in tests/references",
    ]


def left(root: Path) -> list[str]:
    """Name the files in which something is still to be filled in."""
    found = [root / "book" / "claims.toml", *(root / "book").glob("*.ipynb")]
    found += (root / "tests").glob("test_family_*.py")
    marked = re.compile(rf"\b{TODO}\b|\b{TODO}_\d\b")
    return sorted(
        path.relative_to(root).as_posix()
        for path in found
        if marked.search(path.read_text(encoding="utf-8"))
    )


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.scaffold", description=(__doc__ or "").splitlines()[0]
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    begun = kinds.add_parser("claim")
    begun.add_argument("name")
    begun.add_argument("chapter")
    for kind in ("chapter", "family"):
        kinds.add_parser(kind).add_argument("name")
    options = parser.parse_args(arguments)
    try:
        if options.kind != "family" and not NAME.fullmatch(options.name):
            raise ScaffoldError(
                f"a name is lower case, such as a-claim or a_chapter: {options.name!r}"
            )
        if options.kind == "claim":
            told = claim(root, options.name, options.chapter)
        else:
            told = {"chapter": chapter, "family": family}[options.kind](root, options.name)
    except ScaffoldError as error:
        print(error, file=sys.stderr)
        return 1
    print(*told, f"then: fill in every {TODO}, make execute, make mutants, make test", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
