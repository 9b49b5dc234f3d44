"""Several databases: a job lives in the one that took it, and one that does not answer is passed over."""

import time

import pytest

from tests.worker.support import states
from worker import BadSetting, Queue, QueueUnreachable
from worker.queues import Queues

ECHO = "tests.worker.jobs.Echo"


@pytest.fixture
def dead():
    return "mysql://root@127.0.0.1:1/x"


@pytest.fixture
def alive(tmp_path):
    url = f"sqlite:///{tmp_path / 'queue.db'}"
    Queue(url).setup()
    return url


def test_jobs_are_spread_over_all_that_answer(mariadb, alive):
    Queue(mysql := mariadb.url()).setup()
    queues = Queues([alive, mysql])
    put = [queues.enqueue(ECHO, {"n": n}) for n in range(60)]
    for queue in queues.queues:
        mine = [id for where, id in put if where is queue]
        assert len(mine) > 5
        assert states(queue) == {"ready": len(mine)}
    queues.close()


def test_a_dead_database_is_passed_over_for_retry_seconds_and_nothing_is_lost(
    dead, alive
):
    queues = Queues([dead, alive], retry_seconds=60)
    for _ in range(20):
        queue, _ids = queues.enqueue_many(ECHO, [1, 2])
        assert str(queue.address) in alive
    silent, living = queues.queues
    assert queues._silent_until[silent] > 0
    assert states(living) == {"ready": 40}
    assert queues.counts()[str(silent.address)] is None
    queues.close()


def test_if_none_answers_the_error_says_so_and_the_next_enqueue_asks_again(dead):
    queues = Queues([dead, dead])
    for _ in range(2):
        with pytest.raises(QueueUnreachable, match="cannot be used"):
            queues.enqueue(ECHO)
    with pytest.raises(BadSetting):
        Queues([])


def test_a_database_that_was_silent_is_asked_again_after_retry_seconds(mariadb, alive):
    Queue(mysql := mariadb.url()).setup()
    queues = Queues([alive, mysql], retry_seconds=60)
    silent, other = queues.queues
    queues._silent_until[silent] = time.monotonic() + 60
    assert {queues.enqueue(ECHO)[0] for _ in range(30)} == {other}
    queues._silent_until[silent] = time.monotonic()
    assert {queues.enqueue(ECHO)[0] for _ in range(60)} == {silent, other}
    queues.close()
