"""What the manager does when an answer of the database gets lost on its way."""

import pytest

from tests.worker.support import exchange_of, sql, states, until
from worker import QueueUnreachable
from worker.holding import BATCH
from worker.job import Done
from worker.rounds import LONGEST, LOOK_AGAIN, SHARE, rest_after

ECHO = "tests.worker.jobs.Echo"


@pytest.fixture
def exchange(queue):
    return exchange_of(queue, 1.0)


@pytest.fixture
def loses_an_answer(queue, monkeypatch):
    """The next turn happens in the database, and its answer does not arrive."""

    def arm():
        real = queue.store.turn

        def turn(settlements, ask):
            real(settlements, ask)
            monkeypatch.setattr(queue.store, "turn", real)
            raise QueueUnreachable("the answer got lost")

        monkeypatch.setattr(queue.store, "turn", turn)

    return arm


def test_jobs_whose_grab_got_no_answer_are_given_back_and_grabbed_again(
    queue, exchange, loses_an_answer, capfd
):
    queue.enqueue_many(ECHO, range(3))
    loses_an_answer()
    exchange.trade(3, {})
    assert (states(queue), len(exchange.waiting)) == ({"running": 3}, 0)
    until(lambda: exchange.trade(3, {}) or len(exchange.waiting) == 3)
    assert [job.attempt for job in exchange.waiting] == [1, 1, 1]
    assert "gave back 3 jobs" in capfd.readouterr().err


def test_an_end_whose_writing_got_no_answer_is_written_once(
    queue, exchange, loses_an_answer, capfd
):
    queue.enqueue_many(ECHO, range(3))
    exchange.trade(3, {})
    jobs = list(exchange.waiting)
    exchange.waiting.clear()
    exchange.end((job, Done()) for job in jobs)
    loses_an_answer()
    exchange.trade(0, {})
    assert (states(queue), len(exchange.ended)) == ({}, 3)
    until(lambda: exchange.trade(0, {}) or not exchange.ended)
    assert "its end had been written before" in capfd.readouterr().err


def test_jobs_in_hand_are_not_given_back_by_doubts(queue, exchange, loses_an_answer):
    queue.enqueue_many(ECHO, range(2))
    exchange.trade(1, {})
    held = {job.id: job.owner for job in exchange.waiting}
    exchange.waiting.clear()
    loses_an_answer()
    exchange.end([])
    until(lambda: exchange.trade(1, held) or states(queue) == {"running": 2})
    until(lambda: exchange.trade(1, held) or len(exchange.waiting) == 1)
    assert sql(queue, "SELECT MAX(attempt) FROM job") == [(1,)]


def test_all_that_became_due_is_promoted_turn_by_turn_whatever_a_look_takes(
    queue, exchange, monkeypatch
):
    monkeypatch.setattr("worker.rounds.LOOK_AGAIN", 60.0)
    queue.enqueue_many(ECHO, range(2 * BATCH + 1))
    sql(queue, "UPDATE job SET state = 2, due_at = 1")
    for _ in range(3):
        assert exchange.pause() == 0
        exchange.trade(1, {})
    assert "scheduled" not in states(queue)


def test_looks_take_the_database_a_small_share_of_its_time():
    assert rest_after(0.0) == rest_after(LOOK_AGAIN * SHARE) == LOOK_AGAIN
    assert rest_after(0.1) == pytest.approx(0.1 / SHARE)
    assert rest_after(3600.0) == LONGEST


def test_a_look_says_how_long_the_database_took(mysql_queue):
    assert 0 < mysql_queue.store.due(["default"]).took < 5
