"""The parent process: keeps children, hands out jobs, reaps, stops."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Sequence
from dataclasses import dataclass

from worker import lines
from worker.bell import Bell
from worker.crew import Crew
from worker.deaths import Deaths
from worker.ending import GRACE, Ending
from worker.exchange import Exchange
from worker.member import Member
from worker.register import Register
from worker.sharing import Sharing
from worker.signals import Signals
from worker.staffing import Staff, Staffing
from worker.store.base import Grabbed


@dataclass(frozen=True)
class Settings:
    """How a manager runs."""

    staff: Staff
    #: seconds that running jobs get to finish after TERM
    stop_timeout: float = 60.0
    #: the process that keeps several managers, and with which this one ends; 0: there is none
    parent: int = 0


class Manager:
    def __init__(
        self, exchange: Exchange, crew: Crew, register: Register, settings: Settings
    ) -> None:
        self._exchange, self._crew = exchange, crew
        self._journal = crew.journal
        self._sharing = Sharing(crew, exchange)
        self._selector = selectors.DefaultSelector()
        self._staffing = Staffing(crew, settings.staff, self._selector)
        self._deaths = Deaths(crew, exchange, self._staffing, register)
        self._signals = Signals()
        self._ending = Ending(self._signals, settings.stop_timeout, settings.parent)

    def run(self, bell: Bell) -> bool:
        """Work until told to stop; True if told to start again from the current release."""
        with self._signals, self._selector:
            self._selector.register(self._signals.wakes_on, selectors.EVENT_READ)
            self._selector.register(bell.socket, selectors.EVENT_READ, bell)
            self._turn()
            while not self._is_through():
                self._wait()
                self._turn()
            self._dismiss()
        bell.close()
        return self._signals.reload and not self._signals.stops

    def _turn(self) -> None:
        self._heed_signals()
        self._deaths.end_overdue()
        for untouched in self._deaths.reap():
            self._pass_on(untouched)
        self._pass_on(self._sharing.recall(every=self._ending.has_begun))
        self._trade()
        if self._ending.has_begun:
            self._staffing.dismiss_idle()
        else:
            self._staffing.adjust()
        self._sharing.hand_out()

    def _heed_signals(self) -> None:
        pid = os.getpid()
        if self._ending.heed():
            self._journal.say(f"manager {pid} finishes the running jobs", "stopping")
        if self._signals.show:
            self._signals.show = False
            state = [lines.child(m.pid, m.hand.jobs) for m in self._crew.members]
            self._journal.tell([lines.manager(pid, self._ending.has_begun), *state])

    def _is_through(self) -> bool:
        if not self._ending.has_begun:
            return False
        busy = [member for member in self._crew.members if member.hand.jobs]
        if self._ending.is_due:
            self._deaths.stop(busy)
        if self._ending.is_overdue and not self._exchange.is_empty:
            self._journal.say(
                "the database did not answer; the leases of unsettled jobs will run out"
            )
            return True
        return not busy and self._exchange.is_empty

    def _pass_on(self, jobs: Sequence[Grabbed]) -> None:
        """Jobs that no child has begun: to another child, or back into the queue."""
        if self._ending.has_begun:
            self._exchange.give_back(jobs)
        else:
            self._exchange.waiting.extendleft(reversed(jobs))

    def _wanted(self) -> int:
        return 0 if self._ending.has_begun else self._sharing.wanted()

    def _trade(self) -> None:
        if self._ending.has_begun:
            self._exchange.give_back_waiting()
        self._exchange.trade(self._wanted(), self._sharing.held())
        if not self._exchange.ended:
            for member in self._crew.members:
                member.hand.settled = member.hand.reported

    def _wait(self) -> None:
        for key, _ in self._selector.select(self._patience()):
            if isinstance(key.data, Member):
                ended = key.data.hear()
                self._sharing.learn(ended)
                self._exchange.end(ended)
            elif isinstance(key.data, Bell):
                if key.data.hear():
                    self._exchange.wake()
            else:
                self._signals.clear()

    def _patience(self) -> float:
        """Seconds to sleep unless something happens."""
        pauses = [self._sharing.patience()]
        if self._exchange.ended or self._wanted():
            pauses.append(self._exchange.pause())
        missing = self._staffing.pause()
        if self._ending.has_begun:
            pauses.append(self._ending.patience())
        elif missing is not None:
            pauses.append(missing)
        return min(pauses)

    def _dismiss(self) -> None:
        """Let idle children go; what they hold is settled."""
        for member in self._crew.members:
            self._staffing.dismiss(member)
        self._journal.say(f"manager {os.getpid()} stopped", "stopped")
        until = time.monotonic() + GRACE
        while self._crew.members:
            self._crew.reap()
            if time.monotonic() > until:
                self._deaths.stop(self._crew.members)
            time.sleep(0.005)
