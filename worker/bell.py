"""A datagram from whoever enqueues to the managers of the same queue on the same host.

Its address is an abstract unix socket (Linux) named by the queue's own random name, which only
those who can read the queue know. A bell that nobody hears, or that is rung for nothing, does no harm.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from functools import cache

#: managers of one queue on one host that can be woken; further ones only poll
PLACES = 4

_kept = threading.local()


def ring(queue_id: str) -> None:
    """Wake the managers of a queue on this host, if there are any; never raises: the job is in, and will be found."""
    if sys.platform != "linux":
        return
    with suppress(OSError):
        line = _line()
        for address in _addresses(queue_id):
            # where nobody has the place, an error number is quicker than an exception
            if line.connect_ex(address) == 0:
                with suppress(OSError):
                    line.send(b"")


class _Line(socket.socket):
    """A ringer's end; silent when its thread ends without having closed it."""

    def __del__(self) -> None:
        self.close()


def _line() -> _Line:
    """Give this thread's and process's own, for two would dial over each other; to make one takes longer than to ring."""
    found: _Line | None = getattr(_kept, "line", None)
    if found is not None and _kept.pid != os.getpid():
        # not closed: a program that became a daemon may have another file under its number
        found.detach()
        found = None
    if found is None:
        found = _Line(socket.AF_UNIX, socket.SOCK_DGRAM)
        found.setblocking(False)
        _kept.line, _kept.pid = found, os.getpid()
    return found


class Bell:
    """A manager's end; without a free place it stays silent."""

    def __init__(self, queue_id: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        if sys.platform == "linux":
            self._take_place(queue_id)

    def hear(self) -> bool:
        """Say whether it was rung since the last time."""
        heard = False
        with suppress(BlockingIOError):
            while True:
                self.socket.recv(1)
                heard = True
        return heard

    def close(self) -> None:
        self.socket.close()

    def _take_place(self, queue_id: str) -> None:
        for address in _addresses(queue_id):
            with suppress(OSError):
                self.socket.bind(address)
                return


@cache
def _addresses(queue_id: str) -> list[bytes]:
    return [f"\0forklift-worker/{queue_id}/{n}".encode() for n in range(PLACES)]
