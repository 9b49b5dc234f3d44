"""What one child has in hand, in the order in which it will do it; pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from worker.job import Outcome
from worker.store.base import Grabbed


@dataclass(frozen=True)
class Wreck:
    """What a dead child leaves: jobs it had finished, the one that it died of (several, if they go together), those not begun."""

    finished: Sequence[Grabbed]
    crashed: Sequence[Grabbed]
    untouched: Sequence[Grabbed]


class Hand:
    def __init__(self) -> None:
        self.jobs: deque[Grabbed] = deque()
        #: frames of orders that the child has not reported as through
        self.frames = 0
        #: jobs were taken back: no new ones before the child is through with its frames
        self.recalled = False
        #: ends that the child reported, and of these the ones in the database
        self.reported = 0
        self.settled = 0

    @property
    def is_empty(self) -> bool:
        return not self.jobs and not self.frames

    @property
    def is_clean(self) -> bool:
        """Whether the child owes nothing, and all that it did is in the database."""
        return self.is_empty and self.settled == self.reported

    def give(self, jobs: Sequence[Grabbed]) -> None:
        self.jobs.extend(jobs)
        self.frames += 1

    def report(
        self, ended: bool, outcomes: Sequence[Outcome]
    ) -> list[tuple[Grabbed, Outcome]]:
        """Match reported ends with the jobs: they come in order."""
        self.frames -= ended
        if not self.frames:
            self.recalled = False
        self.reported += len(outcomes)
        return [(self.jobs.popleft(), outcome) for outcome in outcomes]

    def recall(self, permits: int) -> list[Grabbed]:
        """Take back the last jobs, as many as permits were withdrawn before the child used them."""
        if permits:
            self.recalled = True
        taken = [self.jobs.pop() for _ in range(permits)]
        return taken[::-1]

    def wreck(self, finished: int, permits: int) -> Wreck:
        """Read the remains: the child's own count of finished jobs, and the permits it left.

        It takes a permit before a job and counts after it, so what it was at lies between.
        """
        begun = len(self.jobs) - permits
        through = max(0, min(finished - self.reported, begun))
        jobs = list(self.jobs)
        return Wreck(
            finished=jobs[:through],
            crashed=jobs[through:begun],
            untouched=jobs[begun:],
        )
