"""timeout: an exception in the handler first, then the death of its child; either fails the attempt."""

import time

import pytest

from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, grab, sql, states, until
from worker import TimedOut, alarm, handler
from worker.job import Done, Failed, GivenBack, Retry
from worker.perform import perform
from worker.register import Register
from worker.retry import Death
from worker.store.base import Grabbed
from worker.verdict import KILL_AFTER, LATE, STOPPED, is_late, on


def test_a_handler_that_runs_too_long_gets_an_exception_where_it_is(queue):
    @handler(timeout=0.05)
    def work(job):  # noqa: ARG001
        time.sleep(20)

    work.function.__qualname__ = "work"
    queue.enqueue(work)
    (grabbed,) = grab(queue)
    end = perform(Register([work]), queue.store, grabbed)[0]
    assert isinstance(end, Failed)
    assert end.error == "TimedOut: it ran longer than its timeout of 0.05 s"
    assert end.place.startswith("TimedOut at ")


def test_a_handler_may_catch_it_and_clean_up(queue):
    @handler(timeout=0.05)
    def work(job):  # noqa: ARG001
        try:
            time.sleep(20)
        except TimedOut:
            return

    work.function.__qualname__ = "work"
    queue.enqueue(work)
    (grabbed,) = grab(queue)
    assert isinstance(perform(Register([work]), queue.store, grabbed)[0], Done)


def test_nothing_rings_after_the_end_and_a_timeout_of_zero_never_does():
    with alarm.after(0.01):
        pass
    with alarm.after(0):
        time.sleep(0.03)


JOB = Grabbed(3, 7, "a.B", "null", 2, 0, "default", 0, None, 0)


def named(**settings):
    made = handler(**settings)(lambda job: job)
    made.function.__module__, made.function.__qualname__ = "a", "B"
    return made


def test_a_job_is_late_when_it_had_its_timeout_and_time_to_end_by_itself():
    register = Register([named(timeout=10)])
    assert not is_late(register, JOB, 10 + KILL_AFTER)
    assert is_late(register, JOB, 10.1 + KILL_AFTER)
    assert not is_late(Register([named()]), JOB, 1e9)
    assert not is_late(Register([]), JOB, 1e9)


def test_a_child_that_was_killed_for_its_timeout_failed_and_did_not_crash():
    slow = named(timeout=1, max_retries=2, retry_delay=10, backoff=3)
    end = on(JOB, slow, LATE, Death(9))
    assert isinstance(end, Retry)
    assert (end.delay, end.crashed) == (30, False)
    assert "did not end when told" in end.error
    assert isinstance(on(JOB, named(timeout=1), LATE, Death(9)), Failed)
    computed = named(timeout=1, max_retries=2, retry_delay=lambda _: 1 / 0)
    assert on(JOB, computed, LATE, Death(9)).delay == 60
    assert isinstance(on(JOB, slow, STOPPED, Death(9)), GivenBack)
    assert on(JOB, slow, "", Death(9)).crashed


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_handler_that_does_not_heed_its_timeout_is_killed_and_others_go_on(
    queue, run, tmp_path
):
    seen = tmp_path / "seen"
    running = run(queue)
    queue.enqueue(f"{JOBS}.Deaf", {"file": str(seen)})
    until(lambda: lines_of(seen))
    later = queue.enqueue(f"{JOBS}.Note", {"file": str(tmp_path / "later")})
    until(lambda: states(queue) == {"failed": 1}, limit=20)
    assert lines_of(tmp_path / "later") == [f"{later} 1"]
    ((error,),) = sql(queue, "SELECT error FROM failed_job")
    assert error.startswith("TimedOut: it ran longer than its timeout of 0.2 s and")
    running.says("was stopped after timeout")
    running.says("failed for good", "TimedOut, child killed")
