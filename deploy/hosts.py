"""Which machines a service has, what each is for, and which of them does what is done once. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy import values

#: settings of its service that a host may have of its own
OWN = ("env", "start", "listen", "health_check")


@dataclass(frozen=True)
class Host:
    """A machine as ssh names it: ``host``, ``user@host`` or ``user@host:port``.

    *roles* say what it is for. The *primary* host does what is done once. One with *no_release* gets
    no release: hooks for its roles run there, and nothing else. *env* is laid over the service's;
    *start*, *listen* and *health_check* replace it there; None leaves it. *facts* are for templates.
    """

    name: str
    roles: tuple[str, ...] = ()
    primary: bool = False
    no_release: bool = False
    env: Mapping[str, str] | None = None
    start: str | None = None
    listen: tuple[str, ...] | None = None
    health_check: str | None = None
    facts: Mapping[str, Any] | None = None

    @property
    def own(self) -> dict[str, Any]:
        """The settings that it has of its own."""
        said = {name: getattr(self, name) for name in OWN}
        return {name: each for name, each in said.items() if each is not None}

    @property
    def notes(self) -> list[str]:
        """What there is to know of it besides its name, for people."""
        primary = ["primary"] if self.primary else []
        without = ["no release"] if self.no_release else []
        known = {**self.own, **({"facts": self.facts} if self.facts else {})}
        told = [f"{name} {_spelled(each)}" for name, each in known.items()]
        return [*self.roles, *primary, *without, *told]

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.notes)})" if self.notes else self.name


def primary(known: Iterable[Host], among: Sequence[str]) -> str:
    """Choose who does what is done once: who was declared to, else the first."""
    chief = [each.name for each in known if each.primary and each.name in among]
    return (chief or list(among))[0]


def chosen(
    known: Iterable[Host], only: Collection[str], roles: Collection[str]
) -> list[Host]:
    """Take the hosts of these names that have any of these roles; none said means all."""
    return [
        each
        for each in known
        if (not only or each.name in only)
        and (not roles or set(roles) & set(each.roles))
    ]


def unknown_role(known: Iterable[Host], wanted: Iterable[str]) -> str:
    """Say which role no host has, with the nearest one; empty if there is none."""
    there = sorted({role for each in known for role in each.roles})
    for role in wanted:
        if role not in there:
            near = difflib.get_close_matches(role, there, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {_listed(there)}"
            return f"no host has the role {values.named(role)}; {hint}"
    return ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _spelled(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name}={each}" for name, each in value.items()) or "none"
    return " ".join(value) if isinstance(value, tuple) else str(value)
