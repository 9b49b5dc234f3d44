"""What a soak breaks, at random but repeatably by its seed."""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from worker.queue import Queue
from worker.soak.jobs import LEASE
from worker.soak.mariadb import Mariadb
from worker.soak.servers import Server
from worker.soak.workers import Workers, tell

#: seconds between two faults
LEAST, MOST = 0.1, 1.2
#: how often each fault is chosen, against the others
WEIGHTS = {
    "child killed": 8,
    "manager killed": 3,
    "manager killed with its children": 3,
    "child stopped beyond its lease": 2,
    "manager stopped beyond its leases": 1,
    "manager and children stopped beyond their leases": 2,
    "manager told to stop": 2,
    "manager told to reload": 2,
}
OF_SERVERS = {
    "connections cut": 4,
    "server killed": 1,
    "server stopped for a while": 1,
}


class Faults:
    def __init__(
        self, seed: int, workers: Workers, server: Server, queue: Queue
    ) -> None:
        self._dice = random.Random(seed)  # noqa: S311 # repeatable on purpose
        self.workers, self._server, self._queue = workers, server, queue
        self._weights = {**WEIGHTS, **(OF_SERVERS if server else {})}
        self._next_at = 0.0
        #: when to let stopped processes go on, or the server start
        self._later: list[tuple[float, Callable[[], None]]] = []
        self.count: Counter[str] = Counter()
        #: a server is down, or stopped
        self._is_hurt = False

    def play(self, now: float) -> None:
        """Undo what is to be undone by now, and do the next fault if it is time."""
        self.mend(now)
        self.workers.replace_dead()
        if now >= self._next_at:
            self._next_at = now + self._dice.uniform(LEAST, MOST)
            names = list(self._weights)
            (name,) = self._dice.choices(names, list(self._weights.values()))
            self._do(name, now)
            self.count[name] += 1

    def mend(self, now: float) -> None:
        """Let go on what was stopped for long enough; all of it at infinity."""
        due = [action for at, action in self._later if at <= now]
        self._later = [(at, action) for at, action in self._later if at > now]
        for action in due:
            action()

    def _do(self, name: str, now: float) -> None:
        manager = self._dice.choice(self.workers.managers).pid
        family = self.workers.family(manager)
        children = [pid for pid in family if pid != manager] or [manager]
        child = [self._dice.choice(children)]
        long = LEASE * self._dice.uniform(1.2, 2.0)
        deeds: dict[str, Callable[[], None]] = {
            "child killed": lambda: _tell(child, signal.SIGKILL),
            "manager killed": lambda: _tell([manager], signal.SIGKILL),
            "manager killed with its children": lambda: _tell(family, signal.SIGKILL),
            "child stopped beyond its lease": lambda: self._freeze(child, now + long),
            "manager stopped beyond its leases": lambda: self._freeze(
                [manager], now + long
            ),
            "manager and children stopped beyond their leases": lambda: self._freeze(
                family, now + long
            ),
            "manager told to stop": lambda: _tell([manager], signal.SIGTERM),
            "manager told to reload": lambda: _tell([manager], signal.SIGHUP),
            "connections cut": self._cut,
            "server killed": lambda: self._kill_server(now),
            "server stopped for a while": lambda: self._freeze_server(now),
        }
        deeds[name]()

    def _freeze(self, pids: list[int], until: float) -> None:
        _tell(pids, signal.SIGSTOP)
        self._later.append((until, lambda: _tell(pids, signal.SIGCONT)))

    def _cut(self) -> None:
        """The driver's own errors come out of a transaction; whatever they are, the fault is done."""
        with suppress(Exception), self._queue.store.transaction() as cursor:
            cursor.execute(
                "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user = 'root'"
            )
            for (id,) in cursor.fetchall():
                cursor.execute(f"KILL {id:d}")

    def _kill_server(self, now: float) -> None:
        node = self._victim()
        if node:
            node.kill()
            self._heal(now + self._dice.uniform(0.1, 2.0), node.start)

    def _freeze_server(self, now: float) -> None:
        node = self._victim()
        if node:
            pid = [node.process.pid]
            _tell(pid, signal.SIGSTOP)
            until = now + self._dice.uniform(0.5, 6.0)
            self._heal(until, lambda: _tell(pid, signal.SIGCONT))

    def _victim(self) -> Mariadb | None:
        """One at a time: a cluster outlives the loss of one node, so the next waits until it is whole again."""
        if self._server is None or self._is_hurt or not self._server.is_whole:
            return None
        return self._dice.choice(self._server.nodes)

    def _heal(self, at: float, action: Callable[[], None]) -> None:
        def heal() -> None:
            self._is_hurt = False
            action()

        self._is_hurt = True
        self._later.append((at, heal))


def _tell(pids: list[int], number: int) -> None:
    for pid in pids:
        tell(pid, number)
