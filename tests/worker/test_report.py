"""The line of a job tells seconds that have passed, or will, without a sign."""

import pytest

from worker import report
from worker.store.admin import Listed

JOB = Listed(7, "default", "jobs.Echo", "ready", 1, 0, None, 12.4, None, None)


@pytest.mark.parametrize(
    ("state", "due_in", "told"),
    [
        ("ready", None, "age=12s"),
        ("running", 59.6, "age=12s lease=60s"),
        ("scheduled", 30.0, "age=12s due=30s"),
        ("failed", -10.2, "age=12s ended=10s"),
        ("done", -3.0, "age=12s ended=3s"),
    ],
)
def test_when_a_job_is_due_or_was_over(state, due_in, told):
    line = report.job(JOB._replace(state=state, due_in=due_in))
    assert line.endswith(told)


def test_all_that_is_known_of_a_job_has_its_times_as_people_read_them():
    known = {"id": 7, "enqueued_at": 1795426701_500000, "keep_until": 0, "error": ""}
    assert report.shown(known).splitlines() == [
        "id: 7",
        "enqueued_at: 2026-11-23 09:38:21 UTC",
        "keep_until: 1970-01-01 00:00:00 UTC",
    ]


def test_a_key_or_an_error_steers_no_terminal_and_forges_no_line():
    evil = "k\x1b[2J\njob 2 a.B ready größe"
    listed = Listed(1, "default", "a.B", "failed", 1, 0, evil, 5, -1, f"\x07{evil}")
    spelled = "k\\x1b[2J\\njob 2 a.B ready größe"
    assert report.job(listed).endswith(f" uniqkey={spelled}: \\x07k\\x1b[2J")
    known = {"id": 1, "uniqkey": "\x1b]0;x\nstate: done", "traceback": "a\n\tb"}
    assert report.shown(known).splitlines() == [
        "id: 1",
        "uniqkey: \\x1b]0;x\\nstate: done",
        "traceback: a",
        "        b",
    ]
