"""All hosts at once: each failure is kept, and the operator can stop it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from deploy.errors import ScriptFailed
from deploy.remote.fleet import Fleet
from deploy.shell import Command, Script, Step
from tests.deploy.local import LocalRemote
from tests.deploy.waiting import wait_for


def fleet(*names, **options):
    return Fleet([LocalRemote(each) for each in names], **options)


def test_every_hosts_failure_is_kept():
    status = {"a": 0, "b": 3, "c": 0, "d": 4}

    def act(remote):
        step = Step("s", Command(f"exit {status[remote.host]}"))
        return remote.run(Script((step,), lambda _: "done"))

    results = fleet(*status).each(act)
    assert results.ok == {"a": "done", "c": "done"}
    assert list(results.failed) == ["b", "d"]
    assert [each.status for each in results.failed.values()] == [3, 4]
    assert isinstance(results.failed["b"], ScriptFailed)


def test_results_come_in_the_fleets_order():
    barrier = threading.Barrier(3)

    def act(remote):
        barrier.wait(5)
        if remote.host == "a":
            threading.Event().wait(0.05)
        return remote.host

    assert list(fleet("a", "b", "c").each(act).ok) == ["a", "b", "c"]


def test_no_more_hosts_than_the_width_are_at_work():
    at_work, most, lock = [], [], threading.Lock()

    def act(remote):
        with lock:
            at_work.append(remote.host)
            most.append(len(at_work))
        threading.Event().wait(0.01)
        with lock:
            at_work.remove(remote.host)

    fleet(*(f"h{n}" for n in range(12)), width=4).each(act)
    assert max(most) == 4


def test_a_bug_comes_out_after_all_hosts_ended():
    ended = []

    def act(remote):
        if remote.host == "a":
            raise ValueError("a bug")
        threading.Event().wait(0.05)
        ended.append(remote.host)

    with pytest.raises(ValueError, match="a bug"):
        fleet("a", "b", "c").each(act)
    assert sorted(ended) == ["b", "c"]


def test_an_empty_fleet_has_no_results():
    results = fleet().each(lambda remote: remote.host)
    assert (results.ok, results.failed) == ({}, {})


def test_some_hosts_of_a_fleet_are_a_fleet():
    assert fleet("a", "b", "c").only(["c", "a"]).hosts == ("a", "c")


INTERRUPTED = """
import sys
from fabric import Config
from deploy.remote.connection import Connections
from deploy.remote.fleet import Fleet
from deploy.shell import Command, Question, Script, Step
connections = Connections(Config(runtime_ssh_path=sys.argv[1]))
fleet = Fleet([connections.remote(each) for each in ("web1", "web2")], connections.cancel)
text = f"trap '{sys.argv[3]}' TERM; echo $$ >>{sys.argv[2]}; while :; do sleep 0.05; done"
try:
    fleet.each(lambda remote: remote.run(Script((Step("long", Command(text)),))))
except KeyboardInterrupt:
    print("stopped", flush=True)
    results = fleet.each(lambda remote: remote.ask(Question("echo undone", str.strip)))
    print(sorted(results.ok.values()), *results.failed.values())
"""


def interrupted(sshd, tmp_path, trap):
    pids, ssh_config = tmp_path / "pids", tmp_path / "ssh_config"
    ssh_config.write_text(sshd.ssh_config("web1 web2"))
    words = [sys.executable, "-c", INTERRUPTED, ssh_config, pids, trap]
    client = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: pids.exists() and len(pids.read_text().splitlines()) == 2)
    client.send_signal(signal.SIGINT)
    return client, pids.read_text().split()


def alive(pid):
    return subprocess.run(["kill", "-0", pid], capture_output=True).returncode == 0


def test_ctrl_c_ends_the_remote_work_and_what_undoes_it_can_run(sshd, tmp_path):
    client, pids = interrupted(sshd, tmp_path, "exit 9")
    out, err = client.communicate(timeout=20)
    assert out == "stopped\n['undone', 'undone']\n"
    assert err == ""
    wait_for(lambda: not any(alive(pid) for pid in pids))


def test_a_second_ctrl_c_leaves_at_once(sshd, tmp_path):
    client, pids = interrupted(sshd, tmp_path, "")
    # the first has been taken when the scripts were asked to end, which they do not
    with pytest.raises(subprocess.TimeoutExpired):
        client.wait(0.5)
    client.send_signal(signal.SIGINT)
    out, err = client.communicate(timeout=1.5)
    subprocess.run(["kill", "-9", *pids], capture_output=True)
    assert out.startswith("stopped\n[] web1: not begun: the operator stopped the run")
    assert err == ""
