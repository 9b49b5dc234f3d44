"""An old snapshot elsewhere makes no grab read the traces of all jobs that ended since."""

import time
from contextlib import contextmanager

import pytest

from tests.worker.support import grab, settle, sql, until
from worker import Queue
from worker.job import GivenBack
from worker.store import mysql_sql
from worker.store.base import Ask
from worker.store.marks import CHEAP, LATE, SHARE, SHARE_IF_SHORT, Mark, Place

ECHO = "tests.worker.jobs.Echo"


def test_while_scans_are_cheap_each_begins_at_the_beginning():
    mark = Mark()
    assert mark.begin(0.0) is None
    mark.scanned(CHEAP / 2, 100.0)
    mark.reached(Place(0, 7), 100.0)
    assert mark.begin(100.0) is None


def test_scans_from_the_beginning_take_a_small_share_of_the_time():
    mark = Mark()
    mark.scanned(0.1, 100.0)
    mark.reached(Place(0, 7), 100.0)
    assert mark.begin(100.0 + 0.1 / SHARE - 0.001) == (0, 7)
    assert mark.begin(100.0 + 0.1 / SHARE) is None


def test_a_little_more_where_less_was_found_than_wanted():
    mark = Mark()
    mark.scanned(0.1, 100.0)
    assert not mark.may_again(100.0 + 0.1 / SHARE_IF_SHORT - 0.001)
    assert mark.may_again(100.0 + 0.1 / SHARE_IF_SHORT)


def test_a_place_counts_when_what_was_committed_late_is_there_too():
    mark = Mark()
    mark.scanned(100.0, 0.0)
    mark.reached(Place(0, 7), 1.0)
    mark.reached(Place(0, 9), 1.0 + LATE / 2)
    assert mark.begin(2.0) == (0, 7)
    mark.reached(Place(0, 20), 1.0 + LATE)
    assert mark.begin(2.0) == (0, 7)
    mark.reached(Place(0, 12), 1.0 + 3 * LATE)
    assert mark.begin(2.0) == (0, 12)


def test_another_precedence_has_a_place_of_its_own():
    mark = Mark()
    mark.scanned(100.0, 0.0)
    mark.reached(Place(-1, 7), 1.0)
    mark.reached(Place(0, 3), 1.0)
    assert mark.begin(2.0) == (0, 3)


@pytest.fixture
def queue(mysql_queue):
    return mysql_queue


def costs(queue, seconds, *, ago=0.0):
    """Let the last scan from the beginning have cost so much, as far as the store knows."""
    finder = queue.store._turns._finder
    mark = finder._marks.setdefault("default", Mark())
    mark.scanned(seconds, time.monotonic() - ago)


def grab_behind(queue, limit):
    """Grab from the beginning, and have that be dear from now on."""
    costs(queue, 1.0, ago=1 / SHARE)
    found = ids_of(grab(queue, limit))
    costs(queue, 1000.0)
    return found


def ids_of(jobs):
    return [job.id for job in jobs]


def test_behind_the_last_find_the_jobs_come_in_their_order(queue):
    ids = queue.enqueue_many(ECHO, range(9))
    assert grab_behind(queue, 3) == ids[:3]
    queue.enqueue(ECHO, priority=9)
    assert ids_of(grab(queue, 3)) == ids[3:6]
    assert ids_of(grab(queue, 3)) == ids[6:9]


def test_from_the_beginning_the_most_urgent_come_first(queue):
    later, sooner = queue.enqueue(ECHO), queue.enqueue(ECHO, priority=1)
    assert grab_behind(queue, 2) == [sooner, later]


def test_what_lies_before_is_looked_for_when_less_was_found_than_wanted(queue):
    ids = queue.enqueue_many(ECHO, range(4))
    assert grab_behind(queue, 3) == ids[:3]
    first = grab(queue, 1, manager=8)[0]
    assert settle(queue, first, GivenBack())
    later = queue.enqueue(ECHO, priority=-1)
    costs(queue, 1000 * SHARE_IF_SHORT, ago=1000)
    assert ids_of(grab(queue, 9)) == [ids[3], later]


def test_where_that_is_dear_it_waits_and_is_found_all_the_same(queue):
    ids = queue.enqueue_many(ECHO, range(4))
    grab_behind(queue, 3)
    urgent = queue.enqueue(ECHO, priority=9)
    assert ids_of(grab(queue, 9)) == [ids[3]]
    assert ids_of(grab(queue, 9)) == []
    costs(queue, 100.0, ago=100 / SHARE)
    assert ids_of(grab(queue, 9)) == [urgent]


