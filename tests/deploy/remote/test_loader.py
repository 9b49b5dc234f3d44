"""How a script begins on a host: whole, or not at all, and never with 0 if it is not."""

import subprocess

import pytest

from deploy.remote.loader import CUT_OFF, plain
from deploy.shell import Command, Script, Step, text_of

TEXT = text_of(Script((Step("", Command("echo ran")),)))


def load(given, path="/usr/bin:/bin"):
    return subprocess.run(
        ["sh", "-c", plain(len(TEXT))],
        input=given,
        capture_output=True,
        text=True,
        env={"PATH": path},
    )


def test_a_script_that_arrived_whole_runs():
    done = load(TEXT + "the rest")
    assert (done.returncode, done.stdout) == (0, "ran\n")


@pytest.mark.parametrize("arrived", [0, 1, 7, 100, len(TEXT) // 2])
@pytest.mark.parametrize("from_end", [False, True])
def test_a_script_that_was_cut_off_is_not_called_done(arrived, from_end):
    cut = len(TEXT.rstrip()) - 1 - arrived if from_end else arrived
    done = load(TEXT[:cut])
    assert done.returncode != 0
    assert "ran" not in done.stdout


def test_a_host_that_cannot_read_the_script_says_so(tmp_path):
    (tmp_path / "head").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "head").chmod(0o755)
    done = load(TEXT, f"{tmp_path}:/usr/bin:/bin")
    assert (done.returncode, done.stdout) == (CUT_OFF, "")
    assert "the script did not arrive whole, and nothing was done" in done.stderr
