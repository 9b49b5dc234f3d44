"""What happens in a run, and what a program gets of it."""

import re
import subprocess
import sys
from contextlib import suppress
from datetime import datetime, timezone

from deploy.errors import NotUndone
from deploy.output.choosing import QUIET
from deploy.output.event import Event, View
from deploy.output.lines import LINES
from deploy.output.output import Output
from deploy.output.records import record
from tests import documents

NOW = datetime(2026, 11, 26, 12, 0, 0, 5000, tzinfo=timezone.utc)
NEVER_SILENT = {"answer", "done", "end", "script", "table", "warning", "log"}


class Kept(View):
    def __init__(self):
        self.events, self.closed = [], False

    def show(self, event):
        assert not self.closed
        self.events.append(event)

    def close(self):
        self.closed = True


def everything():
    """Give an event of every kind, as recipes make them."""
    kept = Kept()
    output = Output(kept)
    with suppress(NotUndone), output.to_the_end():
        output.say("in passing")
        output.plan({"task": "deploy", "service": "worker"})
        output.phase("prepare", "worker", ["web1"])
        output.upload("web1", 5)
        output.step("web1", "building")
        output.log("web1", "gcc")
        output.word("web1", "migrated")
        output.script("web1", "ls")
        output.answer("what was asked for")
        output.table("hosts", ("host",), [("web1",)])
        output.warn("beware")
        output.done("all is well")
        with output.on_host("publish", "web1"):
            raise NotUndone("web1: broke")
    return kept.events


def test_every_kind_of_event_is_documented_with_what_it_says():
    page = documents.section("docs/operations.md", "## For programs")
    told = {}
    for name, keys in re.findall(r"^\| `(\w+)` \| (.*?) \|", page, re.MULTILINE):
        told[name] = set(re.findall(r"`(\w+)`", keys))
    found = {}
    for each in everything():
        keys = set(record(each, NOW)) - {"event", "time"}
        found[each.kind] = found.get(each.kind, set()) | keys
    # what a plan says is the recipes'
    del found["plan"], told["plan"]
    assert found == told


def test_a_record_has_the_time_and_nothing_that_is_not_said():
    event = Event("step", "building", "web1")
    assert record(event, NOW) == {
        "event": "step",
        "time": "2026-11-26T12:00:00.005Z",
        "host": "web1",
        "step": "building",
    }


def test_a_phase_ends_on_a_host_as_it_does_and_so_does_the_run():
    *_, host, end = everything()
    assert host.said["outcome"] == "failed"
    assert host.text == "web1: broke"
    assert (end.text, end.said["outcome"], end.said["status"]) == (
        "web1: broke",
        "not undone",
        4,
    )


def test_each_kind_is_silent_for_who_wants_it_quiet_or_never():
    assert {each.kind for each in everything()} == QUIET | NEVER_SILENT
    # `python -m deploy` alone refuses by one
    assert set(LINES) - {"refusal"} <= QUIET | NEVER_SILENT


def test_who_has_no_terminal_does_not_wait_for_rich():
    program = """
import sys
from deploy.output.choosing import Wish, output
shown = output(Wish())
with shown.to_the_end():
    shown.phase("prepare", "worker", ["web1"])
    shown.step("web1", "building")
assert "rich" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("[web1] building\n")
