"""How to ask: the fab tasks of each service, and what a fabfile declares."""

from __future__ import annotations

import atexit
import gc
import sys
from pathlib import Path
from typing import Any

from invoke.collection import Collection

from deploy import (
    changing,
    declaring,
    hooks,
    hosts,
    maintaining,
    project_checks,
    settings,
    stages,
    telling,
    visiting,
)
from deploy.executor import fabrics_own, stage_task, take_over
from deploy.output import printing
from deploy.project import Project, sentences
from deploy.prompts import ask

__all__ = ["Hook", "Host", "PythonEnvironment", "Service", "ask", "project"]


class Service(settings.Service):
    """A service as a fabfile declares it; what is wrong with it ends fab with a sentence."""

    def __init__(self, *unnamed: object, **given: Any) -> None:
        with sentences():
            declaring.refuse_unnamed("Service", unnamed)
            super().__init__(**settings.complete(given))


class _Declared:
    """Wrong words end fab with a sentence here, too."""

    def __init__(self, *given: Any, **named: Any) -> None:
        with sentences():
            declaring.refuse(type(self), given, named)
        super().__init__(*given, **named)


class Hook(_Declared, hooks.Hook):
    """A hook as a fabfile declares it."""


class Host(_Declared, hosts.Host):
    """A host as a fabfile declares it."""


class PythonEnvironment(_Declared, settings.PythonEnvironment):
    """A virtual environment as a fabfile declares it."""


def project(*services: Service) -> Collection:
    """Make the tasks that fab offers: a namespace for each service, and `deploy` for all of them."""
    printing.open_what_is_closed()
    # not inspect.stack(), which reads the source of every frame: 50 ms of each fab
    folder = Path(sys._getframe(1).f_code.co_filename).resolve().parent
    with sentences():
        project_checks.refuse_others(services)
    take_over(Project(folder, services))
    _keep_what_is_imported()
    with sentences():
        project_checks.refuse_names(services, fabrics_own())
        project_checks.refuse_shadow(folder, services)
        known = stages.found(folder)
        stages.refuse_names(known, (*(each.name for each in services), "deploy"))
    namespace = Collection()
    for stage, file in known.items():
        namespace.add_task(stage_task(stage, file))
    for service in services:
        namespace.add_collection(_tasks(Project(folder, (service,))))
    if len(services) > 1:
        namespace.add_task(changing.deploy_task(Project(folder, services)))
    return namespace


def _keep_what_is_imported() -> None:
    """Spare the search for garbage what stays to the end: a sixth of the CPU of a short run went there."""
    gc.freeze()
    # Python searches once more when it leaves
    atexit.register(gc.freeze)


def _tasks(project: Project) -> Collection:
    tasks = Collection(project.services[0].name)
    for make in (*changing.TASKS, *visiting.TASKS, *telling.TASKS):
        tasks.add_task(make(project))
    tasks.add_collection(telling.pending_tasks(project))
    tasks.add_collection(maintaining.maintenance_tasks(project))
    for name in changing.CONTROL:
        tasks.add_task(changing.control_task(project, name))
    return tasks
