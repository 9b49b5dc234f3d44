"""What multilog keeps can be read: the last lines, from a moment on, over rotations, as it comes."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from deploy.commands import logs
from deploy.commands.logs import Excerpt
from deploy.shell import Command, command
from tests.deploy.commands.conftest import command_line


@pytest.fixture
def log(host):
    """Gives a function that has the real multilog keep lines; small files, so that they rotate."""
    folder = host.service / "log"
    folder.mkdir(parents=True)

    def keep(*lines):
        subprocess.run(
            ["multilog", "t", "s4096", "n20", "./main"],
            input="".join(f"{line}\n" for line in lines).encode(),
            cwd=folder,
            check=True,
        )

    return keep


def shown(host, *wanted, **named):
    ended = host.send(logs.show(host.paths, Excerpt(*wanted, **named)))
    assert ended.status == 0, ended
    return [line.split(" ", 2)[2] for line in ended.err.splitlines()]


def test_the_last_lines_with_their_times(host, log):
    log("one", "two", "日本語 three")
    assert shown(host, 2) == ["two", "日本語 three"]
    line = host.send(logs.show(host.paths, Excerpt(1))).err
    assert line.startswith(time.strftime("%Y-%m-%d "))


def test_all_from_a_moment_on_over_rotations(host, log):
    log("before")
    time.sleep(1.1)  # multilog's labels count in nanoseconds, ours in seconds
    moment = time.time()
    many = [f"line {n} {'x' * 90}" for n in range(200)]
    log(*many)
    assert len(list((host.service / "log" / "main").glob("@*"))) > 2
    assert shown(host, 5, since=int(moment)) == many
    assert shown(host, 5, since=moment + 60) == []


def test_the_last_lines_are_shown_also_where_the_file_was_rotated_a_moment_ago(
    host, log
):
    many = [f"line {n} {'x' * 90}" for n in range(100)]
    log(*many)
    current = host.service / "log" / "main" / "current"
    current.rename(current.with_name("@400000007fffffff00000000.s"))
    current.touch()
    assert shown(host, 50) == many[-50:]
    log("last")
    assert shown(host, 2) == [many[-1], "last"]
    assert shown(host, 1) == ["last"]
    # what a deploy that failed shows
    libraries = host.paths.service.supervised_by.libraries
    end = command("show_log", host.service, 2, "@40")
    said = host.do(Command(end.text, libraries)).err.splitlines()
    assert [line.split(" ", 2)[2] for line in said] == [many[-1], "last"]


@contextlib.contextmanager
def following(host, *session):
    """Begin to follow a log that has one line; *session* are the words of the script's parent, in sshd's place."""
    words, text = command_line(logs.show(host.paths, Excerpt(1, follow=True)))
    begun = subprocess.Popen(
        [*session, *words],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        begun.stdin.write(text.decode())
        begun.stdin.flush()
        assert begun.stderr.readline().endswith(" one\n")
        yield begun
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(begun.pid, signal.SIGKILL)
        begun.communicate()


def test_what_comes_is_shown_as_it_comes(host, log):
    log("one")
    with following(host) as begun:
        for times in (1, 20, 200):
            many = [f"line {n} {'x' * 90}" for n in range(times)]
            log(*many)
            found = [begun.stderr.readline().split(" ", 2)[2] for _ in many]
            assert [each.rstrip("\n") for each in found] == many


def test_following_ends_with_the_connection_also_while_nothing_comes(host, log):
    log("one")
    with following(host, "sh", "-c", '"$@"; :', "sh") as session:
        session.kill()
        session.wait()
        assert session.communicate(timeout=20)[1] == ""


def test_where_there_is_no_log_it_says_so(host):
    ended = host.send(logs.show(host.paths, Excerpt(5)))
    assert ended.status == 71
    assert "there is no log in" in ended.sentence
