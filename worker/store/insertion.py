"""The SQL that puts jobs in, for both databases; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from worker.store.base import NewJob
from worker.store.statements import READY, SCHEDULED, Statement, microseconds

#: columns of every job; of others only those that a job of the statement has: a third of its text
EVERY = "queue, handler, state, precedence, enqueued_at, enqueued_release, arg"


def enqueue(
    jobs: Sequence[NewJob], release: str, now: str, table: str = "job"
) -> Statement:
    """Insert jobs. Precedence is minus the priority: one ascending index holds the grab's order."""
    some = _used(jobs)
    more = ", %s" * len({"uniqkey", "coalesce_key"}.intersection(some))
    texts: list[str] = []
    values: list[Any] = []
    for each in jobs:
        state, due = READY, ", NULL" if "due_at" in some else ""
        if each.run_after > 0:
            state, due = SCHEDULED, f", {now} + {microseconds(each.run_after)}"
        texts.append(f"(%s, %s, {state}, {-each.priority}, {now}, %s, %s{due}{more})")
        values += (each.queue, each.handler, release, each.arg)
        if "uniqkey" in some:
            values.append(_bytes(each.uniqkey))
        if "coalesce_key" in some:
            values.append(_bytes(each.coalesce))
    sql = f"INSERT INTO {table} ({', '.join([EVERY, *some])}) VALUES {', '.join(texts)}"
    return Statement(sql, tuple(values))


def _used(jobs: Sequence[NewJob]) -> list[str]:
    """Name the further columns, in the order of their values."""
    used = []
    if any([each.run_after > 0 for each in jobs]):
        used.append("due_at")
    if any([each.uniqkey is not None for each in jobs]):
        used.append("uniqkey")
    if any([each.coalesce is not None for each in jobs]):
        used.append("coalesce_key")
    return used


def _bytes(key: str | None) -> bytes | None:
    return None if key is None else key.encode()
