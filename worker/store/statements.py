"""The SQL that both databases understand, with %s for a value; pure.

What is new in each turn is a value: SQLite's driver keeps what it has parsed by its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from worker.store.base import LEASE, Ask, Grabbed

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


def choose(
    ask: Ask, queue: str, limit: int, *, force: str = "", lock: str = ""
) -> Statement:
    """Select the next ready jobs of one queue, as rows of Grabbed."""
    return Statement(
        f"{grabbed(ask)} FROM job {force} WHERE queue = %s AND state = {READY} ORDER BY precedence, id LIMIT %s {lock}",
        (ask.owner, queue, limit),
    )


def mates(ask: Ask, head: Grabbed, limit: int, *, force: str = "") -> Statement:
    """Select the ready jobs that are to be done with a chosen one, itself too, the oldest first."""
    group = (head.coalesce or "").encode()
    return Statement(
        f"{grabbed(ask)} FROM job {force} WHERE coalesce_key = %s AND handler = %s AND queue = %s"
        f" AND state = {READY} ORDER BY id LIMIT %s",
        (ask.owner, group, head.handler, head.queue, limit),
    )


def grabbed(ask: Ask) -> str:
    """Begin a SELECT of rows of Grabbed."""
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


def promote(ids: Iterable[int], force: str = "") -> Statement:
    return Statement(
        f"UPDATE job {force} SET state = {READY}, due_at = NULL WHERE id IN ({numbers(ids)})"
    )


RUNNING_OF = Statement(
    f"SELECT id, owner FROM job WHERE state = {RUNNING} AND owner BETWEEN %s AND %s"
)
IS_HELD = Statement("SELECT 1 FROM job WHERE id = %s AND owner = %s")


def numbers(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))


def microseconds(seconds: float) -> int:
    return int(seconds * 1_000_000)
