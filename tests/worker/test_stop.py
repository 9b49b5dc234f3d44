"""Q5: TERM finishes the running jobs within stop_timeout, and gives the rest back at no cost."""

import os
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest

from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, ROOT, session_members, sql, states, until

pytestmark = pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
GATE, OFTEN = f"{JOBS}.Gate", f"{JOBS}.Often"


@pytest.fixture
def gated(queue, run, tmp_path):
    """A worker in the middle of a job that waits for its gate."""

    def start(*options, **env):
        seen, gate = tmp_path / "seen", tmp_path / "gate"
        running = run(queue, JOBS, *options, **env)
        queue.enqueue(GATE, {"file": str(seen), "gate": str(gate)})
        until(lambda: lines_of(seen))
        return running, gate

    return start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_running_job_is_finished_and_no_other_begun(queue, gated, number):
    running, gate = gated()
    queue.enqueue(f"{JOBS}.Echo", {"message": "later"})
    running.signal(number)
    running.says("finishes the running jobs")
    gate.touch()
    assert running.ends() == 0
    assert states(queue) == {"ready": 1}
    assert sql(queue, "SELECT attempt FROM job") == [(0,)]


def test_a_signal_to_the_whole_group_does_not_end_the_job(queue, gated):
    running, gate = gated()
    os.killpg(running.process.pid, signal.SIGINT)
    running.says("finishes the running jobs")
    gate.touch()
    assert running.ends() == 0
    assert states(queue) == {}


def test_after_stop_timeout_the_job_is_given_back_without_costing_an_attempt(
    queue, gated
):
    running, _ = gated("--stop-timeout", "0.3")
    started = time.monotonic()
    assert running.stop() == 0
    assert 0.3 <= time.monotonic() - started < 20
    assert states(queue) == {"ready": 1}
    assert sql(queue, "SELECT attempt, crashes, owner FROM job") == [(0, 0, None)]
    assert session_members(running.process.pid) == []
    running.says("given back")


def test_a_second_term_stops_at_once(queue, gated):
    running, _ = gated("--stop-timeout", "600")
    running.signal(signal.SIGTERM)
    running.says("finishes the running jobs")
    assert running.stop(limit=20) == 0
    assert states(queue) == {"ready": 1}


def test_five_terms_at_once_lose_no_job_and_cost_no_attempt(queue, gated):
    running, gate = gated("--stop-timeout", "600")
    for _ in range(5):
        running.signal(signal.SIGTERM)
    gate.touch()
    assert running.ends() == 0
    left = sql(queue, "SELECT state, attempt FROM job")
    assert left in ([], [(0, 0)])  # done in the last moment, or given back
    assert sql(queue, "SELECT COUNT(*) FROM failed_job") == [(0,)]


def test_jobs_in_hand_that_were_not_begun_are_given_back(queue, run, tmp_path):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    args = [{"file": str(seen)} for _ in range(3000)]
    args[1500]["gate"] = str(gate)
    ids = queue.enqueue_many(OFTEN, args)
    running = run(queue)
    until(lambda: len(lines_of(seen)) == 1500)
    running.signal(signal.SIGTERM)
    running.says("finishes the running jobs")
    gate.touch()
    assert running.ends() == 0
    assert sorted(map(int, lines_of(seen))) == ids[:1501]
    assert states(queue) == {"ready": 1499}
    assert sql(queue, "SELECT MAX(attempt) FROM job") == [(0,)]


def test_an_idle_worker_stops_at_once_and_leaves_no_process(queue, run):
    running = run(
        queue,
        JOBS,
        "--max-workers",
        "3",
        "--min-spare-workers",
        "3",
        "--work-delay",
        "60",
    )
    until(lambda: len(running.children()) == 3)
    assert running.stop(limit=20) == 0
    assert session_members(running.process.pid) == []


def ends_of_a_socket():
    """Two ends of a connection; closing the first one resets it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return ours.detach(), theirs.detach()


ENDS = {"pipe": os.pipe, "socket": ends_of_a_socket, "terminal": os.openpty}


@pytest.mark.parametrize("kind", ENDS)
def test_a_reader_of_the_log_that_is_gone_does_not_break_a_draining_job(
    queue, tmp_path, url_of, kind
):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    ours, theirs = ENDS[kind]()
    process = subprocess.Popen(
        [sys.executable, "-m", "worker", "run", JOBS],
        stdout=theirs,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env={**os.environ, "QUEUE_URL": url_of(queue)},
        start_new_session=True,  # so that no terminal is its own, and sends it a HUP
    )
    os.close(theirs)
    try:
        queue.enqueue(GATE, {"file": str(seen), "gate": str(gate)})
        until(lambda: lines_of(seen))
        os.close(ours)
        process.send_signal(signal.SIGTERM)
        gate.touch()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
    assert [line.split()[0] for line in lines_of(seen)] == ["begin", "end"]
    assert states(queue) == {}


def test_a_program_that_a_job_starts_can_be_terminated(queue, run, tmp_path):
    run(queue)
    queue.enqueue(f"{JOBS}.Starts", {"file": str(tmp_path / "seen")})
    until(lambda: lines_of(tmp_path / "seen") == [str(-signal.SIGTERM)])


def test_usr1_shows_what_each_child_does(queue, gated):
    running, gate = gated("--max-workers", "2")
    until(lambda: len(running.children()) == 2)
    running.signal(signal.SIGUSR1)
    running.says("child", "busy with job 1", "attempt=1")
    running.says("child", "idle")
    gate.touch()
    until(lambda: states(queue) == {})


def test_hup_finishes_the_job_and_goes_on_in_the_current_release(
    queue, gated, tmp_path
):
    old, new, current = (
        tmp_path / name for name in ("20260101-old", "20260102-new", "current")
    )
    old.mkdir()
    new.mkdir()
    current.symlink_to(old)
    running, gate = gated(
        APPROOT=str(old),
        FORKLIFT_RELEASE=old.name,
        FORKLIFT_CURRENT=str(current),
        PYTHONPATH=f"{ROOT}:{old}",
    )
    current.unlink()
    current.symlink_to(new)
    running.signal(signal.SIGHUP)
    running.says("finishes the running jobs")
    gate.touch()
    running.says("works on", f"release={new.name}")
    queue.enqueue(f"{JOBS}.release_of", {"file": str(tmp_path / "where")})
    until(lambda: lines_of(tmp_path / "where") == [f"{new.name} {new}"])
    assert running.stop() == 0
    assert states(queue) == {}


def test_hup_and_usr1_while_a_worker_begins_anew_do_not_end_it(queue, run):
    running = run(queue)
    running.says("works on")

    def begun_three_times():
        assert running.process.poll() is None, running.log
        running.signal(signal.SIGHUP)
        running.signal(signal.SIGUSR1)
        return running.log.count("works on") >= 3

    until(begun_three_times)
