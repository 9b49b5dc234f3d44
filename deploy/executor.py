"""How fab runs our tasks: once for their whole fleet, and not once for each host."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import fabric
import fabric.main
from invoke.config import AmbiguousMergeError
from invoke.exceptions import Exit, UncastableEnvVar
from invoke.tasks import Call, Task

#: under this key of Fabric's configuration a task finds what `fab -H` named
ONLY = "only_hosts"


class FleetTask(fabric.Task):
    """A task that has all hosts of its service."""


def fleet_task(help: dict[str, str] | None = None) -> Callable[[Any], FleetTask]:
    """Make a fleet task of a function; *help* explains its options."""

    def make(body: Any) -> FleetTask:
        # a short flag of a task would hide fab's own of the same letter
        return FleetTask(body, help=help or {}, auto_shortflags=False)

    return make


class FleetExecutor(fabric.Executor):
    def expand_calls(
        self, calls: Iterable[Any], apply_hosts: bool = True
    ) -> list[Call]:
        expanded: list[Call] = []
        for each in calls:
            call = Call(each) if isinstance(each, Task) else each
            if isinstance(call.task, FleetTask):
                expanded.append(call)
            else:
                expanded.extend(super().expand_calls([call], apply_hosts))
        return expanded

    def execute(self, *tasks: Any) -> Any:
        self.config[ONLY] = self.core[0].args.hosts.value or ""
        try:
            return super().execute(*tasks)
        except (AmbiguousMergeError, UncastableEnvVar) as error:
            raise Exit(
                f"the configuration cannot be read: {error}; "
                "a service's settings stand under its name, as docs/settings.md shows",
                code=2,
            ) from None


def take_over() -> None:
    """Let fab run fleet tasks; its executor is a documented attribute of the program."""
    fabric.main.program.executor_class = FleetExecutor
