"""Jobs of one coalesce value are done together by one attempt: they end alike, each fenced."""

import json

import pytest

from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, grab, settle, sql, states, until
from tests.worker.test_command_line import worker
from worker import Abort, Decline, Handler, LeaseLost, NoSuchJob, handler
from worker.job import Aborted, Done, Failed, GivenBack, Retry, Settled
from worker.perform import perform
from worker.register import Register
from worker.store.base import Ask, Grabbed
from worker.store.coalescing import gathered, heads
from worker.testing import drain

seen: list = []


class Digest(Handler):
    coalesce_limit = 3

    def work(self, job):
        seen.append([each.arg for each in job.together])


class Single(Handler):
    def work(self, job):
        seen.append([each.arg for each in job.together])


NAME = f"{__name__}.Digest"


@pytest.fixture(autouse=True)
def _forget():
    seen.clear()


def together(queue, limit=1, most=3, **options):
    return grab(queue, limit, together={NAME: most}, **options)


def test_jobs_of_one_value_are_done_together_and_others_are_not(queue):
    for arg, key in enumerate(["a", "b", "a", None, "a", None]):
        queue.enqueue(Digest, arg, coalesce=key)
    queue.enqueue(Digest, "urgent", coalesce="b", priority=-5)
    assert [type(end) for _, end in drain(queue, Digest)] == [Done] * 7
    assert seen == [[0, 2, 4], [1, "urgent"], [3], [5]]
    assert states(queue) == {}


def test_a_handler_that_does_not_ask_does_each_by_itself(queue):
    queue.enqueue_many(Single, [1, 2], coalesce="a")
    drain(queue, Single)
    assert seen == [[1], [2]]


def test_no_more_go_together_than_the_handler_wants_and_the_rest_follow(queue):
    queue.enqueue_many(Digest, range(7), coalesce="日本")
    drain(queue, Digest)
    assert seen == [[0, 1, 2], [3, 4, 5], [6]]


def test_jobs_of_another_handler_queue_or_time_stay_behind(queue):
    first = queue.enqueue(Digest, coalesce="a")
    queue.enqueue(Single, coalesce="a")
    queue.enqueue(Digest, coalesce="a", queue="mail")
    queue.enqueue(Digest, coalesce="a", run_after=60)
    assert [job.id for job in together(queue)] == [first]


def test_what_another_manager_holds_is_not_taken_along(queue):
    ids = queue.enqueue_many(Digest, range(4), coalesce="a")
    assert [job.id for job in grab(queue, manager=1)] == ids[:1]
    assert [job.id for job in together(queue, manager=2)] == ids[1:]


def test_each_of_them_is_grabbed_and_counts_its_own_attempts(queue):
    queue.enqueue_many(Digest, range(2), coalesce="a")
    first = together(queue)
    assert [job.attempt for job in first] == [1, 1]
    settle(queue, first[0], Retry(0, "e"))
    queue.enqueue(Digest, 2, coalesce="a")
    again = together(queue)
    assert sorted(job.attempt for job in again) == [1, 2]


def do(queue, work, **settings):
    """Have two jobs done together; the first was tried before."""
    each = handler(coalesce_limit=9, **settings)(work)
    each.function.__qualname__ = "work"
    queue.enqueue_many(each, [1, 2], coalesce="a")
    jobs = grab(queue, together={each.name: 9})
    assert len(jobs) == 2
    jobs[0] = jobs[0]._replace(attempt=2)
    return jobs, perform(Register([each]), queue.store, *jobs)


def raising(error):
    def work(_job):
        raise error

    return work


def test_they_end_alike_however_they_end(queue):
    assert do(queue, raising(Abort("why")))[1] == [Aborted("why")] * 2
    assert do(queue, raising(Decline(9)))[1] == [GivenBack(9)] * 2
    failed = do(queue, raising(ValueError("no")))[1]
    assert [type(end) for end in failed] == [Failed] * 2


def test_a_failure_costs_each_its_own_attempt(queue):
    _, ends = do(queue, raising(ValueError("no")), max_retries=1)
    assert [type(end) for end in ends] == [Failed, Retry]


def test_a_broken_argument_of_one_gives_all_back_for_another_try(queue):
    queue.enqueue_many(Digest, [1, 2], coalesce="a")
    sql(queue, "UPDATE job SET arg = '~newer:x' WHERE arg = '2'")
    ends = perform(Register([Digest()]), queue.store, *together(queue))
    assert [type(end) for end in ends] == [Retry] * 2
    assert seen == []


