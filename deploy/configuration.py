"""What Fabric's files, the stage and the environment say of our services, as layers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from invoke.config import Config
from invoke.exceptions import UnknownFileType
from invoke.vendor.yaml import YAMLError

from deploy import sayings, stages
from deploy.errors import SettingsError
from deploy.layers import Layer
from deploy.project import Project

#: Invoke's layers that come from files, in its order: those before the stage, and those after it
BELOW, ABOVE = ("system", "user", "project"), ("runtime",)


def layers_of(
    project: Project, config: Config, named: Sequence[str]
) -> dict[str, tuple[Layer, ...]]:
    """Make each service's layers in the order that docs/settings.md states.

    *named* are the stages that the command line names; raises Refused, or SettingsError.
    """
    services = project.services
    found = stages.found(project.folder)
    stage = stages.chosen(found, named, os.environ)
    by_service = [
        *(_of_fabrics(project, config, each) for each in BELOW),
        *([_of_stage(project, found[stage])] if stage else []),
        sayings.from_environment(services, os.environ),
        *(_of_fabrics(project, config, each) for each in ABOVE),
    ]
    return {
        service.name: tuple(
            each[service.name] for each in by_service if service.name in each
        )
        for service in services
    }


def _of_fabrics(project: Project, config: Config, name: str) -> dict[str, Layer]:
    """Take the sections of our services out of one of Invoke's layers, which are private in 2.2.

    Left there, they would decide what kind of value the environment may give.
    """
    said, origin = getattr(config, f"_{name}"), str(getattr(config, f"_{name}_path"))
    sections = {
        each.name: said.pop(each.name)
        for each in project.services
        if said and each.name in said
    }
    return {
        service: Layer(origin, _section(service, origin, each))
        for service, each in sections.items()
    }


def _section(service: str, origin: str, given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise SettingsError(
            f"{origin}: {service} has to hold that service's settings, one a line, as docs/settings.md shows"
        )
    return given


def _of_stage(project: Project, file: Path) -> dict[str, Layer]:
    said = settings_in(file, f"the stage {file}")
    return sayings.from_stage(f"{stages.FOLDER}/{file.name}", said, project.services)


def settings_in(file: Path, told: str) -> Mapping[str, Any]:
    """Read a file of settings; Invoke 2.2 ends with a traceback where it holds anything else."""
    said = content(file, told)
    if said is None:
        return {}
    if not isinstance(said, Mapping):
        raise SettingsError(f"{told} must hold settings, one a line")
    return said


def content(file: Path, told: str) -> Any:
    """Read a file as Invoke reads its own, but with a sentence for what is wrong.

    Invoke 2.2 takes a missing file for an empty one, and ends with a traceback on a broken one.
    """
    config = Config(runtime_path=file, lazy=True)
    try:
        config.load_runtime(merge=False)
    except UnknownFileType:
        endings = ", ".join(stages.ENDINGS)
        raise SettingsError(
            f"{told} cannot be read: its name must end in one of {endings}"
        ) from None
    except (YAMLError, SyntaxError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError(f"{told} cannot be read: {reason}") from None
    except Exception as error:  # a project's own Python: whatever it raises is told
        raise SettingsError(f"{told} raised {type(error).__name__}: {error}") from None
    if not config._runtime_found:
        raise SettingsError(f"{told} cannot be found")
    return config._runtime
