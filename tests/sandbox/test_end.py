import os
import select
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from sandbox import Sandbox, SandboxError, folder, processes

ROOT = Path(__file__).parents[2]


@contextmanager
def started(*words):
    """Start ``python -m sandbox`` and give it with its folder, once it is up."""
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            lines = iter(process.stdout.readline, "")
            config = next(line.split()[2] for line in lines if "ssh -F" in line)
            yield process, Path(config).parent
        finally:
            process.kill()


@contextmanager
def watched(found):
    """Hold on to processes, so that no later one is taken for them."""
    with ExitStack() as held:
        watches = []
        for each in found:
            with suppress(ProcessLookupError):  # it has just ended
                watches.append(os.pidfd_open(each.pid))
                held.callback(os.close, watches[-1])
        yield watches


def living(watches):
    ended, _, _ = select.select(watches, [], [], 0)
    return set(watches) - set(ended)


def mentioning(path):
    return [each for each in processes.below(1) if str(path) in each.title]


def of(sandbox):
    """The processes of its hosts, and what else was started for it; other sandboxes may live below us."""
    firsts = [each.pid for each in sandbox.hosts.values()]
    known = {each.pid: each for first in firsts for each in processes.below(first)}
    begun = {each.pid: each for each in processes.below(os.getpid())}
    for each in begun.values():
        if each.pid in firsts or str(sandbox.folder) in each.title:
            known[each.pid] = each
    return known.values()


def own_children():
    """What we started, and not what comes and goes in other sandboxes."""
    found = processes.below(os.getpid())
    return {each.pid for each in found if each.parent == os.getpid()}


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "nothing in 60 seconds"
        time.sleep(0.02)


def test_the_end_leaves_no_process_no_mount_and_no_file():
    mounts = Path("/proc/self/mountinfo").read_text()
    with ExitStack() as held:
        with Sandbox(hosts=("web1", "web2")) as sandbox:
            watches = held.enter_context(watched(of(sandbox)))
            assert len(living(watches)) > 10
        assert not living(watches)
    assert not mentioning(sandbox.folder)
    assert not sandbox.folder.exists()
    assert Path("/proc/self/mountinfo").read_text() == mounts


def test_a_start_that_fails_half_way_leaves_nothing_and_says_why():
    before = own_children()
    sandbox = Sandbox(visible=["/not/there"])
    with pytest.raises(SandboxError, match=r"host web1 did not start: .*/not/there"):
        sandbox.__enter__()
    assert own_children() <= before
    assert not mentioning(sandbox.folder)
    assert not sandbox.folder.exists()


def test_a_killed_sandbox_leaves_no_process_and_the_next_removes_its_folder():
    with (
        started("--hosts", "2") as (process, its_folder),
        watched(processes.below(process.pid)) as watches,
    ):
        assert len(living(watches)) > 10
        process.kill()
        process.communicate()
        until(lambda: not living(watches) and not mentioning(its_folder))
    folder.remove_leftovers()
    until(lambda: not its_folder.exists())  # another sandbox may be at it just now


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(number):
    with (
        started("--no-mariadb") as (process, its_folder),
        watched(processes.below(process.pid)) as watches,
    ):
        process.send_signal(number)
        process.communicate(timeout=10)
        assert process.returncode == 0
        assert not living(watches)
    assert not its_folder.exists()


def test_the_folder_of_a_sandbox_that_lives_is_not_a_leftover():
    with Sandbox(mariadb=False) as sandbox:
        folder.remove_leftovers()
        assert sandbox.ssh_config.exists()
