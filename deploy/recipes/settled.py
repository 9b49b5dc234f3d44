"""Tell every setting of a service, and where its value comes from. Asks no host."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from deploy import layers
from deploy.layers import Layer
from deploy.output.output import Output
from deploy.settings import Service


def tell(
    output: Output, declared: Service, said: Sequence[Layer], as_json: bool = False
) -> None:
    """Show what the layers make of *declared*; raises SettingsError if that cannot be."""
    service, origins = layers.laid(declared, said), layers.origins(declared, said)
    found = {each.name: getattr(service, each.name) for each in fields(Service)}
    if as_json:
        data = {
            name: {"value": _plain(value), "from": origins[name]}
            for name, value in found.items()
        }
        output.answer(json.dumps(data, ensure_ascii=False))
    else:
        rows = [(name, _text(value), origins[name]) for name, value in found.items()]
        output.table(service.name, ("setting", "value", "from"), rows)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, (bool, int, float)):
        return value
    return getattr(value, "__qualname__", None) or str(value)


def _text(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, dict):
        return "\n".join(f"{name}={each}" for name, each in plain.items())
    return "\n".join(map(str, plain)) if isinstance(plain, list) else str(plain)
