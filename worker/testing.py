"""For the tests of those who write handlers: do what is in a queue here and now, in this process."""

from __future__ import annotations

from collections.abc import Sequence

from worker.handler import Handler, Register
from worker.holding import Holding
from worker.job import Outcome, Settled
from worker.perform import perform
from worker.queue import Queue, release
from worker.store.base import Grabbed, Settlement


def drain(
    queue: Queue,
    *handlers: Handler | type[Handler],
    queues: Sequence[str] = ("default",),
    at_most: int = 1000,
) -> list[tuple[Grabbed, Outcome]]:
    """Do all ready jobs, also those that they enqueue, one after the other; give each with how it ended.

    It is the worker's own code without its processes. What is scheduled stays so. Stops after *at_most* jobs.
    """
    made = [each() if isinstance(each, type) else each for each in handlers]
    register = Register(made, queue.intake.hooks)
    holding = Holding(queue.store, register, queues, release())
    holding.due()
    ended: list[tuple[Grabbed, Outcome]] = []
    while len(ended) < at_most:
        grabbed = holding.turn([], 1).grabbed
        if not grabbed:
            break
        (job,) = grabbed
        outcome = perform(register, queue.store, job)
        if not isinstance(outcome, Settled):
            holding.turn([Settlement(job.id, job.owner, outcome)], 0)
        ended.append((job, outcome))
    return ended
