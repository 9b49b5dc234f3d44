"""Call the handler of a job, and turn what happens into an outcome."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from worker import alarm, retry
from worker.errors import Abort, LeaseLost
from worker.handler import Handler, Register
from worker.job import Aborted, Done, Failed, Job, Outcome, Retry, Settled
from worker.retry import Failure
from worker.store.base import Grabbed, Settlement
from worker.store.interface import Store
from worker.verdict import FALLBACK_DELAY


class Held:
    """A job's right to be ended, as the child has it; remembers what the handler said."""

    def __init__(self, store: Store, grabbed: Grabbed) -> None:
        self._store, self._grabbed = store, grabbed
        self._cursor: Any = None
        self._settled_in_open = False
        self.completed = self.settled = False
        self.aborted: str | None = None

    def still_mine(self) -> bool:
        return self._store.is_held(self._grabbed.id, self._grabbed.owner)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with self._store.transaction() as cursor:
            self._cursor = cursor
            try:
                yield cursor
            finally:
                self._cursor = None
        self.settled = self.settled or self._settled_in_open

    def complete(self) -> None:
        if self._cursor is None:
            self.completed = True
            return
        own = Settlement(self._grabbed.id, self._grabbed.owner, Done())
        if not self._store.settle_within(self._cursor, own):
            raise LeaseLost(
                f"job {self._grabbed.id} is no longer ours: its lease ran out meanwhile"
            )
        self._settled_in_open = True

    def abort(self, why: str) -> None:
        self.aborted = why


def perform(register: Register, store: Store, grabbed: Grabbed) -> Outcome:
    """Run one job to its end, whatever that is; only the death of the process is not an outcome."""
    handler = register.get(grabbed.handler)
    if handler is None:
        return retry.after_unknown(grabbed.handler, grabbed.attempt)
    hold = Held(store, grabbed)
    job = job_of(grabbed, hold)
    started = time.perf_counter()
    try:
        with alarm.after(handler.timeout):
            handler.work(job)
    except Abort as abort:
        hold.aborted = str(abort) or hold.aborted or "aborted"
    except (Exception, SystemExit) as error:
        if not (hold.completed or hold.settled or hold.aborted is not None):
            return _failed(handler, job, error)
    return _verdict(hold, time.perf_counter() - started)


def job_of(grabbed: Grabbed, hold: Held) -> Job:
    return Job(
        id=grabbed.id,
        handler=grabbed.handler,
        arg=json.loads(grabbed.arg),
        attempt=grabbed.attempt,
        queue=grabbed.queue,
        priority=grabbed.priority,
        uniqkey=grabbed.uniqkey,
        enqueued_at=grabbed.enqueued_at / 1e6,
        hold=hold,
    )


def _verdict(hold: Held, seconds: float) -> Outcome:
    if hold.settled:
        return Settled(seconds)
    if hold.aborted is not None:
        return Aborted(hold.aborted)
    return Done(seconds)


def _failed(handler: Handler, job: Job, error: BaseException) -> Retry | Failed:
    failure = Failure(
        error=f"{type(error).__name__}: {error}",
        place=place_of(error),
        traceback="".join(
            traceback.format_exception(type(error), error, error.__traceback__)
        ),
    )
    delay = _delay(handler, job) if job.attempt <= handler.max_retries else 0.0
    return retry.after_failure(failure, job.attempt, handler.max_retries, delay)


def _delay(handler: Handler, job: Job) -> float:
    """Ask the handler; an error in its answer is no reason to lose the retry."""
    try:
        first = handler.retry_delay
        if callable(first):
            return max(0.0, float(first(job)))
        return retry.delay_before(
            job.attempt, float(first), handler.backoff, handler.max_retry_delay
        )
    except Exception:  # user code again; what failed first is what gets reported
        return FALLBACK_DELAY


def place_of(error: BaseException) -> str:
    """Name the error's type and the line that raised it; not its text, which may hold the argument."""
    frames = traceback.extract_tb(error.__traceback__)
    where = (
        f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    )
    return f"{type(error).__name__}{where}"
