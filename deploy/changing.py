"""The fab tasks that change what hosts run."""

from __future__ import annotations

import os
from collections.abc import Callable

from invoke.context import Context

from deploy.executor import FleetTask, fleet_task
from deploy.project import Project, seconds

BRANCH = {"branch": "what to deploy instead: a branch, tag or commit"}
WAIT = {"wait": "seconds to wait for another deploy, instead of being refused"}

# Tasks import the recipe that they use, while the connections are made: fab --list needs none.


def setup_task(project: Project) -> FleetTask:
    @fleet_task(BRANCH)
    def setup(context: Context, branch: str = "") -> None:
        """Make the hosts ready: directories, supervision, database."""
        with project.targets(context, "setup") as (target,):
            from deploy.recipes import setup

            setup.set_up(target, project.wanted(branch), os.environ)

    return setup


def update_task(project: Project) -> FleetTask:
    @fleet_task({**BRANCH, **WAIT})
    def update(context: Context, branch: str = "", wait: str = "") -> None:
        """Release and switch on every host, without a restart."""
        with project.targets(context, "update") as (target,):
            from deploy.recipes import rollout

            rollout.update(target, project.wanted(branch, wait=wait))

    return update


def deploy_task(project: Project) -> FleetTask:
    @fleet_task({**BRANCH, **WAIT, "force": "make a release of what is live already"})
    def deploy(
        context: Context, branch: str = "", force: bool = False, wait: str = ""
    ) -> None:
        """Release, restart and verify on every host, or on none."""
        with project.targets(context, "deploy") as targets:
            from deploy.recipes import rollout

            rollout.deploy(targets, project.wanted(branch, force, wait))

    return deploy


def rollback_task(project: Project) -> FleetTask:
    @fleet_task({**WAIT, "release": "the verified release to go to instead"})
    def rollback(context: Context, release: str = "", wait: str = "") -> None:
        """Go back to the verified release before the current one."""
        with project.targets(context, "rollback") as (target,):
            from deploy.recipes import rollback

            rollback.rollback(target, release, seconds(wait))

    return rollback


def sync_task(project: Project) -> FleetTask:
    @fleet_task({**WAIT, "like": "the host whose release the others are to have"})
    def sync(context: Context, like: str = "", wait: str = "") -> None:
        """Bring hosts that are new or lag behind to what is live on the others."""
        with project.targets(context, "sync") as (target,):
            from deploy.recipes import sync

            sync.sync(target, project.wanted("", wait=wait), like)

    return sync


def remove_task(project: Project) -> FleetTask:
    @fleet_task({"purge": "remove its directories too, shared and log with them"})
    def remove(context: Context, purge: bool = False) -> None:
        """Take the service off its hosts; its directories stay."""
        with project.targets(context, "remove") as (target,):
            from deploy.recipes import remove

            remove.remove(target, purge)

    return remove


def lock_task(project: Project) -> FleetTask:
    @fleet_task({**WAIT, "message": "why, for those who are refused"})
    def lock(context: Context, message: str = "", wait: str = "") -> None:
        """Keep everybody from deploying, also after this run, until unlock."""
        with project.targets(context) as (target,):
            from deploy.recipes import hold

            hold.hold(target, message, seconds(wait))

    return lock


def unlock_task(project: Project) -> FleetTask:
    @fleet_task()
    def unlock(context: Context) -> None:
        """Let everybody deploy again."""
        with project.targets(context) as (target,):
            from deploy.recipes import hold

            hold.release(target)

    return unlock


TASKS = (
    setup_task,
    update_task,
    deploy_task,
    rollback_task,
    sync_task,
    lock_task,
    unlock_task,
    remove_task,
)
CONTROL = {
    "start": "Bring the service up and verify it.",
    "stop": "Bring the service down and wait for its end.",
    "restart": "Restart the service from the current release and verify it.",
    "reload": "Send HUP to a service that reloads itself.",
}


def control_task(project: Project, name: str) -> FleetTask:
    def body(context: Context) -> None:
        with project.targets(context, name) as (target,):
            from deploy.recipes import control

            ask: Callable[..., None] = getattr(control, name)
            ask(target)

    body.__name__, body.__doc__ = name, CONTROL[name]
    return fleet_task()(body)
