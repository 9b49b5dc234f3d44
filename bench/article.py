"""Measure what docs/from-qudo.md says about the article's questions, on an SQLite queue.

    python bench/article.py

Pools: 12 jobs of 1 s with max_workers=3, min_spare_workers=1; 20 jobs of 1 s with 8, 2 and 3. Prints the seconds
from the first enqueue to the last end, the children forked, and the sizes that the pool had.
First jobs of a new handler: 8 processes at once, each with nothing cached; prints how many of the 8 were put in.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from worker import Queue  # noqa: E402

MODULE = """\
import time
from worker import Handler
class Second(Handler):
    def work(self, job):
        time.sleep(1)
"""


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    with tempfile.TemporaryDirectory(prefix="forklift-bench-") as folder:
        here = Path(folder)
        (here / "bench_jobs.py").write_text(MODULE)
        pool(here, 12, "--max-workers=3", "--min-spare-workers=1")
        pool(
            here,
            20,
            "--max-workers=8",
            "--min-spare-workers=2",
            "--max-spare-workers=3",
            "--cool-down=2",
        )
        for _ in range(3):
            newcomers(here)


def pool(here: Path, jobs: int, *options: str) -> None:
    url = f"sqlite:///{here / f'{jobs}.db'}"
    queue = Queue(url)
    queue.setup()
    environ = {**os.environ, "QUEUE_URL": url, "PYTHONPATH": f"{ROOT}:{here}"}
    log = here / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run", "bench_jobs", *options],
            env=environ,
            stderr=output,
            cwd=here,
        )
    while not children(process.pid):
        time.sleep(0.01)
    started = time.perf_counter()
    queue.enqueue_many("bench_jobs.Second", [None] * jobs)
    took, forked, sizes = watch(queue, process.pid, started)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    print(f"{jobs} jobs of 1 s, {' '.join(options)}")
    print(f"  {took:.2f} s, {forked} children forked, pool {sizes}")


def watch(queue: Queue, pid: int, started: float) -> tuple[float, int, list[int]]:
    """Look at the pool until five seconds after the last job ended."""
    sizes: list[int] = []
    seen: set[int] = set()
    took = 0.0
    while time.perf_counter() - started < took + 5 or not took:
        living = children(pid)
        seen |= set(living)
        if not sizes or sizes[-1] != len(living):
            sizes.append(len(living))
        if not took and not queue.counts().jobs:
            took = time.perf_counter() - started
        time.sleep(0.005)
    return took, len(seen), sizes


def newcomers(here: Path) -> None:
    queue = Queue(f"sqlite:///{here / 'new.db'}")
    queue.setup()
    name = f"bench_jobs.New{time.monotonic_ns()}"
    code = f"from worker import Queue; Queue({str(queue.address)!r}).enqueue({name!r})"
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(8)
    ]
    statuses = [each.wait() for each in started]
    with queue.store.transaction() as cursor:
        cursor.execute("SELECT COUNT(*) FROM job WHERE handler = ?", (name,))
        ((there,),) = cursor.fetchall()
    print(f"8 processes, a new handler: {statuses.count(0)} succeeded, {there} jobs in")


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]


if __name__ == "__main__":
    main()
