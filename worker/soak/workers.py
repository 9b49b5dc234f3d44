"""The managers of a soak and all their children: each is started again when it ended."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from worker.soak import clock
from worker.soak.jobs import WISHES
from worker.soak.launch import Launcher
from worker.soak.processes import living, tell


class Workers:
    """So many managers, each the leader of a session of its own."""

    def __init__(self, launcher: Launcher, folder: Path) -> None:
        self._launcher, self._wishes = launcher, folder / WISHES
        self._started: list[subprocess.Popen[bytes]] = []
        self._granted = 0
        self.managers: list[subprocess.Popen[bytes]] = []

    def start(self, count: int) -> None:
        self.managers = [self._start() for _ in range(count)]

    @property
    def odd(self) -> Mapping[str, int]:
        """Count what was wrong with managers from their start."""
        return self._launcher.odd(len(self._started))

    @property
    def have_parents(self) -> bool:
        """Whether there is a manager for each database, under a parent of theirs."""
        return self._launcher.databases > 1

    def replace_dead(self) -> None:
        for index, each in enumerate(self.managers):
            if each.poll() is not None:
                clock.sweep(each.pid)
                self.managers[index] = self._start()

    def family(self, manager: int) -> list[int]:
        """The living processes of a manager's session: itself, its children, orphans."""
        return [each.pid for each in living() if each.session == manager]

    def holders(self, manager: int) -> list[int]:
        """Those of a manager's processes that hold jobs: itself, or as a parent those that it has for each database."""
        if not self.have_parents:
            return [manager]
        return [each.pid for each in living() if each.parent == manager] or [manager]

    def every(self) -> list[int]:
        ours = {each.pid for each in self._started}
        return [each.pid for each in living() if each.session in ours]

    def wished(self) -> list[int]:
        """Give the managers that jobs wanted to be stopped since the last time."""
        wishes = self._wishes.read_text().splitlines() if self._wishes.exists() else []
        new, self._granted = wishes[self._granted :], len(wishes)
        return [pid for pid in self.every() if str(pid) in new] if new else []

    def stop(self, patience: float) -> bool:
        """End all; False if a manager had to be killed."""
        tell([each.pid for each in self.managers], signal.SIGTERM)
        willing = all([_ends(each, patience) for each in self.managers])
        tell(self.every(), signal.SIGKILL)
        for each in self._started:
            each.wait()
            clock.sweep(each.pid)
        return willing

    def _start(self) -> subprocess.Popen[bytes]:
        self._started.append(self._launcher.start(len(self._started)))
        return self._started[-1]


def _ends(process: subprocess.Popen[bytes], patience: float) -> bool:
    try:
        return process.wait(patience) == 0
    except subprocess.TimeoutExpired:
        return False
