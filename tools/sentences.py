r"""Every relation that the book's sentences state, and by what right each stands there.

python -m tools.sentences               how many of each kind there are, and what is wrong
python -m tools.sentences --all         every relation with its kind
python -m tools.sentences sources       of these pages only

A formula in a sentence, a box, a heading or a step's reason is read into SymPy, whole or not at
all. What it states is of one of these kinds, asked for in this order:

mention      a sign that is spoken of and relates nothing
definition   a name, a value or a law for a letter, in one of the forms of `is_definition`, or an
             entry ``[[defined]]`` of ``book/sentences.toml``
identity     an equation of numbers, or one that expanding both sides shows
claim        a step, or a contiguous part, of a derivation that the book shows; or an entry
             ``[[claimed]]``, which names the claim and the notation in which it is shown
hypothesis   what a derivation of the same page holds for or assumes, or what stands as ``given``
             with a checked sentence of that page, or an entry ``[[supposed]]``
checked      an entry ``[[checked]]``: what the formula's notation means; the formula as it is
             written is then put to the checker
by hand      an entry ``[[by_hand]]`` with its reason: cited, informal, or beyond the checker
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import sympy as sp
import yaml  # type: ignore[import-untyped]
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from helpers import notation
from helpers.again import payload_of
from helpers.derivation import Derivation, DerivationError, UncheckedStepError
from tools.formulas import SIGNS, Relation, Unread, normal, read, relations

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
TABLE = BOOK / "sentences.toml"
KINDS = ("mention", "definition", "identity", "claim", "hypothesis", "checked", "by hand", "")
# What is shown as it is written, or comes from the build.
_NO_PROSE = {"derivation", "code-block", "code", "toctree", "ledger", "bibliography", "code-cell"}
_LAWS = re.compile(r"\\mathcal N|\\mathrm \{ [A-Z]")
_TIED = {"=", ":=", "argmin", "argmax"}


class Place(NamedTuple):
    """A formula of the book: its page, the box it stands in ("" outside boxes), its LaTeX."""

    page: str
    box: str
    formula: str


# Collecting


def make_parser() -> Any:
    """Return the parser that the website reads Markdown with."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = set(settings["parse"]["myst_enable_extensions"])
    return create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)


def formulas_of(text: str, box: str = "", parser: Any = None) -> Iterator[tuple[str, str]]:
    """Yield the formulas of some Markdown, each with the directive that it stands in.

    >>> list(formulas_of(":::{prf:theorem} Of $x$\\nThen $x \\\\ge 0$.\\n:::"))
    [('prf:theorem', 'x'), ('prf:theorem', 'x \\\\ge 0')]
    """
    parser = parser or make_parser()
    for token in parser.parse(text):
        if token.type == "inline":
            for child in token.children or []:
                if child.type.startswith("math_inline"):
                    yield box, child.content
        elif token.type in {"fence", "colon_fence"}:
            head = re.match(r"\{([^}\s]+)\}\s*(.*)", token.info.strip())
            if head and head[1] not in _NO_PROSE:
                yield from formulas_of(head[2], head[1], parser)
                yield from formulas_of(token.content, head[1], parser)


def texts_of(path: Path, text: str) -> Iterator[tuple[str, str]]:
    """Yield a page's prose, each piece with what it is: Markdown, reasons, printed sentences."""
    if path.suffix == ".md":
        yield "", text
        return
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield "", source
        for output in cell.get("outputs", []):
            shown = "".join(output.get("data", {}).get("text/markdown", ""))
            if (payload := payload_of(shown)) is not None:
                yield from (("reason", step["because"]) for step in payload["steps"])
            elif re.search(r"\b(?:sentence|table)\(", source):
                yield "sentence", shown


def places(texts: Mapping[Path, str]) -> list[Place]:
    """Return every formula that the pages' prose holds, in order."""
    parser = make_parser()
    return [
        Place(path.stem, inner or kind, formula)
        for path, text in texts.items()
        for kind, piece in texts_of(path, text)
        for inner, formula in formulas_of(piece, parser=parser)
    ]


def pages() -> dict[Path, str]:
    """Return the book's pages as they are stored."""
    paths = sorted([*BOOK.glob("*.md"), *BOOK.glob("*.ipynb")])
    return {path: path.read_text(encoding="utf-8") for path in paths}


# What the book's derivations show


