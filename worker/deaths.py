"""Children that die, by themselves or by us, and what becomes of the jobs that they had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from worker import lines, verdict
from worker.crew import Crew
from worker.exchange import Exchange
from worker.hand import Wreck
from worker.job import Done
from worker.member import Member
from worker.register import Register
from worker.retry import Death
from worker.staffing import Staffing
from worker.store.base import Grabbed


class Deaths:
    def __init__(
        self, crew: Crew, exchange: Exchange, staffing: Staffing, register: Register
    ) -> None:
        self._crew, self._exchange = crew, exchange
        self._staffing, self._register = staffing, register

    def reap(self) -> Iterator[Sequence[Grabbed]]:
        """Settle what the dead had; give, for each, the jobs that it had not begun."""
        for member, death in self._crew.reap():
            self._staffing.bury(member)
            at = member.at_work()
            reports, wreck = member.remains()
            self._exchange.end(reports)
            self._exchange.end((job, Done()) for job in wreck.finished)
            self._bury(member, death, wreck, at[1] if at else 0.0)
            member.close()
            yield wreck.untouched

    def stop(self, members: Sequence[Member]) -> None:
        """Kill children, at no cost to their jobs: their time to finish is over."""
        for member in members:
            if not member.killed_for:
                member.kill(verdict.STOPPED)

    def end_overdue(self) -> None:
        """Kill children whose job did not heed its timeout."""
        for member in self._crew.members:
            at = member.at_work() if not member.killed_for else None
            if at and verdict.is_late(self._register, *at):
                member.kill(verdict.LATE)

    def _bury(self, member: Member, death: Death, wreck: Wreck, seconds: float) -> None:
        why = member.killed_for
        if not member.leaves:
            self._crew.journal.tell([lines.dead(member.pid, str(death), why)])
        for job in wreck.crashed:
            outcome = verdict.on(job, self._register.get(job.handler), why, death)
            self._exchange.end([(job, replace(outcome, seconds=seconds))])
