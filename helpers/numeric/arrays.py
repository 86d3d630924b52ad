"""Entropy and divergences of arrays of probabilities, in one pass over small blocks.

Each block is validated, divided, logged and summed while it is in the processor's cache, so the
extra memory is a few blocks whatever the size of the arrays. Two threads share the blocks of a
large array where there are two processors; the result does not depend on it.
"""

from __future__ import annotations

import functools
import math
import operator
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

# Entries worked on at a time: large enough to hide NumPy's overhead, small enough for the cache.
BLOCK = 131072
# How many threads share a large array, where there are as many processors: two, because one more
# would mostly wait for memory.
THREADS = 2
# Below so many entries another thread's help costs what it saves.
_WORTH_A_THREAD = 2 * BLOCK
# How far from one a sum of double precision numbers may be before the array is refused. Numbers of
# fewer digits may miss it by the root of their epsilon, as NumPy's own draws allow.
SUM_TOLERANCE = 1e-8
_BFLOAT16_EPSILON = 2.0**-7
# Below this divergence p*log(p/q) has lost digits to cancellation and a second form takes over.
_CANCELLATION = 1e-2
_FLOAT = np.dtype(np.float64)


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


def _bregman(p: np.ndarray, q: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Return ``p log(p/q) - p + q`` entry by entry: never negative, exact for nearby p and q.

    ``change`` is q - p: whoever has q as a mean knows it to more digits than q itself shows.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        t = change / p
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
    if type(value) is np.ndarray and value.dtype is _FLOAT and value.ndim and value.size:
        return value
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(f"{argument}: expected probabilities, got an array with masked entries")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{argument}: expected an array of probabilities: {error}") from None
    if array.dtype.name == "bfloat16":  # as ml_dtypes adds it
        array = array.astype(np.float32)
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


def _tolerance(array: np.ndarray) -> float:
    """Return how far from one the sums of an array that is not double precision may be."""
    if array.dtype.kind != "f" or array.dtype.itemsize >= 8:
        return SUM_TOLERANCE
    epsilon = float(np.finfo(array.dtype).eps)
    if array.dtype == np.float32 and not (array.view(np.uint32) & 0xFFFF).any():
        epsilon = _BFLOAT16_EPSILON  # NumPy has no bfloat16: such numbers come as float32
    return math.sqrt(epsilon)


def _check_sums(sums: Any, array: np.ndarray, argument: str) -> None:
    if isinstance(sums, float):
        if abs(sums - 1.0) <= SUM_TOLERANCE or abs(sums - 1.0) <= _tolerance(array):
            return
        total, place = float(sums), ""
    else:
        # An infinity or nan compares as not close, too.
        off = ~(np.abs(sums - 1.0) <= SUM_TOLERANCE)
        if off.any():
            off = ~(np.abs(sums - 1.0) <= _tolerance(array))
        if not off.any():
            return
        row = np.unravel_index(int(np.argmax(off)), off.shape)
        total, place = float(sums[row]), f" in row {tuple(int(i) for i in row)}"
    _refuse(array, argument)
    raise ValueError(
        f"{argument}: expected probabilities that sum to 1, their sum{place} is {total!r}; "
        f"divide by the sum first if that is what you mean"
    )


def _groups_of_rows(shape: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the indices of groups of whole rows, each group about a block long."""
    axis, length = len(shape) - 2, shape[-1]
    while axis and length * shape[axis] <= BLOCK:
        axis, length = axis - 1, length * shape[axis]
    step = max(1, BLOCK // length)
    for outer in np.ndindex(*shape[:axis]):
        for start in range(0, shape[axis], step):
            yield (*outer, slice(start, start + step))


def _align(
    arrays: list[np.ndarray], names: tuple[str, ...], axis: int
) -> tuple[list[np.ndarray], tuple[int, ...]]:
    """Move the summed axis last and broadcast the others."""
    shape = arrays[0].shape
    if len(shape) == 1 and axis == -1 and len({array.shape for array in arrays}) == 1:
        return arrays, shape
    try:
        axis = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis: expected a whole number, got {axis!r}") from None
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


# Sums a block over its last axis: kernel(*block, positive=, work=). With ``positive`` every entry
# is above _TINY, so that no quotient overflows and no logarithm is infinite.
Kernel = Callable[..., Any]
_TINY = 1e-300
_LEAST = 5e-324  # the least positive number
_MANY = 1024
_ONES = np.ones(_MANY)
_STRETCH = 8192


def _accumulate(
    arrays: list[np.ndarray], names: tuple[str, ...], axis: int, kernel: Kernel
) -> tuple[Any, list[Any], list[np.ndarray], tuple[int, ...]]:
    """Sum ``kernel`` over the last axis, and every array along with it, validating all blocks.

    Returns the sums of the kernel, the sums of each array, the broadcast arrays and their shape.
    """
    wide, shape = _align(arrays, names, axis)
    if len(shape) == 1 and shape[0] <= BLOCK:
        value, numbers = _one_block(wide, arrays, names, kernel=kernel, scratch=np.empty(shape))
        for each, array, name in zip(numbers, arrays, names, strict=True):
            _check_sums(each, array, name)
        return float(value), numbers, wide, shape
    total: Any
    sums: list[Any]
    found: Iterator[tuple[Any, list[Any]]]
    if len(shape) == 1:
        total, sums = _long_sum(wide, arrays, names, kernel)
    else:
        total, sums = np.empty(shape[:-1]), [np.empty(shape[:-1]) for _ in wide]
        if shape[-1] > BLOCK:
            places: list[tuple[Any, ...]] = list(np.ndindex(*shape[:-1]))
            found = (
                _long_sum([array[row] for array in wide], arrays, names, kernel) for row in places
            )
        else:
            places = list(_groups_of_rows(shape))
            found = iter(_in_blocks(wide, places, arrays, names, kernel))
        for place, (value, numbers) in zip(places, found, strict=True):
            total[place] = value
            for accumulator, number in zip(sums, numbers, strict=True):
                accumulator[place] = number
    for each, array, name in zip(sums, arrays, names, strict=True):
        _check_sums(each, array, name)
    return total, sums, wide, shape


def _long_sum(
    wide: list[np.ndarray], arrays: list[np.ndarray], names: tuple[str, ...], kernel: Kernel
) -> tuple[float, list[float]]:
    """Sum ``kernel`` over one row that takes many blocks, and every array along with it."""
    places = [(slice(start, start + BLOCK),) for start in range(0, wide[0].size, BLOCK)]
    values, parts = zip(*_in_blocks(wide, places, arrays, names, kernel), strict=True)
    # fsum would refuse a sum of inf and -inf; the kernels have but one infinity each.
    return math.fsum(values), [math.fsum(part) for part in zip(*parts, strict=True)]


def _in_blocks(
    wide: list[np.ndarray],
    places: list[tuple[Any, ...]],
    arrays: list[np.ndarray],
    names: tuple[str, ...],
    kernel: Kernel,
) -> list[tuple[Any, list[Any]]]:
    """Validate the blocks at ``places``; return the value of each and the sums of its arrays.

    Two threads take the blocks of a large array, each the next that is left. What a block gives
    does not depend on the others, so the result is the same to the last digit for one thread.
    """
    todo = deque(enumerate(places))
    found: list[Any] = [None] * len(places)

    def work() -> None:
        # One scratch array for all blocks: fresh memory would cost as much as the arithmetic.
        scratch = np.empty(min(BLOCK, wide[0].size))
        trusting = kernel is _entropy_block
        # Every thread has an error state of its own.
        with np.errstate(divide="ignore", invalid="ignore"):
            while todo:
                try:
                    position, place = todo.popleft()
                except IndexError:  # the other thread was faster
                    return
                block = [array[place] for array in wide]
                quick = _trusting_block(block[0], scratch) if trusting else None
                # Where one block holds a zero, others do: they are not tried in vain.
                trusting = quick is not None
                try:
                    found[position] = quick or _one_block(
                        block, arrays, names, kernel=kernel, scratch=scratch
                    )
                except ValueError as error:
                    found[position] = error
                    todo.clear()

    if wide[0].size < _WORTH_A_THREAD or min(THREADS, processors()) < 2:
        work()
    else:
        # NumPy lets go of the interpreter's lock while it computes.
        other = _other_thread().submit(work)
        try:
            work()
        finally:
            todo.clear()
            # Not yet begun, it has nothing left to do; begun, it is at its last block.
            if not other.cancel():
                other.result()
    # The blocks before a bad one have all been taken: which error comes first is no race.
    for each in found:
        if isinstance(each, ValueError):
            raise each
    return found


@functools.cache
def _other_thread() -> ThreadPoolExecutor:
    """Return the thread that shares the work: to start one takes as long as half a million logs."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="probabilities")


if hasattr(os, "register_at_fork"):
    # A forked process inherits the executor, but not its thread.
    os.register_at_fork(after_in_child=_other_thread.cache_clear)


def processors() -> int:
    """Return on how many processors this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _trusting_block(p: np.ndarray, scratch: np.ndarray) -> tuple[Any, list[Any]] | None:
    """Sum p log p and p without a look at the entries; None where the sums show a bad one, or 0.

    A negative entry, a nan, an infinity and a zero each have a logarithm, or a product with it,
    that no other entry makes finite again. Searching for them first would cost a fifth of the time.
    """
    if p.dtype is not _FLOAT:
        return None
    value = _dot(p, np.log(p, _room(scratch, p.shape)))
    return (value, [_sum(p)]) if np.isfinite(value).all() else None


def _room(scratch: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return ``scratch``, or as much of it as an array of this shape takes."""
    return scratch if scratch.shape == shape else scratch[: math.prod(shape)].reshape(shape)


def _one_block(
    block: list[np.ndarray],
    arrays: list[np.ndarray],
    names: tuple[str, ...],
    *,
    kernel: Kernel,
    scratch: np.ndarray,
) -> tuple[Any, list[Any]]:
    """Validate one block; return its value and the sums of its arrays."""
    block = [each if each.dtype is _FLOAT else each.astype(_FLOAT) for each in block]
    shape = block[0].shape
    work = _room(scratch, shape)
    for each in block:
        if not _least(each) > _TINY:
            break
    else:
        sums = [_sum(each) for each in block]
        # No block that passes sums to more than one; an infinity sums to infinity.
        if max(sums) < 2.0 if len(shape) == 1 else max(map(np.max, sums)) < 2.0:
            return kernel(*block, positive=True, work=work), sums
    for each, array, name in zip(block, arrays, names, strict=True):
        if not (_least(each) >= 0 and each.item(each.argmax()) < math.inf):
            _refuse(array, name)
    with np.errstate(divide="ignore", invalid="ignore"):
        return kernel(*block, positive=False, work=work), [_sum(each) for each in block]


def _sum(p: np.ndarray) -> Any:
    # A product with ones starts faster than a reduction, but must not fill the cache with ones.
    if p.ndim == 1 and len(p) <= _MANY:
        return p.dot(_ONES[: len(p)])
    if p.shape[-1] <= _MANY:
        return np.vecdot(p, _ONES[: p.shape[-1]])
    if p.ndim > 1 or not p.flags.c_contiguous:
        return np.add.reduce(p, axis=-1)
    # Products of matrices too small for BLAS to wake other threads: as in _dot.
    whole = len(p) - len(p) % (8 * _MANY)
    rows = np.matmul(p[:whole].reshape(-1, 8, _MANY), _ONES)
    return np.add.reduce(rows, axis=None) + np.add.reduce(p[whole:])


def _dot(p: np.ndarray, values: np.ndarray) -> Any:
    if p.ndim > 1:
        return np.vecdot(p, values)
    if len(p) < 4 * _STRETCH:
        return p.dot(values)
    # In stretches too short for BLAS to wake other threads: waiting for them costs more than they
    # save here, and far more where the processors have other work.
    whole = len(p) - len(p) % _STRETCH
    rows = np.vecdot(p[:whole].reshape(-1, _STRETCH), values[:whole].reshape(-1, _STRETCH))
    return np.add.reduce(rows) + p[whole:].dot(values[whole:])


def _least(p: np.ndarray) -> float:
    # On short arrays the place of the minimum is found in a third of the time of its value; nan
    # counts as the least.
    return p.item(p.argmin())


def _entropy_block(p: np.ndarray, *, positive: bool, work: np.ndarray) -> Any:
    if positive:
        return _dot(p, np.log(p, work))
    # No logarithm of zero; which other takes its place does not matter, for zero times it is zero.
    return _dot(p, np.log(np.maximum(p, _LEAST, out=work), work))


def _cross_block(p: np.ndarray, q: np.ndarray, *, positive: bool, work: np.ndarray) -> Any:
    if positive:
        return _dot(p, np.log(q, work))
    logs = np.log(q, where=(p > 0) & (q > 0), out=np.zeros(p.shape))
    logs[(p > 0) & (q == 0)] = -np.inf
    return np.add.reduce(np.where(p > 0, p * logs, 0.0), axis=-1)


def _kl_block(p: np.ndarray, q: np.ndarray, *, positive: bool, work: np.ndarray) -> Any:
    if positive:
        return _dot(p, np.log(np.divide(p, q, work), work))
    # Logarithms apart: where q is subnormal the ratio overflows.
    terms = p * (np.log(p) - np.log(q))
    return np.add.reduce(np.where(p > 0, terms, 0.0), axis=-1)


def entropy(p: Any, axis: int = -1) -> np.ndarray:
    """Return -sum p log p along ``axis``, in nats."""
    array = as_probabilities(p, "p")
    total, _, _, _ = _accumulate([array], ("p",), axis, _entropy_block)
    return 0.0 - total


def cross_entropy(p: Any, q: Any, axis: int = -1) -> np.ndarray:
    """Return -sum p log q along ``axis``, in nats; infinite where q misses mass of p."""
    arrays = [as_probabilities(p, "p"), as_probabilities(q, "q")]
    total, _, _, _ = _accumulate(arrays, ("p", "q"), axis, _cross_block)
    return 0.0 - total


def kl_divergence(p: Any, q: Any, axis: int = -1) -> np.ndarray:
    """Return sum p log(p/q) - p + q along ``axis``, in nats: never negative."""
    quick = _short_kl(p, q) if type(p) is type(q) is np.ndarray and p.ndim == 1 else None
    if quick is not None and axis == -1:
        return quick
    arrays = [as_probabilities(p, "p"), as_probabilities(q, "q")]
    total, (sum_p, sum_q), wide, shape = _accumulate(arrays, ("p", "q"), axis, _kl_block)
    value = total + (sum_q - sum_p)
    return _redo_where_small(
        value, wide, shape, lambda block: _bregman(block[0], block[1], block[1] - block[0])
    )


def _short_kl(p: np.ndarray, q: np.ndarray) -> Any:
    """Return what the general way does of two short rows of ordinary probabilities, else None.

    On a thousand entries the way through blocks and axes takes as long as the logarithms.
    """
    size = len(p)
    if not (p.dtype is q.dtype is _FLOAT and 0 < size <= _MANY and q.shape == p.shape):
        return None
    ones = _ONES[:size]
    sum_p, sum_q = p.dot(ones), q.dot(ones)
    if not (abs(sum_p - 1.0) <= SUM_TOLERANCE and abs(sum_q - 1.0) <= SUM_TOLERANCE):
        return None
    if not (p.item(p.argmin()) > _TINY and q.item(q.argmin()) > _TINY):
        return None
    ratio = p / q
    value = p.dot(np.log(ratio, ratio)) + (sum_q - sum_p)
    return value if value >= _CANCELLATION else None


def _redo_where_small(
    value: Any,
    wide: list[np.ndarray],
    shape: tuple[int, ...],
    terms: Callable[[list[np.ndarray]], np.ndarray],
) -> Any:
    """Sum ``terms`` again over the rows whose result is small enough to have lost digits."""
    if len(shape) == 1:
        if not value < _CANCELLATION:
            return value
        pieces = []
        for start in range(0, shape[0], BLOCK):
            block = [np.asarray(array[start : start + BLOCK], dtype=float) for array in wide]
            pieces.append(float(np.add.reduce(terms(block))))
        return math.fsum(pieces)
    small = value < _CANCELLATION
    value[small] = 0.0
    rows = np.argwhere(small)
    step = max(1, BLOCK // shape[-1])
    for first in range(0, len(rows), step):
        chosen = tuple(rows[first : first + step].T)
        for start in range(0, shape[-1], BLOCK):
            part = (*chosen, slice(start, start + BLOCK))
            block = [np.asarray(array[part], dtype=float) for array in wide]
            value[chosen] += np.add.reduce(terms(block), axis=-1)
    return value


def js_divergence(distributions: list[Any], weights: tuple[float, ...], axis: int = -1) -> Any:
    """Return the weighted Jensen-Shannon divergence of arrays along ``axis``, in nats."""
    names = argument_names(len(distributions))
    arrays = [
        as_probabilities(value, name) for value, name in zip(distributions, names, strict=True)
    ]
    ceiling = weight_entropy(weights)
    equal = _are_equal(weights)
    # A share of a share may be too small to divide by.
    ample = equal or min(weights) > 1e-6

    def gap(*block: np.ndarray, positive: bool, work: np.ndarray) -> Any:
        # ceiling - JSD = sum_i w_i p_i log(m / (w_i p_i)): every term is non-negative, so the
        # result cannot exceed the ceiling, and equals it when no category is shared.
        if positive and equal:
            mixture = np.add(block[0], block[1])
            for each in block[2:]:
                mixture += each
            dots = 0.0
            for each in block:
                dots = dots + _dot(each, np.log(np.divide(mixture, each, work), work))
            return weights[0] * dots
        mixture = sum(weight * each for weight, each in zip(weights, block, strict=True))
        total = 0.0
        for weight, each in zip(weights, block, strict=True):
            part = weight * each
            if positive and ample:
                total = total + _dot(part, np.log(np.divide(mixture, part, work), work))
            else:
                # Logarithms apart: where a part is subnormal the ratio overflows.
                with np.errstate(divide="ignore", invalid="ignore"):
                    logs = np.where(part > 0, np.log(mixture) - np.log(part), 0.0)
                total = total + np.add.reduce(part * logs, axis=-1)
        return total

    def terms(block: list[np.ndarray]) -> np.ndarray:
        mixture = np.zeros_like(block[0])
        for weight, each in zip(weights, block, strict=True):
            mixture = mixture + weight * each
        total = np.zeros_like(mixture)
        for weight, each in zip(weights, block, strict=True):
            if weight:
                change = np.zeros_like(each)
                for w, other in zip(weights, block, strict=True):
                    change = change + w * (other - each)
                total += weight * _bregman(each, mixture, change)
        return total

    total, _, wide, shape = _accumulate(arrays, names, axis, gap)
    return _redo_where_small(ceiling - total, wide, shape, terms)


def _are_equal(weights: tuple[float, ...]) -> bool:
    return weights.count(weights[0]) == len(weights)


def weight_entropy(weights: tuple[float, ...]) -> float:
    """Return the entropy of the weights, which no Jensen-Shannon divergence exceeds."""
    if _are_equal(weights):
        return math.log(len(weights))
    return -math.fsum(weight * math.log(weight) for weight in weights if weight > 0)


def argument_names(count: int) -> tuple[str, ...]:
    """Return the names under which messages speak of ``count`` distributions: p, q, r, ..."""
    if count <= _LETTERS:
        return _NAMES[:count]
    return (*_NAMES, *(f"distribution {i + 1}" for i in range(_LETTERS, count)))


_NAMES = tuple("pqrstuvwxyz")
_LETTERS = len(_NAMES)
