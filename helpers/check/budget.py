"""A limit of time that needs no signals: it holds on Windows and in a page as well."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sympy.polys.polyerrors import BasePolynomialError

__all__ = [
    "CUT_SHORT",
    "RESERVE",
    "SYMPY_FAILS",
    "OutOfTime",
    "attempted",
    "limited",
    "obstacles",
    "search_is_over",
    "time_left",
]

# A reader waits so long for an answer; a build of the book, whose verdicts must not depend on how
# busy the machine is, says in this variable that it waits longer.
SECONDS = float(os.environ.get("BOOK_PATIENCE", "9"))
# Of these, what is kept for the search for a proof.
RESERVE = SECONDS / 2
# How many seconds Python in a browser takes for what takes one on the desktop.
_SLOWNESS = 4.0 if sys.platform == "emscripten" else 1.0

# Seconds after which an interruption that changed nothing is sent again.
_AGAIN = 0.5


def _clock() -> float:
    """Seconds of the desktop's processor time: what a limit allows is the same everywhere."""
    return time.process_time() / _SLOWNESS


class OutOfTime(BaseException):
    """The time is up. No ``except Exception`` of SymPy's stands in its way."""


# What SymPy is known to end in where it does not know how to go on.
SYMPY_FAILS = (
    ArithmeticError,
    AttributeError,
    BasePolynomialError,
    LookupError,
    NameError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)

# What stood in the way of the check that is running, in the order it was met.
obstacles: list[str] = []

# Said among the obstacles: what was not looked at any more may hold a counterexample.
CUT_SHORT = "the search for a counterexample was cut short by the limit of time"

_deadlines: list = []


def time_left() -> float:
    """Seconds of processor time until the nearest limit; infinity where there is none.

    >>> time_left()
    inf
    """
    return min((d - _clock() for d in _deadlines), default=float("inf"))


def search_is_over() -> bool:
    """Is the time that is left kept for a proof? A search that asks is noted as cut short.

    >>> search_is_over()
    False
    """
    is_over = time_left() < RESERVE
    if is_over and CUT_SHORT not in obstacles:
        obstacles.append(CUT_SHORT)
    return is_over


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raise :class:`OutOfTime` inside the block once it has used its seconds of processor time.

    A watching thread raises it; where there are no threads (WebAssembly) a profiling hook does,
    at the next call of a Python function.

    >>> try:
    ...     with limited(0.05):
    ...         while True:
    ...             pass
    ... except OutOfTime:
    ...     print("stopped")
    stopped
    """
    deadline = min([_clock() + seconds, *_deadlines])
    depth = len(_deadlines)
    _deadlines.append(deadline)
    stop = _watched(deadline)
    try:
        yield
    finally:
        ended = False
        while not ended:
            try:
                stop()
                ended = True
            except OutOfTime:
                # It was on its way when the block ended, and has nothing left to interrupt.
                continue
        del _deadlines[depth:]


def _watched(deadline):
    """Begin to watch; what is returned ends it."""
    done, sent = threading.Event(), threading.Event()
    lock = threading.Lock()
    target = threading.get_ident()

    def watch():
        while (left := deadline - _clock()) > 0:
            if done.wait(max(left, 0.01)):
                return
        # Again and again: a limit inside this one may have taken the first for its own.
        while not done.is_set():
            with lock:
                if not done.is_set():
                    sent.set()
                    _send(target)
            done.wait(_AGAIN)

    def stop():
        with lock:
            done.set()
        if not sent.is_set():
            return
        # Whether it has arrived is not known, and one that is only taken back leaves Python 3.11
        # looking for it at every call, for ever when a profiler is on: so it is received here.
        try:
            _send(target)
            while True:
                time.sleep(0)
        except OutOfTime:
            pass

    try:
        threading.Thread(target=watch, daemon=True).start()
    except RuntimeError:
        return _hooked(deadline)
    return stop


def _send(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(OutOfTime))


def _hooked(deadline):
    before = sys.getprofile()

    def hook(frame, event, argument):
        if event == "call" and _clock() > deadline:
            sys.setprofile(before)
            raise OutOfTime

    sys.setprofile(hook)
    return lambda: sys.setprofile(before)


def attempted(prove, *args, seconds: float = SECONDS / 2):
    """What a search for a proof finds; nothing (and an obstacle told) where it breaks off."""
    try:
        with limited(seconds):
            return prove(*args)
    except OutOfTime:
        if time_left() <= 0:
            raise
        obstacles.append(f"the search for a proof was given up after {seconds:g} seconds")
    except SYMPY_FAILS as problem:
        obstacles.append(f"computer algebra broke off ({type(problem).__name__}: {problem})"[:200])
    return ""
