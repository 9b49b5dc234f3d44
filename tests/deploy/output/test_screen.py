"""The picture of a run on a terminal: never wider or higher than it is, every host to be found."""

import io
import re

import pyte
import pytest
from rich.console import Console

from deploy.output.board import Board
from deploy.output.event import Event
from deploy.output.frame import Frame
from deploy.output.screen import Screen

LONG = "a-host-with-a-very-long-name.in-a-far-away-department.example.org"


def board(hosts, now=0.0):
    made = Board(clock=lambda: now)
    said = {"phase": "prepare", "service": "worker", "hosts": hosts}
    made.take(Event("phase", said=said))
    for host in hosts:
        made.take(begun(host))
    return made


def begun(host):
    return Event("host", host=host, said={"phase": "prepare", "outcome": "begun"})


def failed(host, text):
    said = {"phase": "prepare", "outcome": "failed", "seconds": 1.25}
    return Event("host", text, host, said)


def console(width, height, encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    return Console(file=file, force_terminal=True, width=width, height=height)


def drawn(frame, width, height, encoding="utf-8"):
    made = console(width, height, encoding)
    with made.capture() as captured:
        made.print(frame)
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed(captured.get().replace("\n", "\r\n"))
    return captured.get(), [each.rstrip() for each in screen.display if each.strip()]


@pytest.mark.parametrize("width", [16, 24, 40, 60, 80, 200])
@pytest.mark.parametrize("last", [False, True])
def test_each_host_has_one_line_however_narrow(width, last):
    here = board(["web1", LONG, "日本のホスト"])
    here.take(Event("upload", host="web1", said={"bytes": 5_000_000}))
    here.sent("web1", 2_500_000)
    here.take(Event("step", "building: " + "x" * 300, LONG))
    here.take(failed("日本のホスト", "日本のホスト: it broke"))
    _, lines = drawn(Frame(here, last), width, 24)
    assert len(lines) == 3 + (not last)
    assert [line[0] for line in lines[:3]] == ["⠋", "⠋", "✗"]
    assert lines[0].startswith("⠋ web1 ")
    assert lines[1].startswith(f"⠋ {LONG[: width // 3 - 1]}"[:width])


def test_an_upload_is_shown_by_bytes_and_bar():
    here = board(["web1"])
    here.sent("web1", 9_000_000)
    # the archive is sent while it is made
    assert " prepare: 9.0 MB sent " in drawn(Frame(here), 80, 24)[1][0]
    here.take(Event("upload", host="web1", said={"bytes": 40_000_000}))
    here.sent("web1", 10_000_000)
    _, (line,) = drawn(Frame(here), 80, 24)
    assert "10.0 of 40.0 MB sent" in line
    assert len(re.findall("[━╸╺]", line)) == 20
    here.sent("web1", 40_000_000)
    _, (line,) = drawn(Frame(here), 80, 24)
    assert "sent" not in line


def test_a_step_that_follows_an_upload_of_unknown_size_is_seen():
    here = board(["web1"])
    here.sent("web1", 9_000_000)
    here.take(Event("step", "building", "web1"))
    assert " prepare: building " in drawn(Frame(here), 80, 24)[1][0]


def test_the_clock_of_a_host_runs_while_it_works():
    now = [10.0]
    here = Board(clock=lambda: now[0])
    here.take(
        Event("phase", said={"phase": "prepare", "service": "w", "hosts": ["web1"]})
    )
    assert drawn(Frame(here), 80, 24)[1] == ["· web1 prepare"]
    here.take(begun("web1"))
    now[0] = 85.0
    assert drawn(Frame(here), 80, 24)[1][0].endswith(" 1:15")
    here.take(failed("web1", "web1: it broke"))
    assert drawn(Frame(here, last=True), 80, 24)[1][0].endswith(" 1.2 s")


def test_the_end_of_a_failures_log_is_shown_while_the_others_go_on():
    here = board(["web1", "web2"])
    here.take(failed("web2", "web2: broke\n" + "\n".join(map(str, range(20)))))
    _, lines = drawn(Frame(here), 80, 24)
    assert [each.strip() for each in lines[2:]] == ["15", "16", "17", "18", "19"]
    # the sentence that ends the run has all of it
    assert len(drawn(Frame(here, last=True), 80, 24)[1]) == 2


def test_the_picture_is_never_higher_than_the_terminal_and_shows_trouble_first():
    here = board([f"web{n}" for n in range(100)])
    here.take(failed("web99", "web99: broke\nthe reason"))
    _, lines = drawn(Frame(here), 80, 12)
    assert len(lines) < 12
    assert lines[0].startswith("✗ web99")
    assert re.search(r"and \d+ more hosts", lines[-3])
    assert lines[-1].strip() == "the reason"
    # what stays on the screen names every host
    assert len(drawn(Frame(here, last=True), 80, 120)[1]) == 100


def test_what_a_host_says_does_not_command_the_terminal():
    here = board(["web1"])
    here.take(Event("step", "a\x1b[2J\x1b]0;title\x07b\x9b1A\r\nc", "web1"))
    here.take(failed("web1", "web1: \x1b[31mred\x1b[5A"))
    text, _ = drawn(Frame(here), 80, 24)
    assert not re.search(r"\x1b(?!\[[0-9;]*m)|\x07|\x9b|\r", text)
    assert "\x1b[31mred" not in text


def test_a_terminal_that_knows_no_such_characters_gets_others():
    here = board(["web1", "web2"])
    here.take(failed("web2", "web2: broke"))
    text, lines = drawn(Frame(here), 80, 24, encoding="ascii")
    assert text.isascii()
    assert [line[0] for line in lines[:2]] == ["|", "x"]


def test_what_is_said_meanwhile_stands_above_the_picture():
    here = board(["web1"])
    made = console(60, 10)
    shown = Screen(here, made)
    shown.print("a \x1b[1;32mgreen\x1b[0m word\x1b[9A", "")
    shown.print("x" * 100, "yellow")
    shown.close()
    made.file.flush()
    raw = made.file.buffer.getvalue().decode()
    assert "\x1b[9A" not in raw
    screen = pyte.Screen(60, 10)
    pyte.Stream(screen).feed(raw.replace("\r\n", "\n").replace("\n", "\r\n"))
    lines = [each.rstrip() for each in screen.display if each.strip()]
    assert [lines[0], lines[1], lines[2]] == ["a green word", "x" * 60, "x" * 40]
    assert lines[3].startswith("⠋ web1 prepare")
    assert len(lines) == 4
    assert not screen.cursor.hidden
