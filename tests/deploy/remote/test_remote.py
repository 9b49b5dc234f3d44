"""A script runs on a host as it was written, once, and its end is told as it was."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from deploy.errors import ConnectionLost, DeadlinePassed, Interrupted, ScriptFailed
from deploy.remote import packets, transport
from deploy.remote.transcript import Onlooker
from deploy.shell import Command, Question, Script, Step, command, text_of
from tests.deploy.local import LocalRemote
from tests.deploy.waiting import wait_for

MB = 1 << 20


def script(*texts, read=str):
    steps = (Step(f"step {n}", Command(each)) for n, each in enumerate(texts, 1))
    return Script(tuple(steps), read)


@pytest.fixture(params=["ssh", "local"])
def either(request, tmp_path):
    """Both remotes keep the same promises."""
    if request.param == "ssh":
        return request.getfixturevalue("remote")
    return LocalRemote(directory=tmp_path)


def gone(pid):
    return not Path(f"/proc/{pid}").exists()


def test_an_answer_comes_back_without_the_steps(either):
    answer = either.run(script("echo one", "printf two", "echo three", read=str.split))
    assert answer == ["one", "twothree"]


def test_a_question_reads_its_answer(either):
    assert either.ask(Question("echo 42", int)) == 42


def test_steps_and_log_are_told_as_they_come(sshd, connect):
    told = []
    onlooker = Onlooker(
        lambda host, title: told.append((host, title)),
        lambda host, line: told.append((host, "log: " + line)),
    )
    remote = connect(sshd.config(), onlooker=onlooker).remote("web1")
    remote.run(script("echo warn >&2; sleep 0.05", "true"))
    assert told == [("web1", "step 1"), ("web1", "log: warn"), ("web1", "step 2")]


def test_the_script_reads_its_payload_byte_for_byte(either):
    payload = [bytes(range(256)), b"\n\x00'quote", "日本".encode()]
    answer = either.run(script("sha256sum"), payload)
    assert answer.split()[0] == hashlib.sha256(b"".join(payload)).hexdigest()


def test_a_script_without_payload_finds_its_input_at_the_end(either):
    assert either.run(script("cat; echo end")) == "end\n"


def test_a_failure_names_the_step_the_status_and_the_last_lines(either):
    with pytest.raises(ScriptFailed) as caught:
        either.run(script("true", "for n in $(seq 25); do echo l$n >&2; done; exit 3"))
    assert caught.value.status == 3
    first, *lines = str(caught.value).splitlines()
    assert first == f"{either.host}: step 2 failed (exit status 3)"
    assert [each.strip() for each in lines] == [f"l{n}" for n in range(6, 26)]


def test_the_sentence_of_fail_comes_first_and_what_was_logged_below(either):
    with pytest.raises(ScriptFailed) as caught:
        either.run(script("echo noise >&2; fail 75 'the lock is held by ann'"))
    first, *below = str(caught.value).splitlines()
    assert first == f"{either.host}: the lock is held by ann"
    assert [each.strip() for each in below] == ["noise"]
    assert caught.value.status == 75


def test_a_script_killed_on_the_host_is_no_lost_connection(either):
    with pytest.raises(ScriptFailed, match="step 1 was killed by signal KILL"):
        either.run(script("kill -9 $$"))


def test_multibyte_output_survives_the_borders_of_packets(either):
    text = either.run(script("yes 'xあ日𠮷' | head -n 50000 | tr -d '\\n'"))
    assert text == "xあ日𠮷" * 50000


def test_eight_megabytes_out_and_fifty_in_at_the_same_time(remote):
    block = os.urandom(MB)
    payload = [block] * 50
    text = f"head -c {8 * MB} /dev/zero | tr '\\0' z & sha256sum >&2; wait"
    digest = hashlib.sha256(block * 50).hexdigest()
    lines = []
    heard = Onlooker(on_log=lambda _, line: lines.append(line))
    told = type(remote)(remote.host, remote.reach, heard, remote.cancel)
    assert told.run(script(text), payload) == "z" * (8 * MB)
    assert lines == [digest + "  -"]


def test_a_host_that_does_not_read_its_input_still_ends_with_its_status(remote):
    began = time.monotonic()
    with pytest.raises(ScriptFailed) as caught:
        remote.run(script("exit 9"), [bytes(MB)] * 50)
    assert caught.value.status == 9
    assert time.monotonic() - began < 10


def test_a_process_left_behind_does_not_keep_a_script_from_ending(remote, tmp_path):
    pid = tmp_path / "pid"
    text = f"sleep 100 & echo $! >{pid}; echo done"
    assert remote.run(script(text), deadline=20) == "done\n"
    os.kill(int(pid.read_text()), signal.SIGKILL)


def test_nor_does_it_keep_one_that_was_killed(remote, tmp_path):
    pid = tmp_path / "pid"
    text = f"sleep 100 & echo $! >{pid}; kill -9 $$"
    with pytest.raises(ScriptFailed, match="killed by signal KILL"):
        remote.run(script(text), deadline=20)
    os.kill(int(pid.read_text()), signal.SIGKILL)


def test_the_deadline_ends_all_processes_and_names_the_step(remote, tmp_path):
    pids = tmp_path / "pids"
    text = f"sleep 1000 & echo $$ $! >{pids}; sleep 1000 | cat"
    with pytest.raises(DeadlinePassed, match=r"web1: step 2 did not end within 0\.5 s"):
        remote.run(script("true", text), deadline=0.5)
    wait_for(lambda: all(gone(pid) for pid in pids.read_text().split()))


def test_a_script_that_ignores_term_is_killed_at_its_deadline(remote, tmp_path):
    pid = tmp_path / "pid"
    text = f"trap '' TERM; echo $$ >{pid}; while :; do sleep 0.1; done"
    with pytest.raises(DeadlinePassed):
        remote.run(script(text), deadline=0.3)
    wait_for(lambda: gone(pid.read_text().strip()))


def test_the_operator_ends_the_remote_processes(sshd, connect, tmp_path):
    connections, pid = connect(sshd.config()), tmp_path / "pid"
    remote = connections.remote("web1")
    stopper = threading.Thread(
        target=lambda: (wait_for(pid.exists), connections.cancel.set())
    )
    stopper.start()
    with pytest.raises(Interrupted, match="step 1 was told to stop"):
        remote.run(script(f"echo $$ >{pid}.new; mv {pid}.new {pid}; sleep 1000"))
    stopper.join()
    wait_for(lambda: gone(pid.read_text().strip()))


def test_a_connection_cut_while_a_script_runs_is_lost(sshd, connect, wire):
    cut = wire()
    onlooker = Onlooker(on_step=lambda *_: cut.cut())
    remote = connect(sshd.config(Port=cut.port), onlooker=onlooker).remote("web1")
    with pytest.raises(ConnectionLost, match="broke during step 1"):
        remote.run(script("sleep 3"))


def test_after_a_lost_connection_the_next_script_makes_a_new_one(
    sshd, connect, wire, tmp_path
):
    begun, cut = tmp_path / "begun", wire()
    remote = connect(sshd.config(Port=cut.port)).remote("web1")
    cutter = threading.Thread(target=lambda: (wait_for(begun.exists), cut.cut()))
    cutter.start()
    with pytest.raises(ConnectionLost):
        remote.run(script(f"touch {begun}; sleep 3"))
    cutter.join()
    assert remote.ask(Question("echo back", str)) == "back\n"


def test_a_connection_that_broke_between_scripts_is_made_anew(sshd, connect, wire):
    cut = wire()
    remote = connect(sshd.config(Port=cut.port)).remote("web1")
    for _ in range(5):
        assert remote.ask(Question("echo here", str)) == "here\n"
        cut.cut()


def test_a_connection_that_takes_nothing_more_is_made_anew_before_its_end_is_seen(
    sshd, connect
):
    remote = connect(sshd.config()).remote("web1")
    for _ in range(5):
        assert remote.ask(Question("echo here", str)) == "here\n"
        remote.reach()[0].sock.shutdown(socket.SHUT_WR)


def test_a_signal_that_comes_late_does_not_cost_the_connection(sshd, connect):
    connections = connect(sshd.config())
    remote = connections.remote("web1")
    for _ in range(10):
        with pytest.raises(DeadlinePassed):
            remote.run(script("trap 'exit 0' TERM; sleep 100 & wait"), deadline=0.1)
    transport, _ = remote.reach()
    assert remote.ask(Question("echo here", str)) == "here\n"
    assert remote.reach()[0] is transport


def test_a_script_cut_off_on_its_way_does_nothing(sshd, connect, wire, tmp_path):
    done = tmp_path / "done"
    sent = script("\n".join([f"touch {done}", *["# " + "x" * 60] * 4000]))
    remote = connect(sshd.config(Port=wire(cut_after=100_000).port)).remote("web1")
    sessions = sshd.logged("Starting session")
    with pytest.raises(ConnectionLost):
        remote.run(sent)
    assert sshd.logged("Starting session") == sessions + 1
    loader = f"head -c {len(text_of(sent).encode())}"
    wait_for(lambda: loader not in processes())
    assert not done.exists()


def processes():
    return subprocess.run(["ps", "axww"], capture_output=True, text=True).stdout


def test_the_text_of_a_script_does_not_show_in_the_process_list(remote):
    seen = remote.ask(Question("secret=s3cr3t''w0rd; ps axww", str))
    assert "head -c" in seen
    assert "secret=" not in seen


def test_a_run_is_one_session_on_the_host(remote, sshd):
    remote.ask(Question("true", str))
    before = sshd.logged("Starting session")
    remote.run(script("true", "true", "true"), [b"payload"])
    assert sshd.logged("Starting session") == before + 1


def test_another_shell_of_the_login_does_not_matter(either):
    assert either.run(script("a='it''s $HOME'; echo \"$a\"")) == "its $HOME\n"


HOLDING = "echo mine; printf '\\036held\\n'; cat >/dev/null; touch {0}.released"


def test_a_held_script_goes_on_until_the_block_ends(either, tmp_path):
    done = tmp_path / "lock"
    with either.hold(script(HOLDING.format(done), read=str.strip)) as held:
        assert held.answer == "mine"
        assert not held.lost
        assert either.ask(Question("echo other", str)) == "other\n"
        assert not Path(f"{done}.released").exists()
    assert Path(f"{done}.released").exists()


def test_a_script_that_fails_before_it_holds_says_why(either):
    with pytest.raises(ScriptFailed, match="ann holds the lock"):
        either.hold(script("fail 75 'ann holds the lock'"))


def test_a_script_that_ends_without_holding_is_an_error(either):
    with pytest.raises(ConnectionLost, match="ended by itself"):
        either.hold(script("true"))


def test_a_script_that_does_not_come_to_hold_meets_its_deadline(remote):
    with pytest.raises(DeadlinePassed, match="step 1"):
        remote.hold(script("sleep 1000"), deadline=0.3)


def test_a_held_script_that_ended_meanwhile_is_lost(either, tmp_path):
    pid = tmp_path / "pid"
    text = f"echo $$ >{pid}; printf '\\036held\\n'; cat >/dev/null"
    with either.hold(script(text)) as held:
        assert not held.lost
        os.kill(int(pid.read_text()), signal.SIGKILL)
        wait_for(lambda: held.lost)


HOLDER = """
import sys, time
from fabric import Config
from deploy.remote.connection import Connections
from deploy.shell import Command, Script, Step
connections = Connections(Config(runtime_ssh_path=sys.argv[1]))
held = connections.remote("web1").hold(Script((Step("lock", Command(sys.argv[2])),)))
print("held", flush=True)
time.sleep(100)
"""


def test_a_client_that_is_killed_frees_what_it_held(sshd, tmp_path):
    lock, ssh_config = tmp_path / "lock", tmp_path / "ssh_config"
    ssh_config.write_text(sshd.ssh_config())
    text = f"exec 9>{lock}; flock -n 9; printf '\\036held\\n'; cat >/dev/null"
    words = [sys.executable, "-c", HOLDER, ssh_config, text]
    client = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    with client:
        assert client.stdout.readline() == "held\n"
        assert subprocess.run(["flock", "-n", lock, "true"]).returncode == 1
        client.kill()
    wait_for(lambda: subprocess.run(["flock", "-n", lock, "true"]).returncode == 0)


def test_a_host_that_stands_still_is_left_at_the_deadline(make_sshd, connect, tmp_path):
    """The ssh server itself is stopped, so that not even a signal gets through."""
    still = make_sshd()
    remote = connect(still.config()).remote("web1")
    parent = tmp_path / "parent"
    remote.ask(Question(f"echo $PPID >{parent}", str))
    pid = int(parent.read_text())
    frozen = [pid, int(Path(f"/proc/{pid}/stat").read_text().split()[3])]
    for each in frozen:
        os.kill(each, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises((DeadlinePassed, ConnectionLost)):
            remote.run(script("true"), deadline=1)
        assert time.monotonic() - began < 10
    finally:
        for each in frozen:
            os.kill(each, signal.SIGCONT)


def test_quoted_words_reach_the_script(either):
    assert (
        either.ask(Question(command("printf", "%s", "it's $x").text, str)) == "it's $x"
    )


@pytest.fixture
def impatient(monkeypatch, sshd, connect):
    """A remote that wants a sign of life ten times a second."""
    monkeypatch.setattr(transport, "KEEPALIVE", 0.1)
    monkeypatch.setattr(packets, "LOOK", 0.1)
    return connect(sshd.config()).remote("web1")


def test_a_script_that_says_nothing_for_long_is_not_lost(impatient):
    assert impatient.run(script("sleep 1.5; echo done")) == "done\n"


def test_a_host_without_a_sign_of_life_is_lost_long_before_its_deadline(
    impatient, tmp_path
):
    stopped = tmp_path / "sshd"
    freezing = script(f"echo $PPID >{stopped}; kill -STOP $PPID; sleep 5")
    with pytest.raises(ConnectionLost, match="the connection broke during"):
        impatient.run(freezing, deadline=600)
    os.kill(int(stopped.read_text()), signal.SIGKILL)


def test_what_a_question_prints_is_fetched_as_it_is(remote):
    whole = bytes(range(256)) * 4096
    got = []
    remote.fetch(Question(f"head -c {len(whole)} /dev/zero; exit 0", str), got.append)
    assert b"".join(got) == bytes(len(whole))
    octal = "".join(f"\\{n:03o}" for n in range(256))
    got.clear()
    remote.fetch(Question(f"printf '{octal}'", str), got.append)
    assert b"".join(got) == bytes(range(256))


def test_a_fetch_that_fails_there_or_here_is_told(remote):
    with pytest.raises(ScriptFailed, match="exit status 3"):
        remote.fetch(Question("printf half; exit 3", str), lambda _: None)

    def full(_):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        remote.fetch(Question("printf x", str), full)
