"""Finish a release on the host: the project's own commands, and the Python environment."""

from __future__ import annotations

from deploy.paths import Paths
from deploy.release import Release
from deploy.settings import Build, PythonEnvironment
from deploy.shell import Command, command, quote, together


def step(paths: Paths, release: Release, build: Build) -> Command:
    inside = command("cd", paths.release(release))
    if isinstance(build, PythonEnvironment):
        return together(inside, _python_environment(paths, build))
    return together(inside, _output_to_log(build))


def title(build: Build) -> str:
    if isinstance(build, PythonEnvironment):
        return f"making the Python environment {build.directory}"
    return f"building: {build}"


def _output_to_log(line: str) -> Command:
    # what a build leaves running does not keep the lock
    return Command(f"sh -c {quote(line)} </dev/null >&2 8>&-")


def _python_environment(paths: Paths, wanted: PythonEnvironment) -> Command:
    return command(
        "python_environment",
        wanted.python,
        wanted.directory,
        wanted.requirements,
        paths.current,
        *wanted.options,
        uses="build",
    )
