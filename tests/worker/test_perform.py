"""What a handler does decides how its attempt ends."""

import asyncio
import math
from contextlib import suppress

import pytest

from tests.worker.support import grab, settle, sql, states
from worker import Abort, Decline, LeaseLost, handler
from worker.job import (
    LONGEST_DELAY,
    Aborted,
    Delivered,
    Done,
    Failed,
    GivenBack,
    Retry,
    Settled,
)
from worker.perform import perform
from worker.register import Register
from worker.store.base import Settlement
from worker.store.settling import ERROR_LENGTH, TRACEBACK_LENGTH


def do(queue, function, arg=None, **settings):
    """Enqueue a job, grab it and perform it."""
    handler_ = handler(**settings)(function)
    handler_.function.__qualname__ = "work"
    queue.enqueue(handler_, arg)
    (grabbed,) = grab(queue)
    return perform(Register([handler_]), queue.store, grabbed)[0]


def test_returning_completes(queue):
    assert isinstance(do(queue, lambda _: None), Done)


def raising(error):
    def work(_job):
        raise error

    return work


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        SystemExit(1),
        SystemExit("bye"),
        asyncio.CancelledError("late"),
        GeneratorExit(),
    ],
)
def test_an_exception_fails_the_attempt(queue, error):
    end = do(queue, raising(error))
    assert isinstance(end, Failed)
    assert end.error == f"{type(error).__name__}: {error}"
    assert end.place.startswith(f"{type(error).__name__} at test_perform.py:")
    assert "raise error" in end.traceback


def test_of_an_endless_text_only_as_much_as_is_kept_goes_to_the_manager(queue):
    end = do(queue, raising(ValueError("x" * 1_000_000)))
    assert len(end.error) == ERROR_LENGTH
    assert len(end.traceback) == TRACEBACK_LENGTH
    assert "raise error" in end.traceback


def test_an_exception_that_cannot_be_told_fails_the_attempt_all_the_same(queue):
    class Mute(Exception):
        def __str__(self):
            raise KeyError

    end = do(queue, raising(Mute()))
    assert isinstance(end, Failed)
    assert end.error == "Mute: its text cannot be had, for that raised KeyError"


def test_who_tries_a_job_at_a_terminal_can_interrupt_it(queue):
    with pytest.raises(KeyboardInterrupt):
        do(queue, raising(KeyboardInterrupt()))


async def _later():
    pass


@pytest.mark.parametrize("result", [_later, lambda: (each for each in "ab")])
def test_work_that_was_never_begun_is_not_done(queue, result):
    end = do(queue, lambda _: result())
    assert isinstance(end, Failed)
    assert "of which nothing has run" in end.error


def test_abort_means_never_again(queue):
    assert do(queue, raising(Abort("no use")), max_retries=5) == Aborted("no use")
    assert do(queue, raising(Abort), max_retries=5) == Aborted("aborted")
    assert do(queue, lambda job: job.abort("why"), max_retries=5) == Aborted("why")


def test_an_abort_that_the_handler_swallows_still_counts(queue):
    def work(job):
        try:
            job.abort("why")
        except Exception:
            return

    assert do(queue, work) == Aborted("why")


def test_whatever_an_abort_says_is_kept_as_text(queue):
    def work(job):
        with suppress(Abort):
            job.abort(404)

    end = do(queue, work)
    (job,) = sql(queue, "SELECT id, owner FROM job")
    assert queue.store.turn([Settlement(*job, end)], None).lost == frozenset()
    assert [each.error for each in queue.kept()] == ["404"]


def test_completed_holds_whatever_follows(queue):
    def work(job):
        job.completed()
        raise ValueError

    assert isinstance(do(queue, work), Done)


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (10, 10),
        (lambda job: job.attempt * 7, 7),
        (raising(KeyError()), 60),
        ("soon", 60),
    ],
)
def test_the_retry_waits_as_the_handler_says(queue, delay, seconds):
    end = do(queue, raising(ValueError()), max_retries=1, retry_delay=delay)
    assert isinstance(end, Retry)
    assert end.delay == seconds


def test_a_job_sees_its_own_facts(queue):
    seen = []
    queue_of = queue.enqueue

    def work(job):
        seen.append(
            (
                job.arg,
                job.attempt,
                job.queue,
                job.priority,
                job.uniqkey,
                job.still_mine(),
            )
        )

    each = handler(work)
    each.function.__qualname__ = "work"
    queue_of(each, {"a": 1}, priority=4, uniqkey="日本")
    (grabbed,) = grab(queue)
    perform(Register([each]), queue.store, grabbed)[0]
    assert seen == [({"a": 1}, 1, "default", 4, "日本", True)]


@pytest.fixture
def ledger(queue):
    sql(queue, "CREATE TABLE ledger (id BIGINT)")
    return queue


def write_and(then):
    def work(job):
        with job.transaction() as cursor:
            cursor.execute(f"INSERT INTO ledger VALUES ({job.id})")
            then(job)

    return work


def test_a_job_is_settled_together_with_its_own_writes(ledger):
    assert isinstance(do(ledger, write_and(lambda job: job.completed())), Settled)
    assert len(sql(ledger, "SELECT id FROM ledger")) == 1
    assert states(ledger) == {}


