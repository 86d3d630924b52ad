"""Labels against predicted probabilities: the log-loss, and what it is made of."""

from __future__ import annotations

import math

import numpy as np
import pytest

from helpers.divergence import cross_entropy, entropy, kl_divergence
from helpers.numeric.classification import classify
from helpers.your_data import Answer, your_data


def test_the_log_loss_is_a_cross_entropy():
    rng = np.random.default_rng(1)
    q = rng.choice([0.1, 0.4, 0.8], 500)
    y = (rng.random(500) < q**1.3).astype(int)
    result = classify(y, q)
    by_hand = -np.mean(np.where(y == 1, np.log(q), np.log1p(-q)))
    assert result.log_loss == pytest.approx(by_hand, rel=1e-12)
    assert result.base_loss == pytest.approx(entropy([y.mean(), 1 - y.mean()]), rel=1e-12)
    parts, calibration = 0.0, 0.0
    for value in np.unique(q):
        here = y[q == value]
        p = [here.mean(), 1 - here.mean()]
        parts += here.size / 500 * cross_entropy(p, [value, 1 - value])
        calibration += here.size / 500 * kl_divergence(p, [value, 1 - value])
    assert result.log_loss == pytest.approx(parts, rel=1e-12)
    assert result.calibration == pytest.approx(calibration, rel=1e-10)
    # Three predictions are three groups: nothing is left within them.
    assert abs(result.within) < 1e-12
    assert len(result.groups) == 3


def test_many_predictions_are_grouped_in_tenths():
    rng = np.random.default_rng(2)
    q = rng.random(20_000)
    result = classify(rng.random(20_000) < q, q)
    assert len(result.groups) == 10
    assert result.calibration < 1e-3  # the predictions are the truth
    assert result.within < 0.0  # which tells more apart than ten means do
    shifted = classify(rng.random(20_000) < q**2, q)
    assert shifted.calibration > 0.02
    total = shifted.left_open + shifted.calibration + shifted.within
    assert total == pytest.approx(shifted.log_loss, rel=1e-12)


def test_a_zero_for_what_happened_is_infinite_and_says_why():
    result = classify([1, 0], [0.0, 0.2])
    assert result.log_loss == math.inf
    assert "happened" in repr(result)


@pytest.mark.parametrize(
    ("source", "part"),
    [
        (([0, 1], [0.5]), "2 labels and 1 probabilities"),
        (([0, 2], [0.5, 0.5]), "Label number 2 is 2"),
        (([0, 1], [20, 85]), "divide by 100"),
        (([0, 1], [-1.5, 0.2]), "scores"),
        (([0, 1], [0.1, math.nan]), "not finite"),
        (([0, 1], ["a", "b"]), "must be numbers"),
        (([], []), "no observation"),
        ([1, 2, 3], "labels and probabilities"),
    ],
)
def test_what_a_file_may_hold_instead(source, part):
    answer = your_data(source, "classification")
    assert isinstance(answer, Answer)
    assert part in answer.sentence


def test_a_file_a_table_and_two_lists_are_read_alike(tmp_path):
    y, q = [1, 0, 1, 1], [0.9, 0.2, 0.6, 0.7]
    path = tmp_path / "scored.csv"
    rows = "".join(f"{a},{b}\n" for a, b in zip(y, q, strict=True))
    path.write_text("label,probability\n" + rows, encoding="utf-8")
    one = your_data((y, q), "classification")
    assert one.log_loss == pytest.approx(-np.mean(np.log([0.9, 0.8, 0.6, 0.7])))
    assert your_data(path, "classification") == one
    assert your_data({"label": y, "probability": q}, "classification") == one
    assert "bits" in repr(one)
    assert one._repr_markdown_().count("|") > 20
