import pytest

from tests.worker.support import grab
from worker import Queue, QueueNotSetUp, QueueUnreachable
from worker.store.base import Holder


def test_others_cannot_read_the_jobs_of_an_embedded_queue(tmp_path):
    Queue(f"sqlite:///{tmp_path}/queue.db").setup()
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o007 == 0


def test_leases_are_written_and_renewed_by_primary_key_whatever_the_backlog(tmp_path):
    """Left to itself SQLite walks through all jobs that are ready, for each grab."""
    queue = Queue(f"sqlite:///{tmp_path}/queue.db")
    queue.setup()
    queue.enqueue_many("a.B", range(50))
    connection, ran = queue.store._file.connection(), []
    connection.set_trace_callback(ran.append)
    held = {job.id: job.owner for job in grab(queue, 10)}
    queue.store.renew(held, Holder(7), {})
    connection.set_trace_callback(None)
    updates = [each for each in ran if each.startswith("UPDATE job")]
    assert len(updates) == 2
    for update in updates:
        ((*_, plan),) = connection.execute(f"EXPLAIN QUERY PLAN {update}").fetchall()
        assert "USING INTEGER PRIMARY KEY" in plan
    queue.close()


def test_a_file_that_was_removed_or_replaced_is_not_written_into(tmp_path):
    url = f"sqlite:///{tmp_path / 'queue.db'}"
    queue, other = Queue(url), Queue(url)
    queue.setup()
    queue.enqueue("a.B", 1)
    for path in tmp_path.glob("queue.db*"):
        path.unlink()
    with pytest.raises(QueueNotSetUp):
        queue.enqueue("a.B", 2)
    other.setup()
    queue.enqueue("a.B", 3)
    assert [job.arg for job in grab(other, 5)] == ["3"]
    queue.close()
    other.close()


def test_who_waits_in_vain_for_a_transaction_is_told_about_cursors(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("worker.store.sqlite_connection.PATIENCE", 0.01)
    queue, other = (Queue(f"sqlite:///{tmp_path / 'queue.db'}") for _ in range(2))
    queue.setup()
    with queue.store.transaction() as cursor:
        with pytest.raises(QueueUnreachable, match="enqueue with its cursor"):
            other.enqueue("a.B")
        other.enqueue("a.B", cursor=cursor)
    assert len(grab(other, 5)) == 1
    queue.close()
    other.close()
