"""One line an event to standard error, for multilog to stamp; and pipes that may break."""

from __future__ import annotations

import errno
import io
import os
import sys

#: what a file says that takes no more: no room, the user's share used up, larger than allowed
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def lines(events: list[str]) -> None:
    """Write events in one system call; a reader that has gone away is no reason to fail."""
    if not events:
        return
    data = "".join(f"{event}\n" for event in events).encode("utf-8", "backslashreplace")
    _Patient(2, "w", closefd=False).write(data)


def open_streams() -> None:
    """Let no file or connection get the number of a stream that is closed, as what is printed would go there."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def silence(number: int) -> None:
    """Let a descriptor lead to /dev/null."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)


def protect_streams() -> None:
    """Let print and logging outlive the reader of our pipes: a draining job is not to fail of it."""
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)


def _stream(number: int) -> io.TextIOWrapper:
    raw = io.BufferedWriter(_Patient(number, "w", closefd=False))
    return io.TextIOWrapper(
        raw, encoding="utf-8", errors="backslashreplace", line_buffering=True
    )


class _Patient(io.FileIO):
    """Points its descriptor at /dev/null when its reader is gone, for us and what we start.

    A full disk may have room again: what does not fit is left out.
    """

    def write(self, data) -> int:  # type: ignore[no-untyped-def] # typeshed's Buffer needs 3.12
        left = memoryview(data)
        try:
            while left:
                left = left[super().write(left) or 0 :]
        except OSError as error:
            # EIO: a terminal that was closed
            if isinstance(error, ConnectionError) or error.errno == errno.EIO:
                silence(self.fileno())
            elif error.errno not in FULL:
                raise
        return len(data)
