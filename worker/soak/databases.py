"""The databases of a soak: each has a server of its own, or is a file, and has ids that no other has."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.errors import WorkerError
from worker.queue import Queue
from worker.soak import servers, ticking
from worker.soak.calendar import MINUTE
from worker.soak.evidence import ROOM, Evidence
from worker.soak.jobs import EFFECTS
from worker.soak.servers import Server
from worker.store.statements import Statement, microseconds

#: seconds for which, as the databases have it, nobody enqueued ticks before the soak
AWAY = 600
LIVE = ("ready", "running", "scheduled")
FIRST = (
    "INSERT INTO job (id, queue, handler, state, precedence, enqueued_at, enqueued_release, arg)"
    " VALUES (%s, '', '', 2, 0, 0, '', '')"
)
TICK = "INSERT INTO periodic (handler, schedule, ticked_at) VALUES (%s, %s, %s)"


@dataclass(frozen=True)
class Database:
    """*ways*: its URL as each of several managers is told it."""

    queue: Queue
    server: Server
    ways: Sequence[str]

    def live(self) -> Mapping[tuple[str, str], int]:
        """Count the jobs that have not ended, by queue and state. Raises WorkerError."""
        counts = self.queue.counts().jobs
        return {key: n for key, n in counts.items() if key[1] in LIVE}

    def ticked(self) -> Mapping[int, int]:
        """Give the minute of the last tick of each series, if there can be any. Raises WorkerError."""
        if not ticking.is_possible():
            return {}
        rows = self._rows("SELECT handler, ticked_at FROM periodic")
        every = ticking.EVERY
        return {every[name].series: at // microseconds(MINUTE) for name, at in rows}

    def testify(self, known: Evidence) -> None:
        """Take in the rows that are there at the end."""
        known.left.update(self._numbers("job"))
        known.kept.update(self._numbers("failed_job"))
        effects = self._rows("SELECT job_id FROM soak_effect")
        known.effects.update(id for (id,) in effects)

    def prepare(self, number: int) -> None:
        """Make the tables, begin with ids of its own, and have ticks that nobody enqueued: the last is to be made up for at once."""
        self.queue.setup()
        since = microseconds(time.time() - AWAY)
        ticks = [Statement(TICK, (*of, since)) for of in ticking.SCHEDULES]
        first = Statement(FIRST, (number * ROOM,))
        self.queue.store.change(
            [Statement(EFFECTS), first, Statement("DELETE FROM job"), *ticks]
        )

    def _numbers(self, table: str) -> dict[int, int]:
        rows = self._rows(f"SELECT id, handler, arg FROM {table}")  # noqa: S608 # a name of ours
        return {id: _number(handler, json.loads(arg)) for id, handler, arg in rows}

    def _rows(self, sql: str) -> Sequence[Any]:
        with self.queue.store.transaction() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


@contextmanager
def started(kind: str, count: int, folder: Path) -> Iterator[list[Database]]:
    """Have so many databases in *folder* for a while."""
    with ExitStack() as stack:
        every = []
        for number in range(count):
            server = servers.start(kind, folder / f"d{number}")
            if server:
                stack.callback(server.stop)
            file = [f"sqlite:///{folder / f'{number}.db'}"]
            queue = Queue((server.urls if server else file)[0])
            every.append(Database(queue, server, server.ways if server else file))
            every[-1].prepare(number)
        yield every


def left(every: Sequence[Database], due: int) -> Counter[tuple[str, str]]:
    """Count what is still to be done: jobs, and ticks up to the minute *due*. Raises WorkerError."""
    live: Counter[tuple[str, str]] = Counter()
    for each in every:
        live.update(each.live())
    live["ticks", "due"] = sum(at < due for at in every[0].ticked().values())
    return +live


def waiting(every: Sequence[Database]) -> int:
    """Count the jobs of those databases that answer."""
    count = 0
    for each in every:
        with suppress(WorkerError):
            count += sum(each.live().values())
    return count


def ways(every: Sequence[Database]) -> list[str]:
    """What each of several managers is told: all databases, each by one of its URLs."""
    return [" ".join(each) for each in zip(*(one.ways for one in every))]


def _number(handler: str, arg: Any) -> int:
    periodic = ticking.EVERY.get(handler)
    return periodic.number(arg) if periodic else int(arg)
