"""What becomes of the job that a dead child was at; pure."""

from __future__ import annotations

from worker import retry
from worker.handler import Handler
from worker.job import MAX_CRASHES, GivenBack, Outcome
from worker.register import Register
from worker.retry import Death, Failure
from worker.store.base import Grabbed

#: seconds before the retry of a job whose delay only the handler's own code could tell
FALLBACK_DELAY = 60.0
#: seconds after its timeout in which a handler may end by itself before its child is killed
KILL_AFTER = 5.0
STOPPED, LATE = "stop_timeout", "timeout"


def on(job: Grabbed, handler: Handler | None, killed_for: str, death: Death) -> Outcome:
    """Decide; *killed_for* says why the manager killed the child, if it was the manager."""
    if killed_for == STOPPED:
        return GivenBack()
    if killed_for == LATE and handler is not None:
        return _after_overrun(job, handler)
    most = handler.max_crashes if handler else MAX_CRASHES
    return retry.after_crash(job.crashes, most, str(death))


def _after_overrun(job: Grabbed, handler: Handler) -> Outcome:
    """Like an exception; but a delay that is computed by the handler's code cannot be asked for here."""
    said = f"it ran longer than its timeout of {handler.timeout:g} s and did not end when told; its child was killed"
    delay = FALLBACK_DELAY
    if not callable(handler.retry_delay):
        delay = retry.delay_before(
            job.attempt, handler.retry_delay, handler.backoff, handler.max_retry_delay
        )
    failure = Failure(f"TimedOut: {said}", "TimedOut, child killed")
    return retry.after_failure(failure, job.attempt, handler.max_retries, delay)


def is_late(register: Register, job: Grabbed, seconds: float) -> bool:
    """Say whether a job that has run for so many seconds is to be killed."""
    handler = register.get(job.handler)
    timeout = handler.timeout if handler else 0.0
    return bool(timeout) and seconds > timeout + KILL_AFTER
