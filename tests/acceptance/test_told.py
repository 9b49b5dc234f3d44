"""What an operator is told of a run: on a terminal, in a log, as a program, and if he wants it quiet."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from sandbox.terminal import Terminal
from tests.acceptance.anns import Operator, stem

RELEASE = r"\d{14}-[0-9a-f]{7}"
COLOURS = re.compile(rb"\x1b\[(3|4|9)\d")


@pytest.fixture(scope="module")
def operator(sandbox, tmp_path_factory):
    """One service for all of this, up on two hosts; its build says something."""
    made = Operator(tmp_path_factory.mktemp("told"), sandbox, "told")
    made.write_fabfile(hosts=["web1", "web2"], build=["echo it is being built"])
    made.commit("one")
    made.ready()
    return made


def ended(pid):
    assert stem().wait(pid, 60)
    return stem().status(pid)


def lines(terminal):
    return [each for each in terminal.text().splitlines() if each]


def test_a_terminal_is_left_with_a_line_a_host_and_the_last_sentence(operator):
    terminal = Terminal()
    pid = operator.at(terminal, "told.deploy", "--force")
    terminal.wait_for("prepare")
    assert ended(pid) == 0
    terminal.wait_for("is live and verified")
    *_, seconds, web1, web2, last = lines(terminal)
    assert re.fullmatch(r"probe .* s, prepare .* s, publish and verify .* s", seconds)
    assert re.fullmatch(r"✓ web1 finish +\d+\.\d s", web1)
    assert re.fullmatch(r"✓ web2 finish +\d+\.\d s", web2)
    assert re.fullmatch(f"told: {RELEASE} is live and verified on web1, web2", last)
    assert terminal.cursor_is_shown
    assert not COLOURS.search(terminal.raw)  # NO_COLOR is set


def test_a_terminal_keeps_every_word_of_a_failure(operator):
    terminal = Terminal(columns=50)
    broken = "echo the reason; echo 'and more of it' >&2; exit 3"
    pid = operator.at(terminal, "told.deploy", "--force", "-o", f"build={broken}")
    assert ended(pid) == 3
    terminal.wait_for("that it had")
    said = "".join(each.ljust(50) for each in lines(terminal))
    for host in ("web1", "web2"):
        assert f"{host}: building: {broken} failed (exit status 3)" in said
    assert said.count("the reason") >= 2
    assert "nothing was switched: every host is on the release that it had" in said
    assert terminal.cursor_is_shown


def test_ctrl_c_leaves_a_terminal_in_order(operator):
    terminal = Terminal()
    operator.environment.pop("NO_COLOR")
    pid = operator.at(terminal, "told.deploy", "--force", "-o", "build=sleep 60")
    operator.environment["NO_COLOR"] = "1"
    terminal.wait_for("building: sleep 60")
    os.kill(pid, signal.SIGINT)
    assert ended(pid) == 3
    terminal.wait_for("interrupted; nothing was switched")
    assert lines(terminal)[-1] == "interrupted; nothing was switched"
    assert terminal.cursor_is_shown
    assert COLOURS.search(terminal.raw)


def test_a_deploy_outlives_its_terminal(operator):
    terminal = Terminal()
    before = operator.current("web1")
    # a command of its own session hears of no hang-up
    pid = operator.at(terminal, "told.deploy", "--force", "-o", "build=sleep 1")
    terminal.wait_for("building")
    terminal.leave()
    assert ended(pid) == 0
    assert operator.current("web1") != before


def test_a_log_gets_a_line_a_step_with_host_and_time(operator):
    said = operator.done("told.deploy", "--force", "--verbose").splitlines()
    steps = [each for each in said if "restarting and verifying" in each]
    for host, line in zip(("web1", "web2"), sorted(steps, key=lambda each: each[9:])):
        begun = rf"\d\d:\d\d:\d\d \[{host}\] restarting and verifying {RELEASE}"
        assert re.fullmatch(begun, line)
    assert "[web1] | it is being built" in said


def test_who_wants_it_quiet_hears_the_last_sentence_and_why_it_failed(operator):
    done = operator.fab("told.deploy", "--force", "--quiet")
    last = f"told: {RELEASE} is live and verified on web1, web2\n"
    assert re.fullmatch(last, done.stdout)
    assert done.stderr == ""
    failed = operator.fab("told.deploy", "--force", "--quiet", "-o", "build=false")
    assert failed.stdout == ""
    assert "web1: building: false failed" in failed.stderr
    both = operator.fab("told.deploy", "--quiet", "--verbose")
    assert (both.returncode, both.stdout) == (2, "")


def test_a_program_gets_one_object_a_line(operator):
    done = operator.fab("told.deploy", "--force", "--json", "--verbose")
    events = [json.loads(each) for each in done.stdout.splitlines()]
    assert all(list(each)[:2] == ["event", "time"] for each in events)
    (plan,) = [each for each in events if each["event"] == "plan"]
    assert (plan["task"], plan["hosts"]) == ("deploy", ["web1", "web2"])
    assert plan["release"] == operator.current("web1")
    (text,) = [each["text"] for each in events if each["event"] == "done"]
    assert text == f"told: {plan['release']} is live and verified on web1, web2"
    ends = [each for each in events if each.get("outcome") == "ok"]
    assert {(each["host"], each["phase"]) for each in ends} == {
        (host, phase)
        for host in ("web1", "web2")
        for phase in ("probe", "prepare", "publish", "finish")
    }
    assert {"step": "restarting and verifying " + plan["release"]}.items() <= next(
        each for each in reversed(events) if each["event"] == "step"
    ).items()
    assert [each["host"] for each in events if each.get("text") == "it is being built"]
    assert (events[-1]["event"], events[-1]["outcome"]) == ("end", "done")


def test_a_program_is_told_how_it_failed(operator):
    failed = operator.fab("told.deploy", "--force", "--json", "-o", "build=false")
    events = [json.loads(each) for each in failed.stdout.splitlines()]
    ends = [each for each in events if each.get("outcome") == "failed"]
    assert {each["host"] for each in ends} == {"web1", "web2"}
    assert "building: false failed" in ends[0]["text"]
    end = events[-1]
    assert (end["event"], end["outcome"], end["status"]) == ("end", "undone", 3)
    assert end["text"] + "\n" == failed.stderr
    refused = operator.fab("told.deploy", "--json", "-o", "settle=never")
    (end,) = [json.loads(each) for each in refused.stdout.splitlines()]
    assert (end["outcome"], end["status"]) == ("refused", 2)


def test_a_subject_that_the_encoding_cannot_spell_ends_nothing(operator):
    operator.environment["PYTHONIOENCODING"] = "ascii"
    process = operator.start("told.pending")
    del operator.environment["PYTHONIOENCODING"]
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "\\u201cMake it one\\u201d" in said


def test_others_are_told_and_never_what_is_secret(operator):
    told = operator.folder / ".cache" / "events"
    command = 'echo "$FORKLIFT_EVENT" >>.cache/events'
    (operator.folder / ".cache").mkdir(exist_ok=True)
    options = ["-o", f"notify_command={command}", "-o", "notify_url=CHAT"]
    operator.environment["CHAT"] = "http://127.0.0.1:1/very-secret"
    for more in (["--force"], ["--force", "-o", "build=false"]):
        done = operator.fab("told.deploy", *options, *more)
        assert "the webhook of CHAT cannot be reached" in done.stderr
        assert "very-secret" not in done.stdout + done.stderr
    assert "very-secret" not in operator.done("told.settings", *options)
    assert told.read_text().split() == ["start", "success", "start", "undone"]
    # refused, and rehearsed
    operator.fab("told.deploy", *options, "-o", "branch=nowhere")
    operator.fab("--dry", "told.deploy", *options, "--force")
    assert len(told.read_text().split()) == 4


def test_a_shell_is_offered_the_releases_that_the_hosts_could_go_back_to(operator):
    operator.done("told.deploy", "--force")
    known = json.loads(operator.done("told.releases", "--json"))["hosts"]["web1"]
    back = [x["release"] for x in known if x["state"] == "verified"]
    back.remove(operator.current("web1"))
    line = f"fab -S {operator.ssh_config} told.rollback --release "
    offered = subprocess.run(
        [sys.executable, "-m", "deploy", "complete", f"--line={line}", "--typed=0"],
        cwd=operator.folder,
        env=operator.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert back
    assert offered.stdout.split() == sorted(back, reverse=True)
