"""The SQL that writes the end of an attempt; pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from worker.job import (
    Aborted,
    Delivered,
    Done,
    Failed,
    GivenBack,
    Outcome,
    Quarantined,
    Retry,
)
from worker.store.base import Settlement
from worker.store.statements import READY, SCHEDULED, Statement, Words, microseconds

#: characters of an error, of a traceback and of a note that are kept
ERROR_LENGTH, TRACEBACK_LENGTH, NOTE_LENGTH = 2000, 60000, 255


def settle(settlement: Settlement, words: Words) -> list[Statement]:
    """Spell out one settlement; the last statement touches a row if the job was still held."""
    fence = (settlement.id, settlement.owner)
    return [
        Statement(f"{sql} WHERE id = %s AND owner = %s {lock}", (*values, *fence))
        for sql, values, lock in _end(settlement.outcome, words)
    ]


class _Change(NamedTuple):
    """A change of one job, before it is fenced; a copy has to lock what it reads."""

    sql: str
    values: tuple[Any, ...] = ()
    lock: str = ""


def _end(outcome: Outcome, words: Words) -> list[_Change]:
    if isinstance(outcome, Done):
        return [DELETE]
    if isinstance(outcome, Retry):
        return [_retry(outcome, words.now)]
    if isinstance(outcome, GivenBack):
        wait = _wait(outcome.delay, words.now)
        return [_Change(f"UPDATE job SET {wait}, attempt = attempt - 1")]
    if isinstance(outcome, Delivered):
        return [_deliver(outcome, words), DELETE]
    return [_keep(outcome, words), DELETE]


DELETE = _Change("DELETE FROM job")


#: what a job takes with it when it ends
COPIED = "id, queue, handler, precedence, attempt, crashes, uniqkey, coalesce_key, enqueued_at, grabbed_at, enqueued_release, grabbed_release, arg"


def _deliver(outcome: Delivered, words: Words) -> _Change:
    until = f"{words.now} + {microseconds(outcome.keep)}"
    return _Change(
        f"INSERT INTO done_job ({COPIED}, progress, note, done_at, keep_until, result)"
        f" SELECT {COPIED}, progress, note, {words.now}, {until}, %s FROM job",
        (outcome.result,),
        words.lock,
    )


def _retry(outcome: Retry, now: str) -> _Change:
    crash = int(outcome.crashed)
    return _Change(
        f"UPDATE job SET {_wait(outcome.delay, now)}, crashes = crashes + {crash}, error = %s",
        (storable(outcome.error, ERROR_LENGTH),),
    )


def _wait(delay: float, now: str) -> str:
    """Let go of a job, for now or for some seconds."""
    if delay > 0:
        due = f"{now} + {microseconds(delay)}"
        return f"state = {SCHEDULED}, due_at = {due}, owner = NULL"
    return f"state = {READY}, due_at = NULL, owner = NULL"


KEPT = {Failed: "failed", Aborted: "aborted", Quarantined: "quarantined"}


def _keep(outcome: Outcome, words: Words) -> _Change:
    assert isinstance(outcome, (Failed, Aborted, Quarantined))  # noqa: S101 # Settled never comes here
    traceback = outcome.traceback if isinstance(outcome, Failed) else ""
    return _Change(
        f"INSERT INTO failed_job ({COPIED}, state, failed_at, error, traceback) SELECT {COPIED}, %s, {words.now}, %s, %s FROM job",
        (
            KEPT[type(outcome)],
            storable(outcome.error, ERROR_LENGTH),
            storable(traceback, TRACEBACK_LENGTH),
        ),
        words.lock,
    )


def storable(text: str, length: int) -> str:
    """Cut a text, and spell out what no UTF-8 column takes."""
    return text[:length].encode("utf-8", "backslashreplace").decode()[:length]


def progress(held: tuple[int, int], done: float, note: str, words: Words) -> Statement:
    """Write how far a job is, given its id and owner; its own time makes each a change of the row."""
    return Statement(
        f"UPDATE job SET progress = %s, note = %s, progress_at = {words.now} WHERE id = %s AND owner = %s",
        (done, storable(note, NOTE_LENGTH), *held),
    )
