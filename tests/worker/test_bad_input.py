"""Whatever is wrong with what comes in: a sentence, and the job is kept."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worker.conftest import full_url
from tests.worker.jobs import lines_of
from tests.worker.support import (
    JOBS,
    ROOT,
    Running,
    sql,
    states,
    until,
    worker_command,
)
from tests.worker.test_command_line import worker
from worker import Queue, QueueUnreachable

NOTE = f"{JOBS}.Note"
_users = itertools.count(1)


@pytest.fixture
def granted(mariadb, mysql_queue):
    """Make a user with some rights to the queue's tables; give the URL and a way to grant more."""
    connection = mariadb.connect()

    def make(rights):
        user, database = f"poor{next(_users)}", mysql_queue.address.database

        def grant(more):
            with connection.cursor() as cursor:
                cursor.execute(f"GRANT {more} ON {database}.* TO {user}@localhost")

        with connection.cursor() as cursor:
            cursor.execute(f"CREATE USER {user}@localhost IDENTIFIED BY 'hunter2'")
        grant(rights)
        url = (
            f"mysql://{user}:hunter2@localhost/{database}?unix_socket={mariadb.socket}"
        )
        return url, grant

    yield make
    connection.close()


@pytest.fixture
def started(tmp_path):
    running = []

    def start(url, *options):
        running.append(Running(url, tmp_path, *options))
        return running[-1]

    yield start
    for each in running:
        each.clean_up()


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_job_whose_handler_vanished_in_a_deploy_waits_for_a_release_that_knows_it(
    queue, run, tmp_path
):
    id = queue.enqueue(NOTE, {"file": str(tmp_path / "seen")})
    without = run(queue, f"{JOBS}:Echo")
    without.says(
        f"job {id} {NOTE} failed retry_in=60 attempt=1", "no such handler here"
    )
    until(lambda: states(queue) == {"scheduled": 1})
    assert f"no handler named {NOTE}" in sql(queue, "SELECT error FROM job")[0][0]
    assert without.stop() == 0
    sql(queue, "UPDATE job SET due_at = 1")
    run(queue, JOBS)
    until(lambda: lines_of(tmp_path / "seen") == [f"{id} 2"])
    until(lambda: states(queue) == {})


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_an_argument_that_another_program_wrote_wrongly_is_kept_with_the_reason(
    queue, run, tmp_path
):
    queue.enqueue(NOTE, {"file": "x"})
    sql(queue, "UPDATE job SET arg = %s", '{"file": ')
    late = queue.enqueue(NOTE, {"file": str(tmp_path / "seen")})
    running = run(queue)
    until(lambda: states(queue) == {"failed": 1})
    assert lines_of(tmp_path / "seen") == [f"{late} 1"]
    assert "JSONDecodeError" in queue.kept()[0].error
    assert sql(queue, "SELECT arg FROM failed_job") == [('{"file": ',)]
    assert "child" not in running.log.replace("children", "")


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
@pytest.mark.parametrize(
    ("version", "words"),
    [(99, "made by a newer release"), (1, "run `python -m worker setup`")],
)
def test_a_worker_refuses_a_schema_of_another_release_and_touches_no_job(
    queue, url, version, words
):
    queue.enqueue(NOTE, {"file": "/dev/null"})
    (before,) = sql(queue, "SELECT MAX(version), MIN(queue_id) FROM job_schema_version")
    sql(queue, "DELETE FROM job_schema_version")
    sql(queue, "INSERT INTO job_schema_version VALUES (%s, %s, 1)", version, before[1])
    for words_of_verb in (("run", JOBS), ("enqueue", NOTE), ("status",)):
        ended = worker(*words_of_verb, url=full_url(queue))
        assert (ended.returncode, ended.stdout) == (2, "")
        assert f"schema version {version}" in ended.stderr
        assert words in ended.stderr
    assert states(queue) == {"ready": 1}
    assert url


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_worker_goes_on_while_the_schema_is_made_newer_under_it(queue, run, tmp_path):
    running = run(queue)
    running.says("works on")
    (last,) = sql(queue, "SELECT MAX(version), MIN(queue_id) FROM job_schema_version")
    queue.enqueue(NOTE, {"file": str(tmp_path / "seen")})
    sql(
        queue, "INSERT INTO job_schema_version VALUES (%s, %s, 1)", last[0] + 1, last[1]
    )
    until(lambda: states(queue) == {})
    assert running.stop() == 0


