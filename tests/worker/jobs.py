"""Handlers for the tests; each leaves its traces in files that the test names."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from worker import Abort, Handler, handler


def note(path, text):
    """Append a line in one write, so that several processes can do it at once."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, f"{text}\n".encode())
    finally:
        os.close(descriptor)


def lines_of(path):
    return Path(path).read_text().splitlines() if Path(path).exists() else []


class Note(Handler):
    def work(self, job):
        note(job.arg["file"], f"{job.id} {job.attempt}")


class Echo(Handler):
    max_retries, retry_delay = 2, 10

    def work(self, job):
        print(job.arg["message"])
        job.completed()


class Gate(Handler):
    """Says that it runs, and works until a file appears."""

    def work(self, job):
        note(job.arg["file"], f"begin {job.id} {job.attempt} {os.getpid()}")
        while not Path(job.arg["gate"]).exists():
            time.sleep(0.005)
        print("through the gate", flush=True)
        note(job.arg["file"], f"end {job.id} {job.attempt} {os.getpid()}")


class ShortLease(Gate):
    grab_for = 2


class Crash(Handler):
    """Kills its child while it has been tried less often than it says."""

    def work(self, job):
        note(job.arg["file"], f"{job.id} {job.attempt}")
        if job.attempt <= job.arg["times"]:
            os.kill(os.getpid(), signal.SIGKILL)


class Leave(Handler):
    def work(self, job):  # noqa: ARG002
        os._exit(3)


class Fork(Handler):
    """Forks, and has the other process come out of it too."""

    def work(self, job):
        if os.fork() == 0:
            if job.arg == "exit":
                raise SystemExit(0)
            return
        os.wait()


class Fail(Handler):
    max_retries, retry_delay = 2, 0.1

    def work(self, job):
        note(job.arg["file"], f"{job.id} {job.attempt}")
        raise ValueError("the argument was not to its taste")


class Slow(Handler):
    def work(self, job):
        time.sleep(job.arg)


class Often(Handler):
    """Mostly tiny; one that is named waits for its gate."""

    def work(self, job):
        while "gate" in job.arg and not Path(job.arg["gate"]).exists():
            time.sleep(0.005)
        note(job.arg["file"], str(job.id))


class Ledger(Handler):
    """Writes into a table of its own, in the transaction that completes the job."""

    def work(self, job):
        with job.transaction() as cursor:
            cursor.execute(f"INSERT INTO ledger VALUES ({job.id})")
            job.completed()
            if job.arg == "fail in between":
                raise ValueError("undone")
        if job.arg == "fail afterwards":
            raise ValueError("too late to matter")


class Starts(Handler):
    """Starts a program, which must not ignore TERM."""

    def work(self, job):
        child = subprocess.Popen(["sleep", "60"])
        child.terminate()
        note(job.arg["file"], child.wait(5))


@handler(max_retries=1)
def give_up(job):  # noqa: ARG001
    raise Abort("no use")


@handler
def release_of(job):
    note(job.arg["file"], f"{os.environ.get('FORKLIFT_RELEASE')} {Path.cwd()}")


_eaten: list[bytearray] = []


@handler
def Eat(job):
    """Leak so many megabytes."""
    _eaten.append(bytearray(b"x" * (job.arg * 1_000_000)))


@handler(timeout=0.2)
def Deaf(job):
    """Swallow whatever it is told."""
    note(job.arg["file"], job.id)
    while True:
        with suppress(Exception):
            time.sleep(60)


@handler(keep_result=60)
def Double(job):
    """Give twice the argument, which is kept."""
    return 2 * job.arg


@handler(coalesce_limit=50, max_retries=1)
def Mail(job):
    """One mail about all; the first argument names the file, and what is to happen."""
    together = [each.arg["about"] for each in job.together]
    note(job.arg["file"], f"{job.attempt} {together}")
    if job.arg.get("crash"):
        os.kill(os.getpid(), signal.SIGKILL)
