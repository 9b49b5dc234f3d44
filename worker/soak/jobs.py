"""The jobs of a soak. Each run leaves a line in a file that kill -9 cannot take back."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from worker.handler import Handler
from worker.job import Job

#: seconds of the lease: short, so that what a killed manager held comes back soon
LEASE = 3.0
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
            path = Path(os.environ["FORKLIFT_SOAK"]) / f"runs-{self._pid}"
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._file = os.open(path, flags, 0o600)
        os.write(self._file, b"%d %d %d\n" % (job.arg, job.id, job.attempt))


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
        with job.transaction() as cursor:
            cursor.execute(f"INSERT INTO soak_effect VALUES ({job.id:d})")  # noqa: S608 # a number
            job.completed()


class Poison(Numbered):
    """Kills its child whenever it is tried."""

    max_crashes = 3

    def work(self, job: Job) -> None:
        self.note(job)
        os.kill(os.getpid(), signal.SIGKILL)


#: what a job of this number is: most are plain
def kind_of(number: int) -> type[Numbered]:
    if number % 1999 == 7:
        return Poison
    if number % 1499 == 13:
        return Long
    if number % 250 == 3:
        return Slow
    return {5: Fails, 9: Effect, 10: Effect}.get(number % 50, Plain)
