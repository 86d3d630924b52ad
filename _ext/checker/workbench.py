"""The workbench: starting points, the vocabulary with examples, an editor when asked for."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from helpers import derivation, exercises, notation, refutation

STARTS = Path(__file__).parent / "starts.toml"


def starting_points() -> list[dict[str, str]]:
    """Return the starting points, easiest first: ``title``, ``about`` and ``code`` of each."""
    return tomllib.loads(STARTS.read_text(encoding="utf-8"))["start"]


def vocabulary() -> list[tuple[str, str, str, str]]:
    """Return what a derivation may name: the name, how it is called, one line, an example."""
    words = {name: getattr(notation, name) for name in notation.__all__}
    words = {n: w for n, w in words.items() if n not in ("VocabularyExpr", "symbol_latex")}
    steps = [
        (name, f"Derivation.{name}", word)
        for name, word in vars(derivation.Derivation).items()
        if inspect.isfunction(word) and word.__doc__ and not name.startswith("_")
    ]
    named = [("Derivation", "Derivation", derivation.Derivation), *steps]
    named += [("refuted", "refuted", refutation.refuted)]
    named += [("Exercise", "Exercise", exercises.Exercise)]
    named += [(name, name, word) for name, word in sorted(words.items())]
    found = []
    for name, shown, word in named:
        text = inspect.getdoc(word) or ""
        example = "\n".join(re.findall(r"^(?:>>>|\.\.\.) ?(.*)$", text, re.MULTILINE))
        try:
            call = f"{shown}{inspect.signature(word)}"
        except (TypeError, ValueError):
            call = shown
        call = re.sub(r"\(self(?:, )?|\(cls(?:, )?", "(", re.sub(r" -> .*$", "", call))
        call = re.sub(r": [\w.\[\], |]+?(?=[,)=]| =)", "", call)
        found.append((name, call, text.split("\n")[0], example))
    return found


class WorkbenchDirective(SphinxDirective):
    """Show the workbench."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", self.html(), format="html")]

    def html(self) -> str:
        scripts = self.env.app.checker_scripts
        starts = "".join(
            f'<li><button type="button" class="checker-button" data-start="{place}">'
            f"{escape(start['title'])}</button> <span>{escape(start['about'])}</span></li>"
            for place, start in enumerate(starting_points())
        )
        codes = json.dumps([start["code"] for start in starting_points()], ensure_ascii=False)
        words = "".join(
            f"<li><details><summary><code>{escape(name)}</code> {escape(about)}</summary>"
            f"<pre>{escape(call)}</pre>"
            + (f"<pre>{escape(example)}</pre>" if example else "")
            + "</details></li>"
            for name, call, about, example in vocabulary()
        )
        return f"""
<div class="checker-workbench pst-js-only" data-checker="workbench" data-scripts="{scripts}"
  data-codes="{escape(codes)}">
<p><button type="button" class="checker-button checker-first"
  data-start="-1">Open the editor</button></p>
<p class="checker-kept" hidden>What you wrote here before is kept on this device.</p>
<div class="checker-place"></div>
<div class="checker-answer" role="status"></div>
<h2>Starting points</h2>
<ol class="checker-starts">{starts}</ol>
</div>
<noscript><p>With JavaScript switched on, this page opens an editor and checks what you write.</p>
</noscript>
<h2>Vocabulary</h2>
<p class="pst-js-only"><label for="vocabulary-search">Search the vocabulary</label>
<input id="vocabulary-search" type="search" autocomplete="off" /></p>
<ul class="checker-vocabulary">{words}</ul>
"""
