"""How a manager of a soak is started: with children that come and go, a clock that is wrong, or an output that nobody reads."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from worker.soak import clock, ticking

MODULES = ("worker.soak.jobs", "worker.soak.ticking")
#: what each manager runs with: children come and go all the time
OPTIONS = (
    "--min-spare-workers=1",
    "--max-spare-workers=1",
    "--cool-down=0.5",
    "--max-jobs=3000",
    "--stop-timeout=2",
    "--work-delay=0.5",
    "--retry-seconds=1",
)
#: clocks of the managers, one after the other: right, an hour ahead, an hour behind
CLOCKS = (0, clock.SKEW, -clock.SKEW)
#: of so many managers, the one with this remainder has nobody who reads its output
MUTE_EVERY, MUTE = 8, 5


class Launcher:
    """*urls*: for one manager after the other, what it works on."""

    def __init__(self, urls: Sequence[str], folder: Path) -> None:
        self._folder, self._urls = folder, urls
        self.databases = len(urls[0].split())
        # SQLite's clock is that of the processes that use it: a host cannot have two
        self._has_server = urls[0].startswith("mysql")
        self._skews = clock.library() if self._has_server else ""

    @property
    def has_right_clocks(self) -> bool:
        """Whether no clock could be set wrong although there is a server that has its own."""
        return self._has_server and not self._skews

    def odd(self, started: int) -> Mapping[str, int]:
        """Count what was wrong with so many managers from their start."""
        every = range(started)
        wrong = [index for index in every if self._skews and _skew(index)]
        return {
            "manager with its clock an hour wrong": len(wrong),
            "manager with a broken socket for its output": sum(map(_is_mute, every)),
        }

    def start(self, index: int) -> subprocess.Popen[bytes]:
        """Start one, the leader of a session of its own."""
        output = self._output(index)
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run", *self._said()],
            env={
                **os.environ,
                **clock.environment(self._skews, _skew(index)),
                "QUEUE_URL": self._urls[index % len(self._urls)],
                "FORKLIFT_SOAK": str(self._folder),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        os.close(output)
        return process

    def _said(self) -> list[str]:
        modules = MODULES if ticking.is_possible() else MODULES[:1]
        return [*modules, *OPTIONS, f"--max-workers={1 + 2 * self.databases}"]

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
