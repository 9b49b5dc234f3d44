"""Which processes live on a host: those that descend from its first one."""

from __future__ import annotations

import ctypes
import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Process:
    """One process, as the machine numbers it."""

    pid: int
    parent: int
    #: its arguments as ps would show them
    title: str


def below(pid: int) -> list[Process]:
    """List the descendants of a process, parents first."""
    children = defaultdict(list)
    for process in _all():
        children[process.parent].append(process)
    found = list(children[pid])
    for process in found:
        found.extend(children[process.pid])
    return found


def children(pid: int) -> list[int]:
    """List the children of a process that has one thread."""
    return [
        int(word)
        for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ]


def send(number: signal.Signals, *found: Process) -> None:
    """Signal processes; one that has just ended needs none."""
    for process in found:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_all_below(pid: int) -> None:
    """Kill this process's descendants until none is left, those of the last moment too."""
    while found := below(pid):
        send(signal.SIGKILL, *found)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _all() -> Iterator[Process]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(FileNotFoundError, ProcessLookupError):
                yield _read(entry)


def _read(entry: Path) -> Process:
    status = (entry / "stat").read_text(errors="replace")
    parent = int(status.rpartition(")")[2].split()[1])
    title = (
        (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    )
    return Process(int(entry.name), parent, title.strip())
