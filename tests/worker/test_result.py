"""What is kept of a job on request: its result, its times, how far it is; and how it goes again."""

import threading

import pytest

from tests.worker.support import (
    JOBS,
    exchange_of,
    expire,
    grab,
    settle,
    sql,
    states,
)
from tests.worker.test_command_line import worker
from worker import Abort, Handler, Job, LeaseLost, NoSuchJob, handler
from worker.hold import LARGEST_RESULT
from worker.job import Aborted, Delivered, Done, Failed, Retry, Settled
from worker.perform import perform
from worker.register import Register
from worker.retry import after_crash
from worker.store.admin import Which
from worker.testing import drain


class Sum(Handler):
    keep_result = 60

    def work(self, job):
        job.progress(0.5)
        return {"sum": sum(job.arg)}


def do(queue, work, arg=None, **settings):
    """Enqueue a job, grab it, perform it and settle it; give its id and outcome."""
    each = handler(**settings)(work)
    each.function.__qualname__ = "work"
    id = queue.enqueue(each, arg)
    (grabbed,) = grab(queue)
    end = perform(Register([each]), queue.store, grabbed)[0]
    if not isinstance(end, Settled):
        assert settle(queue, grabbed, end)
    return id, end


def test_a_result_is_kept_with_the_times_of_the_databases_clock(queue):
    id = queue.enqueue(Sum, [1, 2])
    before = queue.result(id)
    assert (before.state, before.result, before.attempt) == ("ready", None, 0)
    assert (before.grabbed_at, before.ended_at) == (None, None)
    drain(queue, Sum)
    assert states(queue) == {}
    found = queue.result(id)
    assert (found.state, found.result, found.attempt) == ("done", {"sum": 3}, 1)
    assert found.enqueued_at == before.enqueued_at
    assert found.enqueued_at <= found.grabbed_at <= found.ended_at
    ((kept,),) = sql(queue, "SELECT keep_until - done_at FROM done_job")
    assert kept == 60_000_000


def test_a_job_whose_handler_does_not_ask_leaves_nothing(queue):
    id, end = do(queue, lambda _: 5)
    assert isinstance(end, Done)
    assert sql(queue, "SELECT id FROM done_job") == []
    with pytest.raises(NoSuchJob, match="no result of it is kept"):
        queue.result(id)


def test_a_result_is_written_as_the_handlers_arguments_are(queue):
    id, _ = do(queue, lambda _: b"\xff", keep_result=60, serializer="msgpack")
    assert queue.result(id).result == b"\xff"


def test_a_result_that_cannot_be_written_fails_the_attempt_in_a_sentence(queue):
    id, end = do(queue, lambda _: {1, 2}, keep_result=60)
    assert isinstance(end, Failed)
    assert "the result is not JSON" in queue.result(id).error
    _, end = do(queue, lambda _: "x" * LARGEST_RESULT, keep_result=60)
    assert "bytes as text; 1000000 is the most" in end.error


def test_a_worker_that_lost_its_lease_keeps_no_result(queue):
    queue.enqueue(Sum, [1])
    (late,) = grab(queue, manager=1)
    expire(queue)
    queue.store.reclaim(10, lambda expired: after_crash(expired.crashes, 3, "gone"))
    grab(queue, manager=2)
    assert not settle(queue, late, Delivered("1", 60))
    assert sql(queue, "SELECT id FROM done_job") == []


def test_a_result_is_settled_in_the_handlers_own_transaction(queue):
    def work(job):
        with job.transaction():
            job.completed({"rows": 3})

    id, end = do(queue, work, keep_result=60)
    assert isinstance(end, Settled)
    assert queue.result(id).result == {"rows": 3}


def test_the_result_that_was_said_first_is_kept(queue):
    def work(job):
        job.completed("first")
        return "second"

    id, _ = do(queue, work, keep_result=60)
    assert queue.result(id).result == "first"


def test_the_state_of_a_job_that_failed_or_waits_is_found_too(queue):
    def fails(_job):
        raise ValueError("no")

    def aborts(_job):
        raise Abort("why")

    failed, _ = do(queue, fails)
    aborted, _ = do(queue, aborts)
    again, _ = do(queue, fails, max_retries=1, retry_delay=60)
    found = [queue.result(id) for id in (failed, aborted, again)]
    assert [(each.state, each.error) for each in found] == [
        ("failed", "ValueError: no"),
        ("aborted", "why"),
        ("scheduled", "ValueError: no"),
    ]
    assert found[0].ended_at >= found[0].grabbed_at


def test_progress_is_seen_by_others_while_the_job_runs(queue):
    seen = []

    def work(job):
        job.progress(0.25, "a quarter 日本")
        other = threading.Thread(target=look, args=[job.id])
        other.start()
        other.join()
        job.progress(1)

    def look(id):
        seen.append(queue.result(id))
        queue.close()

    id, _ = do(queue, work, keep_result=60)
    ((running),) = seen
    assert (running.state, running.progress, running.note) == (
        "running", 0.25, "a quarter 日本",
    )  # fmt: skip
    assert (queue.result(id).progress, queue.result(id).note) == (1, "")


def test_the_same_progress_twice_is_no_lost_lease(queue):
    def work(job):
        job.progress(0.5, "half")
        job.progress(0.5, "half")

    assert isinstance(do(queue, work)[1], Done)


