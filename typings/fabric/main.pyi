from fabric.executor import Executor
from invoke.program import Program

class Fab(Program):
    executor_class: type[Executor]

program: Fab
