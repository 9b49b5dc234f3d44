"""Connections to MySQL and MariaDB: opened after fork only, one a thread; errors as sentences."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CLIENT

from worker.address import Address
from worker.store.mysql_errors import COLLISIONS, GONE, LACKING, code_of, translated
from worker.store.mysql_open import Opener
from worker.store.statements import Statement

Result = TypeVar("Result")

#: of a transaction; on the nodes of a cluster every second one can collide
TRIES = 20
#: seconds to wait at most before a transaction is tried again
LONGEST_WAIT = 0.5
#: seconds of silence after which a connection is tried before it is used
STALE = 30.0
#: characters of one packet; max_allowed_packet is 16 MB unless someone changed it
PACKET = 2_000_000


class Link:
    """The connection of each thread of this process; a forked child gets its own."""

    def __init__(self, address: Address, flags: int = 0) -> None:
        self.address = address
        self._opener = Opener(address, flags)
        self._local = threading.local()

    def connection(self) -> Connection[Any]:
        """Give this thread's connection, opened if need be."""
        found: Connection[Any] | None = getattr(self._local, "connection", None)
        if found is not None and self._local.pid != os.getpid():
            _hang_up(
                found
            )  # the parent's: a proper goodbye would end it for the parent
            found = None
        if found is not None and time.monotonic() - self._local.used_at > STALE:
            found = self._if_alive(found)
        if found is None:
            found = self._local.connection = self.open_another()
            self._local.pid = os.getpid()
        self._local.used_at = time.monotonic()
        return found

    def begun(self) -> Connection[Any]:
        """Begin a transaction, on a new connection if the old one broke; nothing can be lost with it yet."""

        def begin() -> Connection[Any]:
            connection = self.connection()
            connection.begin()
            return connection

        return self.again(begin, reconnect=True)

    def drop(self) -> None:
        """Forget this thread's connection."""
        found: Connection[Any] | None = getattr(self._local, "connection", None)
        if found is not None:
            _hang_up(found)
        self._local.connection = None

    def open_server(self) -> Connection[Any]:
        """Open a further connection, to the server and no database."""
        return self._opener.open(None)

    def open_another(self) -> Connection[Any]:
        """Open a further connection, which the caller closes."""
        return self._opener.open(self.address.database)

    def rows(self, statement: Statement) -> Sequence[Any]:
        """Look something up, on a new connection if the old one broke."""
        return self.again(lambda: self.run([statement])[0][1], reconnect=True)

    def run(self, statements: Sequence[Statement]) -> list[tuple[int, Sequence[Any]]]:
        """Send statements in one packet unless they are large (in Galera one by one); give the row count and the rows of each."""
        cursor = self.connection().cursor()
        every = [
            cursor.mogrify(each.sql, each.values) if each.values else each.sql
            for each in statements
        ]
        # a conflict that undoes the transaction in the middle of a packet can go unsaid there, and
        # what follows commits by itself (MariaDB 10.11.19)
        packets = every if self._opener.is_galera else _packed(every)
        results: list[tuple[int, Sequence[Any]]] = []
        for packet in packets:
            results.append((cursor.execute(packet), cursor.fetchall()))
            while cursor.nextset():
                results.append((cursor.rowcount, cursor.fetchall()))
        return results

    def again(self, action: Callable[[], Result], *, reconnect: bool = False) -> Result:
        """Run a whole transaction; once more after a collision, and with *reconnect* after a break."""
        for left in reversed(range(TRIES)):
            try:
                return action()
            except pymysql.Error as error:
                code = code_of(error)
                # a connection knows the rights that its user had when it chose the database
                self.undo(gone=code in GONE or code in LACKING)
                repeatable = code in COLLISIONS or (reconnect and code in GONE)
                if not (left and repeatable):
                    raise translated(error, self.address) from error
                time.sleep(random.uniform(0.0, _longest(TRIES - left)))  # noqa: S311 # jitter
            except BaseException:
                self.undo()
                raise
        raise AssertionError("unreachable")

    def undo(self, *, gone: bool = False) -> None:
        """Leave no transaction open: roll back, or let the server do it by hanging up."""
        connection = getattr(self._local, "connection", None)
        try:
            if connection is not None and connection.open and not gone:
                connection.rollback()
                if _is_in_step(connection):
                    return
        except pymysql.Error:
            gone = True
        if connection is not None and gone:
            self._opener.shun(connection)
        self.drop()

    def _if_alive(self, connection: Connection[Any]) -> Connection[Any] | None:
        try:
            connection.ping(reconnect=False)
        except pymysql.Error:
            self.drop()
            return None
        return connection


def _is_in_step(connection: Connection[Any]) -> bool:
    """Whether answers are those to what was asked: an exception that a signal raises (TimedOut, a caller's own) can leave one unread."""
    token = time.monotonic_ns()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {token}")
        return bool(cursor.fetchone() == (token,))


def _longest(tries: int) -> float:
    """Seconds to wait at most: on the nodes of a cluster a transaction takes as long as a commit to all of them."""
    return float(min(0.01 * 2**tries, LONGEST_WAIT))


def _packed(statements: Iterable[str]) -> Iterator[str]:
    """Join statements to packets that a server takes."""
    packet: list[str] = []
    size = 0
    for each in statements:
        if packet and size + len(each) > PACKET:
            yield ";".join(packet)
            packet, size = [], 0
        packet.append(each)
        size += len(each)
    yield ";".join(packet)


def _hang_up(connection: Connection[Any]) -> None:
    """Close our end without a word to the server."""
    connection._force_close()  # type: ignore[attr-defined] # PyMySQL has no public name for it


def packets(address: Address) -> Link:
    """A link that may send several statements in one packet; a handler never gets at it."""
    return Link(address, CLIENT.MULTI_STATEMENTS)
