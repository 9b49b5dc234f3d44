"""What MySQL and MariaDB say in their own way: the clock, index hints, deleting a batch; pure."""

from __future__ import annotations

from collections.abc import Sequence

from worker.store import statements
from worker.store.base import Ask, Grabbed, Settlement
from worker.store.statements import READY, Statement, Words

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
#: begins a SELECT of places
PLACE = "SELECT precedence AS seen_precedence, id AS seen_id"
#: so many managers may look at once without being in each other's way; each passes over what the others have
MOST = 4
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


def peek(queue: str, limit: int) -> Statement:
    """Select precedence and id of what `choose` would find, without locks."""
    return Statement(
        f"{PLACE} FROM job {CLAIM} WHERE queue = %s AND state = {READY} ORDER BY precedence, id LIMIT %s",
        (queue, limit),
    )


def peek_behind(queue: str, limit: int, place: tuple[int, int]) -> Statement:
    """Select what is ready behind a precedence and id, of that precedence only, without locks.

    By primary key: the claim index goes on with the traces of running jobs, and InnoDB reads on until it finds one that is not gone.
    """
    return Statement(
        f"{PLACE} FROM job {PRIMARY} WHERE queue = %s AND state = {READY}"
        " AND precedence = %s AND id > %s ORDER BY id LIMIT %s",
        (queue, *place, limit),
    )


def choose_behind(
    ask: Ask, queue: str, limit: int, lock: str, place: tuple[int, int]
) -> Statement:
    seen = peek_behind(queue, MOST * limit, place)
    return _choose_seen(ask, queue, limit, lock, seen)


def choose_these(
    ask: Ask, queue: str, places: Sequence[tuple[int, int]], lock: str
) -> Statement:
    """Choose those of some jobs that are ready, by their precedences and ids."""
    rows = (
        f"SELECT {precedence} AS seen_precedence, {id} AS seen_id"
        for precedence, id in places
    )
    seen = Statement(" UNION ALL ".join(rows))
    return _choose_seen(ask, queue, len(places), lock, seen)


def peek_mates(head: Grabbed, limit: int) -> Statement:
    """Select what is to be done with a chosen job, itself too, the oldest first, without locks."""
    group = (head.coalesce or "").encode()
    return Statement(
        f"{PLACE} FROM job {COALESCE} WHERE coalesce_key = %s AND handler = %s AND queue = %s"
        f" AND state = {READY} ORDER BY id LIMIT %s",
        (group, head.handler, head.queue, limit),
    )


def mates(ask: Ask, head: Grabbed, lock: str) -> Statement:
    most = ask.together[head.handler]
    seen = peek_mates(head, MOST * most)
    return _choose_seen(ask, head.queue, most, lock, seen)


def _choose_seen(
    ask: Ask, queue: str, limit: int, lock: str, seen: Statement
) -> Statement:
    """Choose among what a look without locks sees, in its order.

    Entry by entry of the claim index, which `choose` locks first, too: were a job locked by its key alone, `choose` would
    lock the entry and pass on (MariaDB 10.11), and who has the job could not change it.
    """
    return Statement(
        f"{statements.grabbed(ask)} FROM ({seen.sql}) AS seen STRAIGHT_JOIN job {CLAIM}"
        f" ON queue = %s AND state = {READY} AND precedence = seen_precedence AND id = seen_id LIMIT %s {lock}",
        (ask.owner, *seen.values, queue, limit),
    )


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
