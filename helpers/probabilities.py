"""Entropy and divergences of arrays of probabilities, in one pass over small blocks.

Each block is validated, divided, logged and summed while it is in the processor's cache, so the
extra memory is a few blocks whatever the size of the arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

# Entries worked on at a time: large enough to hide NumPy's overhead, small enough for the cache.
BLOCK = 65536
# How far from one a sum may be before the array is refused.
SUM_TOLERANCE = 1e-8
# Below this divergence p*log(p/q) has lost digits to cancellation and a second form takes over.
_CANCELLATION = 1e-2
_LOG_2 = math.log(2.0)


def log1p_minus(t: Any) -> np.ndarray:
    """Return ``log(1 + t) - t`` to full relative precision, also for tiny ``t``.

    >>> print(f"{float(log1p_minus(1e-9)):.12e}")
    -4.999999996667e-19
    """
    t = np.asarray(t, dtype=float)
    small = np.abs(t) < 0.4
    s = np.where(small, t, 0.0) / (2.0 + np.where(small, t, 0.0))
    # log1p(t) = 2 artanh(s) and t = 2 s/(1-s) with s = t/(2+t): the leading terms cancel on paper.
    square = s * s
    series = np.zeros_like(s)
    for power in range(27, 1, -2):
        series = series * square + 1.0 / power
    with np.errstate(divide="ignore", invalid="ignore"):
        direct = np.log1p(t) - t
    return np.where(small, 2.0 * s * (square * series - s / (1.0 - s)), direct)


def _bregman(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return ``p log(p/q) - p + q`` entry by entry: never negative, exact for nearby p and q."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        t = (q - p) / p
        near = -p * log1p_minus(t)
        far = p * (np.log(p) - np.log(q)) - p + q
    result = np.where(np.abs(t) < 0.5, near, far)
    return np.where(p == 0, q, result)


def as_probabilities(value: Any, argument: str) -> np.ndarray:
    """Return ``value`` as an array of numbers; entries are validated where they are summed.

    Raises
    ------
    TypeError
        If the entries are not real numbers.
    ValueError
        If there are none.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        if array.dtype.kind != "O":
            raise TypeError(
                f"{argument}: expected probabilities (real numbers), got dtype {array.dtype}"
            )
        try:
            array = array.astype(float)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{argument}: expected probabilities (real numbers): {error}") from None
    if array.ndim == 0:
        raise ValueError(f"{argument}: expected an array of probabilities, got a single number")
    if array.size == 0:
        raise ValueError(f"{argument}: expected at least one probability, got an empty array")
    return array


def _refuse(array: np.ndarray, argument: str) -> None:
    """Raise the error for an array already known to hold something bad."""
    flat_bad = ~(np.isfinite(array) & (array >= 0))
    if flat_bad.any():
        index = np.unravel_index(int(np.argmax(flat_bad)), array.shape)
        where = index[0] if array.ndim == 1 else tuple(int(i) for i in index)
        raise ValueError(
            f"{argument}: expected probabilities, each finite and not negative; "
            f"entry {where} is {array[index]}"
        )


def _check_sums(sums: Any, array: np.ndarray, argument: str) -> None:
    if np.ndim(sums) == 0:
        if abs(sums - 1.0) <= SUM_TOLERANCE:
            return
        total, place = float(sums), ""
    else:
        # An infinity or nan compares as not close, too.
        off = ~(np.abs(sums - 1.0) <= SUM_TOLERANCE)
        if not off.any():
            return
        row = np.unravel_index(int(np.argmax(off)), off.shape)
        total, place = float(sums[row]), f" in row {tuple(int(i) for i in row)}"
    _refuse(array, argument)
    raise ValueError(
        f"{argument}: expected probabilities that sum to 1, their sum{place} is {total!r}; "
        f"divide by the sum first if that is what you mean"
    )


