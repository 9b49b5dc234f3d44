"""For the tests of those who write handlers: see what was enqueued, and do it here and now, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from worker import serializers
from worker.errors import BadJob
from worker.handler import Handler, HandlerLike, name_of
from worker.holding import Holding
from worker.job import Outcome, Settled
from worker.offer import release
from worker.perform import perform
from worker.queue import Queue
from worker.register import Register
from worker.store import admin
from worker.store.admin import Which
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
    while holding.promote():
        pass  # there may be more
    ended: list[tuple[Grabbed, Outcome]] = []
    while len(ended) < at_most:
        grabbed = holding.turn([], 1).grabbed
        if not grabbed:
            break
        together = list(zip(grabbed, perform(register, queue.store, *grabbed)))
        ends = [
            Settlement(job.id, job.owner, outcome)
            for job, outcome in together
            if not isinstance(outcome, Settled)
        ]
        holding.turn(ends, 0)
        ended += together
    return ended


class Enqueued(NamedTuple):
    """A live job, as a test looks at it."""

    handler: str
    arg: Any
    queue: str
    priority: int
    uniqkey: str | None
    #: ready, running or scheduled
    state: str
    #: seconds until a scheduled one is due
    due_in: float | None


class Workbench:
    """A queue and its jobs, for one test; what the fixture of worker.fixtures gives."""

    #: where run() leaves jobs that are to be tried again
    INLINE = "run-inline"
    #: where it does them, so that no other is in the way, nor one that it left
    NOW = "run-inline-now"

    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def enqueued(self, handler: HandlerLike | None = None) -> list[Enqueued]:
        """Give the live jobs, the oldest first; those of one handler if it is named."""
        name = "" if handler is None else name_of(handler)
        desk = self.queue.desk
        listed = desk.jobs(Which(handler=name, limit=10_000))
        live = [each for each in listed if each.state not in admin.KEPT]
        return [
            Enqueued(
                each.handler,
                serializers.read(desk.show(each.id)["arg"]),
                each.queue,
                each.priority,
                each.uniqkey,
                each.state,
                each.due_in,
            )
            for each in live
        ]

    def drain(
        self, *handlers: Handler | type[Handler], queues: Sequence[str] = ("default",)
    ) -> list[tuple[Grabbed, Outcome]]:
        """Do all jobs that are ready, as drain() does."""
        return drain(self.queue, *handlers, queues=queues)

    def run(
        self, handler: Handler | type[Handler], arg: Any = None, **options: Any
    ) -> Outcome:
        """Enqueue one job, do it, and give how it ended: ``assert workbench.run(Echo, 1) == Done()``."""
        self.queue.enqueue(handler, arg, queue=self.NOW, **options)
        ended = drain(self.queue, handler, queues=(self.NOW,), at_most=1)
        self.queue.store.change([admin.move(self.NOW, self.INLINE)])
        if not ended:
            raise BadJob("run() does a job now; one with run_after is for drain()")
        return ended[0][1]

    def hasten(self) -> None:
        """Make all scheduled jobs due, retries too: the next drain() does them."""
        self.queue.store.change([admin.HASTEN])
