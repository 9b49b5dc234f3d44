"""What is kept of an exception in a handler, and when the job is tried again."""

from __future__ import annotations

import traceback
from pathlib import Path

from worker import retry
from worker.handler import Handler
from worker.job import Failed, Job, Retry
from worker.retry import Failure
from worker.store.settling import ERROR_LENGTH, TRACEBACK_LENGTH
from worker.verdict import FALLBACK_DELAY


def failed(handler: Handler, job: Job, error: BaseException) -> Retry | Failed:
    """Decide on an attempt that raised."""
    failure = Failure(
        error=f"{type(error).__name__}: {_text(error)}"[:ERROR_LENGTH],
        place=place_of(error),
        traceback="".join(
            traceback.format_exception(type(error), error, error.__traceback__)
        )[:TRACEBACK_LENGTH],
    )
    delay = _delay(handler, job) if job.attempt <= handler.max_retries else 0.0
    return retry.after_failure(failure, job.attempt, handler.max_retries, delay)


def _text(error: BaseException) -> str:
    """An exception is user code too."""
    try:
        return str(error)
    except Exception as another:
        return f"its text cannot be had, for that raised {type(another).__name__}"


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
