"""The periodic jobs of a soak. A minute is the shortest rhythm of a schedule, so there are several of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from worker.errors import BadHandler
from worker.schedule import Schedule
from worker.soak import calendar
from worker.soak.calendar import MINUTE
from worker.soak.jobs import Numbered


class Minutely(Numbered):
    schedule, series = "* * * * *", 1

    def number(self, arg: Any) -> int:
        at = datetime.fromisoformat(arg["tick"]).timestamp()
        return calendar.number(self.series, int(at) // MINUTE)


class Kolkata(Minutely):
    series, time_zone = 2, "Asia/Kolkata"


class StJohns(Minutely):
    series, time_zone = 3, "America/St_Johns"


class Chatham(Minutely):
    series, time_zone = 4, "Pacific/Chatham"


EVERY: Mapping[str, Minutely] = {
    each.name: each for each in (Minutely(), Kolkata(), StJohns(), Chatham())
}
#: handlers and schedules, as a database has them
SCHEDULES = [
    (name, str(Schedule(each.schedule, each.time_zone))) for name, each in EVERY.items()
]


def is_possible() -> bool:
    """Whether what schedules need is installed."""
    try:
        for each in EVERY.values():
            Schedule(each.schedule, each.time_zone).check()
    except BadHandler:
        return False
    return True