def test_who_may_not_write_is_told_which_right_is_missing(granted):
    url, _ = granted("SELECT")
    queue = Queue(url)
    with pytest.raises(QueueUnreachable, match=r"INSERT command denied.*needs SELECT"):
        queue.enqueue(NOTE)
    queue.close()
    ended = worker("enqueue", NOTE, url=url)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "INSERT command denied" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr


def test_the_doctor_of_a_user_who_may_only_look_names_the_rights_that_are_missing(
    granted,
):
    url, _ = granted("SELECT")
    ended = worker("doctor", url=url)
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "well grab: index job_claim" in ended.stdout
    assert "ILL  settle: mysql://" in ended.stdout
    assert "DELETE command denied" in ended.stdout


def test_a_worker_that_may_not_take_jobs_says_so_until_it_may(
    granted, mysql_queue, started, tmp_path
):
    url, grant = granted("SELECT, INSERT")
    mysql_queue.enqueue(NOTE, {"file": str(tmp_path / "seen")})
    running = started(url)
    running.says(
        "command denied", "needs SELECT, INSERT, UPDATE and DELETE", "trying again"
    )
    assert states(mysql_queue) == {"ready": 1}
    grant("UPDATE, DELETE")
    until(lambda: states(mysql_queue) == {})
    assert len(lines_of(tmp_path / "seen")) == 1
    assert running.stop() == 0


def test_a_job_that_may_not_be_settled_is_settled_once_the_right_is_there(
    granted, mysql_queue, started, tmp_path
):
    url, grant = granted("SELECT, INSERT, UPDATE")
    id = mysql_queue.enqueue(NOTE, {"file": str(tmp_path / "seen")})
    running = started(url)
    running.says("DELETE command denied", "trying again")
    until(lambda: states(mysql_queue) == {"running": 1})
    grant("DELETE")
    until(lambda: states(mysql_queue) == {})
    assert lines_of(tmp_path / "seen") == [f"{id} 1"]
    assert running.stop() == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run", JOBS, "--queue", "postgres://x/y"], "the queue URL must look like"),
        (["run", JOBS, "--queue", "mysql://h/q?ssl=1"], "has no option 'ssl'"),
        (["run", "no.such.module"], "cannot import no.such.module"),
        (["run", JOBS, "--log", "xml"], "invalid choice: 'xml'"),
        (["enqueue", NOTE, "{'not': 'json'}"], "the argument is not JSON"),
        (["enqueue", "Note"], "is not the import path of a handler"),
        (["show", "99999999999999999999"], "is not the id of a job"),
        (["list", "--limit", "99999999999999999999"], "is not a whole number"),
        (["status", "--failures", "-1"], "--failures: '-1' is not a whole number"),
        (["pause", os.fsdecode(b"\xff")], "what is said is not UTF-8"),
        (["enqueue", NOTE, "[" * 100_000], "the argument is not JSON"),
        (
            ["show", "1", "--queue", "sqlite:///a", "--queue", "sqlite:///b"],
            "say with --queue which one is meant",
        ),
        (
            ["run", JOBS, "--queue", "sqlite:///a", "--queue", "sqlite:///b"],
            "2 databases want min_spare_workers (1) each",
        ),
    ],
)
def test_what_is_said_wrongly_is_a_sentence_and_exit_status_2(
    words, sentence, tmp_path
):
    Queue(f"sqlite:///{tmp_path / 'queue.db'}").setup()
    ended = worker(*words, url=f"sqlite:///{tmp_path / 'queue.db'}")
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_several_queues_are_asked_one_after_the_other_and_take_jobs_from_any(tmp_path):
    urls = [f"sqlite:///{tmp_path / name}.db" for name in "ab"]
    both = " ".join(urls)
    done = worker("setup", url=both)
    assert done.stdout == "".join(f"the queue {url} is ready\n" for url in urls)
    taken = worker("enqueue", NOTE, url=both).stdout.split()
    assert taken[0] == "1"
    assert taken[1] in urls
    status = worker("status", url=both).stdout
    assert [line for line in status.splitlines() if line.startswith("queue")] == [
        f"queue {url}" for url in urls
    ]
    assert status.count("default ready 1") == 1
    (tmp_path / "a.db").unlink()
    assert worker("status", url=both).returncode == 2


