"""Importing the handlers that a worker is told to run."""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import Sequence
from types import ModuleType
from typing import TypeVar

from worker.errors import BadHandler
from worker.failing import place_of
from worker.handler import FunctionHandler, Handler
from worker.hook import Hook
from worker.register import Register

Made = TypeVar("Made", Handler, Hook)


def load(names: Sequence[str], hooks: Sequence[Hook] = ()) -> Register:
    """Import handlers: ``module`` for all that stand in it, ``module:Name`` for one."""
    found: list[Handler] = []
    for name in names:
        module, _, attribute = name.partition(":")
        found += _in(_imported(module, name), attribute)
    return Register(found, hooks)


def load_hooks(names: Sequence[str]) -> list[Hook]:
    """Import hooks, each ``module:name`` of an object, or of a class to make one of."""
    return [_hook(name) for name in names]


def _hook(name: str) -> Hook:
    module, _, attribute = name.partition(":")
    found = getattr(_imported(module, name), attribute, None)
    made = _made(found) if inspect.isclass(found) and issubclass(found, Hook) else found
    if not isinstance(made, Hook):
        raise BadHandler(f"{name} is no hook: name one as module:name")
    return made


def _imported(module: str, name: str) -> ModuleType:
    if module.endswith(".py") or os.sep in module:
        dotted = module.removesuffix(".py").replace(os.sep, ".").strip(".")
        raise BadHandler(f"{module} is a file; name its module: {dotted}")
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise BadHandler(f"cannot import {name}: {error}") from error
    except (Exception, SystemExit) as error:  # the module's own code may raise anything
        raise BadHandler(
            f"importing {module} raised {_place_of(error)}: {error}"
        ) from error


def _place_of(error: BaseException) -> str:
    """A SyntaxError says itself where it is, and was raised by the importer."""
    if isinstance(error, SyntaxError):
        return type(error).__name__
    return place_of(error)


def _in(module: ModuleType, attribute: str) -> list[Handler]:
    if attribute:
        one = _instance(getattr(module, attribute, None))
        if one is None:
            raise BadHandler(f"{module.__name__} has no handler named {attribute}")
        return [one]
    every = [_instance(value) for value in vars(module).values()]
    found = [each for each in every if each is not None]
    if not found:
        raise BadHandler(
            f"no handler stands in {module.__name__}: subclass Handler, or put @handler on a function"
        )
    return found


def _instance(value: object) -> Handler | None:
    if isinstance(value, FunctionHandler):
        return value
    if not (inspect.isclass(value) and issubclass(value, Handler)):
        return None
    if value.work is Handler.work or inspect.isabstract(value):
        return None
    return _made(value)


def _made(kind: type[Made]) -> Made:
    try:
        return kind()
    except Exception as error:  # its constructor is user code
        raise BadHandler(
            f"{kind.__module__}.{kind.__qualname__} cannot be made without arguments: {place_of(error)}: {error}"
        ) from error
