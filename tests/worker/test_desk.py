"""What an operator does to a queue: look, retry, drop, pause, prune; and the doctor."""

import json

import pytest

from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, grab, settle, sql, states, until
from tests.worker.test_command_line import worker
from worker import NoSuchJob, Queue
from worker.job import Aborted, Failed, Quarantined, Retry
from worker.report import Look, alarms, drain
from worker.store.admin import Which
from worker.store.base import Counts

ECHO, NOTE = f"{JOBS}.Echo", f"{JOBS}.Note"


def keep(queue, outcome=None, **options):
    """Put a job in and let it end badly."""
    id = queue.enqueue(ECHO, {"secret": 1}, **options)
    (job,) = grab(queue)
    assert job.id == id
    settle(queue, job, outcome or Failed("ValueError: x", "p", "the way there"))
    return id


def test_a_kept_job_that_is_put_back_has_its_id_its_argument_and_all_its_attempts(
    queue,
):
    id = keep(queue, uniqkey="k", priority=4)
    assert queue.desk.retry([id, 999]) == 1
    assert states(queue) == {"ready": 1}
    (job,) = grab(queue)
    assert (job.id, job.attempt, job.crashes, job.uniqkey) == (id, 1, 0, "k")
    assert (json.loads(job.arg), job.priority) == ({"secret": 1}, 4)


def test_a_kept_job_whose_uniqkey_is_live_stays_kept(queue):
    id, other = keep(queue, uniqkey="k"), keep(queue)
    queue.enqueue(ECHO, uniqkey="k")
    assert queue.desk.retry([id, other]) == 1
    assert states(queue) == {"ready": 2, "failed": 1}


def test_a_job_that_is_put_back_twice_runs_once(queue):
    id = keep(queue)
    assert [queue.desk.retry([id]), queue.desk.retry([id])] == [1, 0]
    assert len(grab(queue, 9)) == 1


def test_dropping_deletes_whatever_is_not_running(queue):
    running = queue.enqueue(ECHO)
    grab(queue)
    kept = queue.enqueue(ECHO)
    settle(queue, grab(queue)[0], Aborted("no"))
    ids = [running, kept, queue.enqueue(ECHO), queue.enqueue(ECHO, run_after=60)]
    assert queue.desk.drop(ids) == 3
    assert states(queue) == {"running": 1}
    assert queue.desk.is_running(running)


def test_jobs_are_listed_by_state_queue_and_handler(queue):
    kept = keep(queue, Quarantined("killed"))
    one = queue.enqueue(ECHO, uniqkey="日本", priority=3)
    two = queue.enqueue(NOTE, queue="mail", run_after=60)

    def ids(**which):
        return [each.id for each in queue.desk.jobs(Which(**which))]

    assert ids() == [one, two, kept]
    assert (ids(state="ready"), ids(state="quarantined")) == ([one], [kept])
    assert (ids(queue="mail"), ids(handler=ECHO)) == ([two], [one, kept])
    assert ids(limit=1) == [one]
    first, second, last = queue.desk.jobs(Which())
    assert (first.uniqkey, first.priority, first.due_in) == ("日本", 3, None)
    assert 50 < second.due_in <= 60
    assert (last.error, 0 <= last.age < 20, last.due_in <= 0) == ("killed", True, True)


def test_all_that_is_known_of_a_job_is_shown(queue):
    kept, live = keep(queue), queue.enqueue(ECHO, {"a": 1})
    shown = queue.desk.show(kept)
    assert shown["state"] == "failed"
    assert (shown["traceback"], shown["arg"]) == ("the way there", '{"secret":1}')
    assert queue.desk.show(live)["state"] == "ready"
    with pytest.raises(NoSuchJob):
        queue.desk.show(999)


