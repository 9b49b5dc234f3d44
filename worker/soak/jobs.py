"""The jobs of a soak. Each run leaves a line in a file that kill -9 cannot take back."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from worker.handler import Handler
from worker.job import Job

#: seconds of the lease: short, so that what a killed manager held comes back soon
LEASE = 3.0
#: a file of managers that a job wants to be stopped for longer than their leases
WISHES = "wishes"
EFFECTS = "CREATE TABLE soak_effect (job_id BIGINT NOT NULL)"


class Numbered(Handler):
    """Its argument is its number. The soak's kills are no fault of the job, so they never quarantine it."""

    grab_for, max_crashes, max_retries = LEASE, 1_000_000, 1_000_000

    def __init__(self) -> None:
        self._file, self._pid = -1, 0

    def work(self, job: Job) -> None:
        self.note(job)

    def note(self, job: Job) -> None:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._file = _open(f"runs-{self._pid}")
        line = b"%d %d %d\n" % (self.number(job.arg), job.id, job.attempt)
        os.write(self._file, line)

    def number(self, arg: Any) -> int:
        return int(arg)


class Plain(Numbered):
    """Takes no time at all."""


class Slow(Numbered):
    """Takes a while, so kills meet it at work."""

    def work(self, job: Job) -> None:
        self.note(job)
        time.sleep(0.02 + job.arg % 17 / 40)


class Long(Numbered):
    """Takes longer than its lease, so it must be renewed; and whoever lost it comes back while another is at it."""

    def work(self, job: Job) -> None:
        self.note(job)
        time.sleep(LEASE * 1.5)


class Late(Numbered):
    """Has its manager stopped, the first time, until its lease is over and another one has begun it; then it ends."""

    def work(self, job: Job) -> None:
        self.note(job)
        self.linger(job)

    def linger(self, job: Job) -> None:
        if job.attempt == 1:
            wishes = _open(WISHES)
            os.write(wishes, b"%d\n" % os.getppid())
            os.close(wishes)
        time.sleep(LEASE + 2)


class Fails(Numbered):
    """Fails at first."""

    def work(self, job: Job) -> None:
        self.note(job)
        if job.attempt == 1:
            raise ValueError("the first time it always fails")


class Effect(Numbered):
    """Writes into the database in the transaction that completes it: that must happen once only."""

    def work(self, job: Job) -> None:
        self.note(job)
        write_effect(job)


class LateEffect(Late):
    """Comes too late with its transaction: that must not happen at all."""

    def work(self, job: Job) -> None:
        super().work(job)
        write_effect(job)


class Poison(Numbered):
    """Kills its child whenever it is tried."""

    max_crashes = 3

    def work(self, job: Job) -> None:
        self.note(job)
        os.kill(os.getpid(), signal.SIGKILL)


def write_effect(job: Job) -> None:
    with job.transaction() as cursor:
        cursor.execute(f"INSERT INTO soak_effect VALUES ({job.id:d})")  # noqa: S608 # a number
        job.completed()


def _open(name: str) -> int:
    """Open a file of the soak's folder for lines that are written whole."""
    path = Path(os.environ["FORKLIFT_SOAK"]) / name
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


#: kinds of which there are few, by the remainder of a job's number
RARE = {(1999, 7): Poison, (1499, 13): Long, (3001, 11): Late, (3001, 17): LateEffect}


def kind_of(number: int) -> type[Numbered]:
    """Say what a job of this number is: most are plain."""
    for (every, rest), kind in RARE.items():
        if number % every == rest:
            return kind
    if number % 250 == 3:
        return Slow
    return {5: Fails, 9: Effect, 10: Effect}.get(number % 50, Plain)
