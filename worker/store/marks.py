"""How far the traces of ended jobs reach, so that a scan need not read them again; pure.

An index keeps the entry of a row that is gone until no transaction can want it any more. With a backup's snapshot open for an hour that
are millions of entries at the head of the queue, and every grab would read them all.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Place = TypeVar("Place")

#: seconds that a scan from the very beginning may take without further thought
CHEAP = 0.002
#: seconds from which such a scan is worth waiting for, even if nothing was found without it
DEAR = 0.25
#: the share of the time that scans from the beginning may take
SHARE = 0.05


class Mark(Generic[Place]):
    """Where to begin: nowhere in particular while scans are cheap; else behind the last find, and from the beginning now and then."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._cost = 0.0
        self._again_at = 0.0

    def begin(self, now: float) -> Place | None:
        """Give the place behind which to look; None: from the beginning."""
        if self.is_cheap or now >= self._again_at:
            return None
        return self._place

    @property
    def is_cheap(self) -> bool:
        return self._cost < CHEAP

    @property
    def is_dear(self) -> bool:
        """Whether less than was wanted, found behind the place, is to do for now."""
        return self._cost >= DEAR

    def scanned(self, seconds: float, now: float) -> None:
        """Take in what a scan from the beginning cost."""
        self._cost = seconds
        self._again_at = now + seconds / SHARE

    def found(self, place: Place) -> None:
        self._place = place
