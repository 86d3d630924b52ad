"""What a page says to the outside: where it lives, where its source is, what it is about.

Nothing of this is written down in the configuration, so that a fork's links are a fork's: address
and repository come from the host the build runs on (GitHub Actions, GitLab CI, Read the Docs,
Netlify), else from the git remote, and what is unknown is left out instead of guessed.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape as xml_escape

import yaml
from docutils import nodes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from helpers.figures_definitions import draw_card
from helpers.plotting import INK, PAPER, P, Q

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
CITING = "how-to-cite"  # the landing page's section
CARD = "card.png"  # what a messenger or a social network shows beside a link to the book


@dataclass(frozen=True)
class Origin:
    """Where the source and the site live; an empty string is "unknown"."""

    repository: str = ""  # https://host/owner/name
    branch: str = ""
    address: str = ""  # of the published site, with a slash at its end


def repository_url(remote: str) -> str:
    """Return the web address of a git remote, or "" if it has none.

    >>> repository_url("git@github.com:someone/book.git")
    'https://github.com/someone/book'
    >>> repository_url("https://token@gitlab.com/group/book.git/")
    'https://gitlab.com/group/book'
    >>> repository_url("../book.git")
    ''
    """
    remote = remote.strip().rstrip("/").removesuffix(".git")
    scp = re.fullmatch(r"(?:[\w.-]+@)?([\w.-]+\.\w+):(?!//)([\w./-]+)", remote)
    if scp:
        return f"https://{scp[1]}/{scp[2]}"
    parts = urlsplit(remote)
    if parts.scheme not in {"https", "http", "ssh", "git"} or not parts.hostname:
        return ""
    path = parts.path.strip("/")
    if "." not in parts.hostname or path.count("/") < 1:
        return ""
    return f"https://{parts.hostname}/{path}"


def pages_address(repository: str) -> str:
    """Return where GitHub or GitLab publishes the pages of a repository.

    >>> pages_address("https://github.com/Someone/book")
    'https://someone.github.io/book/'
    >>> pages_address("https://github.com/someone/someone.github.io")
    'https://someone.github.io/'
    """
    parts = urlsplit(repository)
    owner, _, name = parts.path.strip("/").partition("/")
    domain = {"github.com": "github.io", "gitlab.com": "gitlab.io"}.get(parts.hostname or "")
    if not domain or not name:
        return ""
    root = f"https://{owner.lower()}.{domain}/"
    return root if name.lower() == f"{owner.lower()}.{domain}" else f"{root}{name}/"


def git(folder: Path, *arguments: str) -> str:
    """Return what git answers, "" where there is no repository or no git."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def find_origin(folder: Path, environment: Mapping[str, str]) -> Origin:
    """Ask the host's environment variables first, the git remote next."""
    env = environment.get
    repository = branch = address = ""
    if env("GITHUB_REPOSITORY"):
        repository = f"{env('GITHUB_SERVER_URL', 'https://github.com')}/{env('GITHUB_REPOSITORY')}"
        # On a pull request the ref is no branch, its base is.
        branch = env("GITHUB_BASE_REF") or env("GITHUB_REF_NAME", "")
    elif env("CI_PROJECT_URL"):
        repository, branch = env("CI_PROJECT_URL", ""), env("CI_COMMIT_REF_NAME", "")
        address = env("CI_PAGES_URL", "")
    elif env("READTHEDOCS_GIT_CLONE_URL"):
        repository = repository_url(env("READTHEDOCS_GIT_CLONE_URL", ""))
        branch = env("READTHEDOCS_GIT_IDENTIFIER", "")
    elif env("NETLIFY"):
        repository, branch = repository_url(env("REPOSITORY_URL", "")), env("BRANCH", "")
    else:
        repository = repository_url(git(folder, "remote", "get-url", "origin"))
        branch = git(folder, "rev-parse", "--abbrev-ref", "HEAD")
    address = (
        env("BOOK_ADDRESS")
        or env("READTHEDOCS_CANONICAL_URL")
        or (env("DEPLOY_PRIME_URL", "") if env("NETLIFY") else "")
        or address
        or pages_address(repository)
    )
    # The buttons open a release, not each push: its image stands ready, and its numbers stay.
    release = git(folder, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    branch = env("BOOK_BINDER_REF") or release or branch
    if branch in {"", "HEAD"}:
        branch = "main"
    return Origin(repository, branch, address.rstrip("/") + "/" if address else "")


def configure_links(app: Sphinx, config: Config) -> None:
    """Set the launch and source buttons, or remove them where there is nothing to link to."""
    app.book_origin = origin = find_origin(Path(app.srcdir), os.environ)
    config.html_baseurl = origin.address
    options = config.html_theme_options
    # Jupyter Book fills in its own repository where none is configured.
    for name in ("repository_url", "repository_branch", "launch_buttons"):
        options.pop(name, None)
    host = urlsplit(origin.repository).hostname
    known = host in {"github.com", "gitlab.com"}
    options["use_repository_button"] = options["use_issues_button"] = known
    options["use_edit_page_button"] = False
    if known:
        options["repository_url"] = origin.repository
        options["repository_branch"] = origin.branch
        options["path_to_docs"] = ""
        options["launch_buttons"] = {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
        }


def summary_of(doctree: nodes.document, fallback: str, longest: int = 160) -> str:
    """Return the first plain paragraph, cut at a sentence or a word: what a search engine shows."""
    for paragraph in doctree.findall(nodes.paragraph):
        boxed, around = False, paragraph.parent
        while around is not None and not boxed:
            boxed, around = isinstance(around, nodes.Admonition), around.parent
        if boxed or any(True for _ in paragraph.findall(nodes.math)):
            continue
        text = " ".join(paragraph.astext().split())
        if len(text) < 50:
            continue
        if len(text) <= longest:
            return text
        cut = text[: longest - 1]
        end = max(cut.rfind(". "), cut.rfind("? ")) + 1
        return cut[:end] if end > longest // 2 else cut[: cut.rfind(" ")].rstrip(",;:") + "…"
    return fallback


def add_metadata(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Give the template the page's summary, heading and address."""
    if "body" in context:
        # Roles that the accessibility standard has withdrawn, and the list that asks for them.
        body = context["body"].replace(' role="doc-biblioentry"', "")
        context["body"] = body.replace('<div role="list" class="citation-list">', "<div>")
    address = app.book_origin.address
    # Whoever fetches it needs the whole address; without one there is nothing to name.
    context["page_card"] = address + CARD if address else ""
    context["paper"] = {"light": PAPER, "dark": PAPER.dark}
    # Sphinx's layout says what the viewport is; docutils would say it again.
    context["metatags"] = re.sub(r'<meta name="viewport"[^>]*>', "", context.get("metatags", ""))
    own = app.config.book_page_summaries.get(pagename)
    context["page_heading"] = re.sub("<[^>]+>", "", context.get("title") or app.config.html_title)
    context["page_summary"] = own or (
        summary_of(doctree, app.config.book_summary) if doctree else app.config.book_summary
    )


def bibtex(citation: Mapping[str, object], origin: Origin) -> str:
    """Return the entry that a reader pastes into a bibliography, from what CITATION.cff says.

    >>> told = {"title": "A book: of proofs", "authors": [{"name": "The readers"}],
    ...         "version": "1.0", "date-released": "2026-01-31"}
    >>> print(bibtex(told, Origin(address="https://b.example/")))
    @misc{a-book,
      author = {{The readers}},
      title = {{A book: of proofs}},
      year = {2026},
      note = {Version 1.0},
      url = {https://b.example/}
    }
    """
    title = str(citation["title"])
    names = [
        f"{one['family-names']}, {one['given-names']}"
        if "family-names" in one
        else f"{{{one['name']}}}"
        for one in citation["authors"]
    ]
    told = {
        "author": " and ".join(names),
        # Twice in braces: styles that lower capitals would write "kl".
        "title": f"{{{title}}}",
        "year": str(citation["date-released"])[:4],
        "note": f"Version {citation['version']}",
        "url": origin.address or origin.repository,
    }
    key = nodes.make_id(title.partition(":")[0])
    fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in told.items() if value)
    return f"@misc{{{key},\n{fields}\n}}"


def add_citation(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the citation at the end of the landing page's section that promises it."""
    if docname != app.config.root_doc:
        return
    found = [part for part in doctree.findall(nodes.section) if CITING in part["ids"]]
    if not found:
        logger.warning("the landing page has no section `%s`", CITING, location=docname)
        return
    told = yaml.safe_load((Path(app.srcdir) / "CITATION.cff").read_text(encoding="utf-8"))
    entry = bibtex(told, app.book_origin)
    found[0] += nodes.literal_block(entry, entry, language="bibtex")


def write_sitemap(app: Sphinx, out: Path) -> None:
    """List the pages for search engines; addresses in it must be absolute, so none without one."""
    address = app.book_origin.address
    for name in ("sitemap.xml", "robots.txt"):
        (out / name).unlink(missing_ok=True)
    if not address:
        return
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
    for name in sorted(app.env.found_docs):
        lines.append(f"  <url><loc>{xml_escape(address + name)}.html</loc></url>")
    (out / "sitemap.xml").write_text("\n".join([*lines, "</urlset>", ""]), encoding="utf-8")
    robots = f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n"
    (out / "robots.txt").write_text(robots, encoding="utf-8")


def write_card(app: Sphinx, out: Path) -> None:
    """Draw the picture that the pages name for those who link to them."""
    (out / CARD).unlink(missing_ok=True)
    if app.book_origin.address:
        first, verb, rest = app.config.html_title.partition(" is ")
        fig = draw_card(f"{first}\nis {rest}" if verb else first)
        FigureCanvasAgg(fig).print_png(out / CARD)


def write_standalone(app: Sphinx, out: Path) -> None:
    """Write the page for lost links and the one that leads from / to the landing page.

    Both stand alone: a host shows 404.html under any path, so it can name no relative file.
    """
    home = app.config.root_doc + ".html"
    # Without a known address, links start at the host's root.
    base = urlsplit(app.book_origin.address).path or "/"
    text = (HERE / "templates" / "standalone.html").read_text(encoding="utf-8")
    title = escape(app.config.html_title)
    colours = {
        f"{name}-{mode}": ink.dark if mode == "dark" else ink
        for name, ink in {"ink": INK, "paper": PAPER, "p": P, "q": Q}.items()
        for mode in ("light", "dark")
    }

    def fill(**values: str) -> str:
        values |= colours
        return re.sub(r"\[\[([\w-]+)\]\]", lambda match: values[match[1]], text)

    (out / "404.html").write_text(
        fill(
            title=f"Not here: {title}",
            head='<meta name="robots" content="noindex" />',
            heading="There is no page at this address",
            words="It may have moved. The contents are on the first page of the book.",
            link=escape(base + home),
            label="To the first page",
        ),
        encoding="utf-8",
    )
    (out / "index.html").write_text(
        fill(
            title=title,
            head=f'<meta http-equiv="refresh" content="0; url={home}" />'
            f'<link rel="canonical" href="{escape((app.book_origin.address or "") + home)}" />',
            heading=title,
            words="The book begins on the next page.",
            link=home,
            label="Open the book",
        ),
        encoding="utf-8",
    )


def write_files(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        write_sitemap(app, Path(app.outdir))
        write_card(app, Path(app.outdir))
        write_standalone(app, Path(app.outdir))


def setup(app: Sphinx) -> dict[str, object]:
    app.add_config_value("book_summary", "", "html")
    app.add_config_value("book_page_summaries", {}, "html")
    # The theme names some templates relative to its folder of components.
    app.config.templates_path[:0] = [
        str(HERE / "templates"),
        str(HERE / "templates" / "components"),
    ]
    app.connect("config-inited", configure_links, priority=200)
    app.connect("doctree-resolved", add_citation)
    app.connect("html-page-context", add_metadata, priority=900)
    # After Jupyter Book's own redirect page, before the pages are searched for class names.
    app.connect("build-finished", write_files, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
