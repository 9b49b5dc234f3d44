"""The SQL that enqueues a tick of a periodic handler once for all managers; pure."""

from __future__ import annotations

from worker.store.base import NewJob
from worker.store.statements import READY, Statement, Words, microseconds

#: whose ticks: the handler, and its schedule with the time zone
Of = tuple[str, str]


def look(of: Of, words: Words) -> list[Statement]:
    """Begin a schedule that was never seen here, at now; tell the last tick, and the time."""
    return [
        Statement(
            f"INSERT {words.ignore} INTO periodic (handler, schedule, ticked_at) VALUES (%s, %s, {words.now})",
            of,
        ),
        Statement(
            f"SELECT ticked_at, {words.now} FROM periodic WHERE handler = %s AND schedule = %s",
            of,
        ),
    ]


def tick(of: Of, at: float, job: NewJob, release: str, words: Words) -> list[Statement]:
    """Enqueue the job of a tick, unless this tick or a later one has been; the row's lock holds others off."""
    where = "WHERE handler = %s AND schedule = %s AND ticked_at < %s"
    due = (*of, microseconds(at))
    return [
        Statement(f"SELECT ticked_at FROM periodic {where} {words.lock}", due),
        Statement(
            "INSERT INTO job (queue, handler, state, precedence, enqueued_at, enqueued_release, arg)"
            f" SELECT %s, handler, {READY}, {-job.priority}, {words.now}, %s, %s FROM periodic {where}",
            (job.queue, release, job.arg, *due),
        ),
        Statement(
            f"UPDATE periodic SET ticked_at = %s {where}", (microseconds(at), *due)
        ),
    ]
