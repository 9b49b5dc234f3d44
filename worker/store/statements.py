"""The SQL that both databases understand, with %s for a value; pure.

What is new in each turn is a value: SQLite's driver keeps what it has parsed by its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from worker.store.base import LEASE, Ask, Due, Grabbed, NewJob, seconds

READY, RUNNING, SCHEDULED = 0, 1, 2
STATES = {READY: "ready", RUNNING: "running", SCHEDULED: "scheduled"}


class Statement(NamedTuple):
    """SQL and its values; its row count says whether the job was still held."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Words:
    """What the databases spell differently."""

    #: microseconds since 1970 by the database's clock
    now: str
    #: INSERT … what leaves out a row that is there already
    ignore: str
    #: what makes a SELECT lock its rows
    lock: str
    #: deletes the oldest rows of {table} whose {column} is at most {until}, {limit} of them
    prune: str


#: columns of every job; of others only those that a job of the statement has: a third of its text
EVERY = "queue, handler, state, precedence, enqueued_at, enqueued_release, arg"


def enqueue(
    jobs: Sequence[NewJob], release: str, now: str, table: str = "job"
) -> Statement:
    """Insert jobs. Precedence is minus the priority: one ascending index holds the grab's order."""
    delayed = any(each.run_after > 0 for each in jobs)
    keyed = any(each.uniqkey is not None for each in jobs)
    grouped = any(each.coalesce is not None for each in jobs)
    texts: list[str] = []
    values: list[Any] = []
    for each in jobs:
        state, due = READY, "NULL"
        if each.run_after > 0:
            state, due = SCHEDULED, f"{now} + {microseconds(each.run_after)}"
        texts.append(
            f"(%s, %s, {state}, {-each.priority}, {now}, %s, %s"
            f"{', ' + due if delayed else ''}{', %s' * (keyed + grouped)})"
        )
        values += (each.queue, each.handler, release, each.arg)
        if keyed:
            values.append(_bytes(each.uniqkey))
        if grouped:
            values.append(_bytes(each.coalesce))
    some = ", due_at" * delayed + ", uniqkey" * keyed + ", coalesce_key" * grouped
    sql = f"INSERT INTO {table} ({EVERY}{some}) VALUES {', '.join(texts)}"
    return Statement(sql, tuple(values))


def _bytes(key: str | None) -> bytes | None:
    return None if key is None else key.encode()


def choose(  # noqa: PLR0913 # one place for the statement of both databases
    ask: Ask,
    queue: str,
    limit: int,
    *,
    force: str = "",
    lock: str = "",
    behind: tuple[int, int] | None = None,
) -> Statement:
    """Select the next ready jobs of one queue, as rows of Grabbed; *behind* a precedence and id, of that precedence only."""
    where = " AND precedence = %s AND id > %s" if behind else ""
    return Statement(
        f"{_grabbed(ask)} FROM job {force} WHERE queue = %s AND state = {READY}{where} ORDER BY precedence, id LIMIT %s {lock}",
        (ask.owner, queue, *(behind or ()), limit),
    )


def mates(
    ask: Ask, head: Grabbed, limit: int, *, force: str = "", lock: str = ""
) -> Statement:
    """Select the ready jobs that are to be done with a chosen one, itself too, the oldest first."""
    group = (head.coalesce or "").encode()
    return Statement(
        f"{_grabbed(ask)} FROM job {force} WHERE coalesce_key = %s AND handler = %s AND queue = %s"
        f" AND state = {READY} ORDER BY id LIMIT %s {lock}",
        (ask.owner, group, head.handler, head.queue, limit),
    )


def _grabbed(ask: Ask) -> str:
    group = "CAST(coalesce_key AS CHAR)" if ask.together else "NULL"
    return (
        "SELECT id, %s, handler, arg, attempt + 1, crashes, queue, -precedence,"
        f" CAST(uniqkey AS CHAR), enqueued_at, {group}"
    )


