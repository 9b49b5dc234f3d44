"""What only a cluster can get wrong: each test goes through several nodes at once."""

import threading

import pymysql
import pytest

from tests.worker.support import grab, settle, sql, states
from worker import DuplicateJob, Queue
from worker.store.statements import Statement

pytestmark = pytest.mark.galera
ECHO = "tests.worker.jobs.Echo"


@pytest.fixture
def urls(galera):
    """One database, through each of the nodes first."""
    galera.url()
    return galera.urls(galera._made)


@pytest.fixture
def queues(urls):
    every = [Queue(url) for url in urls]
    every[0].setup()
    yield every
    for each in every:
        each.close()


def at_once(*actions):
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_one_node_committed_is_seen_through_another_at_once(queues):
    one, other, _ = queues
    for count in range(1, 101):
        one.enqueue(ECHO)
        assert states(other) == {"ready": count}
    jobs = grab(one, 100)
    assert other.store.is_held(jobs[-1].id, jobs[-1].owner)


def test_a_job_that_one_node_gave_out_is_settled_through_another(queues):
    one, other, _ = queues
    one.enqueue_many(ECHO, range(50))
    for job in grab(one, 50):
        assert settle(other, job)
    assert states(one) == {}


def test_a_transaction_that_another_node_broke_is_not_half_done(queues):
    """In one packet MariaDB would leave out what came before, and commit the rest, without a word."""
    one, other, _ = queues
    first, second = one.enqueue_many(ECHO, range(2))
    assert states(other) == {"ready": 2}

    def break_in():
        sql(other, "UPDATE job SET crashes = 1 WHERE id = %s", first)
        other.close()

    breaking = threading.Timer(0.7, break_in)
    breaking.start()
    steps = ["BEGIN", f"DELETE FROM job WHERE id = {first}", "DO SLEEP(3)"]
    steps += [f"UPDATE job SET precedence = 7 WHERE id = {second}", "COMMIT"]
    with pytest.raises(pymysql.OperationalError, match="1213"):
        one.store._packets.run([Statement(each) for each in steps])
    breaking.join()
    one.store._packets.undo()
    rows = sql(one, "SELECT id, crashes, precedence FROM job ORDER BY id")
    assert rows == [(first, 1, 0), (second, 0, 0)]


def test_setup_through_all_nodes_at_once_makes_one_queue(urls):
    failed = []

    def set_up(url):
        queue = Queue(url)
        try:
            queue.setup()
        except Exception as error:
            failed.append(error)
        queue.close()

    at_once(*(lambda url=url: set_up(url) for url in urls))
    assert failed == []
    queue = Queue(urls[0])
    names = sql(queue, "SELECT DISTINCT queue_id FROM job_schema_version")
    assert len(names) == 1
    queue.close()


def test_a_uniqkey_is_taken_once_through_whichever_nodes(queues):
    outcomes = []

    def put(queue):
        for key in map(str, range(20)):
            try:
                outcomes.append((key, queue.enqueue(ECHO, uniqkey=key)))
            except DuplicateJob:
                outcomes.append((key, None))
        queue.close()

    at_once(*(lambda queue=queue: put(queue) for queue in queues))
    assert len(outcomes) == 60
    assert sorted(key for key, id in outcomes if id) == sorted(map(str, range(20)))
    assert states(queues[0]) == {"ready": 20}


def test_grabs_through_all_nodes_at_once_give_no_job_to_two(queues):
    ids = queues[0].enqueue_many(ECHO, range(300))
    seen = []

    def work(queue, number):
        empty = 0
        while empty < 3:
            jobs = grab(queue, 10, manager=number)
            empty = 0 if jobs else empty + 1
            seen.extend(job.id for job in jobs if settle(queue, job))
        queue.close()

    at_once(*(lambda q=q, n=n: work(q, n) for n, q in enumerate(queues, 1)))
    assert sorted(seen) == ids
