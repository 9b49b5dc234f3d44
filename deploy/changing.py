"""The fab tasks that change what hosts run."""

from __future__ import annotations

import os
from collections.abc import Callable

from invoke.context import Context

from deploy.executor import FleetTask, fleet_task
from deploy.project import Project, seconds

BRANCH = {"branch": "what to deploy instead: a branch, tag or commit"}
WAIT = {"wait": "seconds to wait for another deploy, instead of being refused"}

# The recipes are imported by the tasks that use them: fab --list needs none of them.


def setup_task(project: Project) -> FleetTask:
    @fleet_task(BRANCH)
    def setup(context: Context, branch: str = "") -> None:
        """Make the hosts ready: directories, supervision, database."""
        from deploy.recipes import setup

        with project.targets(context) as (target,):
            setup.set_up(target, project.wanted(branch), os.environ)

    return setup


def update_task(project: Project) -> FleetTask:
    @fleet_task({**BRANCH, **WAIT})
    def update(context: Context, branch: str = "", wait: str = "") -> None:
        """Release and switch on every host, without a restart."""
        from deploy.recipes import rollout

        with project.targets(context) as (target,):
            rollout.update(target, project.wanted(branch, wait=wait))

    return update


def deploy_task(project: Project) -> FleetTask:
    @fleet_task({**BRANCH, **WAIT, "force": "make a release of what is live already"})
    def deploy(
        context: Context, branch: str = "", force: bool = False, wait: str = ""
    ) -> None:
        """Release, restart and verify on every host, or on none."""
        from deploy.recipes import rollout

        with project.targets(context) as targets:
            rollout.deploy(targets, project.wanted(branch, force, wait))

    return deploy


def rollback_task(project: Project) -> FleetTask:
    @fleet_task({**WAIT, "release": "the verified release to go to instead"})
    def rollback(context: Context, release: str = "", wait: str = "") -> None:
        """Go back to the verified release before the current one."""
        from deploy.recipes import rollback

        with project.targets(context) as (target,):
            rollback.rollback(target, release, seconds(wait))

    return rollback


def sync_task(project: Project) -> FleetTask:
    @fleet_task({**WAIT, "like": "the host whose release the others are to have"})
    def sync(context: Context, like: str = "", wait: str = "") -> None:
        """Bring hosts that are new or lag behind to what is live on the others."""
        from deploy.recipes import sync

        with project.targets(context) as (target,):
            sync.sync(target, project.wanted("", wait=wait), like)

    return sync


def remove_task(project: Project) -> FleetTask:
    @fleet_task({"purge": "remove its directories too, shared and log with them"})
    def remove(context: Context, purge: bool = False) -> None:
        """Take the service off its hosts; its directories stay."""
        from deploy.recipes import remove

        with project.targets(context) as (target,):
            remove.remove(target, purge)

    return remove


def lock_task(project: Project) -> FleetTask:
    @fleet_task({**WAIT, "message": "why, for those who are refused"})
    def lock(context: Context, message: str = "", wait: str = "") -> None:
        """Keep everybody from deploying, also after this run, until unlock."""
        from deploy.recipes import hold

        with project.targets(context) as (target,):
            hold.hold(target, message, seconds(wait))

    return lock


def unlock_task(project: Project) -> FleetTask:
    @fleet_task()
    def unlock(context: Context) -> None:
        """Let everybody deploy again."""
        from deploy.recipes import hold

        with project.targets(context) as (target,):
            hold.release(target)

    return unlock


CONTROL = {
    "start": "Bring the service up and verify it.",
    "stop": "Bring the service down and wait for its end.",
    "restart": "Restart the service from the current release and verify it.",
    "reload": "Send HUP to a service that reloads itself.",
}


def control_task(project: Project, name: str) -> FleetTask:
    def body(context: Context) -> None:
        from deploy.recipes import control

        with project.targets(context) as (target,):
            ask: Callable[..., None] = getattr(control, name)
            ask(target)

    body.__name__, body.__doc__ = name, CONTROL[name]
    return fleet_task()(body)
