"""One run of fab, in the background, as the siege sees it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from siege.stem import Stem

#: seconds for a task that nobody attacks, on a machine that is busy
PATIENCE = 90


class Fab:
    """One run of fab, in the background."""

    def __init__(self, stem: Stem, pid: int, log: Path) -> None:
        self._stem, self._pid, self._log = stem, pid, log
        self._began, self._end = time.monotonic(), 0.0

    def signal(self, number: signal.Signals) -> None:
        if self.status is None:
            # it may have ended just now
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)

    @property
    def status(self) -> int | None:
        """The exit status; negative after a signal, None while it runs."""
        return self._stem.status(self._pid)

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def seconds(self) -> float:
        return (self._end or time.monotonic()) - self._began

    def ended(self, patience: float) -> bool:
        """Wait for its end; kill it if it does not come in this many seconds."""
        in_time = self._stem.wait(self._pid, patience)
        self._end = self._end or time.monotonic()
        if not in_time:
            self.signal(signal.SIGKILL)
            self._stem.wait(self._pid, PATIENCE)
        return in_time
