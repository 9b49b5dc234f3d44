"""Settings whose values are made when they are needed: by functions, or by what the operator answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from deploy import values
from deploy.errors import DeployError, SettingsError
from deploy.prompts import Prompt
from deploy.settings.service import Service


def settled(service: Service) -> Service:
    """Give the service with all its values made, each by one call; raises SettingsError with all that fails."""
    return made(service, service.waiting)


def seen(service: Service) -> Service:
    """Do the same, but ask the operator nothing: what he would be asked goes on waiting."""
    asking = (each for each in service.waiting if _is_prompt(getattr(service, each)))
    return made(service, set(service.waiting) - set(asking))


def made(service: Service, names: Iterable[str]) -> Service:
    """Do the same with some of the settings that wait."""
    known, wrong = {}, []
    for name in names:
        try:
            known[name] = _value(name, getattr(service, name))
        except ValueError as error:
            wrong.append(f"{values.named(service.name)}: {name} {error}")
    if wrong:
        raise SettingsError("\n".join(wrong))
    return replace(service, **known) if known else service


def _value(name: str, make: Callable[[], Any]) -> Any:
    if isinstance(make, Prompt) and make.hidden:
        raise ValueError(
            "cannot be a hidden answer, since hosts and outputs show it: name a secret, and ask for that in secret_commands"
        )
    try:
        return _called(make)
    except DeployError as error:
        raise ValueError(f"is not known: {error}; set it: -o {name}=…") from None
    except Exception as error:  # a project's own function: whatever it raises is told
        told = getattr(make, "__qualname__", None) or type(make).__name__
        raise ValueError(
            f"is not known: {told} raised {type(error).__name__}: {error}"
        ) from None


#: services may share what makes a value: it is called once for all of them
_called = cache(lambda make: make())


def _is_prompt(value: object) -> bool:
    return isinstance(value, Prompt)
