"""Wall clocks that are wrong: libfaketime, where the host has it, for a process and all that it forks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

#: seconds by which clocks are wrong
SKEW = 3600


def library() -> str:
    """Find libfaketime; empty where it is not installed."""
    for folder in ("lib/*/faketime", "lib/faketime", "lib64/faketime"):
        for found in Path("/usr").glob(f"{folder}/libfaketime.so.1"):
            return str(found)
    return ""


def environment(library: str, seconds: int) -> Mapping[str, str]:
    """Name the variables with which a process has its clocks so far ahead, or behind.

    The monotonic one too: spared, libfaketime 0.9.10 has time.sleep last an hour. It must not
    become negative, so on a host that is up for less than that no clock is behind.
    """
    if not library or not seconds or time.monotonic() + seconds < 0:
        return {}
    return {"LD_PRELOAD": library, "FAKETIME": f"{seconds:+d}"}


def sweep(pid: int) -> None:
    """Remove what libfaketime leaves of a process that was killed."""
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        with suppress(OSError):
            Path("/dev/shm", name).unlink()  # noqa: S108 # where it puts them
