"""What the operator asked by signals. A handler sets an attribute and wakes the loop; nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
from types import TracebackType

#: wait while a worker begins or begins anew, as they would end what does not handle them yet; TERM and INT may
HELD = (signal.SIGHUP, signal.SIGUSR1)


def hold_back() -> None:
    """Let these signals wait for the handlers of Signals, also over an exec."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)


class Signals:
    """TERM, INT: stop; again: at once. HUP: reload. USR1: show. CHLD: only wakes."""

    def __init__(self) -> None:
        self.stops = 0
        self.reload = False
        self.show = False
        self.wakes_on, self._wakes = os.pipe()
        os.set_blocking(self.wakes_on, False)
        os.set_blocking(self._wakes, False)

    def __enter__(self) -> Signals:
        signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        for number, handler in (
            (signal.SIGTERM, self._stop),
            (signal.SIGINT, self._stop),
            (signal.SIGHUP, self._reload),
            (signal.SIGUSR1, self._show),
            (signal.SIGCHLD, self._wake),
        ):
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)
        self.close()

    def close(self) -> None:
        """Let go of the pipe, at the end or in a child after its fork."""
        os.close(self.wakes_on)
        os.close(self._wakes)

    def clear(self) -> None:
        """Take what woke the loop out of the pipe."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.wakes_on, 4096):
                pass

    def _stop(self, _number: int, _frame: object) -> None:
        self.stops += 1

    def _reload(self, _number: int, _frame: object) -> None:
        self.reload = True

    def _show(self, _number: int, _frame: object) -> None:
        self.show = True

    def _wake(self, _number: int, _frame: object) -> None:
        """The pipe has been written to by the interpreter."""
