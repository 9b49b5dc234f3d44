"""One child, as its manager sees it: its connection, its permits, what it has in hand."""

from __future__ import annotations

import mmap
import os
import random
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from worker import wire
from worker.child import Ends
from worker.hand import Hand, Wreck
from worker.job import Outcome
from worker.journal import Journal
from worker.store.base import Grabbed
from worker.wear import Limits, Service, limits_of_one

#: seconds that a child which waits for orders may take to read them
PATIENCE = 10
#: bytes of orders that fit into a socket whose reader is busy
FITS = 131072
#: bytes that a pipe holds at most
PIPE = 65536


class Member:
    """One child, as its manager sees it."""

    def __init__(self, limits: Limits) -> None:
        self.connection, self._theirs = socket.socketpair()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, FITS)
        self._tally = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("I")
        # last: sockets and pages of memory that an error leaves behind are freed, numbers are not
        self._permits_left, self._permits = os.pipe()
        os.set_blocking(self._permits_left, False)
        self._reader = wire.Reader(self.connection)
        self.hand = Hand()
        self.pid = 0
        #: when it was last given orders or heard of, by the monotonic clock
        self.heard_at = self.born_at = time.monotonic()
        #: why the manager killed it, if it did
        self.killed_for = ""
        self._at = (0, 0, 0.0)
        self.limits = limits_of_one(limits, random.random())  # noqa: S311 # jitter
        #: why it gets no more jobs; empty: it does
        self.worn = ""
        #: it was told that nothing more will come
        self.leaves = False
        self._megabytes = 0.0

    def start(self, pid: int) -> None:
        """In the manager, after the fork: only the child keeps its end."""
        self.pid = pid
        self._theirs.close()

    def ends(self, manager_pid: int, journal: Journal) -> Ends:
        """In the child, after the fork: only the manager keeps its ends."""
        self.connection.close()
        os.close(self._permits)
        return Ends(self._theirs, self._permits_left, self._tally, manager_pid, journal)

    def give(self, jobs: Sequence[Grabbed]) -> bool:
        """Hand jobs over; False if they do not fit while the child is busy."""
        frame = wire.orders(self.hand.settled, jobs)
        if self.hand.jobs and len(frame) > FITS:
            return False
        os.write(self._permits, b"." * len(jobs))
        self.hand.give(jobs)
        self.heard_at = time.monotonic()
        self._send(frame)
        return True

    def hear(self) -> list[tuple[Grabbed, Outcome]]:
        """Read what it reports. One that hung up is dead, or as good as: reaping finds it."""
        if not self._reader.receive():
            os.kill(self.pid, signal.SIGKILL)
        self.heard_at = time.monotonic()
        return self._reports()

    def recall(self) -> list[Grabbed]:
        """Take back the jobs that it has not begun."""
        return self.hand.recall(self._withdraw())

    def service(self, *, weigh: bool) -> Service:
        """Sum up what it has done; its memory as last weighed."""
        if weigh:
            self._megabytes = _resident(self.pid)
        age = time.monotonic() - self.born_at
        return Service(self.hand.reported, age, self._megabytes)

    def may_take(self, jobs: int) -> int:
        """Count how many of so many further jobs it may have."""
        if self.worn or self.leaves:
            return 0
        if not self.limits.jobs:
            return jobs
        given = self.hand.reported + len(self.hand.jobs)
        return max(0, min(jobs, self.limits.jobs - given))

    def dismiss(self) -> None:
        """Tell it that all is settled and nothing more will come."""
        self.leaves = True
        self._send(wire.orders(self.hand.settled, []))
        self.connection.close()

    def at_work(self) -> tuple[Grabbed, float] | None:
        """Give the job that it is at, and the seconds since it was first seen at it."""
        behind = self._tally[0] - self.hand.reported
        if not 0 <= behind < len(self.hand.jobs):
            return None
        job, now = self.hand.jobs[behind], time.monotonic()
        if self._at[:2] != (job.id, job.owner):
            self._at = (job.id, job.owner, now)
        return job, now - self._at[2]

    def kill(self, why: str) -> None:
        self.killed_for = why
        os.kill(self.pid, signal.SIGKILL)

    def remains(self) -> tuple[list[tuple[Grabbed, Outcome]], Wreck]:
        """After its death: what it still reported, and the wreck."""
        if self.connection.fileno() >= 0:
            self.connection.setblocking(
                False
            )  # a program that a job started may hold the other end
            while self._reader.receive():
                pass
        reports = self._reports()
        wreck = self.hand.wreck(self._tally[0], self._withdraw())
        return reports, wreck

    def abandon(self) -> None:
        """Close all ends: there is no child."""
        self._theirs.close()
        self.close()

    def close(self) -> None:
        """Close the manager's ends, in the manager and in a sibling after its fork."""
        self.connection.close()
        os.close(self._permits)
        os.close(self._permits_left)

    def _reports(self) -> list[tuple[Grabbed, Outcome]]:
        ended: list[tuple[Grabbed, Outcome]] = []
        for frame in self._reader.frames():
            ended += self.hand.report(*wire.read_report(frame))
        return ended

    def _withdraw(self) -> int:
        try:
            return len(os.read(self._permits_left, PIPE))
        except BlockingIOError:
            return 0

    def _send(self, frame: bytes) -> None:
        try:
            self.connection.settimeout(PATIENCE)
            self.connection.sendall(frame)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it is dead; reaping finds what it had
        except socket.timeout:
            os.kill(self.pid, signal.SIGKILL)  # it does not read its orders


def _resident(pid: int) -> float:
    """Megabytes; 0 where there is no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * mmap.PAGESIZE / 1e6
