"""What a soak breaks and when, at random but repeatably by its seed."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence

from worker.errors import BadSetting
from worker.soak.harm import Harm, freeze
from worker.soak.jobs import LEASE
from worker.soak.outages import Outages
from worker.soak.plan import Draw
from worker.soak.repairs import Fault, Repairs
from worker.soak.servers import Server
from worker.soak.workers import Workers

#: how far the seconds between two faults scatter
LEAST, MOST = 0.15, 1.85
#: name of what is done when a job asks for it
WISH = "manager stopped until another one has begun what it holds"

#: instead of a fault's name: none but what jobs ask for
NONE = "none"


class Faults:
    def __init__(self, draw: Draw, workers: Workers, servers: Iterable[Server]) -> None:
        self._every = draw.every
        self._dice = random.Random(draw.seed)  # noqa: S311 # repeatable on purpose
        self.workers = workers
        #: of what is drawn, and of what jobs asked for
        self._repairs, self._granted = Repairs(), Repairs()
        every = [*Harm(self._dice, workers, self._repairs).faults()]
        for server in (each for each in servers if each):
            every += Outages(self._dice, server, self._repairs).faults()
        self._faults = chosen(every, draw.only)
        self._next_at = 0.0
        self._struck: Counter[str] = Counter()

    @property
    def count(self) -> Counter[str]:
        return self._struck + Counter(self.workers.odd)

    def play(self, now: float) -> None:
        """Do the next fault if it is time."""
        self.keep(now)
        if self._faults and now >= self._next_at:
            self._next_at = now + self._every * self._dice.uniform(LEAST, MOST)
            weights = [each.weight for each in self._faults]
            (fault,) = self._dice.choices(self._faults, weights)
            fault.strike(now)
            self._struck[fault.name] += 1

    def keep(self, now: float) -> None:
        """Undo what is to be undone by now, replace the dead, and do what jobs asked for."""
        self.mend(now)
        self.workers.replace_dead()
        for manager in self.workers.wished():
            freeze([manager], now + LEASE + 3, self._granted)
            self._struck[WISH] += 1

    def calm(self) -> None:
        """Undo what was drawn; what jobs asked for takes its time, as they end only with it."""
        self._repairs.play(math.inf)

    def mend(self, now: float) -> None:
        """Undo what has lasted long enough; all of it at infinity."""
        self._repairs.play(now)
        self._granted.play(now)


def chosen(every: Sequence[Fault], only: Sequence[str]) -> list[Fault]:
    names = [NONE, *(each.name for each in every)]
    for name in only:
        if name not in names:
            raise BadSetting(f"{name!r} is no fault; there are: {', '.join(names)}")
    return [each for each in every if not only or each.name in only]