def key_of(relation: Relation) -> tuple:
    r"""Return what two relations share that state the same, with the sides moved about.

    >>> one, other = r"H(P, Q) = H(P) + D(P \| Q)", r"D(P\|Q) = H(P, Q) - H(P)"
    >>> key_of(*relations(one)) == key_of(*relations(other))
    True
    >>> key_of(*relations(r"a \ge b")) == key_of(*relations(r"a \le b"))
    False
    """
    left, sign, right, texts = relation
    if left is None or right is None:
        return (sign, *texts)
    if sign in {">", ">="}:
        left, right, sign = right, left, sign.replace(">", "<")
    if sign == ":=":
        sign = "="
    if sign not in {"=", "<", "<="} or left.has(sp.oo, sp.zoo) or right.has(sp.oo, sp.zoo):
        return (sign, left, right)
    gap = sp.expand(sp.expand_log(right - left, force=True)).as_content_primitive()[1]
    if sign == "=" and gap.could_extract_minus_sign():
        gap = -gap
    return (sign, gap)


def shown_by(payload: Mapping[str, Any]) -> Iterator[tuple]:
    """Yield the key of everything that a derivation's chain states, link by link and in parts."""
    lines = payload["steps"]
    for first in range(len(lines)):
        signs: set[str] = set()
        for last in range(first + 1, len(lines)):
            signs.add(lines[last]["relation"])
            told = signs - _TIED
            if told <= {"argminat", "argmaxat"}:
                sign = "="
            elif len(told) == 1 and (told != {"->"} or lines[last]["relation"] == "->"):
                sign = {"<=": r"\le", ">=": r"\ge", "->": r"\to"}[next(iter(told))]
            else:
                break
            for stated in relations(f"{lines[first]['latex']} {sign} {lines[last]['latex']}"):
                if (key := key_of(stated))[1:] != (0,):
                    yield key


def assumed_by(payload: Mapping[str, Any]) -> Iterator[tuple]:
    """Yield the key of every condition under which a derivation holds."""
    found = [condition["latex"] for condition in payload["domain"]]
    words = [h["text"] for h in payload["hypotheses"] if not h["latex"]]
    found += [h["latex"] for h in payload["hypotheses"] if h["latex"]]
    for step in payload["steps"]:
        words += step["hypotheses"]
        found += [step["subject_to"]] if step.get("subject_to") else []
    for formula in [*found, *(f for text in words for _, f in formulas_of(text))]:
        yield from map(key_of, relations(formula))


# Forms of a definition


def is_definition(relation: Relation) -> bool:
    r"""Say whether a relation gives a letter a value, a law or a meaning, and states nothing.

    The forms are ``:=``; a letter with a number, another letter, a law, a list or a row of
    numbers; ``n \to \infty``, a letter on its way to a number.

    >>> [is_definition(*relations(f)) for f in (r"\theta = 0.3", r"n \to \infty", "a = b + 1")]
    [True, True, False]
    """
    left, sign, right, (_, written) = relation
    if sign == ":=":
        return True
    if sign == "->":
        going = left.args[0] if isinstance(left, sp.Abs) else left
        plain = isinstance(going, sp.Symbol) and re.fullmatch(r"[A-Za-z]+", going.name)
        return bool(plain) and right is not None and right.is_number
    if sign != "=" or not isinstance(left, sp.Symbol) or re.search(r"[( ]", left.name):
        return False
    if right is None:
        rows = re.fullmatch(r"\( (.*) \)", written)
        parts = (rows[1] if rows else written).split(" , ")
        return len(parts) > 1 and all(map(_is_entry, parts))
    if isinstance(right, sp.Symbol):
        return not re.search(r"[( ]", right.name) or bool(_LAWS.match(written))
    return bool(right.is_Rational or right.is_infinite)


def _is_entry(written: str) -> bool:
    if written == r"\ldots":
        return True
    try:
        return read(written).is_Atom
    except Unread:
        return False


def is_mention(formula: str, relation: Relation) -> bool:
    """Say whether a sign stands by itself, or types a function, as in ``f : X -> Y``."""
    return relation.texts == ("", "") or (relation.sign == "->" and ":" in normal(formula).split())


# Entries


class _Names(dict):
    """What an entry's expressions may name: the vocabulary, SymPy, and any letter as real."""

    def __missing__(self, name: str) -> Any:
        if name in notation.__all__:
            return getattr(notation, name)
        if len(name) > 1 and hasattr(sp, name) and name not in {"zeta", "beta", "gamma"}:
            return getattr(sp, name)
        self[name] = sp.Symbol(name, real=True)
        return self[name]


