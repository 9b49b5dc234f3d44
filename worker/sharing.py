"""Who gets which job: how many to grab, how many each child gets, what goes to another."""

from __future__ import annotations

import time
from collections.abc import Sequence

from worker.crew import Crew
from worker.exchange import Exchange
from worker.job import Delivered, Done, Outcome, Settled
from worker.member import Member
from worker.portion import Portion
from worker.store.base import Grabbed

#: ends whose seconds tell how long such jobs take
_COUNTED = (Done, Delivered, Settled)
#: seconds without a word from a child after which the jobs behind its running one go to others
STUCK = 0.1
#: jobs of one grab at most, whose ids stand in its statements one by one
LARGEST = 1000


class Sharing:
    """Shares the jobs that wait in the exchange among the crew."""

    def __init__(self, crew: Crew, exchange: Exchange) -> None:
        self._crew, self._exchange = crew, exchange
        self._portion = Portion()

    def learn(self, ended: Sequence[tuple[Grabbed, Outcome]]) -> None:
        """Take in how long the jobs of a report took."""
        self._portion.learn([_seconds(outcome) for _, outcome in ended])

    def wanted(self) -> int:
        """Count the jobs to grab."""
        rooms = sum(self._room(member) for member in self._crew.members)
        return max(0, min(LARGEST, rooms - len(self._exchange.waiting)))

    def held(self) -> dict[int, int]:
        """Give all jobs (id to owner) that children have."""
        return {job.id: job.owner for m in self._crew.members for job in m.hand.jobs}

    def recall(self, *, every: bool) -> list[Grabbed]:
        """Take back what waits behind a job that turned out long; or whatever is not begun."""
        now = time.monotonic()
        taken: list[Grabbed] = []
        for member in self._crew.members:
            stuck = len(member.hand.jobs) > 1 and now - member.heard_at > STUCK
            if (stuck or every) and not member.hand.recalled:
                taken += member.recall()
        return taken

    def hand_out(self) -> None:
        """Share what waits evenly, those with least in hand first."""
        waiting = self._exchange.waiting
        ready = [m for m in self._crew.members if waiting and self._room(m)]
        ready.sort(key=lambda member: len(member.hand.jobs))
        for left, member in zip(range(len(ready), 0, -1), ready):
            share = min(-(-len(waiting) // left), self._room(member), len(waiting))
            jobs = [waiting.popleft() for _ in range(share)]
            while jobs and waiting and jobs[-1].goes_with(waiting[0]):
                jobs.append(waiting.popleft())
            if jobs and not member.give(jobs):
                waiting.extendleft(reversed(jobs))

    def patience(self) -> float:
        """Seconds until a child may be found stuck."""
        several = any(len(member.hand.jobs) > 1 for member in self._crew.members)
        return STUCK if several else 1.0

    def _room(self, member: Member) -> int:
        if member.hand.recalled or member.hand.frames > 1:
            return 0
        return member.may_take(self._portion.room(len(member.hand.jobs)))


def _seconds(outcome: Outcome) -> float:
    """Anything but a job simply done counts as long: it is not the tiny work that is worth batching."""
    return outcome.seconds if type(outcome) in _COUNTED else 0.001
