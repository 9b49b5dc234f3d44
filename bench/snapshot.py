"""Measure the worker on MariaDB while another connection keeps an old snapshot open, after many finished jobs.

    python bench/snapshot.py                    a million finished jobs
    python bench/snapshot.py --finished 50000

What a transaction that is open elsewhere (a dump, a report) might still read cannot be purged: each grab has to pass over it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # not here: see ground

from bench.ground import (  # noqa: E402
    NOTHING,
    database,
    driver,
    folder,
    median,
    verdict,
    working,
)
from worker import Queue  # noqa: E402

JOBS, ROUNDS = 20000, 5
#: the server keeps in memory what it cannot purge, and does not flush all the time
SERVER = ("--innodb-buffer-pool-size=1G", "--innodb-log-file-size=1G")
LIMIT = 0.8


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--finished", type=int, default=1_000_000)
    given = parser.parse_args()
    with folder() as here, database("mariadb", here, *SERVER) as url:
        queue = Queue(url)
        queue.setup()
        with working(url, here, children=2):
            server = driver(url).cursor()
            before = median([rate(queue, server) for _ in range(ROUNDS)])
            snapshot = driver(url).cursor()
            snapshot.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            snapshot.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            finish(queue, server, given.finished)
            after = median([rate(queue, server) for _ in range(ROUNDS)])
    print(f"{before:.0f} jobs/s, with the old snapshot {after:.0f} jobs/s")
    print(verdict("  of it", after / before, LIMIT))


def finish(queue: Queue, server: Any, jobs: int) -> None:
    """Have so many jobs come and go.

    By the workers: a raw loop walks through all that the snapshot keeps, each time longer.
    """
    for _ in range(0, jobs, JOBS):
        rate(queue, server)


def rate(queue: Queue, server: Any) -> float:
    gone = deleted(server) + JOBS
    queue.enqueue_many(NOTHING, [None] * JOBS)
    started = time.perf_counter()
    while deleted(server) < gone:
        time.sleep(0.02)
    return JOBS / (time.perf_counter() - started)


def deleted(server: Any) -> int:
    """Ask the server how many rows it deleted: to count those that are left would walk through all that the snapshot keeps."""
    server.execute("SHOW GLOBAL STATUS LIKE 'Handler_delete'")
    return int(server.fetchone()[1])


if __name__ == "__main__":
    main()
