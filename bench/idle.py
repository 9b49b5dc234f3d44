"""Measure what a worker costs beside its jobs, on MariaDB (or SQLite, with --database).

    python bench/idle.py

Jobs of 10 ms with 8 children: jobs/s against the ideal: 8 processes that only sleep. From enqueue to the start of the job with an idle worker:
on the same host, and as from another host, whose enqueue wakes nobody. An idle worker with a manager and 3 children: memory as PSS (shared pages counted once),
CPU in percent of a core, and the queries that the server has counted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # not here: see ground

from bench.ground import (  # noqa: E402
    DATABASES,
    SHORT,
    STAMP,
    children_of,
    cpu,
    database,
    driver,
    folder,
    pss,
    until,
    verdict,
    verdict_at_most,
    working,
)
from worker import Queue  # noqa: E402
from worker.store.base import NewJob  # noqa: E402

JOBS = 4000
#: seconds
IDLE, SETTLED = 20, 3
#: enqueues with a wake-up, and without
WOKEN, UNWOKEN = 200, 40


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=DATABASES, default="mariadb")
    given = parser.parse_args()
    with folder() as here, database(given.database, here) as url:
        queue = Queue(url)
        queue.setup()
        short_jobs(queue, url, here)
        latency(queue, url, here)
        idle(url, here)
        queue.close()


def short_jobs(queue: Queue, url: str, here: Path) -> None:
    with working(url, here, children=8):
        queue.enqueue_many(SHORT, [None] * JOBS)
        started = time.perf_counter()
        until(queue, 0)
        rate = JOBS / (time.perf_counter() - started)
    limit = bare()
    print(
        f"10 ms jobs, 8 children: {rate:.0f} jobs/s; 8 bare processes that sleep as often:"
        f" {limit:.0f}/s, {rate / limit:.1%} of that"
    )
    print(verdict("  of the ideal", rate / limit, 0.95))


def bare() -> float:
    """What this machine gives to 8 processes that do nothing but the sleeping."""
    code = f"import time\nfor _ in range({JOBS // 8}): time.sleep(0.01)"
    started = time.perf_counter()
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(8)]
    for each in processes:
        each.wait()
    return JOBS / (time.perf_counter() - started)


def latency(queue: Queue, url: str, here: Path) -> None:
    """The job writes the time into a pipe of ours; the monotonic clock is the same for all processes of a host."""
    pipe = here / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    with working(url, here, "--work-delay=0.1"):
        woken = [
            started_after(queue, (str(pipe), reader), wakes=True) for _ in range(WOKEN)
        ]
        unwoken = [
            started_after(queue, (str(pipe), reader), wakes=False)
            for _ in range(UNWOKEN)
        ]
    os.close(reader)
    woken.sort()
    if url.startswith("mysql"):
        print(
            f"two commits of a bare INSERT, one after the other: {commits(url):.3f} ms"
        )
    print(verdict_at_most("enqueue to start, p50", woken[WOKEN // 2], 3, " ms"))
    at = int(WOKEN * 0.99)
    print(verdict_at_most("enqueue to start, p99", woken[at], 15, " ms"))
    worst = max(unwoken)
    print(verdict_at_most("without a wake-up, work_delay 100 ms", worst, 115, " ms"))


def commits(url: str) -> float:
    """Milliseconds of what no durable queue can do without: a commit that enqueues, one that takes."""
    cursor = driver(url).cursor()
    cursor.execute("CREATE TABLE bench_commit (number INT PRIMARY KEY)")
    taken = []
    for number in range(WOKEN):
        started = time.perf_counter()
        for each in (2 * number, 2 * number + 1):
            cursor.execute("INSERT INTO bench_commit VALUES (%s)", (each,))
        taken.append((time.perf_counter() - started) * 1000)
        time.sleep(0.02)
    return sorted(taken)[WOKEN // 2]


def started_after(queue: Queue, way: tuple[str, int], *, wakes: bool) -> float:
    """Milliseconds from the call of enqueue to the first line of the job."""
    pipe, reader = way
    time.sleep(random.uniform(0.02, 0.25))  # noqa: S311 # at any moment of a poll
    before = time.monotonic_ns()
    arg = {"to": pipe}
    if wakes:
        queue.enqueue(STAMP, arg)
    else:
        with queue.store.transaction() as cursor:
            queue.store.enqueue([NewJob(STAMP, json.dumps(arg))], "", cursor)
    return (int(os.read(reader, 100)) - before) / 1e6


def idle(url: str, here: Path) -> None:
    server = driver(url).cursor()  # one for both looks: connecting asks, too
    with working(url, here, children=3) as process:
        time.sleep(SETTLED)
        every = [process.pid, *children_of(process.pid)]
        used, asked = sum(map(cpu, every)), queries_of(server)
        time.sleep(IDLE)
        share = (sum(map(cpu, every)) - used) / IDLE
        queries = (queries_of(server) - asked - 1) / IDLE
        memory = sum(map(pss, every))
    print("idle, manager and 3 children")
    print(verdict_at_most("  memory as PSS", memory, 35, " MB"))
    print(verdict_at_most("  CPU of a core", share * 100, 0.5, " %"))
    if url.startswith("mysql"):
        print(verdict_at_most("  queries a second", queries, 1))


def queries_of(server: Any) -> int:
    """What the server has counted; 0 of SQLite, which has none."""
    if type(server).__module__.startswith("sqlite3"):
        return 0
    server.execute("SHOW GLOBAL STATUS LIKE 'Queries'")
    return int(server.fetchone()[1])


if __name__ == "__main__":
    main()
