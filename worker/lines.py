"""The words of the log: one event a line, as text and as fields; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from worker.job import (
    Aborted,
    Delivered,
    Done,
    Failed,
    GivenBack,
    Outcome,
    Quarantined,
    Retry,
    Settled,
)
from worker.store.base import Expired, Grabbed


class Event(NamedTuple):
    """What happened; nothing of it holds an argument's contents but *arg*, which is written only if asked for."""

    text: str
    fields: Mapping[str, Any]
    arg: str | None = None


def said(text: str, event: str, **fields: Any) -> Event:
    """Make an event of a sentence, which its record keeps as well."""
    return Event(text, {"event": event, **fields, "message": text})


class Ended(NamedTuple):
    """The end of an attempt, spelled out only in the shape that is written: there are ten thousand a second."""

    job: Grabbed
    outcome: Outcome

    @property
    def text(self) -> str:
        job, outcome = self
        if type(outcome) is Done:
            return f"job {job.id} {job.handler} done attempt={job.attempt} seconds={outcome.seconds:.3f}"
        what, more = _end(outcome)
        because = _because(outcome)
        seconds = f" seconds={outcome.seconds:.3f}" if outcome.seconds else ""
        return f"job {job.id} {job.handler} {what}{more} attempt={job.attempt}{seconds}{because and ': '}{because}"

    @property
    def fields(self) -> Mapping[str, Any]:
        return {
            **_of(_end(self.outcome)[0], self.job),
            "queue": self.job.queue,
            "seconds": round(self.outcome.seconds, 6),
            "because": _because(self.outcome),
        }

    @property
    def arg(self) -> str:
        return self.job.arg


def lost(job: Grabbed) -> Event:
    because = "its lease ran out, or its end had been written before"
    return Event(
        f"job {job.id} {job.handler} was not ours to settle any more attempt={job.attempt}: {because}",
        {**_of("lost", job), "because": because},
        job.arg,
    )


def expired(job: Expired, outcome: Outcome) -> Event:
    what, more = _end(outcome)
    because = "the lease ran out"
    return Event(
        f"job {job.id} {job.handler} {what}{more} attempt={job.attempt}: {because}",
        {**_of(what, job), "because": because},
    )


def _of(what: str, job: Grabbed | Expired) -> dict[str, Any]:
    return {
        "event": what,
        "job": job.id,
        "handler": job.handler,
        "attempt": job.attempt,
    }


def _end(outcome: Outcome) -> tuple[str, str]:
    """Name an end, and say when the job is tried again."""
    if isinstance(outcome, Retry):
        how = "crashed" if outcome.crashed else "failed"
        return how, f" retry_in={outcome.delay:g}"
    if isinstance(outcome, GivenBack) and outcome.delay:
        return "declined", f" again_in={outcome.delay:g}"
    return _NAMES[type(outcome)], ""


_NAMES: dict[type, str] = {
    Done: "done",
    Delivered: "done",
    Settled: "done",
    GivenBack: "given back",
    Failed: "failed for good",
    Aborted: "aborted",
    Quarantined: "quarantined",
}


def _because(outcome: Outcome) -> str:
    """An exception is named by type and place; its text is kept with the job."""
    if isinstance(outcome, (Retry, Failed)) and outcome.place:
        return outcome.place
    if isinstance(outcome, Quarantined) or (
        isinstance(outcome, Retry) and outcome.crashed
    ):
        return outcome.error
    return ""


def manager(pid: int, stopping: bool) -> Event:
    how = "stops" if stopping else "works"
    return said(f"manager {pid} {how}", "state", manager=pid)


def child(pid: int, jobs: Sequence[Grabbed]) -> Event:
    """Say what a child does; the first of its jobs is the one that runs."""
    if not jobs:
        return said(f"child {pid} idle", "state", child=pid)
    first = jobs[0]
    behind = f" and {len(jobs) - 1} more in hand" if len(jobs) > 1 else ""
    return said(
        f"child {pid} busy with job {first.id} {first.handler} attempt={first.attempt}{behind}",
        "state",
        child=pid,
        job=first.id,
        handler=first.handler,
        attempt=first.attempt,
        behind=len(jobs) - 1,
    )


def dead(pid: int, death: str, killed_for: str) -> Event:
    why = f"was stopped after {killed_for}" if killed_for else death
    text = f"child {pid} {why.replace('the child ', '')}"
    return said(text, "child died", child=pid)


def leaves(pid: int, why: str) -> Event:
    return said(f"child {pid} leaves {why}", "child leaves", child=pid)
