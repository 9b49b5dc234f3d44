"""How fab runs our tasks: once for their whole fleet, and not once for each host."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import fabric
import fabric.main
from invoke.config import AmbiguousMergeError, Config
from invoke.exceptions import Exit, UncastableEnvVar, UnknownFileType
from invoke.tasks import Call, Task
from invoke.vendor.yaml import YAMLError

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
        self._refuse_miscast()
        try:
            return super().execute(*tasks)
        except (AmbiguousMergeError, UncastableEnvVar):
            raise Exit(
                "the configuration cannot be read: under a service's name it has to hold "
                "that service's settings, one a line, as docs/settings.md shows",
                code=2,
            ) from None

    def _refuse_miscast(self) -> None:
        """Refuse environment variables that Invoke cannot cast to the kind that a file's value has."""
        tried = self.config.clone()
        try:
            tried.load_collection(self.collection.configuration(), merge=True)
            tried.load_shell_env()
        except ValueError as error:
            raise Exit(
                f"a variable FABRIC_… is of another kind than the value in the file: {error}",
                code=2,
            ) from None
        except UncastableEnvVar:
            raise Exit(NO_LISTS, code=2) from None


NO_LISTS = (
    "a variable FABRIC_… cannot stand for a list or a mapping that a file has; "
    "say it in a file for fab -f"
)


def take_over() -> None:
    """Let fab run fleet tasks; its executor is a documented attribute of the program."""
    fabric.main.program.executor_class = FleetExecutor
    _refuse_unreadable(_runtime_file())


def _runtime_file() -> str | None:
    # there are no arguments where a fabfile is imported by anything but fab
    arguments = getattr(fabric.main.program, "args", None)
    return arguments.config.value if arguments else None


def _refuse_unreadable(path: str | None) -> None:
    """Refuse the file of ``fab -f`` while a sentence is still possible.

    Invoke 2.2 takes a missing file for an empty one, and ends with a traceback on a broken one.
    """
    if path is None:
        return
    config = Config(runtime_path=Path(path), lazy=True)
    try:
        config.load_runtime(merge=False)
    except (UnknownFileType, YAMLError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())
        raise Exit(f"the file {path} of -f cannot be read: {reason}", code=2) from None
    if not config._runtime_found:
        raise Exit(f"the file {path} of -f cannot be found", code=2)
