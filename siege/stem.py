"""Runs of fab that need not import anything: a process that has done so forks each of them.

Importing takes most of the processor time of a run, and no fault of interest lies there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent


class Stem:
    """Starts runs of fab; the process that forks them ends with this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "siege.forking"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._asking = threading.Lock()
        self._told = threading.Condition()
        self._begun: list[int] = []
        self._ended: dict[int, int] = {}
        self._gone = False
        threading.Thread(target=self._listen, daemon=True).start()

    def start(
        self,
        words: Sequence[str],
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
        errors: Path | None = None,
    ) -> int:
        """Start fab with these arguments in *folder*; gives its process id.

        It writes to *log*, and its standard error to *errors* if that is given.
        """
        files = [str(log), str(errors or log)]
        wanted = [list(words), str(folder), *files, dict(environment)]
        with self._asking:
            assert self._process.stdin
            self._process.stdin.write(json.dumps(wanted) + "\n")
            self._process.stdin.flush()
            with self._told:
                self._told.wait_for(lambda: self._begun or self._gone)
                if not self._begun:
                    raise RuntimeError("what forks fab has ended: see what it said")
                return self._begun.pop()

    def status(self, pid: int) -> int | None:
        """Tell how a run ended: negative by a signal, None while it runs."""
        with self._told:
            return self._ended.get(pid)

    def wait(self, pid: int, seconds: float) -> bool:
        """Wait for the end of a run; say whether it came in time."""
        with self._told:
            return self._told.wait_for(lambda: pid in self._ended, seconds)

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            pid, *status = map(int, line.split())
            with self._told:
                if status:
                    self._ended[pid] = status[0]
                else:
                    # the kernel gives numbers again
                    self._ended.pop(pid, None)
                    self._begun.append(pid)
                self._told.notify_all()
        with self._told:
            self._gone = True
            self._told.notify_all()
