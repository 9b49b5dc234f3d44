"""What MySQL and MariaDB say in their own way: the clock, index hints, deleting a batch; pure."""

from __future__ import annotations

from collections.abc import Sequence

from worker.store import statements
from worker.store.base import Ask, Grabbed, Settlement
from worker.store.statements import Statement, Words

#: microseconds since 1970 by the server's clock, whatever the session's time zone
NOW = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))"
#: the same of the session's time zone, and going on within a statement
CLOCK = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', SYSDATE(6))"
#: hints, because stale statistics would have small tables read whole and large ones sorted
PRIMARY = "FORCE INDEX (PRIMARY)"
CLAIM = "FORCE INDEX (job_claim)"
DUE = "FORCE INDEX (job_due)"
COALESCE = "FORCE INDEX (job_coalesce)"
BEGIN, COMMIT, ROLLBACK = Statement("BEGIN"), Statement("COMMIT"), Statement("ROLLBACK")
SKIP, WAIT = "FOR UPDATE SKIP LOCKED", "FOR UPDATE"
#: the id that the next job gets, or one that was it some time ago (MySQL 8 keeps it for a day)
NEXT_ID = Statement(
    "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'job'"
)
#: lets the next statement see what is not committed yet
DIRTY = Statement("SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED")
WORDS = Words(
    NOW,
    "IGNORE",
    WAIT,
    "DELETE FROM {table} WHERE {column} <= {until} ORDER BY {column} LIMIT {limit}",
)


def choose(ask: Ask, queue: str, limit: int, lock: str = SKIP) -> Statement:
    return statements.choose(ask, queue, limit, force=CLAIM, lock=lock)


def choose_behind(
    ask: Ask, queue: str, limit: int, lock: str, place: tuple[int, int]
) -> Statement:
    """Choose behind a precedence and id, of that precedence only.

    By primary key: the claim index goes on with the traces of running jobs, and InnoDB reads on until it finds one that is not gone.
    """
    return statements.choose(ask, queue, limit, force=PRIMARY, lock=lock, behind=place)


def first_behind(queue: str, place: tuple[int, int]) -> Statement:
    return statements.first_behind(queue, place, PRIMARY)


def peek(queue: str, limit: int) -> Statement:
    return statements.peek(queue, limit, CLAIM)


def choose_among(ask: Ask, ids: Sequence[int], lock: str) -> Statement:
    return statements.choose_among(ask, ids, force=PRIMARY, lock=lock)


def mates(ask: Ask, head: Grabbed, lock: str = SKIP) -> Statement:
    most = ask.together.get(head.handler, 1)
    return statements.mates(ask, head, most, force=COALESCE, lock=lock)


def take(ask: Ask, ids: Sequence[int]) -> Statement:
    return statements.take(ask, ids, NOW, PRIMARY)


def delete(finished: Sequence[Settlement]) -> Statement:
    """Delete a batch by primary key, whatever the statistics say.

    With IN a small table is read whole, and waits for rows that other managers are grabbing.
    """
    id, owner, _ = finished[0]
    rest = "".join(
        f" UNION ALL SELECT {each.id}, {each.owner}" for each in finished[1:]
    )
    return Statement(
        f"DELETE job FROM (SELECT {id} AS id, {owner} AS owner{rest}) AS ended"
        f" STRAIGHT_JOIN job {PRIMARY} ON job.id = ended.id WHERE job.owner = ended.owner"
    )
