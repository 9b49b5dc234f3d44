"""What the measurements of the worker stand on: a private server or file, a worker as a process, what processes cost.

A program of this folder finds it by the folder above: with this one on the path, its queue.py would stand for the standard library's.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from worker import Queue

ROOT = Path(__file__).resolve().parent.parent

#: MariaDB with every commit on disk; SQLite in WAL, every commit on disk, and not
DATABASES = ("mariadb", "sqlite-full", "sqlite-normal")
NOTHING, SHORT, STAMP = (
    "bench_jobs.Nothing",
    "bench_jobs.Short",
    "bench_jobs.Stamp",
)
MODULE = """\
import os, time
from worker import Handler
class Nothing(Handler):
    def work(self, job):
        pass
class Short(Handler):
    def work(self, job):
        time.sleep(0.01)
class Stamp(Handler):
    def work(self, job):
        now = time.monotonic_ns()
        pipe = os.open(job.arg["to"], os.O_WRONLY)
        os.write(pipe, b"%d" % now)
        os.close(pipe)
"""


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="forklift-bench-") as name:
        here = Path(name)
        here.chmod(0o711)  # the server runs as another user
        (here / "bench_jobs.py").write_text(MODULE)
        yield here


@contextmanager
def database(name: str, here: Path, *options: str) -> Iterator[str]:
    """Give the URL of a database of its own; *options* are the server's."""
    if name.startswith("sqlite"):
        yield f"sqlite:///{here / name}.db?synchronous={name.partition('-')[2]}"
        return
    data, socket = here / "data", here / "socket"
    user = ["--user=mysql"] if os.getuid() == 0 else []
    if user:
        shutil.chown(here, "mysql")
    common = ["--no-defaults", *user, f"--datadir={data}"]
    ways = ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(
        ["mariadb-install-db", *common, *ways], check=True, capture_output=True
    )
    server = subprocess.Popen(
        ["mariadbd", *common, f"--socket={socket}", "--skip-networking",
         "--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=256M", *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"mysql://root@localhost/bench?unix_socket={socket}"
        for _ in range(600):
            with suppress(Exception):
                Queue(url).setup()
                break
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def driver(url: str) -> Any:
    """Open a connection with nothing but the driver."""
    if url.startswith("sqlite"):
        import sqlite3

        path, _, mode = url.removeprefix("sqlite:///").partition("?synchronous=")
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute(f"PRAGMA synchronous = {mode}")
        return connection
    import pymysql

    return pymysql.connect(
        unix_socket=url.split("unix_socket=")[1],
        user="root",
        database="bench",
        autocommit=True,
        ssl_disabled=True,
        init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    )


@contextmanager
def working(
    url: str, here: Path, *options: str, children: int = 1
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker that has so many children ready."""
    pool = [f"--max-workers={children}", f"--min-spare-workers={children}"]
    with (here / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run", "bench_jobs", *pool, *options],
            env={**os.environ, "QUEUE_URL": url, "PYTHONPATH": f"{ROOT}:{here}"},
            stderr=log,
            cwd=here,
        )
    try:
        while len(children_of(process.pid)) < children:
            assert process.poll() is None, (here / "log").read_text()
            time.sleep(0.01)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]


def pss(pid: int) -> float:
    """Megabytes, what is shared counted once."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    assert found
    return int(found[1]) / 1000


def cpu(pid: int) -> float:
    """Seconds used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def until(queue: Queue, most: int) -> tuple[float, int]:
    """Wait until at most so many jobs are left; cheap enough not to disturb."""
    while True:
        left = sum(queue.counts().jobs.values())
        if left <= most:
            return time.perf_counter(), left
        time.sleep(0.05 if left > 2000 else 0.005)


def verdict(what: str, value: float, limit: float, unit: str = "") -> str:
    """Say a figure with its limit: more is better."""
    met = "met" if value >= limit else "MISSED"
    return f"{what}: {value:.4g}{unit}, limit {limit:g}{unit}: {met}"


def verdict_at_most(what: str, value: float, limit: float, unit: str = "") -> str:
    """Say a figure with its limit: less is better."""
    met = "met" if value <= limit else "MISSED"
    return f"{what}: {value:.4g}{unit}, limit {limit:g}{unit}: {met}"


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
