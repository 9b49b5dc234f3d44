import threading
from contextlib import closing

import pytest

from tests.worker.jobs import Echo, give_up
from tests.worker.support import JOBS, grab, settle, sql, states
from worker import BadHandler, BadJob, DuplicateJob, Handler, Queue, options
from worker.holding import Holding
from worker.job import Aborted, Failed
from worker.register import Register

ECHO = "tests.worker.jobs.Echo"


def test_a_handler_and_its_name_mean_the_same(queue):
    for handler in (Echo, Echo(), ECHO):
        queue.enqueue(handler, {"message": "hi"})
    assert {job.handler for job in grab(queue, 10)} == {ECHO}


def test_a_function_is_enqueued_like_a_class(queue):
    queue.enqueue(give_up)
    assert grab(queue)[0].handler == "tests.worker.jobs.give_up"


@pytest.mark.parametrize(
    "arg", [None, 1, "日本語 'quoted\" \\ %s", {"a": [1.5, None, True]}, []]
)
def test_an_argument_comes_out_as_it_went_in(queue, arg):
    from worker.perform import Held, job_of

    queue.enqueue(ECHO, arg)
    (grabbed,) = grab(queue)
    assert job_of(grabbed, Held(queue.store, [grabbed])).arg == arg


def test_the_higher_priority_goes_first_and_the_older_of_equals(queue):
    ids = [queue.enqueue(ECHO, priority=p) for p in (0, 5, -3, 5, 0)]
    assert [job.id for job in grab(queue, 10)] == [
        ids[1],
        ids[3],
        ids[0],
        ids[4],
        ids[2],
    ]


def test_queues_are_grabbed_in_the_order_that_was_asked_for(queue):
    late = queue.enqueue(ECHO, queue="low", priority=9)
    soon = queue.enqueue(ECHO, queue="high")
    queue.enqueue(ECHO, queue="unasked")
    assert [job.id for job in grab(queue, 10, queues=["high", "low"])] == [soon, late]


def test_a_queue_that_is_named_twice_is_worked_on_once(queue):
    id = queue.enqueue(ECHO)
    queues = options.parse(["run", JOBS, "--queues", "low, default ,default,"]).queues
    holding = Holding(queue.store, Register(), queues, "")
    assert [job.id for job in holding.turn([], 10).grabbed] == [id]


def test_a_handler_says_into_which_queue_its_jobs_go(queue):
    class Mail(Handler):
        queue = "mail"

    Mail.__qualname__ = "Mail"
    queue.enqueue(Mail)
    assert grab(queue) == []
    assert len(grab(queue, queues=["mail"])) == 1


def test_a_job_is_not_grabbed_before_its_time(queue):
    queue.enqueue(ECHO, run_after=60)
    assert queue.store.promote(10) == 0
    assert grab(queue) == []
    assert 0 < queue.store.due().scheduled <= 60
    sql(queue, "UPDATE job SET due_at = due_at - 60000000")
    assert queue.store.promote(10) == 1
    assert len(grab(queue)) == 1


def test_a_uniqkey_is_refused_while_a_job_of_the_handler_is_live(queue):
    queue.enqueue(ECHO, uniqkey="k")
    with pytest.raises(DuplicateJob, match=r"Echo with uniqkey 'k' is live"):
        queue.enqueue(ECHO, uniqkey="k")
    queue.enqueue("tests.worker.jobs.Note", uniqkey="k")
    queue.enqueue(ECHO, uniqkey="k ")
    queue.enqueue(ECHO, uniqkey="K")
    assert states(queue) == {"ready": 4}


@pytest.mark.parametrize("end", [None, Failed("x"), Aborted("y")])
def test_a_uniqkey_is_free_again_once_the_job_has_ended(queue, end):
    queue.enqueue(ECHO, uniqkey="k")
    (job,) = grab(queue)
    assert job.uniqkey == "k"
    with pytest.raises(DuplicateJob):
        queue.enqueue(ECHO, uniqkey="k")
    assert settle(queue, job, end)
    queue.enqueue(ECHO, uniqkey="k")


