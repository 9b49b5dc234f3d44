"""Processes of a soak, by number: who belongs to whom, signals, limits."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


def tell(pids: Iterable[int], number: int) -> None:
    """Send a signal to those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def starve(pids: Iterable[int], size: int = resource.RLIM_INFINITY) -> None:
    """Let them write to no file beyond so many bytes, as on a disk that is full."""
    for pid in pids:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Process(NamedTuple):
    pid: int
    parent: int
    session: int


def living() -> Iterator[Process]:
    """Find all living processes, as /proc has them."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                yield Process(int(path.parent.name), int(fields[1]), int(fields[3]))
