"""A minimal prefork worker with a queue in MySQL or SQLite; runs on the hosts."""

from __future__ import annotations

from worker.errors import (
    Abort,
    BadAddress,
    BadHandler,
    BadJob,
    BadSetting,
    Decline,
    DuplicateJob,
    LeaseLost,
    NoSuchJob,
    QueueNotSetUp,
    QueueUnreachable,
    TimedOut,
    WorkerError,
)
from worker.handler import Handler, handler
from worker.job import Job
from worker.queue import Queue
from worker.queues import Queues

__all__ = [
    "Abort",
    "BadAddress",
    "BadHandler",
    "BadJob",
    "BadSetting",
    "Decline",
    "DuplicateJob",
    "Handler",
    "Job",
    "LeaseLost",
    "NoSuchJob",
    "Queue",
    "QueueNotSetUp",
    "QueueUnreachable",
    "Queues",
    "TimedOut",
    "WorkerError",
    "handler",
]
