"""python -m worker: what it prints, and its exit status."""

import json
import os
import subprocess
import sys

import pytest

from tests.worker.support import JOBS, ROOT, grab, settle, sql, states, until
from worker import Queue
from worker.job import Failed

ECHO = f"{JOBS}.Echo"


def worker(*words, url=None, cwd=ROOT, limit=30, **env):
    environ = {name: value for name, value in os.environ.items() if name != "QUEUE_URL"}
    environ.update(env, PYTHONPATH=str(ROOT))
    if url is not None:
        environ["QUEUE_URL"] = url
    return subprocess.run(
        [sys.executable, "-m", "worker", *words],
        capture_output=True, text=True, cwd=cwd, env=environ, timeout=limit,
    )  # fmt: skip


def test_the_articles_way_from_setup_to_the_printed_message(url, run):
    assert worker("setup", url=url).returncode == 0
    assert worker("setup", url=url).returncode == 0
    done = worker("enqueue", ECHO, '{"message": "echo message"}', url=url)
    assert (done.returncode, done.stdout) == (0, "1\n")
    queue = Queue(url)
    running = run(queue, JOBS, "--max-workers", "3", "--work-delay", "5")
    running.says("echo message")
    running.says("job 1 tests.worker.jobs.Echo done attempt=1")
    until(lambda: states(queue) == {})
    queue.enqueue(ECHO, {"message": "a second one, at once"})
    running.says("a second one, at once", limit=4)
    assert running.stop() == 0
    queue.close()


def test_qudos_flags_set_up_a_database(mariadb, tmp_path):
    flags = ["--db=qudo", "--user=root", "--rdbms=mysql", "--use_innodb"]
    dry = worker("setup", *flags, "--dry_run")
    assert dry.returncode == 0
    assert "CREATE DATABASE IF NOT EXISTS `qudo`" in dry.stdout
    assert "PRIMARY KEY (id)" in dry.stdout
    done = worker("setup", f"--db={tmp_path / 'q.db'}", "--rdbms=SQLite")
    assert done.returncode == 0
    assert worker("status", url=f"sqlite:///{tmp_path / 'q.db'}").returncode == 0
    wrong = worker("setup", "--db=x", "--rdbms=Pg")
    assert (wrong.returncode, "mysql or SQLite" in wrong.stderr) == (2, True)
    visible = worker("setup", *flags, "--pass=hunter2", "--dry_run")
    assert "visible to all users" in visible.stdout
    assert "hunter2" not in visible.stdout + visible.stderr
    assert mariadb


def test_without_a_url_the_queue_is_the_embedded_one_and_setup_says_which(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    done = worker("setup", cwd=tmp_path, FORKLIFT_SHARED=str(shared))
    assert str(shared / "queue.db") in done.stdout
    assert (shared / "queue.db").exists()
    assert (
        worker("enqueue", ECHO, cwd=tmp_path, FORKLIFT_SHARED=str(shared)).returncode
        == 0
    )
    assert str(tmp_path / "queue.db") in worker("setup", cwd=tmp_path).stdout


def test_status_for_people_and_for_programs(queue, url):
    queue.enqueue(ECHO, {"secret": 1})
    queue.enqueue(ECHO, run_after=60)
    (job,) = grab(queue)
    settle(queue, job, Failed("ValueError: what it said"))
    text = worker("status", url=url).stdout
    assert "default scheduled 1" in text
    assert "default failed 1" in text
    assert "ValueError: what it said" in text
    known = json.loads(worker("status", "--json", url=url).stdout)
    assert known["jobs"] == {"default": {"scheduled": 1, "failed": 1}}
    assert known["oldest_ready_seconds"] is None
    assert known["failures"][0]["state"] == "failed"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run", "no_such_module"], "cannot import no_such_module"),
        (["run", f"{JOBS}:Nobody"], "has no handler named Nobody"),
        (["run", JOBS, "--max-workers", "0"], "is not a whole number from 1"),
        (["run", JOBS, "--stop-timeout", "soon"], "is not a number of seconds"),
        (["enqueue", ECHO, "{not json"], "the argument is not JSON"),
        (["enqueue", "Echo"], "is not the import path of a handler"),
        (["enqueue", ECHO, "--run-after", "-1"], "must be seconds from now"),
        (["status", "--queue", "mysql://root@localhost"], "names no database"),
        ([], "VERB"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_status_2(queue, url, words, sentence):
    done = worker(*words, url=url)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert states(queue) == {}


@pytest.mark.parametrize("verb", [["status"], ["enqueue", ECHO], ["run", JOBS]])
def test_a_queue_that_is_missing_or_unreachable_is_exit_status_2(
    mariadb, tmp_path, verb
):
    for url, sentence in (
        (mariadb.url(), "run `python -m worker setup`"),
        (f"sqlite:///{tmp_path / 'none.db'}", "run `python -m worker setup`"),
        (
            f"mysql://root:hunter2@localhost/x?unix_socket={tmp_path / 's'}",
            "cannot be used",
        ),
        (
            f"mysql://nobody:hunter2@localhost/x?unix_socket={mariadb.socket}",
            "wrong password",
        ),
        ("mysql://root:hunter2@127.0.0.1:1/x", "cannot be used"),
    ):
        done = worker(*verb, url=url)
        assert (done.returncode, sentence in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr
        assert "hunter2" not in done.stderr + done.stdout
    assert not (tmp_path / "none.db").exists()


def test_a_worker_with_an_embedded_queue_never_imports_the_driver_of_mysql(tmp_path):
    code = (
        "import sys; from worker import Queue; q = Queue('sqlite:///q.db'); q.setup();"
        "q.enqueue('a.B'); sys.exit('pymysql' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0


def test_an_argument_of_a_job_is_in_no_line_of_the_log(queue, run):
    running = run(queue)
    queue.enqueue(f"{JOBS}.Fail", {"file": "/dev/null", "secret": "hunter2"})
    until(lambda: states(queue) == {"failed": 1})
    assert running.says(
        "failed retry_in=0.1 attempt=1 seconds=", ": ValueError at jobs.py:"
    )
    assert running.says("failed for good attempt=3")
    assert "hunter2" not in running.log
    assert "not to its taste" not in running.log
    assert "not to its taste" in sql(queue, "SELECT traceback FROM failed_job")[0][0]
