"""A Ctrl-C ends fab with what is so: undone as long as that can be, and no lie after that."""

import signal

import pytest
from invoke.exceptions import Exit

from deploy.errors import NotUndone, Partly
from deploy.output.event import View
from deploy.output.output import Output
from deploy.project import sentences


class Heard(View):
    """Hears how a run ends, and may meet a second Ctrl-C as a slow webhook does."""

    def __init__(self, *, slow):
        self.slow, self.end = slow, None

    def show(self, event):
        if event.kind == "end":
            self.end = event
            if self.slow:
                signal.raise_signal(signal.SIGINT)

    def close(self):
        pass


def run(output, settled, *, at_once):
    with sentences(), output.to_the_end():
        if settled:
            output.settle(settled)
        if at_once:
            signal.raise_signal(signal.SIGINT)


def interrupted(settled=None, *, slow=False):
    """End a run by a Ctrl-C, at once or while a *slow* view hears of its end; give its exit, and what was heard."""
    heard = Heard(slow=slow)
    with pytest.raises(Exit) as ended:
        run(Output(heard), settled, at_once=not slow)
    return str(ended.value), ended.value.code, heard.end.said["outcome"]


NOW = (
    "interrupted when hosts were switched: sample is on 20261123094501-1a2b3c4 on web1"
)


def test_before_all_is_switched_nothing_was():
    assert interrupted() == ("interrupted; nothing was switched", 3, "interrupted")


@pytest.mark.parametrize(("kind", "status"), [(Partly, 5), (NotUndone, 4)])
def test_after_that_it_comes_too_late_and_what_is_so_is_said(kind, status):
    assert interrupted(kind(NOW)) == (NOW, status, kind.outcome)


def test_also_while_others_are_told_how_it_ended():
    assert interrupted(Partly(NOW), slow=True) == (NOW, 5, "done")
