"""Measure what an old snapshot elsewhere costs: the traces of ended jobs that it keeps, before every grab.

    python bench/snapshot.py                a million jobs with a snapshot open, and none
    python bench/snapshot.py --jobs 100000

A backup or a report holds a transaction open, so MariaDB keeps an index entry of each job that ended since. The
store takes turns (100 jobs settled and grabbed, and once a second a look at what is due) through the same backlog
twice; what counts is the rate over its last tenth. MariaDB is a private server.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from worker import Queue  # noqa: E402
from worker.job import Done  # noqa: E402
from worker.soak.mariadb import Mariadb  # noqa: E402
from worker.store.base import GRAB_BITS, Ask, Settlement  # noqa: E402

BATCH = 100
HANDLER = "bench_jobs.Nothing"
LIMIT = 0.8


def main() -> int:
    given = options()
    with tempfile.TemporaryDirectory(prefix="forklift-bench-") as folder:
        server = Mariadb(Path(folder))
        try:
            free, held = (
                measure(server, given.jobs, opened) for opened in (False, True)
            )
        finally:
            server.stop()
    print(f"no snapshot  {free:8.0f} jobs/s over the last tenth of {given.jobs}")
    print(f"one snapshot {held:8.0f} jobs/s  {held / free:4.0%}, limit {LIMIT:.0%}")
    return int(held < LIMIT * free)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=1_000_000)
    return parser.parse_args()


def measure(server: Mariadb, jobs: int, opened: bool) -> float:
    queue = Queue(server.urls[0])
    queue.setup()
    with snapshot(queue) if opened else nothing():
        for start in range(0, jobs, 5000):
            queue.enqueue_many(HANDLER, [None] * min(5000, jobs - start))
        before = drain(queue, jobs - jobs // 10)
        rate = jobs // 10 / drain(queue, jobs // 10)
        print(
            f"  {'with' if opened else 'without'}: {(jobs - jobs // 10) / before:.0f} jobs/s before"
        )
    queue.close()
    return rate


@contextmanager
def nothing() -> Iterator[None]:
    yield


@contextmanager
def snapshot(queue: Queue) -> Iterator[None]:
    """Look at the table as a backup does, and go on looking."""
    other = Queue(queue.address)
    with other.store.transaction() as cursor:
        cursor.execute("ROLLBACK")
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        cursor.execute("SELECT COUNT(*) FROM job")
        yield
    other.close()


def drain(queue: Queue, jobs: int) -> float:
    """Give the seconds that so many jobs take."""
    store = queue.store
    started = look_at = time.perf_counter()
    settlements: list[Settlement] = []
    done = 0
    while done < jobs:
        number = time.monotonic_ns() & ((1 << GRAB_BITS) - 1)
        got = store.turn(settlements, Ask((7 << GRAB_BITS) + number, BATCH))
        done += len(settlements)
        settlements = [Settlement(job.id, job.owner, Done()) for job in got.grabbed]
        if time.perf_counter() > look_at:
            look_at = time.perf_counter() + 1
            store.due()
    seconds = time.perf_counter() - started
    store.turn(settlements, None)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
