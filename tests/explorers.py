"""The explorers of the chapters: the function each draws with, and every setting of its sliders."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
from collections.abc import Callable, Iterator

import numpy as np
from matplotlib.figure import Figure

from helpers.explorer import Slider, explore
from tools.execute import code_cells, notebooks, read

# What explore() takes besides sliders.
OPTIONS = {
    name
    for name, one in inspect.signature(explore).parameters.items()
    if one.kind is inspect.Parameter.KEYWORD_ONLY
}


def explorers() -> Iterator[tuple[str, Callable[..., Figure], dict[str, Slider]]]:
    """Yield each explorer's chapter, its function and its sliders."""
    for path in notebooks():
        trees = [
            ast.parse(cell.source) for cell in code_cells(read(path)) if "%" not in cell.source
        ]
        parts = [part for tree in trees for part in ast.walk(tree)]
        known: dict[str, object] = {"np": np}
        for part in parts:
            if isinstance(part, ast.ImportFrom) and (part.module or "").startswith("helpers."):
                module = importlib.import_module(str(part.module))
                known |= {one.asname or one.name: getattr(module, one.name) for one in part.names}
        made = {
            name.id: part
            for part in parts
            if isinstance(part, ast.Assign)
            for target in part.targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        }
        for call in parts:
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "explore":
                # A function written on the spot may use what an earlier cell has loaded.
                own = {one.arg for one in ast.walk(call) if isinstance(one, ast.arg)}
                for name in {one.id for one in ast.walk(call) if isinstance(one, ast.Name)} - own:
                    if name in made and name not in known:
                        exec(ast.unparse(made[name]), known)
                told = {one.arg: one.value for one in call.keywords if one.arg not in OPTIONS}
                values = {name: eval(ast.unparse(value), known) for name, value in told.items()}
                draw = eval(ast.unparse(call.args[0]), known)
                yield path.stem, draw, {name: Slider(name, one) for name, one in values.items()}


def frames(sliders: dict[str, Slider]) -> list[dict[str, object]]:
    """List every setting of the sliders."""
    values = [slider.values for slider in sliders.values()]
    return [dict(zip(sliders, one, strict=True)) for one in itertools.product(*values)]