@dataclass(frozen=True)
class Entry:
    """A formula of `TABLE`, where it stands, and what its notation means.

    Attributes
    ----------
    page, formula : str
    given : tuple of str
        Conditions under which it is stated, as LaTeX: a bound of a letter is its domain, an
        equation of a letter is put in, any other is a hypothesis.
    symbols : mapping
        From a letter's name to SymPy's words for it, such as "positive integer"; others are real.
    reads : mapping
        From notation to the expression it stands for.
    as_ : tuple
        For a limit: the letter and where it goes.
    claims : tuple of str
        For what is claimed: the names of derivations, whose notation ``reads`` then holds.
    reason : str
        For what is left by hand.
    """

    page: str
    formula: str
    given: tuple[str, ...] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    as_: tuple[str, str] | tuple[()] = ()
    reason: str = ""
    claims: tuple[str, ...] = ()

    @cached_property
    def names(self) -> _Names:
        made = {
            name: sp.Symbol(name, **dict.fromkeys(words.split(), True))
            for name, words in self.symbols.items()
        }
        return _Names(made)

    def value(self, text: str) -> Any:
        return sp.sympify(eval(text, {"__builtins__": {}}, self.names))

    def read(self, formula: str) -> list[Relation]:
        """Read a formula with this entry's notation."""
        meanings = {normal(latex): self.value(text) for latex, text in self.reads.items()}
        plain = [
            side
            for relation in relations(formula, meanings)
            for side in (relation.left, relation.right)
            if side is not None
        ]
        for side in plain:
            for symbol in side.free_symbols:
                if not symbol.assumptions0.get("real") and symbol.name.isidentifier():
                    self.names[symbol.name]
        letters = {name: s for name, s in self.names.items() if isinstance(s, sp.Symbol)}
        return relations(formula, meanings, letters)

    def is_shown(self, relation: Relation, sources: Sources) -> bool:
        """Say whether the claim that is named states a relation, in its own notation."""
        meanings = {normal(latex): normal(shown) for latex, shown in self.reads.items()}
        sides = [f" {side} " for side in relation.texts]
        for written in sorted(meanings, key=len, reverse=True):
            sides = [side.replace(f" {written} ", f" <{written}> ") for side in sides]
        for written, shown in meanings.items():
            sides = [side.replace(f" <{written}> ", f" {shown} ") for side in sides]
        sign = next(latex for latex, sign in SIGNS.items() if sign == relation.sign)
        shown_here = [sources.named.get(name, frozenset()) for name in self.claims]
        return all(
            any(key_of(stated) in shown for shown in shown_here)
            for stated in relations(f" {sign} ".join(sides))
        )

    def conditions(self) -> tuple[dict, dict, list]:
        """Return what the given conditions come to: values, domains, hypotheses."""
        values: dict = {}
        domains: dict = {}
        hypotheses: list = []
        for left, sign, right, texts in (r for latex in self.given for r in self.read(latex)):
            if left is None or right is None:
                raise Unread(f"given: {' '.join(texts)}")
            if sign in {">", ">="}:
                left, right, sign = right, left, sign.replace(">", "<")  # noqa: PLW2901
            if sign == "=" and isinstance(left, sp.Symbol):
                values[left] = right
            elif isinstance(right, sp.Symbol) and left.is_number:
                bound = sp.Interval(left, sp.oo, left_open=sign == "<")
                domains[right] = domains.get(right, sp.S.Reals) & bound
            elif isinstance(left, sp.Symbol) and right.is_number:
                bound = sp.Interval(-sp.oo, right, right_open=sign == "<")
                domains[left] = domains.get(left, sp.S.Reals) & bound
            else:
                made = {"=": sp.Eq, "<": sp.Lt, "<=": sp.Le, "!=": sp.Ne}[sign](left, right)
                if made not in (True, False):
                    hypotheses.append(made)
        for symbol in domains:
            if symbol.is_integer:
                domains[symbol] &= sp.S.Integers
        return values, domains, hypotheses

    def check(self) -> list[str]:
        """Put the formula, as it is written, to the checker; return its status, link by link.

        Raises
        ------
        Unread
            If a side cannot be read.
        DerivationError
            If a link is false, or could not be checked.
        """
        values, domains, hypotheses = self.conditions()
        found = []
        for left, sign, right, texts in self.read(self.formula):
            if left is None or right is None:
                raise Unread(f"{' '.join(texts)}: not read")
            sides = [side.subs(values) for side in (left, right)]
            used = {s for side in sides for s in side.free_symbols}
            here = {s: domain for s, domain in domains.items() if s in used}
            begun = Derivation(sides[0], domain=here, hypotheses=tuple(hypotheses))
            found.append(self.link(begun, sign, sides[1], texts[1]))
        return found

    def link(self, begun: Derivation, sign: str, right: sp.Expr, written: str) -> str:
        """Check one link; of a strict inequality the weak one."""
        if sign in {"~", "=..."} and not self.as_:
            decimals = len(written.partition(".")[2].replace(" ", ""))
            half = sp.Rational(1, 10**decimals) / (2 if sign == "~" else 1)
            lower = right - half if sign == "~" else right
            return begun.at_least(lower).restarted(begun.start).at_most(right + half).status
        if sign == "=":
            return begun.equals(right).status
        if sign in {"<", "<="}:
            return begun.at_most(right).status
        if sign in {">", ">="}:
            return begun.at_least(right).status
        if sign == "!=":
            try:
                begun.equals(right)
            except UncheckedStepError:
                raise
            except DerivationError:
                return "refuted as an equation"
            raise ValueError(f"{self.formula}: both sides are equal")
        if sign in {"->", "~"} and self.as_:
            variable, point = (self.value(text) for text in self.as_)
            if sign == "->":
                return begun.tends_to(right, as_=(variable, point)).status
            return begun.restarted(begun.start / right).tends_to(1, as_=(variable, point)).status
        raise ValueError(f"{self.formula}: nothing is known that checks {sign}")


