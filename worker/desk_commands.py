"""What the verbs of an operator print: status, list, show, retry, drop, pause, resume, prune, doctor."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from worker import report
from worker.address import Address
from worker.errors import NoSuchJob
from worker.queue import Queue
from worker.report import Look
from worker.store.admin import Which
from worker.verbs.kinds import DAY

#: the exit status of what is wrong but no error
ALARM = 3

Lines = Generator[str, None, int]


def status(options: argparse.Namespace, address: Address) -> Lines:
    """Exit status 3 if an alarm of the options goes off."""
    queue = _opened(address)
    first = _look(queue, options.failures)
    look = first
    if options.sample:
        time.sleep(options.sample)
        look = _look(queue, options.failures)
    drain = report.drain(first, look)
    if options.json:
        yield json.dumps(report.as_json(address, look, drain))
    else:
        yield from report.as_text(address, look, drain)
    alarms = report.alarms(look, options.alarm_age, options.alarm_kept)
    yield from (f"alarm: {each}" for each in alarms if not options.json)
    return ALARM if alarms else 0


def list_(options: argparse.Namespace, address: Address) -> Iterator[str]:
    which = Which(options.state, options.of, options.handler, options.limit)
    for each in _opened(address).desk.jobs(which):
        yield json.dumps(each._asdict()) if options.json else report.job(each)


def show(options: argparse.Namespace, address: Address) -> Iterator[str]:
    known = _opened(address).desk.show(options.id)
    yield json.dumps(known) if options.json else report.shown(known)


def retry(options: argparse.Namespace, address: Address) -> Iterator[str]:
    queue = _opened(address)
    ids = _chosen(options, queue)
    count = queue.desk.retry(ids)
    queue.wake()
    yield f"{count} of {len(ids)} jobs are back in their queues"
    if count < len(ids):
        yield "the others are not kept, or a live job has their uniqkey"


def drop(options: argparse.Namespace, address: Address) -> Iterator[str]:
    queue = _opened(address)
    ids = _chosen(options, queue)
    yield f"{queue.desk.drop(ids)} of {len(ids)} jobs are deleted"
    for id in (id for id in options.ids if queue.desk.is_running(id)):
        yield f"job {id} is running and stays"


def pause(options: argparse.Namespace, address: Address) -> Iterator[str]:
    _opened(address).desk.pause(options.name)
    yield f"queue {options.name} is paused: its running jobs finish, no other begins"


def resume(options: argparse.Namespace, address: Address) -> Iterator[str]:
    queue = _opened(address)
    if not queue.desk.resume(options.name):
        yield f"queue {options.name} was not paused"
        return
    queue.wake()
    yield f"queue {options.name} goes on"


def prune(options: argparse.Namespace, address: Address) -> Iterator[str]:
    count = _opened(address).desk.prune(options.days * DAY)
    yield f"{count} jobs are deleted: failed ones of more than {options.days:g} days ago, and results whose time was over"


def doctor(options: argparse.Namespace, address: Address) -> Lines:
    """Exit status 3 if something is not well."""
    ill = False
    for finding in _opened(address).store.examine():
        ill = ill or not finding.is_well
        if options.json:
            yield json.dumps(vars(finding))
        else:
            yield f"{'well' if finding.is_well else 'ILL '} {finding.text}"
    return ALARM if ill else 0


def _opened(address: Address) -> Queue:
    """Raise if there is no queue."""
    queue = Queue(address)
    queue.id  # noqa: B018
    return queue


def _look(queue: Queue, failures: int) -> Look:
    paused = queue.desk.paused()
    return Look(time.monotonic(), queue.counts(), queue.kept(failures), paused)


def _chosen(options: argparse.Namespace, queue: Queue) -> Sequence[Any]:
    """The ids that were named, or those of all kept jobs that are meant."""
    meant = options.all or options.state or options.of or options.handler
    if options.ids and not meant:
        return list(options.ids)
    if options.ids or not meant:
        raise NoSuchJob(
            "name jobs by their ids, or say --all, --state, --of or --handler"
        )
    which = Which(options.state, options.of, options.handler, limit=1_000_000)
    return [each.id for each in queue.desk.kept(which)]
