"""Settling and grabbing in SQLite, within a transaction that holds the write lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from worker.job import Done
from worker.store import coalescing, settling, statements
from worker.store.base import Ask, Grabbed, Settlement, Turn
from worker.store.sqlite_connection import spelled
from worker.store.statements import Statement, Words

#: microseconds since 1970 by SQLite's clock
NOW = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
WORDS = Words(
    NOW,
    "OR IGNORE",
    "",  # a writer is alone: no row needs a lock
    "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {column} <= {until} ORDER BY {column} LIMIT {limit})",
)
#: by primary key: SQLite would rather walk through all jobs of a state
BY_ID = "NOT INDEXED"
CLAIM, DUE = "INDEXED BY job_claim", "INDEXED BY job_due"
COALESCE = "INDEXED BY job_coalesce"


def turn(cursor: Any, settlements: Sequence[Settlement], ask: Ask | None) -> Turn:
    """Settle, then grab."""
    finished = [each for each in settlements if type(each.outcome) is Done]
    others = [each for each in settlements if type(each.outcome) is not Done]
    if finished and not _delete(cursor, finished):
        others = [*finished, *others]
    lost = [each.id for each in others if not settle(cursor, each)]
    return Turn(_grab(cursor, ask) if ask else (), frozenset(lost))


def settle(cursor: Any, settlement: Settlement) -> bool:
    """Settle one job; False if it was no longer ours."""
    return run(cursor, settling.settle(settlement, WORDS)) > 0


def run(cursor: Any, statements: Sequence[Statement]) -> int:
    """Run statements; give the row count of the last."""
    return [int(cursor.execute(*spelled(each)).rowcount) for each in statements][-1]


def _delete(cursor: Any, finished: Sequence[Settlement]) -> bool:
    """Delete a batch; if one was no longer ours, delete none, so that the one can be found."""
    cursor.execute("SAVEPOINT batch")
    cursor.executemany(
        "DELETE FROM job WHERE id = ? AND owner = ?",
        [(each.id, each.owner) for each in finished],
    )
    whole = bool(cursor.rowcount == len(finished))
    if not whole:
        cursor.execute("ROLLBACK TO batch")
    cursor.execute("RELEASE batch")
    return whole


def _grab(cursor: Any, ask: Ask) -> list[Grabbed]:
    rows: list[Any] = []
    for queue in ask.queues:
        left = ask.limit - len(rows)
        if left > 0:
            chosen = statements.choose(ask, queue, left, force=CLAIM)
            rows += cursor.execute(*spelled(chosen)).fetchall()
    jobs = _gather(cursor, ask, list(map(Grabbed._make, rows)))
    if jobs:
        taken = statements.take(ask, (job.id for job in jobs), NOW, BY_ID)
        cursor.execute(*spelled(taken))
    return jobs


def _gather(cursor: Any, ask: Ask, chosen: list[Grabbed]) -> list[Grabbed]:
    """Take along what is to be done with the chosen."""
    if not ask.together:
        return chosen
    found = {}
    for head in coalescing.heads(ask, chosen):
        look = statements.mates(ask, head, ask.together[head.handler], force=COALESCE)
        rows = cursor.execute(*spelled(look)).fetchall()
        found[head.id] = [Grabbed._make(row) for row in rows]
    return coalescing.gathered(ask, chosen, found)
