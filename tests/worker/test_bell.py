"""An enqueue wakes the managers of its queue on the same host, and hurts nobody."""

from tests.worker.support import exchange_of, until
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
