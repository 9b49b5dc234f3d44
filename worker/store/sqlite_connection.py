"""Connections to SQLite: one a thread and process, WAL, immediate transactions; errors as sentences."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from worker.address import Address
from worker.errors import QueueUnreachable, WorkerError
from worker.store import schema
from worker.store.statements import Statement

#: seconds to wait for another process that writes
PATIENCE = 20


class File:
    """The connection of each thread of this process; a forked child gets its own."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._local = threading.local()
        self._left: list[sqlite3.Connection] = []

    def connection(self, *, create: bool = False) -> sqlite3.Connection:
        """Give this thread's connection, opened if need be."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None and self._local.of != (os.getpid(), self._inode()):
            # closing it would touch the parent's locks, or end a transaction in a file that was replaced
            self._left.append(found)
            found = self._local.connection = None
        if found is None:
            found = self._local.connection = self._open(create)
            self._local.of = os.getpid(), self._inode()
        return found

    def _inode(self) -> tuple[int, int] | None:
        """Name the file that is there now: what goes into one that was removed is lost without a word."""
        try:
            seen = Path(self.address.database).stat()
        except OSError:
            return None
        return seen.st_dev, seen.st_ino

    @contextmanager
    def transaction(self, *, create: bool = False) -> Iterator[sqlite3.Cursor]:
        """Write under the lock from the first statement on, so that none fails half way for want of it."""
        connection = self.connection(create=create)
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.rollback()
            raise
        finally:
            cursor.close()

    def rows(self, statement: Statement) -> list[Any]:
        return self.connection().execute(*spelled(statement)).fetchall()

    def drop(self) -> None:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None and self._local.of[0] == os.getpid():
            found.close()
        self._local.connection = None

    def _open(self, create: bool) -> sqlite3.Connection:
        path = Path(self.address.database)
        if not path.exists() and not create:
            raise schema.absent(str(self.address))
        # jobs' arguments are nobody else's to read; SQLite's other files take the mode of this one,
        # and what cannot be opened SQLite says itself
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o660))
        opened = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        synchronous = self.address.option("synchronous", "full")
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute(f"PRAGMA synchronous = {synchronous}")
        return opened


@contextmanager
def translating(address: Address) -> Iterator[None]:
    """Turn the driver's errors into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, address) from error


def translated(error: sqlite3.Error, address: Address) -> WorkerError:
    text = str(error)
    if "no such table" in text:
        return schema.absent(str(address))
    if text == "database is locked":
        text = f"{text}: a transaction has been open for {PATIENCE} s; within job.transaction() enqueue with its cursor"
    return QueueUnreachable(f"{address} cannot be used: {text}")


def spelled(statement: Statement) -> tuple[str, Sequence[Any]]:
    """Write values as SQLite does, with a question mark."""
    return statement.sql.replace("%s", "?"), statement.values
