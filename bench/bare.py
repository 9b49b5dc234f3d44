"""Raw loops: grab some jobs, settle those before in the same commit, with the driver alone and no process beside it."""

from __future__ import annotations

import time
from typing import Any

from bench.ground import driver

CLAIM = (
    "SELECT id, handler, arg FROM job {force} WHERE queue = 'default' AND state = 0"
    " ORDER BY precedence, id LIMIT {batch} {lock}"
)
TAKE = "state = 1, owner = 1, attempt = attempt + 1, due_at = 1"


def drain(url: str, batch: int) -> float:
    """Empty the queue; jobs a second."""
    connection = driver(url)
    turn = _sqlite if url.startswith("sqlite") else _mysql
    done = 0
    before: list[int] = []
    started = time.perf_counter()
    while True:
        deleted, before = turn(connection, batch, before)
        done += deleted
        if not before:
            break
    rate = done / (time.perf_counter() - started)
    connection.close()
    return rate


def _mysql(connection: Any, batch: int, before: list[int]) -> tuple[int, list[int]]:
    cursor = connection.cursor()
    connection.begin()
    deleted = 0
    if before:
        some = ",".join(map(str, before))
        deleted = cursor.execute(f"DELETE FROM job WHERE id IN ({some})")
    force, lock = "FORCE INDEX (job_claim)", "FOR UPDATE SKIP LOCKED"
    cursor.execute(CLAIM.format(force=force, batch=batch, lock=lock))
    found = [row[0] for row in cursor.fetchall()]
    if found:
        some = ",".join(map(str, found))
        cursor.execute(
            f"UPDATE job FORCE INDEX (PRIMARY) SET {TAKE} WHERE id IN ({some})"
        )
    connection.commit()
    return deleted, found


def _sqlite(connection: Any, batch: int, before: list[int]) -> tuple[int, list[int]]:
    connection.execute("BEGIN IMMEDIATE")
    ids = [(id,) for id in before]
    connection.executemany("DELETE FROM job WHERE id = ?", ids)
    rows = connection.execute(CLAIM.format(force="", batch=batch, lock="")).fetchall()
    found = [row[0] for row in rows]
    connection.executemany(
        f"UPDATE job SET {TAKE} WHERE id = ?", [(id,) for id in found]
    )
    connection.execute("COMMIT")
    return len(ids), found
