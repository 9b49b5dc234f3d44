"""What is decided without touching anything: retries, portions, pacing, what a death means."""

import os
import signal

import pytest

from worker import lines, reexec, retry
from worker.hand import Hand
from worker.job import (
    Aborted,
    Delivered,
    Done,
    Failed,
    GivenBack,
    Quarantined,
    Retry,
    Settled,
)
from worker.pacing import Pacing
from worker.portion import MOST, Portion
from worker.retry import Failure
from worker.store.base import Grabbed
from worker.wire import read_report, report

FAILURE = Failure("ValueError: x", "ValueError at jobs.py:3", "the way")


def job(id):
    return Grabbed(
        id, 7, "sample.jobs.Echo", '{"secret":1}', 1, 0, "default", 0, None, 0
    )


def jobs(*ids):
    return [job(id) for id in ids]


def test_two_retries_mean_three_attempts():
    ends = [retry.after_failure(FAILURE, attempt, 2, 10) for attempt in (1, 2, 3)]
    assert [type(end) for end in ends] == [Retry, Retry, Failed]
    assert ends[0].delay == 10
    assert ends[2].traceback == "the way"


@pytest.mark.parametrize(
    ("number", "backoff", "seconds"),
    [(1, 1, 10), (3, 1, 10), (1, 2, 10), (3, 2, 40), (9, 2, 600), (99999, 2, 600)],
)
def test_each_further_retry_waits_longer_up_to_a_limit(number, backoff, seconds):
    assert retry.delay_before(number, 10, backoff, 600) == seconds


def test_crashes_are_retried_at_once_until_the_last_one():
    ends = [retry.after_crash(crashes, 3, "signal 9") for crashes in (0, 1, 2)]
    assert ends[:2] == [Retry(0, "signal 9", crashed=True)] * 2
    assert isinstance(ends[2], Quarantined)


def test_a_job_without_a_handler_waits_for_a_release_that_has_one_and_is_kept_in_the_end():
    assert retry.after_unknown("a.B", 1).delay == retry.UNKNOWN_DELAY
    assert isinstance(retry.after_unknown("a.B", retry.UNKNOWN_ATTEMPTS), Failed)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os._exit(3)", "exited with 3"),
        ("os.kill(os.getpid(), 9)", "signal 9 (SIGKILL)"),
    ],
)
def test_a_death_is_named(code, words):
    pid = os.fork()
    if pid == 0:
        if "kill" in code:
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(3)
    assert words in str(retry.Death(os.waitpid(pid, 0)[1]))


