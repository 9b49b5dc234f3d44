"""When to ask the database next; pure, by the monotonic clock."""

from __future__ import annotations

#: seconds to wait after the first poll that found nothing; grows up to work_delay
SHORTEST = 0.05
GROWTH = 1.5
#: seconds between two attempts at a database that does not answer
FIRST_TROUBLE, LONGEST_TROUBLE = 0.1, 5.0


class Pacing:
    """Polls at once while there is work, ever more rarely while there is none."""

    def __init__(self, work_delay: float) -> None:
        self._work_delay = work_delay
        self._delay = SHORTEST
        self._trouble = FIRST_TROUBLE
        self.poll_at = 0.0
        #: the last poll found nothing, and nobody has said since that there is something
        self.is_idle = False
        #: nothing may be asked before; the database did not answer
        self.blocked_until = 0.0

    def found(self, now: float, *, all_wanted: bool) -> None:
        """There is more, perhaps, if as many were found as were wanted."""
        self.is_idle = False
        self._delay = min(SHORTEST, self._work_delay)
        self.poll_at = now if all_wanted else now + self._delay

    def found_nothing(self, now: float) -> None:
        self.is_idle = True
        self.poll_at = now + self._delay
        self._delay = min(self._delay * GROWTH, self._work_delay)

    def wake(self, now: float) -> None:
        """Something was put in, or became due: poll now, and again soon."""
        self.found(now, all_wanted=True)

    def failed(self, now: float) -> float:
        """Wait longer after each failure; give the seconds."""
        wait = self._trouble
        self.blocked_until = now + wait
        self._trouble = min(wait * 2, LONGEST_TROUBLE)
        return wait

    def answered(self) -> None:
        self._trouble = FIRST_TROUBLE
        self.blocked_until = 0.0
