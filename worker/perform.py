"""Call the handler of a job, and turn what happens into an outcome."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from types import CoroutineType, GeneratorType

from worker import alarm, failing, hook, retry, serializers
from worker.errors import Abort, Decline, UnknownSerializer
from worker.handler import Handler
from worker.hold import Held
from worker.hook import Hook
from worker.job import Failed, Job, Outcome, Retry
from worker.register import Register
from worker.store.base import Grabbed
from worker.store.interface import Store


class NotCompleted(Exception):
    """A handler that completes explicitly did not, or what it returned had not begun."""


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
    except KeyboardInterrupt:
        raise  # of whoever tries jobs at a terminal: a child takes no notice of INT
    except BaseException as error:
        # asyncio's CancelledError is no Exception, nor is SystemExit
        if job is None:
            blank = [job_of(each._replace(arg="null"), hold) for each in grabbed]
            return [_unread(handler, each, error) for each in blank]
        if not hold.is_decided:
            took = time.perf_counter() - started
            failed = [failing.failed(handler, each, error) for each in job.together]
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
        _refuse_unbegun(result, hold)
        hold.deliver(result)


def _refuse_unbegun(result: object, hold: Held) -> None:
    """What a call of an async function or a generator gives has done nothing yet, and nobody will begin it."""
    if isinstance(result, (CoroutineType, GeneratorType)) and not hold.is_decided:
        result.close()
        raise NotCompleted(
            f"work gave a {type(result).__name__}, of which nothing has run; it may call asyncio.run() by itself"
        )


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
    return failing.failed(handler, job, error)
