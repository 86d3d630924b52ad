"""What a page's download button gives: a notebook that reads well and runs anywhere.

Outside JupyterLab with jupyterlab-myst nothing reads MyST's roles and boxes, and nothing knows
where `helpers` is. A downloaded notebook is plain CommonMark, its links lead to the site, and its
first cell gets the package from the site where it is not installed.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

sys.path.append(str(Path(__file__).resolve().parent.parent))

from tools.execute import read

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "helpers.zip"
FENCE = re.compile(
    r"^(?P<fence>:{3,})\{(?P<kind>[\w:-]+)\} *(?P<title>.*)\n(?P<body>(?:.*\n)*?)(?P=fence)[ \t]*$",
    re.M,
)
ROLE = re.compile(
    r"\{(?P<role>[a-z:]+)\}`(?:(?P<text>[^`<]+?) *<(?P<target>[^`>]+)>|(?P<bare>[^`]+))`"
)
LINK = re.compile(
    r"\[(?P<text>[^\]]*)\]\((?P<target>#[\w:-]+|[\w./-]+\.(?:md|ipynb)(?:#[\w-]+)?)\)"
)

Address = Callable[[str], str]  # of a label or a page; "" where the site has no address


def plain(text: str, address: Address) -> str:
    """Return a Markdown cell without MyST's roles, boxes and labels.

    >>> at = lambda target: f"https://b.example/{target}.html"
    >>> plain("{eq}`the bound <eq-bound>` of {doc}`proof`, [here](#eq-bound)", at)
    '[the bound](https://b.example/eq-bound.html) of [proof](https://b.example/proof.html), [here](https://b.example/eq-bound.html)'
    >>> print(plain(":::{prf:lemma} A bound\\n:label: l\\n\\nIt holds.\\n:::\\n", at))
    > **Lemma: A bound**
    >
    > It holds.
    """

    def box(found: re.Match) -> str:
        body = re.sub(r"^:[\w-]+:.*\n", "", found["body"], flags=re.M).strip("\n")
        kind = found["kind"].removeprefix("prf:")
        title = kind.capitalize() if kind != "admonition" else ""
        title = ": ".join(part for part in (title, found["title"].strip()) if part)
        lines = [f"**{title}**", "", *body.splitlines()]
        return "\n".join(f"> {line}".rstrip() for line in lines)

    def link(words: str, target: str) -> str:
        where = address(target.strip())
        return f"[{words}]({where})" if where else words

    def role(found: re.Match) -> str:
        words = found["text"] or found["bare"]
        return link(words.strip(), found["target"] or found["bare"])

    while FENCE.search(text):
        text = FENCE.sub(box, text)
    text = LINK.sub(lambda found: link(found["text"], found["target"].removeprefix("#")), text)
    text = ROLE.sub(role, text)
    text = re.sub(r"^\([\w:-]+\)=\n", "", text, flags=re.M)
    return text.rstrip("\n")


def addresses(env: BuildEnvironment, base: str, docname: str) -> Address:
    """Return what leads from a label or a page's name to its address on the site."""
    equations = env.get_domain("math").equations
    labels = env.get_domain("std").anonlabels
    boxes = getattr(env, "proof_list", {})
    folder = docname.rpartition("/")[0]

    def address(target: str) -> str:
        if not base:
            return ""
        if target in equations:
            return f"{base}{equations[target][0]}.html#equation-{target}"
        if target in boxes:
            return f"{base}{boxes[target]['docname']}.html#{target}"
        if target in labels:
            page, anchor = labels[target]
            return f"{base}{page}.html#{anchor}"
        page, _, anchor = target.partition("#")
        page = re.sub(r"\.(md|ipynb)$", "", page)
        if f"{folder}/{page}" in env.found_docs:
            return f"{base}{folder}/{page}.html" + (f"#{anchor}" if anchor else "")
        return f"{base}{docname}.html#{target}"

    return address


def first_cell(base: str) -> str:
    """Return the code that gets `helpers` and what it needs, where they are not there yet."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = " ".join(f'"{one}"' for one in project["dependencies"])
    where = f"{base}_sources/{PACKAGE}" if base else ""
    fetch = (
        f'        urllib.request.urlretrieve("{where}", "{PACKAGE}")\n'
        if where
        else f'        raise FileNotFoundError("{PACKAGE}: download it to this folder, too")\n'
    )
    return (
        "# Gets helpers, the package of this book, and what it needs, if they are not there yet.\n"
        "import importlib.util\n\n"
        'if importlib.util.find_spec("helpers") is None:\n'
        "    import os.path, urllib.request, zipfile\n\n"
        f'    if not os.path.exists("{PACKAGE}"):\n'
        f"{fetch}"
        f'    zipfile.ZipFile("{PACKAGE}").extractall()\n'
        "    importlib.invalidate_caches()\n"
        f"    %pip install --quiet {needed}"
    )


def portable(notebook: NotebookNode, address: Address, base: str) -> NotebookNode:
    """Return the notebook as it is downloaded."""
    made = nbformat.from_dict(json.loads(json.dumps(notebook)))
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, address)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            # A derivation for the website is data for its extension; others show its HTML.
            if "text/html" in data or "text/latex" in data:
                data.pop("text/markdown", None)
    start = nbformat.v4.new_code_cell(first_cell(base), id="get-helpers")
    # Below the title, which names the notebook wherever it is listed.
    made.cells.insert(1 if made.cells and made.cells[0].cell_type == "markdown" else 0, start)
    return made


def pack(path: Path) -> None:
    """Write the package with the book's data and its table of claims, byte for byte the same."""
    files = [*sorted((ROOT / "helpers").rglob("*.py")), *sorted((ROOT / "book/data").glob("*"))]
    names = {file: file.relative_to(ROOT).as_posix() for file in files}
    names[ROOT / "book" / "claims.toml"] = "claims.toml"  # looked for beside the notebook
    names[ROOT / "LICENSE"] = "helpers/LICENSE"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file, name in names.items():
            packed.writestr(zipfile.ZipInfo(name), file.read_bytes(), zipfile.ZIP_DEFLATED)


def write_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Put them where the download buttons lead."""
    if exception is not None or app.builder.name != "html":
        return
    sources = Path(app.outdir) / "_sources"
    base = app.book_origin.address
    for docname in sorted(app.env.found_docs):
        path = Path(app.env.doc2path(docname))
        if path.suffix == ".ipynb":
            made = portable(read(path), addresses(app.env, base, docname), base)
            text = nbformat.writes(made, version=4) + "\n"
            target = sources / f"{docname}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
    pack(sources / PACKAGE)


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("build-finished", write_downloads, priority=860)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
