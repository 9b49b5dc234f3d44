"""The pool of a living manager: grows with the work, sends away the idle and the worn, never the busy."""

import re
import time

import pytest

from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, states, until

pytestmark = pytest.mark.parametrize("url", ["sqlite", "mysql"], indirect=True)
GATE, OFTEN = f"{JOBS}.Gate", f"{JOBS}.Often"


def begun(path):
    return [line for line in lines_of(path) if line.startswith("begin")]


def test_a_pool_is_what_is_busy_and_the_spare_ones_up_to_the_ceiling(
    queue, run, tmp_path
):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    running = run(queue, JOBS, "--max-workers", "3", "--min-spare-workers", "1")
    until(lambda: len(running.children()) == 1)
    for busy, size in ((1, 2), (2, 3), (3, 3)):
        queue.enqueue(GATE, {"file": str(seen), "gate": str(gate)})
        until(lambda busy=busy: len(begun(seen)) == busy)
        until(lambda size=size: len(running.children()) == size)
    gate.touch()
    until(lambda: states(queue) == {})
    assert len(running.children()) == 3


def test_idle_children_above_max_spare_are_retired_and_busy_ones_are_not(
    queue, run, tmp_path
):
    seen, gate, other = tmp_path / "seen", tmp_path / "gate", tmp_path / "other"
    running = run(
        queue, JOBS, "--max-workers", "4", "--max-spare-workers", "1", "--cool-down", "1"
    )  # fmt: skip
    queue.enqueue_many(GATE, [{"file": str(seen), "gate": str(gate)}] * 3)
    queue.enqueue(GATE, {"file": str(seen), "gate": str(other)})
    until(lambda: len(begun(seen)) == 4)
    gate.touch()
    until(lambda: len(running.children()) == 2)
    running.says("leaves as one too many")
    assert states(queue) == {"running": 1}
    other.touch()
    until(lambda: states(queue) == {})
    assert running.stop() == 0
    assert "exited" not in running.log


def test_children_leave_after_their_jobs_and_none_is_lost_or_run_twice(
    queue, run, tmp_path
):
    seen = tmp_path / "seen"
    ids = queue.enqueue_many(OFTEN, [{"file": str(seen)}] * 500)
    running = run(queue, JOBS, "--max-workers", "2", "--max-jobs", "40")
    until(lambda: states(queue) == {}, limit=30)
    assert sorted(map(int, lines_of(seen))) == ids
    assert running.stop() == 0
    counts = [int(n) for n in re.findall(r"leaves after (\d+) jobs", running.log)]
    assert len(counts) >= 11
    assert all(36 <= count <= 40 for count in counts)


def test_a_child_that_grew_leaves_and_the_next_begins_small(queue, run):
    running = run(queue, JOBS, "--max-memory", "120")
    queue.enqueue(f"{JOBS}.Eat", 150)
    running.says("leaves with", "MB of memory")
    until(lambda: len(running.children()) == 1)
    queue.enqueue(f"{JOBS}.Eat", 1)
    until(lambda: states(queue) == {})
    assert running.log.count("leaves with") == 1


def test_an_idle_child_leaves_when_its_time_is_up(queue, run):
    assert states(queue) == {}
    running = run(queue, JOBS, "--max-age", "0.5")
    started = time.monotonic()
    running.says("leaves after")
    assert time.monotonic() - started < 10
    until(lambda: len(running.children()) == 1)
