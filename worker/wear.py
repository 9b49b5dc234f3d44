"""When a child has served long enough; pure."""

from __future__ import annotations

from dataclasses import dataclass

#: the limits of a child are this part of those that were set, or more: children forked together do not leave together
LEAST = 0.9


@dataclass(frozen=True)
class Limits:
    """What a child may do before another takes its place; 0 is no limit."""

    jobs: int = 0
    seconds: float = 0.0
    #: of resident memory, what it shares with its manager included
    megabytes: float = 0.0


@dataclass(frozen=True)
class Service:
    """What a child has done so far."""

    jobs: int
    seconds: float
    megabytes: float


def limits_of_one(limits: Limits, luck: float) -> Limits:
    """Give the limits of one child; *luck* is a random number from 0 to 1."""
    part = LEAST + (1 - LEAST) * luck
    jobs = max(1, round(limits.jobs * part)) if limits.jobs else 0
    return Limits(jobs, limits.seconds * part, limits.megabytes * part)


def worn(limits: Limits, service: Service) -> str:
    """Say why a child is to leave: ``after 1000 jobs``; an empty text if it is not."""
    if 0 < limits.jobs <= service.jobs:
        return f"after {service.jobs} jobs"
    if 0 < limits.seconds <= service.seconds:
        return f"after {service.seconds:.0f} s"
    if 0 < limits.megabytes <= service.megabytes:
        return f"with {service.megabytes:.0f} MB of memory"
    return ""
