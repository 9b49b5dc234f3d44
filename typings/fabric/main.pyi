from collections.abc import Callable
from typing import Any

from fabric.executor import Executor
from invoke.program import Program

class Fab(Program):
    executor_class: Callable[..., Executor]

program: Fab
