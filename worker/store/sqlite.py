"""The queue in SQLite, embedded in one file."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from worker.address import Address
from worker.job import Outcome
from worker.store import (
    insertion,
    looking,
    schema,
    sqlite_doctor,
    sqlite_schema,
    sqlite_turn,
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
    duplicate,
    kept,
    seconds,
    too_large,
    values_of,
)
from worker.store.sqlite_connection import File, spelled, translating
from worker.store.sqlite_turn import BY_ID, DUE, NOW, WORDS
from worker.store.statements import RUNNING, SCHEDULED, STATES, Statement

#: jobs of one INSERT: SQLite takes 32766 values in a statement since 3.32, 999 before
ROWS = 6000 if sqlite3.sqlite_version_info >= (3, 32) else 190


class SqliteStore:
    words = WORDS

    def __init__(self, address: Address) -> None:
        self.address = address
        self._file = File(address)

    def setup(self) -> None:
        with translating(self.address), self._file.transaction(create=True) as cursor:
            tables = {
                row[0] for row in cursor.execute("SELECT name FROM sqlite_master")
            }
            if "job" in tables and schema.TABLE not in tables:
                raise schema.foreign(str(self.address))
            cursor.execute(sqlite_schema.VERSIONS)
            known = cursor.execute(
                f"SELECT version, queue_id FROM {schema.TABLE} ORDER BY version"
            ).fetchall()
            version, queue_id = known[-1] if known else (0, uuid.uuid4().hex)
            for step in schema.steps_after(sqlite_schema.STEPS, version):
                for statement in sqlite_schema.STEPS[step]:
                    cursor.execute(statement)
                cursor.execute(
                    f"INSERT INTO {schema.TABLE} VALUES (?, ?, {NOW})", (step, queue_id)
                )

    def schema(self) -> Sequence[str]:
        steps = [each for step in sqlite_schema.STEPS.values() for each in step]
        return [sqlite_schema.VERSIONS, *steps]

    def identity(self, cursor: Any = None) -> str:
        sql = looking.IDENTITY.format(table=schema.TABLE)
        with translating(self.address):
            on = self._file.connection().cursor() if cursor is None else cursor
            on.execute(sql)
            row = on.fetchone()
        if row is None:
            raise schema.absent(str(self.address))
        found = values_of(row)
        schema.check(found[0], sqlite_schema.STEPS, str(self.address))
        return str(found[1])

    def enqueue(
        self, jobs: Sequence[NewJob], release: str, cursor: Any = None
    ) -> list[int]:
        with translating(self.address):
            if cursor is not None:
                return _insert(cursor, jobs, release)
            with self._file.transaction() as own:
                return _insert(own, jobs, release)

    def turn(self, settlements: Sequence[Settlement], ask: Ask | None) -> Turn:
        with translating(self.address), self._file.transaction() as cursor:
            return sqlite_turn.turn(cursor, settlements, ask)

    def renew(
        self, held: Mapping[int, int], holder: Holder, leases: Mapping[str, float]
    ) -> frozenset[int]:
        owners = (holder.first, holder.last)
        with translating(self.address), self._file.transaction() as cursor:
            cursor.execute(*spelled(statements.renew(held, owners, leases, NOW, BY_ID)))
        still = self.running(holder)
        return frozenset(id for id, owner in held.items() if still.get(id) != owner)

    def due(self, queues: Sequence[str] = ()) -> Due:
        return looking.looked(self._rows(looking.look(NOW, queues)))

    def promote(self, limit: int) -> int:
        with translating(self.address), self._file.transaction() as cursor:
            found = cursor.execute(*statements.due(SCHEDULED, limit, NOW, force=DUE))
            ids = [row[0] for row in found.fetchall()]
            cursor.execute(*statements.promote(ids))
            return len(ids)

    def reclaim(
        self, limit: int, decide: Callable[[Expired], Outcome]
    ) -> list[tuple[Expired, Outcome]]:
        with translating(self.address), self._file.transaction() as cursor:
            found = cursor.execute(*statements.due(RUNNING, limit, NOW, force=DUE))
            ended = [(e, decide(e)) for e in map(Expired._make, found.fetchall())]
            for each, outcome in ended:
                sqlite_turn.settle(cursor, Settlement(each.id, each.owner, outcome))
            return ended

    def running(self, holder: Holder) -> dict[int, int]:
        owners = (holder.first, holder.last)
        return dict(self._rows(Statement(statements.RUNNING_OF.sql, owners)))

    def is_held(self, id: int, owner: int) -> bool:
        return bool(self._rows(Statement(statements.IS_HELD.sql, (id, owner))))

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with self._file.transaction() as cursor:
            yield cursor

    def within(self, cursor: Any, statements: Sequence[Statement]) -> int:
        return sqlite_turn.run(cursor, statements)

    def counts(self) -> Counts:
        live, ended = self._rows(looking.COUNT), self._rows(looking.COUNT_KEPT)
        oldest = self._rows(Statement(looking.OLDEST.format(now=NOW)))
        jobs = {(queue, STATES[state]): count for queue, state, count in live}
        jobs.update({(queue, state): count for queue, state, count in ended})
        return Counts(jobs, seconds(oldest[0][0]) if oldest else None)

    def kept(self, limit: int) -> Sequence[Kept]:
        rows = self._rows(Statement(looking.LATEST_KEPT.format(limit=limit)))
        return [kept(row) for row in rows]

    def change(
        self, statements: Sequence[Statement]
    ) -> Sequence[tuple[int, Sequence[Any]]]:
        results = []
        with translating(self.address), self._file.transaction() as cursor:
            for each in statements:
                rows = cursor.execute(*spelled(each)).fetchall()
                results.append((max(0, cursor.rowcount), rows))
        return results

    def examine(self) -> Iterator[Finding]:
        with translating(self.address):
            yield from sqlite_doctor.examine(self._file)

    def close(self) -> None:
        self._file.drop()

    def _rows(self, statement: Statement) -> list[Any]:
        with translating(self.address):
            return self._file.rows(statement)


def _insert(cursor: Any, jobs: Sequence[NewJob], release: str) -> list[int]:
    ids: list[int] = []
    for start in range(0, len(jobs), ROWS):
        part = jobs[start : start + ROWS]
        try:
            cursor.execute(*spelled(insertion.enqueue(part, release, NOW)))
        except Exception as error:
            raise _refused(error, jobs) from error
        ids += range(cursor.lastrowid - len(part) + 1, cursor.lastrowid + 1)
    return ids


def _refused(error: Exception, jobs: Sequence[NewJob]) -> Exception:
    """Read an error of sqlite3's, or one that Django made of it."""
    cause = error if isinstance(error, sqlite3.Error) else error.__cause__
    if isinstance(cause, sqlite3.IntegrityError):
        return duplicate(jobs)
    if isinstance(cause, sqlite3.DataError) or isinstance(error, OverflowError):
        return too_large()
    return error
