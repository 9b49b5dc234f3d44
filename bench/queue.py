"""Measure the worker with jobs that do nothing, against raw loops on the same database.

    python bench/queue.py            MariaDB and SQLite, 1 and 2 children
    python bench/queue.py --help

The raw loop grabs 100 jobs and settles the 100 before in one commit, with the driver alone: what the database gives if a framework costs nothing.
MariaDB is a private server with innodb_flush_log_at_trx_commit=1 on a unix socket; SQLite is WAL, once with synchronous=FULL, once NORMAL.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # not here: see ground

from bench import bare  # noqa: E402
from bench.ground import (  # noqa: E402
    DATABASES,
    NOTHING,
    database,
    folder,
    median,
    until,
    verdict,
    working,
)
from worker import Queue  # noqa: E402
from worker.job import Done  # noqa: E402
from worker.store.base import GRAB_BITS, Ask, Settlement  # noqa: E402

BATCH = 100
#: jobs of the runs that commit for each
SINGLE = 2000
#: of the raw loop, and of the raw loop with one job a commit
LIMITS = {"mariadb": 0.6, "sqlite-full": 0.5, "sqlite-normal": 0.5}
LIMIT_SINGLE, LIMIT_RATE = 0.8, 12_000


def main() -> None:
    given = options()
    for name in given.databases:
        with folder() as here, database(name, here) as url:
            measure(name, url, here, given)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=20000, help="in the backlog")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    parser.add_argument("--children", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--databases", nargs="+", default=DATABASES, choices=DATABASES)
    return parser.parse_args()


def measure(name: str, url: str, here: Path, given: argparse.Namespace) -> None:
    """Take turns, so that what else the machine does meets all alike."""
    jobs = given.jobs
    ways: dict[str, Callable[[], float]] = {
        "raw loop": lambda: bare.drain(filled(url, jobs), BATCH),
        "store alone": lambda: store_alone(filled(url, jobs), BATCH),
        "raw loop, 1 job a commit": lambda: bare.drain(filled(url, SINGLE), 1),
        "store, 1 job a commit": lambda: store_alone(filled(url, SINGLE), 1),
    }
    for children in given.children:
        worker = partial(with_worker, url, here, children, jobs)
        ways[f"worker, children: {children}"] = worker
    rates: dict[str, list[float]] = {label: [] for label in ways}
    for _ in range(given.rounds):
        for label, way in ways.items():
            rates[label].append(way())
    tell(name, rates, given)


def tell(name: str, rates: dict[str, list[float]], given: argparse.Namespace) -> None:
    print(f"{name}, {given.jobs} jobs, median of {given.rounds}")
    middle = {label: median(each) for label, each in rates.items()}
    raw, single = middle["raw loop"], middle["raw loop, 1 job a commit"]
    for label, rate in middle.items():
        floor = single if "commit" in label else raw
        every = ", ".join(f"{each:.0f}" for each in rates[label])
        print(f"  {label:26} {rate:8.0f} jobs/s {rate / floor:5.0%}   ({every})")
    best = middle[f"worker, children: {max(given.children)}"]
    print(verdict("  worker, of the raw loop", best / raw, LIMITS[name]))
    ours = middle["store, 1 job a commit"]
    print(verdict("  1 job a commit, of the raw loop", ours / single, LIMIT_SINGLE))
    if name == "mariadb":
        print(verdict("  jobs a second", best, LIMIT_RATE))
    sys.stdout.flush()


def filled(url: str, jobs: int) -> str:
    """Put so many jobs into the queue."""
    queue = Queue(url)
    queue.setup()
    for start in range(0, jobs, 5000):
        count = min(5000, jobs - start)
        queue.enqueue_many(NOTHING, [{"message": "hello"}] * count)
    queue.close()
    return url


def store_alone(url: str, batch: int) -> float:
    """Our own SQL in one process, without manager and children."""
    queue = Queue(url)
    started = time.perf_counter()
    settlements: list[Settlement] = []
    done, turn = 0, 0
    while turn == 0 or settlements:
        turn += 1
        got = queue.store.turn(settlements, Ask((7 << GRAB_BITS) + turn, batch))
        done += len(settlements) - len(got.lost)
        settlements = [Settlement(job.id, job.owner, Done()) for job in got.grabbed]
    rate = done / (time.perf_counter() - started)
    queue.close()
    return rate


def with_worker(url: str, here: Path, children: int, jobs: int) -> float:
    """The real thing, from its first job done to the last."""
    queue = Queue(filled(url, jobs))
    with working(url, here, children=children):
        first_at, first = until(queue, jobs - 1)
        last_at, _ = until(queue, 0)
    done = (here / "log").read_text().count(" done ")
    assert done == jobs, (done, jobs)
    queue.close()
    return first / (last_at - first_at)


if __name__ == "__main__":
    main()
