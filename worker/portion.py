"""How many jobs a child may have in hand, so that tiny jobs are handed over in batches; pure."""

from __future__ import annotations

#: seconds of work that a child may have in hand: it is not to be idle while the ends of its jobs are written
AHEAD = 0.06
#: jobs that a child has in hand at most: what begins and ends a turn takes as long as some thirty jobs that do nothing
MOST = 500
#: jobs in hand at which a longer portion is allowed the next time
GROWTH = 4
#: weight of the newest report in the average
NEWEST = 0.3


class Portion:
    """Begins with one job; grows while jobs prove to be tiny, shrinks at once when one is not."""

    def __init__(self) -> None:
        self._average: float | None = None
        self.size = 1

    def learn(self, seconds: list[float]) -> None:
        """Take in how long the jobs of one report took."""
        if not seconds:
            return
        mean = sum(seconds) / len(seconds)
        before = mean if self._average is None else self._average
        self._average = max(mean * NEWEST + before * (1 - NEWEST), 1e-6)
        fitting = max(1, int(AHEAD / self._average))
        self.size = min(MOST, self.size * GROWTH, fitting)

    def room(self, in_hand: int) -> int:
        """Count the jobs to hand to a child that has *in_hand*; none before half is done."""
        if in_hand > self.size // 2:
            return 0
        return self.size - in_hand
