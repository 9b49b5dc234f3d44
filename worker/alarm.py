"""The soft end of a job's timeout: an exception in the handler, by SIGALRM."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from worker.errors import TimedOut


@contextmanager
def after(seconds: float) -> Iterator[None]:
    """Raise TimedOut in what runs inside, once, after so many seconds; 0 is never.

    It comes between two steps of Python code. What hangs in C is ended by the manager.
    """
    if not seconds:
        yield
        return

    def ring(_number: int, _frame: object) -> NoReturn:
        raise TimedOut(f"it ran longer than its timeout of {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
