"""Opening a connection: to the first of the URL's servers that serves us, with a session as we need it."""

from __future__ import annotations

import ssl
import time
from typing import Any

import pymysql
from pymysql.connections import Connection

from worker.address import Address
from worker.errors import QueueUnreachable
from worker.store.mysql_errors import ABSENT, DENIED, code_of, translated

#: seconds to wait for a connection, and without an answer after which the server counts as gone
CONNECTING, PATIENCE = 5, 20
#: seconds for which a server that failed is asked last
SHUNNED = 30.0
SESSION = (
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION innodb_lock_wait_timeout = 10, sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')",
)
#: in Galera each transaction, and each statement outside of one, first waits for what other nodes committed before it
CAUSAL = "SET SESSION wsrep_sync_wait = 7"
READ_ONLY = (1290, "the server is read-only")


class Opener:
    """Opens connections, in the order of the URL; servers that failed lately come last."""

    def __init__(self, address: Address, flags: int = 0) -> None:
        self._address, self._flags = address, flags
        self._shunned_until: dict[tuple[str, int], float] = {}
        self._tls: ssl.SSLContext | None = None
        #: None: not asked yet
        self.is_galera: bool | None = None

    def open(self, database: str | None) -> Connection[Any]:
        """Connect; raise what the last server said, as a sentence."""
        order = self._order()
        for place in order:
            try:
                return self._prepared(self._connect(place, database))
            except (pymysql.Error, OSError, RuntimeError) as error:
                if place is order[-1] or code_of(error) in (*DENIED, *ABSENT):
                    raise translated(error, self._address) from error
                self._shun(place.host, place.port)
        raise AssertionError("unreachable")

    def shun(self, connection: Connection[Any]) -> None:
        """Ask the server of a connection that broke last, for a while."""
        self._shun(connection.host, connection.port)

    def _shun(self, host: str, port: int) -> None:
        self._shunned_until[host, port] = time.monotonic() + SHUNNED

    def _order(self) -> list[Address]:
        now = time.monotonic()
        until = self._shunned_until
        return sorted(
            self._address.each,
            key=lambda one: max(now, until.get((one.host, one.port), 0.0)),
        )

    def _connect(self, to: Address, database: str | None) -> Connection[Any]:
        security: dict[str, Any] = (
            {"ssl": self._context()} if to.option("ssl_ca") else {"ssl_disabled": True}
        )
        return pymysql.connect(
            host=to.host,
            port=to.port,
            user=to.user or None,
            password=to.password,
            database=database,
            unix_socket=to.unix_socket or None,
            charset="utf8mb4",
            autocommit=True,
            init_command=SESSION[0],
            client_flag=self._flags,
            connect_timeout=CONNECTING,
            read_timeout=PATIENCE,
            write_timeout=PATIENCE,
            **security,
        )

    def _prepared(self, opened: Connection[Any]) -> Connection[Any]:
        try:
            with opened.cursor() as cursor:
                cursor.execute(SESSION[1])
                if self._address.further:
                    _refuse_read_only(cursor)
                if self._asks_galera(cursor):
                    _catch_up(cursor)
        except BaseException:
            opened.close()
            raise
        return opened

    def _asks_galera(self, cursor: Any) -> bool:
        """Find out once; all servers of a URL are of one kind."""
        if self.is_galera is None:
            cursor.execute("SHOW VARIABLES LIKE 'wsrep_on'")
            self.is_galera = cursor.fetchone() == ("wsrep_on", "ON")
        return self.is_galera

    def _context(self) -> ssl.SSLContext:
        """Load the certificates once: doing it costs more than all the rest of connecting."""
        if self._tls is None:
            ca = self._address.option("ssl_ca")
            try:
                self._tls = ssl.create_default_context(cafile=ca)
            except OSError as error:  # an ssl.SSLError as well
                raise QueueUnreachable(
                    f"{self._address}: its ssl_ca {ca} cannot be read as certificates: {error.strerror or error}"
                ) from error
        return self._tls


def _refuse_read_only(cursor: Any) -> None:
    """Of several servers one may be a replica, or a primary that is being replaced."""
    cursor.execute("SELECT @@read_only")
    if cursor.fetchone() != (0,):
        raise pymysql.OperationalError(*READ_ONLY)


def _catch_up(cursor: Any) -> None:
    """Wait for what was committed on other nodes; a node that has lost the cluster raises 1047 here."""
    cursor.execute(CAUSAL)
    cursor.execute("BEGIN")
    cursor.execute("ROLLBACK")
