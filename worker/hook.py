"""What can be done around every enqueue and every attempt: Qudo's points, in an order that is stated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from worker.errors import BadJob
from worker.job import Job


class Offer(NamedTuple):
    """A job that someone enqueues, before it is checked and written; change it with _replace()."""

    handler: str
    arg: Any = None
    run_after: float = 0
    priority: int = 0
    queue: str = "default"
    uniqkey: str | None = None
    coalesce: str | None = None


#: puts jobs in, all or none, and gives their ids
Put = Callable[[Sequence[Offer]], "list[int]"]
Work = Callable[[], object]


class Hook:
    """Subclass it and override what you need. Of several the first is the outermost, at every point.

    An exception refuses what is being enqueued, if put() was not called yet, and fails the attempt
    that is being made, if the job did not complete already; as if the caller or work() had raised it.
    """

    def enqueue(self, offers: Sequence[Offer], put: Put) -> list[int]:
        """Around an enqueue: give the ids that *put* gives, one for each offer."""
        return put(offers)

    def serialize(self, arg: Any) -> Any:
        """Turn an argument into what the serializer can write."""
        return arg

    def deserialize(self, arg: Any) -> Any:
        """Turn what the serializer read into the argument again."""
        return arg

    def work(self, job: Job, work: Work) -> object:  # noqa: ARG002 # for subclasses
        """Around an attempt: give what *work* gives; Abort and Decline mean what they mean in a handler."""
        return work()  # the handler's, or the next hook's


def around_enqueue(
    hooks: Sequence[Hook], offers: Sequence[Offer], put: Put
) -> list[int]:
    """Put jobs in through hooks, the first of them outermost."""
    for each in reversed(hooks):
        put = _outside(each, put)
    return put(offers)


def around_work(hooks: Sequence[Hook], job: Job, work: Work) -> object:
    """Do a job through hooks, the first of them outermost."""
    for each in reversed(hooks):
        work = _around(each, job, work)
    return work()


def serialized(hooks: Iterable[Hook], arg: Any) -> Any:
    for each in hooks:
        arg = each.serialize(arg)
    return arg


def deserialized(hooks: Sequence[Hook], arg: Any) -> Any:
    """Undo serialized(): the last hook first."""
    for each in reversed(hooks):
        arg = each.deserialize(arg)
    return arg


def _outside(hook: Hook, put: Put) -> Put:
    def enqueue(offers: Sequence[Offer]) -> list[int]:
        ids = hook.enqueue(offers, put)
        if not isinstance(ids, list):
            raise BadJob(
                f"{type(hook).__name__}.enqueue gave no list of ids; it is to return what put() gives"
            )
        return ids

    return enqueue


def _around(hook: Hook, job: Job, work: Work) -> Work:
    return lambda: hook.work(job, work)