def test_in_a_transaction_all_are_settled_or_none(queue):
    sql(queue, "CREATE TABLE ledger (id BIGINT)")

    def work(job):
        with job.transaction() as cursor:
            for each in job.together:
                cursor.execute(f"INSERT INTO ledger VALUES ({each.id})")
            job.completed()

    _, ends = do(queue, work)
    assert [type(end) for end in ends] == [Settled] * 2
    assert states(queue) == {}
    assert len(sql(queue, "SELECT id FROM ledger")) == 2


def test_a_transaction_that_lost_one_of_them_settles_none(queue):
    def work(job):
        last = job.together[-1].id
        sql(queue, "UPDATE job SET owner = 1 WHERE id = %s", last)
        assert not job.still_mine()
        with pytest.raises(LeaseLost, match=f"job {last}"), job.transaction():
            job.completed()
        raise LeaseLost

    _, ends = do(queue, work)
    assert [type(end) for end in ends] == [Failed] * 2
    assert states(queue) == {"running": 2}


def test_a_late_attempt_changes_none_of_those_that_another_has_meanwhile(queue):
    jobs, ends = do(queue, lambda _: None)
    sql(queue, "UPDATE job SET owner = 1 WHERE id = %s", jobs[1].id)
    settled = [settle(queue, job, end) for job, end in zip(jobs, ends)]
    assert settled == [True, False]
    assert sql(queue, "SELECT id, owner FROM job") == [(jobs[1].id, 1)]


def test_a_result_is_kept_with_each_of_them(queue):
    each = handler(coalesce_limit=9, keep_result=60)(lambda _: "sent")
    each.function.__qualname__ = "work"
    ids = queue.enqueue_many(each, [1, 2], coalesce="a")
    drain(queue, each)
    assert [queue.result(id).result for id in ids] == ["sent", "sent"]


def test_a_kept_job_that_is_put_back_goes_together_again(queue):
    ids = queue.enqueue_many(Digest, range(2), coalesce="a")
    for job in grab(queue, 2):
        settle(queue, job, Failed("e"))
    assert queue.desk.show(ids[0])["coalesce"] == "a"
    queue.desk.retry(ids)
    assert [job.id for job in together(queue)] == ids


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_worker_does_them_in_one_child(queue, run, tmp_path, url):
    file = str(tmp_path / "seen")
    for number in range(5):
        queue.enqueue(f"{JOBS}.Mail", {"file": file, "about": number}, coalesce="a")
    done = worker("enqueue", f"{JOBS}.Mail", f'{{"file": "{file}", "about": 5}}', "--coalesce", "a", url=url)  # fmt: skip
    assert done.returncode == 0
    running = run(queue, JOBS, "--max-workers", "3", "--min-spare-workers", "3")
    until(lambda: states(queue) == {})
    assert lines_of(file) == ["1 [0, 1, 2, 3, 4, 5]"]
    assert running.stop() == 0
    assert running.log.count("Mail done attempt=1") == 6


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_crash_is_counted_for_all_that_went_together(queue, run, tmp_path):
    file = str(tmp_path / "seen")
    args = [{"file": file, "about": n, "crash": True} for n in range(3)]
    queue.enqueue_many(f"{JOBS}.Mail", args, coalesce="a")
    run(queue)
    until(lambda: states(queue) == {"quarantined": 3})
    attempts = [line.split(" ", 1) for line in lines_of(file)]
    # which of them comes first after a crash is not stated
    found = [(number, sorted(json.loads(about))) for number, about in attempts]
    assert found == [(n, [0, 1, 2]) for n in ("1", "2", "3")]


def a_job(id, key="a", handler=NAME):
    return Grabbed(id, 7, handler, "1", 1, 0, "default", 0, None, 0, key)


def test_a_group_stands_side_by_side_with_its_mates_as_far_as_the_handler_wants():
    ask = Ask(1, 10, together={NAME: 3})
    chosen = [a_job(1), a_job(2, "b"), a_job(3), a_job(4, None), a_job(5, "a", "x.Y")]
    assert [head.id for head in heads(ask, chosen)] == [1, 2]
    mates = {1: [a_job(1), a_job(6), a_job(7)], 2: [a_job(2, "b")]}
    found = gathered(ask, chosen, mates)
    assert [job.id for job in found] == [1, 3, 6, 2, 4, 5]
    assert found[-1].coalesce is None


def test_what_became_of_each_can_be_asked(queue):
    queue.enqueue(Digest, 1, coalesce="a")
    ((job, _),) = drain(queue, Digest)
    with pytest.raises(NoSuchJob):
        queue.result(job.id)
