"""The queue in MySQL or MariaDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from worker.address import Address
from worker.job import Outcome
from worker.store import (
    looking,
    mysql_doctor,
    mysql_insert,
    mysql_leases,
    mysql_schema,
    mysql_setup,
    schema,
    statements,
)
from worker.store.base import (
    Ask,
    Counts,
    Due,
    Expired,
    Finding,
    Holder,
    Kept,
    NewJob,
    Settlement,
    Turn,
    kept,
    seconds,
    values_of,
)
from worker.store.mysql_connection import Link, packets
from worker.store.mysql_sql import BEGIN, CLAIM, CLOCK, COMMIT, NOW, WORDS
from worker.store.mysql_turn import Turns
from worker.store.statements import STATES, Statement


class MysqlStore:
    """Two connections a thread: one for handlers and callers, one for the worker's own packets."""

    words = WORDS

    def __init__(self, address: Address) -> None:
        self.address = address
        self._link = Link(address)
        self._packets = packets(address)
        self._turns = Turns(self._packets, self._link, self.skips_locked)
        self._skips = False if address.option("skip_locked") == "no" else None

    def setup(self) -> None:
        mysql_setup.setup(self._link)

    def schema(self) -> Sequence[str]:
        create = mysql_setup.creation(self.address.database)
        steps = [each for step in mysql_schema.STEPS.values() for each in step]
        return [create, mysql_schema.VERSIONS, *steps]

    def identity(self, cursor: Any = None) -> str:
        if cursor is None:
            sql = looking.IDENTITY.format(table=schema.TABLE)
            rows = self._link.rows(Statement(sql))
        else:
            cursor.execute(looking.IDENTITY.format(table=self._table(schema.TABLE)))
            rows = [values_of(row) for row in cursor.fetchall()]
        if not rows:
            raise schema.absent(str(self.address))
        schema.check(rows[0][0], mysql_schema.STEPS, str(self.address))
        return str(rows[0][1])

    def enqueue(
        self, jobs: Sequence[NewJob], release: str, cursor: Any = None
    ) -> list[int]:
        if cursor is not None:
            return mysql_insert.insert(cursor, jobs, release, self._table("job"))
        return self._link.again(
            lambda: mysql_insert.enqueue(self._link, jobs, release), reconnect=True
        )

    def _table(self, name: str) -> str:
        """Name a table on a caller's cursor, where another database may be the current one."""
        return f"`{self.address.database.replace('`', '``')}`.{name}"

    def turn(self, settlements: Sequence[Settlement], ask: Ask | None) -> Turn:
        return self._packets.again(lambda: self._turns.turn(settlements, ask))

    def skips_locked(self) -> bool:
        if self._skips is None:
            self._skips = mysql_setup.skips_locked(self._link)
        return self._skips

    def renew(
        self, held: Mapping[int, int], holder: Holder, leases: Mapping[str, float]
    ) -> frozenset[int]:
        return self._packets.again(
            lambda: mysql_leases.renew(self._packets, held, holder, leases),
            reconnect=True,
        )

    def due(self, queues: Sequence[str] = ()) -> Due:
        look = looking.look(NOW, queues, CLAIM, CLOCK)
        return looking.looked(self._packets.rows(look))

    def promote(self, limit: int) -> int:
        skips = self.skips_locked()
        return self._packets.again(
            lambda: mysql_leases.promote(self._packets, limit, skips), reconnect=True
        )

    def reclaim(
        self, limit: int, decide: Callable[[Expired], Outcome]
    ) -> list[tuple[Expired, Outcome]]:
        skips = self.skips_locked()
        return self._packets.again(
            lambda: mysql_leases.reclaim(self._packets, limit, skips, decide),
            reconnect=True,
        )

    def running(self, holder: Holder) -> dict[int, int]:
        owners = (holder.first, holder.last)
        return dict(self._packets.rows(Statement(statements.RUNNING_OF.sql, owners)))

    def is_held(self, id: int, owner: int) -> bool:
        return bool(self._link.rows(Statement(statements.IS_HELD.sql, (id, owner))))

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        connection = self._link.begun()
        try:
            with connection.cursor() as cursor:
                yield cursor
            connection.commit()
        except BaseException:
            self._link.undo()
            raise

    def within(self, cursor: Any, statements: Sequence[Statement]) -> int:
        return [int(cursor.execute(*each)) for each in statements][-1]

    def counts(self) -> Counts:
        live = self._link.rows(looking.COUNT)
        ended = self._link.rows(looking.COUNT_KEPT)
        oldest = self._link.rows(Statement(looking.OLDEST.format(now=NOW)))
        jobs = {(queue, STATES[state]): count for queue, state, count in live}
        jobs.update({(queue, state): count for queue, state, count in ended})
        return Counts(jobs, seconds(oldest[0][0]) if oldest else None)

    def kept(self, limit: int) -> Sequence[Kept]:
        rows = self._link.rows(Statement(looking.LATEST_KEPT.format(limit=limit)))
        return [kept(row) for row in rows]

    def change(
        self, statements: Sequence[Statement]
    ) -> Sequence[tuple[int, Sequence[Any]]]:
        packet = [BEGIN, *statements, COMMIT]
        return self._packets.again(lambda: self._packets.run(packet))[1:-1]

    def examine(self) -> Iterator[Finding]:
        yield Finding(
            True,
            f"SKIP LOCKED {'locks' if self.skips_locked() else 'does not lock here: managers wait for each other'}",
        )
        yield from mysql_doctor.examine(self._link)

    def close(self) -> None:
        self._link.drop()
        self._packets.drop()
