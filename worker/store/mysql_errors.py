"""What the error numbers of MySQL and MariaDB mean to us; the password is in no text."""

from __future__ import annotations

from worker.address import Address
from worker.errors import QueueUnreachable, WorkerError
from worker.store import schema

#: lock wait timeout, deadlock (Galera: also a conflict with another node, at COMMIT), "record has changed since
#: last read" (MariaDB 11.6.2 and later), rolled back during commit (MySQL's group replication)
COLLISIONS = (1205, 1213, 1020, 3101)
#: this server does not serve us now, another one may: read-only (server, engine, transaction), a cluster's node
#: without a majority (Galera, group replication), too many connections
ELSEWHERE = (1290, 1836, 1792, 1047, 3100, 1040)
#: gone away, lost during the query, shutting down, killed, closed by timeout (MySQL 8)
GONE = (2006, 2013, 2003, 2002, 1053, 1927, 3169, 4031, 0, *ELSEWHERE)
#: no such database, no such table, no such column
ABSENT = (1049, 1146, 1054)
#: access denied, to the server or to the database
DENIED = (1044, 1045, 1698)
#: a statement is denied, on a table or on a column of it
LACKING = (1142, 1143)

#: what PyMySQL cannot do by itself: MySQL 8's way of hiding a password on a plain connection
NO_SECRECY = "{} wants the password of {!r} encrypted (caching_sha2_password): add ?ssl_ca=/path/to/ca.pem, use its unix_socket, or install the package cryptography"


def code_of(error: BaseException) -> int:
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) else 0


def translated(error: BaseException, address: Address) -> WorkerError:
    """Say in a sentence what a driver's error means; the password is in no such text."""
    code = code_of(error)
    if code in ABSENT:
        return schema.absent(str(address))
    if code in DENIED:
        return QueueUnreachable(
            f"{address} refused the user {address.user!r}: wrong password, or no right to the database ({code})"
        )
    if code in LACKING:
        return QueueUnreachable(
            f"{address}: {error.args[-1]}; the user {address.user!r} needs SELECT, INSERT, UPDATE and DELETE on all tables, for setup CREATE, ALTER and INDEX too ({code})"
        )
    if isinstance(error, RuntimeError) and "cryptography" in str(error):
        return QueueUnreachable(NO_SECRECY.format(address, address.user))
    text = error.args[-1] if error.args else type(error).__name__
    if address.password:
        text = str(text).replace(address.password, "***")
    return QueueUnreachable(f"{address} cannot be used: {text} ({code})")