def test_a_note_is_cut_to_what_fits_however_its_letters_are_spelled(queue):
    def work(job):
        job.progress(0.5, "\ud800" * 300)

    assert isinstance(do(queue, work)[1], Done)


def test_progress_of_a_job_that_was_given_to_another_ends_the_attempt(queue):
    def work(job):
        sql(queue, "UPDATE job SET owner = 1")
        job.progress(0.5)

    each = handler(work)
    each.function.__qualname__ = "work"
    queue.enqueue(each)
    (grabbed,) = grab(queue)
    end = perform(Register([each]), queue.store, grabbed)[0]
    assert isinstance(end, Failed)
    assert LeaseLost.__name__ in end.error
    assert sql(queue, "SELECT progress FROM job") == [(None,)]


def test_progress_within_a_transaction_is_a_part_of_it(queue):
    sql(queue, "CREATE TABLE ledger (id BIGINT)")

    def work(job):
        with job.transaction() as cursor:
            cursor.execute("INSERT INTO ledger VALUES (1)")
            job.progress(0.5)
            raise ValueError("undone")

    id, _ = do(queue, work, max_retries=1)
    assert queue.result(id).progress is None
    assert sql(queue, "SELECT id FROM ledger") == []


@pytest.mark.parametrize("done", [-0.1, 1.1, "half", None, float("nan")])
def test_progress_is_a_number_from_0_to_1(queue, done):
    _, end = do(queue, lambda job: job.progress(done))
    assert "it must be a number from 0 to 1" in end.error


def test_a_handler_that_tells_progress_can_be_tested_without_a_queue():
    Job(id=1, handler="a.B", arg=None).progress(0.5, "half")


def age(queue, table, column):
    sql(queue, f"UPDATE {table} SET {column} = {column} - 100000000000")


def test_a_manager_deletes_results_whose_time_is_over_and_no_others(queue, capfd):
    do(queue, lambda _: 1, keep_result=60)
    age(queue, "done_job", "keep_until")
    young, _ = do(queue, lambda _: 1, keep_result=60)
    failed, _ = do(queue, lambda _: 1 / 0)
    age(queue, "failed_job", "failed_at")
    exchange_of(queue).trade(0, {})
    assert sql(queue, "SELECT id FROM done_job") == [(young,)]
    assert sql(queue, "SELECT id FROM failed_job") == [(failed,)]
    assert "1 jobs that were kept for long enough" in capfd.readouterr().err


def test_a_manager_deletes_old_failures_if_it_is_told_to(queue):
    do(queue, lambda _: 1 / 0)
    age(queue, "failed_job", "failed_at")
    young, _ = do(queue, lambda _: 1 / 0)
    exchange_of(queue, keep_failed=60).trade(0, {})
    assert sql(queue, "SELECT id FROM failed_job") == [(young,)]


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_an_operator_lists_shows_drops_and_prunes_what_is_kept(queue, url):
    one, two = queue.enqueue(Sum, [1]), queue.enqueue(Sum, [2])
    drain(queue, Sum)
    assert [each.id for each in queue.desk.jobs(Which())] == [two, one]
    assert [each.id for each in queue.desk.jobs(Which(state="done"))] == [two, one]
    assert queue.desk.jobs(Which(state="ready")) == []
    shown = worker("show", str(one), url=url).stdout
    assert "state: done" in shown
    assert "progress: 0.5" in shown
    assert 'result: {"sum":1}' in shown
    listed = worker("list", "--state", "done", url=url).stdout
    assert f"job {one} {__name__}.Sum done queue=default" in listed
    assert queue.desk.drop([two]) == 1
    age(queue, "done_job", "keep_until")
    assert "1 jobs are deleted" in worker("prune", url=url).stdout
    assert sql(queue, "SELECT id FROM done_job") == []


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_worker_keeps_results_of_its_children_and_prunes_as_told(queue, run):
    do(queue, lambda _: 1 / 0)
    age(queue, "failed_job", "failed_at")
    running = run(queue, JOBS, "--prune-days", "0.001")
    running.says("1 jobs that were kept for long enough are deleted")
    id = queue.enqueue(f"{JOBS}.Double", 21)
    running.says(f"job {id} {JOBS}.Double done attempt=1")
    assert queue.result(id).result == 42


def test_large_results_fit_into_one_turn(mysql_queue):
    queue = mysql_queue
    queue.enqueue_many(f"{JOBS}.Double", range(20))
    text = '"' + "x" * (LARGEST_RESULT - 2) + '"'
    ends = [(job, Delivered(text, 60)) for job in grab(queue, 20)]
    exchange = exchange_of(queue)
    exchange.end(ends)
    exchange.trade(0, {})
    assert not exchange.ended
    assert sql(queue, "SELECT COUNT(*) FROM done_job") == [(20,)]


def test_what_a_retry_had_reached_stands_until_it_says_anew(queue):
    id = queue.enqueue(Sum, [1])
    (job,) = grab(queue)
    with queue.store.transaction() as cursor:
        cursor.execute("UPDATE job SET progress = 0.5, note = 'half'")
    settle(queue, job, Retry(0, "e"))
    assert queue.result(id).progress == 0.5
    assert queue.result(id).state == "ready"
    (job,) = grab(queue)
    settle(queue, job, Aborted("e"))
    assert queue.result(id).state == "aborted"