@pytest.mark.usefixtures("queue")
def test_one_of_many_with_the_same_uniqkey_gets_in(url):
    outcomes = []

    def enqueue():
        own = Queue(url)
        try:
            outcomes.append(own.enqueue(ECHO, uniqkey="k"))
        except DuplicateJob:
            outcomes.append(None)
        own.close()

    threads = [threading.Thread(target=enqueue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert len([id for id in outcomes if id is not None]) == 1


def test_many_jobs_get_their_ids_in_order(queue):
    ids = queue.enqueue_many(ECHO, [{"message": n} for n in range(2500)])
    assert len(set(ids)) == 2500
    assert ids == sorted(ids)
    (job,) = grab(queue)
    assert (job.id, job.arg) == (ids[0], '{"message":0}')
    assert queue.enqueue_many(ECHO, []) == []


def test_many_jobs_are_enqueued_all_or_none(queue):
    queue.enqueue(ECHO, uniqkey="1999")
    with pytest.raises(DuplicateJob, match="nothing was enqueued"):
        queue.enqueue_many(ECHO, range(2000), uniqkeys=[str(n) for n in range(2000)])
    assert states(queue) == {"ready": 1}
    with pytest.raises(DuplicateJob):
        queue.enqueue_many(ECHO, [1, 2], uniqkeys=["twice", "twice"])
    assert states(queue) == {"ready": 1}


def test_a_job_on_a_callers_cursor_exists_when_its_transaction_commits(queue):
    def enqueue_and_fail():
        with queue.store.transaction() as cursor:
            queue.enqueue(ECHO, uniqkey="k", cursor=cursor)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert states(queue) == {}
    with queue.store.transaction() as cursor:
        id = queue.enqueue(ECHO, uniqkey="k", cursor=cursor)
        ids = queue.enqueue_many(ECHO, [1, 2], cursor=cursor)
    assert [job.id for job in grab(queue, 5)] == [id, *ids]


def test_a_clash_on_a_callers_cursor_leaves_the_transaction_usable(queue):
    queue.enqueue(ECHO, uniqkey="k")
    with queue.store.transaction() as cursor:
        with pytest.raises(DuplicateJob):
            queue.enqueue(ECHO, uniqkey="k", cursor=cursor)
        queue.enqueue(ECHO, uniqkey="other", cursor=cursor)
    assert states(queue) == {"ready": 2}


def test_a_callers_cursor_may_be_in_another_database(mysql_server, mysql_queue, url_of):
    fresh = Queue(url_of(mysql_queue))
    connection = mysql_server.connect(
        database="mysql", cursorclass=__import__("pymysql").cursors.DictCursor
    )
    connection.begin()
    with connection.cursor() as cursor:
        ids = fresh.enqueue_many(ECHO, [1, 2], cursor=cursor)
    connection.commit()
    connection.close()
    fresh.close()
    assert [job.id for job in grab(mysql_queue, 5)] == ids


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"arg": {1, 2}}, "not JSON serializable"),
        ({"arg": float("nan")}, "the argument is not JSON"),
        ({"run_after": -1}, "run_after is -1"),
        ({"run_after": float("inf")}, "run_after is inf"),
        ({"priority": 1.5}, "priority is 1.5"),
        ({"priority": 2**31}, "32 bits"),
        ({"uniqkey": "x" * 256}, "text of 0 to 255 characters"),
        ({"uniqkey": "\ud800"}, "a uniqkey is a text .* that UTF-8 has"),
        ({"coalesce": "\ud800"}, "a coalesce value is a text .* that UTF-8 has"),
        ({"queue": ""}, "text of 1 to 64 characters"),
        ({"queue": "\ud800"}, "a queue's name is a text .* that UTF-8 has"),
        ({"queue": b"default"}, "a queue's name is a text"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(queue, options, sentence):
    with pytest.raises(BadJob, match=sentence):
        queue.enqueue(ECHO, **options)
    assert states(queue) == {}


@pytest.mark.parametrize("name", ["Echo", "__main__.Echo", "a.<locals>.B"])
def test_a_handler_that_no_worker_could_import_is_refused(queue, name):
    with pytest.raises(BadHandler):
        queue.enqueue(name)


def test_the_release_that_enqueued_and_the_one_that_ran_stay_with_a_failed_job(
    queue, monkeypatch
):
    monkeypatch.setenv("FORKLIFT_RELEASE", "20261123094501-1a2b3c4")
    with closing(Queue(queue.address)) as released:
        released.enqueue(ECHO)
    (job,) = grab(queue, release="20261124000000-0000000")
    settle(queue, job, Failed("ValueError: x", traceback="the way there"))
    assert sql(
        queue, "SELECT enqueued_release, grabbed_release, traceback FROM failed_job"
    ) == [("20261123094501-1a2b3c4", "20261124000000-0000000", "the way there")]


def test_status_counts_by_queue_and_state(queue):
    queue.enqueue(ECHO)
    queue.enqueue(ECHO, run_after=60)
    queue.enqueue(ECHO, queue="mail")
    (job,) = grab(queue)
    settle(queue, job, Failed("ValueError: x"))
    counts = queue.counts()
    assert counts.jobs == {
        ("default", "scheduled"): 1,
        ("default", "failed"): 1,
        ("mail", "ready"): 1,
    }
    assert 0 <= counts.oldest_ready < 10
    assert [(k.state, k.error) for k in queue.kept()] == [("failed", "ValueError: x")]
