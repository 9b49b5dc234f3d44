"""Creating and migrating the queue in MySQL; finding out what the server can do."""

from __future__ import annotations

import uuid
from typing import Any

import pymysql

from worker.errors import QueueUnreachable
from worker.store import schema
from worker.store.mysql_connection import Link
from worker.store.mysql_errors import code_of, translated
from worker.store.mysql_schema import STEPS, VERSIONS
from worker.store.mysql_sql import NOW, SKIP

NO_DATABASE, UNSUPPORTED, ADDED = 1049, (1064, 1235), 1060
#: the first step names the queue; should two nodes of a cluster take a step at once, one of them did
TAKEN = f"""INSERT IGNORE INTO {schema.TABLE} SELECT %s, COALESCE(MIN(queue_id), %s), {NOW} FROM {schema.TABLE}"""
#: seconds that one host's setup waits for another's
PATIENCE = 15


def creation(database: str) -> str:
    quoted = database.replace("`", "``")
    return f"CREATE DATABASE IF NOT EXISTS `{quoted}` CHARACTER SET utf8mb4"


def setup(link: Link) -> None:
    """Create what is missing; hosts that do it at once wait for each other."""
    try:
        _create_database(link)
        link.again(lambda: _migrate(link))
    except pymysql.Error as error:
        raise translated(error, link.address) from error


def _create_database(link: Link) -> None:
    """Ask for it only if it is missing: the right to create databases is rare."""
    server = link.open_server()
    try:
        with server.cursor() as cursor:
            try:
                server.select_db(link.address.database)
            except pymysql.Error as error:
                if code_of(error) != NO_DATABASE:
                    raise
                cursor.execute(creation(link.address.database))
    finally:
        server.close()


def _migrate(link: Link) -> None:
    with link.connection().cursor() as cursor:
        name = f"forklift setup {link.address.database}"[:64]
        _lock(cursor, name, str(link.address))
        try:
            _take_steps(cursor, str(link.address))
        finally:
            cursor.execute("DO RELEASE_LOCK(%s)", (name,))


def _lock(cursor: Any, name: str, shown: str) -> None:
    """Let setups wait for each other; in Galera that holds on one node only, or (10.6.13, 10.11.3) is refused."""
    try:
        cursor.execute("SELECT GET_LOCK(%s, %s)", (name, PATIENCE))
    except pymysql.Error as error:
        if code_of(error) not in UNSUPPORTED:
            raise
        return
    if cursor.fetchone() != (1,):
        raise QueueUnreachable(
            f"another setup of {shown} has been running for {PATIENCE} seconds"
        )


def _take_steps(cursor: Any, shown: str) -> None:
    if not cursor.execute(f"SHOW TABLES LIKE '{schema.TABLE}'") and cursor.execute(
        "SHOW TABLES LIKE 'job'"
    ):
        _refuse_foreign(cursor, shown)
    cursor.execute(VERSIONS)
    cursor.execute(f"SELECT MAX(version) FROM {schema.TABLE}")
    ((version,),) = cursor.fetchall()
    for step in schema.steps_after(STEPS, version or 0):
        for statement in STEPS[step]:
            _change(cursor, statement)
        cursor.execute(TAKEN, (step, uuid.uuid4().hex))


def _change(cursor: Any, statement: str) -> None:
    """What an ALTER TABLE adds is there already if a setup was cut off just after it."""
    try:
        cursor.execute(statement)
    except pymysql.Error as error:
        if code_of(error) != ADDED:
            raise


def _refuse_foreign(cursor: Any, shown: str) -> None:
    """A table of that name may be another program's, or ours if setup was cut off."""
    if not cursor.execute("SHOW COLUMNS FROM job LIKE 'precedence'"):
        raise schema.foreign(shown)


def skips_locked(link: Link) -> bool:
    """Try with two connections whether SKIP LOCKED locks; some servers take the words and ignore them."""
    one, other = link.open_another(), link.open_another()
    look = f"SELECT version FROM {schema.TABLE} WHERE version = 1 {SKIP}"
    try:
        one.begin()
        with one.cursor() as cursor:
            cursor.execute(look)
        with other.cursor() as cursor:
            seen: int = cursor.execute(look)
            return seen == 0
    except pymysql.Error as error:
        if code_of(error) in UNSUPPORTED:
            return False
        raise
    finally:
        one.close()
        other.close()
