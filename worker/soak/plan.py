"""What a soak is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: seconds between two faults, in the mean
EVERY = 0.65
#: jobs that are kept waiting at most
BACKLOG = 4000


@dataclass(frozen=True)
class Draw:
    """Which faults, and how often; *seed* repeats the numbers drawn, not the machine's timing."""

    seed: int
    #: names of the faults to draw from; none: all
    only: Sequence[str] = ()
    #: seconds between two, in the mean
    every: float = EVERY


@dataclass(frozen=True)
class Plan:
    jobs: int
    #: their kind, and how many
    database: str
    draw: Draw
    managers: int = 2
    databases: int = 1

    @property
    def backlog(self) -> int:
        """Jobs that are kept waiting."""
        return min(BACKLOG, self.jobs // 8)
