"""How packets come from a connection's socket: paramiko's way, with fewer turns for each."""

from __future__ import annotations

import socket
from contextlib import suppress

from paramiko.packet import Packetizer

#: seconds between two looks whether the connection was closed, or is to be asked for a sign of life
LOOK = 1
#: bytes that are taken from the socket at once
CHUNK = 65536


class Ahead:
    """A socket that is read ahead: paramiko asks for the length of each packet, and then for the packet."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._held = memoryview(b"")

    def recv(self, size: int) -> bytes:
        held = self._held or memoryview(self._sock.recv(CHUNK))
        self._held = held[size:]
        return bytes(held[:size])

    def send(self, data: bytes) -> int:
        return self._sock.send(data)

    def close(self) -> None:
        # wakes the thread that waits for more
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


class Packets(Packetizer):
    """The packets of a connection that goes straight to its host."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(LOOK)
        super().__init__(Ahead(sock))  # type: ignore[arg-type] # it has all that is asked of it
        self._handshake_over = False

    def complete_handshake(self) -> None:
        # paramiko 5.1 does so with each packet, and there is a timer to stop
        if not self._handshake_over:
            self._handshake_over = True
            super().complete_handshake()
