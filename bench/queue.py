"""Measure the worker with jobs that do nothing, against a bare loop on the same database.

    python bench/queue.py            both databases, 1 and 2 children
    python bench/queue.py --help

The bare loop grabs 100 jobs and settles the 100 before in one commit, with the driver alone and no
process beside it: what the database gives if a framework costs nothing. MariaDB is a private server with
innodb_flush_log_at_trx_commit=1 on a unix socket; SQLite is WAL with synchronous=FULL.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from worker import Handler, Queue  # noqa: E402
from worker.job import Done, Job  # noqa: E402
from worker.store.base import GRAB_BITS, Ask, Settlement  # noqa: E402

BATCH = 100
HANDLER = "bench_jobs.Nothing"
MODULE = """\
from worker import Handler
class Nothing(Handler):
    def work(self, job):
        pass
"""


class Nothing(Handler):
    def work(self, job: Job) -> None:
        pass


def main() -> None:
    given = options()
    with tempfile.TemporaryDirectory(prefix="forklift-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101,S103 # the server runs as another user
        here = Path(folder)
        (here / "bench_jobs.py").write_text(MODULE)
        for name in given.databases:
            with database(name, here) as url:
                measure(name, url, here, given)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=20000, help="in the backlog")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    parser.add_argument("--children", type=int, nargs="+", default=[1, 2])
    parser.add_argument(
        "--databases",
        nargs="+",
        default=["mariadb", "sqlite"],
        choices=["mariadb", "sqlite"],
    )
    return parser.parse_args()


def measure(name: str, url: str, here: Path, given: argparse.Namespace) -> None:
    rates: dict[str, list[float]] = {}
    for _ in range(given.rounds):
        rates.setdefault("bare driver", []).append(bare(url, given.jobs))
        rates.setdefault("store alone", []).append(store_alone(url, given.jobs))
        for children in given.children:
            label = (
                f"worker, {children} children" if children > 1 else "worker, 1 child"
            )
            rates.setdefault(label, []).append(working(url, here, children, given.jobs))
    baseline = statistics.median(rates["bare driver"])
    print(f"{name}, {given.jobs} jobs, median of {given.rounds}")
    for label, each in rates.items():
        rate = statistics.median(each)
        print(
            f"  {label:22} {rate:8.0f} jobs/s  {rate / baseline:4.0%} of bare   ({', '.join(f'{r:.0f}' for r in each)})"
        )
    sys.stdout.flush()


def fill(url: str, jobs: int) -> Queue:
    queue = Queue(url)
    queue.setup()
    for start in range(0, jobs, 5000):
        count = min(5000, jobs - start)
        queue.enqueue_many(HANDLER, [{"message": "hello"}] * count)
    return queue


def bare(url: str, jobs: int) -> float:
    fill(url, jobs).close()
    started = time.perf_counter()
    done = bare_mysql(url) if url.startswith("mysql") else bare_sqlite(url)
    assert done == jobs, (done, jobs)
    return jobs / (time.perf_counter() - started)


def bare_mysql(url: str) -> int:
    import pymysql

    socket = url.split("unix_socket=")[1]
    connection = pymysql.connect(
        unix_socket=socket,
        user="root",
        database="bench",
        autocommit=True,
        ssl_disabled=True,
        init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    )
    cursor = connection.cursor()
    before: list[str] = []
    done = 0
    while True:
        connection.begin()
        if before:
            done += cursor.execute(f"DELETE FROM job WHERE id IN ({','.join(before)})")
        cursor.execute(
            "SELECT id, handler, arg FROM job FORCE INDEX (job_claim) WHERE queue = 'default' AND state = 0"
            f" ORDER BY precedence, id LIMIT {BATCH} FOR UPDATE SKIP LOCKED"
        )
        before = [str(row[0]) for row in cursor.fetchall()]
        if before:
            cursor.execute(
                "UPDATE job FORCE INDEX (PRIMARY) SET state = 1, owner = 1, attempt = attempt + 1,"
                f" due_at = 1 WHERE id IN ({','.join(before)})"
            )
        connection.commit()
        if not before:
            return done


def bare_sqlite(url: str) -> int:
    import sqlite3

    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    before: list[tuple[int]] = []
    done = 0
    while True:
        connection.execute("BEGIN IMMEDIATE")
        done += (
            connection.executemany("DELETE FROM job WHERE id = ?", before).rowcount
            if before
            else 0
        )
        rows = connection.execute(
            "SELECT id, handler, arg FROM job WHERE queue = 'default' AND state = 0"
            f" ORDER BY precedence, id LIMIT {BATCH}"
        ).fetchall()
        before = [(row[0],) for row in rows]
        connection.executemany(
            "UPDATE job SET state = 1, owner = 1, attempt = attempt + 1, due_at = 1 WHERE id = ?",
            before,
        )
        connection.execute("COMMIT")
        if not before:
            return done


def store_alone(url: str, jobs: int) -> float:
    """Our own SQL in one process, without manager and children."""
    queue = fill(url, jobs)
    started = time.perf_counter()
    settlements: list[Settlement] = []
    done, turn = 0, 0
    while True:
        turn += 1
        got = queue.store.turn(settlements, Ask((7 << GRAB_BITS) + turn, BATCH))
        done += len(settlements) - len(got.lost)
        settlements = [Settlement(job.id, job.owner, Done()) for job in got.grabbed]
        if not settlements:
            break
    assert done == jobs
    queue.close()
    return jobs / (time.perf_counter() - started)


def working(url: str, here: Path, children: int, jobs: int) -> float:
    """The real thing, from its first job done to the last."""
    queue = fill(url, jobs)
    log = here / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "worker",
                "run",
                "bench_jobs",
                "--max-workers",
                str(children),
            ],
            env={**os.environ, "QUEUE_URL": url, "PYTHONPATH": f"{ROOT}:{here}"},
            stderr=output,
            cwd=here,
        )
        try:
            first_at, first = until(queue, jobs - 1)
            last_at, _ = until(queue, 0)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    assert log.read_text().count(" done ") == jobs
    queue.close()
    return first / (last_at - first_at)


def until(queue: Queue, most: int) -> tuple[float, int]:
    """Wait until at most so many jobs are left; cheap enough not to disturb."""
    while True:
        left = sum(queue.counts().jobs.values())
        if left <= most:
            return time.perf_counter(), left
        time.sleep(0.05 if left > 2000 else 0.005)


@contextmanager
def database(name: str, here: Path) -> Iterator[str]:
    if name == "sqlite":
        yield f"sqlite:///{here / 'queue.db'}"
        return
    data, socket = here / "data", here / "socket"
    user = ["--user=mysql"] if os.getuid() == 0 else []
    if user:
        shutil.chown(here, "mysql")
    subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            *user,
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
    )
    server = subprocess.Popen(
        [
            "mariadbd",
            "--no-defaults",
            *user,
            f"--datadir={data}",
            f"--socket={socket}",
            "--skip-networking",
            "--innodb-flush-log-at-trx-commit=1",
            "--innodb-buffer-pool-size=256M",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"mysql://root@localhost/bench?unix_socket={socket}"
        for _ in range(200):
            with suppress(Exception):
                Queue(url).setup()
                break
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(30)


if __name__ == "__main__":
    main()