def listing(queue_file, stdout, **environ):
    """List many jobs into a pipe, a file, or nothing."""
    return subprocess.run(
        [sys.executable, *worker_command("list", "--limit", "3000")],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "QUEUE_URL": f"sqlite:///{queue_file}", **environ},
    )


def test_a_reader_that_has_seen_enough_or_a_full_disk_is_no_traceback(tmp_path):
    queue = Queue(f"sqlite:///{tmp_path / 'queue.db'}")
    queue.setup()
    queue.enqueue_many(NOTE, range(3000), uniqkeys=[f"日{n}" for n in range(3000)])
    queue.close()
    reader, writer = os.pipe()
    os.close(reader)
    seen_enough = listing(tmp_path / "queue.db", writer)
    os.close(writer)
    assert (seen_enough.returncode, seen_enough.stderr) == (0, "")
    with Path("/dev/full").open("w") as full:
        ended = listing(tmp_path / "queue.db", full)
    sentence = "worker: the output cannot be written: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (2, sentence)
    ended = listing(tmp_path / "queue.db", subprocess.PIPE, PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "uniqkey=\\u65e50" in ended.stdout


@pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
def test_a_worker_whose_streams_are_closed_works(queue, tmp_path):
    """What takes their numbers is no socket or file of ours, into which the log would go."""
    queue.enqueue_many(NOTE, [{"file": str(tmp_path / "seen")}] * 3)
    command = [sys.executable, *worker_command("run", JOBS)]
    closing = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command]
    environ = {**os.environ, "QUEUE_URL": full_url(queue)}
    process = subprocess.Popen(closing, cwd=ROOT, env=environ)
    try:
        until(lambda: len(lines_of(tmp_path / "seen")) == 3 and states(queue) == {})
        assert process.poll() is None
    finally:
        process.terminate()
    assert process.wait(30) == 0


def in_a_removed_directory(folder, *words, **environ):
    """Run a program of Python in a directory that is not there any more."""
    folder.mkdir()
    program = (
        f"import os, sys; os.rmdir(os.getcwd()); sys.path.insert(0, {str(ROOT)!r})"
    )
    return subprocess.run(
        [sys.executable, "-c", "; ".join([program, *words])],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
    )


def test_a_worker_whose_directory_was_removed_starts_again_in_the_release_or_says_so(
    tmp_path,
):
    again = (
        "from worker import WorkerError, reexec",
        "sys.excepthook = lambda kind, error, _: print(kind.__name__, error)",
        "reexec.again(['--help'])",
    )
    said = in_a_removed_directory(tmp_path / "a", *again, FORKLIFT_CURRENT="/")
    assert said.stdout.startswith("usage: python -m worker")
    said = in_a_removed_directory(tmp_path / "a", *again)
    assert said.stdout.startswith("WorkerError cannot start again: ")


def test_a_queue_in_a_removed_directory_is_a_sentence(tmp_path):
    status = "import worker.__main__; sys.exit(worker.__main__.main(['status']))"
    said = in_a_removed_directory(tmp_path / "a", status, QUEUE_URL="")
    assert (said.returncode, said.stderr) == (
        2,
        "worker: the current directory was removed, so there is no queue queue.db in it\n",
    )
