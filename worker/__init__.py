"""A minimal prefork worker with a queue in MySQL or SQLite; runs on the hosts."""

from __future__ import annotations

from worker.errors import (
    Abort,
    BadAddress,
    BadHandler,
    BadJob,
    DuplicateJob,
    LeaseLost,
    QueueNotSetUp,
    QueueUnreachable,
    WorkerError,
)
from worker.handler import Handler, handler
from worker.job import Job
from worker.queue import Queue

__all__ = [
    "Abort",
    "BadAddress",
    "BadHandler",
    "BadJob",
    "DuplicateJob",
    "Handler",
    "Job",
    "LeaseLost",
    "Queue",
    "QueueNotSetUp",
    "QueueUnreachable",
    "WorkerError",
    "handler",
]
