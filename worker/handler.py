"""The code for one kind of job, and the name that its jobs carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Union

from worker import serializers
from worker.errors import BadHandler
from worker.hook import Hook
from worker.job import MAX_CRASHES, Job

#: seconds, or what computes them from the job that failed
Delay = Union[float, Callable[[Job], float]]

#: what enqueue accepts as the name of a handler
HandlerLike = Union["Handler", type["Handler"], str]


class Handler:
    """Subclass it and write work(); one instance is made, in the manager, before it forks."""

    #: failed attempts that are followed by another one
    max_retries: int = 0
    #: seconds before the first retry; a method of the job is called instead
    retry_delay: Any = 0
    #: each further retry waits this many times longer
    backoff: float = 1.0
    #: seconds that no retry waits longer than
    max_retry_delay: float = 86400.0
    #: seconds that work may take: then TimedOut is raised in it, and 5 s later its child is killed; 0 is no limit
    timeout: float = 0.0
    #: seconds of the lease, which the manager renews while the job runs
    grab_for: float = 60.0
    #: how often the job may kill its child before it is quarantined
    max_crashes: int = MAX_CRASHES
    #: returning is not enough: work must call job.completed(), else the attempt failed
    explicit_completion: bool = False
    #: the queue that its jobs are put into
    queue: str = "default"
    #: cron expression of five fields; at each of its ticks a job is enqueued, once for all managers; empty: never
    schedule: str = ""
    #: of the schedule
    time_zone: str = "UTC"
    #: seconds after which a tick that was missed is not made up for; of several missed ones the last is
    catch_up: float = 86400.0
    #: what writes the argument of its jobs: json, or msgpack
    serializer: str = serializers.PLAIN
    #: seconds that what work returns is kept, with the times of the job; 0: a job that is done leaves nothing
    keep_result: float = 0.0
    #: jobs of one coalesce value that one attempt does together at most: work finds them in job.together; 1: each by itself
    coalesce_limit: int = 1
    #: what is done around its enqueues and attempts, within the hooks of the queue and the worker
    hooks: Sequence[Hook] = ()

    def work(self, job: Job) -> object:
        """Do the job; returning completes it, an exception fails this attempt."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        return name_of(type(self))


class FunctionHandler(Handler):
    """A function as a handler; calling it calls the function."""

    def __init__(
        self, function: Callable[[Job], object], settings: dict[str, Any]
    ) -> None:
        if _is_handler(function) or not callable(function):
            raise BadHandler(
                f"@handler is for functions, not for {function!r}; a class is a handler by itself, and settings have names"
            )
        self.function = function
        self.__doc__ = function.__doc__
        for setting, value in settings.items():
            _known_setting(setting)
            setattr(self, setting, value)

    def work(self, job: Job) -> object:
        return self.function(job)

    def __call__(self, job: Job) -> object:
        return self.function(job)

    @property
    def name(self) -> str:
        return f"{self.function.__module__}.{self.function.__qualname__}"


def handler(function: Callable[[Job], object] | None = None, **settings: Any) -> Any:
    """Make a handler of a function: ``@handler`` or ``@handler(max_retries=2, …)``."""
    if function is not None:
        return FunctionHandler(function, settings)
    return lambda decorated: FunctionHandler(decorated, settings)


def _is_handler(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Handler)


def no_handler(thing: object) -> BadHandler:
    return BadHandler(
        f"{thing!r} is no handler: subclass Handler, or put @handler on a function"
    )


def name_of(named: HandlerLike) -> str:
    """Give the name that jobs carry: the import path, ``module.Name``."""
    return _importable(_name(named))


@lru_cache
def _importable(name: str) -> str:
    if name.startswith("__main__."):
        raise BadHandler(
            f"{name} stands in the script that is running, so a worker cannot import it; move it to a module"
        )
    parts = name.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise BadHandler(f"{name!r} is not the import path of a handler (module.Name)")
    return name


def _name(named: HandlerLike) -> str:
    if isinstance(named, str):
        return named
    if isinstance(named, Handler):
        return (
            named.name if isinstance(named, FunctionHandler) else name_of(type(named))
        )
    if not _is_handler(named):
        raise no_handler(named)
    return f"{named.__module__}.{named.__qualname__}"


def _known_setting(setting: str) -> None:
    if setting not in Handler.__annotations__:
        known = ", ".join(Handler.__annotations__)
        raise BadHandler(f"@handler has no setting {setting!r}; it knows {known}")
