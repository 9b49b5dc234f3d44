"""Enqueues the numbered jobs of a soak, and remembers which of them are promised."""

from __future__ import annotations

import random
import threading
import time

from worker.errors import WorkerError
from worker.queue import Queue
from worker.soak.account import Evidence
from worker.soak.jobs import kind_of

#: jobs of one kind that are enqueued together at most
TOGETHER = 400
#: seconds before the next enqueue after one that failed, or when there is enough to do
PAUSE = 0.1


class Feed(threading.Thread):
    """Keeps some backlog until so many jobs are in. An enqueue that failed is not repeated: further numbers are used."""

    def __init__(self, queue: Queue, jobs: int, backlog: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._queue, self._jobs, self._backlog = queue, jobs, backlog
        self._dice = random.Random(seed)  # noqa: S311 # repeatable on purpose
        self.known = Evidence()
        self.gives_up = False
        self._next = 1

    def run(self) -> None:
        while len(self.known.promised) < self._jobs and not self.gives_up:
            try:
                if sum(self._queue.counts().jobs.values()) < self._backlog:
                    self._put(self._dice.randint(1, TOGETHER))
                    continue
            except WorkerError:
                pass
            time.sleep(PAUSE)
        self._queue.close()

    def _put(self, count: int) -> None:
        kinds: dict[str, list[int]] = {}
        for number in range(self._next, self._next + count):
            kinds.setdefault(kind_of(number)().name, []).append(number)
        self._next += count
        for name, numbers in kinds.items():
            try:
                self._queue.enqueue_many(name, numbers)
            except WorkerError:
                self.known.unsure.update(numbers)
            else:
                self.known.promised.update(numbers)
