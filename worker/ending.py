"""When a manager that was told to stop is through."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from worker.signals import Signals

#: seconds after stop_timeout in which a database that does not answer may come back
GRACE = 5.0


@dataclass
class Ending:
    """Begins with the first signal that stops, or with the death of the parent."""

    signals: Signals
    #: seconds that running jobs get to finish
    stop_timeout: float
    #: the process that keeps several managers; 0: there is none
    parent: int = 0
    _at: float | None = field(default=None, init=False)

    @property
    def has_begun(self) -> bool:
        return self._at is not None

    def heed(self) -> bool:
        """Look at what was asked; True when the end begins."""
        signals, now = self.signals, time.monotonic()
        asked = signals.stops or signals.reload or self._is_orphan()
        begins = self._at is None and bool(asked)
        if begins:
            self._at = now + self.stop_timeout
        if signals.stops > 1 and self._at is not None:
            self._at = min(self._at, now)
        return begins

    @property
    def is_due(self) -> bool:
        """Whether running jobs have had their time."""
        return self._late() >= 0

    @property
    def is_overdue(self) -> bool:
        """Whether a database that does not answer has had its time too."""
        return self._late() > GRACE

    def patience(self) -> float:
        """Seconds to wait at most."""
        return max(0.05, -self._late())

    def _late(self) -> float:
        return float("-inf") if self._at is None else time.monotonic() - self._at

    def _is_orphan(self) -> bool:
        return bool(self.parent) and os.getppid() != self.parent
