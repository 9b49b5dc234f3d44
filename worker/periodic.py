"""Enqueues the ticks of periodic handlers: each once for all managers of the queue, by the database's clock."""

from __future__ import annotations

import time
from dataclasses import dataclass

from worker.handler import Handler
from worker.journal import Journal
from worker.offer import accepted, offer
from worker.register import Register
from worker.schedule import Schedule
from worker.store import ticks
from worker.store.base import NewJob
from worker.store.interface import Store

#: seconds between two looks at the database's clock, which may be stepped
TRUST_CLOCK = 60.0


@dataclass
class _Series:
    """The ticks of one handler, and when to look again, by the monotonic clock."""

    handler: Handler
    schedule: Schedule
    look_at: float = 0.0

    @property
    def of(self) -> ticks.Of:
        return self.handler.name, str(self.schedule)


class Periodic:
    """Of a manager: every one of them tries, the first one's attempt counts."""

    def __init__(
        self, store: Store, register: Register, release: str, journal: Journal
    ) -> None:
        self._journal = journal
        self._store, self._register, self._release = store, register, release
        self._series = [
            _Series(each, Schedule(each.schedule, each.time_zone))
            for each in register
            if each.schedule
        ]

    def pause(self) -> float | None:
        """Seconds until a tick may be due; None: nothing is periodic."""
        if not self._series:
            return None
        nearest = min(each.look_at for each in self._series)
        return max(0.0, nearest - time.monotonic())

    def tick(self) -> list[str]:
        """Enqueue what is due, and name it: the handler, and the tick's time."""
        now = time.monotonic()
        due = [each for each in self._series if each.look_at <= now]
        named = [(each.handler.name, self._tick(each)) for each in due]
        return [f"{name} of {at}" for name, at in named if at]

    def _tick(self, series: _Series) -> str:
        """Of several ticks that were missed the last is made up for, if it is not too long ago."""
        words = self._store.words
        ((ticked_at, clock),) = self._store.change(ticks.look(series.of, words))[1][1]
        now = clock / 1e6
        since = max(ticked_at / 1e6, now - series.handler.catch_up)
        at = series.schedule.last(since, now)
        won = at is not None and self._enqueue(series, at)
        wait = series.schedule.after(now) - now
        series.look_at = time.monotonic() + min(wait, TRUST_CLOCK)
        return series.schedule.text(at) if won and at is not None else ""

    def _enqueue(self, series: _Series, at: float) -> bool:
        job = self._job(series, at)
        if job is None:
            return False
        statements = ticks.tick(series.of, at, job, self._release, self._store.words)
        return self._store.change(statements)[1][0] > 0

    def _job(self, series: _Series, at: float) -> NewJob | None:
        """Write the argument as hooks want it; one that fails is no reason for the manager to fail."""
        handler = series.handler
        tick = offer(handler, {"tick": series.schedule.text(at)})
        try:
            return accepted(
                tick, self._register.hooks_around(handler.name), handler.serializer
            )
        except Exception as error:  # a hook is user code
            self._journal.say(
                f"a tick of {handler.name} is not enqueued, its serialize raised {type(error).__name__}; trying again"
            )
            return None
