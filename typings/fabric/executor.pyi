from collections.abc import Iterable
from typing import Any

import invoke.executor
from fabric.config import Config
from invoke.parser import ParseResult
from invoke.tasks import Call, Task

class Executor(invoke.executor.Executor):
    config: Config
    core: ParseResult
    def expand_calls(
        self, calls: Iterable[Call | Task[Any]], apply_hosts: bool = ...
    ) -> list[Call]: ...
