"""What the verbs setup, enqueue and soak do; gives the text to print."""

from __future__ import annotations

import argparse
import json
import random
import signal
import tempfile
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from worker.address import Address
from worker.errors import BadJob
from worker.loading import load_hooks
from worker.queue import Queue
from worker.queues import Queues


def setup(options: argparse.Namespace, address: Address) -> Iterator[str]:
    if options.password:
        yield "warning: a password in --pass is visible to all users of this host; put the URL into QUEUE_URL"
    queue = Queue(address)
    if options.dry_run:
        yield from (f"{statement};" for statement in queue.store.schema())
        return
    queue.setup()
    yield f"the queue {address} is ready"


def soak(options: argparse.Namespace, _address: Address) -> Generator[str, None, int]:
    """Exit status 1 if a job was lost, stuck or settled twice: that is a bug."""
    from worker.soak import drive, plan  # a worker does without them

    signal.signal(signal.SIGTERM, _interrupt)  # end what was started, too
    seed = (
        random.SystemRandom().getrandbits(32) if options.seed is None else options.seed
    )
    yield f"soak of {options.database}, seed {seed}"
    only = [name.strip() for name in options.faults.split(",") if name.strip()]
    draw = plan.Draw(seed, only, options.every)
    what = plan.Plan(
        options.jobs, options.database, draw, options.managers, options.databases
    )
    with tempfile.TemporaryDirectory(prefix="forklift-soak-") as folder:
        clean = yield from drive.soak(what, Path(folder))
    return 0 if clean else 1


def enqueue(options: argparse.Namespace, addresses: Sequence[Address]) -> Iterator[str]:
    """Into any of the queues that answers."""
    try:
        arg = json.loads(options.arg)
    except (ValueError, RecursionError) as error:
        raise BadJob(f"the argument is not JSON: {error}") from error
    queue, id = Queues(addresses, hooks=load_hooks(options.hook)).enqueue(
        options.handler,
        arg,
        run_after=options.run_after,
        priority=options.priority,
        uniqkey=options.uniqkey,
        coalesce=options.coalesce,
        queue=options.into,
    )
    yield f"{id} {queue.address}" if len(addresses) > 1 else str(id)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
