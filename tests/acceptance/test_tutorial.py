"""docs/tutorial.md, followed from its first line to its last: every command is typed, and says what the page shows."""

import re
import signal
import subprocess
import time

import pytest

from tests import documents, likeness
from tests.documents import ROOT
from tests.following import Follower

PAGE = (ROOT / "docs" / "tutorial.md").read_text()
#: what only looks, and may have to look again: the worker takes a moment, its clock a minute
LOOKS = re.compile(r"fab worker\.(logs|run --command '[^']* list)")
PATIENCE = 90

#: seconds: it runs fab two dozen times, on a machine that may be busy
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def throwaway():
    """The terminal in which the page has a host started; gives what that said."""
    (line,) = documents.commands(documents.section("docs/tutorial.md", "## A host"))
    process = subprocess.Popen(
        line.split(),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    said = ""
    for each in process.stdout:
        said += each
        if each.startswith("End it"):
            break
    yield said
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.fixture
def newcomer(tmp_path):
    """Somebody with nothing but a checkout."""
    (tmp_path / "forklift").symlink_to(ROOT)
    with Follower(tmp_path, tmp_path) as newcomer:
        yield newcomer


def test_every_command_of_the_tutorial_does_what_it_says(throwaway, newcomer):
    blocks = documents.blocks(PAGE)
    assert likeness.differences(blocks[1].text, throwaway) == ""
    for block, following in zip(blocks[2:], [*blocks[3:], None]):
        if block.name:
            newcomer.writes(block)
        elif block.language == "sh":
            shown = following.text if following and following.language == "text" else ""
            follow(newcomer, with_the_real_path(block.text, throwaway), shown)


def with_the_real_path(commands, introduction):
    (real,) = re.findall(r"echo ssh_config_path: (\S+) ", introduction)
    return re.sub(r"/tmp/\S+/ssh_config", real, commands)


def follow(newcomer, commands, shown):
    """Type the commands; what only looks is repeated until it sees what is shown."""
    late_at = time.monotonic() + PATIENCE
    while wrong := what_is_wrong(newcomer, commands, shown):
        may_come = LOOKS.match(commands) and time.monotonic() < late_at
        assert may_come, f"{commands}\n{wrong}"


def what_is_wrong(newcomer, commands, shown):
    try:
        said = newcomer.does(commands)
    except AssertionError as failed:
        return str(failed)
    return likeness.differences(shown, said) if shown else ""
