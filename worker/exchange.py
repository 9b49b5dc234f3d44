"""The manager's dealings with the database: when to ask what, and what to do while it does not answer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping

from worker import lines
from worker.errors import WorkerError
from worker.holding import Holding
from worker.job import Done, GivenBack, Outcome, Retry, Settled
from worker.journal import Journal
from worker.pacing import Pacing
from worker.rounds import Rounds
from worker.store.base import Grabbed, Settlement


class Exchange:
    """Ended attempts go in, grabbed jobs come out. Nothing is forgotten while the database is away."""

    def __init__(
        self, holding: Holding, rounds: Rounds, work_delay: float, journal: Journal
    ) -> None:
        self._holding, self._rounds = holding, rounds
        self._journal = journal
        self._pacing = Pacing(work_delay)
        #: ended, not yet in the database
        self.ended: deque[tuple[Grabbed, Outcome]] = deque()
        #: grabbed, not yet handed out
        self.waiting: deque[Grabbed] = deque()
        self._renew_at = time.monotonic() + holding.renew_every
        self._doubtful = False

    @property
    def is_empty(self) -> bool:
        return not self.ended and not self.waiting

    def end(self, ended: Iterable[tuple[Grabbed, Outcome]]) -> None:
        self.ended.extend(ended)

    def give_back(self, jobs: Iterable[Grabbed]) -> None:
        self.end((job, GivenBack()) for job in jobs)

    def give_back_waiting(self) -> None:
        self.give_back(self.waiting)
        self.waiting.clear()

    def wake(self) -> None:
        """Someone on this host enqueued."""
        self._pacing.wake(time.monotonic())
        self._rounds.expect(0.0)

    def pause(self) -> float:
        """Seconds until the database is to be asked again, if nothing else happens."""
        now = time.monotonic()
        nearest = min(self._pacing.poll_at, self._renew_at) - now
        wait = min(nearest, self._rounds.pause())
        return max(0.0, wait, self._pacing.blocked_until - now)

    def trade(self, room: int, held: Mapping[int, int]) -> None:
        """Do whatever is due. *room*: how many jobs are wanted; *held*: what children have (id to owner)."""
        if time.monotonic() < self._pacing.blocked_until:
            return
        try:
            self._trade(room, held)
        except WorkerError as error:
            wait = self._pacing.failed(time.monotonic())
            self._doubtful = True
            self._journal.say(
                f"{error}; trying again in {wait:g} s", "database is silent"
            )

    def _trade(self, room: int, held: Mapping[int, int]) -> None:
        if self._doubtful:
            self._clear_doubts(held)
        self._renew(held)
        if self._pacing.is_idle and time.monotonic() >= self._pacing.poll_at:
            self._rounds.hurry()
        self._make_rounds(looks=room > 0)
        polls = room > 0 and time.monotonic() >= self._pacing.poll_at
        if self.ended or polls:
            self._turn(room)

    def _make_rounds(self, *, looks: bool) -> None:
        """An idle manager's look is its poll: one query tells whether a grab is worth it."""
        ticked = self._rounds.tick()
        self._rounds.prune()
        found = self._rounds.look() if looks else None
        if found or ticked:
            self._pacing.wake(time.monotonic())
        elif found is False and self._pacing.is_idle:
            self._pacing.found_nothing(time.monotonic())

    def _turn(self, room: int) -> None:
        ended = list(self.ended)
        settlements = [
            Settlement(job.id, job.owner, outcome)
            for job, outcome in ended
            if not isinstance(outcome, Settled)
        ]
        turn = self._holding.turn(settlements, room)
        self.ended.clear()
        self.waiting.extend(turn.grabbed)
        self._journal.tell(
            lines.lost(job) if job.id in turn.lost else lines.Ended(job, outcome)
            for job, outcome in ended
        )
        others = [outcome for _, outcome in ended if type(outcome) is not Done]
        self._pace(room, len(turn.grabbed), others)

    def _pace(self, room: int, grabbed: int, outcomes: list[Outcome]) -> None:
        now = time.monotonic()
        self._pacing.answered()
        if grabbed:
            self._pacing.found(now, all_wanted=grabbed >= room)
        elif room:
            self._pacing.found_nothing(now)
        for outcome in outcomes:
            if isinstance(outcome, Retry) or (
                isinstance(outcome, GivenBack) and outcome.delay
            ):
                self._rounds.expect(outcome.delay)

    def _renew(self, held: Mapping[int, int]) -> None:
        now = time.monotonic()
        if now < self._renew_at:
            return
        self._renew_at = now + self._holding.renew_every
        every = {**self._ours(), **held}
        lost = self._holding.renew(every)
        for id in sorted(lost):
            self._journal.say(
                f"job {id} lost its lease: someone else may have it now",
                "lost",
                job=id,
            )
        self.waiting = deque(job for job in self.waiting if job.id not in lost)

    def _clear_doubts(self, held: Mapping[int, int]) -> None:
        """After a broken connection: the last turn may have happened without our getting its answer."""
        forgotten = self._holding.forget_unknown({**self._ours(), **held})
        if forgotten:
            self._journal.say(
                f"gave back {forgotten} jobs whose grab had got no answer"
            )
        self._doubtful = False
        self._renew_at = 0.0
        self._journal.say("the queue answers again", "database answers")

    def _ours(self) -> dict[int, int]:
        ended = {job.id: job.owner for job, _ in self.ended}
        return {**ended, **{job.id: job.owner for job in self.waiting}}
