"""Several queues as one for those who enqueue: a database that does not answer is passed over for a while."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from worker.address import Address
from worker.errors import BadSetting, QueueUnreachable
from worker.handler import HandlerLike
from worker.queue import Queue
from worker.store.base import Counts

Result = TypeVar("Result")


class Queues:
    """Each job lives in the one queue that took it, which ends, retries and keeps it.

    *retry_seconds*: how long a database that did not answer is asked only if no other is left. *options*
    are those of each Queue.
    """

    def __init__(
        self,
        urls: Sequence[str | Address],
        retry_seconds: float = 30.0,
        **options: Any,
    ) -> None:
        if not urls:
            raise BadSetting("Queues wants at least one queue URL")
        self.queues = [Queue(url, **options) for url in urls]
        self._retry_seconds = retry_seconds
        self._silent_until = dict.fromkeys(self.queues, 0.0)

    def enqueue(
        self, handler: HandlerLike, arg: Any = None, **options: Any
    ) -> tuple[Queue, int]:
        """Put one job into any of the queues; give that queue and the id there.

        Takes the options of Queue.enqueue but cursor. A uniqkey is unique within one queue only. A
        database that breaks just after it took the job makes another take it too.
        """
        return self._any(lambda queue: queue.enqueue(handler, arg, **options))

    def enqueue_many(
        self, handler: HandlerLike, args: Iterable[Any], **options: Any
    ) -> tuple[Queue, list[int]]:
        """Put in a job for each of *args*, all into the same queue."""
        every = list(args)
        return self._any(lambda queue: queue.enqueue_many(handler, every, **options))

    def counts(self) -> dict[str, Counts | None]:
        """Count the jobs of each, by its URL without the password; None: it does not answer."""
        return {str(each.address): _counts(each) for each in self.queues}

    def close(self) -> None:
        """Close this thread's connections."""
        for each in self.queues:
            each.close()

    def _any(self, put: Callable[[Queue], Result]) -> tuple[Queue, Result]:
        """Shuffled, those that were silent lately last."""
        now = time.monotonic()
        order = random.sample(self.queues, len(self.queues))
        order.sort(key=lambda queue: max(now, self._silent_until[queue]))
        for queue in order[:-1]:
            try:
                return queue, put(queue)
            except QueueUnreachable:
                self._silent_until[queue] = time.monotonic() + self._retry_seconds
        return order[-1], put(order[-1])


def _counts(queue: Queue) -> Counts | None:
    try:
        return queue.counts()
    except QueueUnreachable:
        return None
