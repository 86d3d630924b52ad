"""One style sheet and one script, local, holding only what the pages use.

The theme comes with nine style sheets and a dozen scripts, several of them blocking and one (the
icon font's) of half a megabyte compressed. After the pages are written, the style sheets are joined
and purged of rules that no page matches, the few scripts that are needed are joined and deferred,
the fonts that the rules name are copied and reduced, everything else is removed from the output.
Every page gets a content security policy under which nothing can be fetched from another host.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

from docutils import nodes
from lean_fonts import characters, fit
from local_katex import NODE
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
ASSETS = HERE / "assets"

# Live code needs a server elsewhere, comments too; toggles and tabs are native elements here.
UNUSED_EXTENSIONS = {"sphinx_thebe", "sphinx_comments", "sphinx_togglebutton"}
# Style sheets of features that the book does not use or has in another form.
UNUSED_STYLES = {"copybutton.css", "togglebutton.css", "sphinx-thebe.css", "exercise.css"}
# Sphinx's own scripts, as they come, in the order they run. What the theme's and the copy buttons'
# would do, the book's do (assets/theme.js, copying.js).
SCRIPTS = ("documentation_options.js", "doctools.js", "sphinx_highlight.js")
# KaTeX's own: a selection with formulas in it is copied as text with LaTeX between dollars.
COPY_TEX = "katex/dist/contrib/copy-tex.min.js"
# The others ask it where the reader is.
FIRST_SCRIPT = "place.js"
# Classes that scripts add, so that no page shows them.
ADDED_BY_SCRIPTS = [
    "scrolled",
    "highlighted",
    "copybtn",
    "copied-status",
    "success",
    "search",
    "open",
]

# Asked for at once, so that the first lines are set in them (from disk a browser refuses).
EARLY_FONTS = (
    "source-serif-4-latin-400-normal",
    "source-serif-4-latin-600-normal",
    "source-serif-4-latin-400-italic",
    "KaTeX_Main-Regular",
    "KaTeX_Math-Italic",
)
# The text's: from disk they come too late for `font-display: optional`, so a page there adds them.
TEXT_FONTS = {name: name.split("-")[-2:] for name in EARLY_FONTS if name.startswith("source")}
# What may be put off, and how many elements at a page's beginning are not.
LATE = (
    nodes.paragraph, nodes.bullet_list, nodes.enumerated_list, nodes.literal_block, nodes.container,
    nodes.Admonition, addnodes.desc,
)  # fmt: skip
FIRST_LINES = 9
# In the page, not in a file: it must run before anything is drawn, or a dark page flashes white.
BEFORE_PAINT = f"""(e => {{
  let mode = "auto";
  try {{ mode = localStorage.getItem("mode") || mode; }} catch {{}}
  e.dataset.mode = mode;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  e.dataset.theme = mode === "auto" ? (dark ? "dark" : "light") : mode;
  let code = new URLSearchParams(location.search).get("code");
  try {{
    if (code) localStorage.setItem("code", code);
    code = localStorage.getItem("code");
  }} catch {{}}
  e.dataset.code = code === "show" ? "show" : "hide";
  // Opened as they arrive, so that nothing moves afterwards.
  if (code === "show") new MutationObserver(() => {{
    for (const fold of document.querySelectorAll("details.cell-code:not([open])")) fold.open = true;
  }}).observe(e, {{childList: true, subtree: true}});
  const files = `${{e.dataset.content_root}}_static/files/`;
  const file = font => `${{files}}${{font}}.woff2?v=${{e.dataset.fonts}}`;
  if (location.protocol === "file:") {{
    const fonts = {json.dumps(TEXT_FONTS)};
    for (const font in fonts) {{
      const [weight, style] = fonts[font], how = {{weight, style, display: "swap"}};
      document.fonts.add(new FontFace("Source Serif 4", `url("${{file(font)}}")`, how));
    }}
  }} else for (const font of {json.dumps(EARLY_FONTS)})
    document.head.append(Object.assign(document.createElement("link"), {{
      rel: "preload", as: "font", type: "font/woff2", crossOrigin: "",
      href: file(font)}}));
}})(document.documentElement)"""


def hash_for_policy(script: str) -> str:
    """Return the source expression that allows one inline script."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"


