"""The values that go into a store and come out; no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from worker.errors import BadJob, DuplicateJob
from worker.job import Outcome

#: seconds of a lease, unless the handler's grab_for says otherwise
LEASE = 60.0

#: bits of an owner that count the grabs of one manager
GRAB_BITS = 32


class NewJob(NamedTuple):
    """A job to put in; *arg* is JSON text, *run_after* seconds from now."""

    handler: str
    arg: str
    queue: str = "default"
    priority: int = 0
    run_after: float = 0.0
    uniqkey: str | None = None
    coalesce: str | None = None


class Grabbed(NamedTuple):
    """A job under our lease. A tuple, because a busy worker makes ten thousands a second."""

    id: int
    owner: int
    handler: str
    arg: str
    attempt: int
    crashes: int
    queue: str
    priority: int
    uniqkey: str | None
    enqueued_at: int
    #: set if its handler does jobs of one value together
    coalesce: str | None = None

    def goes_with(self, other: Grabbed) -> bool:
        """Say whether one attempt may do both."""
        return (
            self.coalesce is not None
            and self.coalesce == other.coalesce
            and (self.queue, self.handler) == (other.queue, other.handler)
        )


@dataclass(frozen=True)
class Holder:
    """Who grabs: a number for this manager, under which each grab gets an owner of its own."""

    number: int
    release: str = ""

    @property
    def first(self) -> int:
        return self.number << GRAB_BITS

    @property
    def last(self) -> int:
        return self.first + (1 << GRAB_BITS) - 1


@dataclass(frozen=True)
class Ask:
    """A grab: at most *limit* jobs, all of the first queue before any of the next."""

    owner: int
    limit: int
    queues: Sequence[str] = ("default",)
    release: str = ""
    #: seconds, by the name of the handler, where it is not LEASE
    leases: Mapping[str, float] = field(default_factory=dict)
    #: jobs of one coalesce value that are grabbed together at most, by the name of the handler, where it is not 1
    together: Mapping[str, int] = field(default_factory=dict)


class Settlement(NamedTuple):
    """The end of an attempt, valid only while *owner* still holds the job."""

    id: int
    owner: int
    outcome: Outcome


@dataclass(frozen=True)
class Turn:
    """What one turn brought: the jobs grabbed, and the ids that were no longer ours to settle."""

    grabbed: Sequence[Grabbed] = ()
    lost: frozenset[int] = frozenset()


class Expired(NamedTuple):
    """A job whose holder did not renew its lease."""

    id: int
    owner: int
    handler: str
    attempt: int
    crashes: int


@dataclass(frozen=True)
class Due:
    """Seconds until the next scheduled job is due and the next lease runs out; None: there is none."""

    scheduled: float | None
    lease: float | None
    #: queues whose jobs are not to begin
    paused: frozenset[str] = frozenset()
    #: there is a ready job in one of the queues that were asked for
    ready: bool = False
    #: seconds that the database took to find out
    took: float = 0.0


@dataclass(frozen=True)
class Kept:
    """A job that ended badly, as it is kept."""

    id: int
    handler: str
    state: str
    attempt: int
    failed_at: float
    error: str


@dataclass(frozen=True)
class Counts:
    """The state of the queue: (queue, state) to jobs, and the age of the oldest ready job."""

    jobs: Mapping[tuple[str, str], int]
    oldest_ready: float | None


@dataclass(frozen=True)
class Finding:
    """One thing that a doctor looked at."""

    is_well: bool
    text: str


def duplicate(jobs: Sequence[NewJob]) -> DuplicateJob:
    """Say which uniqkey is taken, or that one of several is."""
    keyed = [each for each in jobs if each.uniqkey is not None]
    if len(keyed) == 1:
        (each,) = keyed
        return DuplicateJob(
            f"a job of {each.handler} with uniqkey {each.uniqkey!r} is live; nothing was enqueued"
        )
    return DuplicateJob(
        "one of the uniqkeys belongs to a live job, or stands there twice; nothing was enqueued"
    )


def too_large() -> BadJob:
    return BadJob("the argument is larger than the database takes")


def values_of(row: Any) -> tuple[Any, ...]:
    """Read a row of a caller's cursor, which may give dictionaries."""
    return tuple(row.values()) if isinstance(row, dict) else tuple(row)


def seconds(microseconds: Any) -> float | None:
    return None if microseconds is None else int(microseconds) / 1e6


def kept(row: Sequence[Any]) -> Kept:
    """Read a row of what is kept."""
    id, handler, state, attempt, failed_at, error = row
    return Kept(id, handler, state, attempt, failed_at / 1e6, error)
