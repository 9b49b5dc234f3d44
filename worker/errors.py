"""What can go wrong, each with the sentence that its reader needs."""

from __future__ import annotations


class WorkerError(Exception):
    """Base of every error this package raises on purpose; its text is a sentence."""


class BadAddress(WorkerError):
    """A queue URL that cannot work."""


class BadJob(WorkerError):
    """A job that cannot be enqueued: its argument, handler or a number is wrong."""


class UnknownSerializer(BadJob):
    """An argument that this process cannot write or read; another one may."""


class BadHandler(WorkerError):
    """A handler that cannot be imported, or whose settings cannot work."""


class BadSetting(WorkerError):
    """Settings of a worker that contradict each other."""


class NoSuchJob(WorkerError):
    """A job that is not, or no longer, in the queue."""


class DuplicateJob(WorkerError):
    """A live job of the same handler has this uniqkey; nothing was enqueued."""


class QueueUnreachable(WorkerError):
    """The database did not answer, or refused us; what was asked may not have happened."""


class QueueNotSetUp(WorkerError):
    """The database has no queue in it, or one of another schema version."""


class LeaseLost(WorkerError):
    """The job is no longer ours: its lease ran out and it was given to someone else."""


class Abort(Exception):
    """Raised by a handler: this job is never to be tried again."""


class Decline(Exception):
    """Raised by a handler: not here and now; the attempt does not count, and the job waits for *seconds*."""

    def __init__(self, seconds: float = 1.0) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class TimedOut(Exception):
    """Raised in a handler whose timeout is over; uncaught, it fails the attempt."""