_KEYS = {
    "claimed": {"page", "formula", "claim", "reads"},
    "checked": {"page", "formula", "given", "symbols", "reads", "as"},
    "defined": {"page", "formula"},
    "supposed": {"page", "formula"},
    "by_hand": {"page", "formula", "reason"},
}


def read_table(text: str) -> dict[str, list[Entry]]:
    """Return the entries of a table such as ``book/sentences.toml``, by kind.

    Raises
    ------
    ValueError
        If a kind, or a key of an entry, is unknown, or a needed one is missing.

    Examples
    --------
    >>> read_table('[[by_hand]]\\npage = "proof"\\nformula = "a = b"')
    Traceback (most recent call last):
    ValueError: [[by_hand]] of proof, a = b: give a reason of one line
    """
    tables = tomllib.loads(text)
    if unknown := set(tables) - set(_KEYS):
        raise ValueError(f"expected {', '.join(_KEYS)}; got {', '.join(sorted(unknown))}")
    found: dict[str, list[Entry]] = {kind: [] for kind in _KEYS}
    for kind, rows in tables.items():
        for row in rows:
            name = f"[[{kind}]] of {row.get('page')}, {row.get('formula')}"
            if unknown := set(row) - _KEYS[kind]:
                raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
            if not {"page", "formula"} <= set(row):
                raise ValueError(f"{name}: expected a page and a formula")
            reason = row.get("reason", "")
            if kind == "by_hand" and (not reason or "\n" in reason):
                raise ValueError(f"{name}: give a reason of one line")
            given, going = tuple(row.get("given", ())), tuple(row.get("as", ()))
            found[kind] += [
                Entry(
                    page,
                    row["formula"],
                    given,
                    row.get("symbols", {}),
                    row.get("reads", {}),
                    going,
                    reason,
                    _several(row.get("claim", [])),
                )
                for page in _several(row["page"])
            ]
    return found


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


# The account


@dataclass
class Account:
    """What became of every relation, and which entries were needed.

    Attributes
    ----------
    found : list of (Place, Relation, str)
        The kind is one of `KINDS`; empty where a relation has no right to stand there.
    stale : list of (str, Entry)
        Entries that stand for nothing in the book.
    """

    found: list[tuple[Place, Relation, str]] = field(default_factory=list)
    stale: list[tuple[str, Entry]] = field(default_factory=list)

    @property
    def homeless(self) -> list[tuple[Place, Relation]]:
        return [(place, relation) for place, relation, kind in self.found if not kind]

    def counts(self) -> Counter:
        return Counter(kind for _, _, kind in self.found)


class Sources(NamedTuple):
    """What a relation may come from: by page what is shown, by page what is assumed."""

    claims: frozenset[tuple]
    hypotheses: Mapping[str, frozenset[tuple]]
    named: Mapping[str, frozenset[tuple]]


