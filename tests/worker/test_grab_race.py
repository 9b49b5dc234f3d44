"""No job is given to two workers, and none is passed over."""

import json
import subprocess
import sys
import threading

import pytest

from tests.worker.conftest import full_url
from tests.worker.support import ROOT, grab, settle, sql, states
from worker import Queue
from worker.store import mysql_setup, mysql_sql

ECHO = "tests.worker.jobs.Echo"
GRABBER = """\
import json, sys
from tests.worker.support import grab, settle
from worker import Queue
from worker.store import mysql_setup, mysql_sql
queue, number = Queue(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
seen, empty = [], 0
while empty < 3:
    jobs = grab(queue, 1 + number % 4, manager=number)
    empty = 0 if jobs else empty + 1
    for job in jobs:
        seen.append(job.id)
        assert settle(queue, job), f"lost {job.id}"
print(json.dumps(seen))
"""


def through_another(url, number):
    """Name another node of a cluster first."""
    before, at, rest = url.rpartition("@")
    named, slash, database = rest.partition("/")
    hosts = named.split(",")
    turn = number % len(hosts)
    return before + at + ",".join(hosts[turn:] + hosts[:turn]) + slash + database


def test_many_grabbers_get_each_job_exactly_once(queue):
    ids = queue.enqueue_many(ECHO, range(400))
    grabbers = [
        subprocess.Popen(
            [sys.executable, "-c", GRABBER, through_another(full_url(queue), number), str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for number in range(1, 5)
    ]  # fmt: skip
    for each in grabbers:
        each.stdout.readline()
    for each in grabbers:
        each.stdin.write("go\n")
        each.stdin.flush()
    seen = [
        id for each in grabbers for id in json.loads(each.communicate(timeout=30)[0])
    ]
    assert sorted(seen) == ids
    assert all(each.returncode == 0 for each in grabbers)
    assert states(queue) == {}


def test_a_grab_passes_over_rows_that_another_one_is_grabbing(
    mysql_server, mysql_queue
):
    ids = mysql_queue.enqueue_many(ECHO, range(12))
    other = mysql_server.connect(database=mysql_queue.address.database)
    other.begin()
    with other.cursor() as cursor:
        for id in ids[:6]:
            cursor.execute("SELECT id FROM job WHERE id = %s FOR UPDATE", (id,))
    grabbed = grab(mysql_queue, 6)
    assert [job.id for job in grabbed] == ids[6:]
    assert all(
        settle(mysql_queue, job) for job in grabbed
    )  # needs none of the other's rows
    other.rollback()
    other.close()


@pytest.mark.parametrize("limit", [1, 5])
def test_without_skip_locked_a_grab_waits_for_the_other_and_takes_the_next(
    mariadb, limit
):
    url = mariadb.url(skip_locked="no")
    queue = Queue(url)
    queue.setup()
    ids = queue.enqueue_many(ECHO, range(10))
    other = mariadb.connect(database=queue.address.database)
    other.begin()
    with other.cursor() as cursor:
        cursor.execute(
            f"UPDATE job SET state = 1, owner = 1 WHERE state = 0 ORDER BY id LIMIT {limit}"
        )
    found = []

    def take():
        own = Queue(url)
        found.extend(job.id for job in grab(own, limit))
        own.close()

    waiting = threading.Thread(target=take)
    waiting.start()
    other.commit()
    waiting.join()
    assert found == ids[limit : 2 * limit]
    other.close()
    queue.close()


def test_a_job_is_ours_only_where_our_owner_was_written(mysql_queue, monkeypatch):
    """On a server whose locks do not lock, two managers choose the same jobs."""
    from worker.store import mysql_find, mysql_turn

    ids = mysql_queue.enqueue_many(ECHO, range(4))
    chosen_by_both = mysql_turn.take

    def take_late(ask, chosen):
        sql(mysql_queue, "UPDATE job SET state = 1, owner = 1 WHERE id = %s", ids[1])
        return chosen_by_both(ask, chosen)

    monkeypatch.setattr(mysql_find, "choose", without_lock)
    monkeypatch.setattr(mysql_turn, "take", take_late)
    assert [job.id for job in grab(mysql_queue, 3)] == [ids[0], ids[2]]


def without_lock(ask, queue, limit, _lock):
    return mysql_sql.choose(ask, queue, limit, "")


def test_the_probe_tells_whether_skip_locked_locks(mysql_queue):
    assert mysql_queue.store.skips_locked()
    # without a row there is nothing to lock: a second look sees what the first one saw
    sql(mysql_queue, "DROP TABLE job_schema_version")
    sql(mysql_queue, "CREATE TABLE job_schema_version (version INT) ENGINE=MEMORY")
    sql(mysql_queue, "INSERT INTO job_schema_version VALUES (1)")
    assert not mysql_setup.skips_locked(mysql_queue.store._link)
