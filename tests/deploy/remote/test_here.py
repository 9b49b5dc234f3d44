"""Commands and functions on the operator's own machine: heard, limited in time, and never in the way."""

import os
import threading
import time
from pathlib import Path

import pytest

from deploy.errors import DeadlinePassed, ScriptFailed
from deploy.remote.here import Here, HereRehearsed
from deploy.remote.transcript import Onlooker
from tests.deploy.waiting import wait_for


@pytest.fixture
def told():
    return []


@pytest.fixture
def here(tmp_path, told):
    folder = tmp_path / "it's a project"
    folder.mkdir()
    note = [
        lambda host, line, kind=kind: told.append((kind, host, line)) for kind in "slw"
    ]
    return Here(folder, Onlooker(*note))


def test_a_command_runs_in_the_fabfiles_folder_and_is_heard_line_by_line(here, told):
    said = 'echo "$(basename "$PWD") $FORKLIFT_TASK"; echo oh >&2; cat'
    here.run("hook", said, {"FORKLIFT_TASK": "deploy"}, 10)
    assert told == [
        ("s", "here", "hook"),
        ("w", "here", "it's a project deploy"),
        ("w", "here", "oh"),
    ]


def test_a_command_that_fails_is_told_with_its_status_and_its_last_words(here):
    with pytest.raises(ScriptFailed) as failed:
        here.run("hook after prepare: x", "echo why; exit 72", {}, 10)
    assert str(failed.value) == (
        "here: hook after prepare: x failed (exit status 72)\n    why"
    )
    # what a program exits with is none of our own statuses
    assert failed.value.status == 1


def test_a_command_that_does_not_end_is_ended_with_all_that_it_started(here):
    began = time.monotonic()
    line = "trap '' TERM; sleep 60 & echo $! >pid; wait"
    with pytest.raises(DeadlinePassed, match=r"did not end within 0\.2 s"):
        here.run("hook", line, {}, 0.2)
    assert time.monotonic() - began < 20
    pid = int(Path(here.folder, "pid").read_text())
    wait_for(lambda: not alive(pid))


def alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]
    except OSError:
        return False


def test_what_a_command_leaves_running_is_not_waited_for(here):
    here.run("hook", "sleep 60 & echo $! >pid", {}, 30)
    pid = int(Path(here.folder, "pid").read_text())
    assert alive(pid)
    os.kill(pid, 9)


def test_whatever_a_function_raises_is_a_sentence_with_its_place(here):
    def announce():
        raise KeyError("room")

    with pytest.raises(ScriptFailed) as failed:
        here.call("hook after deploy: announce", announce, 10)
    assert str(failed.value).startswith(
        "here: hook after deploy: announce raised KeyError: 'room' ("
    )
    assert "test_here.py:" in str(failed.value)
    here.call("hook", lambda: None, 10)


def test_a_function_that_does_not_end_is_left_behind(here):
    over = threading.Event()
    with pytest.raises(DeadlinePassed, match="did not end within 0"):
        here.call("hook", over.wait, 0.1)
    over.set()


def test_a_rehearsal_runs_nothing_here(told):
    rehearsed = HereRehearsed(lambda host, text: told.append((host, text)))
    rehearsed.run("hook", "touch /tmp/never", {}, 1)
    rehearsed.call("hook after deploy: announce", lambda: told.append("called"), 1)
    assert told == [
        ("here", "touch /tmp/never"),
        ("here", "# hook after deploy: announce"),
    ]
