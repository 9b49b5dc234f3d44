"""The fab tasks that look and tell, and change nothing."""

from __future__ import annotations

from datetime import datetime

from invoke.collection import Collection
from invoke.context import Context

from deploy import layers, moments
from deploy.changing import BRANCH
from deploy.executor import FleetTask, fleet_task
from deploy.output.output import Output, RehearsalOutput
from deploy.project import Project, many, sentences

# Tasks import the recipe that they use, while the connections are made: fab --list needs none.


def status_task(project: Project) -> FleetTask:
    @fleet_task({"json": "for programs"})
    def status(context: Context, json: bool = False) -> None:
        """Tell what runs where; exit status 2 if anything is wrong."""
        with project.targets(context) as (target,):
            from deploy.recipes.status import status as tell

            tell(target, json)

    return status


def check_task(project: Project) -> FleetTask:
    @fleet_task()
    def check(context: Context) -> None:
        """Tell what would go wrong with a deploy; change nothing."""
        with project.targets(context) as (target,):
            from deploy.recipes import inspect

            inspect.check(target, project.wanted(""))

    return check


def releases_task(project: Project) -> FleetTask:
    @fleet_task({"json": "for programs"})
    def releases(context: Context, json: bool = False) -> None:
        """List the releases of every host, and what became of them."""
        with project.targets(context) as (target,):
            from deploy.recipes import inspect

            inspect.releases(target, json)

    return releases


def logs_task(project: Project) -> FleetTask:
    options = {
        "lines": "how many of the last lines",
        "since": "from then on instead: 15min, 2h, 2026-11-26 18:00",
        "follow": "and what comes, until Ctrl-C",
    }

    @fleet_task(options)
    def logs(
        context: Context, lines: str = "20", since: str = "", follow: bool = False
    ) -> None:
        """Show the service's log on every host."""
        from deploy.commands.logs import Excerpt
        from deploy.recipes import listening

        context.config.run.echo = True  # what the hosts say is what is asked for
        with project.targets(context) as (target,):
            now = datetime.now().astimezone()
            begin = moments.since(since, now) if since else None
            listening.show_logs(target, Excerpt(many(lines), begin, follow))

    return logs


def settings_task(project: Project) -> FleetTask:
    @fleet_task({"json": "for programs"})
    def settings(context: Context, json: bool = False) -> None:
        """Show every setting, and where its value comes from; ask no host."""
        from deploy import inventory
        from deploy.recipes import settled

        (declared,) = project.services
        with sentences():
            said = project.layers(context.config)[declared.name]
            laid = layers.seen(declared, said)
            origins = layers.origins(declared, said)
            if laid.inventory:
                origins["hosts"] += ", inventory"
            filled = inventory.filled(project.folder, laid)
            settled.tell(Output(), filled, origins, json)

    return settings


def templates_task(project: Project) -> FleetTask:
    @fleet_task()
    def templates(context: Context) -> None:
        """Copy the templates beside the fabfile, to edit them; ask no host."""
        from deploy import rendering

        with sentences():
            lacking, there = rendering.not_copied(project.folder)
            if context.config.run.dry:
                Output().say(f"templates: to be made: {', '.join(lacking) or 'none'}")
                RehearsalOutput().done("")
                return
            rendering.copy_out(project.folder, lacking)
            told = [f"made {', '.join(lacking)}"] if lacking else []
            told += [f"left {', '.join(there)} as it was"] if there else []
            Output().done(f"templates: {'; '.join(told)}")

    return templates


TASKS = (
    status_task,
    check_task,
    releases_task,
    settings_task,
    templates_task,
    logs_task,
)


def pending_tasks(project: Project) -> Collection:
    """Make `pending`, and `pending.diff`."""
    tasks = Collection("pending")
    tasks.add_task(_pending(project), default=True)
    tasks.add_task(_diff(project))
    return tasks


def _pending(project: Project) -> FleetTask:
    @fleet_task(BRANCH)
    def commits(context: Context, branch: str = "") -> None:
        """List the commits between what is live and what a deploy would bring."""
        with project.targets(context) as (target,):
            from deploy.recipes import pending

            pending.commits(target, project.wanted(branch))

    return commits


def _diff(project: Project) -> FleetTask:
    @fleet_task(BRANCH)
    def diff(context: Context, branch: str = "") -> None:
        """Show what a deploy would change in the code that is live."""
        with project.targets(context) as (target,):
            from deploy.recipes import pending

            pending.diff(target, project.wanted(branch))

    return diff
