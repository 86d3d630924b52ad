"""What a reader can take along: an equation's LaTeX, its link, a derivation in three forms.

The forms are written beside the derivation while the book is built; assets/copying.js hands them
out. Without JavaScript no button is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from docutils import nodes
from sphinx.application import Sphinx

from helpers.shown.rendering import RELATIONS, named, reason_in_latex

FORMS = {"align": "LaTeX", "text": "Text", "code": "Code"}


def equation(steps: Sequence[Mapping[str, str]], where: Sequence[str] = ()) -> str:
    r"""Return what a chain states, from its beginning to its end, and where, as LaTeX.

    >>> chain = [{"latex": "a"}, {"latex": "b", "relation_latex": "="},
    ...          {"latex": "c", "relation_latex": r"\le"}]
    >>> print(equation(chain, ["v > 0"]))
    a \le c \qquad (v > 0)
    """
    start, *rest = steps
    holds = rf" \qquad ({', '.join(where)})" if where else ""
    relations = {step["relation_latex"] for step in rest}
    # Where equalities and one inequality follow each other, the inequality is what is stated.
    stated = sorted(relations, key=lambda relation: relation == "=")[0]
    if len(relations - {"="}) > 1:
        whole = " ".join([start["latex"], *(f"{s['relation_latex']} {s['latex']}" for s in rest)])
        return whole + holds
    return f"{start['latex']} {stated} {rest[-1]['latex']}{holds}"


def given(payload: Mapping[str, object], form: str) -> tuple[list[str], list[str]]:
    """Return the conditions that a check used, and the sentences that it took on trust.

    >>> told = {"domain": [{"text": "v >= 1", "latex": r"v \\ge 1"}], "steps": [],
    ...         "hypotheses": [{"text": "$P$ is known", "latex": None}]}
    >>> given(told, "text")
    (['v >= 1'], ['$P$ is known'])
    """
    hypotheses = payload.get("hypotheses", ())
    where = [*payload.get("domain", ()), *(h for h in hypotheses if h["latex"])]
    words = [h["text"] for h in hypotheses if not h["latex"]]
    words += [text for step in payload["steps"] for text in step.get("hypotheses", ())]
    return [condition[form] for condition in where], words


def align(payload: Mapping[str, object]) -> str:
    r"""Return a derivation as an ``align`` environment, its reasons in a column of their own.

    >>> steps = [{"latex": "a"},
    ...          {"latex": "b", "relation_latex": "=", "because": "{eq}`eq-jensen` for $x$"}]
    >>> print(align({"name": "first", "steps": steps}))
    \begin{align}
    a &= b && \text{jensen for $x$} \label{eq-first}
    \end{align}
    """
    start, *rest = payload["steps"]
    lines = []
    for step in rest:
        line = f"&{step['relation_latex']} {step['latex']}"
        if step.get("because"):
            line += rf" && \text{{{reason_in_latex(step['because'])}}}"
        lines.append(line)
    lines[0] = f"{start['latex']} {lines[0]}"
    environment = "align" if payload["name"] else "align*"
    if payload["name"]:
        lines = [rf"{line} \notag" for line in lines[:-1]] + [
            rf"{lines[-1]} \label{{eq-{payload['name']}}}"
        ]
    body = " \\\\\n".join(lines)
    where, words = given(payload, "latex")
    below = [f"For {', '.join(f'${latex}$' for latex in where)}."] if where else []
    below += [f"Assumed, not checked: {reason_in_latex('; '.join(words))}."] if words else []
    return "\n".join([f"\\begin{{{environment}}}\n{body}\n\\end{{{environment}}}", *below])


def text(payload: Mapping[str, object]) -> str:
    """Return a derivation as lines of plain text.

    >>> steps = [{"text": "log(x)"},
    ...          {"text": "x - 1", "relation": "<=", "because": "", "status": "proved"}]
    >>> print(text({"title": "Tangent", "name": "t", "steps": steps}))
    Tangent
         log(x)
      <= x - 1   [proved]
    """
    start, *rest = payload["steps"]
    lines = [payload["title"]] if payload.get("title") else []
    where, words = given(payload, "text")
    lines += [f"  for {'; '.join(where)}"] if where else []
    lines += [f"  assumed, not checked: {'; '.join(map(named, words))}"] if words else []
    lines.append(f"     {start['text']}")
    for step in rest:
        reason = f"({named(step['because'])}) " if step["because"] else ""
        relation = RELATIONS[step["relation"]][0]
        lines.append(f"  {relation:>2} {step['text']}   {reason}[{step['status']}]")
    return "\n".join(lines)


def button(form: str, title: str, words: str) -> str:
    return (
        f'<button type="button" class="copy" data-copy="{form}" title="{title}" '
        f'aria-label="{title}">{words}</button>'
    )


def buttons() -> nodes.raw:
    """Return what stands beside an equation's number."""
    chain = '<span class="icon copy-link" aria-hidden="true"></span>'
    both = button("latex", "Copy the LaTeX of this equation", "TeX") + button(
        "link", "Copy the link to this equation", chain
    )
    return nodes.raw("", f'<span class="copy-buttons pst-js-only">{both}</span>', format="html")


def menu(payload: Mapping[str, object]) -> nodes.raw:
    """Return the forms of a derivation, and the buttons that copy them."""
    forms = {
        "latex": equation(payload["steps"], given(payload, "latex")[0]),
        "align": align(payload),
        "text": text(payload),
    }
    # "<\/" so that no text can close the element early.
    data = json.dumps(forms, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    made = "".join(
        button(form, f"{words}: copy this derivation", words) for form, words in FORMS.items()
    )
    return nodes.raw(
        "",
        f'<details class="derivation-copy pst-js-only"><summary>Copy</summary><div>{made}</div>'
        f'</details><script type="application/json">{data}</script>\n',
        format="html",
    )


def join_lines(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let no break of a source line stand in a paragraph: a selection is copied with them."""
    if app.builder.format != "html":
        return
    for text in list(doctree.findall(nodes.Text)):
        if "\n" not in text or not isinstance(text.parent, nodes.TextElement):
            continue
        above: nodes.Node | None = text.parent
        while above is not None and not isinstance(above, nodes.FixedTextElement | nodes.math):
            above = above.parent
        if above is None:
            text.parent.replace(text, nodes.Text(text.replace("\n", " ")))


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("doctree-resolved", join_lines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
