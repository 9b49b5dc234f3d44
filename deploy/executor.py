"""How fab runs our tasks: for one stage, and once for their whole fleet instead of once for each host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import fabric
import fabric.main
from fabric.main import Fab
from invoke.exceptions import Exit
from invoke.parser.argument import Argument
from invoke.parser.context import ParserContext
from invoke.tasks import Call, Task
from paramiko.ssh_exception import ConfigParseError

from deploy import configuration, stages
from deploy.project import (
    BRANCH,
    LAYERS,
    ONLY,
    OPTIONS,
    ROLES,
    TOLD,
    Project,
    sentences,
)

#: how every task can be told to speak, and what that means; the names are those of choosing.Wish
SPEAKING = {
    "quiet": "say warnings and the last sentence only",
    "verbose": "pass on all that the hosts say",
    "json": "say it to a program: one JSON object a line",
}


class FleetTask(fabric.Task):
    """A task that has all hosts of its service, and takes settings by ``-o``."""

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        own = super().get_arguments(ignore_unknown_help)
        option = Argument(
            names=("option", "o"),
            kind=list,
            help="a setting for this run: -o keep_releases=3",
        )
        roles = Argument(
            names=("roles",),
            kind=str,
            help="only hosts that have one of these roles: --roles web,job",
        )
        names = {each.name for each in own}
        speaking = [
            Argument(name=name, kind=bool, default=False, help=meaning)
            for name, meaning in SPEAKING.items()
            if name not in names
        ]
        return [*own, option, roles, *speaking]

    def __call__(self, context: Any, *args: Any, **given: Any) -> Any:
        context.config[OPTIONS] = tuple(given.pop("option", None) or ())
        context.config[BRANCH] = given.get("branch") or ""
        context.config[ROLES] = given.pop("roles", None) or ""
        own = self.argspec(self.body).parameters
        # a task that answers in JSON by itself has --json for that
        wished = [each for each in SPEAKING if each not in own and given.pop(each, 0)]
        context.config[TOLD] = tuple(wished)
        return super().__call__(context, *args, **given)


class StageTask(fabric.Task):
    """The name of a stage, as the first word of a command line."""


def fleet_task(help: dict[str, str] | None = None) -> Callable[[Any], FleetTask]:
    """Make a fleet task of a function; *help* explains its options."""

    def make(body: Any) -> FleetTask:
        # a short flag of a task would hide fab's own of the same letter
        return FleetTask(body, help=help or {}, auto_shortflags=False)

    return make


def stage_task(stage: str, file: Path) -> StageTask:
    def body(context: Any) -> None:
        del context

    body.__doc__ = (
        f"Take the settings of {stages.FOLDER}/{file.name}: fab {stage} TASK."
    )
    return StageTask(body, name=stage)


class FleetExecutor(fabric.Executor):
    """Fabric's executor, with the project that it runs tasks for."""

    def __init__(self, project: Project, *given: Any) -> None:
        super().__init__(*given)
        self._project = project

    def expand_calls(
        self, calls: Iterable[Any], apply_hosts: bool = True
    ) -> list[Call]:
        expanded: list[Call] = []
        for each in calls:
            call = Call(each) if isinstance(each, Task) else each
            if isinstance(call.task, FleetTask):
                expanded.append(call)
            else:
                expanded.extend(super().expand_calls([call], apply_hosts))
        return expanded

    def execute(self, *tasks: Any) -> Any:
        self.config[ONLY] = self.core[0].args.hosts.value or ""
        is_stage = [self._is(StageTask, each) for each in tasks]
        rest = [each for each, stage in zip(tasks, is_stage) if not stage]
        if any(self._is(FleetTask, each) for each in rest) or any(is_stage):
            with sentences():
                _refuse_order(is_stage)
                named = [each.name for each, stage in zip(tasks, is_stage) if stage]
                self.config[LAYERS] = configuration.layers_of(
                    self._project, self.config, named
                )
        return super().execute(*rest)

    def _is(self, kind: type[Task[Any]], called: ParserContext) -> bool:
        return isinstance(self.collection[called.name], kind)


def take_over(project: Project) -> None:
    """Let fab run fleet tasks; its executor is a documented attribute of the program."""
    fabric.main.program.executor_class = partial(FleetExecutor, project)
    fabric.main.program.update_config = partial(_update_config, fabric.main.program)  # type: ignore[method-assign]
    with sentences():
        for file, told in _files(project.folder):
            configuration.settings_in(file, told)


def _update_config(program: Fab) -> None:
    """Do as Fabric does, which reads ssh_config then, with a sentence for what is wrong there."""
    try:
        type(program).update_config(program)
    except (OSError, ValueError, ConfigParseError) as error:
        told = "ssh_config (of -S or ssh_config_path, or ~/.ssh/config and /etc/ssh/ssh_config)"
        raise Exit(f"{told} cannot be read: {error}", code=2) from None


def fabrics_own() -> set[str]:
    """Name the keys of Fabric's configuration that hold its own settings."""
    return set(fabric.Config.global_defaults())


def _refuse_order(is_stage: Sequence[bool]) -> None:
    if True in is_stage and is_stage != sorted(is_stage, reverse=True):
        raise Exit("a stage comes before the tasks: fab STAGE TASK", code=2)
    if all(is_stage):
        raise Exit("say what to do in that stage: fab STAGE TASK", code=2)


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Name the files that Fabric is going to read, and cannot read with a sentence."""
    runtime = _runtime_file()
    if runtime is not None:
        yield Path(runtime), f"the file {runtime} of -f"
    # a fabric.py is a program, which is not to be run twice
    for ending in ("yaml", "yml", "json"):
        own = folder / f"fabric.{ending}"
        if own.is_file():
            yield own, str(own)


def _runtime_file() -> str | None:
    # there are no arguments where a fabfile is imported by anything but fab
    arguments = getattr(fabric.main.program, "args", None)
    return arguments.config.value if arguments else None
