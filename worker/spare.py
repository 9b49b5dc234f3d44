"""How many children there should be; pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pool:
    """The limits of the pool of children."""

    max_workers: int = 1


def missing(pool: Pool, alive: int) -> int:
    """Count the children to fork now."""
    return max(0, pool.max_workers - alive)
