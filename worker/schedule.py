"""When a periodic handler is due: cron expressions in a time zone; pure but for reading the zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from worker.errors import BadHandler


@dataclass(frozen=True)
class Schedule:
    """The ticks of a cron expression of five fields; times are seconds since 1970."""

    expression: str
    time_zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.expression} {self.time_zone}"

    def check(self) -> None:
        """Raise BadHandler if it cannot be read, never ticks, or the library is missing."""
        make, refused = _library()
        if len(self.expression.split()) != 5:
            raise BadHandler(
                f"the schedule {self.expression!r} must have five fields: minute, hour, day of month, month, day of week"
            )
        try:
            next(make(self.expression, datetime.now(self._zone())))
        except (refused, StopIteration) as error:
            said = str(error) or "it never comes"
            raise BadHandler(
                f"the schedule {self.expression!r} is no cron expression: {said}"
            ) from error

    def after(self, moment: float) -> float:
        """Give the first tick after a moment."""
        return next(self._ticks(moment))

    def last(self, after: float, until: float) -> float | None:
        """Give the last tick after one moment and not after another; None if there is none."""
        found = None
        for tick in self._ticks(after):
            if tick > until:
                return found
            found = tick
        return found

    def text(self, tick: float) -> str:
        """Spell a tick as ISO 8601 in the zone of the schedule."""
        return datetime.fromtimestamp(tick, self._zone()).isoformat()

    def _ticks(self, after: float) -> Iterator[float]:
        """The library reads a fixed hour that comes twice as its first: that may be over already."""
        make, _ = _library()
        for each in make(self.expression, datetime.fromtimestamp(after, self._zone())):
            if each.timestamp() > after:
                yield each.timestamp()

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (OSError, ValueError, KeyError) as error:
            raise BadHandler(
                f"there is no time zone {self.time_zone!r} on this host (names are like Europe/Berlin)"
            ) from error


def _library() -> tuple[Callable[[str, datetime], Any], type[Exception]]:
    try:
        from cronsim import CronSim, CronSimError
    except ImportError as error:
        raise BadHandler(
            "a handler has a schedule, which needs the extra cron: pip install 'forklift[cron]'"
        ) from error
    return CronSim, CronSimError
