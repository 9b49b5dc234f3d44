"""Whether every tick of a soak was enqueued, and once. Ticks are numbers below zero, of a series and a minute."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from worker.soak.account import complaint

MINUTE = 60
#: more than there are series
SERIES = 10
COMPLAINTS = ("missed", "enqueued_twice", "untimely")


@dataclass(frozen=True)
class Span:
    """The last minutes that had begun when the soak did, when its faults were over, and at its end."""

    begun: int
    due: int
    ended: int


@dataclass(frozen=True)
class Ticks:
    enqueued: int
    #: between the first and the last of their series, or due since: no outage of a soak lasts a minute
    missed: list[int]
    enqueued_twice: list[int]
    #: before its time, or one of those that nobody makes up for
    untimely: list[int]

    @property
    def is_clean(self) -> bool:
        return not any(getattr(self, name) for name in COMPLAINTS)


def now() -> int:
    """The minute that has begun last; the databases are on this host, so they have its clock."""
    return int(time.time()) // MINUTE


def number(series: int, minute: int) -> int:
    """Give the number of a tick; *minute* counts since 1970."""
    return -(minute * SERIES + series)


def settle(rows: Iterable[int], span: Span, ticked: Mapping[int, int]) -> Ticks:
    """Account for the tick of each row. *ticked*: of each series the last one that its database remembers."""
    times = Counter(rows)
    missed: list[int] = []
    for series, last in ticked.items():
        found = [minute for each in times for minute in _minutes(each, series)]
        first = min(found, default=span.begun)
        expected = range(first, max(last, span.due) + 1)
        missed += [number(series, each) for each in expected if each not in found]
    return Ticks(
        enqueued=sum(times.values()),
        missed=missed,
        enqueued_twice=[each for each, count in times.items() if count > 1],
        untimely=[
            each for each in times if not span.begun <= -each // SERIES <= span.ended
        ],
    )


def _minutes(tick: int, series: int) -> list[int]:
    """The minute of a tick, if it is of this series."""
    minute, mine = divmod(-tick, SERIES)
    return [minute] if mine == series else []


def report(ticks: Ticks) -> Iterator[str]:
    """Say it in lines."""
    yield f"ticks {ticks.enqueued}"
    for name in COMPLAINTS:
        found = map(_text, getattr(ticks, name))
        yield complaint(f"ticks {name.replace('_', ' ')}", found)


def _text(tick: int) -> str:
    minute, series = divmod(-tick, SERIES)
    at = datetime.fromtimestamp(minute * MINUTE, timezone.utc)
    return f"{at:%H:%M} of series {series}"
