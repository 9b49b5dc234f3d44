"""What can be enqueued: a job is checked before it goes near a database."""

from __future__ import annotations

import json
import math
from typing import Any

from worker.errors import BadJob
from worker.handler import HandlerLike, name_of
from worker.store.base import NewJob

#: characters of a uniqkey and of a handler's name
LONGEST_NAME = 255
LONGEST_QUEUE = 64
#: bytes of an argument as JSON; the column's and MySQL's default packet's limit is 16 MB
LARGEST_ARG = 15_000_000
#: seconds; a century
LONGEST_DELAY = 3_155_760_000
LARGEST_PRIORITY = 2**31 - 1


def new_job(
    handler: HandlerLike, arg: Any, run_after: float, priority: int, queue: str | None
) -> NewJob:
    if queue is None:
        queue = "default" if isinstance(handler, str) else handler.queue
    _check(name_of(handler), run_after, priority, queue)
    return NewJob(
        handler=name_of(handler),
        arg=_json(arg),
        queue=queue,
        priority=priority,
        run_after=float(run_after),
    )


def keyed(job: NewJob, uniqkey: str | None) -> NewJob:
    if uniqkey is None:
        return job
    if not isinstance(uniqkey, str) or len(uniqkey) > LONGEST_NAME:
        raise BadJob(f"a uniqkey is a text of at most {LONGEST_NAME} characters")
    return NewJob(**{**vars(job), "uniqkey": uniqkey})


def _check(name: str, run_after: float, priority: int, queue: str) -> None:
    if len(name) > LONGEST_NAME:
        raise BadJob(f"the handler's name is longer than {LONGEST_NAME} characters")
    if not 0 < len(queue) <= LONGEST_QUEUE:
        raise BadJob(f"a queue's name has 1 to {LONGEST_QUEUE} characters")
    if not _is_number(run_after) or not 0 <= run_after <= LONGEST_DELAY:
        raise BadJob(
            f"run_after is {run_after!r}; it must be seconds from now, not negative"
        )
    if type(priority) is not int or abs(priority) > LARGEST_PRIORITY:
        raise BadJob(f"priority is {priority!r}; it must be a whole number of 32 bits")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _json(arg: Any) -> str:
    """Write an argument as ASCII, so that no connection's character set can change it."""
    try:
        text = json.dumps(arg, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadJob(f"the argument is not JSON: {error}") from error
    if len(text) > LARGEST_ARG:
        raise BadJob(
            f"the argument is {len(text)} bytes of JSON; {LARGEST_ARG} is the most"
        )
    return text
