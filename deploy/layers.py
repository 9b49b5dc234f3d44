"""Where the values of a service's settings come from: layers, the later over the earlier. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from deploy import settings
from deploy.errors import SettingsError
from deploy.settings import Service, waiting

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
    return settings.overridden(service, merged(layers))


def origins(service: Service, layers: Sequence[Layer]) -> dict[str, str]:
    """Name for each setting the place that its value comes from."""
    found = {each.name: _declared_in(service, each) for each in fields(Service)}
    for layer in layers:
        found.update(dict.fromkeys(_said(layer), layer.origin))
    return found


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
    return f"{prefix(service.name)}{name.upper()}" if is_variable else layer.origin


def merged(layers: Iterable[Layer]) -> dict[str, Any]:
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


def prefix(service: str) -> str:
    """Begin the names of the variables that stand for the settings of a service."""
    return f"{PREFIX}{service.upper().replace('-', '_')}_"
