"""Q6: enqueuing never deadlocks, whatever the workers do."""

import subprocess
import sys

from tests.worker.support import JOBS, ROOT, states, until

ENQUEUER = """\
import sys, time
from worker import DuplicateJob, Queue
queue, name, until = Queue(sys.argv[1]), sys.argv[2], time.monotonic() + float(sys.argv[3])
count = 0
while time.monotonic() < until:
    queue.enqueue("tests.worker.jobs.Slow", 0)
    queue.enqueue("tests.worker.jobs.Slow", 0, uniqkey=f"{name} {count}", priority=count % 5)
    queue.enqueue_many("tests.worker.jobs.Slow", [0] * 5, run_after=0.01 * (count % 3))
    count += 7
print(count)
"""


def deadlocks(mariadb):
    connection = mariadb.connect()
    with connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
        ((_, count),) = cursor.fetchall()
    connection.close()
    return int(count)


def the_latest(mariadb):
    """What the server tells about its last deadlock."""
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW ENGINE INNODB STATUS")
        told = cursor.fetchone()[2]
    return told.partition("LATEST DETECTED DEADLOCK")[2].partition("\nTRANSACTIONS\n")[
        0
    ]


def test_two_enqueuers_beside_busy_workers_never_fail_and_nothing_deadlocks(
    mysql_server, mysql_queue, run, url_of
):
    before = deadlocks(mysql_server)
    for _ in range(2):
        run(mysql_queue, JOBS, "--max-workers", "2")
    enqueuers = [
        subprocess.Popen(
            [sys.executable, "-c", ENQUEUER, url_of(mysql_queue), name, "3"],
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for name in "ab"
    ]  # fmt: skip
    counts = [int(each.communicate(timeout=30)[0]) for each in enqueuers]
    assert all(each.returncode == 0 for each in enqueuers)
    assert min(counts) > 100
    until(lambda: states(mysql_queue) == {}, limit=30)
    assert deadlocks(mysql_server) == before, the_latest(mysql_server)
