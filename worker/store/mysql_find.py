"""Finding ready jobs in MySQL: from the beginning of a queue, or behind the traces of those that ended.

Whichever way, what is locked first is the entry of the claim index.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from worker.store import coalescing
from worker.store.base import Ask, Grabbed
from worker.store.marks import CHEAP, Mark, Place
from worker.store.mysql_connection import Link
from worker.store.mysql_sql import (
    DIRTY,
    NEXT_ID,
    SKIP,
    WAIT,
    choose,
    choose_behind,
    choose_these,
    mates,
    peek,
    peek_behind,
)
from worker.store.statements import Statement

#: the server's clock as it is, where NOW stands still for a packet (Galera); two tell what stands between them took
TICK = Statement("SELECT SYSDATE(6)")

Result = tuple[int, Sequence[Any]]


class Finder:
    """Finds ready jobs under the locks of the transaction that is open on a link; *aside* is another one."""

    def __init__(
        self, link: Link, aside: Link, skips_locked: Callable[[], bool]
    ) -> None:
        self._link, self._aside, self._skips_locked = link, aside, skips_locked
        self._marks: dict[str, Mark] = {}
        self._is_slow = False

    def find(self, before: Sequence[Statement], ask: Ask) -> list[Result]:
        """Run statements, then look into the first queue; the last result is what was found."""
        return self._look(before, ask, 0, ask.limit)

    def fill_up(self, ask: Ask, rows: Sequence[Any]) -> list[Grabbed]:
        """Look into the further queues, and take along what is to be done with the found."""
        for queue in range(1, len(ask.queues)):
            if len(rows) < ask.limit:
                more = self._look([], ask, queue, ask.limit - len(rows))
                rows = [*rows, *more[-1][1]]
        return self._gather(ask, [Grabbed._make(row) for row in rows])

    def _gather(self, ask: Ask, chosen: list[Grabbed]) -> list[Grabbed]:
        if not ask.together:
            return chosen
        heads = coalescing.heads(ask, chosen)
        looks = [mates(ask, each, self._lock()) for each in heads]
        found = self._link.run(looks) if looks else []
        rows = {
            head.id: [Grabbed._make(row) for row in rows]
            for head, (_, rows) in zip(heads, found)
        }
        return coalescing.gathered(ask, chosen, rows)

    def _look(
        self, before: Sequence[Statement], ask: Ask, queue: int, limit: int
    ) -> list[Result]:
        name = ask.queues[queue]
        mark = self._marks.setdefault(name, Mark())
        place = mark.begin(time.monotonic())
        if place is None:
            return self._from_beginning(before, ask, name, limit)
        results = self._behind(before, ask, name, limit, place)
        if len(results[-1][1]) < limit and mark.may_again(time.monotonic()):
            results[-1] = self._from_beginning([], ask, name, limit)[-1]
        return results

    def _from_beginning(
        self, before: Sequence[Statement], ask: Ask, queue: str, limit: int
    ) -> list[Result]:
        mark = self._marks[queue]
        if not mark.is_cheap:
            return self._peek(before, ask, queue, limit)
        chosen = choose(ask, queue, limit, self._lock())
        if self._is_slow:
            return self._measured(before, chosen, mark)
        started = time.monotonic()
        results = self._link.run([*before, chosen])
        self._is_slow = time.monotonic() - started > CHEAP
        return results

    def _peek(
        self, before: Sequence[Statement], ask: Ask, queue: str, limit: int
    ) -> list[Result]:
        """Look without locks, which takes a sixth of the time, then lock what was seen."""
        mark = self._marks[queue]
        results = self._measured(before, peek(queue, limit), mark)
        seen = results.pop()[1]
        if not seen:
            mark.reached(self._end(queue, mark.place or Place(0, 0)), time.monotonic())
            return [*results, (0, ())]
        results += self._link.run([choose_these(ask, queue, seen, self._lock())])
        if results[-1][1]:
            mark.reached(_place(results[-1][1][-1]), time.monotonic())
        return results

    def _measured(
        self, before: Sequence[Statement], look: Statement, mark: Mark
    ) -> list[Result]:
        started = time.monotonic()
        results = self._link.run([*before, TICK, look, TICK])
        now = time.monotonic()
        ((end,),) = results.pop()[1]
        ((begin,),) = results.pop(-2)[1]
        # the hour that daylight saving puts in is not what it took
        mark.scanned(min((end - begin).total_seconds(), now - started), now)
        self._is_slow = not mark.is_cheap
        return results

    def _behind(
        self,
        before: Sequence[Statement],
        ask: Ask,
        queue: str,
        limit: int,
        place: Place,
    ) -> list[Result]:
        chosen = choose_behind(ask, queue, limit, self._lock(), place)
        results = self._link.run([*before, chosen])
        rows = results[-1][1]
        mark, now = self._marks[queue], time.monotonic()
        if len(rows) == limit:
            mark.reached(_place(rows[-1]), now)
        elif mark.is_old(now):
            mark.reached(self._end(queue, place), now)
        return results

    def _end(self, queue: str, place: Place) -> Place:
        """Give the place behind which there is nothing, except before what is enqueued in transactions that are still open."""
        ((next_id,),) = self._aside.rows(NEXT_ID)
        self._aside.rows(DIRTY)
        pending = self._aside.rows(peek_behind(queue, 1, place))
        end = (pending[0][1] if pending else next_id) - 1
        return Place(place.precedence, max(place.id, end))

    def _lock(self) -> str:
        return SKIP if self._skips_locked() else WAIT


def _place(row: Sequence[Any]) -> Place:
    last = Grabbed._make(row)
    return Place(-last.priority, last.id)
