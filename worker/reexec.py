"""How a manager starts again from the current release; pure but for resolving the link."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from worker import signals
from worker.errors import WorkerError


@dataclass(frozen=True)
class Start:
    """A program to become."""

    directory: str
    program: str
    argv: Sequence[str]
    environ: Mapping[str, str]


def again(arguments: Sequence[str]) -> NoReturn:
    """Start again; raise WorkerError if the directory or the interpreter is gone."""
    signals.hold_back()
    try:
        become(plan(arguments, sys.executable, os.environ, _here()))
    except OSError as error:
        raise WorkerError(f"cannot start again: {error}") from error


def _here() -> str:
    """Where this directory was removed only the current release is a place to go to."""
    try:
        return os.getcwd()  # noqa: PTH109 # as text
    except FileNotFoundError:
        if not os.environ.get("FORKLIFT_CURRENT"):
            raise
        return os.sep


def plan(
    arguments: Sequence[str], executable: str, environ: Mapping[str, str], here: str
) -> Start:
    """Say how to start again: in the release that $FORKLIFT_CURRENT points at now, else here.

    What lies below the old release (the interpreter, paths in the environment) moves with it.
    """
    argv = [executable, "-m", "worker", *arguments]
    current = environ.get("FORKLIFT_CURRENT")
    if not current:
        return Start(here, executable, argv, dict(environ))
    new = os.fspath(Path(current).resolve())
    old = environ.get("APPROOT") or here
    moved = {name: _moved(value, old, new) for name, value in environ.items()}
    moved.update(FORKLIFT_RELEASE=Path(new).name, APPROOT=new, FORKLIFT_CURRENT=current)
    program = _moved(executable, old, new)
    if not Path(program).exists():
        program = executable
    return Start(new, program, [program, *argv[1:]], moved)


def become(start: Start) -> NoReturn:
    """Turn this process into the new one; its id stays, so its supervisor notices nothing."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(start.directory)
    os.execve(start.program, list(start.argv), dict(start.environ))  # noqa: S606 # argv, no shell


def _moved(value: str, old: str, new: str) -> str:
    """Move each path of a list that lies in the old release."""
    return os.pathsep.join(
        new + part[len(old) :] if part == old or part.startswith(old + os.sep) else part
        for part in value.split(os.pathsep)
    )
