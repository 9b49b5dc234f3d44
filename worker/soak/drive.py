"""A soak from beginning to end: feed, break, drain, account."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path

from worker.errors import WorkerError
from worker.soak import account, calendar, databases, findings, ticking
from worker.soak.calendar import MINUTE, Span
from worker.soak.databases import Database
from worker.soak.evidence import Evidence
from worker.soak.faults import Faults
from worker.soak.feed import Feed
from worker.soak.launch import Launcher
from worker.soak.plan import Plan
from worker.soak.workers import Workers

#: seconds between lines that say how far it is
REPORT_EVERY = 10.0
#: seconds before and after a full minute in which no manager is stopped for good: its ticks would stay
BESIDE = 5
#: seconds without a job that could be enqueued, longer than any fault lasts, after which there is no more to be learned
STALLED = 300.0
#: seconds without a job ending, after the last fault, after which what is left is stuck
DRAIN = 60.0
#: seconds that a manager may take to stop at the end
STOP = 30.0


def soak(plan: Plan, folder: Path) -> Generator[str, None, bool]:
    """Do it all in *folder*; the return value says whether the account is clean."""
    with databases.started(plan.database, plan.databases, folder) as every:
        urls = databases.ways(every)
        launcher = Launcher(urls, folder)
        servers = [each.server for each in every]
        faults = Faults(plan.draw, Workers(launcher, folder), servers)
        feed = Feed(urls[0].split(), plan, lambda: databases.waiting(every))
        span, willing = yield from _rage(plan, every, faults, feed)
        findings.collect(feed.known, every, folder)
        clean = yield from _report(feed.known, every, faults, span)
        if not ticking.is_possible():
            yield "there were no periodic jobs: the extra cron is not installed"
        if launcher.has_right_clocks:
            yield "all clocks were right: libfaketime is not installed"
        if not willing:
            yield "a manager did not stop when told"
        return clean and willing


def _rage(
    plan: Plan, every: Sequence[Database], faults: Faults, feed: Feed
) -> Generator[str, None, tuple[Span, bool]]:
    """Feed, break and drain; the return value says when, and whether all managers stopped when told."""
    workers, begun = faults.workers, calendar.now()
    try:
        workers.start(plan.managers)
        feed.start()
        yield from _break(feed, faults)
        faults.calm()
        due = calendar.now()
        yield from _drain(every, faults, due)
        faults.mend(math.inf)
        willing = workers.stop(STOP)
    finally:
        feed.gives_up = True
        faults.mend(math.inf)
        workers.stop(0)
        feed.join(STOP)
    return Span(begun, due, calendar.now()), willing


def _break(feed: Feed, faults: Faults) -> Iterator[str]:
    report_at = started = grown_at = time.monotonic()
    most = 0
    while feed.is_alive():
        now = time.monotonic()
        faults.play(now)
        done = len(feed.known.promised)
        if done > most:
            most, grown_at = done, now
        if now >= grown_at + STALLED:
            raise WorkerError(
                f"no job could be enqueued for {STALLED:.0f} s: the database is gone, or no job ends"
            )
        if now >= report_at:
            report_at = now + REPORT_EVERY
            yield f"{now - started:.0f} s: {done} jobs enqueued, {sum(faults.count.values())} faults"
        time.sleep(0.02)


def _drain(every: Sequence[Database], faults: Faults, due: int) -> Iterator[str]:
    """Wait until the queues are empty and have the ticks that are due, or nothing ends any more."""
    live: Mapping[tuple[str, str], int] = {}
    least, give_up_at = math.inf, time.monotonic() + DRAIN
    while time.monotonic() < give_up_at:
        time.sleep(0.1)
        faults.keep(time.monotonic())
        try:
            live = databases.left(every, due)
        except WorkerError:
            continue
        left = sum(live.values())
        if not left and BESIDE < time.time() % MINUTE < MINUTE - BESIDE:
            return
        if left < least:
            least, give_up_at = left, time.monotonic() + DRAIN
    yield f"stuck: {dict(live)}"


def _report(
    known: Evidence, every: Sequence[Database], faults: Faults, span: Span
) -> Generator[str, None, bool]:
    """Account for everything; the return value says whether all is well."""
    jobs, ticks = findings.of_jobs(known), findings.of_ticks(known, every, span)
    yield from account.report(jobs, faults.count)
    yield from calendar.report(ticks)
    return jobs.is_clean and ticks.is_clean
