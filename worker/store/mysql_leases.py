"""Leases in MySQL: renewing them, taking back those that ran out; and scheduled jobs whose time has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from worker.job import Outcome
from worker.store import settling, statements
from worker.store.base import Expired, Holder, Settlement
from worker.store.mysql_connection import Link
from worker.store.mysql_sql import BEGIN, COMMIT, DUE, NOW, PRIMARY, SKIP, WAIT, WORDS
from worker.store.statements import RUNNING, SCHEDULED, Statement

Ended = list[tuple[Expired, Outcome]]


def renew(
    link: Link, held: Mapping[int, int], holder: Holder, leases: Mapping[str, float]
) -> frozenset[int]:
    """Extend all leases in one statement; look closer only if a row was missing."""
    owners = (holder.first, holder.last)
    ((count, _),) = link.run([statements.renew(held, owners, leases, NOW, PRIMARY)])
    if count == len(held):
        return frozenset()
    ((_, rows),) = link.run([Statement(statements.RUNNING_OF.sql, owners)])
    still = dict(rows)
    return frozenset(id for id, owner in held.items() if still.get(id) != owner)


def promote(link: Link, limit: int, skips_locked: bool) -> int:
    results = link.run([BEGIN, _due(SCHEDULED, limit, skips_locked)])
    ids = [row[0] for row in results[-1][1]]
    change = [statements.promote(ids, PRIMARY)] if ids else []
    link.run([*change, COMMIT])
    return len(ids)


def reclaim(
    link: Link, limit: int, skips_locked: bool, decide: Callable[[Expired], Outcome]
) -> Ended:
    """Settle under row locks, so that a holder who renews just now is not robbed."""
    results = link.run([BEGIN, _due(RUNNING, limit, skips_locked)])
    ended = [(each, decide(each)) for each in map(Expired._make, results[-1][1])]
    ends = [
        statement
        for each, outcome in ended
        for statement in settling.settle(
            Settlement(each.id, each.owner, outcome), WORDS
        )
    ]
    link.run([*ends, COMMIT])
    return ended


def _due(state: int, limit: int, skips_locked: bool) -> Statement:
    return statements.due(
        state, limit, NOW, force=DUE, lock=SKIP if skips_locked else WAIT
    )
