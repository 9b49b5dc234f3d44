"""What tests of the worker share: waiting for a condition, a private server, a worker as a process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymysql

from worker import Queue
from worker.exchange import Exchange
from worker.holding import Holding
from worker.job import Done
from worker.journal import Journal
from worker.periodic import Periodic
from worker.pruning import Pruning
from worker.register import Register
from worker.rounds import Rounds
from worker.store.base import GRAB_BITS, Ask, Settlement

ROOT = Path(__file__).resolve().parents[2]
JOBS = "tests.worker.jobs"
#: two servers at once are to fit beside everything else
LIGHT = (
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--innodb-use-native-aio=OFF",
    "--innodb-doublewrite=OFF",
)


def until(condition: Callable[[], Any], limit: float = 60.0, what: str = "") -> Any:
    """Wait for a condition to give something true; fail after *limit* seconds."""
    deadline = time.monotonic() + limit
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {limit} s: {what or condition}"
        time.sleep(0.005)


class Mariadb:
    """A server of our own in a folder of its own, on a unix socket and a loopback port."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="forklift-db-", dir="/tmp"))
        self.data, self.socket = self.folder / "data", self.folder / "s"
        self._user = ["--user=mysql"] if os.getuid() == 0 else []
        if self._user:
            shutil.chown(self.folder, "mysql")
        self._install()
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self.start()

    def _install(self) -> None:
        """Make the system tables; a machine that is short of something may want a second try."""
        command = [
            "mariadb-install-db",
            "--no-defaults",
            *self._user,
            f"--datadir={self.data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            *LIGHT,
        ]
        for _ in range(3):
            shutil.rmtree(self.data, ignore_errors=True)
            done = subprocess.run(
                command, capture_output=True, text=True, env=with_sbin()
            )
            if done.returncode == 0:
                return
        raise AssertionError(
            f"mariadb-install-db: {done.stdout[-1500:]}{done.stderr[-1500:]}"
        )

    def start(self, *options: str) -> None:
        self._process = subprocess.Popen(
            [
                "mariadbd",
                "--no-defaults",
                *self._user,
                f"--datadir={self.data}",
                f"--socket={self.socket}",
                "--skip-networking",
                "--innodb-flush-log-at-trx-commit=2",
                *LIGHT,
                "--skip-name-resolve",
                "--skip-log-bin",
                f"--log-error={self.folder / 'log'}",
                *options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=with_sbin(),
        )
        until(self._answers, 30, "mariadbd does not answer")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, **options: Any) -> pymysql.connections.Connection[Any]:
        return pymysql.connect(
            unix_socket=str(self.socket),
            user="root",
            autocommit=True,
            ssl_disabled=True,
            **options,
        )

    def url(self, **options: str) -> str:
        """The URL of a database that does not exist yet."""
        self._made += 1
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"mysql://root@localhost/q{self._made}?unix_socket={self.socket}{more}"

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
        with socket.socket(socket.AF_UNIX) as knock:
            return knock.connect_ex(str(self.socket)) == 0


def with_sbin() -> dict[str, str]:
    return {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


class Running:
    """`python -m worker run` as a process, with its log."""

    def __init__(self, url: str, folder: Path, *options: str, **env: str) -> None:
        self.log_path = folder / f"log-{time.monotonic_ns()}"
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *worker_command("run", *(options or (JOBS,)))],
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, "QUEUE_URL": url, **env},
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def says(self, *words: str, limit: float = 60.0) -> str:
        """Wait for a line of the log that has all of the words."""

        def found() -> str:
            lines = [
                line for line in self.log.splitlines() if all(w in line for w in words)
            ]
            return lines[0] if lines else ""

        try:
            return until(found, limit, f"{words}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log}") from None

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self, limit: float = 60.0) -> int:
        return self.process.wait(limit)

    def stop(self, limit: float = 60.0) -> int:
        self.signal(signal.SIGTERM)
        return self.ends(limit)

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [int(pid) for pid in path.read_text().split()]
        except OSError:
            return []

    def clean_up(self) -> None:
        """End what is left of it: the manager, and children that outlived it (they share its session)."""
        for pid in [self.process.pid, *session_members(self.process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


def session_members(session: int) -> list[int]:
    """Find the living processes of a session, which is named by its first one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def worker_command(*words: str) -> list[str]:
    return ["-m", "worker", *words]


def grab(queue: Queue, limit: int = 1, manager: int = 7, **options: Any) -> list[Any]:
    """Grab as a manager of that number would."""
    grabs = getattr(queue, "grabs", 0) + 1
    queue.grabs = grabs  # type: ignore[attr-defined]
    ask = Ask((manager << GRAB_BITS) + grabs, limit, **options)
    return list(queue.store.turn([], ask).grabbed)


def settle(queue: Queue, job: Any, outcome: Any = None) -> bool:
    """Settle a grabbed job; False if it was no longer ours."""
    ended = Settlement(job.id, job.owner, outcome or Done())
    return job.id not in queue.store.turn([ended], None).lost


def exchange_of(
    queue: Queue, work_delay: float = 1.0, keep_failed: float | None = None
) -> Exchange:
    """A manager's dealings with a queue, without its processes."""
    holding = Holding(queue.store, Register(), ["default"], "")
    journal = Journal()
    periodic = Periodic(queue.store, Register(), "", journal)
    rounds = Rounds(holding, periodic, Pruning(queue.store, keep_failed), journal)
    return Exchange(holding, rounds, work_delay, journal)


def states(queue: Queue) -> dict[str, int]:
    return {state: count for (_, state), count in queue.counts().jobs.items()}


def sql(queue: Queue, statement: str, *values: Any) -> list[Any]:
    """Look into the database, or change it, behind the queue's back."""
    with queue.store.transaction() as cursor:
        if queue.address.kind == "sqlite":
            statement = statement.replace("%s", "?")
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def expire(queue: Queue) -> None:
    """Let all leases run out."""
    sql(queue, "UPDATE job SET due_at = 1 WHERE state = 1")
