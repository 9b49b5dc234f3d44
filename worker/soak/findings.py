"""What the traces, the logs and the databases of a soak say at its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from worker.soak import account, calendar, evidence
from worker.soak.account import Account
from worker.soak.calendar import Span, Ticks
from worker.soak.databases import Database
from worker.soak.evidence import Evidence
from worker.soak.jobs import Fails, Poison, kind_of


def collect(known: Evidence, every: Sequence[Database], folder: Path) -> None:
    """Take it all in."""
    numbers = known.promised | known.unsure
    fails = {n for n in numbers if kind_of(n) is Fails}
    for path in folder.glob("runs-*"):
        with path.open() as lines:
            evidence.read_runs(known, lines, fails)
    for path in folder.glob("log-*"):
        with path.open(errors="replace") as lines:
            evidence.read_log(known, lines)
    for each in every:
        each.testify(known)


def of_jobs(known: Evidence) -> Account:
    numbers = known.promised | known.unsure
    return account.settle(known, (n for n in numbers if kind_of(n) is Poison))


def of_ticks(known: Evidence, every: Sequence[Database], span: Span) -> Ticks:
    """Account for ticks; the first database is to have all of them."""
    rows = (number for number in known.rows.values() if number < 0)
    return calendar.settle(rows, span, every[0].ticked())
