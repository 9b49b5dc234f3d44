"""Measure what a worker costs beside its jobs, on an SQLite queue.

    python bench/idle.py

Jobs of 10 ms with 8 children: jobs/s against the ideal of 800, and against 8 processes that only sleep. An idle worker with a manager and 3 children: memory as
PSS (shared pages counted once), CPU in percent of a core over ten seconds.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from worker import Queue  # noqa: E402

MODULE = """\
import time
from worker import Handler
class Short(Handler):
    def work(self, job):
        time.sleep(0.01)
"""
JOBS = 4000
SECONDS = 10


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    with tempfile.TemporaryDirectory(prefix="forklift-bench-") as folder:
        here = Path(folder)
        (here / "bench_jobs.py").write_text(MODULE)
        short_jobs(here)
        idle(here)


def short_jobs(here: Path) -> None:
    with working(here, "--max-workers=8", "--min-spare-workers=8") as (queue, pid):
        until_children(pid, 8)
        queue.enqueue_many("bench_jobs.Short", [None] * JOBS)
        started = time.perf_counter()
        while queue.counts().jobs:
            time.sleep(0.01)
        rate = JOBS / (time.perf_counter() - started)
    limit = bare()
    print(
        f"10 ms jobs, 8 children: {rate:.0f} jobs/s, {rate / 800:.1%} of the ideal;"
        f" 8 bare processes that sleep as often: {limit:.0f}/s, so {rate / limit:.1%} of that"
    )


def bare() -> float:
    """What this machine gives to 8 processes that do nothing but the sleeping."""
    code = f"import time\nfor _ in range({JOBS // 8}): time.sleep(0.01)"
    started = time.perf_counter()
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(8)]
    for each in processes:
        each.wait()
    return JOBS / (time.perf_counter() - started)


def idle(here: Path) -> None:
    with working(here, "--max-workers=3", "--min-spare-workers=3") as (_, pid):
        until_children(pid, 3)
        time.sleep(2)
        every = [pid, *children(pid)]
        before = sum(map(cpu, every))
        time.sleep(SECONDS)
        used = (sum(map(cpu, every)) - before) / SECONDS
        print(
            f"idle, manager and 3 children: {sum(map(pss, every)):.1f} MB PSS, {used:.2%} CPU"
        )


@contextmanager
def working(here: Path, *options: str) -> Iterator[tuple[Queue, int]]:
    queue = Queue(f"sqlite:///{here / 'queue.db'}")
    queue.setup()
    environ = {
        **os.environ,
        "QUEUE_URL": str(queue.address),
        "PYTHONPATH": f"{ROOT}:{here}",
    }
    with (here / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run", "bench_jobs", *options],
            env=environ,
            stderr=log,
            cwd=here,
        )
    try:
        yield queue, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def until_children(pid: int, count: int) -> None:
    while len(children(pid)) < count:
        time.sleep(0.01)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]


def pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    assert found
    return int(found[1]) / 1000


def cpu(pid: int) -> float:
    """Seconds used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