def test_where_nothing_is_left_a_place_moves_on_past_what_others_took(queue):
    ids = queue.enqueue_many(ECHO, range(3))
    grab_behind(queue, 1)
    sql(queue, "DELETE FROM job")
    mark = queue.store._turns._finder._marks["default"]
    until(lambda: grab(queue, 9) == [] and mark.begin(time.monotonic()).id >= ids[-1])
    new = queue.enqueue(ECHO)
    assert ids_of(grab(queue, 9)) == [new]


def test_where_there_is_nothing_at_all_the_next_look_begins_behind_all_that_was(queue):
    ids = queue.enqueue_many(ECHO, range(3))
    sql(queue, "DELETE FROM job")
    assert grab_behind(queue, 9) == []
    mark = queue.store._turns._finder._marks["default"]
    assert mark.begin(time.monotonic()).id >= ids[-1]
    new = queue.enqueue(ECHO)
    assert ids_of(grab(queue, 9)) == [new]


def test_no_place_moves_on_past_what_is_not_committed_yet(queue):
    queue.enqueue_many(ECHO, range(3))
    grab_behind(queue, 3)
    mark = queue.store._turns._finder._marks["default"]
    other = Queue(queue.address)
    with other.store.transaction() as cursor:
        late = other.enqueue(ECHO, cursor=cursor)
        for _ in range(3):
            until(lambda: mark.is_old(time.monotonic()))
            assert grab(queue, 9) == []
    assert ids_of(grab(queue, 9)) == [late]
    other.close()


@pytest.mark.parametrize("cost", [0.0, 1000.0], ids=["cheap", "dear"])
def test_no_grab_stands_in_the_way_of_who_grabs_behind_the_traces(
    queue, mysql_server, monkeypatch, cost
):
    """Else one would wait for the other, and a grab that waits but for a moment makes that a deadlock."""
    ids = queue.enqueue_many(ECHO, range(9))
    assert grab_behind(queue, 1) == ids[:1]
    costs(queue, cost)
    with holding(mysql_server, queue, ids[3:6], monkeypatch) as taken:
        found = ids_of(grab(queue, 3))
    assert found == [*ids[1:3], ids[6]]
    assert taken == [3]


@contextmanager
def holding(server, queue, ids, monkeypatch):
    """Choose jobs as a manager behind the traces does, and take them when the next grab has chosen; give how many that were."""
    other = server.connect(database=queue.address.database)
    cursor = other.cursor()
    cursor.execute("SET SESSION innodb_lock_wait_timeout = 1")
    other.begin()
    places = [(0, id) for id in ids]
    chosen = mysql_sql.choose_these(Ask(1, 9), "default", places, mysql_sql.SKIP)
    assert cursor.execute(chosen.sql, chosen.values) == len(ids)
    changed = (
        f"UPDATE job SET state = 1, owner = 1 WHERE id IN ({', '.join(map(str, ids))})"
    )
    taken = []

    def take_after_the_other(ask, chosen):
        taken.append(cursor.execute(changed))
        return mysql_sql.take(ask, chosen)

    monkeypatch.setattr("worker.store.mysql_turn.take", take_after_the_other)
    yield taken
    other.rollback()
    other.close()


def test_what_a_scan_costs_is_measured_by_the_server(queue, monkeypatch):
    monkeypatch.setattr("worker.store.mysql_find.CHEAP", 0.0)
    queue.enqueue_many(ECHO, range(3))
    for _ in range(3):
        grab(queue)
    assert 0 < queue.store._turns._finder._marks["default"]._cost < 5


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (mysql_sql.peek_behind("default", 10, (0, 5)), "PRIMARY"),
        (mysql_sql.peek("default", 10), "job_claim"),
    ],
    ids=["behind", "peek"],
)
def test_no_look_sorts_a_backlog(queue, statement, index):
    queue.enqueue_many(ECHO, range(50))
    with queue.store.transaction() as cursor:
        cursor.execute("EXPLAIN " + statement.sql, statement.values)
        names = [each[0] for each in cursor.description]
        plan = dict(zip(names, cursor.fetchone()))
    assert plan["key"] == index
    assert "filesort" not in (plan["Extra"] or "")
    assert sql(queue, "SELECT COUNT(*) FROM job") == [(50,)]
