"""What time alone brings: scheduled jobs become due, leases run out, periodic handlers tick."""

from __future__ import annotations

import time

from worker import lines
from worker.holding import Holding
from worker.journal import Journal
from worker.periodic import Periodic
from worker.pruning import Pruning

#: seconds between looks at what is due: scheduled jobs, leases that ran out
LOOK_EVERY = 1.0
#: no look follows another sooner
LOOK_AGAIN = 0.02
#: looks take the database this share of the time at most, unless they would be further apart than that many seconds
SHARE, LONGEST = 0.05, 5.0
#: seconds between looks at what was kept for long enough
PRUNE_EVERY = 60.0


class Rounds:
    """A manager's looks at the queue; each says whether a job is ready."""

    def __init__(
        self, holding: Holding, periodic: Periodic, pruning: Pruning, journal: Journal
    ) -> None:
        self._holding, self._periodic, self._pruning = holding, periodic, pruning
        self._journal = journal
        self._look_at = self._prune_at = 0.0
        self._rested_at = 0.0
        self._promotes_on = False

    def pause(self) -> float:
        """Seconds until something is to be looked at."""
        if self._promotes_on:
            return 0.0
        look = max(0.0, min(self._look_at, self._prune_at) - time.monotonic())
        tick = self._periodic.pause()
        return look if tick is None else min(look, tick)

    def expect(self, seconds: float) -> None:
        """Something will be due then."""
        soon = time.monotonic() + max(seconds, LOOK_AGAIN)
        self._look_at = min(self._look_at, max(soon, self._rested_at))

    def hurry(self) -> None:
        """Look again as soon as may be."""
        self._look_at = min(self._look_at, self._rested_at)

    def look(self) -> bool | None:
        """Promote scheduled jobs, and take back those whose holder is gone; None if it is not time."""
        if self._promotes_on:
            return self._promote()
        now = time.monotonic()
        if now < self._look_at:
            return None
        due = self._holding.due()
        rest = rest_after(due.took)
        self._rested_at = now + rest
        self._look_at = now + max(rest, LOOK_EVERY)
        ready = due.ready
        if due.lease is not None and due.lease <= 0:
            ready = True
            self._journal.tell(lines.expired(*each) for each in self._holding.reclaim())
        if due.scheduled is None:
            return ready
        self._look_at = now + max(rest, min(LOOK_EVERY, due.scheduled))
        return self._promote() if due.scheduled <= 0 else ready

    def _promote(self) -> bool:
        """Make a batch ready, and go on with the next turn if that was not all: a look tells nothing new."""
        self._promotes_on = self._holding.promote()
        return True

    def tick(self) -> bool:
        """Enqueue what periodic handlers are due."""
        ticked = self._periodic.tick()
        for each in ticked:
            self._journal.say(f"tick {each} is enqueued", "tick")
        return bool(ticked)

    def prune(self) -> None:
        """Delete what was kept for long enough, a little at a time."""
        now = time.monotonic()
        if now < self._prune_at:
            return
        # before, so that a server which refuses it is not asked at every turn
        self._prune_at = now + PRUNE_EVERY
        count, more = self._pruning.prune()
        if more:
            self._prune_at = now + LOOK_EVERY
        if count:
            text = f"{count} jobs that were kept for long enough are deleted"
            self._journal.say(text, "pruned", jobs=count)


def rest_after(took: float) -> float:
    """Seconds between two looks if one takes the database so long: with an old snapshot open, it reads what is long gone."""
    return min(max(LOOK_AGAIN, took / SHARE), LONGEST)
