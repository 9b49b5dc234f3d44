"""The SQL that looks and changes nothing, for both databases: what is due, counts, what is kept; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from worker.store.base import Due, seconds
from worker.store.statements import READY, RUNNING, SCHEDULED, Statement

LIVELY = " AND queue NOT IN (SELECT queue FROM paused_queue)"


def look(
    now: str, queues: Sequence[str], force: str = "", clock: str = "0"
) -> Statement:
    """Ask all that an idle manager has to know, in one statement: rows of a kind, a number, a name.

    *clock* goes on, in microseconds, while the statement runs.
    """
    some = ", ".join(["%s"] * len(queues)) or "NULL"
    ready = (
        f"SELECT 1 FROM job {force} WHERE queue IN ({some}) AND state = {READY}{LIVELY}"
    )
    parts = [
        f"SELECT 'began', {clock}, NULL",
        f"SELECT 'scheduled', (SELECT MIN(due_at) FROM job WHERE state = {SCHEDULED}) - {now}, NULL",
        f"SELECT 'lease', (SELECT MIN(due_at) FROM job WHERE state = {RUNNING}) - {now}, NULL",
        f"SELECT 'ready', EXISTS ({ready}), NULL",
        "SELECT 'paused', 1, queue FROM paused_queue",
        f"SELECT 'ended', {clock}, NULL",
    ]
    return Statement(" UNION ALL ".join(parts), tuple(queues))


def looked(rows: Sequence[Sequence[Any]]) -> Due:
    """Read the rows of a look."""
    known = {kind: number for kind, number, name in rows if name is None}
    paused = frozenset(name for _, _, name in rows if name is not None)
    scheduled, lease = seconds(known["scheduled"]), seconds(known["lease"])
    took = (known["ended"] - known["began"]) / 1_000_000
    return Due(scheduled, lease, paused, bool(known["ready"]), took)


COUNT = Statement("SELECT queue, state, COUNT(*) FROM job GROUP BY queue, state")
COUNT_KEPT = Statement(
    "SELECT queue, state, COUNT(*) FROM failed_job GROUP BY queue, state"
)
OLDEST = (
    f"SELECT {{now}} - enqueued_at FROM job WHERE state = {READY} ORDER BY id LIMIT 1"
)
LATEST_KEPT = "SELECT id, handler, state, attempt, failed_at, error FROM failed_job ORDER BY failed_at DESC, id DESC LIMIT {limit}"
IDENTITY = "SELECT version, queue_id FROM {table} ORDER BY version DESC LIMIT 1"
