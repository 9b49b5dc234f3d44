"""The handlers that a worker was told to run, each of them checked before any job is grabbed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction

from worker import serializers
from worker.errors import BadHandler, UnknownSerializer
from worker.handler import FunctionHandler, Handler, no_handler
from worker.hook import Hook
from worker.job import LONGEST_DELAY
from worker.schedule import Schedule

#: of the settings that are numbers: the least and the most that they may be; what the database reckons with is finite
LIMITS: Mapping[str, tuple[int, float]] = {
    "max_retries": (0, math.inf),
    "backoff": (1, math.inf),
    "max_retry_delay": (0, math.inf),
    "timeout": (0, LONGEST_DELAY),
    "grab_for": (1, LONGEST_DELAY),
    "max_crashes": (1, math.inf),
    "catch_up": (60, LONGEST_DELAY),
    "keep_result": (0, LONGEST_DELAY),
    "coalesce_limit": (1, 1_000_000),
}


class Register:
    """The handlers that a worker was told to run; a job never makes it import another.

    *hooks* are around all attempts, outside those of the handler.
    """

    def __init__(
        self, handlers: Sequence[Handler] = (), hooks: Sequence[Hook] = ()
    ) -> None:
        for each in handlers:
            if not isinstance(each, Handler):
                raise no_handler(each)
        self._handlers = {each.name: each for each in handlers}
        self.hooks = tuple(hooks)
        for each in handlers:
            _check(each)
        self._around = {each.name: (*hooks, *each.hooks) for each in handlers}

    def __iter__(self) -> Iterator[Handler]:
        return iter(self._handlers.values())

    def get(self, name: str) -> Handler | None:
        return self._handlers.get(name)

    def hooks_around(self, name: str) -> Sequence[Hook]:
        """Give the hooks around a handler's attempts, the outermost first."""
        return self._around.get(name, self.hooks)


def _check(each: Handler) -> None:
    _check_kinds(each)
    _check_numbers(each)
    _check_work(each)
    _check_parts(each)


def _check_kinds(each: Handler) -> None:
    for setting in ("queue", "schedule", "time_zone"):
        if not isinstance(getattr(each, setting) or "", str):
            raise BadHandler(f"{each.name}.{setting} must be a text")
    if not isinstance(each.hooks, (list, tuple)):
        raise BadHandler(f"{each.name}.hooks must be a list of hooks")


def _check_numbers(each: Handler) -> None:
    for setting, (least, most) in LIMITS.items():
        value = getattr(each, setting)
        if not isinstance(value, (int, float)) or not value >= least:
            raise BadHandler(
                f"{each.name}.{setting} is {value!r}; it must be at least {least}"
            )
        if value > most:
            raise BadHandler(
                f"{each.name}.{setting} is {value!r}; it must be at most {most}"
            )


def _check_work(each: Handler) -> None:
    work = each.function if isinstance(each, FunctionHandler) else each.work
    if (
        iscoroutinefunction(work)
        or isgeneratorfunction(work)
        or isasyncgenfunction(work)
    ):
        raise BadHandler(
            f"{each.name} is async or a generator, so calling it would run nothing; make it a plain function, which may call asyncio.run()"
        )


def _check_parts(each: Handler) -> None:
    if each.schedule:
        Schedule(each.schedule, each.time_zone).check()
    for hook in each.hooks:
        if not isinstance(hook, Hook):
            raise BadHandler(f"{each.name}.hooks has {hook!r}, which is no Hook")
    try:
        serializers.check(each.serializer)
    except UnknownSerializer as error:
        raise BadHandler(f"{each.name}.serializer: {error}") from error
