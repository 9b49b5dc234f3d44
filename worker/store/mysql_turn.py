"""Settling and grabbing in MySQL: two round trips and one commit for a batch of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from worker.job import Done
from worker.store import settling, statements
from worker.store.base import Ask, Grabbed, Settlement, Turn
from worker.store.mysql_connection import Link
from worker.store.mysql_find import Finder
from worker.store.mysql_sql import (
    BEGIN,
    COMMIT,
    ROLLBACK,
    WORDS,
    delete,
    take,
)
from worker.store.statements import Statement

#: rows that one statement deletes: many children may have done thousands of jobs since the last turn
ROWS = 1000


class Turns:
    """Takes turns on a link; *skips_locked* says whether rows of other managers can be skipped."""

    def __init__(
        self, link: Link, aside: Link, skips_locked: Callable[[], bool]
    ) -> None:
        self._link = link
        self._finder = Finder(link, aside, skips_locked)

    def turn(self, settlements: Sequence[Settlement], ask: Ask | None) -> Turn:
        """Settle, then grab; after an error of the connection it is unknown whether it happened."""
        finished = [each for each in settlements if isinstance(each.outcome, Done)]
        others = [each for each in settlements if not isinstance(each.outcome, Done)]
        ends = [settling.settle(each, WORDS) for each in others]
        batch = [
            delete(finished[at : at + ROWS]) for at in range(0, len(finished), ROWS)
        ]
        before = [BEGIN, *batch, *_flat(ends)]
        results = self._finder.find(before, ask) if ask else self._link.run(before)
        deleted = sum(count for count, _ in results[1 : 1 + len(batch)])
        if deleted != len(finished):
            self._link.run([ROLLBACK])
            return self._one_by_one(settlements, ask)
        chosen = self._finder.fill_up(ask, results[-1][1]) if ask else []
        return Turn(
            self._take(ask, chosen), _lost(others, ends, results[1 + len(batch) :])
        )

    def _one_by_one(self, settlements: Sequence[Settlement], ask: Ask | None) -> Turn:
        """Find out which of a batch were no longer ours."""
        ends = [settling.settle(each, WORDS) for each in settlements]
        results = self._link.run([BEGIN, *_flat(ends), COMMIT])
        grabbed = self.turn([], ask).grabbed if ask else ()
        return Turn(grabbed, _lost(settlements, ends, results[1:]))

    def _take(self, ask: Ask | None, chosen: Sequence[Grabbed]) -> Sequence[Grabbed]:
        """Write our owner into what was chosen; only where that succeeds the job is ours, whatever locks are worth."""
        if not (ask and chosen):
            self._link.run([COMMIT])
            return ()
        results = self._link.run([take(ask, [each.id for each in chosen]), COMMIT])
        if results[0][0] == len(chosen):
            return chosen
        owned = Statement(statements.RUNNING_OF.sql, (ask.owner, ask.owner))
        ours = {id for id, _ in self._link.run([owned])[0][1]}
        return [each for each in chosen if each.id in ours]


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
