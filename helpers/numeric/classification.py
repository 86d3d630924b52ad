"""Predicted probabilities against what happened: log-loss, and the part of it that is calibration.

The log-loss is the cross-entropy of the labels under the predictions, the objective of this book.
Within groups of like predictions it comes apart exactly: what the labels of a group still leave
open (their entropy), the divergence from the observed share to the mean prediction of the group
(the calibration), and what the predictions within a group tell apart beyond their mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from helpers.numeric.tables import DataError

_GROUPS = 10


@dataclass(frozen=True)
class Group:
    """Observations with like predictions.

    Examples
    --------
    >>> Group(n=4, predicted=0.7, observed=0.75).observed
    0.75
    """

    n: int
    predicted: float
    observed: float


@dataclass(frozen=True)
class Classification:
    """Labels 0 and 1, predicted probabilities of a 1, and what the log-loss is made of, in nats.

    Attributes
    ----------
    n : int
    log_loss : float
        Minus the mean logarithm of the probability given to what happened; ``inf`` where that
        probability was 0.
    base_rate : float
        The share of ones.
    base_loss : float
        The entropy of the base rate: the log-loss of always predicting it.
    calibration : float
        The mean divergence from the observed share of a group to its mean prediction: what
        better calibrated predictions would save.
    left_open : float
        The mean entropy of the labels within groups.
    within : float
        The rest: what predictions within a group add or save against their mean.
    groups : tuple of Group

    Examples
    --------
    >>> result = classify([0, 1, 1, 0], [0.5, 0.5, 0.5, 0.5])
    >>> round(result.log_loss / math.log(2), 12), result.base_rate, result.calibration
    (1.0, 0.5, 0.0)
    """

    n: int
    log_loss: float
    base_rate: float
    base_loss: float
    calibration: float
    left_open: float
    within: float
    groups: tuple[Group, ...]

    def _rows(self) -> list[tuple[str, str]]:
        def told(nats: float) -> str:
            return f"{nats:.6f} nats = {nats / math.log(2.0):.6f} bits"

        rows = [
            ("observations", str(self.n)),
            ("base rate", f"{self.base_rate:.6g}"),
            ("log-loss", told(self.log_loss)),
            ("log-loss of the base rate", told(self.base_loss)),
        ]
        if math.isinf(self.log_loss):
            why = "a probability of 0 was given to something that happened"
            return [*rows, ("why it is infinite", why)]
        return [
            *rows,
            ("left open within groups", told(self.left_open)),
            ("calibration", told(self.calibration)),
            ("told apart within groups", told(self.within)),
            ("groups of like predictions", str(len(self.groups))),
        ]

    def __repr__(self) -> str:
        rows = self._rows()
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)

    def _repr_markdown_(self) -> str:
        rows = "\n".join(f"| {name} | {value} |" for name, value in self._rows())
        return f"| quantity | value |\n|---|---|\n{rows}"


def classify(labels: Any, probabilities: Any) -> Classification:
    """Take the log-loss of predictions apart.

    Parameters
    ----------
    labels : array_like of 0 and 1, shape (n,)
    probabilities : array_like, shape (n,)
        The predicted probability of a 1, for each observation.

    Raises
    ------
    DataError
        With a sentence that says what is in the way.
    """
    y, q = _numbers(labels, "Label"), _numbers(probabilities, "Probability")
    if y.size != q.size:
        raise DataError(f"There are {y.size} labels and {q.size} probabilities; give one for each.")
    if not y.size:
        raise DataError("There is no observation in your data; give at least one.")
    bad = ~np.isin(y, (0.0, 1.0))
    if bad.any():
        place = int(np.argmax(bad))
        raise DataError(
            f"Label number {place + 1} is {y[place]:g}; a label is 0 or 1: whether it happened."
        )
    out = ~((q >= 0.0) & (q <= 1.0))
    if out.any():
        place = int(np.argmax(out))
        percent = q.min() >= 0.0 and 1.0 < q.max() <= 100.0
        hint = (
            "If they are per cent, divide by 100"
            if percent
            else "If they are scores, turn them into probabilities first: 1 / (1 + exp(-score))"
        )
        raise DataError(
            f"Probability number {place + 1} is {q[place]:g}, which is not between 0 and 1. {hint}."
        )
    given = np.where(y == 1.0, q, 1.0 - q)
    rate = float(y.mean())
    base = float(special.entr(rate) + special.entr(1.0 - rate))
    with np.errstate(divide="ignore"):
        loss = float(-np.log(given).mean()) + 0.0
    groups = _groups(y, q)
    share = np.array([group.n for group in groups]) / y.size
    observed = np.array([group.observed for group in groups])
    predicted = np.array([group.predicted for group in groups])
    open_ = float(share @ (special.entr(observed) + special.entr(1.0 - observed)))
    apart = special.rel_entr(observed, predicted) + special.rel_entr(1 - observed, 1 - predicted)
    calibration = float(share @ apart)
    within = loss - open_ - calibration if math.isfinite(loss) else math.nan
    return Classification(y.size, loss, rate, base, calibration, open_, within, groups)


def _numbers(values: Any, what: str) -> np.ndarray:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iufb":
            array = np.array([float(cell) for cell in array.ravel().tolist()])
    except (TypeError, ValueError) as error:
        raise DataError(f"{what}s must be numbers: {error}.") from None
    if array.ndim != 1:
        raise DataError(f"{what}s must be one list of numbers, got shape {array.shape}.")
    array = array.astype(float)
    if not np.isfinite(array).all():
        place = int(np.argmin(np.isfinite(array)))
        raise DataError(f"{what} number {place + 1} is {array[place]}, which is not finite.")
    return array


def _groups(y: np.ndarray, q: np.ndarray) -> tuple[Group, ...]:
    """Group by the predictions themselves where they are few, else into tenths of the sample."""
    values, place = np.unique(q, return_inverse=True)
    if values.size > 2 * _GROUPS:
        edges = np.quantile(q, np.linspace(0.0, 1.0, _GROUPS + 1)[1:-1])
        place = np.searchsorted(np.unique(edges), q, side="left")
    return tuple(
        Group(int(here.sum()), float(q[here].mean()), float(y[here].mean()))
        for here in (place == k for k in np.unique(place))
    )
