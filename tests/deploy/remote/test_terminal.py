"""A command on a host that has the operator's own terminal."""

import fcntl
import os
import struct
import sys
import termios
import threading

import pytest

from deploy.errors import ConnectionLost, Refused
from deploy.remote.rehearsal import Rehearsal
from deploy.shell import Command
from sandbox.terminal import Terminal


@pytest.fixture
def terminal():
    """A terminal of 70 columns and 20 lines, at which these tests sit."""
    return Terminal(70, 20)


@pytest.fixture
def begin(remote, terminal, monkeypatch):
    """Begin a command on the terminal; gives what waits for its exit status."""
    keys, shown = terminal.path.open("rb", buffering=0), terminal.path.open("w")

    def begin(line):
        # now: pytest puts its own in their place before each test
        monkeypatch.setattr(sys, "stdin", keys)
        monkeypatch.setattr(sys, "stdout", shown)
        monkeypatch.setenv("TERM", "xterm-256color")
        ended = []
        at_work = threading.Thread(
            target=lambda: ended.append(remote.attend(Command(line)))
        )
        at_work.start()

        def end():
            at_work.join(30)
            return ended

        return end

    with keys, shown:
        before = termios.tcgetattr(keys)
        yield begin
        assert termios.tcgetattr(keys) == before


def test_keys_go_there_and_what_is_shown_comes_back(begin, terminal):
    end = begin("stty size; echo $TERM; read -r word; echo got $word 日本; exit 7")
    terminal.wait_for("20 70", 20)
    terminal.wait_for("xterm-256color", 20)
    terminal.type("it's\r")
    terminal.wait_for("got it's 日本", 20)
    assert end() == [7]


def test_ctrl_c_is_for_the_command_alone(begin, terminal):
    end = begin(
        "trap 'echo heard; exit 3' INT; echo ready; while :; do sleep 0.1; done"
    )
    terminal.wait_for("ready", 20)
    terminal.type("\x03")
    terminal.wait_for("heard", 20)
    assert end() == [3]


def test_a_command_that_a_signal_ends_has_a_status_of_its_own(begin, terminal):
    end = begin("echo ready; read -r word; kill -9 $$")
    terminal.wait_for("ready", 20)
    terminal.type("\r")
    assert end() == [128]


def test_the_size_of_the_terminal_is_kept_up(begin, terminal):
    resize = "until [ \"$(stty size)\" = '30 90' ]; do sleep 0.1; done; echo larger"
    end = begin(f"echo ready; {resize}")
    terminal.wait_for("ready", 20)
    with terminal.path.open("rb", buffering=0) as screen:
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
    terminal.wait_for("larger", 20)
    assert end() == [0]


def test_without_a_terminal_it_is_refused(remote, monkeypatch):
    with open(os.devnull) as nothing:  # noqa: PTH123 # as fab gets it
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(Refused, match="a console needs a terminal"):
            remote.attend(Command("true"))


def test_a_rehearsal_shows_what_would_get_the_terminal(remote):
    shown = []
    rehearsal = Rehearsal(remote, lambda *said: shown.append(said))
    assert rehearsal.attend(Command("bash"), as_root=True) == 0
    assert shown == [("web1", "as root:\nbash")]


def test_a_host_that_gives_no_terminal_says_so(
    make_sshd, connect, terminal, monkeypatch
):
    with (
        terminal.path.open("rb", buffering=0) as keys,
        terminal.path.open("w") as shown,
    ):
        monkeypatch.setattr(sys, "stdin", keys)
        monkeypatch.setattr(sys, "stdout", shown)
        without = connect(make_sshd(PermitTTY="no").config()).remote("web1")
        with pytest.raises(ConnectionLost, match=r"web1: sshd gives no terminal there"):
            without.attend(Command("true"))
