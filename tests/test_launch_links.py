"""The launch button leads to this repository's image, at the page that it stands on."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from sphinx_book_theme.header_buttons.launch import add_launch_buttons

ROOT = Path(__file__).resolve().parent.parent
HERE = {"GITHUB_REPOSITORY": "someone/fork", "GITHUB_REF_NAME": "main"}


class Config(dict):
    """Read both ways, as Sphinx's own."""

    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


def launched(pagename: str, environment: dict[str, str], monkeypatch) -> str:
    """Return the address that the theme writes for a page."""
    monkeypatch.syspath_prepend(ROOT / "_ext")
    publishing = importlib.import_module("publishing")
    for name in (*HERE, "GITHUB_BASE_REF", "BOOK_BINDER_REF", "BOOK_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    config = Config(html_theme_options={}, html_baseurl="")
    app = SimpleNamespace(srcdir=str(ROOT), config=config, outdir="")
    app.env = SimpleNamespace(
        doc2path=lambda name: str(ROOT / f"{name}.ipynb"),
        metadata={pagename: {"kernelspec": {}}},
    )
    publishing.configure_links(app, config)
    owner, name = urlsplit(config.html_theme_options["repository_url"]).path.strip("/").split("/")
    context = {
        "header_buttons": [],
        "pagename": pagename,
        "sourcename": f"{pagename}.ipynb",
        # What the theme itself reads from repository_url.
        "github_url": "https://github.com",
        "github_user": owner,
        "github_repo": name,
    }
    add_launch_buttons(app, pagename, "", context, None)
    (group,) = context["header_buttons"]
    (button,) = group["buttons"]
    return button["url"]


@pytest.mark.parametrize(
    ("tag", "asked", "ref"),
    [
        ("", {}, "main"),
        ("v1.2.3", {}, "v1.2.3"),
        ("v1.2.3", {"BOOK_BINDER_REF": "v1.1.0"}, "v1.1.0"),
    ],
    ids=["before a release", "the newest release", "the release that is asked for"],
)
@pytest.mark.parametrize("pagename", ["book/index", "book/proof"])
def test_binder_opens_the_page_in_jupyterlab(monkeypatch, tag, asked, ref, pagename):
    monkeypatch.syspath_prepend(ROOT / "_ext")
    publishing = importlib.import_module("publishing")
    monkeypatch.setattr(publishing, "git", lambda folder, *words: tag)
    link = urlsplit(launched(pagename, HERE | asked, monkeypatch))
    assert f"{link.scheme}://{link.netloc}{link.path}" == (
        f"https://mybinder.org/v2/gh/someone/fork/{ref}"
    )
    (opened,) = parse_qs(link.query)["urlpath"]
    assert opened == f"lab/tree/{pagename}.ipynb"
    assert (ROOT / opened.removeprefix("lab/tree/")).is_file()


def test_the_image_has_the_python_and_the_pins_that_the_book_allows():
    assert (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip() == "python-3.12"
    slim, whole = (
        {line.partition(" ;")[0] for line in (ROOT / name).read_text("utf-8").splitlines()}
        for name in ("binder/requirements.txt", "requirements.txt")
    )
    assert "-e ." in slim  # the book's own package, and its data beside it
    assert {pin for pin in slim if "==" in pin} <= whole
    # What builds and tests the book stays out.
    names = {pin.partition("==")[0] for pin in slim}
    assert not names & {"jupyter-book", "sphinx", "pytest", "playwright", "ruff", "repo2docker"}
    assert {"jupyterlab", "jupyterlab-myst", "ipywidgets", "sympy", "scipy"} <= names
