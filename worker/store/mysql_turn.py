"""Settling and grabbing in MySQL: two round trips and one commit for a batch of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from worker.job import Done
from worker.store import statements
from worker.store.base import Ask, Grabbed, Settlement, Turn
from worker.store.mysql_connection import Link
from worker.store.mysql_sql import (
    BEGIN,
    COMMIT,
    NOW,
    ROLLBACK,
    choose,
    delete,
    take,
    take_first,
    taken,
)
from worker.store.statements import Statement


class Turns:
    """Takes turns; *skips_locked* says whether rows of other managers can be skipped."""

    def __init__(self, link: Link, skips_locked: Callable[[], bool]) -> None:
        self._link = link
        self._skips_locked = skips_locked

    def turn(self, settlements: Sequence[Settlement], ask: Ask | None) -> Turn:
        """Settle, then grab; after an error of the connection it is unknown whether it happened."""
        finished = [each for each in settlements if isinstance(each.outcome, Done)]
        others = [each for each in settlements if not isinstance(each.outcome, Done)]
        ends = [statements.settle(each, NOW) for each in others]
        batch = [delete(finished)] if finished else []
        first = self._first(ask, 0, ask.limit) if ask else []
        results = self._link.run([BEGIN, *batch, *_flat(ends), *first])
        if finished and results[1][0] != len(finished):
            self._link.run([ROLLBACK])
            return self._one_by_one(settlements, ask)
        grabbed = self._rest(ask, results[-1][1]) if ask else []
        self._end(ask, grabbed)
        return Turn(grabbed, _lost(others, ends, results[1 + len(batch) :]))

    def _one_by_one(self, settlements: Sequence[Settlement], ask: Ask | None) -> Turn:
        """Find out which of a batch were no longer ours."""
        ends = [statements.settle(each, NOW) for each in settlements]
        results = self._link.run([BEGIN, *_flat(ends), COMMIT])
        grabbed = self.turn([], ask).grabbed if ask else ()
        return Turn(grabbed, _lost(settlements, ends, results[1:]))

    def _first(self, ask: Ask, queue: int, limit: int) -> list[Statement]:
        if self._skips_locked():
            return [choose(ask, ask.queues[queue], limit)]
        return [take_first(ask, ask.queues[queue], limit), taken(ask)]

    def _rest(self, ask: Ask, rows: Sequence[Any]) -> list[Grabbed]:
        """Fill up from the further queues."""
        for queue in range(1, len(ask.queues)):
            if len(rows) < ask.limit:
                more = self._link.run(self._first(ask, queue, ask.limit - len(rows)))
                rows = [*(rows if self._skips_locked() else ()), *more[-1][1]]
        return [Grabbed._make(row) for row in rows]

    def _end(self, ask: Ask | None, grabbed: Sequence[Grabbed]) -> None:
        if ask and grabbed and self._skips_locked():
            self._link.run([take(ask, [each.id for each in grabbed]), COMMIT])
        else:
            self._link.run([COMMIT])


def _flat(ends: Sequence[Sequence[Statement]]) -> list[Statement]:
    return [statement for end in ends for statement in end]


def _lost(
    settlements: Sequence[Settlement],
    ends: Sequence[Sequence[Statement]],
    results: Sequence[tuple[int, Any]],
) -> frozenset[int]:
    """Match row counts with settlements: the last statement of each tells."""
    lost, at = set(), -1
    for each, end in zip(settlements, ends):
        at += len(end)
        if results[at][0] == 0:
            lost.add(each.id)
    return frozenset(lost)
