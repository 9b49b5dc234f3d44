"""The soak finds what is wrong, and finds nothing wrong."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.worker.support import ROOT, sql, until
from tests.worker.test_command_line import worker
from worker import WorkerError
from worker.soak import calendar, clock, drive, snapshots, ticking
from worker.soak.account import UNTOLD, settle
from worker.soak.calendar import Span, number
from worker.soak.evidence import ROOM, Evidence, read_log, read_runs
from worker.soak.faults import NONE
from worker.soak.jobs import (
    Effect,
    Fails,
    Late,
    LateEffect,
    Long,
    Plain,
    Poison,
    Slow,
    kind_of,
)
from worker.soak.plan import Draw, Plan


def evidence(**known):
    return Evidence(**{"promised": {1, 2}, "number_of": {11: 1, 12: 2}, **known})


def test_a_job_that_was_promised_and_left_no_trace_is_lost():
    assert settle(evidence(), ()).is_clean
    account = settle(evidence(number_of={11: 1}), ())
    assert (account.lost, account.is_clean) == ([2], False)
    assert settle(evidence(promised={1}, unsure={2}, number_of={11: 1}), ()).is_clean


def test_a_job_that_is_left_in_the_queue_is_stuck_and_not_lost():
    account = settle(evidence(number_of={11: 1}, left={12: 2}), ())
    assert (account.lost, account.stuck, account.is_clean) == ([], [2], False)


@pytest.mark.parametrize(
    "known",
    [
        {"done": Counter({11: 2})},
        {"effects": Counter({11: 2})},
        {"effects": Counter({11: 1}), "kept": {11: 1}},
    ],
)
def test_a_job_that_ended_twice_is_named(known):
    account = settle(evidence(**known), poisonous=[1])
    assert (account.settled_twice, account.is_clean) == ([11], False)


def test_a_job_that_was_done_by_a_worker_that_had_lost_it_is_named():
    known = evidence(number_of={})
    read_runs(known, ["1 11 1\n", "1 11 2\n", "2 12 1\n", "2 12 2\n"], set())
    read_log(
        known, ["job 11 a.B done attempt=1 s=0\n", "job 12 a.B done attempt=2 s=0\n"]
    )
    account = settle(known, ())
    assert (account.settled_late, account.is_clean) == ([11], False)


def test_only_poison_may_be_kept():
    assert settle(evidence(kept={11: 1}), poisonous=[1]).is_clean
    assert settle(evidence(kept={11: 1}), poisonous=[]).kept_wrongly == [1]


def test_runs_and_rows_are_counted_by_their_ids():
    known = evidence(number_of={})
    read_runs(known, ["1 11 1\n", "1 11 2\n", "2 12 1\n", "2 12 2\n"], {2})
    read_runs(known, ["2 13 2\n"], {2})
    account = settle(known, ())
    assert (account.run_twice.total(), account.enqueued_twice) == (1, 1)


def test_a_job_that_two_databases_took_is_wrong_unless_the_first_did_not_say_so():
    both = {11: 1, 12: 2, ROOM + 5: 2}
    account = settle(evidence(number_of=both), ())
    assert (account.taken_wrongly, account.is_clean) == ([2], False)
    account = settle(evidence(number_of=both, unanswered={2}), ())
    assert account.unanswered == 1
    assert (account.taken_twice, account.enqueued_twice, account.is_clean) == (
        1,
        0,
        True,
    )


def test_what_ran_twice_is_explained_by_what_a_log_says():
    known = evidence(number_of={})
    read_runs(known, ["1 11 1\n", "1 11 2\n", "2 12 1\n", "2 12 2\n"], set())
    read_log(known, ["job 11 a.B crashed retry_in=0 attempt=1: the lease ran out\n"])
    assert set(settle(known, ()).run_twice) == {"its lease ran out", UNTOLD}


def test_what_a_log_says_is_done_is_counted():
    known = evidence()
    read_log(
        known,
        [
            "job 11 worker.soak.jobs.Plain done attempt=1 seconds=0.000\n",
            "job 11 worker.soak.jobs.Plain was not ours to settle any more attempt=1: …\n",
            "job 12 worker.soak.jobs.Fails failed retry_in=0 attempt=1: x\n",
            "child 9 exited with 0\n",
            "mysql://root@localhost/soak: job 13 worker.soak.jobs.Plain done attempt=1 seconds=0.0\n",
        ],
    )
    assert known.done == {11: 1, 13: 1}


def ticks(*minutes, ticked=12, due=12):
    """Account for ticks of series 1, in a soak from minute 10 to 12."""
    rows = [number(1, minute) for minute in minutes]
    return calendar.settle(rows, Span(begun=10, due=due, ended=12), {1: ticked})


def test_each_tick_between_the_first_and_the_last_is_enqueued_once():
    assert ticks(10, 11, 12).is_clean
    assert ticks(11, 12).is_clean  # the managers began a minute later
    assert ticks(10, 12).missed == [number(1, 11)]
    assert ticks(10, 11, 11, 12).enqueued_twice == [number(1, 11)]


def test_a_tick_that_was_due_or_that_the_database_remembers_is_there():
    assert ticks(10, 11, ticked=11, due=11).is_clean
    assert ticks(10, 11, ticked=11).missed == [number(1, 12)]
    assert ticks(10, 11, due=11).missed == [number(1, 12)]
    assert ticks(ticked=0, due=10).missed == [number(1, 10)]


def test_a_tick_before_its_time_or_of_those_that_nobody_makes_up_for_is_untimely():
    assert ticks(9, 10, 11, 12).untimely == [number(1, 9)]
    assert ticks(10, 11, 12, 13).untimely == [number(1, 13)]


def test_every_kind_of_job_takes_part():
    assert {kind_of(n) for n in range(2100)} == {
        Plain,
        Slow,
        Long,
        Late,
        LateEffect,
        Fails,
        Effect,
        Poison,
    }


@pytest.mark.parametrize(
    ("database", "databases"),
    [
        ("sqlite", 1),
        ("mariadb", 2),
        pytest.param("galera", 1, marks=pytest.mark.galera),
    ],
)
def test_a_short_soak_loses_nothing(database, databases):
    done = worker(
        "soak", "--database", database, "--databases", str(databases),
        "--jobs", "1500", limit=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for name in (
        "lost", "stuck", "settled twice", "settled late", "kept wrongly",
        "taken wrongly", "ticks missed", "ticks enqueued twice", "ticks untimely",
    ):  # fmt: skip
        assert f"\n{name} 0\n" in done.stdout
    assert int(re.search(r"\nticks (\d+)", done.stdout)[1]) >= len(ticking.EVERY)
    assert int(re.search(r"\njobs (\d+);", done.stdout)[1]) >= 1500
    assert "\nfaults " in done.stdout
    if database == "mariadb":
        assert "manager with its clock an hour wrong" in done.stdout


#: what a promise hangs on, by file, and the same without it
BREAKS = (
    # who settles has to hold the job
    ("store/settling.py", "WHERE id = %s AND owner = %s", "WHERE id = %s AND %s > 0"),
    ("store/sqlite_turn.py", "WHERE id = ? AND owner = ?", "WHERE id = ? AND ? > 0"),
    ("store/mysql_sql.py", " WHERE job.owner = ended.owner", ""),
    # a tick is enqueued by whoever comes first
    ("store/ticks.py", "AND ticked_at < %s", "AND %s > 0"),
    ("periodic.py", "max(ticked_at / 1e6, ", "max(0.0, "),
    # several databases: all jobs go in, into the first that takes them
    ("queues.py", "every = list(args)", "every = list(args)[:-1] or list(args)"),
    ("queues.py", "return queue, put(queue)", "put(queue)"),
)


@pytest.mark.parametrize(("database", "databases"), [("sqlite", 2), ("mariadb", 1)])
def test_a_soak_finds_a_worker_out_that_keeps_no_promise(database, databases, tmp_path):
    shutil.copytree(ROOT / "worker", tmp_path / "worker")
    for name, keeps, breaks in BREAKS:
        path = tmp_path / "worker" / name
        assert keeps in path.read_text()
        path.write_text(path.read_text().replace(keeps, breaks))
    done = subprocess.run(
        [sys.executable, "-m", "worker", "soak", "--database", database,
         "--databases", str(databases), "--jobs", "300", "--faults", "none",
         "--managers", "3"],  # two can be stopped at once
        capture_output=True, text=True, cwd=tmp_path, timeout=120,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    for name in ("lost", "settled late", "ticks enqueued twice"):
        assert re.search(rf"\n{name} [1-9]", done.stdout), done.stdout
    assert bool(re.search(r"\ntaken wrongly [1-9]", done.stdout)) == (databases > 1)


@pytest.mark.parametrize("seconds", [3600, -60])
def test_the_clocks_of_some_managers_are_really_wrong(seconds):
    code = "import time; time.sleep(0.05); print(time.time())"
    skewed = clock.environment(clock.library(), seconds)
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **skewed},
        capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert abs(float(done.stdout) - time.time() - seconds) < 30


def test_an_old_snapshot_is_really_kept_until_it_is_ended(mysql_queue, url_of):
    def kept():
        time.sleep(0.15)  # the view stands still while it is asked more often
        count = "SELECT COUNT(*) FROM information_schema.INNODB_TRX"
        return sql(mysql_queue, count)[0][0]

    before = kept()
    end = snapshots.keep(url_of(mysql_queue))
    until(lambda: kept() == before + 1)
    end()
    until(lambda: kept() == before)


def test_a_fault_that_there_is_not_is_refused_with_those_that_there_are():
    done = worker("soak", "--database", "sqlite", "--faults", "earthquake")
    assert done.returncode == 2
    assert "'earthquake' is no fault; there are: none, child killed," in done.stderr


def test_a_soak_whose_database_is_gone_for_good_ends_with_a_sentence(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(drive, "STALLED", 1.0)
    going = drive.soak(Plan(999_999, "sqlite", Draw(1, [NONE])), tmp_path)
    assert "jobs enqueued" in next(going)
    for file in tmp_path.glob("0.db*"):
        file.unlink()
    with pytest.raises(WorkerError, match="no job could be enqueued for 1 s"):
        list(going)


@pytest.fixture
def open_folder():
    """A folder that the server's user can enter too."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_a_soak_that_is_interrupted_leaves_no_process_and_no_file(open_folder):
    environ = {**os.environ, "TMPDIR": str(open_folder), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "worker", "soak", "--jobs", "999999"],
        stdout=subprocess.PIPE, text=True, cwd="/", env=environ,
    )  # fmt: skip
    assert process.stdout.readline().startswith("soak of mariadb, seed ")
    assert "jobs enqueued" in process.stdout.readline()
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert list(open_folder.iterdir()) == []
    living = Path("/proc").glob("[0-9]*")
    assert not [p for p in living if str(open_folder) in words(p)]


def words(process):
    try:
        return (process / "cmdline").read_text() + (process / "environ").read_text()
    except OSError:
        return ""
