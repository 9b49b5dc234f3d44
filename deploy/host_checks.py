"""Which hosts can be: what a project declares is made, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from deploy import values
from deploy.hosts import Host


def hosts(value: Any) -> tuple[Host, ...]:
    """Make hosts of names, of Host values, or of mappings with their fields, as files have them."""
    made = values.each(_host, values.listed(value, "hosts"))
    values.hosts([each.name for each in made])
    chief = [each.name for each in made if each.primary]
    if len(chief) > 1:
        raise ValueError(f"must have one primary host, not {' and '.join(chief)}")
    return made


def roles(value: Any) -> tuple[str, ...]:
    """Make roles of a list, or of a text with commas between."""
    return values.each(values.service_name, values.listed(value, "roles"))


def refuse_unknown(given: Iterable[str]) -> None:
    """Raise ValueError for a name that no host can be given."""
    known = [each.name for each in fields(Host)]
    for name in given:
        if name not in known:
            raise ValueError(
                f"is a host, and {values.named(name)} cannot be said of one: "
                f"a host has {', '.join(known)}; all else is the same on all"
            )


def _host(value: Any) -> Host:
    if isinstance(value, str):
        return Host(value.strip())
    given = value if isinstance(value, Host) else _from_mapping(value)
    made = replace(given, **dict(_parts(given)))
    if made.primary and made.no_release:
        raise ValueError(f"must not have {made.name} as primary without a release")
    if made.own and made.no_release:
        raise ValueError(
            f"must not give {', '.join(made.own)} to {made.name}, which gets no release"
        )
    return made


#: how each part is made; None says nothing, and is left
_CHECKS = {
    "roles": roles,
    "primary": values.yes_or_no,
    "no_release": values.yes_or_no,
    "env": values.environment,
    "start": values.program,
    "listen": values.addresses,
    "health_check": values.text,
    "facts": values.facts,
}


def _parts(given: Host) -> Iterable[tuple[str, Any]]:
    for name, check in _CHECKS.items():
        value = getattr(given, name)
        try:
            yield name, check(value) if value is not None else None
        except ValueError as error:
            raise ValueError(
                f"is {values.named(given.name)}, whose {name} {error}"
            ) from None


def _from_mapping(value: Any) -> Host:
    if not isinstance(value, Mapping) or "name" not in value:
        raise ValueError(
            f"must be a host's name, or a host that has a name, not {values.shown(value)}"
        )
    refuse_unknown(value)
    return Host(**value)
