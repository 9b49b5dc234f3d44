"""The managers of a soak and all their children, as processes that can be killed, stopped and started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

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


class Workers:
    """So many managers; one that ended is started again. Each leads a session of its own."""

    def __init__(self, count: int, urls: Sequence[str], folder: Path) -> None:
        self._folder, self._urls = folder, urls
        self._started: list[subprocess.Popen[bytes]] = []
        self.managers = [self._start() for _ in range(count)]

    def replace_dead(self) -> None:
        self.managers = [
            each if each.poll() is None else self._start() for each in self.managers
        ]

    def family(self, manager: int) -> list[int]:
        """The living processes of a manager's session: itself, its children, orphans."""
        return _sessions().get(manager, [])

    def every(self) -> list[int]:
        sessions = _sessions()
        return [pid for each in self._started for pid in sessions.get(each.pid, [])]

    def stop(self, patience: float) -> bool:
        """End all; False if a manager had to be killed."""
        for each in self.managers:
            tell(each.pid, signal.SIGTERM)
        willing = all([_ends(each, patience) for each in self.managers])
        for pid in self.every():
            tell(pid, signal.SIGKILL)
        for each in self._started:
            each.wait()
        return willing

    def _start(self) -> subprocess.Popen[bytes]:
        number = len(self._started)
        words = ["-m", "worker", "run", "worker.soak.jobs", *OPTIONS]
        with (self._folder / f"log-{number}").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words],
                env={
                    **os.environ,
                    "QUEUE_URL": self._urls[number % len(self._urls)],
                    "FORKLIFT_SOAK": str(self._folder),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)
        return process


def tell(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _ends(process: subprocess.Popen[bytes], patience: float) -> bool:
    try:
        return process.wait(patience) == 0
    except subprocess.TimeoutExpired:
        return False


def _sessions() -> dict[int, list[int]]:
    """All living processes by their session, as /proc has them."""
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                found.setdefault(int(fields[3]), []).append(int(path.parent.name))
    return found
