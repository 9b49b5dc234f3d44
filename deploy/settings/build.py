"""What finishes a release on a host: commands, and Python environments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Union

from deploy import values


@dataclass(frozen=True)
class PythonEnvironment:
    """A build step: a virtual environment in the release, with what *requirements* names.

    *directory* is where it lies in the release, *python* the host's interpreter that it is made
    with, *options* are given to pip.
    """

    requirements: str = "requirements.txt"
    directory: str = "venv"
    python: str = "python3"
    options: tuple[str, ...] = ()


Build = Union[str, PythonEnvironment]


def build_steps(value: Any) -> tuple[Build, ...]:
    parts = (value,) if isinstance(value, (str, PythonEnvironment)) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError(f"must be a list of commands, not {values.kind(value)}")
    return values.each(_step, parts)


def _step(part: Any) -> Build:
    if isinstance(part, PythonEnvironment):
        return _python_environment(part)
    return values.some_text(part)


def _python_environment(given: PythonEnvironment) -> PythonEnvironment:
    checks: Mapping[str, Any] = {
        "requirements": values.relative_path,
        "directory": values.relative_path,
        "python": values.interpreter,
        "options": values.arguments,
    }
    try:
        for name, check in checks.items():
            check(getattr(given, name))
    except ValueError as error:
        raise ValueError(f"is a PythonEnvironment whose {name} {error}") from None
    return replace(given, options=tuple(given.options))
