"""An enqueue wakes the managers of its queue on the same host, and hurts nobody."""

import os
import subprocess
import sys
import threading
import uuid

from tests.worker.support import ROOT, exchange_of, until
from worker import Queue
from worker.bell import PLACES, Bell, ring

ECHO = "tests.worker.jobs.Echo"


def test_an_enqueue_rings_at_every_manager_of_its_queue_and_at_no_other(
    queue, tmp_path
):
    other = Queue(f"sqlite:///{tmp_path / 'other.db'}")
    other.setup()
    bells = [Bell(queue.id), Bell(queue.id)]
    elsewhere = Bell(other.id)
    assert not any(bell.hear() for bell in bells)
    queue.enqueue(ECHO)
    assert all(bell.hear() for bell in bells)
    assert not any(bell.hear() for bell in bells)
    assert not elsewhere.hear()
    bells[0].close()
    queue.enqueue(ECHO)
    assert bells[1].hear()
    for bell in (bells[1], elsewhere):
        bell.close()


def test_more_managers_than_places_and_more_rings_than_anyone_hears_do_no_harm(queue):
    bells = [Bell(queue.id) for _ in range(PLACES + 2)]
    for _ in range(2000):
        ring(queue.id)
    assert [bell.hear() for bell in bells] == [True] * PLACES + [False] * 2
    for bell in bells:
        bell.close()
    ring(queue.id)


def test_who_rings_from_threads_and_forks_at_once_is_heard_by_the_right_queue():
    own, another = uuid.uuid4().hex, uuid.uuid4().hex
    mine, others = Bell(own), Bell(another)

    def ring_often(name):
        for _ in range(1000):
            ring(name)

    ring_often(own)
    assert mine.hear()
    child = os.fork()
    if not child:
        ring_often(another)
        os._exit(0)
    for _ in range(1000):
        ring(own)
        assert mine.hear()
    os.waitpid(child, 0)
    assert others.hear()
    thread = threading.Thread(target=ring_often, args=[another])
    thread.start()
    for _ in range(1000):
        ring(own)
        assert mine.hear()
    thread.join()
    assert others.hear()
    mine.close()
    others.close()


def test_a_program_that_may_open_no_more_files_rings_without_an_error():
    code = """\
import resource
from worker import bell
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
bell.ring("a queue")
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_ring_makes_an_idle_manager_poll_at_once(queue):
    exchange = exchange_of(queue, 1000.0)
    until(lambda: exchange.trade(1, {}) or exchange.pause() > 0.2)
    queue.enqueue(ECHO)
    exchange.trade(1, {})
    assert not exchange.waiting
    exchange.wake()
    assert exchange.pause() == 0
    exchange.trade(1, {})
    assert len(exchange.waiting) == 1
