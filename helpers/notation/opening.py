"""What is inside an expression: its distributions, its log-densities written out."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from helpers.notation.densities import Distribution, Pdf

__all__ = []


def distributions_of(expr) -> list[Distribution]:
    """Every distribution inside an expression, each once, in a stable order."""
    found: Sequence = [d for d in sp.preorder_traversal(expr) if isinstance(d, Distribution)]
    return sorted(set(found), key=sp.default_sort_key)


def open_log_densities(f):
    """Write log p(x) of a concrete distribution as its own expanded log-density."""

    def open_one(node):
        argument = node.args[0]
        total = sp.S.Zero
        for factor in sp.Mul.make_args(argument):
            base, power = factor.as_base_exp()
            if isinstance(base, Pdf) and not base.distribution.abstract:
                d = base.distribution
                inner = d.log_pdf(base.point)
                if inner == sp.log(base):
                    inner = sp.log(d.pdf(base.point))
                total += power * open_log_densities(inner)
            else:
                total += sp.log(factor)
        return total

    targets = [
        n
        for n in f.atoms(sp.log)
        if any(
            isinstance(b, Pdf) and not b.distribution.abstract
            for b in (t.as_base_exp()[0] for t in sp.Mul.make_args(n.args[0]))
        )
    ]
    return f.xreplace({n: open_one(n) for n in targets}) if targets else f
