"""How a thread that waits for several things at once is woken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Bell(threading.Event):
    """Stays rung until it was heard: a buffer that runs empty must not silence the others."""

    def clear(self) -> None:
        """Do nothing: paramiko's buffers call this when they were read, only `heard` may."""

    def heard(self, timeout: float) -> bool:
        """Wait up to *timeout* seconds for a ring, and take it."""
        rung = self.wait(max(timeout, 0))
        super().clear()
        return rung


class Cancel:
    """The operator's wish to stop; wakes every thread that waits for a host."""

    def __init__(self) -> None:
        self._wish = threading.Event()
        self._bells: set[Bell] = set()
        self._lock = threading.Lock()

    def set(self) -> None:
        self._wish.set()
        with self._lock:
            for bell in self._bells:
                bell.set()

    def clear(self) -> None:
        """Forget the wish, so that what was begun can be undone."""
        self._wish.clear()

    def is_set(self) -> bool:
        return self._wish.is_set()

    def wait(self, timeout: float) -> bool:
        """Sleep *timeout* seconds, or until the wish comes."""
        return self._wish.wait(timeout)

    @contextmanager
    def ringing(self, bell: Bell) -> Iterator[None]:
        """Ring *bell* at the wish while the block runs."""
        with self._lock:
            self._bells.add(bell)
        try:
            yield
        finally:
            with self._lock:
                self._bells.discard(bell)
