"""From what is offered to what is put in: the hooks around it, the checks, the serializer."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from worker import hook, serializers
from worker.errors import BadJob
from worker.handler import HandlerLike, name_of
from worker.hook import Hook, Offer
from worker.job import LONGEST_DELAY
from worker.store.base import NewJob

#: characters of a uniqkey, and of the names of a handler and of a release
LONGEST_NAME = 255
LONGEST_QUEUE = 64
LARGEST_PRIORITY = 2**31 - 1


@dataclass(frozen=True)
class Intake:
    """What holds for all jobs that come this way; *serializer* for handlers that are given by name."""

    hooks: Sequence[Hook] = ()
    serializer: str = serializers.PLAIN

    def put(
        self,
        handler: HandlerLike,
        offers: Sequence[Offer],
        insert: Callable[[list[NewJob]], list[int]],
    ) -> list[int]:
        """Put jobs of one handler in, within these hooks and the handler's own."""
        hooks, serializer = tuple(self.hooks), self.serializer
        if not isinstance(handler, str):
            hooks, serializer = (*hooks, *handler.hooks), handler.serializer

        def put(some: Iterable[Offer]) -> list[int]:
            return insert([accepted(each, hooks, serializer) for each in some])

        return hook.around_enqueue(hooks, offers, put)


def offer(
    handler: HandlerLike, arg: Any, queue: str | None = None, **said: Any
) -> Offer:
    """Say what is offered; *queue* is the handler's own unless it is given."""
    name = name_of(handler)
    if queue is None:
        queue = "default" if isinstance(handler, str) else handler.queue
    return Offer(name, arg, queue=queue, **said)


def accepted(
    offer: Offer, hooks: Sequence[Hook] = (), serializer: str = serializers.PLAIN
) -> NewJob:
    """Check an offer before it goes near a database."""
    _check(offer)
    return NewJob(
        offer.handler,
        serializers.write(hook.serialized(hooks, offer.arg), serializer),
        offer.queue,
        offer.priority,
        float(offer.run_after),
        _key(offer.uniqkey, "a uniqkey"),
        _key(offer.coalesce, "a coalesce value"),
    )


def release() -> str:
    """Name the release that this process runs from, as the deploy's run script says."""
    return os.environ.get("FORKLIFT_RELEASE", "")[:LONGEST_NAME]


def _check(offer: Offer) -> None:
    if len(offer.handler) > LONGEST_NAME:
        raise BadJob(f"the handler's name is longer than {LONGEST_NAME} characters")
    _text(offer.queue, "a queue's name", 1, LONGEST_QUEUE)
    if not _is_number(offer.run_after) or not 0 <= offer.run_after <= LONGEST_DELAY:
        raise BadJob(
            f"run_after is {offer.run_after!r}; it must be seconds from now, not negative"
        )
    if type(offer.priority) is not int or abs(offer.priority) > LARGEST_PRIORITY:
        raise BadJob(
            f"priority is {offer.priority!r}; it must be a whole number of 32 bits"
        )


def _key(key: object, what: str) -> str | None:
    return None if key is None else _text(key, what, 0, LONGEST_NAME)


def _text(value: object, what: str, least: int, most: int) -> str:
    """A text with half of a surrogate pair in it is none that a database takes."""
    if isinstance(value, str) and least <= len(value) <= most and _is_utf8(value):
        return value
    raise BadJob(f"{what} is a text of {least} to {most} characters that UTF-8 has")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)
