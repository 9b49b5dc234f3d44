"""One forked process, from fork to exit: does jobs in order, one at a time."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from worker import forking, log, wire
from worker.errors import WorkerError
from worker.holding import leases_of
from worker.job import Done, GivenBack, Outcome, Settled
from worker.journal import Journal
from worker.perform import perform
from worker.register import Register
from worker.store.base import Grabbed, Settlement
from worker.store.interface import Store
from worker.vigil import Vigil

#: seconds after which finished jobs are reported although more of the portion are to be done
REPORT_EVERY = 0.02


@dataclass(frozen=True)
class Ends:
    """The child's ends of what connects it with its manager."""

    connection: socket.socket
    #: non-blocking pipe: one byte is the permission to begin one job
    permits: int
    #: the page in which the child counts the jobs that it has finished
    tally: memoryview
    manager_pid: int
    journal: Journal


class Orphaned(Exception):
    """The manager is gone."""


def live(ends: Ends, register: Register, store: Store) -> None:
    """Do what the manager hands over until it closes the connection, or dies."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        # the manager decides when to stop; a handler, not SIG_IGN, which programs that a job starts would inherit
        signal.signal(number, _leave_it)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log.protect_streams()
    child = Child(ends, register, store)
    with contextlib.suppress(Orphaned):
        child.serve()
    child.settle_alone()


class Child:
    def __init__(self, ends: Ends, register: Register, store: Store) -> None:
        self._ends, self._register, self._store = ends, register, store
        self._reader = wire.Reader(ends.connection)
        self._orders: deque[list[Grabbed]] = deque()
        self._pid = os.getpid()
        self._finished = 0
        #: ends that may not be in the database yet, the oldest first, and how many there have been
        self._unsettled: deque[Settlement] = deque()
        self._settled = 0
        self._vigil = Vigil(store, leases_of(register))

    def serve(self) -> None:
        self._vigil.begin(self._ends.manager_pid)
        while self._receive():
            while self._orders:
                self._do(self._orders[0])
                self._orders.popleft()

    def settle_alone(self) -> None:
        """Settle what the manager did not before it went away; give back what was not begun."""
        self._vigil.end()
        while self._receive():
            pass
        untouched = deque(job for order in self._orders for job in order)
        while untouched and self._may_begin():
            job = untouched.popleft()
            self._unsettled.append(Settlement(job.id, job.owner, GivenBack()))
        try:
            if self._unsettled:
                self._store.turn(_writable(self._unsettled), None)
        except WorkerError as error:
            self._ends.journal.say(
                f"child {os.getpid()} could not settle its last jobs: {error}"
            )

    def _receive(self) -> bool:
        """Wait for orders; False when the manager has closed the connection, or died."""
        alive = self._reader.receive()
        for frame in self._reader.frames():
            settled, jobs = wire.read_orders(frame)
            for _ in range(settled - self._settled):
                self._unsettled.popleft()
            self._settled = settled
            if jobs:
                self._orders.append(jobs)
        return alive

    def _do(self, jobs: list[Grabbed]) -> None:
        """Do one frame of orders; a missing permit means that the rest was taken back."""
        outcomes: list[Outcome] = []
        reported_at = time.monotonic()
        while jobs and self._may_begin():
            group = self._together(jobs)
            self._vigil.jobs = group
            ends = perform(self._register, self._store, *group)
            if os.getpid() != self._pid:
                # a handler forked, and this came out of it: what follows belongs to the child alone
                forking.leave(0)
            self._vigil.jobs = ()
            del jobs[: len(group)]
            outcomes += ends
            self._unsettled.extend(
                Settlement(job.id, job.owner, end) for job, end in zip(group, ends)
            )
            if self._is_orphan():
                raise Orphaned
            now = time.monotonic()
            if type(ends[0]) is not Done or now - reported_at > REPORT_EVERY:
                self._report(False, outcomes)
                outcomes, reported_at = [], now
            self._finished += len(group)
            self._ends.tally[0] = self._finished
        jobs.clear()
        self._report(True, outcomes)

    def _together(self, jobs: Sequence[Grabbed]) -> Sequence[Grabbed]:
        """Give the first, and those that go with it as far as they may begin."""
        first, count = jobs[0], 1
        if first.coalesce is not None:
            handler = self._register.get(first.handler)
            most = min(len(jobs), handler.coalesce_limit if handler else 1)
            while count < most and first.goes_with(jobs[count]) and self._may_begin():
                count += 1
        return jobs[:count]

    def _may_begin(self) -> bool:
        try:
            return os.read(self._ends.permits, 1) != b""
        except BlockingIOError:
            return False

    def _report(self, ended: bool, outcomes: Sequence[Outcome]) -> None:
        try:
            self._ends.connection.sendall(wire.report(ended, outcomes))
        except (BrokenPipeError, ConnectionResetError):
            raise Orphaned from None

    def _is_orphan(self) -> bool:
        return os.getppid() != self._ends.manager_pid


def _writable(settlements: Sequence[Settlement]) -> list[Settlement]:
    return [each for each in settlements if not isinstance(each.outcome, Settled)]


def _leave_it(_number: int, _frame: object) -> None:
    """The manager is told too."""
