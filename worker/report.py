"""The words of status, list and show; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from worker.address import Address
from worker.store.admin import KEPT, Listed
from worker.store.base import Counts, Kept


@dataclass(frozen=True)
class Look:
    """What the queue looked like at one moment."""

    at: float
    counts: Counts
    kept: Sequence[Kept]
    paused: Sequence[str]

    @property
    def backlog(self) -> int:
        """Jobs that are ready or running."""
        jobs = self.counts.jobs.items()
        return sum(n for (_, state), n in jobs if state in ("ready", "running"))


@dataclass(frozen=True)
class Drain:
    """How fast the backlog falls (what is enqueued meanwhile counts against it), and when it is gone."""

    jobs_per_second: float
    seconds: float | None


def drain(first: Look, last: Look) -> Drain | None:
    """Compare two looks; None if they are one."""
    elapsed = last.at - first.at
    if elapsed <= 0:
        return None
    speed = (first.backlog - last.backlog) / elapsed
    if not last.backlog:
        return Drain(speed, 0.0)
    return Drain(speed, last.backlog / speed if speed > 0 else None)


def alarms(look: Look, age: float | None, kept: int | None) -> list[str]:
    found = []
    oldest = look.counts.oldest_ready
    if age is not None and oldest is not None and oldest > age:
        found.append(f"a ready job has waited for {oldest:.0f} s, more than {age:g} s")
    count = sum(n for (_, state), n in look.counts.jobs.items() if state in KEPT)
    if kept is not None and count > kept:
        found.append(f"{count} jobs are kept, more than {kept}")
    return found


def as_json(address: Address, look: Look, speed: Drain | None) -> Mapping[str, Any]:
    jobs: dict[str, dict[str, int]] = {}
    for (queue, state), count in look.counts.jobs.items():
        jobs.setdefault(queue, {})[state] = count
    return {
        "queue": str(address),
        "jobs": jobs,
        "paused": list(look.paused),
        "oldest_ready_seconds": look.counts.oldest_ready,
        "drain": vars(speed) if speed else None,
        "failures": [vars(each) for each in look.kept],
    }


def as_text(address: Address, look: Look, speed: Drain | None) -> Iterator[str]:
    return map(visible, _told(address, look, speed))


def _told(address: Address, look: Look, speed: Drain | None) -> Iterator[str]:
    yield f"queue {address}"
    for (queue, state), count in sorted(look.counts.jobs.items()):
        yield f"{queue} {state} {count}"
    yield from (f"{name} is paused" for name in look.paused)
    if look.counts.oldest_ready is not None:
        yield f"the oldest ready job waits for {look.counts.oldest_ready:.1f} s"
    if speed:
        yield _speed(speed)
    for each in look.kept:
        yield f"job {each.id} {each.handler} {each.state} attempt={each.attempt}: {_first(each.error)}"


def _speed(speed: Drain) -> str:
    if not speed.jobs_per_second and speed.seconds is None:
        return "the backlog stays as it is"
    if speed.seconds is None:
        return f"the backlog does not fall: it grows by {-speed.jobs_per_second:.1f} jobs/s"
    return f"the backlog falls by {speed.jobs_per_second:.1f} jobs/s and is gone in {speed.seconds:.0f} s"


def job(each: Listed) -> str:
    """One line; the error's first line last."""
    due = f" {_when(each.state, each.due_in)}" if each.due_in is not None else ""
    key = f" uniqkey={each.uniqkey}" if each.uniqkey is not None else ""
    error = f": {_first(each.error)}" if each.error else ""
    return visible(
        f"job {each.id} {each.handler} {each.state} queue={each.queue} priority={each.priority}"
        f" attempt={each.attempt} age={each.age:.0f}s{due}{key}{error}"
    )


def _when(state: str, due_in: float) -> str:
    """Say when it is due, or how long ago it ended, as `age` says how long ago it came."""
    coming = {"running": "lease", "scheduled": "due"}
    name = coming.get(state, "ended")
    return f"{name}={due_in if state in coming else -due_in:.0f}s"


def shown(known: Mapping[str, Any]) -> str:
    """A line for each thing that is known of a job."""
    return "\n".join(
        f"{name}: {_time(value) if name.endswith(TIMES) else _value(name, value)}"
        for name, value in known.items()
        if value not in (None, "")
    )


def _value(name: str, value: object) -> str:
    lines = str(value).split("\n") if name in LONG else [str(value)]
    return "\n".join(visible(each.expandtabs()) for each in lines)


#: what has several lines
LONG = ("error", "traceback")
#: ends of the names of times, which are microseconds since 1970
TIMES = ("_at", "_until")


def _time(microseconds: int) -> str:
    at = datetime.fromtimestamp(microseconds / 1e6, timezone.utc)
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def visible(text: str) -> str:
    """Spell out what is no letter: keys and errors come from anywhere, and are not to steer a terminal or forge a line."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode()
        for each in text
    )


def _first(text: str) -> str:
    return text.splitlines()[0] if text else ""
