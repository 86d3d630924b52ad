"""What a page's download button gives reads as CommonMark and runs without the repository."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from tests.site_pages import SITE
from tools.execute import code_cells, notebooks

ROOT = Path(__file__).resolve().parent.parent
NAMES = [path.stem for path in notebooks()]
# As in a folder of its own, on a machine that never had the repository.
RUN = """
import sys
sys.meta_path[:] = [f for f in sys.meta_path if "editable" not in type(f).__module__ + repr(f)]
sys.path[:] = [p for p in sys.path if "ROOT" != p.rstrip("/")]
import importlib.util, json
assert importlib.util.find_spec("helpers") is None
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for source in json.load(open("cells.json")):
    shell.run_cell(source).raise_error()
import helpers.derivation
assert helpers.derivation.__file__.startswith(sys.argv[1]), helpers.derivation.__file__
print("ran")
"""


@pytest.fixture(scope="module")
def downloads(monkeypatch_module):
    monkeypatch_module.syspath_prepend(str(ROOT / "_ext"))
    return importlib.import_module("downloads")


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def at(target: str) -> str:
    return f"https://book.example/{target}.html"


@pytest.mark.parametrize("name", NAMES)
def test_no_myst_stands_raw(downloads, name):
    made = downloads.portable(
        nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4), at, "https://book.example/"
    )
    nbformat.validate(made)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\{[a-z:]+\}`|^:{3,}|^\([\w-]+\)=|\]\(#", cell.source, re.M), (
                cell.source
            )
        for output in cell.get("outputs", []):
            assert not output.get("data", {}).get("text/markdown", "").startswith(("```{", ":::"))


def test_boxes_and_roles_become_text_and_links(downloads):
    text = (
        ":::{admonition} Before you start\n:class: tip\n\n- {doc}`the proof <proof>`\n:::\n\nAfter."
    )
    assert downloads.plain(text, at) == (
        "> **Before you start**\n>\n> - [the proof](https://book.example/proof.html)\n\nAfter."
    )
    assert downloads.plain("(here)=\n## {eq}`it <eq-a>`", lambda target: "") == "## it"


@pytest.mark.parametrize("name", NAMES)
def test_the_built_site_offers_it(site, name):
    made = nbformat.read(site / "_sources" / "book" / f"{name}.ipynb", as_version=4)
    first = code_cells(made)[0]
    assert "helpers.zip" in first.source
    targets = re.findall(r"\]\((https?://[^)]*|[^)]*)\)", "\n".join(c.source for c in made.cells))
    local = [t for t in targets if "_sources" not in t and "/book/" in t and "://" in t]
    for target in local:
        page = target.partition("/book/")[2].partition("#")[0]
        assert not page.endswith(".html") or (SITE / "book" / page).exists(), target


def test_a_download_runs_without_the_repository(downloads, tmp_path):
    downloads.pack(tmp_path / "helpers.zip")
    with zipfile.ZipFile(tmp_path / "helpers.zip") as packed:
        names = packed.namelist()
    assert "helpers/derivation.py" in names
    assert "book/data/horse_kicks.csv" in names
    sources = [
        # What it needs is there; asking pip for it would need a network.
        re.sub(r"^ *%pip .*$", "", downloads.first_cell(""), flags=re.M),
        "from helpers.datasets import horse_kicks\nassert horse_kicks().n == 200",
        "import sympy as sp\nfrom helpers.derivation import Derivation\n"
        "x = sp.Symbol('x', positive=True)\n"
        "assert Derivation((x + 1)**2).equals(x**2 + 2*x + 1).status == 'proved'",
    ]
    (tmp_path / "cells.json").write_text(json.dumps(sources), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUN.replace("ROOT", str(ROOT)), str(tmp_path)],
        cwd=tmp_path,
        env={"PATH": "", "HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / ".ipython")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["ran"], done.stdout + done.stderr


def test_without_an_address_it_says_what_to_download(downloads):
    assert "download it to this folder, too" in downloads.first_cell("")
    assert "https://b.example/_sources/helpers.zip" in downloads.first_cell("https://b.example/")
    compile(re.sub(r"^ *%pip.*$", "    pass", downloads.first_cell(""), flags=re.M), "cell", "exec")
