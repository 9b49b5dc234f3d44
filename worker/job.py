"""What a handler is given, and the ways in which an attempt can end."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol, Union

from worker.errors import Abort, WorkerError

#: seconds that a job can wait, be leased or have its result kept; a century
LONGEST_DELAY = 3_155_760_000
#: how many jobs that kill their child it takes, unless the handler says otherwise
MAX_CRASHES = 3


class Hold(Protocol):
    """The right to end one job, as the child has it while the handler works."""

    def still_mine(self) -> bool: ...

    def transaction(self) -> AbstractContextManager[Any]: ...

    def complete(self, result: Any) -> None: ...

    def progress(self, done: float, note: str) -> None: ...

    def abort(self, why: str) -> None: ...

    def replace(self, jobs: Sequence[tuple[Any, Any]]) -> None: ...


class _NoHold:
    """Stands in where nobody runs the job: a handler's own unit test."""

    def still_mine(self) -> bool:
        return True

    def transaction(self) -> AbstractContextManager[Any]:
        raise WorkerError("this job is not in a queue, so it has no transaction")

    def complete(self, result: Any) -> None:
        pass

    def progress(self, done: float, note: str) -> None:
        pass

    def abort(self, why: str) -> None:
        pass

    def replace(self, jobs: Sequence[tuple[Any, Any]]) -> None:  # noqa: ARG002
        raise WorkerError("this job is not in a queue, so nothing can take its place")


@dataclass(frozen=True)
class Job:
    """One attempt at one job; times are seconds since 1970 by the database's clock."""

    id: int
    handler: str
    arg: Any
    attempt: int = 1
    queue: str = "default"
    priority: int = 0
    uniqkey: str | None = None
    enqueued_at: float = 0.0
    #: further jobs of the same coalesce value, which end as this one does
    others: tuple[Job, ...] = ()
    hold: Hold = field(default_factory=_NoHold, repr=False, compare=False)

    @property
    def together(self) -> tuple[Job, ...]:
        """All the jobs that this attempt does, this one first."""
        return (self, *self.others)

    def completed(self, result: Any = None) -> None:
        """Say that the work is done, whatever follows; inside transaction(): settle with its writes.

        Returning from work() says the same. The *result* is kept if the handler's keep_result says
        so. Raises LeaseLost inside a transaction if the job was given to someone else, so that the
        transaction is undone.
        """
        self.hold.complete(result)

    def progress(self, done: float, note: str = "") -> None:
        """Say how far the work is, from 0 to 1; each call is a commit, or a part of transaction().

        Raises LeaseLost if the job was given to someone else.
        """
        self.hold.progress(done, note)

    def abort(self, why: str = "aborted") -> NoReturn:
        """End the job for good: it is kept as aborted and never tried again."""
        self.hold.abort(why)
        raise Abort(why)

    def replace(self, *jobs: tuple[Any, Any]) -> None:
        """Complete this job and enqueue others, each (handler, arg), in one transaction."""
        self.hold.replace(jobs)

    def transaction(self) -> AbstractContextManager[Any]:
        """Open a transaction in the queue's database and give its cursor."""
        return self.hold.transaction()

    def still_mine(self) -> bool:
        """Ask the database whether this attempt still holds the job."""
        return self.hold.still_mine()


@dataclass(frozen=True)
class Done:
    """The handler returned; *seconds* is how long it took."""

    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Delivered:
    """Done, with a *result* (as text) that is to be kept for *keep* seconds."""

    result: str
    keep: float
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Settled:
    """The handler completed the job within a transaction of its own; nothing is left to write."""

    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Retry:
    """To be tried again after *delay* seconds; *crashed* if the child died of it."""

    delay: float
    error: str
    place: str = ""
    crashed: bool = False
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Failed:
    """Tried for the last time."""

    error: str
    place: str = ""
    traceback: str = ""
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Aborted:
    """The handler said: never again."""

    error: str
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Quarantined:
    """It killed its child too often."""

    error: str
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class GivenBack:
    """Not finished, by no fault of its own: the attempt does not count. Ready again after *delay* seconds."""

    delay: float = 0.0
    seconds: float = field(default=0.0, compare=False)


#: how an attempt ended; each has its *seconds*, 0 where nobody knows
Outcome = Union[
    Done, Delivered, Settled, Retry, Failed, Aborted, Quarantined, GivenBack
]
