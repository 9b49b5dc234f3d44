"""What the environment, `-o` and a stage say of services, read as layers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deploy import settings
from deploy.errors import SettingsError
from deploy.layers import ENVIRONMENT, Layer, merged, prefix
from deploy.settings import Service
from deploy.values import named, shown


def from_environment(
    services: Iterable[Service], environment: Mapping[str, str]
) -> dict[str, Layer]:
    """Read ``FABRIC_WORKER_BRANCH``, and ``FABRIC_WORKER_ENV_PORT`` for a variable in `env`.

    Raises SettingsError for a variable that begins with a service's name and names no setting.
    """
    found: dict[str, dict[str, Any]] = {each.name: {} for each in services}
    for variable in sorted(environment):
        owners = [each for each in found if variable.startswith(prefix(each))]
        named = [(each, _key(variable[len(prefix(each)) :])) for each in owners]
        known = [(service, key) for service, key in named if _is_setting(key)]
        if named and not known:
            _refuse(variable, named[-1][1])
        for service, key in known:
            _put(found[service], key, environment[variable])
    return {name: Layer(ENVIRONMENT, values) for name, values in found.items()}


def from_options(
    services: Iterable[Service], options: Iterable[str]
) -> dict[str, Layer]:
    """Read ``-o keep_releases=3``, ``-o env.PORT=8081``, and ``-o worker.branch=main`` for one of several."""
    found: dict[str, dict[str, Any]] = {each.name: {} for each in services}
    for option in options:
        name, given, value = option.partition("=")
        if not given:
            raise SettingsError(
                f"-o {named(option)}: must be setting=value, such as -o keep_releases=3"
            )
        first, _, rest = name.partition(".")
        takers, key = ([first], rest) if first in found else (list(found), name)
        if not _is_setting(key):
            _refuse(f"-o {name}", key)
        for service in takers:
            _put(found[service], key, value)
    return {name: Layer("-o", values) for name, values in found.items()}


def from_stage(
    origin: str, content: Mapping[str, Any], services: Sequence[Service]
) -> dict[str, Layer]:
    """Read a stage: settings for all services, and under a service's name those for it alone."""
    own = {each.name: content.get(each.name) for each in services}
    common = {name: each for name, each in content.items() if name not in own}
    settings.refuse_unknown(origin, common)
    for name, section in own.items():
        if section is not None and not isinstance(section, Mapping):
            raise SettingsError(
                f"{origin}: {name} must hold settings, not {shown(section)}"
            )
    return {
        name: Layer(origin, merged([Layer("", common), Layer("", section or {})]))
        for name, section in own.items()
    }


def _key(rest: str) -> str:
    """Make the setting that the end of a variable's name stands for."""
    return f"env.{rest[4:]}" if rest.startswith("ENV_") else rest.lower()


def _is_setting(key: str) -> bool:
    name, _, variable = key.partition(".")
    return name in settings.names() and bool(variable) == (name == "env")


def _refuse(origin: str, key: str) -> None:
    if key == "env":
        raise SettingsError(f"{origin}: env takes a variable at a time: env.NAME")
    settings.refuse_unknown(origin, [key])


def _put(values: dict[str, Any], key: str, value: str) -> None:
    name, _, variable = key.partition(".")
    if variable:
        values.setdefault(name, {})[variable] = value
    else:
        values[name] = value
