from collections.abc import Iterable
from typing import Any

import invoke.tasks
from fabric.config import Config
from fabric.connection import Connection

class Task(invoke.tasks.Task[Any]):
    hosts: Iterable[str | dict[str, Any]] | None
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

class ConnectionCall(invoke.tasks.Call):
    init_kwargs: dict[str, Any]
    def make_context(self, config: Config) -> Connection: ...  # type: ignore[override]
