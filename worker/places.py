"""How many children the managers of one parent may have between them, so that max_workers counts for all databases."""

from __future__ import annotations

import fcntl
import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from worker import spare
from worker.errors import BadSetting
from worker.spare import Pool


@dataclass(frozen=True)
class Places:
    """Counts in a page of memory that all of them share: of each manager the places taken, and those wished for."""

    pool: Pool
    managers: int
    counts: memoryview
    #: a file without a name, for its lock
    lock: int

    def of(self, manager: int) -> Share:
        return Share(self, manager)

    def taken(self, manager: int) -> int:
        return int(self.counts[2 * manager])

    def wished(self, manager: int) -> int:
        return int(self.counts[2 * manager + 1])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep the other managers from counting; the kernel lets go of a dead one's lock."""
        fcntl.lockf(self.lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self.lock, fcntl.LOCK_UN)


def make(pool: Pool, managers: int) -> Places:
    """Make the places of a parent; raises BadSetting if not every manager can have its spare children."""
    if managers * pool.min_spare_workers > pool.max_workers:
        raise BadSetting(
            f"max_workers is {pool.max_workers}, and {managers} databases want min_spare_workers ({pool.min_spare_workers}) each"
        )
    page = mmap.mmap(-1, -(-2 * managers * 4 // mmap.PAGESIZE) * mmap.PAGESIZE)
    lock, name = tempfile.mkstemp(prefix="forklift-")
    Path(name).unlink()
    return Places(pool, managers, memoryview(page).cast("I"), lock)


@dataclass(frozen=True)
class Share:
    """One manager's part of the places."""

    places: Places
    manager: int

    @property
    def is_first(self) -> bool:
        """Of several databases, the one that ticks belong to."""
        return self.manager == 0

    def take(self) -> bool:
        """Take a place for a child; the spare children of the other managers keep theirs."""
        places = self.places
        with places.locked():
            others = sum(max(n, places.pool.min_spare_workers) for n in self._others())
            if others + self._taken >= places.pool.max_workers:
                return False
            self._count(self._taken + 1)
            return True

    def give_back(self) -> None:
        self._count(self._taken - 1)

    def clear(self) -> None:
        """The manager is dead."""
        self._count(0)
        self.wish(0)

    def wish(self, places: int) -> None:
        """Say how many more are wanted."""
        self.places.counts[2 * self.manager + 1] = places

    def owed(self, idle: int) -> int:
        """Count the children that should go, so that other managers can have theirs."""
        places = self.places
        wished = sum(
            places.wished(each)
            for each in range(places.managers)
            if each != self.manager
        )
        free = places.pool.max_workers - self._taken - sum(self._others())
        fair = -(-places.pool.max_workers // places.managers)
        return spare.owed(places.pool, wished - free, idle, self._taken - fair)

    @property
    def _taken(self) -> int:
        return self.places.taken(self.manager)

    def _others(self) -> list[int]:
        places = self.places
        return [places.taken(n) for n in range(places.managers) if n != self.manager]

    def _count(self, taken: int) -> None:
        self.places.counts[2 * self.manager] = taken
