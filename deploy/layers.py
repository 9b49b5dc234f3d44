"""Where the values of a service's settings come from: layers, the later over the earlier. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from deploy import settings
from deploy.errors import SettingsError
from deploy.settings import Service, waiting
from deploy.values import named, shown

#: begins the name of each environment variable that stands for a setting
PREFIX = "FABRIC_"
#: the origin of what these say
ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Layer:
    """What one place says of a service: values by setting; None says nothing."""

    origin: str
    values: Mapping[str, Any]


def laid(service: Service, layers: Sequence[Layer]) -> Service:
    """Make the service with all that the layers say.

    Raises SettingsError with each value that cannot be, and the place where it stands.
    """
    return waiting.settled(_overlaid(service, layers))


def seen(service: Service, layers: Sequence[Layer]) -> Service:
    """Do the same for somebody who only looks: what would be asked is not."""
    return waiting.seen(_overlaid(service, layers))


def _overlaid(service: Service, layers: Sequence[Layer]) -> Service:
    wrong = [each for layer in layers for each in _wrong(service, layer)]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings.overridden(service, _merged(layers))


def origins(service: Service, layers: Sequence[Layer]) -> dict[str, str]:
    """Name for each setting the place that its value comes from."""
    found = {each.name: _declared_in(service, each) for each in fields(Service)}
    for layer in layers:
        found.update(dict.fromkeys(_said(layer), layer.origin))
    return found


def from_environment(
    services: Iterable[Service], environment: Mapping[str, str]
) -> dict[str, Layer]:
    """Read ``FABRIC_WORKER_BRANCH``, and ``FABRIC_WORKER_ENV_PORT`` for a variable in `env`.

    Raises SettingsError for a variable that begins with a service's name and names no setting.
    """
    found: dict[str, dict[str, Any]] = {each.name: {} for each in services}
    for variable in sorted(environment):
        owners = [each for each in found if variable.startswith(_prefix(each))]
        named = [(each, _key(variable[len(_prefix(each)) :])) for each in owners]
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
        name: Layer(origin, _merged([Layer("", common), Layer("", section or {})]))
        for name, section in own.items()
    }


def _wrong(service: Service, layer: Layer) -> Iterable[str]:
    said = _said(layer)
    for name in said:
        where = f", in {_place(service, layer, name)}"
        try:
            settings.refuse_unknown(service.name, [name])
            settings.refuse_another_name(service, {name: said[name]})
            settings.made(name, said[name])
        except SettingsError as error:
            yield f"{error}{where}"
        except ValueError as error:
            yield f"{service.name}: {name} {error}{where}"


def _place(service: Service, layer: Layer, name: str) -> str:
    """Name the place as somebody has to look for it."""
    is_variable = layer.origin == ENVIRONMENT
    return f"{_prefix(service.name)}{name.upper()}" if is_variable else layer.origin


def _merged(layers: Iterable[Layer]) -> dict[str, Any]:
    """Lay them over each other; `env` variable by variable."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for name, value in _said(layer).items():
            before = merged.get(name)
            both = isinstance(value, Mapping) and isinstance(before, Mapping)
            merged[name] = {**before, **value} if both else value  # type: ignore[dict-item] # both says so
    return merged


def _said(layer: Layer) -> dict[str, Any]:
    return {name: each for name, each in layer.values.items() if each is not None}


def _declared_in(service: Service, each: Any) -> str:
    if each.default is MISSING:
        return "fabfile"
    default = each.metadata["check"](each.default)
    return "default" if getattr(service, each.name) == default else "fabfile"


def _prefix(service: str) -> str:
    return f"{PREFIX}{service.upper().replace('-', '_')}_"


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
