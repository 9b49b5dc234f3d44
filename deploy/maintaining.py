"""The fab tasks that show a page in place of a service."""

from __future__ import annotations

from invoke.collection import Collection
from invoke.context import Context

from deploy.executor import FleetTask, fleet_task
from deploy.project import Project


def maintenance_tasks(project: Project) -> Collection:
    """Make `maintenance.on` and `maintenance.off`."""
    tasks = Collection("maintenance")
    tasks.add_task(_on(project), name="on")
    tasks.add_task(_off(project), name="off")
    return tasks


def _on(project: Project) -> FleetTask:
    @fleet_task(
        {"reason": "why, for those who see it", "until": "when it will be over"}
    )
    def on(context: Context, reason: str = "", until: str = "") -> None:
        """Put a page on every host that a web server can show meanwhile."""
        with project.targets(context) as (target,):
            from deploy.recipes import maintenance

            maintenance.on(target, reason, until)

    return on


def _off(project: Project) -> FleetTask:
    @fleet_task()
    def off(context: Context) -> None:
        """Take that page away."""
        with project.targets(context) as (target,):
            from deploy.recipes import maintenance

            maintenance.off(target)

    return off
