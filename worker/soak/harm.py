"""What is done to the processes of workers: killed, stopped beyond their leases, told to stop, kept from writing."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator, Sequence

from worker.soak.jobs import LEASE
from worker.soak.processes import starve, tell
from worker.soak.repairs import Fault, Repairs
from worker.soak.workers import Workers


class Harm:
    def __init__(self, dice: random.Random, workers: Workers, repairs: Repairs) -> None:
        self._dice, self._workers, self._repairs = dice, workers, repairs

    def faults(self) -> Iterator[Fault]:
        yield Fault("child killed", 8, lambda _: tell([self._child()], signal.SIGKILL))
        yield Fault(
            "manager killed", 3, lambda _: tell([self._holder()], signal.SIGKILL)
        )
        yield Fault(
            "manager killed with its children",
            3,
            lambda _: tell(self._family(), signal.SIGKILL),
        )
        yield Fault(
            "child stopped beyond its lease",
            2,
            lambda now: self._freeze([self._child()], now + self._long()),
        )
        yield Fault(
            "manager stopped beyond its leases",
            1,
            lambda now: self._freeze([self._holder()], now + self._long()),
        )
        yield Fault(
            "manager and children stopped beyond their leases",
            2,
            lambda now: self._freeze(self._family(), now + self._long()),
        )
        yield self._signal("manager told to stop", 2, signal.SIGTERM)
        yield self._signal("manager told to reload", 2, signal.SIGHUP)
        if self._workers.have_parents:
            yield self._signal("parent of managers killed", 2, signal.SIGKILL)
        yield Fault("full disk for a manager and its children", 2, self._fill)

    def _freeze(self, pids: Sequence[int], until: float) -> None:
        freeze(pids, until, self._repairs)

    def _signal(self, name: str, weight: int, number: int) -> Fault:
        return Fault(name, weight, lambda _: tell([self._manager()], number))

    def _fill(self, now: float) -> None:
        """No write to a file succeeds for a while: not to SQLite's, not to a log."""
        manager = self._manager()
        starve(self._workers.family(manager), 0)
        self._repairs.at(
            now + self._dice.uniform(0.2, 2.0),
            lambda: starve(self._workers.family(manager)),
        )

    def _manager(self) -> int:
        return self._dice.choice(self._workers.managers).pid

    def _family(self) -> list[int]:
        return self._workers.family(self._manager())

    def _holder(self) -> int:
        return self._dice.choice(self._workers.holders(self._manager()))

    def _child(self) -> int:
        manager = self._manager()
        managers = {manager, *self._workers.holders(manager)}
        family = self._workers.family(manager)
        children = [pid for pid in family if pid not in managers]
        return self._dice.choice(children or [manager])

    def _long(self) -> float:
        return LEASE * self._dice.uniform(1.2, 2.0)


def freeze(pids: Sequence[int], until: float, repairs: Repairs) -> None:
    tell(pids, signal.SIGSTOP)
    repairs.at(until, lambda: tell(pids, signal.SIGCONT))
