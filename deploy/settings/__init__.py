"""What the operator declares, a room for each subject."""

from deploy.settings.build import Build, PythonEnvironment
from deploy.settings.overriding import (
    complete,
    made,
    names,
    overridden,
    refuse_another_name,
    refuse_unknown,
)
from deploy.settings.service import Service

__all__ = [
    "Build",
    "PythonEnvironment",
    "Service",
    "complete",
    "made",
    "names",
    "overridden",
    "refuse_another_name",
    "refuse_unknown",
]
