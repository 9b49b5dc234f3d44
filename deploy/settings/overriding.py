"""What is said of a service in other places than its declaration: names that are known, values over values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, replace
from typing import Any

from deploy import values
from deploy.errors import SettingsError
from deploy.settings.service import Service
from deploy.settings.setting import waits
from deploy.settings.waiting import made as made_now


def names() -> list[str]:
    return [each.name for each in fields(Service)]


def refuse_unknown(service: str, given: Iterable[str]) -> None:
    """Raise SettingsError with the nearest name for each that is no setting."""
    wrong = [name for name in given if name not in names()]
    if wrong:
        raise SettingsError("\n".join(_unknown(service, name) for name in wrong))


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return *given* if it names settings only and all that have no default."""
    service = values.named(given.get("name", "a service"))
    refuse_unknown(service, given)
    missing = [
        each.name
        for each in fields(Service)
        if each.default is MISSING and each.name not in given
    ]
    if missing:
        raise SettingsError(f"{service}: {', '.join(missing)} must be set")
    return dict(given)


def made(name: str, value: Any) -> Any:
    """Make the value of a setting, unless it waits to be made; raises ValueError with what it has to be."""
    field = Service.__dataclass_fields__[name]
    return value if waits(field, value) else field.metadata["check"](value)


def overridden(service: Service, given: Mapping[str, Any]) -> Service:
    """Make the service with what *given* says; None says nothing, and `env` says it by variable."""
    refuse_unknown(service.name, given)
    said = {name: each for name, each in given.items() if each is not None}
    refuse_another_name(service, said)
    if isinstance(said.get("env"), Mapping):
        variables = {k: v for k, v in said["env"].items() if v is not None}
        below = made_now(service, {"env"} & set(service.waiting))
        said["env"] = {**below.env, **variables}
    return replace(service, **said)


def refuse_another_name(service: Service, said: Mapping[str, Any]) -> None:
    if said.get("name", service.name) != service.name:
        raise SettingsError(
            f"{service.name}: its name stands in the fabfile, and cannot be another"
        )


def _unknown(service: str, name: str) -> str:
    near = difflib.get_close_matches(str(name), names(), 1)
    hint = f"did you mean {near[0]}?" if near else "docs/settings.md has them all"
    return f"{service}: there is no setting {values.named(name)}; {hint}"
