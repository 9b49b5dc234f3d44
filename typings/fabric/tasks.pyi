from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar, overload

import invoke.tasks
from fabric.config import Config
from fabric.connection import Connection

_P = ParamSpec("_P")
_R = TypeVar("_R")
_C = TypeVar("_C", bound=Callable[..., Any])

class Task(invoke.tasks.Task[_C]):
    hosts: Iterable[str | dict[str, Any]] | None
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

class ConnectionCall(invoke.tasks.Call):
    init_kwargs: dict[str, Any]
    def make_context(self, config: Config) -> Connection: ...  # type: ignore[override]

@overload
def task(body: _C) -> Task[_C]: ...
@overload
def task(
    *,
    hosts: Iterable[str | dict[str, Any]] | None = ...,
    klass: type[Any] = ...,
    name: str | None = ...,
    aliases: Iterable[str] = ...,
    positional: Iterable[str] | None = ...,
    optional: Iterable[str] = ...,
    iterable: Iterable[str] = ...,
    incrementable: Iterable[str] = ...,
    default: bool = ...,
    auto_shortflags: bool = ...,
    help: dict[str, str] | None = ...,
    pre: Iterable[Any] = ...,
    post: Iterable[Any] = ...,
    autoprint: bool = ...,
) -> Callable[[_C], Task[_C]]: ...
