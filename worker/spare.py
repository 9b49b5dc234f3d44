"""How many children there should be; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.errors import BadSetting

#: seconds that a child must have been idle before it can be one too many
COOL_DOWN = 10.0


@dataclass(frozen=True)
class Pool:
    """The limits of the pool of children."""

    #: living children, whatever they do
    max_workers: int = 1
    #: idle children that are kept ready; also how many there are at the start
    min_spare_workers: int = 1
    #: idle children above which some are retired; None: max_workers, so none ever is
    max_spare_workers: int | None = None
    cool_down: float = COOL_DOWN

    def __post_init__(self) -> None:
        if self.min_spare_workers > self.max_workers:
            raise BadSetting(
                f"min_spare_workers is {self.min_spare_workers}, more than max_workers ({self.max_workers})"
            )
        if self.most_spare < self.min_spare_workers:
            raise BadSetting(
                f"max_spare_workers is {self.most_spare}, less than min_spare_workers ({self.min_spare_workers})"
            )

    @property
    def most_spare(self) -> int:
        named = self.max_spare_workers
        return self.max_workers if named is None else named


def missing(pool: Pool, alive: int, idle: int) -> int:
    """Count the children to fork now: all that are short, so that a burst waits for one fork and not for many."""
    return max(0, min(pool.min_spare_workers - idle, pool.max_workers - alive))


def surplus(pool: Pool, idle_for: Sequence[float]) -> int:
    """Count the children to retire now, given the seconds since when each idle one has been so.

    Those that worked a moment ago are not counted: load that comes and goes makes no one leave.
    """
    lasting = sum(seconds >= pool.cool_down for seconds in idle_for)
    return max(0, lasting - pool.most_spare)


def owed(pool: Pool, wanted_elsewhere: int, idle: int, above_fair: int) -> int:
    """Count the children whose places another manager should have.

    Idle ones go down to those that are to be spare; busy ones only of a manager that has more than its fair part.
    """
    return max(0, min(wanted_elsewhere, max(idle - pool.min_spare_workers, above_fair)))
