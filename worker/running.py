"""What the verb run does: puts managers together and has them work."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from worker import files, log, places, signals
from worker.address import Address
from worker.bell import Bell
from worker.crew import Crew
from worker.errors import WorkerError
from worker.exchange import Exchange
from worker.holding import Holding
from worker.journal import Journal
from worker.loading import load, load_hooks
from worker.manager import Manager, Settings
from worker.managers import Charge, Managers
from worker.offer import release
from worker.periodic import Periodic
from worker.places import Share
from worker.pruning import Pruning
from worker.queue import Queue
from worker.register import Register
from worker.rounds import Rounds
from worker.spare import Pool
from worker.staffing import Staff
from worker.verbs.kinds import DAY
from worker.wear import Limits


def run(options: argparse.Namespace, addresses: Sequence[Address]) -> bool:
    """Work until told to stop; True if a signal asked to start again from the current release."""
    signals.hold_back()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    log.protect_streams()
    staff = _staff(options)
    files.allow(options.max_workers)
    shared = places.make(staff.pool, len(addresses))
    plan = _Plan(options, load(options.modules, load_hooks(options.hook)), staff)
    if len(addresses) == 1:
        return plan.work(addresses[0], shared.of(0))
    parent = os.getpid()
    charges = [
        Charge(
            str(each), plan.piece(each, shared.of(number), parent), shared.of(number)
        )
        for number, each in enumerate(addresses)
    ]
    return Managers(charges, options.retry_seconds, plan.journal()).run()


@dataclass(frozen=True)
class _Plan:
    """What all managers of this process have in common."""

    options: argparse.Namespace
    register: Register
    staff: Staff

    def journal(self, database: str = "") -> Journal:
        as_json = self.options.log == "json"
        return Journal(as_json, self.options.log_arguments, database)

    def piece(self, address: Address, share: Share, parent: int) -> _Piece:
        return _Piece(self, address, share, parent)

    def work(self, address: Address, share: Share, parent: int = 0) -> bool:
        """Work on one database."""
        options, register = self.options, self.register
        journal = self.journal(str(address) if parent else "")
        queue = Queue(address)
        bell = Bell(queue.id)
        journal.say(
            f"manager {os.getpid()} works on {address} with up to {options.max_workers} children"
            f" release={release() or '-'} handlers={','.join(each.name for each in register)}",
            "started",
        )
        crew = Crew(register, queue.store, share, journal)
        exchange = self._exchange(queue, share, journal)
        settings = Settings(self.staff, options.stop_timeout, parent)
        return Manager(exchange, crew, register, settings).run(bell)

    def _exchange(self, queue: Queue, share: Share, journal: Journal) -> Exchange:
        holding = Holding(queue.store, self.register, self.options.queues, release())
        ticking = self.register if share.is_first else Register()
        periodic = Periodic(queue.store, ticking, release(), journal)
        keep_failed = self.options.prune_days * DAY or None
        pruning = Pruning(queue.store, keep_failed)
        rounds = Rounds(holding, periodic, pruning, journal)
        return Exchange(holding, rounds, self.options.work_delay, journal)


@dataclass(frozen=True)
class _Piece:
    """The work on one of several databases, in a process of its own."""

    plan: _Plan
    address: Address
    share: Share
    parent: int

    def __call__(self) -> None:
        try:
            self.plan.work(self.address, self.share, self.parent)
        except WorkerError as error:
            self.plan.journal(str(self.address)).say(str(error), "cannot begin")
            raise SystemExit(2) from error


def _staff(options: argparse.Namespace) -> Staff:
    pool = Pool(
        options.max_workers,
        options.min_spare_workers,
        options.max_spare_workers,
        options.cool_down,
    )
    return Staff(pool, Limits(options.max_jobs, options.max_age, options.max_memory))
