"""Q7: all stored times come from the database's clock."""

import time

import pytest

from tests.worker.support import grab, settle, sql
from worker.job import Failed, Retry

ECHO = "tests.worker.jobs.Echo"
HOUR = 3600 * 1_000_000


@pytest.fixture
def an_hour_ahead(queue):
    """Put the database's clock an hour ahead of ours."""
    if queue.address.kind == "sqlite":
        connection = queue.store._file.connection()
        connection.create_function(
            "julianday", 1, lambda _: 2440587.5 + (time.time() + 3600) / 86400
        )
    else:
        for link in (queue.store._link, queue.store._packets):
            with link.connection().cursor() as cursor:
                cursor.execute("SET timestamp = UNIX_TIMESTAMP(SYSDATE(6)) + 3600")
    return time.time() * 1_000_000 + HOUR


def test_every_stored_time_is_the_databases(queue, an_hour_ahead):
    queue.enqueue(ECHO)
    queue.enqueue(ECHO, run_after=60)
    retried, failed = queue.enqueue_many(ECHO, range(2), priority=1)
    jobs = {job.id: job for job in grab(queue, 3)}
    settle(queue, jobs[retried], Retry(90, "e"))
    settle(queue, jobs[failed], Failed("e"))
    times = [
        (column, value - an_hour_ahead)
        for column, table in (
            ("enqueued_at", "job"),
            ("grabbed_at", "job"),
            ("due_at", "job"),
            ("enqueued_at", "failed_job"),
            ("grabbed_at", "failed_job"),
            ("failed_at", "failed_job"),
        )
        for (value,) in sql(
            queue, f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"
        )
    ]
    assert len(times) == 11
    for column, after in times:
        assert -5e6 < after < 100e6, (column, after)


def test_the_zone_of_a_session_changes_no_time(mysql_queue):
    with mysql_queue.store._link.connection().cursor() as cursor:
        cursor.execute("SET time_zone = '+09:00'")
    mysql_queue.enqueue(ECHO)
    ((at,),) = sql(mysql_queue, "SELECT enqueued_at FROM job")
    assert abs(at / 1e6 - time.time()) < 60


@pytest.mark.usefixtures("an_hour_ahead")
def test_what_is_due_is_decided_by_the_databases_clock(queue):
    sql(queue, "UPDATE job SET due_at = 1")
    queue.enqueue(ECHO, run_after=60)
    assert queue.store.promote(10) == 0
    sql(queue, "UPDATE job SET due_at = due_at - 3000000000")
    assert queue.store.promote(10) == 1
