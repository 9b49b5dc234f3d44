"""The right to end a job, as its child has it while the handler works; remembers what the handler said."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from worker import serializers
from worker.errors import BadJob, LeaseLost
from worker.handler import Handler
from worker.hook import Hook
from worker.job import Aborted, Delivered, Done, GivenBack, Outcome, Settled
from worker.offer import Intake, offer, release
from worker.store import settling
from worker.store.base import Grabbed, NewJob, Settlement
from worker.store.interface import Store
from worker.store.statements import Statement

#: bytes of a result as text
LARGEST_RESULT = 1_000_000


class Held:
    def __init__(
        self,
        store: Store,
        grabbed: Sequence[Grabbed],
        handler: Handler | None = None,
        hooks: Sequence[Hook] = (),
    ) -> None:
        self._store, self._grabbed, self._hooks = store, grabbed, hooks
        self._handler = handler or Handler()
        #: what is to be kept, as text; empty: not said yet
        self._result = ""
        self._cursor: Any = None
        self._settled_in_open = False
        self.completed = self.settled = False
        self.aborted: str | None = None
        #: seconds for which the handler declined the job
        self.declined: float | None = None

    @property
    def is_decided(self) -> bool:
        """Whether the handler said how the job ends; an exception changes nothing any more."""
        return self.completed or self.settled or self.aborted is not None

    def still_mine(self) -> bool:
        return all(self._store.is_held(job.id, job.owner) for job in self._grabbed)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """One within another is a part of it: a second BEGIN would commit what the first has written."""
        if self._cursor is not None:
            yield self._cursor
            return
        result, self._settled_in_open = self._result, False
        try:
            with self._store.transaction() as self._cursor:
                yield self._cursor
        except BaseException:
            self._result = result  # undone as well
            raise
        finally:
            self._cursor = None
        self.settled = self.settled or self._settled_in_open

    def complete(self, result: Any = None) -> None:
        if result is not None:
            self.deliver(result)
        if self._cursor is None:
            self.completed = True
            return
        end = self._done(0.0)
        for job in self._grabbed:
            own = Settlement(job.id, job.owner, end)
            self._write(self._cursor, job, settling.settle(own, self._store.words))
        self._settled_in_open = True

    def deliver(self, result: Any) -> None:
        """Remember what is to be kept, if the handler keeps results; the first that was said counts."""
        if self._handler.keep_result and not self._result:
            self._result = serializers.write(
                result, self._handler.serializer, "result", LARGEST_RESULT
            )

    def progress(self, done: float, note: str) -> None:
        if not isinstance(done, (int, float)) or not 0 <= done <= 1:
            raise BadJob(f"progress is {done!r}; it must be a number from 0 to 1")
        within = contextlib.nullcontext(self._cursor)
        with within if self._cursor else self._store.transaction() as cursor:
            for job in self._grabbed:
                held = (job.id, job.owner)
                said = settling.progress(held, done, note, self._store.words)
                self._write(cursor, job, [said])

    def _write(
        self, cursor: Any, job: Grabbed, statements: Sequence[Statement]
    ) -> None:
        if not self._store.within(cursor, statements):
            raise LeaseLost(
                f"job {job.id} is no longer ours: its lease ran out meanwhile"
            )

    def abort(self, why: object) -> None:
        self.aborted = str(why)

    def replace(self, jobs: Sequence[tuple[Any, Any]]) -> None:
        intake = Intake(self._hooks)
        with self.transaction() as cursor:
            for handler, arg in jobs:
                intake.put(
                    handler, [offer(handler, arg)], lambda new: self._put(new, cursor)
                )
            self.complete()

    def _put(self, jobs: Sequence[NewJob], cursor: Any) -> list[int]:
        return self._store.enqueue(jobs, release(), cursor)

    def verdict(self, seconds: float) -> Outcome:
        """Say how a job ended whose handler came to its end after so many seconds."""
        if self.settled:
            return Settled(seconds)
        if self.aborted is not None:
            return Aborted(self.aborted, seconds)
        if self.declined is not None and not self.completed:
            return GivenBack(self.declined, seconds)
        return self._done(seconds)

    def _done(self, seconds: float) -> Done | Delivered:
        keep = self._handler.keep_result
        return (
            Delivered(self._result or "null", keep, seconds) if keep else Done(seconds)
        )
