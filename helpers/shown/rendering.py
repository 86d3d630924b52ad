"""How a derivation is shown: terminal text, LaTeX, HTML for JupyterLab, a directive for the site.

The text is the same on every machine: errors appear as orders of magnitude, times not at all.
"""

from __future__ import annotations

import html
import json
import re

import sympy as sp
from sympy.printing.latex import LatexPrinter

from helpers.check.verdict import bound_text
from helpers.notation import symbol_latex
from helpers.shown.statement import conditions
from helpers.shown.typography import readable

__all__ = [
    "RELATIONS",
    "STATUS_MEANING",
    "as_html",
    "as_latex",
    "as_markdown",
    "as_text",
    "named",
    "payload",
    "reason_in_latex",
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
    "numeric": "not proved: holds at the points that were tried, each value enclosed",
    "estimated": "not proved: holds as far as was searched, or with errors that are estimates",
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
        # The space is for MathJax, which sets none before a letter.
        return rf"\operatorname*{{arg\,{line.sense}}}_{{{over}}} \, {inside}"
    return f"arg {line.sense}_{over} {body}"


class _Printer(LatexPrinter):
    """SymPy's printer, except that a sum begins with a term that has no minus, if it has one."""

    def _as_ordered_terms(self, expr, order=None):
        terms = super()._as_ordered_terms(expr, order)
        for index, term in enumerate(terms):
            if not term.could_extract_minus_sign():
                return [term, *terms[:index], *terms[index + 1 :]]
        return terms

    def _print_polygamma(self, expr, exp=None):
        order, x = expr.args
        name = r"\psi" if order == 0 else rf"\psi^{{({self._print(order)})}}"
        printed = rf"{name}\left({self._print(x)}\right)"
        return printed if exp is None else rf"\left({printed}\right)^{{{exp}}}"


def latex(e) -> str:
    """LaTeX of an expression in the book's conventions.

    Examples
    --------
    >>> theta_star, x = sp.symbols("theta_star x")
    >>> print(latex(x - theta_star))
    x - \\theta^{*}
    """
    # One letter for a small number, whichever name its symbol was given.
    symbols = {
        s: r"\varepsilon" if s.name == "epsilon" else symbol_latex(s.name)
        for s in e.atoms(sp.Symbol)
        if s.name == "epsilon" or s.name.endswith(("_star", "_hat"))
    }
    return _Printer({"symbol_names": symbols, "inv_trig_style": "full"}).doprint(e)


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


_ROLE = re.compile(r"\{(?P<role>[a-z:]+)\}`(?:(?P<words>[^`<]+?)\s*<[^`>]+>|(?P<target>[^`]+))`")
# What a box is called where it has no number: its label begins so.
_BOXES = {"def": "definition", "thm": "theorem", "lem": "lemma"}


def with_numbers(because: str) -> str:
    """A reason for the website: the words that name an equation, and its number behind them.

    >>> with_numbers("{eq}`Gibbs' inequality <eq-gibbs>` for each term")
    "Gibbs' inequality {eq}`eq-gibbs` for each term"
    """
    return re.sub(r"\{eq\}`([^`<]+?)\s*<([^`>]+)>`", r"\1 {eq}`\2`", because)


def named(because: str) -> str:
    """A reason where nothing has a number: words that were given stand for what they name.

    >>> named("{eq}`Gibbs' inequality <eq-gibbs>`, by {prf:ref}`def-kl`")
    "Gibbs' inequality, by the definition"
    """

    def words(found: re.Match) -> str:
        if found["words"]:
            return found["words"]
        target = found["target"]
        kind = target.partition("-")[0]
        return f"the {_BOXES[kind]}" if kind in _BOXES else target.removeprefix("eq-")

    return _ROLE.sub(words, because)


def _plain_reason(because: str) -> str:
    """A reason for Lab: roles become their words; inline mathematics stays for MathJax."""
    return html.escape(named(because))


def reason_in_latex(because: str) -> str:
    """A reason inside \\text: inline mathematics stays, the words around it are escaped."""
    parts = named(because).split("$")
    words = [re.sub(r"([%_&#])", r"\\\1", part) for part in parts[::2]]
    parts[::2] = words
    return "$".join(parts)


def as_text(d) -> str:
    """The chain for a terminal; nbval compares it."""
    title = ": ".join(t for t in (d.name, d.title) if t)
    rows = [f"{title or 'Derivation'} [{d.status}]"]
    where = [c.text for c in conditions(d.domains)]
    where += [str(h) for h in d.hypotheses if not isinstance(h, str)]
    if where:
        rows.append("  for " + "; ".join(where))
    if words := [named(h) for h in d.hypotheses if isinstance(h, str)]:
        rows.append("  assumed, not checked: " + "; ".join(words))
    rows.append(f"     {line_text(d, d.lines[0])}")
    for line in d.steps:
        tied = line.subject_to
        constraint = "" if tied is None else f"subject to {tied.lhs} = {tied.rhs}"
        reason = "; ".join(filter(None, [named(line.because), constraint]))
        because = f"   ({reason})" if reason else ""
        relation = RELATIONS[line.relation][0]
        rows.append(f"  {relation:>2} {line_text(d, line)}{because}  [{line.status}]")
        rows += [f"       - {w.kind}: {w.text}" for w in line.witnesses]
        if line.verdict.tightest:
            rows.append(f"       - {line.verdict.tightest}")
        if line.reference:
            rows.append(f"       - cited: {line.reference}")
        if line.hypotheses:
            words = "; ".join(named(_hypothesis_text(h)) for h in line.hypotheses)
            rows.append(f"       assumed, not checked: {words}")
    return "\n".join(rows)


def _where(d) -> list[str]:
    """LaTeX of the domains and of the relations under which a claim was checked."""
    where = [c.latex for c in conditions(d.domains)]
    return where + [latex(h) for h in d.hypotheses if not isinstance(h, str)]


def as_latex(d) -> str:
    """Aligned LaTeX with reasons, and below them where the claim holds and what it assumes."""
    rows = []
    for k, line in enumerate(d.lines):
        body = line_latex(d, line)
        if k == 0:
            rows.append(f"& {body}")
            continue
        reason = rf" && \text{{{reason_in_latex(line.because)}}}" if line.because else ""
        rows.append(f"{relation_latex(line)} \\; & {body}{reason}")
    if where := _where(d):
        rows.append(rf"& \text{{for }} {', '.join(where)}")
    words = [h for h in d.hypotheses if isinstance(h, str)]
    words += [_hypothesis_text(h) for line in d.lines for h in line.hypotheses]
    if words:
        rows.append(rf"& \text{{assumed, not checked: {reason_in_latex('; '.join(words))}}}")
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


def payload(d) -> dict:
    """Everything the site shows, as plain data (see the ``derivation`` directive)."""
    steps = []
    for line in d.lines:
        error = line.verdict.max_error
        steps.append(
            {
                "relation": line.relation,
                "relation_latex": relation_latex(line),
                "latex": line_latex(d, line),
                "text": line_text(d, line),
                "because": line.because,
                "status": line.status,
                "witnesses": [{"kind": w.kind, "text": w.text} for w in line.witnesses],
                "points": line.verdict.points,
                "max_error": None if error is None else bound_text(error),
                "tightest": line.verdict.tightest or None,
                "subject_to": None if line.subject_to is None else latex(line.subject_to),
                "reference": line.reference or None,
                "hypotheses": [_hypothesis_text(h) for h in line.hypotheses],
            }
        )
    return {
        "name": d.name,
        "title": d.title,
        "domain": [{"text": c.text, "latex": c.latex} for c in conditions(d.domains)],
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
    """A table for JupyterLab: LaTeX, reason, badge, and the checks to unfold.

    Only elements that Lab keeps in an untrusted notebook, and no script.
    """
    caption = html.escape(d.title or d.name or "")
    rows = []
    for line in d.lines:
        relation = html.escape(relation_latex(line))
        relation = f"$\\displaystyle {relation}$" if relation else ""
        body = html.escape(line_latex(d, line))
        notes = [f"{w.kind}: {w.text}" for w in line.witnesses]
        notes += [line.verdict.tightest] if line.verdict.tightest else []
        notes = [readable(note) for note in notes]
        notes += [f"cited: {line.reference} in the bibliography"] if line.reference else []
        items = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
        badge = f"<code>{line.status}</code>"
        if items:
            meaning = html.escape(STATUS_MEANING[line.status])
            # Lab takes the triangle away by which a reader sees that there is more.
            badge = f"<details><summary>{badge} ▸</summary>{meaning}<ul>{items}</ul></details>"
        elif line.relation == "start":
            badge = ""
        cell = "<td style='text-align:left'>"
        reason = _plain_reason(line.because)
        if line.subject_to is not None:
            reason += f"{'; ' if reason else ''}subject to ${html.escape(latex(line.subject_to))}$"
        if line.hypotheses:
            assumed = "; ".join(_plain_reason(_hypothesis_text(h)) for h in line.hypotheses)
            assumed = f"Assumed, not checked: {assumed}."
            reason += f"<p>{assumed}</p>" if reason else assumed
        rows.append(
            f"<tr><td style='text-align:right'>{relation}</td>"
            f"{cell}$\\displaystyle {body}$</td>"
            f"{cell}{reason}</td>{cell}{badge}</td></tr>"
        )
    head = f"<p><strong>{caption}</strong> <code>{d.status}</code></p>" if caption else ""
    where = _where(d)
    words = "; ".join(_plain_reason(h) for h in d.hypotheses if isinstance(h, str))
    given = f"For {', '.join(f'${html.escape(w)}$' for w in where)}." if where else ""
    given += f" Assumed, not checked: {words}." if words else ""
    given = f"<p>{given.strip()}</p>" if given else ""
    return f"<div>{head}{given}<table>{''.join(rows)}</table></div>"
