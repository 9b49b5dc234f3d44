"""Hosts that stand in an inventory: a file beside the fabfile, or a function of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from deploy import configuration
from deploy.errors import SettingsError
from deploy.host_checks import hosts
from deploy.settings import Service


def filled(folder: Path, service: Service) -> Service:
    """Give the service with the hosts of its inventory behind its own; raises SettingsError."""
    # hosts that the operator would be asked for are not known to who only looks
    if not service.inventory or "hosts" in service.waiting:
        return service
    where, found = _found(folder, service)
    try:
        both = hosts([*service.hosts, *hosts(found)])
    except ValueError as error:
        raise SettingsError(f"{service.name}: hosts {error}, in {where}") from None
    return replace(service, hosts=both)


def _found(folder: Path, service: Service) -> tuple[str, Any]:
    inventory = service.inventory
    if not callable(inventory):
        where = f"the inventory {inventory}"
        return where, configuration.content(folder / inventory, where)
    where = f"the inventory {getattr(inventory, '__qualname__', inventory)}"
    try:
        return where, inventory()
    except Exception as error:  # a project's own function: whatever it raises is told
        raise SettingsError(
            f"{service.name}: {where} raised {type(error).__name__}: {error}"
        ) from None
