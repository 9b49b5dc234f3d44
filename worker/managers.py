"""The parent of several managers, one for each database: starts them, passes signals on, waits for their end."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from worker import forking
from worker.journal import Journal
from worker.places import Share
from worker.retry import Death
from worker.signals import Signals

ASKED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)


@dataclass
class Charge:
    """One database's manager, which is told what *share* of the children it has."""

    database: str
    work: Callable[[], object]
    share: Share
    pid: int = 0
    #: when another is started after this one died, by the monotonic clock
    start_at: float = 0.0


class Managers:
    """A database that is dead or hangs holds up its own manager only."""

    def __init__(
        self, charges: Sequence[Charge], retry_seconds: float, journal: Journal
    ) -> None:
        self._charges, self._retry_seconds = charges, retry_seconds
        self._journal = journal
        self._signals = Signals()
        self._stops = 0
        self._reloaded = False

    def run(self) -> bool:
        """Keep them until told to stop; True if told to start again from the current release."""
        with self._signals:
            while not self._is_over():
                if not self._ends:
                    self._start()
                select.select([self._signals.wakes_on], [], [], self._patience())
                self._signals.clear()
                self._pass_on()
                self._reap()
        self._journal.say(f"all managers of {os.getpid()} stopped", "stopped")
        return self._signals.reload and not self._signals.stops

    @property
    def _ends(self) -> bool:
        return bool(self._signals.stops or self._signals.reload)

    def _is_over(self) -> bool:
        return self._ends and not any(each.pid for each in self._charges)

    def _patience(self) -> float:
        if self._ends:
            return 1.0
        waits = [each.start_at for each in self._charges if not each.pid]
        return max(0.0, min(waits) - time.monotonic()) if waits else 60.0

    def _start(self) -> None:
        for each in self._charges:
            if not each.pid and time.monotonic() >= each.start_at:
                self._fork(each)

    def _fork(self, charge: Charge) -> None:
        """A signal between the fork and the manager's own handlers ends it, as it holds nothing yet."""

        def work() -> None:
            for number in ASKED[:-1]:
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED)
            self._signals.close()
            charge.work()

        signal.pthread_sigmask(signal.SIG_BLOCK, ASKED)
        try:
            charge.pid = forking.fork(work)
        except OSError as error:
            self._journal.say(f"cannot fork a manager: {error}", "cannot fork")
            charge.start_at = time.monotonic() + 1.0
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED)

    def _pass_on(self) -> None:
        signals = self._signals
        if signals.show:
            signals.show = False
            self._send(signal.SIGUSR1)
        while self._stops < signals.stops:
            self._stops += 1
            self._send(signal.SIGTERM)
        if signals.reload and not self._reloaded:
            self._reloaded = True
            self._send(signal.SIGHUP)

    def _send(self, number: int) -> None:
        for each in self._charges:
            if each.pid:
                os.kill(each.pid, number)

    def _reap(self) -> None:
        for each in (each for each in self._charges if each.pid):
            pid, status = os.waitpid(each.pid, os.WNOHANG)
            if pid:
                self._bury(each, status)

    def _bury(self, charge: Charge, status: int) -> None:
        """Its children finish by themselves what they are at; their places are free for others."""
        if not self._ends:
            died = f"manager {charge.pid} {Death(status)}".replace("the child ", "")
            self._journal.say(
                f"{died}; another works on {charge.database} in {self._retry_seconds:g} s",
                "manager died",
                manager=charge.pid,
            )
        charge.pid, charge.start_at = 0, time.monotonic() + self._retry_seconds
        charge.share.clear()
