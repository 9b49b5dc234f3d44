"""What becomes of an attempt that failed; pure."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

from worker.job import LONGEST_DELAY, Failed, Quarantined, Retry

#: seconds between attempts of a job whose handler this worker does not know; a newer release may
UNKNOWN_DELAY = 60.0
#: attempts at a job whose handler nobody knows
UNKNOWN_ATTEMPTS = 10


@dataclass(frozen=True)
class Failure:
    """What the exception said: its text, where it was raised, and the way there."""

    error: str
    place: str = ""
    traceback: str = ""


def after_failure(
    failure: Failure, attempt: int, max_retries: int, delay: float
) -> Retry | Failed:
    """Decide after an exception: attempts count from 1, so max_retries=2 means three."""
    if attempt <= max_retries:
        return Retry(delay=delay, error=failure.error, place=failure.place)
    return Failed(failure.error, failure.place, failure.traceback)


def delay_before(retry: int, first: float, backoff: float, longest: float) -> float:
    """Compute the seconds before the *retry*-th retry, counted from 1."""
    try:
        grown = first * backoff ** (retry - 1)
    except OverflowError:
        return longest
    return max(0.0, min(grown, longest))


def waiting(seconds: Any) -> float:
    """Read the seconds for which a job is to wait, as its handler's code gave them: a number, however large."""
    return max(0.0, min(float(seconds), LONGEST_DELAY))


def after_crash(crashes: int, max_crashes: int, reason: str) -> Retry | Quarantined:
    """Decide after the child died; *crashes* are those before this one."""
    if crashes + 1 < max_crashes:
        return Retry(delay=0, error=reason, crashed=True)
    return Quarantined(f"{reason}; it was crash {crashes + 1} of this job")


def after_unknown(name: str, attempt: int) -> Retry | Failed:
    """Decide on a job whose handler is not in the register: a newer release may know it."""
    error = f"this worker has no handler named {name}; give its module to `python -m worker run`"
    return _elsewhere(error, "no such handler here", attempt)


def after_unreadable(error: str, attempt: int) -> Retry | Failed:
    """Decide on a job whose argument this worker cannot read: another one may."""
    return _elsewhere(error, "no such serializer here", attempt)


def _elsewhere(error: str, place: str, attempt: int) -> Retry | Failed:
    if attempt < UNKNOWN_ATTEMPTS:
        return Retry(UNKNOWN_DELAY, error, place)
    return Failed(error, place)


@dataclass(frozen=True)
class Death:
    """How a child ended: its wait status, and the most memory that it had."""

    wait_status: int
    megabytes: float = 0.0

    def __str__(self) -> str:
        """Name it: ``the child was killed by signal 9 (SIGKILL), with 812 MB of memory at most``."""
        memory = f", with {self.megabytes:.0f} MB of memory at most"
        return f"the child {_end(self.wait_status)}{memory if self.megabytes else ''}"


def _end(wait_status: int) -> str:
    number = wait_status & 0x7F
    if not number:
        return f"exited with {wait_status >> 8}"
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = "unknown"
    return f"was killed by signal {number} ({name})"
