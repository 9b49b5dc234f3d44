"""How to ask: the fab tasks of each service, and what a fabfile declares."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from invoke.collection import Collection
from invoke.context import Context

from deploy import settings
from deploy.executor import FleetTask, fleet_task, take_over
from deploy.project import Project, refuse_names, refuse_shadow, seconds, sentences
from deploy.settings import PythonEnvironment

__all__ = ["PythonEnvironment", "Service", "project"]

BRANCH = {"branch": "what to deploy instead: a branch, tag or commit"}
WAIT = {"wait": "seconds to wait for another deploy, instead of being refused"}


class Service(settings.Service):
    """A service as a fabfile declares it; what is wrong with it ends fab with a sentence."""

    def __init__(self, **given: Any) -> None:
        with sentences():
            super().__init__(**settings.complete(given))


def project(*services: Service) -> Collection:
    """Make the tasks that fab offers: a namespace for each service, and `deploy` for all of them."""
    take_over()
    folder = Path(inspect.stack()[1].filename).resolve().parent
    with sentences():
        refuse_names(services)
        refuse_shadow(folder, services)
    namespace = Collection()
    for service in services:
        namespace.add_collection(_tasks(Project(folder, (service,))))
    if len(services) > 1:
        namespace.add_task(_deploy(Project(folder, services)))
    # Fabric reads a variable FABRIC_SAMPLE_BRANCH only for what has a default
    namespace.configure({each.name: settings.blank(each) for each in services})
    return namespace


def _tasks(project: Project) -> Collection:
    tasks = Collection(project.services[0].name)
    for make in (_setup, _update, _deploy, _rollback, _lock, _unlock):
        tasks.add_task(make(project))
    for make in (_status, _check, _releases):
        tasks.add_task(make(project))
    for name in ("start", "stop", "restart", "reload"):
        tasks.add_task(_control(project, name))
    return tasks


# The recipes are imported by the tasks that use them: fab --list needs none of them.


def _setup(project: Project) -> FleetTask:
    @fleet_task(BRANCH)
    def setup(context: Context, branch: str = "") -> None:
        """Make the hosts ready: directories, supervision, database."""
        from deploy.recipes import setup

        with project.targets(context) as (target,):
            setup.set_up(target, project.wanted(branch), os.environ)

    return setup


def _update(project: Project) -> FleetTask:
    @fleet_task({**BRANCH, **WAIT})
    def update(context: Context, branch: str = "", wait: str = "") -> None:
        """Release and switch on every host, without a restart."""
        from deploy.recipes import rollout

        with project.targets(context) as (target,):
            rollout.update(target, project.wanted(branch, wait=wait))

    return update


def _deploy(project: Project) -> FleetTask:
    @fleet_task({**BRANCH, **WAIT, "force": "make a release of what is live already"})
    def deploy(
        context: Context, branch: str = "", force: bool = False, wait: str = ""
    ) -> None:
        """Release, restart and verify on every host, or on none."""
        from deploy.recipes import rollout

        with project.targets(context) as targets:
            rollout.deploy(targets, project.wanted(branch, force, wait))

    return deploy


def _rollback(project: Project) -> FleetTask:
    @fleet_task({**WAIT, "release": "the verified release to go to instead"})
    def rollback(context: Context, release: str = "", wait: str = "") -> None:
        """Go back to the verified release before the current one."""
        from deploy.recipes import rollback

        with project.targets(context) as (target,):
            rollback.rollback(target, release, seconds(wait))

    return rollback


def _lock(project: Project) -> FleetTask:
    @fleet_task({**WAIT, "message": "why, for those who are refused"})
    def lock(context: Context, message: str = "", wait: str = "") -> None:
        """Keep everybody from deploying, also after this run, until unlock."""
        from deploy.recipes import hold

        with project.targets(context) as (target,):
            hold.hold(target, message, seconds(wait))

    return lock


def _unlock(project: Project) -> FleetTask:
    @fleet_task()
    def unlock(context: Context) -> None:
        """Let everybody deploy again."""
        from deploy.recipes import hold

        with project.targets(context) as (target,):
            hold.release(target)

    return unlock


def _status(project: Project) -> FleetTask:
    @fleet_task({"json": "for programs"})
    def status(context: Context, json: bool = False) -> None:
        """Tell what runs where; exit status 2 if anything is wrong."""
        from deploy.recipes import inspect

        with project.targets(context) as (target,):
            inspect.status(target, json)

    return status


def _check(project: Project) -> FleetTask:
    @fleet_task()
    def check(context: Context) -> None:
        """Tell what would go wrong with a deploy; change nothing."""
        from deploy.recipes import inspect

        with project.targets(context) as (target,):
            inspect.check(target)

    return check


def _releases(project: Project) -> FleetTask:
    @fleet_task()
    def releases(context: Context) -> None:
        """List the releases of every host, and what became of them."""
        from deploy.recipes import inspect

        with project.targets(context) as (target,):
            inspect.releases(target)

    return releases


CONTROL = {
    "start": "Bring the service up and verify it.",
    "stop": "Bring the service down and wait for its end.",
    "restart": "Restart the service from the current release and verify it.",
    "reload": "Send HUP to a service that reloads itself.",
}


def _control(project: Project, name: str) -> FleetTask:
    def body(context: Context) -> None:
        from deploy.recipes import control

        with project.targets(context) as (target,):
            ask: Callable[..., None] = getattr(control, name)
            ask(target)

    body.__name__, body.__doc__ = name, CONTROL[name]
    return fleet_task()(body)
