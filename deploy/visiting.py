"""The fab tasks by which an operator does something on hosts by hand."""

from __future__ import annotations

from pathlib import Path

from invoke.context import Context

from deploy.executor import FleetTask, fleet_task
from deploy.project import Project, seconds

COMMAND = {
    "command": "what to run, for a shell",
    "once": "on the primary host alone",
}

# Tasks import the recipe that they use, while the connections are made: fab --list needs none.


def run_task(project: Project) -> FleetTask:
    @fleet_task(COMMAND)
    def run(context: Context, command: str = "", once: bool = False) -> None:
        """Run a command in the current release, in the service's environment."""
        from deploy.recipes import visiting

        context.config.run.echo = True  # what the hosts say is what is asked for
        with project.targets(context) as (target,):
            visiting.run(target, command, once)

    return run


def exec_task(project: Project) -> FleetTask:
    def body(context: Context, command: str = "", once: bool = False) -> None:
        """Run a command on every host, as the user, outside the release."""
        from deploy.recipes import visiting

        context.config.run.echo = True  # what the hosts say is what is asked for
        with project.targets(context) as (target,):
            visiting.execute(target, command, once)

    body.__name__ = "exec"
    return fleet_task(COMMAND)(body)


def console_task(project: Project) -> FleetTask:
    @fleet_task({"command": "what to run there instead of console_command"})
    def console(context: Context, command: str = "") -> None:
        """Open a shell, or console_command, in the current release of one host."""
        with project.targets(context) as (target,):
            from deploy.recipes import visiting

            visiting.console(target, command)

    return console


def upload_task(project: Project) -> FleetTask:
    options = {
        "file": "the file or directory here",
        "to": "its path in shared, if that is another",
        "wait": "seconds to wait for a deploy, instead of being refused",
    }

    @fleet_task(options)
    def upload(context: Context, file: str = "", to: str = "", wait: str = "") -> None:
        """Put a file or directory into shared on every host."""
        with project.targets(context) as (target,):
            from deploy.recipes import carrying

            carrying.upload(target, Path(file), to, seconds(wait))

    return upload


def download_task(project: Project) -> FleetTask:
    options = {
        "file": "its path in shared, or from / on",
        "to": "the file here; of several hosts the directory that gets one for each",
    }

    @fleet_task(options)
    def download(context: Context, file: str = "", to: str = "") -> None:
        """Bring a file of every host here."""
        with project.targets(context) as (target,):
            from deploy.recipes import carrying

            carrying.download(target, file, to)

    return download


TASKS = (run_task, exec_task, console_task, upload_task, download_task)
