"""A soak from beginning to end: feed, break, drain, account."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from worker.errors import WorkerError
from worker.queue import Queue
from worker.soak import account, servers
from worker.soak.account import Account, Evidence
from worker.soak.faults import Draw, Faults
from worker.soak.feed import Feed
from worker.soak.jobs import EFFECTS, Fails, Poison, kind_of
from worker.soak.workers import Workers

#: seconds between lines that say how far it is
REPORT_EVERY = 10.0
#: seconds without a job ending, after the last fault, after which what is left is stuck
DRAIN = 60.0
#: seconds that a manager may take to stop at the end
STOP = 30.0


@dataclass(frozen=True)
class Plan:
    """What to do."""

    jobs: int
    database: str
    draw: Draw
    managers: int = 2

    @property
    def backlog(self) -> int:
        """Jobs that are kept waiting."""
        return min(4000, self.jobs // 8)


def soak(plan: Plan, folder: Path) -> Generator[str, None, bool]:
    """Do it all in *folder*; the return value says whether the account is clean."""
    server = servers.start(plan.database, folder)
    file = [f"sqlite:///{folder / 'queue.db'}"]
    try:
        queue = Queue((server.urls if server else file)[0])
        queue.setup()
        with queue.store.transaction() as cursor:
            cursor.execute(EFFECTS)
        workers = Workers(server.ways if server else file, folder)
        faults = Faults(plan.draw, workers, server)
        return (yield from _soak(plan, folder, queue, faults))
    finally:
        if server:
            server.stop()


def _soak(
    plan: Plan, folder: Path, queue: Queue, faults: Faults
) -> Generator[str, None, bool]:
    workers = faults.workers
    feed = Feed(Queue(workers.urls[0]), plan.jobs, plan.backlog, plan.draw.seed)
    willing = False
    try:
        workers.start(plan.managers)
        feed.start()
        yield from _break(feed, faults)
        faults.mend(math.inf)
        yield from _drain(queue, faults)
        faults.mend(math.inf)
        willing = workers.stop(STOP)
    finally:
        feed.gives_up = True
        faults.mend(math.inf)
        workers.stop(0)
        feed.join(STOP)
    found = _account(feed.known, queue, folder)
    yield from account.report(found, faults.count)
    if workers.has_right_clocks:
        yield "all clocks were right: libfaketime is not installed"
    if not willing:
        yield "a manager did not stop when told"
    return found.is_clean and willing


def _break(feed: Feed, faults: Faults) -> Iterator[str]:
    report_at = started = time.monotonic()
    while feed.is_alive():
        now = time.monotonic()
        faults.play(now)
        if now >= report_at:
            report_at = now + REPORT_EVERY
            done = len(feed.known.promised)
            yield f"{now - started:.0f} s: {done} jobs enqueued, {sum(faults.count.values())} faults"
        time.sleep(0.02)


def _drain(queue: Queue, faults: Faults) -> Iterator[str]:
    """Wait until the queue is empty, or nothing ends any more."""
    least, give_up_at = math.inf, time.monotonic() + DRAIN
    while time.monotonic() < give_up_at:
        faults.keep(time.monotonic())
        try:
            counts = queue.counts().jobs
        except WorkerError:
            continue
        live = {
            key: n
            for key, n in counts.items()
            if key[1] in ("ready", "running", "scheduled")
        }
        left = sum(live.values())
        if not left:
            return
        if left < least:
            least, give_up_at = left, time.monotonic() + DRAIN
        time.sleep(0.1)
    yield f"stuck: {live}"


def _account(known: Evidence, queue: Queue, folder: Path) -> Account:
    numbers = known.promised | known.unsure
    fails = {n for n in numbers if kind_of(n) is Fails}
    for path in folder.glob("runs-*"):
        with path.open() as lines:
            account.read_runs(known, lines, fails)
    for path in folder.glob("log-*"):
        with path.open(errors="replace") as lines:
            account.read_log(known, lines)
    with queue.store.transaction() as cursor:
        cursor.execute("SELECT id, arg FROM job")
        known.left = {id: int(arg) for id, arg in cursor.fetchall()}
        cursor.execute("SELECT id, arg FROM failed_job")
        known.kept = {id: int(arg) for id, arg in cursor.fetchall()}
        cursor.execute("SELECT job_id FROM soak_effect")
        known.effects.update(id for (id,) in cursor.fetchall())
    return account.settle(known, (n for n in numbers if kind_of(n) is Poison))
