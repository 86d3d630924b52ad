"""What a cell needs from the cells before it: found by following names, with nothing run.

From a notebook come the cells that the page can run: derivations, refused steps, exercises. Each is
kept with the statements of earlier cells that its names lead to, and no others.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

# What the page's Python has besides its standard library and the checker's part of helpers.
PRESENT = {"sympy", "mpmath", "helpers", "IPython"}
ABSENT = {"numpy": "NumPy", "scipy": "SciPy", "matplotlib": "Matplotlib", "ipywidgets": "widgets"}


@dataclass(frozen=True)
class Name:
    """A name that an answer may use: as a program and as a formula write it."""

    python: str
    symbol: str


@dataclass(frozen=True)
class Offer:
    """A cell that the page can run, or the reason why it cannot.

    ``kind`` is ``derivation``, ``refutation`` or ``exercise``; ``needs`` names what only runs
    elsewhere, and is empty for a cell that runs here.
    """

    kind: str
    code: str
    before: str
    exercise: str = ""
    names: tuple[Name, ...] = ()
    needs: str = ""

    def as_data(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class _Statement:
    """One statement of a cell: what it binds, and what it names at once and when it is called."""

    node: ast.stmt
    binds: frozenset[str]
    now: frozenset[str]
    later: frozenset[str]


class _Names(ast.NodeVisitor):
    """Sorts the names of a statement; a function's own names are not the cell's."""

    def __init__(self) -> None:
        self.binds: set[str] = set()
        self.now: set[str] = set()
        self.later: set[str] = set()
        self.local: list[set[str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        if any(node.id in names for names in self.local):
            return
        if isinstance(node.ctx, ast.Load):
            (self.later if self.local else self.now).add(node.id)
        elif not self.local:
            self.binds.add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and not self.local:
            self.now.add(node.target.id)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        if not self.local:
            self.binds |= {(a.asname or a.name).split(".")[0] for a in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.visit_Import(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if not self.local:
            self.binds.add(node.name)
        for part in (
            *node.decorator_list,
            *node.args.defaults,
            *filter(None, node.args.kw_defaults),
        ):
            self.visit(part)
        self.inside(node.args, node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(part)
        self.inside(node.args, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if not self.local:
            self.binds.add(node.name)
        for part in (*node.decorator_list, *node.bases):
            self.visit(part)
        self.inside(None, node.body)

    def inside(self, arguments: ast.arguments | None, body: list[ast.AST]) -> None:
        own = set()
        if arguments is not None:
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            own = {a.arg for a in (*every, arguments.vararg, arguments.kwarg) if a is not None}
        for part in body:
            own |= {
                n.id
                for n in ast.walk(part)
                if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
            }
        self.local.append(own)
        for part in body:
            self.visit(part)
        self.local.pop()

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            self.comprehension(node)
        else:
            super().generic_visit(node)

    def comprehension(self, node: ast.AST) -> None:
        own = {
            n.id
            for generator in node.generators
            for n in ast.walk(generator.target)
            if isinstance(n, ast.Name)
        }
        found = _Names()
        for part in ast.iter_child_nodes(node):
            found.visit(part)
        names = {n for n in (found.now | found.later) - own if not any(n in o for o in self.local)}
        (self.later if self.local else self.now).update(names)


def _statements(source: str) -> list[_Statement]:
    found = []
    for node in ast.parse(source).body:
        names = _Names()
        names.visit(node)
        found.append(
            _Statement(node, frozenset(names.binds), frozenset(names.now), frozenset(names.later))
        )
    return found


def needed_from(earlier: Iterable[str], code: str) -> list[tuple[ast.stmt, frozenset[str]]]:
    """Return the statements of earlier cells that ``code`` leads to, in order.

    Beside each stand the names that are wanted of it. The body of a function is read as if it were
    called just before ``code``.

    >>> cells = ["from sympy import log, sqrt", "a = 1\\nb = log(a)", "c = sqrt(2)"]
    >>> [ast.unparse(node) for node, _ in needed_from(cells, "print(b)")]
    ['from sympy import log, sqrt', 'a = 1', 'b = log(a)']
    """
    before = [statement for cell in earlier for statement in _statements(cell)]
    own = _statements(code)
    wanted: dict[int, set[str]] = {}
    waiting: list[tuple[str, int]] = []
    bound: set[str] = set()
    for statement in own:
        waiting += [(name, len(before)) for name in statement.now - bound]
        bound |= statement.binds
    waiting += [(name, len(before)) for s in own for name in s.later - bound]
    seen = set()
    while waiting:
        name, place = waiting.pop()
        if (name, place) in seen:
            continue
        seen.add((name, place))
        at = next((k for k in range(place - 1, -1, -1) if name in before[k].binds), None)
        if at is None:
            continue
        wanted.setdefault(at, set()).add(name)
        waiting += [(other, at) for other in before[at].now]
        waiting += [(other, len(before)) for other in before[at].later]
    return [(before[at].node, frozenset(wanted[at])) for at in sorted(wanted)]


def _trimmed(node: ast.stmt, wanted: frozenset[str]) -> ast.stmt:
    """An import of what is wanted of it; any other statement as it is."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        kept = [a for a in node.names if (a.asname or a.name).split(".")[0] in wanted]
        if isinstance(node, ast.Import):
            return ast.Import(kept)
        return ast.ImportFrom(node.module, kept, node.level)
    return node


