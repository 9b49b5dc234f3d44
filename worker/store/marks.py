"""How far the traces of ended jobs reach, so that a scan need not read them again; pure.

An index keeps the entry of a row that is gone until no transaction can want it any more. With a backup's snapshot open for an hour that
are millions of entries at the head of the queue, and every grab would read them all.
"""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """Of a job in its queue."""

    precedence: int
    id: int


#: seconds that a scan from the very beginning may take without further thought
CHEAP = 0.002
#: the share of the time that scans from the beginning may take, and where less was found behind a place than was wanted
SHARE, SHARE_IF_SHORT = 0.02, 0.05
#: seconds that a place is old before it counts: what has a lower id may be committed later
LATE = 0.1


class Mark:
    """Where to begin: nowhere in particular while scans are cheap; else behind what was found, and from the beginning now and then."""

    def __init__(self) -> None:
        #: behind which to look
        self.place: Place | None = None
        self._next: Place | None = None
        self._reached_at = 0.0
        self._cost = 0.0
        self._scanned_at = 0.0

    def begin(self, now: float) -> Place | None:
        """Give the place behind which to look; None: from the beginning."""
        return None if self.is_cheap or self._may(now, SHARE) else self.place

    @property
    def is_cheap(self) -> bool:
        return self._cost < CHEAP

    def may_again(self, now: float) -> bool:
        """Whether to look from the beginning too, as less than was wanted lies behind the place."""
        return self._may(now, SHARE_IF_SHORT)

    def scanned(self, seconds: float, now: float) -> None:
        """Take in what a scan from the beginning cost."""
        self._cost = seconds
        self._scanned_at = now

    def is_old(self, now: float) -> bool:
        """Whether to say anew what was reached."""
        return now >= self._reached_at + LATE

    def reached(self, place: Place, now: float) -> None:
        """A scan has come so far; the next but one begins there, unless one comes less far meanwhile."""
        if self._next and self._next.precedence == place.precedence:
            if not self.is_old(now):
                return
            self.place = min(self._next, place)
        else:
            self.place = place
        self._next, self._reached_at = place, now

    def _may(self, now: float, share: float) -> bool:
        return now >= self._scanned_at + self._cost / share
