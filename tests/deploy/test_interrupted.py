"""A Ctrl-C ends fab with what is so: undone as long as that can be, and no lie after that."""

import signal

import pytest
from invoke.exceptions import Exit

from deploy.output.event import View
from deploy.output.output import Output
from deploy.project import sentences


class Heard(View):
    def __init__(self):
        self.events = []

    def show(self, event):
        self.events.append(event)

    def close(self):
        pass


def run(heard, settled):
    with sentences() as outputs:
        output = Output(heard)
        outputs.append(output)
        with output.to_the_end():
            if settled:
                output.settle(settled)
            signal.raise_signal(signal.SIGINT)


def interrupted(*, settled):
    """End a run by a Ctrl-C; give its exit, and what its views heard of its end."""
    heard = Heard()
    with pytest.raises(Exit) as ended:
        run(heard, settled)
    (end,) = [each for each in heard.events if each.kind == "end"]
    return str(ended.value), ended.value.code, end.said["outcome"], end.said["status"]


def test_before_all_is_switched_nothing_was():
    said = interrupted(settled="")
    assert said == ("interrupted; nothing was switched", 3, "interrupted", 3)


def test_after_that_it_comes_too_late_and_what_is_so_is_said():
    now = "interrupted, too late: sample is on 20261123094501-1a2b3c4"
    assert interrupted(settled=now) == (now, 0, "done", 0)