def test_pruning_deletes_what_was_kept_for_long_and_nothing_else(queue):
    old, young = keep(queue), keep(queue)
    queue.enqueue(ECHO)
    sql(
        queue,
        "UPDATE failed_job SET failed_at = failed_at - 90000000 WHERE id = %s",
        old,
    )
    assert queue.desk.prune(60) == 1
    assert states(queue) == {"ready": 1, "failed": 1}
    assert queue.desk.show(young)


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_no_job_of_a_paused_queue_begins_until_it_is_resumed(queue, run, url, tmp_path):
    seen, other = tmp_path / "seen", tmp_path / "other"
    assert worker("pause", "default", url=url).returncode == 0
    run(queue, JOBS, "--queues", "default,mail")
    id = queue.enqueue(NOTE, {"file": str(seen)})
    mail = queue.enqueue(NOTE, {"file": str(other)}, queue="mail")
    until(lambda: lines_of(other) == [f"{mail} 1"])
    until(lambda: states(queue) == {"ready": 1})
    assert lines_of(seen) == []
    assert "default is paused" in worker("status", url=url).stdout
    assert "goes on" in worker("resume", "default", url=url).stdout
    until(lambda: lines_of(seen) == [f"{id} 1"])
    assert "was not paused" in worker("resume", "default", url=url).stdout


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_the_verbs_of_an_operator_say_what_they_did(queue, url):
    one, two = keep(queue), keep(queue, Aborted("no use"))
    listed = worker("list", "--state", "failed", url=url).stdout
    assert listed.startswith(
        f"job {one} {ECHO} failed queue=default priority=0 attempt=1"
    )
    assert listed.endswith(": ValueError: x\n")
    rows = worker("list", "--json", url=url).stdout.splitlines()
    assert {json.loads(row)["id"] for row in rows} == {one, two}
    assert '"secret":1' in worker("show", str(one), url=url).stdout
    gone = worker("show", "999", url=url)
    assert (gone.returncode, "there is no job 999" in gone.stderr) == (2, True)
    assert worker("retry", url=url).returncode == 2
    assert (
        "1 of 1 jobs are back" in worker("retry", "--state", "failed", url=url).stdout
    )
    assert "stays as it is" in worker("status", "--sample", "0.1", url=url).stdout
    assert "1 of 1 jobs are deleted" in worker("drop", "--all", url=url).stdout
    assert states(queue) == {"ready": 1}
    assert "0 jobs" in worker("prune", url=url).stdout
    grab(queue)
    assert f"job {one} is running and stays" in worker("drop", str(one), url=url).stdout


def test_alarms_of_status_are_its_exit_status(queue, url):
    assert (
        worker("status", "--alarm-age", "0", "--alarm-kept", "0", url=url).returncode
        == 0
    )
    keep(queue)
    done = worker("status", "--alarm-kept", "0", url=url)
    assert (done.returncode, "alarm: 1 jobs are kept, more than 0" in done.stdout) == (
        3,
        True,
    )
    queue.enqueue(ECHO)
    done = worker("status", "--alarm-age", "0", "--json", "--sample", "0.1", url=url)
    assert done.returncode == 3
    assert json.loads(done.stdout)["drain"] == {"jobs_per_second": 0.0, "seconds": None}


def look(at, ready, oldest=None):
    return Look(at, Counts({("default", "ready"): ready}, oldest), [], [])


def test_the_time_to_drain_is_computed_from_two_looks():
    assert drain(look(1, 10), look(1, 10)) is None
    assert vars(drain(look(1, 100), look(3, 60))) == {
        "jobs_per_second": 20,
        "seconds": 3,
    }
    assert drain(look(1, 60), look(3, 100)).seconds is None
    assert drain(look(1, 60), look(3, 0)).seconds == 0
    assert alarms(look(1, 1, oldest=5.0), 4.0, None) == [
        "a ready job has waited for 5 s, more than 4 s"
    ]


def test_a_doctor_finds_a_sound_queue_well(queue, url):
    queue.enqueue_many(ECHO, range(50))
    done = worker("doctor", url=url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ILL" not in done.stdout
    assert "grab:" in done.stdout


def test_a_doctor_finds_a_lost_index(mariadb):
    queue = Queue(mariadb.url())
    queue.setup()
    queue.enqueue_many(ECHO, range(50))
    sql(queue, "ALTER TABLE job DROP KEY job_claim, ADD KEY job_claim (queue)")
    findings = {each.text: each.is_well for each in queue.store.examine()}
    assert findings["grab: index job_claim, sorted"] is False
    assert findings["isolation of our sessions: READ-COMMITTED"] is True
    queue.close()


def test_the_error_of_a_retry_is_listed(queue):
    queue.enqueue(ECHO)
    settle(queue, grab(queue)[0], Retry(60, "ValueError: again"))
    (each,) = queue.desk.jobs(Which())
    assert (each.state, each.error) == ("scheduled", "ValueError: again")
