"""Measure enqueuing on MariaDB, against a bare INSERT and executemany; and beside busy workers.

python bench/enqueue.py                     rates, and two enqueuers beside four busy children
python bench/enqueue.py --jobs 1000000      the same with a million jobs: none may fail, nothing may deadlock
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # not here: see ground

from bench.ground import (  # noqa: E402
    NOTHING,
    ROOT,
    database,
    driver,
    folder,
    median,
    until,
    verdict,
    verdict_at_most,
    working,
)
from worker import Queue  # noqa: E402

ONE, MANY = 1000, 20000
LIMIT_ONE, LIMIT_MANY = 0.8, 0.7
INSERT = (
    "INSERT INTO job (queue, handler, state, precedence, enqueued_at, enqueued_release, arg)"
    # placeholders alone: with a constant among them PyMySQL's executemany sends one statement a row
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
ENQUEUER = """\
import sys
from worker import Queue  # noqa: E402
queue, left, failed = Queue(sys.argv[1]), int(sys.argv[2]), 0
while left > 0:
    count = min(left, 1 if left % 3 else 50)
    try:
        queue.enqueue_many(sys.argv[3], [None] * count, priority=left % 5)
    except Exception as error:
        print(error, file=sys.stderr)
        failed += 1
    left -= count
print(failed)
"""


def main() -> None:
    given = options()
    with folder() as here, database("mariadb", here) as url:
        queue = Queue(url)
        queue.setup()
        rates(queue, url, given.rounds)
        beside_workers(queue, url, here, given.jobs)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    parser.add_argument("--jobs", type=int, default=20000, help="beside busy workers")
    return parser.parse_args()


def rates(queue: Queue, url: str, rounds: int) -> None:
    cursor = driver(url).cursor()
    rows = [("default", NOTHING, 0, 0, 1, "", '{"message":"hello"}')] * MANY
    args = [{"message": "hello"}] * MANY
    ours, bare, ours_many, bare_many = [], [], [], []
    for _ in range(rounds):
        bare.append(rate(ONE, lambda: [cursor.execute(INSERT, rows[0])], ONE))
        ours.append(rate(ONE, lambda: queue.enqueue(NOTHING, args[0]), ONE))
        bare_many.append(rate(MANY, lambda: cursor.executemany(INSERT, rows)))
        ours_many.append(rate(MANY, lambda: queue.enqueue_many(NOTHING, args)))
        cursor.execute("TRUNCATE TABLE job")
    print(f"enqueue {median(ours):.0f}/s, bare INSERT {median(bare):.0f}/s")
    print(verdict("  of it", median(ours) / median(bare), LIMIT_ONE))
    print(f"many {median(ours_many):.0f}/s, executemany {median(bare_many):.0f}/s")
    print(verdict("  of it", median(ours_many) / median(bare_many), LIMIT_MANY))


def rate(jobs: int, action: Any, times: int = 1) -> float:
    started = time.perf_counter()
    for _ in range(times):
        action()
    return jobs / (time.perf_counter() - started)


def beside_workers(queue: Queue, url: str, here: Path, jobs: int) -> None:
    """Two programs enqueue while two managers with two children each work."""
    before = deadlocks(url)
    with working(url, here, children=2), working(url, here, children=2):
        enqueuers = [
            subprocess.Popen(
                [sys.executable, "-c", ENQUEUER, url, str(jobs // 2), NOTHING],
                stdout=subprocess.PIPE,
                cwd=ROOT,
            )
            for _ in range(2)
        ]
        failed = sum(int(each.communicate()[0]) for each in enqueuers)
        until(queue, 0)
    print(f"{jobs} jobs from two enqueuers beside four children")
    print(verdict_at_most("  enqueues that failed", failed, 0))
    found = deadlocks(url) - before
    print(verdict_at_most("  deadlocks", found, 0))
    if found:
        print(account_of_the_last(url))


def deadlocks(url: str) -> int:
    cursor = driver(url).cursor()
    cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
    return int(cursor.fetchone()[1])


def account_of_the_last(url: str) -> str:
    """Tell which two transactions waited for each other, and for what."""
    cursor = driver(url).cursor()
    cursor.execute("SHOW ENGINE INNODB STATUS")
    told: str = cursor.fetchone()[2]
    return told.partition("LATEST DETECTED DEADLOCK")[2].partition("\nTRANSACTIONS\n")[
        0
    ]


if __name__ == "__main__":
    main()
