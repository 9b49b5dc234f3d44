"""Which machines a service has, what each is for, and which of them does what is done once. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from deploy import values


@dataclass(frozen=True)
class Host:
    """A machine as ssh names it: ``host``, ``user@host`` or ``user@host:port``.

    *roles* say what it is for. The *primary* host does what is done once. One with *no_release* gets
    no release: hooks for its roles run there, and nothing else.
    """

    name: str
    roles: tuple[str, ...] = ()
    primary: bool = False
    no_release: bool = False

    def __str__(self) -> str:
        notes = [*self.roles, *(("primary",) if self.primary else ())]
        notes += ["no release"] if self.no_release else []
        return f"{self.name} ({', '.join(notes)})" if notes else self.name


def hosts(value: Any) -> tuple[Host, ...]:
    """Make hosts of names, of Host values, or of mappings with their fields, as files have them."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError("must be a list of hosts")
    made = tuple(_host(part) for part in parts if part != "")
    values.hosts([each.name for each in made])
    chief = [each.name for each in made if each.primary]
    if len(chief) > 1:
        raise ValueError(f"must have one primary host, not {' and '.join(chief)}")
    return made


def roles(value: Any) -> tuple[str, ...]:
    """Make roles of a list, or of a text with commas between."""
    return tuple(values.service_name(each) for each in values.texts(value))


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


def _host(value: Any) -> Host:
    if isinstance(value, str):
        return Host(value.strip())
    given = value if isinstance(value, Host) else _from_mapping(value)
    try:
        made = replace(
            given,
            roles=roles(given.roles),
            primary=values.yes_or_no(given.primary),
            no_release=values.yes_or_no(given.no_release),
        )
    except ValueError as error:
        raise ValueError(
            f"must hold hosts, and of {values.named(given.name)} a part {error}"
        ) from None
    if made.primary and made.no_release:
        raise ValueError(f"must not have {made.name} as primary without a release")
    return made


def _from_mapping(value: Any) -> Host:
    known = [each.name for each in fields(Host)]
    if not isinstance(value, Mapping) or "name" not in value:
        raise ValueError("must be a list of names, or of hosts that have a name each")
    for name in value:
        if name not in known:
            raise ValueError(
                f"must hold hosts, and a host has {', '.join(known)}, not {values.named(name)}"
            )
    return Host(**value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
