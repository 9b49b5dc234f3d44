"""A database that goes away costs time, no job."""

import gc

import pymysql
import pytest

from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, Mariadb, sql, states, until
from worker import Queue, QueueUnreachable

#: PyMySQL 1.2.4 does not close its socket when connecting fails
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture
def server():
    made = Mariadb()
    yield made
    made.stop()


def test_a_manager_outlives_its_database_and_running_jobs_are_settled_later(
    server, run, tmp_path
):
    queue = Queue(server.url())
    queue.setup()
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    running = run(queue, JOBS, "--max-workers", "2")
    queue.enqueue(f"{JOBS}.Gate", {"file": str(seen), "gate": str(gate)})
    until(lambda: lines_of(seen))
    server.kill()
    gate.touch()
    until(lambda: len(lines_of(seen)) == 2)
    running.says("trying again in")
    with pytest.raises(QueueUnreachable):
        queue.enqueue(f"{JOBS}.Echo")
    gc.collect()
    server.start()
    running.says("the queue answers again")
    until(lambda: states(queue) == {})
    late = queue.enqueue(f"{JOBS}.Note", {"file": str(tmp_path / "late")})
    until(lambda: lines_of(tmp_path / "late") == [f"{late} 1"])
    assert len(lines_of(seen)) == 2
    assert running.stop() == 0
    queue.close()


def test_a_connection_cut_at_the_commit_leaves_no_job_behind(mariadb, run, tmp_path):
    """The server grabbed for us, and its answer got lost: the jobs are ours without our knowing."""
    queue, seen = Queue(mariadb.url()), tmp_path / "seen"
    queue.setup()
    running = run(queue, JOBS, "--max-workers", "2")
    ids = queue.enqueue_many(f"{JOBS}.Often", [{"file": str(seen)}] * 3000)
    killer = mariadb.connect()
    # cut as it begins, it would end: a wrong URL and a server that is not there look the same then
    until(seen.exists)
    cut = 0
    while states(queue):
        with killer.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM information_schema.processlist WHERE db = %s AND id NOT IN (%s, %s)",
                (
                    queue.address.database,
                    queue.store._link.connection().thread_id(),
                    queue.store._packets.connection().thread_id(),
                ),
            )
            for (id,) in cursor.fetchall()[:1]:
                cut += _kill(killer, id)
        if cut > 10:
            break
    until(lambda: states(queue) == {}, limit=30)
    killer.close()
    assert cut
    assert set(map(int, lines_of(seen))) == set(ids)
    assert sql(queue, "SELECT COUNT(*) FROM failed_job") == [(0,)]
    running.says("the queue answers again")
    queue.close()


def test_a_transaction_begins_on_a_new_connection_where_the_old_one_broke(mariadb):
    """A child's own connection is idle between two jobs: once broken, it failed each job ever after."""
    queue, killer = Queue(mariadb.url()), mariadb.connect()
    queue.setup()

    def used(broken=False):
        with queue.store.transaction() as cursor:
            cursor.execute("SELECT CONNECTION_ID()")
            (id,) = cursor.fetchone()
            if broken:
                assert _kill(killer, id)
                cursor.execute("SELECT 1")
            return id

    first = used()
    assert _kill(killer, first)
    second = used()
    assert second != first
    with pytest.raises(pymysql.Error):
        used(broken=True)
    assert used() not in (first, second)
    killer.close()
    queue.close()


def _kill(killer, id):
    try:
        with killer.cursor() as cursor:
            cursor.execute("KILL %s", (id,))
    except Exception:
        return 0
    return 1
