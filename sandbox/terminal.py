"""A terminal of a given size, with somebody who looks at it."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
import threading
import time
from pathlib import Path

import pyte
from pyte.screens import Char

from sandbox.errors import SandboxError


class Terminal:
    """A pseudo-terminal; what it shows is known at any moment."""

    def __init__(self, columns: int = 80, lines: int = 24) -> None:
        self._master, self._slave = os.openpty()
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)
        self._screen = pyte.HistoryScreen(columns, lines, history=1000)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._raw = b""
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def path(self) -> Path:
        return Path(os.ttyname(self._slave))

    @property
    def raw(self) -> bytes:
        with self._lock:
            return self._raw

    @property
    def cursor_is_shown(self) -> bool:
        with self._lock:
            return not self._screen.cursor.hidden

    def text(self) -> str:
        """What is seen by who scrolls up, too."""
        with self._lock:
            above = [
                "".join(line[n].data for n in range(self._screen.columns))
                for line in self._screen.history.top
            ]
            return "\n".join(each.rstrip() for each in [*above, *self._screen.display])

    def picture(self) -> list[list[Char]]:
        """The cells that are seen now, line by line."""
        with self._lock:
            columns, buffer = range(self._screen.columns), self._screen.buffer
            return [
                [buffer[line][n] for n in columns] for line in range(self._screen.lines)
            ]

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Wait until it is shown; raises SandboxError with what is shown instead."""
        limit = time.monotonic() + seconds
        while text not in self.text():
            if time.monotonic() > limit:
                raise SandboxError(f"no {text!r} on the terminal:\n{self.text()}")
            time.sleep(0.02)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def leave(self) -> None:
        """Close it, as an ssh session that breaks: what writes to it gets an error."""
        os.close(self._slave)
        os.close(self._master)

    def _read(self) -> None:
        try:
            while data := os.read(self._master, 65536):
                with self._lock:
                    self._raw += data
                    self._stream.feed(data)
        except OSError:
            return
