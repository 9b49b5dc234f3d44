"""What is done to the server of a soak, or to one of its nodes."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress

from worker.errors import WorkerError
from worker.soak import snapshots
from worker.soak.galera import Galera
from worker.soak.lone import Lone
from worker.soak.mariadb import Mariadb
from worker.soak.network import Network
from worker.soak.processes import tell
from worker.soak.repairs import Fault, Repairs
from worker.soak.weather import Weather


class Outages:
    def __init__(
        self, dice: random.Random, server: Lone | Galera, repairs: Repairs
    ) -> None:
        self._dice, self._server, self._repairs = dice, server, repairs
        #: a node is down, or stopped
        self._is_hurt = False

    def faults(self) -> Iterator[Fault]:
        yield Fault("server killed", 1, self._kill)
        yield Fault("server stopped for a while", 1, self._freeze)
        yield Fault("old snapshot kept", 1, self._remember)
        if isinstance(self._server, Lone):
            network = self._server.network
            yield Fault(
                "server gone after what it was asked",
                2,
                lambda now: self._vanish(now, network),
            )
            yield from Weather(self._dice, network, self._repairs).faults()

    def _kill(self, now: float) -> None:
        node = self._victim()
        if node:
            node.kill()
            self._heal(now + self._dice.uniform(0.1, 2.0), node.start)

    def _vanish(self, now: float, network: Network) -> None:
        """It does what it is asked; nobody hears of it, or of the server for longer than is asked again."""
        node = self._victim()
        if node:
            network.answers.clear()

            def fall() -> None:
                node.kill()
                network.cut()
                network.mend()

            self._repairs.at(now + self._dice.uniform(0.05, 1.0), fall)
            self._heal(now + self._dice.uniform(4.0, 8.0), node.start)

    def _freeze(self, now: float) -> None:
        node = self._victim()
        if node:
            pids = [node.process.pid]
            tell(pids, signal.SIGSTOP)
            until = now + self._dice.uniform(0.5, 6.0)
            self._heal(until, lambda: tell(pids, signal.SIGCONT))

    def _remember(self, now: float) -> None:
        node = self._victim()
        if node:
            with suppress(WorkerError):
                end = snapshots.keep(node.urls[0])
                self._repairs.at(now + self._dice.uniform(10.0, 90.0), end)

    def _victim(self) -> Mariadb | None:
        """One at a time: a cluster outlives the loss of one node, so the next waits until it is whole again."""
        if self._is_hurt or not self._server.is_whole:
            return None
        return self._dice.choice(self._server.nodes)

    def _heal(self, at: float, action: Callable[[], None]) -> None:
        def heal() -> None:
            self._is_hurt = False
            action()

        self._is_hurt = True
        self._repairs.at(at, heal)
