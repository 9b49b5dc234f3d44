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

sys.path[0] = str(Path(__file__).resolve().parents[1])  # not here: see ground

from bench.ground import NOTHING, database, driver, folder, until, verdict, working  # noqa: E402
from worker import Queue  # noqa: E402

JOBS = 20000
LIMIT = 0.8


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--finished", type=int, default=1_000_000)
    given = parser.parse_args()
    with folder() as here, database("mariadb", here) as url:
        queue = Queue(url)
        queue.setup()
        with working(url, here, children=2):
            before = rate(queue)
            snapshot = driver(url).cursor()
            snapshot.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            snapshot.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            finish(queue, given.finished)
            after = rate(queue)
    print(f"{before:.0f} jobs/s, with the old snapshot {after:.0f} jobs/s")
    print(verdict("  of it", after / before, LIMIT))


def finish(queue: Queue, jobs: int) -> None:
    """Have so many jobs come and go.

    By the workers: a raw loop walks through all that the snapshot keeps, each time longer.
    """
    for _ in range(0, jobs, JOBS):
        queue.enqueue_many(NOTHING, [None] * JOBS)
        until(queue, 0)


def rate(queue: Queue) -> float:
    queue.enqueue_many(NOTHING, [None] * JOBS)
    started = time.perf_counter()
    until(queue, 0)
    return JOBS / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
