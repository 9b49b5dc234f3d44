"""Call the handler of a job, and turn what happens into an outcome."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from worker import alarm, hook, retry, serializers
from worker.errors import Abort, Decline, UnknownSerializer
from worker.handler import Handler
from worker.hold import Held
from worker.hook import Hook
from worker.job import Failed, Job, Outcome, Retry
from worker.register import Register
from worker.retry import Failure
from worker.store.base import Grabbed
from worker.store.interface import Store
from worker.verdict import FALLBACK_DELAY


class NotCompleted(Exception):
    """A handler that completes explicitly did not."""


def perform(register: Register, store: Store, *grabbed: Grabbed) -> list[Outcome]:
    """Run a job to its end, whatever that is, with those that go with it; give the end of each.

    Only the death of the process is not an outcome.
    """
    name = grabbed[0].handler
    handler = register.get(name)
    if handler is None:
        return [retry.after_unknown(name, each.attempt) for each in grabbed]
    hold = Held(store, grabbed, handler, register.hooks)
    hooks = register.hooks_around(name)
    started = time.perf_counter()
    job: Job | None = None
    try:
        job = _together([job_of(each, hold, hooks) for each in grabbed])
        _work(handler, job, hold, hooks)
    except (Exception, SystemExit) as error:
        if job is None:
            blank = [job_of(each._replace(arg="null"), hold) for each in grabbed]
            return [_unread(handler, each, error) for each in blank]
        if not hold.is_decided:
            took = time.perf_counter() - started
            failed = [_failed(handler, each, error) for each in job.together]
            return [replace(each, seconds=took) for each in failed]
    return [hold.verdict(time.perf_counter() - started)] * len(grabbed)


def _together(jobs: Sequence[Job]) -> Job:
    """Give the first of the jobs, which has the others."""
    first, *others = jobs
    return replace(first, others=tuple(others)) if others else first


def _work(handler: Handler, job: Job, hold: Held, hooks: Sequence[Hook]) -> None:
    """Call the handler; what it says by Abort and Decline is no failure."""
    try:
        with alarm.after(handler.timeout):
            result = hook.around_work(hooks, job, lambda: handler.work(job))
    except Abort as abort:
        hold.aborted = str(abort) or hold.aborted or "aborted"
    except Decline as decline:
        hold.declined = retry.waiting(decline.seconds)
    else:
        if handler.explicit_completion and not hold.is_decided:
            raise NotCompleted("work returned without calling job.completed()")
        hold.deliver(result)


def job_of(grabbed: Grabbed, hold: Held, hooks: Sequence[Hook] = ()) -> Job:
    return Job(
        id=grabbed.id,
        handler=grabbed.handler,
        arg=hook.deserialized(hooks, serializers.read(grabbed.arg)),
        attempt=grabbed.attempt,
        queue=grabbed.queue,
        priority=grabbed.priority,
        uniqkey=grabbed.uniqkey,
        enqueued_at=grabbed.enqueued_at / 1e6,
        hold=hold,
    )


def _unread(handler: Handler, job: Job, error: BaseException) -> Retry | Failed:
    """Decide on a job whose argument could not be read; *job* is without it."""
    if isinstance(error, UnknownSerializer):
        return retry.after_unreadable(str(error), job.attempt)
    return _failed(handler, job, error)


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
            return retry.waiting(first(job))
        grown = retry.delay_before(
            job.attempt, float(first), handler.backoff, handler.max_retry_delay
        )
        return retry.waiting(grown)
    except Exception:  # user code again; what failed first is what gets reported
        return FALLBACK_DELAY


def place_of(error: BaseException) -> str:
    """Name the error's type and the line that raised it; not its text, which may hold the argument."""
    frames = traceback.extract_tb(error.__traceback__)
    where = (
        f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    )
    return f"{type(error).__name__}{where}"
