"""The way from the workers to the soak's server: a TCP port on loopback that cuts, stalls, delays and loses answers."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path

#: bytes that are carried at once
PIECE = 65536
#: closing with it says "reset by peer" instead of goodbye
ABRUPTLY = struct.pack("ii", 1, 0)


class Network(threading.Thread):
    """Carries bytes between whoever connects to `port` and the server's unix socket."""

    def __init__(self, server: Path) -> None:
        super().__init__(daemon=True)
        self._server = str(server)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._ends: set[socket.socket] = set()
        #: seconds that each piece takes longer
        self.delay = 0.0
        #: set: questions, and answers, get through
        self.asks, self.answers = threading.Event(), threading.Event()
        self.mend()

    def run(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                with suppress(OSError):
                    self._join(near)

    def mend(self) -> None:
        """Be a good network again."""
        self.delay = 0.0
        self.asks.set()
        self.answers.set()

    def stall(self) -> None:
        self.asks.clear()
        self.answers.clear()

    def cut(self) -> None:
        """Break every connection; new ones get through."""
        for end in list(self._ends):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.mend()
        self.cut()

    def _join(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(self._server)
        except OSError:
            near.close()
            far.close()
            raise
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ends |= {near, far}
        for way in ((near, far, self.asks), (far, near, self.answers)):
            threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(
        self, source: socket.socket, target: socket.socket, gate: threading.Event
    ) -> None:
        """Carry one direction until either end is gone, and close what the other direction waits for."""
        with suppress(OSError):
            while True:
                data = source.recv(PIECE)
                if not data:
                    break
                time.sleep(self.delay)
                gate.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
        self._ends.discard(source)
        source.close()
