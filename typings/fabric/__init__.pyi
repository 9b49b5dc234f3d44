# What forklift uses of fabric 3.2, which has no type hints of its own.
from fabric.config import Config as Config
from fabric.connection import Connection as Connection
from fabric.executor import Executor as Executor
from fabric.tasks import Task as Task
