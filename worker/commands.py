"""What each verb of the command line does; gives the text to print, and starts the manager."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NoReturn

from worker import log
from worker.address import Address
from worker.bell import Bell
from worker.crew import Crew
from worker.errors import BadJob
from worker.exchange import Exchange
from worker.holding import Holding
from worker.loading import load, load_hooks
from worker.manager import Manager, Settings
from worker.periodic import Periodic
from worker.queue import Queue, release
from worker.rounds import Rounds
from worker.soak import drive
from worker.soak.drive import Plan
from worker.spare import Pool
from worker.staffing import Staff
from worker.wear import Limits


def setup(options: argparse.Namespace, address: Address) -> Iterator[str]:
    if options.password:
        yield "warning: a password in --pass is visible to all users of this host; put the URL into QUEUE_URL"
    queue = Queue(address)
    if options.dry_run:
        yield from (f"{statement};" for statement in queue.store.schema())
        return
    queue.setup()
    yield f"the queue {address} is ready"


def enqueue(options: argparse.Namespace, address: Address) -> Iterator[str]:
    try:
        arg = json.loads(options.arg)
    except ValueError as error:
        raise BadJob(f"the argument is not JSON: {error}") from error
    id = Queue(address, hooks=load_hooks(options.hook)).enqueue(
        options.handler,
        arg,
        run_after=options.run_after,
        priority=options.priority,
        uniqkey=options.uniqkey,
        queue=options.into,
    )
    yield str(id)


def soak(options: argparse.Namespace, _address: Address) -> Generator[str, None, int]:
    """Exit status 1 if a job was lost, stuck or settled twice: that is a bug."""
    signal.signal(signal.SIGTERM, _interrupt)  # end what was started, too
    seed = (
        random.SystemRandom().getrandbits(32) if options.seed is None else options.seed
    )
    yield f"soak of {options.database}, seed {seed}"
    plan = Plan(options.jobs, options.database, seed, options.managers)
    with tempfile.TemporaryDirectory(prefix="forklift-soak-") as folder:
        clean = yield from drive.soak(plan, Path(folder))
    return 0 if clean else 1


def run(options: argparse.Namespace, address: Address) -> bool:
    """Work until told to stop; True if a signal asked to start again from the current release."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    log.protect_streams()
    staff = _staff(options)
    register = load(options.modules, load_hooks(options.hook))
    queue = Queue(address)
    queues = [name for name in options.queues.split(",") if name]
    holding = Holding(queue.store, register, queues or ["default"], release())
    periodic = Periodic(queue.store, register, release())
    bell = Bell(queue.id)
    settings = Settings(staff, options.work_delay, options.stop_timeout)
    log.line(
        f"manager {os.getpid()} works on {address} with up to {options.max_workers} children"
        f" release={release() or '-'} handlers={','.join(each.name for each in register)}"
    )
    exchange = Exchange(holding, Rounds(holding, periodic), settings.work_delay)
    crew = Crew(register, queue.store)
    return Manager(exchange, crew, register, settings).run(bell)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _staff(options: argparse.Namespace) -> Staff:
    pool = Pool(
        options.max_workers,
        options.min_spare_workers,
        options.max_spare_workers,
        options.cool_down,
    )
    return Staff(pool, Limits(options.max_jobs, options.max_age, options.max_memory))
