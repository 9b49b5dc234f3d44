"""The aid for users' tests does what a worker does."""

from tests.worker.jobs import Echo, Fail
from tests.worker.support import states
from worker import handler
from worker.job import Done, Retry, Settled
from worker.testing import drain


@handler
def first(job):
    job.replace((second, job.arg))


@handler
def second(job):
    pass


def test_draining_does_all_that_is_ready_and_what_that_enqueued(queue, capsys):
    queue.enqueue(Echo, {"message": "hi"})
    queue.enqueue(first, 1)
    queue.enqueue(second, run_after=60)
    ended = drain(queue, Echo, first, second)
    assert [type(end) for _, end in ended] == [Done, Settled, Done]
    assert capsys.readouterr().out == "hi\n"
    assert states(queue) == {"scheduled": 1}


def test_a_job_that_fails_is_settled_as_a_worker_would(queue, tmp_path):
    queue.enqueue(Fail, {"file": str(tmp_path / "seen")})
    ((job, end),) = drain(queue, Fail)
    assert (job.attempt, type(end)) == (1, Retry)
    assert states(queue) == {"scheduled": 1}


def test_draining_ends_although_jobs_enqueue_jobs_for_ever(queue):
    @handler
    def again(job):
        job.replace((again, None))

    again.function.__qualname__ = "again"
    queue.enqueue(again)
    assert len(drain(queue, again, at_most=5)) == 5
