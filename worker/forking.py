"""Becoming another process: what is left behind at a fork, and how its end differs from a program's."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn


def fork(body: Callable[[], object]) -> int:
    """Run *body* in a child and give its process id; the child exits 0 when it returns."""
    gc.freeze()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _become(body)
    return pid


def _become(body: Callable[[], object]) -> NoReturn:
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        body()
        status = 0
    except BaseException:  # the end of the child; nothing of the parent's may run in it
        sys.excepthook(*sys.exc_info())
    finally:
        leave(status)


def leave(status: int) -> NoReturn:
    """Leave without the parent's exit handlers."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)
