"""How a derivation is shown: terminal text, LaTeX, HTML for JupyterLab, a directive for the site.

The text is the same on every machine: errors appear as orders of magnitude, times not at all.
"""

from __future__ import annotations

import html
import json

import sympy as sp

from helpers.checking import bound_text

__all__ = [
    "RELATIONS",
    "STATUS_MEANING",
    "as_html",
    "as_latex",
    "as_markdown",
    "as_text",
    "payload",
    "relation_text",
]

# relation: (text, LaTeX)
RELATIONS = {
    "start": ("", ""),
    ":=": (":=", ":="),
    "=": ("=", "="),
    "<=": ("<=", r"\le"),
    ">=": (">=", r"\ge"),
    "argmin": ("=", "="),
    "argmax": ("=", "="),
    "argminat": ("=", "="),
    "argmaxat": ("=", "="),
    "->": ("->", r"\to"),
}

STATUS_MEANING = {
    "defined": "a definition: nothing to prove",
    "proved": "shown symbolically, and evaluated as a cross-check where that is possible",
    "exact": "computed in exact arithmetic for this finite case",
    "numeric": "not proved: agrees at many points to many digits",
    "sampled": "not proved: agrees in a seeded simulation within a stated bound",
    "cited": "taken from the literature, not checked by machine",
}


def relation_text(relation: str) -> str:
    """The relation in words a terminal can show."""
    return {
        "argmin": "same arg min",
        "argmax": "same arg max",
        "argminat": "arg min at",
        "argmaxat": "arg max at",
    }.get(relation, relation)


def _wrapped(derivation, line, printer, wide):
    body = printer(line.expression)
    if line.sense is None or line.relation in ("argminat", "argmaxat"):
        return body
    index = derivation.lines.index(line)
    if any(s.relation in ("argminat", "argmaxat") for s in derivation.lines[:index]):
        return body
    over = ", ".join(printer(s) for s in derivation.over)
    if wide:
        inside = rf"\left[{body}\right]" if line.expression.is_Add else body
        return rf"\operatorname*{{arg\,{line.sense}}}_{{{over}}} {inside}"
    return f"arg {line.sense}_{over} {body}"


def _latex_name(symbol) -> str:
    from helpers.notation import _sub

    return _sub(symbol.name)


def latex(e) -> str:
    """LaTeX of an expression in the book's conventions (theta_star prints as a starred theta)."""
    symbols = {s: _latex_name(s) for s in e.atoms(sp.Symbol) if s.name.endswith(("_star", "_hat"))}
    return sp.latex(e, symbol_names=symbols)


def line_latex(derivation, line) -> str:
    """The right-hand side of one line, arg min or arg max included."""
    return _wrapped(derivation, line, latex, True)


def line_text(derivation, line) -> str:
    return _wrapped(derivation, line, str, False)


def relation_latex(line) -> str:
    text = RELATIONS[line.relation][1]
    if line.as_ is not None:
        variable, point = line.as_
        return rf"\xrightarrow[{latex(variable)} \to {latex(point)}]{{}}"
    return text


def _hypothesis_text(h) -> str:
    return h if isinstance(h, str) else str(h)


def as_text(d) -> str:
    """The chain for a terminal; nbval compares it."""
    title = ": ".join(t for t in (d.name, d.title) if t)
    rows = [f"{title or 'Derivation'} [{d.status}]"]
    if d.hypotheses:
        rows.append("  for " + "; ".join(_hypothesis_text(h) for h in d.hypotheses))
    rows.append(f"     {line_text(d, d.lines[0])}")
    for line in d.steps:
        because = f"   ({line.because})" if line.because else ""
        rows.append(
            f"  {RELATIONS[line.relation][0]:>2} {line_text(d, line)}{because}  [{line.status}]"
        )
        rows += [f"       - {w.kind}: {w.text}" for w in line.witnesses]
        if line.tightest:
            rows.append(f"       - {line.tightest}")
        if line.reference:
            rows.append(f"       - by {line.reference}")
    return "\n".join(rows)


def as_latex(d) -> str:
    """Aligned LaTeX with reasons."""
    rows = []
    for k, line in enumerate(d.lines):
        body = line_latex(d, line)
        if k == 0:
            rows.append(f"& {body}")
            continue
        because = line.because.replace("$", "").replace("%", r"\%").replace("_", r"\_")
        reason = rf" && \text{{{because}}}" if because else ""
        rows.append(f"{relation_latex(line)} \\; & {body}{reason}")
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


def payload(d) -> dict:
    """Everything the site shows, as plain data (see the ``derivation`` directive)."""
    steps = []
    for line in d.lines:
        steps.append(
            {
                "relation": line.relation,
                "relation_latex": relation_latex(line),
                "latex": line_latex(d, line),
                "text": line_text(d, line),
                "because": line.because,
                "status": line.status,
                "witnesses": [{"kind": w.kind, "text": w.text} for w in line.witnesses],
                "points": line.points,
                "max_error": bound_text(line.max_error) if line.max_error is not None else None,
                "tightest": line.tightest or None,
                "subject_to": None if line.subject_to is None else latex(line.subject_to),
                "reference": line.reference or None,
                "hypotheses": [_hypothesis_text(h) for h in line.hypotheses],
            }
        )
    return {
        "name": d.name,
        "title": d.title,
        "hypotheses": [
            {"text": h, "latex": None}
            if isinstance(h, str)
            else {"text": str(h), "latex": latex(h)}
            for h in d.hypotheses
        ],
        "article": d.article,
        "lean": d.lean,
        "rests_on": list(d.rests_on),
        "status": d.status,
        "steps": steps,
    }


def as_markdown(d) -> str:
    """A MyST directive that the site turns into a numbered equation with its checks."""
    data = json.dumps(payload(d), indent=1, ensure_ascii=False, sort_keys=True)
    return f"````{{derivation}}\n{data}\n````"


def as_html(d) -> str:
    """A table for JupyterLab: LaTeX, reason, badge, and the checks to unfold."""
    rows = []
    for line in d.lines:
        relation = relation_latex(line)
        checks = "".join(
            f"<li>{html.escape(w.kind)}: {html.escape(w.text)}</li>" for w in line.witnesses
        )
        details = (
            f"<details><summary>{line.status}</summary><ul>{checks}</ul></details>"
            if checks
            else f"<small>{line.status}</small>"
        )
        rows.append(
            f"<tr><td>${html.escape(relation)}$</td>"
            f"<td style='text-align:left'>$\\displaystyle {html.escape(line_latex(d, line))}$</td>"
            f"<td style='text-align:left'>{html.escape(line.because)}</td><td>{details}</td></tr>"
        )
    return "<table>" + "".join(rows) + "</table>"