def sources_of(texts: Mapping[Path, str]) -> Sources:
    """Gather what the stored derivations show and assume."""
    claims: set[tuple] = set()
    named: dict[str, frozenset[tuple]] = {}
    hypotheses: dict[str, frozenset[tuple]] = {}
    for path, text in texts.items():
        assumed: set[tuple] = set()
        if path.suffix == ".ipynb":
            for cell in json.loads(text)["cells"]:
                for output in cell.get("outputs", []):
                    payload = payload_of("".join(output.get("data", {}).get("text/markdown", "")))
                    if payload is not None:
                        shown = frozenset(shown_by(payload))
                        claims.update(shown)
                        if payload["name"]:
                            named[payload["name"]] = shown
                        assumed.update(assumed_by(payload))
        hypotheses[path.stem] = frozenset(assumed)
    return Sources(frozenset(claims), hypotheses, named)


def account(where: Sequence[Place], sources: Sources, table: Mapping[str, list[Entry]]) -> Account:
    """Find for every relation of some formulas by what right it stands there."""
    result = Account()
    entries = {
        (entry.page, normal(entry.formula)): (kind, entry)
        for kind, rows in table.items()
        for entry in rows
    }
    given: dict[tuple, Entry] = {}
    for entry in table["checked"]:
        for latex in entry.given:
            given.update({(entry.page, key_of(r)): entry for r in relations(latex)})
    needed = set()
    words = {"defined": "definition", "supposed": "hypothesis", "by_hand": "by hand"}
    for place in where:
        listed = (place.page, normal(place.formula))
        for relation in relations(place.formula):
            kind = kind_of(place, relation, sources)
            if not kind and listed in entries:
                needed.add(listed)
                word, entry = entries[listed]
                kind = words.get(word, word)
                if word == "claimed":
                    kind = "claim" if entry.is_shown(relation, sources) else ""
            elif not kind and (place.page, key_of(relation)) in given:
                kind = "hypothesis"
            result.found.append((place, relation, kind))
    result.stale = [entries[key] for key in entries if key not in needed]
    return result


def kind_of(place: Place, relation: Relation, sources: Sources) -> str:
    """Return the kind of a relation that needs no entry, else an empty string."""
    if is_mention(place.formula, relation):
        return "mention"
    if is_definition(relation):
        return "definition"
    if is_identity(relation):
        return "identity"
    key = key_of(relation)
    if key in sources.claims:
        return "claim"
    return "hypothesis" if key in sources.hypotheses.get(place.page, ()) else ""


def is_identity(relation: Relation) -> bool:
    r"""Say whether arithmetic, or expanding both sides, shows a relation.

    >>> [is_identity(*relations(f)) for f in (r"\log 2 \approx 0.693", r"\log 2 \approx 0.694")]
    [True, False]
    """
    left, sign, right, (_, written) = relation
    if left is None or right is None or left.has(sp.oo, sp.zoo) or right.has(sp.oo, sp.zoo):
        return False
    if sign == "=" and sp.expand(left - right) == 0:
        return True
    if left.free_symbols or right.free_symbols:
        return False
    entry = Entry("", "")
    try:
        entry.link(Derivation(left), sign, right, written)
    except (DerivationError, ValueError):
        return False
    return True


def main() -> None:
    """Print the account of the book."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pages", nargs="*", help="names of pages; all without")
    parser.add_argument("--all", action="store_true", help="print every relation with its kind")
    chosen = parser.parse_args()
    texts = pages()
    table = read_table(TABLE.read_text(encoding="utf-8"))
    wanted = [p for p in places(texts) if not chosen.pages or p.page in chosen.pages]
    result = account(wanted, sources_of(texts), table)
    for place, relation, kind in result.found:
        if chosen.all or not kind:
            box = f" [{place.box}]" if place.box else ""
            print(f"{kind or 'NOTHING':<11} {place.page}{box}: {place.formula}   ({relation.sign})")
    failed = 0
    for entry in table["checked"]:
        if not chosen.pages or entry.page in chosen.pages:
            try:
                status = ", ".join(entry.check())
            except (DerivationError, Unread, ValueError) as error:
                status, failed = f"FAILS: {error}", failed + 1
            if chosen.all or status.startswith("FAILS"):
                print(f"{entry.page}: {entry.formula}: {status}")
    stale = [(k, e) for k, e in result.stale if not chosen.pages or e.page in chosen.pages]
    for kind, entry in stale:
        print(f"STALE [[{kind}]] {entry.page}: {entry.formula}")
    counts = result.counts()
    print(", ".join(f"{counts[kind]} {kind or 'of no kind'}" for kind in KINDS))
    if counts[""] or failed or stale:
        sys.exit(1)


if __name__ == "__main__":
    main()