def _blocks(shape: tuple[int, ...]) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Yield (index of a block, index of its rows) for an array whose last axis is summed."""
    length = shape[-1]
    if len(shape) == 1:
        for start in range(0, length, BLOCK):
            yield (slice(start, start + BLOCK),), ()
        return
    step = max(1, BLOCK // length)
    for outer in np.ndindex(*shape[:-2]):
        for row in range(0, shape[-2], step):
            rows = (*outer, slice(row, row + step))
            for start in range(0, length, BLOCK):
                yield (*rows, slice(start, start + BLOCK)), rows


def _align(
    arrays: list[np.ndarray], names: tuple[str, ...], axis: int
) -> tuple[list[np.ndarray], tuple[int, ...]]:
    """Move the summed axis last and broadcast the others."""
    moved = []
    for array, name in zip(arrays, names, strict=True):
        if not -array.ndim <= axis < array.ndim:
            raise ValueError(f"axis: expected an axis of {name}, whose shape is {array.shape}")
        moved.append(array if axis in (-1, array.ndim - 1) else np.moveaxis(array, axis, -1))
    for array, name in zip(moved[1:], names[1:], strict=True):
        if array.shape[-1] != moved[0].shape[-1]:
            raise ValueError(
                f"{names[0]}, {name}: expected as many categories in both, "
                f"got {moved[0].shape[-1]} and {array.shape[-1]}"
            )
    shape = moved[0].shape
    if all(array.shape == shape for array in moved):
        return moved, shape
    try:
        shape = np.broadcast_shapes(*(array.shape for array in moved))
    except ValueError:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise ValueError(
            f"{', '.join(names)}: expected shapes that broadcast, got {shapes}"
        ) from None
    return [np.broadcast_to(array, shape) for array in moved], shape


Kernel = Callable[..., np.ndarray]


def _accumulate(
    arrays: list[np.ndarray],
    names: tuple[str, ...],
    axis: int,
    kernel: Kernel,
    examined: int | None = None,
) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray], tuple[int, ...]]:
    """Sum ``kernel`` over the last axis, and every array along with it, validating all blocks.

    Returns the sums of the kernel, the sums of each array, and the broadcast arrays. ``examined``
    is how many arrays, from the first, could hide a negative entry from the kernel's value.
    """
    wide, shape = _align(arrays, names, axis)
    # One scratch array for all blocks: fresh memory would cost as much as the arithmetic.
    scratch = np.empty(min(BLOCK, math.prod(shape)))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if len(shape) == 1 and shape[0] <= BLOCK:
            total, sums = _one_block(
                wide, arrays, names, kernel=kernel, scratch=scratch, examined=examined
            )
        elif len(shape) == 1:
            values: list[float] = []
            parts: list[list[float]] = [[] for _ in wide]
            for index, _ in _blocks(shape):
                value, block_sums = _one_block(
                    [array[index] for array in wide],
                    arrays,
                    names,
                    kernel=kernel,
                    scratch=scratch,
                    examined=examined,
                )
                values.append(float(value))
                for part, number in zip(parts, block_sums, strict=True):
                    part.append(float(number))
            # fsum would refuse a sum of inf and -inf; the kernels have but one infinity each.
            total = math.fsum(values)
            sums = [math.fsum(part) for part in parts]
        else:
            total = np.zeros(shape[:-1])
            sums = [np.zeros(shape[:-1]) for _ in wide]
            for index, rows in _blocks(shape):
                value, block_sums = _one_block(
                    [array[index] for array in wide],
                    arrays,
                    names,
                    kernel=kernel,
                    scratch=scratch,
                    examined=examined,
                )
                total[rows] += value
                for accumulator, number in zip(sums, block_sums, strict=True):
                    accumulator[rows] += number
    for each, array, name in zip(sums, arrays, names, strict=True):
        _check_sums(each, array, name)
    return np.asarray(total), sums, wide, shape


def _one_block(
    block: list[np.ndarray],
    arrays: list[np.ndarray],
    names: tuple[str, ...],
    *,
    kernel: Kernel,
    scratch: np.ndarray,
    examined: int | None,
) -> tuple[Any, list[Any]]:
    """Validate one block; return its value and the sums of its arrays."""
    block = [each if each.dtype == np.float64 else each.astype(np.float64) for each in block]
    work = scratch[: block[0].size].reshape(block[0].shape)
    sums = [np.add.reduce(each, axis=-1) for each in block]
    # Anything out of order makes a logarithm nan or infinite, and that shows in the value: only
    # arrays whose signs could cancel have to be looked at first.
    if examined is not None and all(
        np.minimum.reduce(each, axis=None) > 0 for each in block[:examined]
    ):
        value = kernel(*block, positive=True, work=work)
        if math.isfinite(value) if np.ndim(value) == 0 else np.isfinite(value).all():
            return value, sums
    positive = True
    for each, array, name in zip(block, arrays, names, strict=True):
        low = np.minimum.reduce(each, axis=None)
        if not low > 0:
            positive = False
            if not low >= 0:
                _refuse(array, name)
    return kernel(*block, positive=positive, work=work), sums


def _dot(p: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.dot(p, values) if p.ndim == 1 else np.einsum("ij,ij->i", p, values)


def _entropy_block(p: np.ndarray, *, positive: bool, work: np.ndarray) -> np.ndarray:
    if positive:
        return _dot(p, np.log(p, out=work))
    logs = np.log(p, where=p > 0, out=np.zeros_like(p))
    return _dot(p, logs)


def _cross_block(p: np.ndarray, q: np.ndarray, *, positive: bool, work: np.ndarray) -> np.ndarray:
    if positive:
        return _dot(p, np.log(q, out=work))
    logs = np.log(q, where=(p > 0) & (q > 0), out=np.zeros(p.shape))
    logs[(p > 0) & (q == 0)] = -np.inf
    with np.errstate(invalid="ignore"):
        return np.add.reduce(np.where(p > 0, p * logs, 0.0), axis=-1)


def _kl_block(p: np.ndarray, q: np.ndarray, *, positive: bool, work: np.ndarray) -> np.ndarray:
    if positive:
        with np.errstate(over="ignore"):
            np.divide(p, q, out=work)
        value = _dot(p, np.log(work, out=work))
        # The ratio overflows where q is subnormal.
        if math.isfinite(value) if p.ndim == 1 else np.isfinite(value).all():
            return value
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = p * (np.log(p) - np.log(q))
    return np.add.reduce(np.where(p > 0, terms, 0.0), axis=-1)


def entropy(p: Any, axis: int = -1) -> np.ndarray:
    """Return -sum p log p along ``axis``, in nats."""
    array = as_probabilities(p, "p")
    total, _, _, _ = _accumulate([array], ("p",), axis, _entropy_block, examined=0)
    return 0.0 - total


def cross_entropy(p: Any, q: Any, axis: int = -1) -> np.ndarray:
    """Return -sum p log q along ``axis``, in nats; infinite where q misses mass of p."""
    arrays = [as_probabilities(p, "p"), as_probabilities(q, "q")]
    total, _, _, _ = _accumulate(arrays, ("p", "q"), axis, _cross_block, examined=1)
    return 0.0 - total


def kl_divergence(p: Any, q: Any, axis: int = -1) -> np.ndarray:
    """Return sum p log(p/q) - p + q along ``axis``, in nats: never negative."""
    arrays = [as_probabilities(p, "p"), as_probabilities(q, "q")]
    total, (sum_p, sum_q), wide, shape = _accumulate(
        arrays, ("p", "q"), axis, _kl_block, examined=1
    )
    value = total + (sum_q - sum_p)
    return _redo_where_small(value, wide, shape, lambda block: _bregman(*block))


def _redo_where_small(
    value: np.ndarray,
    wide: list[np.ndarray],
    shape: tuple[int, ...],
    terms: Callable[[list[np.ndarray]], np.ndarray],
) -> np.ndarray:
    """Sum ``terms`` again over the rows whose result is small enough to have lost digits."""
    if not value.ndim and not value < _CANCELLATION:
        return value
    small = value < _CANCELLATION
    if not small.any():
        return value
    if not value.ndim:
        pieces = []
        for start in range(0, shape[-1], BLOCK):
            block = [np.asarray(array[start : start + BLOCK], dtype=float) for array in wide]
            pieces.append(float(np.add.reduce(terms(block))))
        return np.asarray(math.fsum(pieces))
    for row in zip(*np.nonzero(small), strict=True):
        value[row] = 0.0
    rows = np.argwhere(small)
    step = max(1, BLOCK // shape[-1])
    for first in range(0, len(rows), step):
        chosen = tuple(rows[first : first + step].T)
        for start in range(0, shape[-1], BLOCK):
            part = (*chosen, slice(start, start + BLOCK))
            block = [np.asarray(array[part], dtype=float) for array in wide]
            value[chosen] += np.add.reduce(terms(block), axis=-1)
    return value


def js_divergence(distributions: list[Any], weights: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the weighted Jensen-Shannon divergence of arrays along ``axis``, in nats."""
    names = argument_names(len(distributions))
    arrays = [
        as_probabilities(value, name) for value, name in zip(distributions, names, strict=True)
    ]
    ceiling = weight_entropy(weights)
    equal = bool((weights == weights[0]).all())

    def gap(*block: np.ndarray, positive: bool, work: np.ndarray) -> np.ndarray:
        # ceiling - JSD = sum_i w_i p_i log(m / (w_i p_i)): every term is non-negative, so the
        # result cannot exceed the ceiling, and equals it when no category is shared.
        if positive and equal:
            mixture = np.add(block[0], block[1])
            for each in block[2:]:
                mixture += each
            dots = 0.0
            for each in block:
                np.divide(mixture, each, out=work)
                dots = dots + _dot(each, np.log(work, out=work))
            return weights[0] * dots
        mixture = weights[0] * block[0]
        for weight, each in zip(weights[1:], block[1:], strict=True):
            mixture += weight * each
        total = 0.0
        for weight, each in zip(weights, block, strict=True):
            if not weight:
                continue
            if positive:
                ratio = mixture / each
                ratio /= weight
                total = total + weight * _dot(each, np.log(ratio, out=ratio))
            else:
                part = weight * each
                ratio = np.divide(mixture, part, where=part > 0, out=np.ones_like(mixture))
                total = total + np.add.reduce(part * np.log(ratio), axis=-1)
        return total

    def terms(block: list[np.ndarray]) -> np.ndarray:
        mixture = sum(weight * each for weight, each in zip(weights, block, strict=True))
        return sum(
            weight * _bregman(each, mixture)
            for weight, each in zip(weights, block, strict=True)
            if weight
        )

    total, _, wide, shape = _accumulate(arrays, names, axis, gap)
    return _redo_where_small(ceiling - total, wide, shape, terms)


def weight_entropy(weights: np.ndarray) -> float:
    """Return the entropy of the weights, which no Jensen-Shannon divergence exceeds."""
    if (weights == weights[0]).all():
        return math.log(weights.size)
    return -math.fsum(weight * math.log(weight) for weight in weights if weight > 0)


def argument_names(count: int) -> tuple[str, ...]:
    """Return the names under which messages speak of ``count`` distributions: p, q, r, ..."""
    return tuple("pqrstuvwxyz"[i] if i < 11 else f"distribution {i + 1}" for i in range(count))
