"""Several databases in one worker: each job is settled where it lives, and a dead database holds up no other."""

import os
import signal
import socket
import time

import pytest

from tests.worker.conftest import full_url
from tests.worker.jobs import lines_of
from tests.worker.support import JOBS, Running, session_members, states, until
from tests.worker.test_periodic import last_full_hour, pretend
from tests.worker.ticking import hourly
from worker import BadSetting, Queue
from worker.places import make
from worker.spare import Pool, owed

GATE, NOTE, FAIL = (f"{JOBS}.{name}" for name in ("Gate", "Note", "Fail"))


@pytest.fixture
def queues(mariadb, tmp_path):
    """One of each kind, with jobs of the same ids."""
    made = [Queue(mariadb.url()), Queue(f"sqlite:///{tmp_path / 'queue.db'}")]
    for each in made:
        each.setup()
    yield made
    for each in made:
        each.close()


@pytest.fixture
def work(tmp_path):
    started = []

    def start(urls, *options, **env):
        started.append(Running(" ".join(urls), tmp_path, JOBS, *options, **env))
        return started[-1]

    yield start
    for each in started:
        each.clean_up()


@pytest.fixture
def silent():
    """A server that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"mysql://root@127.0.0.1:{listening.getsockname()[1]}/x"


def urls_of(queues):
    return [full_url(each) for each in queues]


def begun(path):
    return [line for line in lines_of(path) if line.startswith("begin")]


def test_a_job_is_retried_and_settled_in_the_database_it_lives_in(
    queues, work, tmp_path
):
    failing, other = queues
    running = work(urls_of(queues), "--max-workers", "2")
    failing.enqueue(FAIL, {"file": str(tmp_path / "failing")})
    other.enqueue(GATE, {"file": str(tmp_path / "g"), "gate": str(tmp_path / "gate")})
    until(lambda: states(failing) == {"failed": 1})
    assert lines_of(tmp_path / "failing") == ["1 1", "1 2", "1 3"]
    assert states(other) == {"running": 1}
    (tmp_path / "gate").touch()
    until(lambda: states(other) == {})
    assert states(failing) == {"failed": 1}
    running.says(f"{failing.address}: job 1 {FAIL} failed for good attempt=3")
    running.says(f"{other.address}: job 1 {GATE} done attempt=1")
    assert running.stop() == 0
    assert session_members(running.process.pid) == []


def test_a_database_that_hangs_holds_up_nothing_of_the_other(
    queues, work, silent, tmp_path
):
    _, alive = queues
    running = work([silent, full_url(alive)], "--max-workers", "3")
    seen = tmp_path / "seen"
    ids = [alive.enqueue(NOTE, {"file": str(seen)})]
    until(lambda: len(lines_of(seen)) == 1)
    started = time.monotonic()
    for n in range(2, 12):
        ids.append(alive.enqueue(NOTE, {"file": str(seen)}))
        until(lambda n=n: len(lines_of(seen)) == n)
    assert time.monotonic() - started < 10  # the other one is asked for 20 s
    assert running.stop() == 0
    assert [int(line.split()[0]) for line in lines_of(seen)] == ids


def test_a_database_that_is_not_there_is_tried_again_after_retry_seconds(
    queues, work, tmp_path
):
    _, alive = queues
    late = Queue(f"sqlite:///{tmp_path / 'late.db'}")
    running = work(
        [str(late.address), full_url(alive)],
        "--max-workers", "2", "--retry-seconds", "0.5",
    )  # fmt: skip
    alive.enqueue(NOTE, {"file": str(tmp_path / "alive")})
    until(lambda: lines_of(tmp_path / "alive"))
    running.says("there is no queue in", "run `python -m worker setup`")
    running.says(f"another works on {late.address} in 0.5 s")
    late.setup()
    late.enqueue(NOTE, {"file": str(tmp_path / "late")})
    until(lambda: lines_of(tmp_path / "late"))
    assert running.stop() == 0
    late.close()


def test_a_killed_manager_is_replaced_and_its_children_settle_by_themselves(
    queues, work, tmp_path
):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    running = work(urls_of(queues), "--max-workers", "4", "--retry-seconds", "0.1")
    mine = queues[1]
    mine.enqueue(GATE, {"file": str(seen), "gate": str(gate)})
    child = int(until(lambda: begun(seen))[0].split()[3])
    manager = parent_of(child)
    os.kill(manager, signal.SIGKILL)
    running.says(
        f"manager {manager} was killed by signal 9 (SIGKILL); another works on"
    )
    until(lambda: len(managers_of(running)) == 2)
    late = mine.enqueue(NOTE, {"file": str(tmp_path / "late")})
    until(lambda: lines_of(tmp_path / "late") == [f"{late} 1"])
    gate.touch()
    until(lambda: states(mine) == {})
    assert len(begun(seen)) == 1
    assert running.stop() == 0


def test_managers_whose_parent_was_killed_finish_and_go(queues, work, tmp_path):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    running = work(urls_of(queues), "--max-workers", "2")
    queues[0].enqueue(GATE, {"file": str(seen), "gate": str(gate)})
    until(lambda: begun(seen))
    running.signal(signal.SIGKILL)
    running.ends()
    until(lambda: running.log.count("finishes the running jobs") == 2)
    gate.touch()
    until(lambda: not session_members(running.process.pid))
    assert states(queues[0]) == {}


def test_a_second_term_and_usr1_reach_every_manager(queues, work, tmp_path):
    seen, gate = tmp_path / "seen", tmp_path / "gate"
    running = work(urls_of(queues), "--max-workers", "2", "--stop-timeout", "600")
    for each in queues:
        each.enqueue(GATE, {"file": str(seen), "gate": str(gate)})
    until(lambda: len(begun(seen)) == 2)
    running.signal(signal.SIGUSR1)
    for each in queues:
        running.says(f"{each.address}: child", f"busy with job 1 {GATE}")
    running.signal(signal.SIGTERM)
    until(lambda: running.log.count("finishes the running jobs") == 2)
    assert running.stop(limit=20) == 0
    assert [states(each) for each in queues] == [{"ready": 1}] * 2


def test_hup_has_all_of_them_begin_anew_in_the_same_process(queues, work, tmp_path):
    running = work(urls_of(queues), "--max-workers", "2")
    until(lambda: running.log.count("works on") == 2)
    running.signal(signal.SIGHUP)
    until(lambda: running.log.count("works on") == 4)
    for number, each in enumerate(queues):
        each.enqueue(NOTE, {"file": str(tmp_path / str(number))})
        until(lambda number=number: lines_of(tmp_path / str(number)))
    assert running.stop() == 0


def test_max_workers_counts_for_all_databases_and_places_go_where_the_work_is(
    queues, work, tmp_path
):
    seen, gates = tmp_path / "seen", [tmp_path / "gate0", tmp_path / "gate1"]
    running = work(urls_of(queues), "--max-workers", "3", "--cool-down", "0")
    until(lambda: children_of_managers(running) == 2)

    def begun_of(number):
        return [line for line in lines_of(f"{seen}{number}") if "begin" in line]

    def put(number, jobs):
        arg = {"file": f"{seen}{number}", "gate": str(gates[number])}
        queues[number].enqueue_many(GATE, [arg] * jobs)

    put(0, 3)
    until(lambda: len(begun_of(0)) == 2)
    put(1, 3)
    until(lambda: len(begun_of(1)) == 1)
    assert children_of_managers(running) == 3
    gates[0].touch()
    until(lambda: states(queues[0]) == {})
    until(lambda: len(begun_of(1)) == 2)
    assert children_of_managers(running) <= 3
    running.says("leaves for another database")
    gates[1].touch()
    until(lambda: states(queues[1]) == {})
    assert running.stop() == 0


def test_a_tick_becomes_one_job_in_the_first_database_only(queues, work, tmp_path):
    first, other = queues
    for each in queues:
        pretend(each, last_full_hour(first) - 1)
    noted = tmp_path / "noted"
    running = work(
        urls_of(queues), "tests.worker.ticking", "--max-workers", "2", NOTED=str(noted)
    )
    running.says(f"{first.address}: tick {hourly.name} of")
    other.enqueue(NOTE, {"file": str(tmp_path / "seen")})
    until(lambda: lines_of(tmp_path / "seen"))
    assert running.stop() == 0
    assert running.log.count("is enqueued") == 1


def parent_of(pid):
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
        return int(file.read().rpartition(")")[2].split()[1])


def managers_of(running):
    return running.children()


def children_of_managers(running):
    managers = managers_of(running)
    members = session_members(running.process.pid)
    found = 0
    for each in members:
        try:
            found += parent_of(each) in managers
        except OSError:
            continue
    return found


# -- the places, without processes


def test_each_manager_can_have_its_spare_children_whatever_the_others_have():
    places = make(Pool(max_workers=4), 2)
    one, two = places.of(0), places.of(1)
    assert [one.take() for _ in range(4)] == [True, True, True, False]
    assert two.take()
    assert not two.take()
    one.give_back()
    assert two.take()
    one.clear()
    assert [one.take() for _ in range(3)] == [True, True, False]


def test_a_manager_above_its_fair_part_owes_what_another_wishes():
    places = make(Pool(max_workers=4), 2)
    one, two = places.of(0), places.of(1)
    for _ in range(3):
        one.take()
    two.take()
    assert one.owed(idle=0) == 0
    two.wish(1)
    assert (one.owed(idle=0), one.owed(idle=3), two.owed(idle=1)) == (1, 1, 0)
    one.give_back()
    assert one.owed(idle=2) == 0  # there is a free place


@pytest.mark.parametrize(
    ("wanted", "idle", "above_fair", "owes"),
    [(0, 5, 5, 0), (2, 3, 0, 2), (2, 1, 0, 0), (1, 0, 1, 1), (-1, 4, 4, 0)],
)
def test_idle_children_are_owed_down_to_the_spare_ones_and_busy_ones_above_the_fair_part(
    wanted, idle, above_fair, owes
):
    assert owed(Pool(max_workers=8), wanted, idle, above_fair) == owes


def test_too_few_workers_for_the_databases_are_refused():
    with pytest.raises(BadSetting, match="2 databases want min_spare_workers"):
        make(Pool(max_workers=1), 2)
    with pytest.raises(BadSetting, match="3 databases"):
        make(Pool(max_workers=5, min_spare_workers=2), 3)
