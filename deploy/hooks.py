"""What a project does before and after phases and tasks: hooks, and what they are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

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
    a function runs always; of the hosts, with *roles*, on those alone that have one. *as_service* gives it the account and the secrets of the service, which
    takes sudo. It has *deadline* seconds.
    """

    run: Run
    before: str = ""
    after: str = ""
    on: str = ""
    roles: tuple[str, ...] = ()
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
        place = f"hosts of {', '.join(self.roles)}" if self.roles else self.place
        return f"{self.when} on {place}: {self.told}"


class Migration(Hook):
    """What brings the database to the code of a release."""

    @property
    def title(self) -> str:
        return f"migrating: {self.told}"


def _named(call: Callable[..., object]) -> str:
    return str(getattr(call, "__qualname__", None) or type(call).__name__)
