"""Q2: whoever ends a job proves that it still holds it."""

import pytest

from tests.worker.support import expire, grab, settle, sql, states
from worker.job import Aborted, Done, Failed, GivenBack, Quarantined, Retry
from worker.retry import after_crash
from worker.store import settling
from worker.store.base import Holder, Settlement

ECHO = "tests.worker.jobs.Echo"
ENDS = [
    Done(),
    Retry(0, "e"),
    Retry(9, "e"),
    Failed("e"),
    Aborted("e"),
    Quarantined("e"),
    GivenBack(),
]


def crashed(expired):
    return after_crash(expired.crashes, 3, "its lease ran out")


@pytest.mark.parametrize("end", ENDS, ids=lambda end: type(end).__name__)
def test_a_worker_whose_lease_ran_out_cannot_settle(queue, end):
    queue.enqueue(ECHO)
    (late,) = grab(queue, manager=1)
    expire(queue)
    queue.store.reclaim(10, crashed)
    (again,) = grab(queue, manager=2)
    before = sql(queue, "SELECT * FROM job")
    assert not settle(queue, late, end)
    assert sql(queue, "SELECT * FROM job") == before
    assert sql(queue, "SELECT * FROM failed_job") == []
    assert queue.store.is_held(again.id, again.owner)
    assert not queue.store.is_held(late.id, late.owner)


def test_a_late_end_in_a_batch_spoils_none_of_the_others(queue):
    queue.enqueue_many(ECHO, range(6))
    jobs = grab(queue, 6)
    sql(queue, "UPDATE job SET owner = 5 WHERE id = %s", jobs[2].id)
    ends = [Done(), Done(), Done(), Retry(0, "e"), Failed("e"), Done()]
    turn = queue.store.turn(
        [Settlement(j.id, j.owner, e) for j, e in zip(jobs, ends)], None
    )
    assert turn.lost == {jobs[2].id}
    assert states(queue) == {"running": 1, "ready": 1, "failed": 1}


def test_an_earlier_grab_of_the_same_manager_cannot_settle_a_later_one(queue):
    queue.enqueue(ECHO)
    (first,) = grab(queue, manager=1)
    expire(queue)
    queue.store.reclaim(10, crashed)
    (second,) = grab(queue, manager=1)
    assert not settle(queue, first)
    assert settle(queue, second)


def test_settling_twice_is_noticed(queue):
    queue.enqueue(ECHO)
    (job,) = grab(queue)
    assert settle(queue, job)
    assert not settle(queue, job)


def test_a_handlers_transaction_is_undone_when_the_lease_is_lost(queue):
    queue.enqueue(ECHO)
    (job,) = grab(queue)
    expire(queue)
    queue.store.reclaim(10, crashed)
    end = settling.settle(Settlement(job.id, job.owner, Done()), queue.store.words)
    with queue.store.transaction() as cursor:
        assert not queue.store.within(cursor, end)


def test_a_job_that_is_being_kept_is_not_taken_back_meanwhile(mysql_queue):
    queue = mysql_queue
    queue.enqueue(ECHO)
    (job,) = grab(queue)
    expire(queue)
    copy, _ = settling.settle(
        Settlement(job.id, job.owner, Failed("e")), queue.store.words
    )
    with queue.store.transaction() as cursor:
        assert queue.store.within(cursor, [copy])
        assert queue.store.reclaim(10, crashed) == []


def test_renewing_extends_and_names_what_was_lost(queue):
    queue.enqueue_many(ECHO, range(3))
    jobs = grab(queue, 3)
    held = {job.id: job.owner for job in jobs}
    expire(queue)
    sql(queue, "UPDATE job SET owner = 5 WHERE id = %s", jobs[1].id)
    assert queue.store.renew(held, Holder(7), {}) == {jobs[1].id}
    ended = queue.store.reclaim(10, crashed)
    assert [expired.id for expired, _ in ended] == [jobs[1].id]


def test_a_lease_is_as_long_as_its_handler_says(queue):
    queue.enqueue(ECHO)
    queue.enqueue("tests.worker.jobs.Long")
    jobs = grab(queue, 2, leases={"tests.worker.jobs.Long": 600.0})
    lengths = sql(queue, "SELECT due_at - grabbed_at FROM job ORDER BY id")
    assert lengths == [(60_000_000,), (600_000_000,)]
    queue.store.renew(
        {j.id: j.owner for j in jobs}, Holder(7), {"tests.worker.jobs.Long": 1200.0}
    )
    longest = sql(queue, "SELECT MAX(due_at - grabbed_at) FROM job")[0][0]
    assert longest >= 1_200_000_000


def test_a_lease_that_runs_out_counts_as_a_crash_and_the_third_quarantines(queue):
    queue.enqueue(ECHO)
    for attempt in (1, 2, 3):
        (job,) = grab(queue)
        assert (job.attempt, job.crashes) == (attempt, attempt - 1)
        assert queue.store.reclaim(10, crashed) == []
        expire(queue)
        assert len(queue.store.reclaim(10, crashed)) == 1
    assert states(queue) == {"quarantined": 1}
    assert "its lease ran out; it was crash 3" in queue.kept()[0].error


def test_an_attempt_counts_from_the_grab_and_giving_back_takes_it_off(queue):
    queue.enqueue(ECHO)
    (job,) = grab(queue)
    assert job.attempt == 1
    assert sql(queue, "SELECT attempt FROM job") == [(1,)]
    settle(queue, job, GivenBack())
    assert sql(queue, "SELECT attempt, owner, state FROM job") == [(0, None, 0)]
    assert grab(queue)[0].attempt == 1


def test_jobs_of_a_manager_can_be_found_by_its_number(queue):
    queue.enqueue_many(ECHO, range(3))
    mine = grab(queue, 2, manager=1)
    grab(queue, 1, manager=2)
    assert queue.store.running(Holder(1)) == {job.id: job.owner for job in mine}
    assert queue.store.running(Holder(3)) == {}


def test_a_retry_keeps_the_last_error_with_the_job(queue):
    queue.enqueue(ECHO)
    (job,) = grab(queue)
    settle(queue, job, Retry(0, "ValueError: \udcff " + "x" * 9999))
    ((error,),) = sql(queue, "SELECT error FROM job")
    assert error.startswith("ValueError: \\udcff xx")
    assert len(error) < 2100
