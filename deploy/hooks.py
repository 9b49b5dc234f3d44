"""What a project does before and after phases and tasks: hooks, checked when made, and what they are told."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Union

from deploy import values

PHASES = ("probe", "prepare", "publish", "verify", "finish", "revert")
#: those that change a host
TASKS = (
    "setup",
    "update",
    "deploy",
    "rollback",
    "sync",
    "start",
    "stop",
    "restart",
    "reload",
    "remove",
)
#: where a hook runs: on the hosts that the phase is about, on the first of them, on the operator's machine
PLACES = ("hosts", "primary", "here")


@dataclass(frozen=True)
class Occasion:
    """When hooks are run, and what they are told of it; empty is what is not known yet."""

    #: ``before prepare``
    when: str
    service: str
    task: str
    operator: str
    hosts: tuple[str, ...]
    primary: str
    release: str = ""
    revision: str = ""
    branch: str = ""

    def environment(self, host: str = "") -> dict[str, str]:
        """Spell it out as variables, for a hook on *host*."""
        known = {
            "WHEN": self.when,
            "SERVICE": self.service,
            "TASK": self.task,
            "OPERATOR": self.operator,
            "HOSTS": " ".join(self.hosts),
            "PRIMARY": self.primary,
            "RELEASE": self.release,
            "REVISION": self.revision,
            "BRANCH": self.branch,
            "HOST": host,
        }
        return {f"FORKLIFT_{name}": each for name, each in known.items() if each}


#: a shell command, or what is called on the operator's machine
Run = Union[str, Callable[[Occasion], object]]


@dataclass(frozen=True)
class Hook:
    """A command, or a function, that runs *before* or *after* a phase or a task.

    A command runs *on* the ``hosts``, the ``primary`` or ``here``, on the operator's machine, where
    a function runs always. *as_service* gives it the account and the secrets of the service, which
    takes sudo. It has *deadline* seconds.
    """

    run: Run
    before: str = ""
    after: str = ""
    on: str = ""
    as_service: bool = False
    deadline: float = 300

    @property
    def when(self) -> str:
        return f"before {self.before}" if self.before else f"after {self.after}"

    @property
    def place(self) -> str:
        return self.on or ("here" if callable(self.run) else "hosts")

    @property
    def told(self) -> str:
        """What it runs, for people."""
        return self.run if isinstance(self.run, str) else _named(self.run)

    @property
    def title(self) -> str:
        return f"hook {self.when}: {self.told}"

    def __str__(self) -> str:
        return f"{self.when} on {self.place}: {self.told}"


class Migration(Hook):
    """What brings the database to the code of a release."""

    @property
    def title(self) -> str:
        return f"migrating: {self.told}"


def hooks(value: Any) -> tuple[Hook, ...]:
    """Make hooks of Hook values, or of mappings with their fields, as a file of settings has them."""
    if not isinstance(value, (list, tuple)):
        raise ValueError("must be a list of Hook(...)")
    return tuple(_hook(each) for each in value)


def _hook(value: Any) -> Hook:
    given = value if isinstance(value, Hook) else _from_mapping(value)
    wrong = next(_wrong(given), None)
    if wrong:
        raise ValueError(f"must hold hooks that can be run: {wrong}")
    return given


def _from_mapping(value: Any) -> Hook:
    known = [each.name for each in fields(Hook)]
    if not isinstance(value, Mapping) or "run" not in value:
        raise ValueError("must be a list of hooks, each with run, and before or after")
    for name in value:
        if name not in known:
            raise ValueError(
                f"must hold hooks, and a hook has no {values.named(name)}{_near(name, known)}"
            )
    return Hook(**value)


def _wrong(hook: Hook) -> Iterator[str]:
    yield from _wrong_run(hook.run)
    if bool(hook.before) == bool(hook.after):
        yield f"{hook.told} needs either before or after"
    yield from _wrong_time(hook)
    if hook.place not in PLACES:
        yield f"{hook.told} cannot be on {values.shown(hook.on)}: it takes {', '.join(PLACES)}"
    if callable(hook.run) and hook.place != "here":
        yield f"{hook.told} is a function, which runs here alone"
    if hook.as_service and hook.place == "here":
        yield f"{hook.told} runs here, where the service has no account: as_service is for hosts"
    yield from _wrong_numbers(hook)


def _wrong_run(run: Any) -> Iterator[str]:
    if callable(run):
        return
    try:
        values.some_text(run)
    except ValueError as error:
        yield f"run {error}"


def _wrong_time(hook: Hook) -> Iterator[str]:
    known = (*PHASES, *TASKS)
    asked = hook.before or hook.after
    if asked not in known:
        yield (
            f"there is no phase or task {values.named(asked)}"
            f"{_near(asked, known) or ': there are ' + ', '.join(known)}"
        )
    if hook.when in ("after publish", "before verify"):
        yield (
            f"{hook.when} cannot be had: a host switches, restarts and verifies in one go; "
            "use before publish or after verify"
        )


def _wrong_numbers(hook: Hook) -> Iterator[str]:
    if not isinstance(hook.as_service, bool):
        yield "as_service must be True or False"
    try:
        if values.seconds(hook.deadline) <= 0:
            yield "deadline must be more than 0 seconds"
    except ValueError as error:
        yield f"deadline {error}"


def _near(name: Any, known: Any) -> str:
    near = difflib.get_close_matches(str(name), known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _named(call: Callable[..., object]) -> str:
    return str(getattr(call, "__qualname__", None) or type(call).__name__)
