"""A connection belongs to the process that opened it; a fork has its own."""

import os

from tests.worker.support import grab, states

ECHO = "tests.worker.jobs.Echo"


def in_a_fork(action):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            action()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_forked_process_and_its_parent_use_the_queue_at_once(queue):
    queue.enqueue(ECHO)

    def child():
        for _ in range(5):
            queue.enqueue(ECHO)
        queue.close()

    assert in_a_fork(child) == 0
    queue.enqueue(ECHO)
    assert states(queue) == {"ready": 7}
    assert len(grab(queue, 10)) == 7


def test_a_fork_within_a_transaction_neither_ends_nor_joins_it(queue):
    if queue.address.kind == "sqlite":
        in_child = (
            queue.counts
        )  # the file is locked for writing by the parent's transaction
    else:

        def in_child():
            queue.enqueue(ECHO)

    with queue.store.transaction() as cursor:
        queue.enqueue(ECHO, cursor=cursor)
        assert in_a_fork(in_child) == 0
    assert queue.counts().jobs[("default", "ready")] >= 1
    assert states(queue) == {"ready": 1 if queue.address.kind == "sqlite" else 2}


def test_threads_have_connections_of_their_own(queue):
    from concurrent.futures import ThreadPoolExecutor

    def put(_):
        try:
            return queue.enqueue(ECHO)
        finally:
            queue.close()

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(put, range(40)))
    assert len(set(ids)) == 40
    assert states(queue) == {"ready": 40}
