"""Processes of a soak, by number: who belongs to whom, signals, limits."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


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


def sessions() -> dict[int, list[int]]:
    """Find all living processes by their session, as /proc has them."""
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                found.setdefault(int(fields[3]), []).append(int(path.parent.name))
    return found
