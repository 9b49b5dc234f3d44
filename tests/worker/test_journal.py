"""The log: one line an event, with what is needed to find the job, and no argument unless asked for."""

import json

import pytest

from tests.worker.support import JOBS, states, until
from worker import lines
from worker.job import Done, Retry
from worker.journal import Journal
from worker.store.base import Expired, Grabbed

JOB = Grabbed(17, 1, "sample.jobs.Echo", '{"pin":"7°"}', 2, 0, "mail", 0, None, 0)


@pytest.fixture
def written(capfd):
    """Give what a journal writes of an event."""

    def write(journal, *events):
        journal.tell(events)
        return capfd.readouterr().err

    return write


def test_a_line_of_json_has_what_is_needed_to_find_the_job(written):
    line = written(Journal(as_json=True), lines.Ended(JOB, Done(0.25)))
    record = json.loads(line)
    assert record.pop("time").endswith("+00:00")
    assert record == {
        "event": "done",
        "job": 17,
        "handler": "sample.jobs.Echo",
        "queue": "mail",
        "attempt": 2,
        "seconds": 0.25,
        "because": "",
    }


def test_an_attempt_that_failed_says_how_long_it_took_and_where_it_failed(written):
    event = lines.Ended(JOB, Retry(10, "secret", "KeyError at jobs.py:9", seconds=0.5))
    assert written(Journal(), event) == (
        "job 17 sample.jobs.Echo failed retry_in=10 attempt=2 seconds=0.500: KeyError at jobs.py:9\n"
    )
    assert json.loads(written(Journal(as_json=True), event))["seconds"] == 0.5


@pytest.mark.parametrize("as_json", [False, True])
def test_an_argument_is_written_only_if_asked_for(written, as_json):
    events = [lines.Ended(JOB, Done(0.25)), lines.lost(JOB)]
    assert "pin" not in written(Journal(as_json), *events)
    said = written(Journal(as_json, with_arguments=True), *events)
    assert said.count("pin") == 2
    if as_json:
        assert json.loads(said.splitlines()[0])["arg"] == {"pin": "7°"}


@pytest.mark.parametrize("as_json", [False, True])
def test_with_several_databases_a_line_names_its_own(written, as_json):
    journal = Journal(as_json, database="mysql://app@db1/q")
    expired = Expired(17, 1, "sample.jobs.Echo", 2, 0)
    said = written(journal, lines.expired(expired, Retry(0, "e", crashed=True)))
    if as_json:
        assert json.loads(said)["database"] == "mysql://app@db1/q"
    else:
        assert said == (
            "mysql://app@db1/q: job 17 sample.jobs.Echo crashed retry_in=0 attempt=2: the lease ran out\n"
        )


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_every_line_of_a_worker_with_log_json_can_be_read(queue, run, tmp_path):
    running = run(queue, JOBS, "--log", "json", "--max-memory", "1")
    queue.enqueue(f"{JOBS}.Note", {"file": str(tmp_path / "seen"), "secret": "hunter2"})
    queue.enqueue(f"{JOBS}.Leave")
    until(lambda: states(queue) == {"quarantined": 1})
    assert running.stop() == 0
    records = [json.loads(line) for line in running.log.splitlines()]
    assert {"started", "done", "child died", "quarantined", "stopping", "stopped"} <= {
        each["event"] for each in records
    }
    assert all("time" in each for each in records)
    assert "hunter2" not in running.log
