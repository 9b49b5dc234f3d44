"""The three streams of one channel, moved without ever waiting."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import cast

import paramiko

from deploy.remote.lines import Lines
from deploy.remote.outcome import Terms
from deploy.remote.transport import BROKEN

#: lines of standard error that are kept
KEPT = 1000
CHUNK = 65536
#: pieces sent before the output is looked at again
BURST = 16


class Incoming:
    """Both outputs of a command, cut into lines as they come; the first as it is, if *on_bytes* takes it."""

    def __init__(
        self,
        channel: paramiko.Channel,
        on_line: Callable[[str, str], None],
        on_bytes: Callable[[bytes], object] | None = None,
    ) -> None:
        self._receive = {"out": channel.recv, "err": channel.recv_stderr}
        self._lines = {"out": Lines(), "err": Lines()}
        self._kept: dict[str, deque[str]] = {"out": deque(), "err": deque(maxlen=KEPT)}
        self._on_line, self._on_bytes = on_line, on_bytes

    def read(self) -> None:
        """Take whatever has come."""
        for stream in list(self._receive):
            self._drain(stream)

    def at_end(self) -> bool:
        return not self._receive

    def cut(self) -> None:
        """Take an unfinished line for a whole one: no more will be read."""
        for stream in list(self._receive):
            self._take(stream, b"")

    def text(self, stream: str) -> str:
        return "".join(self._kept[stream])

    def _drain(self, stream: str) -> None:
        while stream in self._receive:
            data = self._received(stream)
            if data is None:
                return
            self._take(stream, data)

    def _received(self, stream: str) -> bytes | None:
        """Give what has come: nothing at the end, None if nothing has come yet."""
        try:
            return self._receive[stream](CHUNK)
        except socket.timeout:
            return None
        except BROKEN:
            return b""

    def _take(self, stream: str, data: bytes) -> None:
        if not data:
            del self._receive[stream]
        if stream == "out" and self._on_bytes:
            self._on_bytes(data)
            return
        for line in self._lines[stream].feed(data):
            self._kept[stream].append(line)
            self._on_line(stream, line)


class Outgoing:
    """What goes to a command's standard input; the end of it closes the input unless the terms say to keep it.

    An empty piece says that the next is not there yet.
    """

    def __init__(
        self, channel: paramiko.Channel, stdin: Iterable[bytes], terms: Terms
    ) -> None:
        self._channel, self._pieces, self._terms = channel, iter(stdin), terms
        self._piece = memoryview(b"")
        self._sent = 0
        self._going = True

    def write(self) -> bool:
        """Send what the window takes; say whether more could go at once."""
        for _ in range(BURST):
            if not self._going or not self._next_piece():
                return False
            if not self._piece:
                return True  # it is not there yet, and was waited for a moment
            try:
                sent = self._channel.send(cast(bytes, self._piece))
            except socket.timeout:
                return False
            except BROKEN:
                sent = 0
            # nothing taken: the script is over, or the connection; what came back will say
            self._going = sent > 0
            self._piece = self._piece[sent:]
            self._sent += sent
            self._terms.on_sent(self._sent)
        return True

    def end(self) -> None:
        """Close the command's standard input."""
        self._going = False
        with suppress(*BROKEN):
            self._channel.shutdown_write()

    def _next_piece(self) -> bool:
        if not self._piece:
            piece = next(self._pieces, None)
            if piece is None:
                self._going = False
                if not self._terms.keep_stdin:
                    self.end()
                return False
            self._piece = memoryview(piece)
        return True
