"""What manager and child say to each other: frames of JSON over a socket pair."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from worker.job import (
    Aborted,
    Delivered,
    Done,
    Failed,
    GivenBack,
    Outcome,
    Quarantined,
    Retry,
    Settled,
)
from worker.store.base import Grabbed

_LENGTH = struct.Struct("!I")
_KINDS = {
    kind.__name__: kind
    for kind in (Delivered, Settled, Retry, Failed, Aborted, Quarantined, GivenBack)
}
#: bytes read at once
PIECE = 262144


def orders(settled: int, jobs: Sequence[Grabbed]) -> bytes:
    """Manager to child: jobs to do, and how many of the child's reported ends are in the database."""
    return _frame([settled, jobs])


def read_orders(frame: Any) -> tuple[int, list[Grabbed]]:
    settled, jobs = frame
    return settled, [Grabbed._make(job) for job in jobs]


def report(ended: bool, outcomes: Sequence[Outcome]) -> bytes:
    """Child to manager: how its next jobs ended, and whether one frame of orders is through.

    A job that is simply done is a bare number, its seconds.
    """
    return _frame(
        [
            ended,
            [
                each.seconds
                if isinstance(each, Done)
                else [type(each).__name__, vars(each)]
                for each in outcomes
            ],
        ]
    )


def read_report(frame: Any) -> tuple[bool, list[Outcome]]:
    ended, outcomes = frame
    return ended, [
        _outcome(*each) if type(each) is list else Done(each) for each in outcomes
    ]


def _outcome(kind: str, fields: dict[str, Any]) -> Outcome:
    return _KINDS[kind](**fields)


class Reader:
    """Cuts what a socket delivers into frames."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def receive(self) -> bool:
        """Read once; False at the end of the other side's life, or if there is nothing to wait for."""
        try:
            data = self._connection.recv(PIECE)
        except (ConnectionResetError, BlockingIOError):
            return False
        self._buffer += data
        return bool(data)

    def frames(self) -> Iterator[Any]:
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            frame = json.loads(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield frame


def _frame(value: Any) -> bytes:
    body = json.dumps(value, separators=(",", ":")).encode("ascii")
    return _LENGTH.pack(len(body)) + body
