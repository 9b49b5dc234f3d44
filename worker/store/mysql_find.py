"""Finding ready jobs in MySQL: from the beginning of a queue, or behind the traces of those that ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from worker.store import coalescing
from worker.store.base import Ask, Grabbed
from worker.store.marks import CHEAP, Mark
from worker.store.mysql_connection import Link
from worker.store.mysql_sql import SKIP, WAIT, choose, mates
from worker.store.statements import Statement

#: the server's clock as it is, where NOW stands still for a packet (Galera); two tell what stands between them took
TICK = Statement("SELECT SYSDATE(6)")

Result = tuple[int, Sequence[Any]]


class Finder:
    """Finds ready jobs under the locks of the transaction that is open."""

    def __init__(self, link: Link, skips_locked: Callable[[], bool]) -> None:
        self._link, self._skips_locked = link, skips_locked
        self._marks: dict[str, Mark[tuple[int, int]]] = {}
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
        behind = mark.begin(time.monotonic())
        results = self._run(before, self._choose(ask, name, limit, behind), mark)
        if behind and len(results[-1][1]) < limit and not mark.is_dear:
            again = self._run([], self._choose(ask, name, limit, None), mark)
            results[-1] = again[-1]
        return results

    def _run(
        self,
        before: Sequence[Statement],
        chosen: tuple[Statement, bool],
        mark: Mark[tuple[int, int]],
    ) -> list[Result]:
        """Measure a scan from the beginning, unless all is so fast that it would cost more than the scan."""
        statement, is_whole = chosen
        started = time.monotonic()
        measured = is_whole and (self._is_slow or not mark.is_cheap)
        ticks = [TICK] if measured else []
        results = self._link.run([*before, *ticks, statement, *ticks])
        now = time.monotonic()
        self._is_slow = now - started > CHEAP
        if measured:
            ((end,),) = results.pop()[1]
            ((begin,),) = results.pop(-2)[1]
            # the hour that daylight saving puts in is not what it took
            mark.scanned(min((end - begin).total_seconds(), now - started), now)
        if results[-1][1]:
            last = Grabbed._make(results[-1][1][-1])
            mark.found((-last.priority, last.id))
        return results

    def _choose(
        self, ask: Ask, queue: str, limit: int, behind: tuple[int, int] | None
    ) -> tuple[Statement, bool]:
        return choose(ask, queue, limit, self._lock(), behind), behind is None

    def _lock(self) -> str:
        return SKIP if self._skips_locked() else WAIT
