"""An old snapshot elsewhere makes no grab read the traces of all jobs that ended since."""

import time

import pytest

from tests.worker.support import grab, settle, sql
from worker.job import GivenBack
from worker.store import mysql_sql
from worker.store.base import Ask
from worker.store.marks import CHEAP, DEAR, SHARE, Mark

ECHO = "tests.worker.jobs.Echo"


def test_while_scans_are_cheap_each_begins_at_the_beginning():
    mark = Mark()
    assert mark.begin(0.0) is None
    mark.scanned(CHEAP / 2, 100.0)
    mark.found((0, 7))
    assert mark.begin(100.0) is None


def test_scans_from_the_beginning_take_a_small_share_of_the_time():
    mark = Mark()
    mark.scanned(0.1, 100.0)
    mark.found((0, 7))
    assert mark.begin(100.0 + 0.1 / SHARE - 0.001) == (0, 7)
    assert mark.begin(100.0 + 0.1 / SHARE) is None


@pytest.fixture
def queue(mysql_queue):
    return mysql_queue


def costs(queue, seconds):
    """Let scans from the beginning cost so much, as far as the store knows."""
    marks = queue.store._turns._finder._marks
    marks["default"].scanned(seconds, time.monotonic())


def ids_of(jobs):
    return [job.id for job in jobs]


def test_behind_the_last_find_the_jobs_come_in_their_order(queue):
    ids = queue.enqueue_many(ECHO, range(9))
    grab(queue, 3)
    costs(queue, 10 * SHARE)
    assert ids_of(grab(queue, 3)) == ids[3:6]
    assert ids_of(grab(queue, 3)) == ids[6:9]


def test_what_lies_before_is_looked_for_when_less_was_found_than_wanted(queue):
    ids = queue.enqueue_many(ECHO, range(4))
    (first, *_) = grab(queue, 3)
    assert settle(queue, first, GivenBack())
    later = queue.enqueue(ECHO, priority=-1)
    costs(queue, DEAR / 2)
    assert ids_of(grab(queue, 9)) == [ids[0], ids[3], later]


def test_where_that_is_dear_it_waits_and_is_found_all_the_same(queue):
    ids = queue.enqueue_many(ECHO, range(4))
    grab(queue, 3)
    urgent = queue.enqueue(ECHO, priority=9)
    costs(queue, 100.0)
    assert ids_of(grab(queue, 9)) == [ids[3]]
    assert ids_of(grab(queue, 9)) == []
    queue.store._turns._finder._marks["default"]._again_at = 0.0
    assert ids_of(grab(queue, 9)) == [urgent]


def test_what_a_scan_costs_is_measured_by_the_server(queue, monkeypatch):
    monkeypatch.setattr("worker.store.mysql_find.CHEAP", 0.0)
    queue.enqueue_many(ECHO, range(3))
    grab(queue)
    grab(queue)
    assert 0 < queue.store._turns._finder._marks["default"]._cost < 5


def test_behind_a_mark_the_claim_index_is_read_in_order_too(queue):
    queue.enqueue_many(ECHO, range(50))
    statement = mysql_sql.choose(Ask(1, 10), "default", 10, behind=(0, 5))
    with queue.store.transaction() as cursor:
        cursor.execute("EXPLAIN " + statement.sql, statement.values)
        names = [each[0] for each in cursor.description]
        plan = dict(zip(names, cursor.fetchone()))
    assert plan["key"] == "job_claim"
    assert "filesort" not in (plan["Extra"] or "")
    assert sql(queue, "SELECT COUNT(*) FROM job") == [(50,)]
