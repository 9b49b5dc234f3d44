"""A connection belongs to the process that opened it; a fork has its own."""

import os
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from tests.worker.support import grab, states
from worker import Hook, Queue

ECHO = "tests.worker.jobs.Echo"


class Urgent(Hook):
    def enqueue(self, offers, put):
        return put([each._replace(priority=9) for each in offers])


def in_a_fork(action):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if action() else 2
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_forked_process_and_its_parent_use_the_queue_in_turn(queue):
    queue.enqueue(ECHO)

    def child():
        for _ in range(5):
            queue.enqueue(ECHO)
        queue.close()
        return True

    assert in_a_fork(child) == 0
    queue.enqueue(ECHO)
    assert states(queue) == {"ready": 7}
    assert len(grab(queue, 10)) == 7


def test_a_fork_sees_nothing_of_its_parents_open_transaction(queue):
    def sees_nothing():
        return queue.counts().jobs == {}

    with queue.store.transaction() as cursor:
        queue.enqueue(ECHO, cursor=cursor)
        assert in_a_fork(sees_nothing) == 0
    assert states(queue) == {"ready": 1}


def test_what_a_fork_enqueues_is_no_part_of_its_parents_transaction(mysql_queue):
    def undone():
        with mysql_queue.store.transaction() as cursor:
            mysql_queue.enqueue(ECHO, cursor=cursor)
            assert in_a_fork(lambda: mysql_queue.enqueue(ECHO)) == 0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert states(mysql_queue) == {"ready": 1}


def test_threads_have_connections_of_their_own(queue):
    def put(_):
        try:
            return queue.enqueue(ECHO)
        finally:
            queue.close()

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(put, range(40)))
    assert len(set(ids)) == 40
    assert states(queue) == {"ready": 40}


def test_a_queue_can_be_handed_to_a_process_that_is_spawned(queue):
    queue.enqueue(ECHO)
    told = Queue(queue.address, hooks=[Urgent()], serializer="msgpack")
    with get_context("spawn").Pool(1) as pool:
        id = pool.apply(told.enqueue, (ECHO, b"bytes"))
    (urgent, _) = grab(queue, 10)
    assert (urgent.id, urgent.priority) == (id, 9)
    assert urgent.arg.startswith("~msgpack:")
