"""Measure the worker on MariaDB while another connection keeps an old snapshot open, after many finished jobs.

In turns with the same on a second server that nobody burdens, since a machine's speed drifts.

    python bench/snapshot.py                    a million finished jobs
    python bench/snapshot.py --finished 50000

What a transaction that is open elsewhere (a dump, a report) might still read cannot be purged: each grab has to pass over it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from worker.soak import snapshots  # noqa: E402

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
    with served() as usual, served() as burdened:
        end = snapshots.keep(burdened)
        for _ in range(0, given.finished, JOBS):
            rate(burdened)
        rates = [(rate(usual), rate(burdened)) for _ in range(ROUNDS)]
        end()
    before, after = (median(each) for each in zip(*rates))
    print(f"{before:.0f} jobs/s, with the old snapshot {after:.0f} jobs/s")
    print(verdict("  of it", after / before, LIMIT))


@contextmanager
def served() -> Iterator[str]:
    """Give the URL of a queue that has a server and a worker of its own."""
    with (
        folder() as here,
        database("mariadb", here, *SERVER) as url,
        working(url, here, children=2),
    ):
        yield url


def rate(url: str) -> float:
    """Have jobs come and go: jobs per second.

    The workers end them, for a raw loop walks through all that the snapshot keeps, each time longer.
    """
    server = driver(url)
    gone = deleted(server) + JOBS
    queue = Queue(url)
    queue.enqueue_many(NOTHING, [None] * JOBS)
    started = time.perf_counter()
    while deleted(server) < gone:
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    queue.close()
    server.close()
    return JOBS / seconds


def deleted(server: Any) -> int:
    """Ask the server how many rows it deleted: to count those that are left would walk through all that the snapshot keeps."""
    with server.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Handler_delete'")
        return int(cursor.fetchone()[1])


if __name__ == "__main__":
    main()
