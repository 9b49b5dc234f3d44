"""Putting jobs into MySQL, on a connection of ours or as part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from worker.store import insertion
from worker.store.base import NewJob, duplicate, too_large, values_of
from worker.store.mysql_connection import Link
from worker.store.mysql_errors import code_of
from worker.store.mysql_sql import NOW

#: rows and bytes of one INSERT at most; max_allowed_packet is 16 MB unless someone changed it
ROWS, BYTES = 1000, 1_000_000
DUPLICATE, TOO_LARGE = 1062, (1153, 1406)


def enqueue(link: Link, jobs: Sequence[NewJob], release: str) -> list[int]:
    """Put in all of the jobs or none; one round trip where they fit into one INSERT."""
    connection = link.connection()
    if len(jobs) == 1 or len(list(_portions(jobs))) == 1:
        return insert(connection.cursor(), jobs, release, "job")
    connection.begin()
    ids = insert(connection.cursor(), jobs, release, "job")
    connection.commit()
    return ids


def insert(cursor: Any, jobs: Sequence[NewJob], release: str, table: str) -> list[int]:
    """Insert on any cursor of any driver of MySQL's, within its transaction."""
    # the server would work out the time for every row: a third of what many rows take it
    step, now = (1, NOW) if len(jobs) == 1 else _known(cursor)
    ids: list[int] = []
    for portion in _portions(jobs):
        sql, values = insertion.enqueue(portion, release, now, table)
        try:
            cursor.execute(sql, values)
        except Exception as error:  # of whichever driver the cursor belongs to
            raise _refused(error, jobs) from error
        first = int(cursor.lastrowid)
        ids += range(first, first + len(portion) * step, step)
    return ids


def _known(cursor: Any) -> tuple[int, str]:
    """Ask how far apart the ids of one INSERT lie (in Galera: the number of nodes), and the time."""
    cursor.execute(f"SELECT @@auto_increment_increment AS step, {NOW} AS now")
    step, now = values_of(cursor.fetchone())
    return int(step), str(int(now))


def _portions(jobs: Sequence[NewJob]) -> Iterator[list[NewJob]]:
    portion: list[NewJob] = []
    size = 0
    for each in jobs:
        if portion and (len(portion) == ROWS or size + len(each.arg) > BYTES):
            yield portion
            portion, size = [], 0
        portion.append(each)
        size += len(each.arg)
    yield portion


def _refused(error: Exception, jobs: Sequence[NewJob]) -> Exception:
    code = code_of(error)
    if code == DUPLICATE and "job_uniqkey" in str(error):
        return duplicate(jobs)
    return too_large() if code in TOO_LARGE else error
