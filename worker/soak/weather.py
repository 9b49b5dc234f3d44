"""What is done to the network of a soak: cut, silent, slow, losing answers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from worker.soak.jobs import LEASE
from worker.soak.network import Network
from worker.soak.repairs import Fault, Repairs


class Weather:
    def __init__(self, dice: random.Random, network: Network, repairs: Repairs) -> None:
        self._dice, self._network, self._repairs = dice, network, repairs

    def faults(self) -> Iterator[Fault]:
        yield Fault("network cut", 3, lambda _: self._network.cut())
        yield Fault("network silent, sometimes beyond leases", 2, self._silence)
        yield Fault("answers lost on the network", 3, self._lose_answers)
        yield Fault("network slow", 2, self._slow)

    def _silence(self, now: float) -> None:
        self._network.stall()
        until = now + self._dice.uniform(0.5, 2 * LEASE)
        self._repairs.at(until, self._network.mend)

    def _lose_answers(self, now: float) -> None:
        """The server does what it is asked, and nobody hears of it."""
        self._network.answers.clear()
        self._repairs.at(now + self._dice.uniform(0.05, 0.5), self._break)

    def _break(self) -> None:
        self._network.cut()
        self._network.mend()

    def _slow(self, now: float) -> None:
        self._network.delay = self._dice.uniform(0.005, 0.1)
        self._repairs.at(now + self._dice.uniform(1.0, 4.0), self._network.mend)
