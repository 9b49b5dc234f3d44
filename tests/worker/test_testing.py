"""The aid for users' tests does what a worker does."""

import os
import subprocess
import sys

import pytest

from tests.worker.jobs import Echo, Fail
from tests.worker.support import ROOT, states
from worker import BadJob, handler
from worker.job import Done, Retry, Settled
from worker.testing import Workbench, drain


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


@handler(max_retries=1)
def flaky(job):
    if job.attempt == 1:
        raise ValueError


def test_each_run_tells_the_end_of_its_own_job_whatever_others_left(queue):
    workbench = Workbench(queue)
    assert isinstance(workbench.run(flaky), Retry)  # at once: it is ready again
    assert workbench.run(second) == Done()
    with pytest.raises(BadJob, match="one with run_after is for drain"):
        workbench.run(second, run_after=60)
    workbench.hasten()
    ended = workbench.drain(flaky, second, queues=[workbench.INLINE])
    assert [end for _, end in ended] == [Done(), Done()]


def test_all_that_is_due_is_drained_however_many_there_are(queue):
    queue.enqueue_many(second, range(501), run_after=60)
    Workbench(queue).hasten()
    assert len(drain(queue, second)) == 501


def test_a_project_asks_for_the_fixture_and_nobody_else_loads_it(tmp_path):
    (tmp_path / "jobs.py").write_text(
        "import os\n"
        "from worker import Queue, handler\n"
        "@handler(max_retries=1, retry_delay=60)\n"
        "def mail(job):\n"
        "    if job.arg['to'] == 'nobody' and job.attempt == 1:\n"
        "        raise ValueError('no such address')\n"
        "def sign_up(name):\n"
        "    Queue(os.environ['QUEUE_URL']).enqueue(mail, {'to': name}, priority=3)\n"
    )
    (tmp_path / "conftest.py").write_text("pytest_plugins = ['worker.fixtures']\n")
    (tmp_path / "test_jobs.py").write_text(
        "import jobs\n"
        "from worker.job import Done, Retry\n"
        "def test_signing_up_sends_a_mail(workbench):\n"
        "    jobs.sign_up('ann')\n"
        "    (job,) = workbench.enqueued(jobs.mail)\n"
        "    assert (job.arg, job.priority, job.state) == ({'to': 'ann'}, 3, 'ready')\n"
        "    assert [end for _, end in workbench.drain(jobs.mail)] == [Done()]\n"
        "    assert workbench.enqueued() == []\n"
        "def test_a_mail_that_fails_is_sent_again(workbench):\n"
        "    end = workbench.run(jobs.mail, {'to': 'nobody'})\n"
        "    assert isinstance(end, Retry) and 'no such address' in end.error\n"
        "    assert 59 < workbench.enqueued()[0].due_in <= 60\n"
        "    workbench.hasten()\n"
        "    ((job, end),) = workbench.drain(jobs.mail, queues=[workbench.INLINE])\n"
        "    assert (job.attempt, end) == (2, Done())\n"
    )
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    python = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        python, cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    (tmp_path / "conftest.py").write_text(
        "import sys\n"
        "def pytest_collection_finish():\n"
        "    assert not [name for name in sys.modules if name.startswith('worker')]\n"
    )
    (tmp_path / "test_jobs.py").write_text("def test_one():\n    pass\n")
    done = subprocess.run(
        python, cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
