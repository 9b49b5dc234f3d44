"""Enqueues the numbered jobs of a soak, and remembers which of them are promised."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence

from worker.errors import WorkerError
from worker.hook import Hook, Offer, Put
from worker.queues import Queues
from worker.soak.evidence import Evidence
from worker.soak.jobs import kind_of

#: jobs of one kind that are enqueued together at most
TOGETHER = 400
#: seconds before the next enqueue after one that failed, or when there is enough to do
PAUSE = 0.1
#: seconds for which a database that did not answer is passed over
RETRY = 1.0


class Feed(threading.Thread):
    """Keeps some backlog until so many jobs are in. An enqueue that failed is not repeated: further numbers are used."""

    def __init__(self, urls: Sequence[str], jobs: int, backlog: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.known = Evidence()
        self._queues = Queues(urls, RETRY, hooks=[Doubt(self.known.unanswered)])
        self._jobs, self._backlog = jobs, backlog
        self._dice = random.Random(seed)  # noqa: S311 # repeatable on purpose
        self.gives_up = False
        self._next = 1

    def run(self) -> None:
        while len(self.known.promised) < self._jobs and not self.gives_up:
            try:
                if self._waiting() < self._backlog:
                    self._put(self._dice.randint(1, TOGETHER))
                    continue
            except WorkerError:
                pass
            time.sleep(PAUSE)
        self._queues.close()

    def _waiting(self) -> int:
        """Count the jobs of those databases that answer."""
        every = self._queues.counts().values()
        return sum(sum(each.jobs.values()) for each in every if each)

    def _put(self, count: int) -> None:
        kinds: dict[str, list[int]] = {}
        for number in range(self._next, self._next + count):
            kinds.setdefault(kind_of(number)().name, []).append(number)
        self._next += count
        for name, numbers in kinds.items():
            try:
                self._queues.enqueue_many(name, numbers)
            except WorkerError:
                self.known.unsure.update(numbers)
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