def _modules(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def needs_of(nodes: Iterable[ast.AST], present: Mapping[str, object]) -> str:
    """Name what these statements import and the page does not have; "" where it has all.

    ``present`` holds the names of the modules of helpers that the page has.
    """
    for module in _modules(nodes):
        first = module.split(".")[0]
        if first in ABSENT:
            return ABSENT[first]
        parts = module.split(".")
        if first == "helpers" and len(parts) == 2 and module not in present:
            return module
    return ""


def _symbols(node: ast.stmt, wanted: frozenset[str]) -> list[Name]:
    """The symbols that a statement makes, of those that are wanted."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return []
    call, target = node.value, node.targets[0]
    if not isinstance(call, ast.Call) or not call.args:
        return []
    maker = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = call.args[0]
    if maker not in ("Symbol", "symbols") or not isinstance(given, ast.Constant):
        return []
    made = re.split(r"[\s,]+", str(given.value).strip())
    variables = target.elts if isinstance(target, ast.Tuple) else [target]
    if len(made) != len(variables):
        return []
    pairs = zip(variables, made, strict=True)
    return [Name(v.id, s) for v, s in pairs if isinstance(v, ast.Name) and v.id in wanted]


def exercise_in(code: str) -> str:
    """Return the name of the exercise that a cell asks, "" if it asks none.

    >>> exercise_in("coin = Exercise(ask)\\ncoin.check(None)")
    'coin'
    """
    tree = ast.parse(code)
    made = {
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "Exercise"
    }
    for node in tree.body:
        match node:
            case ast.Expr(
                ast.Call(ast.Attribute(ast.Name(name), "check"), [ast.Constant(None)])
            ) if name in made:
                return name
    return ""


def offers(notebook: Mapping, present: Mapping[str, object] | set[str]) -> dict[int, Offer]:
    """Return what the page can do with the cells of a notebook, by their place in it."""
    found: dict[int, Offer] = {}
    earlier: list[str] = []
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        code = "".join(cell["source"])
        shown = "".join(
            "".join(output.get("data", {}).get("text/markdown", ""))
            for output in cell.get("outputs", ())
        )
        name = exercise_in(code)
        kind = "exercise" if name else ""
        if not kind and "{derivation}" in shown:
            kind = "derivation"
        elif not kind and ":class: refutation" in shown:
            kind = "refutation"
        if kind:
            chain = needed_from(earlier, code)
            kept = [_trimmed(*pair) for pair in chain]
            own = ast.parse(code).body
            needs = needs_of([*kept, *own], present)
            if not needs and '"kind": "sampled"' in shown:
                needs = ABSENT["numpy"]  # draws
            before, asked = kept, code
            names: list[Name] = []
            if kind == "exercise":
                # The question without the line that waits for the answer.
                question = [n for n in own if not isinstance(n, ast.Expr)]
                before, asked = [*kept, *question], ""
                loads = {n.id for q in question for n in ast.walk(q) if isinstance(n, ast.Name)}
                for node, wanted in [*chain, *((q, frozenset(loads)) for q in question)]:
                    names += _symbols(node, wanted)
            found[place] = Offer(
                kind, asked, "\n".join(map(ast.unparse, before)), name, tuple(names), needs
            )
        earlier.append(code)
    return found


def unknown_names(offer: Offer) -> set[str]:
    """Return names that neither an offer's statements nor Python know: there should be none.

    >>> unknown_names(Offer("derivation", "print(a)", "b = 1"))
    {'a'}
    """
    known, unknown = set(dir(builtins)), set()
    for statement in _statements(f"{offer.before}\n{offer.code}"):
        unknown |= statement.now - known - statement.binds
        known |= statement.binds
    return unknown