def take(ask: Ask, ids: Iterable[int], now: str, force: str = "") -> Statement:
    """Put chosen jobs under the lease of *ask*, and count the attempt; a job taken meanwhile stays out."""
    lease, values = lease_end(ask.leases, now)
    every = tuple(ids)
    return Statement(
        f"UPDATE job {force} SET state = {RUNNING}, owner = %s, attempt = attempt + 1,"
        f" due_at = {lease}, grabbed_at = {now}, grabbed_release = %s"
        f" WHERE id IN ({', '.join(['%s'] * len(every))}) AND state = {READY}",
        (ask.owner, *values, ask.release, *every),
    )


def renew(
    ids: Iterable[int],
    owners: tuple[int, int],
    leases: Mapping[str, float],
    now: str,
    force: str = "",
) -> Statement:
    """Extend the leases of jobs whose owner lies between *owners*."""
    lease, values = lease_end(leases, now)
    return Statement(
        f"UPDATE job {force} SET due_at = {lease} WHERE id IN ({numbers(ids)}) AND state = {RUNNING} AND owner BETWEEN %s AND %s",
        (*values, *owners),
    )


def lease_end(leases: Mapping[str, float], now: str) -> tuple[str, tuple[str, ...]]:
    if not leases:
        return f"{now} + {microseconds(LEASE)}", ()
    cases = " ".join(
        f"WHEN %s THEN {microseconds(seconds)}" for seconds in leases.values()
    )
    return f"{now} + CASE handler {cases} ELSE {microseconds(LEASE)} END", tuple(leases)


def due(
    state: int, limit: int, now: str, *, force: str = "", lock: str = ""
) -> Statement:
    """Select what is due: scheduled jobs to promote, or running ones whose lease ran out."""
    return Statement(
        f"SELECT id, owner, handler, attempt, crashes FROM job {force}"
        f" WHERE state = {state} AND due_at <= {now} ORDER BY due_at LIMIT {limit} {lock}"
    )


LIVELY = " AND queue NOT IN (SELECT queue FROM paused_queue)"


def look(now: str, queues: Sequence[str], force: str = "") -> Statement:
    """Ask all that an idle manager has to know, in one statement: rows of a kind, a number, a name."""
    some = ", ".join(["%s"] * len(queues)) or "NULL"
    ready = (
        f"SELECT 1 FROM job {force} WHERE queue IN ({some}) AND state = {READY}{LIVELY}"
    )
    parts = [
        f"SELECT 'scheduled', (SELECT MIN(due_at) FROM job WHERE state = {SCHEDULED}) - {now}, NULL",
        f"SELECT 'lease', (SELECT MIN(due_at) FROM job WHERE state = {RUNNING}) - {now}, NULL",
        f"SELECT 'ready', EXISTS ({ready}), NULL",
        "SELECT 'paused', 1, queue FROM paused_queue",
    ]
    return Statement(" UNION ALL ".join(parts), tuple(queues))


def looked(rows: Sequence[Sequence[Any]]) -> Due:
    """Read the rows of a look."""
    known = {kind: number for kind, number, name in rows if name is None}
    paused = frozenset(name for _, _, name in rows if name is not None)
    scheduled, lease = seconds(known["scheduled"]), seconds(known["lease"])
    return Due(scheduled, lease, paused, bool(known["ready"]))


def promote(ids: Iterable[int], force: str = "") -> Statement:
    return Statement(
        f"UPDATE job {force} SET state = {READY}, due_at = NULL WHERE id IN ({numbers(ids)})"
    )


RUNNING_OF = Statement(
    f"SELECT id, owner FROM job WHERE state = {RUNNING} AND owner BETWEEN %s AND %s"
)
IS_HELD = Statement("SELECT 1 FROM job WHERE id = %s AND owner = %s")
COUNT = Statement("SELECT queue, state, COUNT(*) FROM job GROUP BY queue, state")
COUNT_KEPT = Statement(
    "SELECT queue, state, COUNT(*) FROM failed_job GROUP BY queue, state"
)
OLDEST = (
    f"SELECT {{now}} - enqueued_at FROM job WHERE state = {READY} ORDER BY id LIMIT 1"
)
LATEST_KEPT = "SELECT id, handler, state, attempt, failed_at, error FROM failed_job ORDER BY failed_at DESC, id DESC LIMIT {limit}"
IDENTITY = "SELECT version, queue_id FROM {table} ORDER BY version DESC LIMIT 1"


def numbers(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))


def microseconds(seconds: float) -> int:
    return int(seconds * 1_000_000)
