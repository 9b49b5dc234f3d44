"""Q1, Q3, Q4: whatever is killed, every job is run again or kept with its reason."""

import os
import random
import signal
import time
from contextlib import suppress

import pytest

from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, grab, session_members, sql, states, until

pytestmark = pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
GATE, CRASH, LEAVE, OFTEN = (
    f"{JOBS}.{name}" for name in ("Gate", "Crash", "Leave", "Often")
)


def begins(path):
    return [line.split() for line in lines_of(path) if line.startswith("begin")]


def test_a_killed_childs_job_runs_again_within_a_second(queue, run, tmp_path):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    run(queue, JOBS, "--max-workers", "2")
    id = queue.enqueue(GATE, {"file": str(seen), "gate": str(gate)})
    ((_, _, attempt, pid),) = until(lambda: begins(seen))
    assert attempt == "1"
    killed_at = time.monotonic()
    os.kill(int(pid), signal.SIGKILL)
    until(lambda: len(begins(seen)) == 2, limit=5)
    assert time.monotonic() - killed_at < 1
    assert begins(seen)[1][1:3] == [str(id), "2"]
    gate.touch()
    until(lambda: states(queue) == {})


def test_a_job_that_kills_its_children_is_quarantined_with_the_signal(
    queue, run, tmp_path
):
    seen = tmp_path / "seen"
    running = run(queue)
    queue.enqueue(CRASH, {"file": str(seen), "times": 99})
    until(lambda: states(queue) == {"quarantined": 1})
    assert [line.split()[1] for line in lines_of(seen)] == ["1", "2", "3"]
    (kept,) = queue.kept()
    assert "killed by signal 9 (SIGKILL)" in kept.error
    assert "crash 3" in kept.error
    assert sql(queue, "SELECT attempt, crashes FROM failed_job") == [(3, 2)]
    running.says("quarantined")


def test_the_exit_code_of_a_child_that_left_is_kept(queue, run):
    run(queue)
    queue.enqueue(LEAVE)
    until(lambda: states(queue) == {"quarantined": 1})
    assert "exited with 3" in queue.kept()[0].error


def test_a_process_that_comes_out_of_a_handler_beside_its_child_leaves(
    queue, run, tmp_path
):
    running = run(queue)
    queue.enqueue_many(f"{JOBS}.Fork", ["exit", "return"])
    queue.enqueue_many(f"{JOBS}.Note", [{"file": str(tmp_path / "seen")}] * 3)
    until(lambda: states(queue) == {}, limit=20)
    assert lines_of(tmp_path / "seen") == ["3 1", "4 1", "5 1"]
    pid = running.process.pid
    # what leaves may be at it just now
    until(lambda: sorted(session_members(pid)) == sorted([pid, *running.children()]))


def test_a_job_that_crashed_twice_may_still_succeed(queue, run, tmp_path):
    seen = tmp_path / "seen"
    run(queue)
    queue.enqueue(CRASH, {"file": str(seen), "times": 2})
    until(lambda: len(lines_of(seen)) == 3 and states(queue) == {})


def test_a_crash_among_many_tiny_jobs_is_blamed_on_the_one_that_crashed(
    queue, run, tmp_path
):
    seen = tmp_path / "seen"
    ids = queue.enqueue_many(OFTEN, [{"file": str(seen)}] * 600)
    poison = queue.enqueue(CRASH, {"file": str(tmp_path / "crashes"), "times": 99})
    more = queue.enqueue_many(OFTEN, [{"file": str(seen)}] * 600)
    run(queue)
    until(lambda: states(queue) == {"quarantined": 1}, limit=30)
    assert sorted(map(int, lines_of(seen))) == ids + more  # each once: none ran again
    assert queue.kept()[0].id == poison


def test_jobs_behind_one_that_turns_out_long_go_to_another_child(queue, run, tmp_path):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    args = [{"file": str(seen)} for _ in range(1500)]
    args[700]["gate"] = str(gate)
    ids = queue.enqueue_many(OFTEN, args)
    run(queue, JOBS, "--max-workers", "2")
    until(lambda: len(lines_of(seen)) == 1499, limit=30)
    assert str(ids[700]) not in lines_of(seen)
    gate.touch()
    until(lambda: states(queue) == {})
    assert sorted(map(int, lines_of(seen))) == ids


def test_children_of_a_killed_manager_finish_and_settle_by_themselves(
    queue, run, tmp_path
):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    running = run(queue, JOBS, "--max-workers", "2")
    queue.enqueue_many(GATE, [{"file": str(seen), "gate": str(gate)}] * 2)
    until(lambda: len(begins(seen)) == 2)
    running.signal(signal.SIGKILL)
    running.ends()
    successor = run(queue, JOBS)
    late = queue.enqueue(f"{JOBS}.Note", {"file": str(tmp_path / "late")})
    until(lambda: lines_of(tmp_path / "late") == [f"{late} 1"])
    until(lambda: states(queue) == {"running": 2})
    gate.touch()
    until(lambda: states(queue) == {})
    until(lambda: not session_members(running.process.pid))
    assert len(begins(seen)) == 2
    assert successor.stop() == 0


