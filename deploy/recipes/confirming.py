"""Let hosts that were switched hear from this side, and confirm them once all is well."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deploy.commands import confirm
from deploy.errors import DeployError
from deploy.recipes.plan import Plan
from deploy.shell import Script, Step

#: words within the seconds that a host waits for one
WORDS = 3


@contextmanager
def giving_words(plans: Sequence[Plan], begun: Sequence[Plan]) -> Iterator[None]:
    """Let the hosts of *begun*, which grows meanwhile, hear from here until the end of the block."""
    waiting = [each.target.service.confirm_timeout for each in plans]
    over = threading.Event()
    if any(waiting):
        interval = min(filter(None, waiting)) / WORDS
        words = threading.Thread(target=_words, args=(begun, interval, over))
        words.start()
    try:
        yield
    finally:
        over.set()


def confirmed(plan: Plan) -> dict[str, DeployError]:
    """Confirm a plan's hosts; give those that could not be: they may have gone back by themselves."""
    if not plan.target.service.confirm_timeout:
        return {}
    making = confirm.confirm(plan.target.paths, plan.new.release, round(plan.deadline))
    script = Script((Step("", making),))
    limit = 2 * plan.deadline
    return plan.target.phase(
        "confirm", lambda each: each.run(script, deadline=limit)
    ).failed


def _words(begun: Sequence[Plan], interval: float, over: threading.Event) -> None:
    while not over.wait(interval):
        for plan in list(begun):
            # not waited for: a host that hangs is not to keep the others from hearing
            threading.Thread(target=_word, args=(plan,), daemon=True).start()


def _word(plan: Plan) -> None:
    seconds = plan.target.service.confirm_timeout
    if seconds:
        script = Script((Step("", confirm.give_word(plan.target.paths)),))
        # what fails here is found out by what the run does there
        plan.target.fleet.each(lambda remote: remote.run(script, deadline=seconds))
