"""The command line's verbs, and what each can be told."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from worker.verbs import jobs, whole
from worker.verbs.run import run

Arguments = Callable[[argparse.ArgumentParser], object]


VERBS: Mapping[str, tuple[str, Arguments]] = {
    "setup": ("create the queue's database and tables, or migrate them", whole.setup),
    "run": ("work until told to stop", run),
    "enqueue": ("put one job in and print its id", jobs.enqueue),
    "status": ("count the jobs and show the last failures", whole.status),
    "list": ("list jobs", jobs.listed),
    "show": ("show all that is known of one job, its argument too", jobs.show),
    "retry": ("put kept jobs back into their queues, attempts from 1 again", jobs.some),
    "drop": ("delete jobs for good, unless they are running", jobs.some),
    "pause": ("let no job of a queue begin, on any host", jobs.name),
    "resume": ("undo pause", jobs.name),
    "prune": ("delete jobs that were kept so long ago", jobs.prune),
    "doctor": ("look for what would make the queue slow or unsafe", whole.doctor),
    "soak": ("break everything at random, account for every job", whole.soak),
}