def test_a_child_of_a_killed_manager_renews_the_lease_of_the_job_it_is_at(
    queue, run, tmp_path
):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    running = run(queue)
    queue.enqueue(f"{JOBS}.ShortLease", {"file": str(seen), "gate": str(gate)})
    until(lambda: begins(seen))
    running.signal(signal.SIGKILL)
    running.ends()
    ((first,),) = sql(queue, "SELECT due_at FROM job")
    run(queue)
    until(
        lambda: sql(queue, "SELECT due_at FROM job")[0][0] > first + 2_500_000, limit=10
    )
    gate.touch()
    until(lambda: states(queue) == {})
    assert len(begins(seen)) == 1
    until(lambda: not session_members(running.process.pid))


def test_a_child_of_a_killed_manager_cannot_settle_what_a_later_one_took_over(
    queue, run, tmp_path
):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    running = run(queue)
    queue.enqueue(GATE, {"file": str(seen), "gate": str(gate)})
    until(lambda: begins(seen))
    ((before,),) = sql(queue, "SELECT due_at FROM job")
    running.signal(signal.SIGKILL)
    running.ends()
    until(lambda: sql(queue, "SELECT due_at FROM job")[0][0] > before)
    old = int(begins(seen)[0][3])
    os.kill(old, signal.SIGSTOP)  # after its renewal, and before the next
    sql(queue, "UPDATE job SET due_at = 1")  # the lease runs out
    run(queue)
    until(lambda: len(begins(seen)) == 2)
    owner = sql(queue, "SELECT owner FROM job")
    (second,) = begins(seen)[1:]
    assert second[2] == "2"
    os.kill(int(second[3]), signal.SIGSTOP)
    gate.touch()
    os.kill(old, signal.SIGCONT)
    until(lambda: not os.path.exists(f"/proc/{old}"))  # noqa: PTH110
    assert sql(queue, "SELECT owner FROM job") == owner
    os.kill(int(second[3]), signal.SIGCONT)
    until(lambda: states(queue) == {})


def test_a_dead_hosts_job_runs_again_when_its_lease_has_run_out(queue, run, tmp_path):
    queue.enqueue(f"{JOBS}.Note", {"file": str(tmp_path / "seen")})
    assert grab(
        queue, leases={f"{JOBS}.Note": 1.0}
    )  # by a manager that no longer exists
    running = run(queue)
    until(lambda: states(queue) == {})
    assert lines_of(tmp_path / "seen") == ["1 2"]
    running.says("crashed retry_in=0 attempt=1: the lease ran out")


def test_the_lease_of_a_long_job_is_renewed(queue, run, tmp_path):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    run(queue, JOBS, "--max-workers", "2")
    queue.enqueue(f"{JOBS}.ShortLease", {"file": str(seen), "gate": str(gate)})
    until(lambda: begins(seen))
    ((first,),) = sql(queue, "SELECT due_at FROM job")
    until(
        lambda: sql(queue, "SELECT due_at FROM job")[0][0] > first + 2_100_000, limit=8
    )
    gate.touch()
    until(lambda: states(queue) == {})
    assert len(begins(seen)) == 1


def test_a_manager_that_slept_longer_than_its_lease_settles_nothing(
    queue, run, tmp_path
):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    sleeper = run(queue)
    queue.enqueue(f"{JOBS}.ShortLease", {"file": str(seen), "gate": str(gate)})
    ((*_, child),) = until(lambda: begins(seen))
    for pid in (sleeper.process.pid, int(child)):
        os.kill(pid, signal.SIGSTOP)
    run(queue)
    until(lambda: len(begins(seen)) == 2)
    os.kill(int(begins(seen)[1][3]), signal.SIGSTOP)
    gate.touch()
    for pid in (sleeper.process.pid, int(child)):
        os.kill(pid, signal.SIGCONT)
    sleeper.says("was not ours to settle any more")
    assert states(queue) == {"running": 1}
    os.kill(int(begins(seen)[1][3]), signal.SIGCONT)
    until(lambda: states(queue) == {})


@pytest.mark.parametrize("victims", ["children", "whole workers"])
def test_nothing_is_lost_whatever_is_killed(queue, run, tmp_path, victims):
    seen = tmp_path / "seen"
    ids = queue.enqueue_many(OFTEN, [{"file": str(seen)}] * 1500)
    ids += queue.enqueue_many(f"{JOBS}.Note", [{"file": str(seen)}] * 20)
    dice = random.Random(1)  # noqa: S311
    running = run(queue, JOBS, "--max-workers", "2")
    for _ in range(6):
        until(running.children)
        time.sleep(dice.uniform(0.01, 0.08))  # not a wait: the moment of the blow
        prey = running.children()
        if victims == "whole workers":
            prey = session_members(running.process.pid)
        for pid in prey[:1] if victims == "children" else prey:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if victims == "whole workers":
            running.ends()
            sql(
                queue, "UPDATE job SET due_at = 1 WHERE state = 1"
            )  # their leases run out
            running = run(queue, JOBS, "--max-workers", "2")
    until(
        lambda: "running" not in states(queue) and "ready" not in states(queue),
        limit=30,
    )
    ran = {int(line.split()[0]) for line in lines_of(seen)}
    kept = {each.id for each in queue.kept(2000)}
    assert ran | kept == set(ids)
