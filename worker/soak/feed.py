"""Enqueues the numbered jobs of a soak, and remembers which of them are promised."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence

from worker.errors import WorkerError
from worker.hook import Hook, Offer, Put
from worker.queues import Queues
from worker.soak.evidence import Evidence
from worker.soak.jobs import kind_of
from worker.soak.plan import Plan

#: jobs of one kind that are enqueued together at most
TOGETHER = 400
#: jobs of one kind that are enqueued one by one at most
FEW = 10
#: seconds before the next enqueue after one that failed, or when there is enough to do
PAUSE = 0.1
#: seconds for which a database that did not answer is passed over
RETRY = 1.0


class Feed(threading.Thread):
    """Keeps some backlog until so many jobs are in. An enqueue that failed is not repeated: further numbers are used."""

    def __init__(
        self, urls: Sequence[str], plan: Plan, waiting: Callable[[], int]
    ) -> None:
        super().__init__(daemon=True)
        self.known = Evidence()
        self._queues = Queues(urls, RETRY, hooks=[Doubt(self.known.unanswered)])
        self._plan, self._waiting = plan, waiting
        self._dice = random.Random(plan.draw.seed)  # noqa: S311 # repeatable on purpose
        self.gives_up = False
        self._next = 1

    def run(self) -> None:
        while not self._is_through:
            room = self._plan.backlog - self._waiting()
            while room > 0 and not self._is_through:
                count = self._dice.randint(1, TOGETHER)
                self._put(count)
                room -= count
            time.sleep(PAUSE)
        self._queues.close()

    @property
    def _is_through(self) -> bool:
        return self.gives_up or len(self.known.promised) >= self._plan.jobs

    def _put(self, count: int) -> None:
        kinds: dict[str, list[int]] = {}
        for number in range(self._next, self._next + count):
            kinds.setdefault(kind_of(number)().name, []).append(number)
        self._next += count
        for name, numbers in self._dice.sample([*kinds.items()], len(kinds)):
            alone = len(numbers) <= FEW
            for some in [[each] for each in numbers] if alone else [numbers]:
                self._promise(name, some)

    def _promise(self, name: str, numbers: list[int]) -> None:
        try:
            if len(numbers) == 1:
                self._queues.enqueue(name, numbers[0])
            else:
                self._queues.enqueue_many(name, numbers)
        except WorkerError:
            self.known.unsure.update(numbers)
            time.sleep(PAUSE)
        else:
            self.known.promised.update(numbers)


class Doubt(Hook):
    """Remembers the numbers that a database was asked to take and did not say that it had."""

    def __init__(self, unanswered: set[int]) -> None:
        self._unanswered = unanswered

    def enqueue(self, offers: Sequence[Offer], put: Put) -> list[int]:
        try:
            return put(offers)
        except WorkerError:
            self._unanswered.update(each.arg for each in offers)
            raise
