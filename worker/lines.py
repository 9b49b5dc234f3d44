"""The words of the log: one line an event, no argument's contents; pure."""

from __future__ import annotations

from worker.job import (
    Aborted,
    Done,
    Failed,
    GivenBack,
    Outcome,
    Quarantined,
    Retry,
    Settled,
)
from worker.store.base import Expired, Grabbed


def ended(job: Grabbed, outcome: Outcome) -> str:
    """Say how an attempt ended."""
    head = f"job {job.id} {job.handler}"
    if isinstance(outcome, (Done, Settled)):
        return f"{head} done attempt={job.attempt} seconds={outcome.seconds:.3f}"
    return f"{head} {_badly(outcome)} attempt={job.attempt}{_because(outcome)}"


def lost(job: Grabbed) -> str:
    return f"job {job.id} {job.handler} was not ours to settle any more attempt={job.attempt}: its lease ran out, or its end had been written before"


def expired(job: Expired, outcome: Outcome) -> str:
    return f"job {job.id} {job.handler} {_badly(outcome)} attempt={job.attempt}: the lease ran out"


def _badly(outcome: Outcome) -> str:
    if isinstance(outcome, Retry):
        how = "crashed" if outcome.crashed else "failed"
        return f"{how} retry_in={outcome.delay:g}"
    if isinstance(outcome, GivenBack) and outcome.delay:
        return f"declined again_in={outcome.delay:g}"
    return _NAMES.get(type(outcome), "given back")


_NAMES: dict[type, str] = {
    Failed: "failed for good",
    Aborted: "aborted",
    Quarantined: "quarantined",
}


def _because(outcome: Outcome) -> str:
    """An exception is named by type and place; its text is kept with the job."""
    if isinstance(outcome, (Retry, Failed)) and outcome.place:
        return f": {outcome.place}"
    if isinstance(outcome, Quarantined) or (
        isinstance(outcome, Retry) and outcome.crashed
    ):
        return f": {outcome.error}"
    return ""


def manager(pid: int, stopping: bool) -> str:
    return f"manager {pid} {'stops' if stopping else 'works'}"


def child(pid: int, jobs: list[Grabbed]) -> str:
    """Say what a child does; the first of its jobs is the one that runs."""
    if not jobs:
        return f"child {pid} idle"
    first = jobs[0]
    behind = f" and {len(jobs) - 1} more in hand" if len(jobs) > 1 else ""
    return f"child {pid} busy with job {first.id} {first.handler} attempt={first.attempt}{behind}"


def dead(pid: int, death: str, killed_for: str) -> str:
    why = f"was stopped after {killed_for}" if killed_for else death
    return f"child {pid} {why.replace('the child ', '')}"


def leaves(pid: int, why: str) -> str:
    return f"child {pid} leaves {why}"
