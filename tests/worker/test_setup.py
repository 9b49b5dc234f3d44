"""setup can be run at any time, by anyone, at once."""

import subprocess
import sys

import pytest

from tests.worker.support import ROOT, grab, settle, sql, states
from worker import Queue, QueueNotSetUp, QueueUnreachable
from worker.job import Delivered
from worker.store import mysql_schema, sqlite_schema
from worker.store.sqlite_schema import STEPS

ECHO = "tests.worker.jobs.Echo"


def test_setup_twice_changes_nothing(queue):
    queue.enqueue(ECHO)
    name = queue.store.identity()
    queue.setup()
    assert queue.store.identity() == name
    assert states(queue) == {"ready": 1}


def test_several_hosts_can_set_up_at_once(url):
    code = "import sys; from worker import Queue; Queue(sys.argv[1]).setup()"
    hosts = [
        subprocess.Popen(
            [sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for host in hosts:
        assert host.communicate(timeout=30)[1] == b""
    queue = Queue(url)
    queue.enqueue(ECHO)
    assert len(grab(queue)) == 1
    steps = sql(queue, "SELECT version, queue_id FROM job_schema_version ORDER BY 1")
    assert [version for version, _ in steps] == sorted(STEPS)
    assert len({name for _, name in steps}) == 1
    queue.close()


def test_a_setup_that_was_cut_off_is_finished_by_the_next(queue):
    sql(queue, "DROP TABLE failed_job")
    if queue.address.kind == "sqlite":
        # SQLite's setup is one transaction: nothing or all
        for table in ("job", "paused_queue", "periodic", "done_job"):
            sql(queue, f"DROP TABLE {table}")
    sql(queue, "DROP TABLE job_schema_version")
    queue.setup()
    assert states(queue) == {}


@pytest.mark.parametrize("version", sorted(STEPS)[:-1])
@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_queue_of_every_earlier_schema_is_migrated_with_its_jobs(
    url, monkeypatch, version
):
    old = Queue(url)
    with monkeypatch.context() as earlier:
        for steps in (sqlite_schema.STEPS, mysql_schema.STEPS):
            for step in [each for each in steps if each > version]:
                earlier.delitem(steps, step)
        old.setup()
        old.setup()
    sql(
        old,
        "INSERT INTO job (queue, handler, state, precedence, enqueued_at, enqueued_release, arg)"
        " VALUES ('default', 'a.B', 0, 0, 1, '', '[7]')",
    )
    with pytest.raises(QueueNotSetUp, match="run `python -m worker setup`"):
        old.enqueue(ECHO)
    old.setup()
    old.setup()
    (job,) = grab(old)
    assert (job.handler, job.arg) == ("a.B", "[7]")
    settle(old, job, Delivered("1", 60))
    assert old.result(job.id).state == "done"
    old.desk.pause("default")
    old.close()


def test_a_queue_that_is_not_there_says_how_to_make_it(url):
    queue = Queue(url)
    with pytest.raises(QueueNotSetUp, match="run `python -m worker setup`"):
        queue.enqueue(ECHO)
    queue.close()


@pytest.mark.parametrize(
    ("version", "words"), [(0, "run `python -m worker setup`"), (99, "newer release")]
)
def test_a_queue_of_another_version_is_refused(queue, version, words):
    sql(queue, "DELETE FROM job_schema_version WHERE version > 1")
    sql(queue, "UPDATE job_schema_version SET version = %s", version)
    with pytest.raises(QueueNotSetUp, match=words):
        queue.enqueue(ECHO)


def test_another_programs_job_table_is_left_alone(queue):
    for table in ("job_schema_version", "failed_job", "job"):
        sql(queue, f"DROP TABLE {table}")
    sql(queue, "CREATE TABLE job (id INTEGER, func_id INTEGER)")
    with pytest.raises(QueueNotSetUp, match="perhaps Qudo's"):
        queue.setup()


def test_the_database_is_made_for_all_the_worlds_letters(mysql_queue):
    ((_, made),) = sql(
        mysql_queue, f"SHOW CREATE DATABASE {mysql_queue.address.database}"
    )
    assert "utf8mb4" in made


def test_setup_needs_no_right_to_create_databases_where_there_is_one(mariadb):
    connection = mariadb.connect()
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE IF NOT EXISTS narrow")
        cursor.execute(
            "CREATE USER IF NOT EXISTS app@localhost IDENTIFIED BY 'hunter2'"
        )
        cursor.execute("GRANT ALL ON narrow.* TO app@localhost")
    connection.close()
    queue = Queue(f"mysql://app:hunter2@localhost/narrow?unix_socket={mariadb.socket}")
    queue.setup()
    queue.enqueue(ECHO)
    queue.close()
    for wrong in (
        f"mysql://app:hunter3@localhost/narrow?unix_socket={mariadb.socket}",
        f"mysql://app:hunter2@localhost/other?unix_socket={mariadb.socket}",
    ):
        with pytest.raises(QueueUnreachable, match="refused the user 'app'") as caught:
            Queue(wrong).setup()
        assert "hunter" not in str(caught.value)
