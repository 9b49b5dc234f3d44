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
    UnknownSerializer,
    WorkerError,
)
from worker.handler import Handler, handler
from worker.hook import Hook, Offer
from worker.job import Job
from worker.queue import Queue
from worker.queues import Queues
from worker.result import Result

__all__ = [
    "Abort",
    "BadAddress",
    "BadHandler",
    "BadJob",
    "BadSetting",
    "Decline",
    "DuplicateJob",
    "Handler",
    "Hook",
    "Job",
    "LeaseLost",
    "NoSuchJob",
    "Offer",
    "Queue",
    "QueueNotSetUp",
    "QueueUnreachable",
    "Queues",
    "Result",
    "TimedOut",
    "UnknownSerializer",
    "WorkerError",
    "handler",
]
