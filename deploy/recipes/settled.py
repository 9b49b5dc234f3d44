"""Tell every setting of a service, and where its value comes from. Asks no host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from deploy.hosts import Host
from deploy.output.output import Output
from deploy.settings import Service


def tell(
    output: Output, service: Service, origins: Mapping[str, str], as_json: bool = False
) -> None:
    """Show the settings of a service, each with its origin."""
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
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, Host):
        return _host(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return getattr(value, "__qualname__", None) or str(value)


def _host(host: Host) -> Any:
    """Give a host as a file of settings may have it: a name, or what is said of it."""
    said = {each.name: _plain(getattr(host, each.name)) for each in fields(Host)}
    some = {name: each for name, each in said.items() if each not in (None, [], False)}
    return some if len(some) > 1 else host.name


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    plain = _plain(value)
    if isinstance(plain, dict):
        return "\n".join(f"{name}={each}" for name, each in plain.items())
    return str(plain)