# Styles inline: KaTeX places every glyph with style attributes. Scripts: files of the site, and the
# one line above. `file:` lets a downloaded copy work from disk; no page on a server can use it.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' file: " + hash_for_policy(BEFORE_PAINT),
        "style-src 'self' file: 'unsafe-inline'",
        "img-src 'self' file: data:",
        "font-src 'self' file:",
        "connect-src 'self'",
        "frame-src 'self'",  # the frame in which the checker runs, under a policy of its own
        "form-action 'self' file:",
        "base-uri 'none'",
    ]
)


def leave_out(app: Sphinx, config: Config) -> None:
    """Disconnect extensions that Jupyter Book always loads and that only add scripts to pages."""
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if listener.handler.__module__.split(".")[0] in UNUSED_EXTENSIONS:
                listeners.remove(listener)


def add_to_context(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Hand the templates what they place in <head>."""
    context["before_paint"] = BEFORE_PAINT
    context["content_security_policy"] = POLICY
    context["page_has_code"] = 'class="hide cell-code' in context.get("body", "")


def put_off(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark what is below the first screens: laid out when the reader comes near, or a moment later.

    What the first screen shows is left alone: its estimate would be seen. Marked here, because a
    style sheet that looks for it does so again with every element that arrives.
    """
    for part in list(doctree.findall(lambda node: isinstance(node, LATE))):
        around = part.parent
        if not isinstance(around, nodes.section):
            continue
        before = around.parent.children[: around.parent.index(around)]
        if around.index(part) >= FIRST_LINES or any(isinstance(x, nodes.section) for x in before):
            part["classes"].append("later")


def style_sources(app: Sphinx) -> list[Path]:
    """List the style sheets of theme and extensions in the order they apply, ours last."""
    static = Path(app.outdir) / "_static"
    files = [static / "basic.css", static / "styles" / "pydata-sphinx-theme.css"]
    ordered = sorted(app.builder._css_files, key=lambda sheet: sheet.priority)
    for sheet in ordered:
        name = str(sheet.filename).split("?")[0].removeprefix("_static/")
        if name.startswith(("http:", "https:", "//")):
            raise ExtensionError(f"a style sheet from another host: {name}")
        path = static / name
        if path.name not in UNUSED_STYLES and path not in files:
            files.append(path)
    return [*files, app.npm_packages / "katex" / "dist" / "katex.min.css"]


def without_icon_font(css: str) -> str:
    """Drop the icon font's faces: the few icons in use are drawn in the book's own style sheet."""
    return re.sub(r"@font-face\s*\{[^}]*Font ?Awesome[^}]*\}", "", css.replace("\\ ", " "))


def with_local_urls(css: str, origin: Path, static: Path, packages: Path) -> str:
    """Copy the files a style sheet names beside the joined one; ``~`` stands for npm's folder."""

    def place(match: re.Match[str]) -> str:
        target = match.group(2)
        if target.startswith(("data:", "#")):
            return match.group(0)
        name = target.split("?")[0].split("#")[0]
        source = packages / name[1:] if name[0] == "~" else (origin.parent / name).resolve()
        if not source.exists():
            raise ExtensionError(f"{origin.name} names {target}, which is not there")
        kept = static / "files" / source.name
        kept.parent.mkdir(exist_ok=True)
        if not kept.exists() or kept.read_bytes() != source.read_bytes():
            shutil.copy(source, kept)
        return f"url(files/{source.name})"

    # Every browser that the book supports reads woff2: the older formats are not sent.
    css = re.sub(r",\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)", "", css)
    css = re.sub(r"/\*# sourceMappingURL=[^*]*\*/", "", css)
    return re.sub(r"url\((['\"]?)([^'\")]+)\1\)", place, css)


def purged(app: Sphinx, css: str, pages: list[Path], scripts: list[Path]) -> str:
    """Return the rules that some page or script can use.

    PurgeCSS drops a rule with ``:is(:hover, ...)``, a list of nothing but pseudo-classes: the
    book's own sheets write such a list out.
    """
    work = Path(app.doctreedir)
    joined, settings = work / "joined.css", work / "purge.json"
    joined.write_text(css, encoding="utf-8")
    safe = [*ADDED_BY_SCRIPTS, "html", "body", ":root"]
    settings.write_text(
        json.dumps(
            {
                "css": [str(joined)],
                "content": [*map(str, pages), *map(str, scripts)],
                "safelist": safe,
                "fontFace": False,
                "variables": True,
                "keyframes": True,
            }
        ),
        encoding="utf-8",
    )
    program = ASSETS / "purge.cjs"
    done = subprocess.run(
        [NODE, program, app.npm_packages / "purgecss", settings],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    if done.returncode:
        raise ExtensionError("the style sheets could not be purged:\n" + done.stderr)
    return done.stdout


def without_idle_faces(css: str) -> str:
    """Drop the faces of font families that no rule names (PurgeCSS does not look into variables).

    >>> one, two = "@font-face{font-family:One}", '@font-face{font-family:"Two"}'
    >>> without_idle_faces(one + two + ':root{--f:"Two"}')
    '@font-face{font-family:"Two"}:root{--f:"Two"}'
    """
    faces = re.compile(r"@font-face\s*\{[^}]*\}")
    rules = faces.sub("", css)

    def keep(face: re.Match[str]) -> str:
        family = re.search(r"font-family:\s*['\"]?([^'\";}]+)", face[0])[1]
        return face[0] if family in rules else ""

    return faces.sub(keep, css)


def join_scripts(static: Path, packages: Path) -> str:
    """Join what runs on every page into one script."""
    own = sorted(ASSETS.glob("*.js"), key=lambda path: (path.name != FIRST_SCRIPT, path.name))
    parts = [*(static / name for name in SCRIPTS), packages / COPY_TEX, *own]
    text = [f"/* {path.name} */\n" + path.read_text(encoding="utf-8") for path in parts]
    return re.sub(r"//# sourceMappingURL=.*", "", "\n;".join(text))


def without_plain_words(page: str) -> str:
    """Unwrap the words of code that have code's own colour: a tenth of a chapter's elements.

    >>> without_plain_words('<span class="k">for</span> <span class="n">x</span>')
    '<span class="k">for</span> x'
    """
    return re.sub(r'<span class="(?:n|p|w)">([^<]*)</span>', r"\1", page)


# What pages may still need from the folder the theme fills.
KEPT = {"book.css", "book.js", "files", "favicon.svg"}
KEPT |= {"checker"}  # fetched when a reader asks for it
KEPT |= {"searchtools.js", "language_data.js", "equations.js", "search.js"}  # of the search page
KEPT |= {"minus.png", "plus.png"}  # of the index of modules


def tidy(static: Path) -> None:
    """Remove what no page asks for."""
    for path in static.iterdir():
        if path.name in KEPT:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def write_bundle(app: Sphinx, exception: Exception | None) -> None:
    """Write book.css and book.js and point every page at them."""
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    # Written before the pages are searched for class names.
    script = static / "book.js"
    script.write_text(join_scripts(static, app.npm_packages), encoding="utf-8")
    for path in (ASSETS / "pages").glob("*.js"):
        shutil.copy(path, static / path.name)
    pages = [page for page in sorted(out.rglob("*.html")) if "_static" not in page.parts]
    joined = []
    for path in [*style_sources(app), *sorted(ASSETS.glob("*.css"))]:
        css = without_icon_font(path.read_text(encoding="utf-8").replace('@charset "utf-8";', ""))
        joined.append(with_local_urls(css, path, static, app.npm_packages))
    # Rules of basic.css arrive by import in the theme's first sheet.
    own = sorted((HERE / "checker" / "page").glob("*.js"))  # before it is made small
    css = purged(app, "\n".join(joined), pages, [script, static / "searchtools.js", *own])
    css = without_idle_faces(css)
    for font in (static / "files").glob("*.woff2"):
        if font.name not in css:
            font.unlink()
    shown = (path.read_text(encoding="utf-8") for path in [*pages, script])
    fonts = fit(static / "files", characters([*shown, css]), Path(app.doctreedir) / "fonts")
    css = css.replace(".woff2)", f".woff2?v={fonts})")
    (static / "book.css").write_text(css, encoding="utf-8")
    digests = {
        name: hashlib.sha256((static / name).read_bytes()).hexdigest()[:10]
        for name in ("book.css", "book.js")
    }
    for page in pages:
        text = page.read_text(encoding="utf-8")
        named = re.sub(
            r"_static/(book\.(?:css|js))(?:\?v=\w+)?",
            lambda match: f"_static/{match[1]}?v={digests[match[1]]}",
            # Every box of sphinx-proof has this id; nothing links to it.
            without_plain_words(text.replace(' id="proof-content"', "")),
        )
        named = re.sub(
            r'<html(?: data-fonts="\w+")?', f'<html data-fonts="{fonts}"', named, count=1
        )
        if named != text:
            page.write_text(named, encoding="utf-8")
    tidy(static)


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", leave_out, priority=1)
    app.connect("doctree-resolved", put_off)
    app.connect("html-page-context", add_to_context)
    # After the extensions have copied their files, before the build is judged.
    app.connect("build-finished", write_bundle, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
