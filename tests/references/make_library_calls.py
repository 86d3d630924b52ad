"""Compute book/data/library_calls.csv: what PyTorch and scikit-learn make of the same two coins.

pip install torch==2.13.0 scikit-learn
python tests/references/make_library_calls.py
"""

from __future__ import annotations

import csv
import sys
from importlib.metadata import version
from pathlib import Path

import torch
from sklearn.metrics import log_loss
from torch import distributions
from torch.nn import functional

PATH = Path(__file__).resolve().parents[2] / "book" / "data" / "library_calls.csv"
HEADER = """\
# What calls of PyTorch and scikit-learn return for the coins P = (3/4, 1/4) and Q = (1/2, 1/2).
# Source: tests/references/make_library_calls.py, run with the versions in the table.
# Licence: computed for this book, CC0.
"""

# The third column names what the call computes, in the notation of the chapter.
TORCH = [
    ("F.kl_div(log_q, p, reduction='sum')", "D(P‖Q)"),
    ("F.kl_div(log_p, q, reduction='sum')", "D(Q‖P)"),
    ("F.kl_div(log_q, log_p, reduction='sum', log_target=True)", "D(P‖Q)"),
    ("F.kl_div(log_q, p)", "D(P‖Q)/2"),
    ("F.kl_div(log_q[None], p[None], reduction='batchmean')", "D(P‖Q)"),
    ("F.kl_div(q, p, reduction='sum')", "−H(P) − E_P[q]"),
    ("F.cross_entropy(log_q, p)", "H(P, Q)"),
    ("distributions.kl_divergence(Bernoulli(p[1]), Bernoulli(q[1]))", "D(P‖Q)"),
]
SKLEARN = [
    ("log_loss([0, 0, 0, 1], [[0.5, 0.5]] * 4)", "H(P, Q)"),
    ("log_loss([0, 0, 0, 1], [[0.75, 0.25]] * 4)", "H(P)"),
    ("log_loss([0, 0, 0, 1], [[0.5, 0.5]] * 4, normalize=False)", "4 H(P, Q)"),
]


def torch_rows() -> list[tuple[str, str, str, str, str]]:
    """Run the calls of PyTorch, in double precision."""
    p = torch.tensor([0.75, 0.25], dtype=torch.float64)
    q = torch.tensor([0.5, 0.5], dtype=torch.float64)
    names = {
        "F": functional,
        "distributions": distributions,
        "Bernoulli": distributions.Bernoulli,
        "p": p,
        "q": q,
        "log_p": p.log(),
        "log_q": q.log(),
    }
    release = torch.__version__.partition("+")[0]
    return [("torch", release, call, repr(float(eval(call, names))), what) for call, what in TORCH]


def sklearn_rows() -> list[tuple[str, str, str, str, str]]:
    """Run the calls of scikit-learn."""
    release = version("scikit-learn")
    return [
        ("scikit-learn", release, call, repr(float(eval(call, {"log_loss": log_loss}))), what)
        for call, what in SKLEARN
    ]


def main() -> None:
    with PATH.open("w", encoding="utf-8", newline="\n") as file:
        file.write(HEADER)
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("library", "version", "call", "value", "computes"))
        out.writerows(torch_rows() + sklearn_rows())


if __name__ == "__main__":
    sys.exit(main())