def test_what_fails_within_the_transaction_undoes_both(ledger):
    def then(job):
        job.completed()
        raise ValueError

    assert isinstance(do(ledger, write_and(then)), Failed)
    assert sql(ledger, "SELECT id FROM ledger") == []
    assert states(ledger) == {"running": 1}


def test_what_fails_after_the_transaction_does_not_matter(ledger):
    def work(job):
        write_and(lambda job: job.completed())(job)
        raise ValueError

    assert isinstance(do(ledger, work), Settled)
    assert states(ledger) == {}


def test_a_worker_that_lost_its_lease_writes_nothing(ledger):
    def then(job):
        with pytest.raises(LeaseLost):
            job.completed()
        assert not job.still_mine() or ledger.address.kind == "sqlite"
        raise LeaseLost

    def lose(job):
        sql(ledger, "UPDATE job SET owner = 1")
        assert not job.still_mine()
        write_and(then)(job)

    assert isinstance(do(ledger, lose), Failed)
    assert sql(ledger, "SELECT id FROM ledger") == []


def test_what_was_said_in_a_transaction_is_undone_with_it(ledger):
    def work(job):
        with suppress(ValueError), job.transaction():
            job.completed("undone")
            raise ValueError
        with job.transaction() as cursor:
            cursor.execute("INSERT INTO ledger VALUES (1)")
        return "done"

    end = do(ledger, work, keep_result=60)
    assert end == Delivered('"done"', 60)
    assert len(sql(ledger, "SELECT id FROM ledger")) == 1


@pytest.mark.parametrize("within", ["transaction", "replace"])
def test_a_transaction_within_another_is_a_part_of_it(ledger, within):
    def work(job):
        with job.transaction() as cursor:
            cursor.execute(f"INSERT INTO ledger VALUES ({job.id})")
            if within == "replace":
                job.replace(("a.B", 1))
            else:
                with job.transaction() as same:
                    same.execute(f"INSERT INTO ledger VALUES ({job.id} + 1)")
            raise ValueError

    assert isinstance(do(ledger, work), Failed)
    assert sql(ledger, "SELECT id FROM ledger") == []
    assert states(ledger) == {"running": 1}


def test_a_transaction_without_completed_commits_and_the_job_goes_on(ledger):
    end = do(ledger, write_and(lambda _: None))
    assert isinstance(end, Done)
    assert len(sql(ledger, "SELECT id FROM ledger")) == 1


def test_an_unknown_handler_is_no_loss(queue):
    queue.enqueue("newer.release.Job")
    (grabbed,) = grab(queue)
    end = perform(Register([]), queue.store, grabbed)[0]
    assert isinstance(end, Retry)
    settle(queue, grabbed, end)
    assert states(queue) == {"scheduled": 1}


def test_a_declined_job_waits_and_the_attempt_does_not_count(queue):
    end = do(queue, raising(Decline(30)))
    assert end == GivenBack(30)
    (job,) = sql(queue, "SELECT id, owner FROM job")
    assert queue.store.turn([Settlement(*job, end)], None).lost == frozenset()
    assert states(queue) == {"scheduled": 1}
    assert sql(queue, "SELECT attempt, owner FROM job") == [(0, None)]


@pytest.mark.parametrize("seconds", [math.inf, 1e300, 1e15, math.nan, -1, "30"])
@pytest.mark.parametrize("how", ["declined", "retried"])
def test_however_long_a_job_is_to_wait_its_manager_can_write_it(queue, how, seconds):
    if how == "declined":
        end = do(queue, raising(Decline(seconds)))
    else:
        end = do(
            queue, raising(KeyError()), max_retries=1, retry_delay=lambda _: seconds
        )
    assert 0 <= end.delay <= LONGEST_DELAY
    (job,) = sql(queue, "SELECT id, owner FROM job")
    assert queue.store.turn([Settlement(*job, end)], None).lost == frozenset()
    assert states(queue) == {"scheduled" if end.delay else "ready": 1}


def test_a_decline_that_names_no_time_fails_the_attempt(queue):
    end = do(queue, raising(Decline("soon")))
    assert isinstance(end, Failed)
    assert "could not convert string to float: 'soon'" in end.error


def test_a_handler_that_completes_explicitly_fails_by_merely_returning(queue):
    end = do(queue, lambda _: None, explicit_completion=True)
    assert isinstance(end, Failed)
    assert "without calling job.completed()" in end.error


def test_a_handler_that_completes_explicitly_is_done_when_it_says_so(queue):
    end = do(queue, lambda job: job.completed(), explicit_completion=True)
    assert isinstance(end, Done)


def test_a_job_is_replaced_by_others_in_one_transaction(queue):
    end = do(queue, lambda job: job.replace(("a.B", 1), ("a.C", [2])))
    assert isinstance(end, Settled)
    assert sql(queue, "SELECT handler, arg, state FROM job ORDER BY id") == [
        ("a.B", "1", 0), ("a.C", "[2]", 0),
    ]  # fmt: skip


def test_a_job_that_lost_its_lease_is_not_replaced(queue):
    def work(job):
        sql(queue, "UPDATE job SET owner = 1")
        with pytest.raises(LeaseLost):
            job.replace(("a.B", 1))
        raise LeaseLost

    assert isinstance(do(queue, work), Failed)
    assert sql(queue, "SELECT COUNT(*) FROM job") == [(1,)]
