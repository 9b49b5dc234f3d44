"""The SQL of an operator's questions and changes, in the words of either database; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from worker.store.statements import (
    READY,
    RUNNING,
    SCHEDULED,
    STATES,
    Statement,
    Words,
    numbers,
)


class Listed(NamedTuple):
    """One job of a list; times are seconds, None where there is none."""

    id: int
    queue: str
    handler: str
    state: str
    attempt: int
    priority: int
    uniqkey: str | None
    #: seconds since it was enqueued, and until it is due (running: until its lease ends; kept: below 0, since it ended)
    age: float
    due_in: float | None
    error: str | None


@dataclass(frozen=True)
class Which:
    """Which jobs are meant."""

    state: str = ""
    queue: str = ""
    handler: str = ""
    limit: int = 20


KEPT = ("failed", "aborted", "quarantined")
DONE = "done"
KEY = "CAST(uniqkey AS CHAR)"
LIVE = "queue, handler, precedence, uniqkey, coalesce_key, enqueued_at, enqueued_release, arg"


def live(which: Which, words: Words) -> Statement:
    where, values = _where(which, {name: code for code, name in STATES.items()})
    return Statement(
        f"SELECT id, queue, handler, state, attempt, -precedence, {KEY}, {words.now} - enqueued_at, due_at - {words.now}, error"
        f" FROM job {where} ORDER BY id LIMIT {which.limit}",
        values,
    )


def kept(which: Which, words: Words) -> Statement:
    where, values = _where(which, {name: name for name in KEPT})
    return Statement(
        f"SELECT id, queue, handler, state, attempt, -precedence, {KEY}, {words.now} - enqueued_at, failed_at - {words.now}, error"
        f" FROM failed_job {where} ORDER BY failed_at DESC, id DESC LIMIT {which.limit}",
        values,
    )


def done(which: Which, words: Words) -> Statement:
    where, values = _where(which, {})
    return Statement(
        f"SELECT id, queue, handler, '{DONE}', attempt, -precedence, {KEY}, {words.now} - enqueued_at, done_at - {words.now}, NULL"
        f" FROM done_job {where} ORDER BY id DESC LIMIT {which.limit}",
        values,
    )


def _where(which: Which, states: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    wanted = {
        "state": states.get(which.state) if which.state else None,
        "queue": which.queue or None,
        "handler": which.handler or None,
    }
    given = {column: value for column, value in wanted.items() if value is not None}
    terms = " AND ".join(f"{column} = %s" for column in given)
    return (f"WHERE {terms}" if terms else ""), tuple(given.values())


def listed(row: Sequence[Any]) -> Listed:
    """Read a row of a list."""
    id, queue, handler, state, attempt, priority, key, age, due, error = row
    state = STATES.get(state, state)
    due_in = None if due is None else due / 1e6
    return Listed(
        id, queue, handler, state, attempt, priority, key, age / 1e6, due_in, error
    )


ALIKE = f"id, queue, handler, attempt, crashes, -precedence AS priority, {KEY} AS uniqkey, CAST(coalesce_key AS CHAR) AS coalesce, enqueued_at, grabbed_at, enqueued_release, grabbed_release, arg"
COLUMNS = f"{ALIKE}, error"
FAR = "progress, note"
SHOWN = [each.split(" AS ")[-1] for each in COLUMNS.split(", ")]


def show(id: int) -> list[Statement]:
    return [
        Statement(
            f"SELECT {COLUMNS}, {FAR}, state, due_at FROM job WHERE id = %s", (id,)
        ),
        Statement(
            f"SELECT {COLUMNS}, state, failed_at, traceback FROM failed_job WHERE id = %s",
            (id,),
        ),
        Statement(
            f"SELECT {ALIKE}, NULL AS error, {FAR}, '{DONE}', done_at, keep_until, result FROM done_job WHERE id = %s",
            (id,),
        ),
    ]


def retry(ids: Sequence[int], words: Words) -> list[Statement]:
    """Put kept jobs back with the ids they had, attempts from 1; where the uniqkey is live they stay."""
    some = numbers(ids)
    return [
        Statement(f"SELECT id FROM failed_job WHERE id IN ({some}) {words.lock}"),
        Statement(
            f"INSERT {words.ignore} INTO job (id, state, {LIVE})"
            f" SELECT id, {READY}, {LIVE} FROM failed_job WHERE id IN ({some})"
        ),
        Statement(
            f"DELETE FROM failed_job WHERE id IN ({some})"
            " AND EXISTS (SELECT 1 FROM job WHERE job.id = failed_job.id)"
        ),
    ]


def drop(ids: Sequence[int]) -> list[Statement]:
    """Delete jobs for good; a running one stays."""
    some = numbers(ids)
    return [
        Statement(f"DELETE FROM failed_job WHERE id IN ({some})"),
        Statement(f"DELETE FROM done_job WHERE id IN ({some})"),
        Statement(
            f"DELETE FROM job WHERE id IN ({some}) AND state IN ({READY}, {SCHEDULED})"
        ),
    ]


def is_running(id: int) -> Statement:
    return Statement(f"SELECT 1 FROM job WHERE id = %s AND state = {RUNNING}", (id,))


def move(queue: str, to: str) -> Statement:
    """Put all jobs of a queue into another."""
    return Statement("UPDATE job SET queue = %s WHERE queue = %s", (to, queue))


HASTEN = Statement(f"UPDATE job SET due_at = 0 WHERE state = {SCHEDULED}")
PAUSED = Statement("SELECT queue FROM paused_queue")


def pause(queue: str, words: Words) -> Statement:
    return Statement(
        f"INSERT {words.ignore} INTO paused_queue (queue, paused_at) VALUES (%s, {words.now})",
        (queue,),
    )


def resume(queue: str) -> Statement:
    return Statement("DELETE FROM paused_queue WHERE queue = %s", (queue,))
