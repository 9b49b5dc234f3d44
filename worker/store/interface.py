"""What every store can be asked; no SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from worker.job import Outcome
from worker.store.base import (
    Ask,
    Counts,
    Due,
    Expired,
    Finding,
    Holder,
    Kept,
    NewJob,
    Settlement,
    Turn,
)
from worker.store.statements import Statement, Words


class Store(Protocol):
    """One database. Raises QueueUnreachable, QueueNotSetUp, DuplicateJob; never a driver's error."""

    #: what this database spells in its own way
    words: Words

    def setup(self) -> None:
        """Create or migrate the tables, and the database; safe at any time, from many hosts."""
        ...

    def schema(self) -> Sequence[str]:
        """Give the statements of setup, for reading."""
        ...

    def identity(self, cursor: Any = None) -> str:
        """Give the queue's own random name; raise QueueNotSetUp if there is no queue."""
        ...

    def enqueue(
        self, jobs: Sequence[NewJob], release: str, cursor: Any = None
    ) -> list[int]:
        """Put in all of the jobs or none; with *cursor*, as part of its transaction."""
        ...

    def turn(self, settlements: Sequence[Settlement], ask: Ask | None) -> Turn:
        """Settle, then grab, in one transaction; it happens whole or not at all."""
        ...

    def renew(
        self, held: Mapping[int, int], holder: Holder, leases: Mapping[str, float]
    ) -> frozenset[int]:
        """Extend the leases of the held jobs (id to owner); give the ids that were lost."""
        ...

    def due(self, queues: Sequence[str] = ()) -> Due:
        """Ask what is due or paused, and whether there is a ready job in *queues*."""
        ...

    def promote(self, limit: int) -> int:
        """Make scheduled jobs ready whose time has come; count them."""
        ...

    def reclaim(
        self, limit: int, decide: Callable[[Expired], Outcome]
    ) -> list[tuple[Expired, Outcome]]:
        """Settle jobs whose lease ran out, as *decide* says."""
        ...

    def running(self, holder: Holder) -> dict[int, int]:
        """Give the jobs (id to owner) that the database says a manager holds."""
        ...

    def is_held(self, id: int, owner: int) -> bool: ...

    def transaction(self) -> AbstractContextManager[Any]:
        """Open a transaction on a connection of this thread and give its cursor."""
        ...

    def within(self, cursor: Any, statements: Sequence[Statement]) -> int:
        """Run statements as part of the cursor's transaction; give the row count of the last."""
        ...

    def counts(self) -> Counts: ...

    def kept(self, limit: int) -> Sequence[Kept]:
        """Give the jobs that ended badly, the latest first."""
        ...

    def change(
        self, statements: Sequence[Statement]
    ) -> Sequence[tuple[int, Sequence[Any]]]:
        """Run an operator's statements in one transaction; give row count and rows of each."""
        ...

    def examine(self) -> Iterator[Finding]:
        """Look for what would make the queue slow or unsafe."""
        ...

    def close(self) -> None: ...