def test_a_portion_begins_with_one_grows_for_tiny_jobs_and_shrinks_for_long_ones():
    portion = Portion()
    assert (portion.room(0), portion.room(1)) == (1, 0)
    for _ in range(10):
        portion.learn([0.00001] * 5)
    assert portion.size == MOST
    assert portion.room(MOST // 2 + 1) == 0
    assert portion.room(10) == MOST - 10
    portion.learn([0.5])
    assert portion.size == 1


def test_a_child_that_does_short_jobs_has_the_next_one_in_hand_and_long_ones_wait():
    portion = Portion()
    portion.learn([0.025])
    assert [portion.room(in_hand) for in_hand in (0, 1, 2)] == [2, 1, 0]
    portion.learn([0.2] * 3)
    assert (portion.size, portion.room(1)) == (1, 0)


def test_polls_come_ever_more_rarely_up_to_work_delay_and_at_once_after_a_find():
    pacing = Pacing(1.0)
    waits = []
    for _ in range(12):
        pacing.found_nothing(100.0)
        waits.append(pacing.poll_at - 100.0)
    assert waits == sorted(waits)
    assert (round(waits[0], 3), waits[-1]) == (0.05, 1.0)
    pacing.wake(200.0)
    assert pacing.poll_at == 200.0
    pacing.found_nothing(200.0)
    assert pacing.poll_at - 200.0 < 0.06


def test_attempts_at_a_silent_database_back_off_and_start_afresh():
    pacing = Pacing(1.0)
    assert [pacing.failed(0) for _ in range(8)][-1] == 5.0
    pacing.answered()
    assert pacing.failed(0) < 0.2


def test_reports_are_matched_with_jobs_in_order():
    hand = Hand()
    hand.give(jobs(1, 2))
    hand.give(jobs(3))
    assert hand.report(False, [Done(), Failed("e")]) == [
        (job(1), Done()),
        (job(2), Failed("e")),
    ]
    assert not hand.is_empty
    hand.report(True, [])
    hand.report(True, [Done()])
    assert hand.is_empty


def test_recalled_jobs_are_the_last_ones_and_nothing_follows_until_the_child_is_through():
    hand = Hand()
    hand.give(jobs(1, 2, 3))
    hand.give(jobs(4, 5))
    assert [each.id for each in hand.recall(3)] == [3, 4, 5]
    assert hand.recalled
    hand.report(True, [Done(), Done()])
    assert hand.recalled
    hand.report(True, [])
    assert not hand.recalled


@pytest.mark.parametrize(
    ("finished", "permits", "done", "crashed", "untouched"),
    [
        (0, 4, [], [], [1, 2, 3, 4]),
        (0, 3, [], [1], [2, 3, 4]),
        (2, 1, [1, 2], [3], [4]),
        (1, 1, [1], [2, 3], [4]),
        (3, 1, [1, 2, 3], [], [4]),
        (4, 0, [1, 2, 3, 4], [], []),
    ],
)
def test_a_wreck_shows_what_was_done_what_crashed_and_what_was_not_begun(
    finished, permits, done, crashed, untouched
):
    hand = Hand()
    hand.give(jobs(1, 2, 3, 4))
    wreck = hand.wreck(finished, permits)
    assert [each.id for each in wreck.finished] == done
    assert [each.id for each in wreck.crashed] == crashed
    assert [each.id for each in wreck.untouched] == untouched


def test_a_child_that_died_between_reporting_and_counting_crashed_on_nothing():
    hand = Hand()
    hand.give(jobs(1, 2))
    hand.report(False, [Failed("e")])
    wreck = hand.wreck(finished=0, permits=1)
    assert wreck.crashed == []
    assert [each.id for each in wreck.untouched] == [2]


@pytest.mark.parametrize(
    "outcome",
    [
        Done(0.5),
        Delivered('"日"', 60, 0.5),
        Settled(0.5),
        Retry(1, "e", "p", True),
        Failed("e", "p", "t\udcff"),
        Aborted("e"),
        Quarantined("e"),
        GivenBack(),
    ],
)
def test_every_outcome_survives_the_wire(outcome):
    import json

    assert read_report(json.loads(report(True, [outcome])[4:])) == (True, [outcome])


@pytest.mark.parametrize(
    "outcome",
    [
        Done(),
        Retry(1, "ValueError: {secret}", "ValueError at j.py:1"),
        Failed("{secret}", "p"),
        Aborted("{secret}"),
    ],
)
def test_the_log_has_no_argument_and_no_text_of_an_exception(outcome):
    line = lines.Ended(job(17), outcome).text
    assert line.startswith("job 17 sample.jobs.Echo ")
    assert "secret" not in line
    assert "attempt=1" in line


def test_a_manager_starts_again_in_the_current_release_with_what_lies_below_it(
    tmp_path,
):
    old, new = tmp_path / "old", tmp_path / "new"
    for release in (old, new):
        (release / "venv/bin").mkdir(parents=True)
        (release / "venv/bin/python").touch()
    (tmp_path / "current").symlink_to(new)
    environ = {
        "APPROOT": str(old),
        "FORKLIFT_CURRENT": str(tmp_path / "current"),
        "FORKLIFT_RELEASE": "old",
        "PYTHONPATH": f"/usr/lib/x:{old}/lib:{old}er",
    }
    start = reexec.plan(["run", "a"], f"{old}/venv/bin/python", environ, str(old))
    assert (start.directory, start.program) == (str(new), f"{new}/venv/bin/python")
    assert start.argv == [f"{new}/venv/bin/python", "-m", "worker", "run", "a"]
    assert start.environ["PYTHONPATH"] == f"/usr/lib/x:{new}/lib:{old}er"
    assert (start.environ["APPROOT"], start.environ["FORKLIFT_RELEASE"]) == (
        str(new),
        "new",
    )


def test_without_a_current_link_a_manager_starts_again_where_it_is():
    start = reexec.plan(["run", "a"], "/usr/bin/python3", {"A": "1"}, "/srv")
    assert (start.directory, start.argv[0], start.environ) == (
        "/srv",
        "/usr/bin/python3",
        {"A": "1"},
    )
