"""The managers of a soak and all their children: each is started again when it ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from worker.soak import clock
from worker.soak.jobs import WISHES
from worker.soak.processes import sessions, tell

#: what each manager runs with: children come and go all the time
OPTIONS = (
    "--max-workers=3",
    "--min-spare-workers=1",
    "--max-spare-workers=1",
    "--cool-down=0.5",
    "--max-jobs=3000",
    "--stop-timeout=2",
    "--work-delay=0.5",
)
#: clocks of the managers, one after the other: right, an hour ahead, an hour behind
CLOCKS = (0, clock.SKEW, -clock.SKEW)
#: of so many managers, the one with this remainder has nobody who reads its output
MUTE_EVERY, MUTE = 8, 5


class Workers:
    """So many managers, each the leader of a session of its own."""

    def __init__(self, urls: Sequence[str], folder: Path) -> None:
        self._folder, self.urls = folder, urls
        # SQLite's clock is that of the processes that use it: a host cannot have two
        self._has_server = urls[0].startswith("mysql")
        self._skews = clock.library() if self._has_server else ""
        self._started: list[subprocess.Popen[bytes]] = []
        self._wishes = 0
        self.managers: list[subprocess.Popen[bytes]] = []

    def start(self, count: int) -> None:
        self.managers = [self._start() for _ in range(count)]

    @property
    def has_right_clocks(self) -> bool:
        """Whether no clock could be set wrong although there is a server that has its own."""
        return self._has_server and not self._skews

    @property
    def odd(self) -> dict[str, int]:
        """Count what was wrong with managers from their start."""
        every = range(len(self._started))
        wrong = [index for index in every if self._skews and _skew(index)]
        return {
            "manager with its clock an hour wrong": len(wrong),
            "manager with a broken socket for its output": sum(map(_is_mute, every)),
        }

    def replace_dead(self) -> None:
        for index, each in enumerate(self.managers):
            if each.poll() is not None:
                clock.sweep(each.pid)
                self.managers[index] = self._start()

    def family(self, manager: int) -> list[int]:
        """The living processes of a manager's session: itself, its children, orphans."""
        return sessions().get(manager, [])

    def every(self) -> list[int]:
        known = sessions()
        return [pid for each in self._started for pid in known.get(each.pid, [])]

    def wished(self) -> list[int]:
        """Give the managers that jobs wanted to be stopped since the last time."""
        path = self._folder / WISHES
        wishes = path.read_text().splitlines() if path.exists() else []
        new, self._wishes = wishes[self._wishes :], len(wishes)
        return [each.pid for each in self.managers if str(each.pid) in new]

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
        index = len(self._started)
        output = self._output(index)
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run", "worker.soak.jobs", *OPTIONS],
            env={
                **os.environ,
                **clock.environment(self._skews, _skew(index)),
                "QUEUE_URL": self.urls[index % len(self.urls)],
                "FORKLIFT_SOAK": str(self._folder),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        os.close(output)
        self._started.append(process)
        return process

    def _output(self, index: int) -> int:
        """Open a log, or a socket whose other end is gone."""
        if _is_mute(index):
            ours, theirs = socket.socketpair()
            ours.close()
            return theirs.detach()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        return os.open(self._folder / f"log-{index}", flags, 0o600)


def _skew(index: int) -> int:
    return CLOCKS[index % len(CLOCKS)]


def _is_mute(index: int) -> bool:
    return index % MUTE_EVERY == MUTE


def _ends(process: subprocess.Popen[bytes], patience: float) -> bool:
    try:
        return process.wait(patience) == 0
    except subprocess.TimeoutExpired:
        return False
