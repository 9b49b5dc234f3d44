"""What a fabfile declares: services that are deployed together, and how errors end fab."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invoke.context import Context
from invoke.exceptions import Exit

from deploy import layers, sayings, values
from deploy.errors import DeployError, Refused
from deploy.layers import Layer
from deploy.output.output import Output
from deploy.repository import Wanted
from deploy.settings import Service

#: under this key of Fabric's configuration a task finds what `fab -H` named
ONLY = "only_hosts"
#: and under this one what `--roles` did
ROLES = "only_roles"
#: under this one the layers of each service
LAYERS = "layers_of_services"
#: under this one what `-o` gave it
OPTIONS = "options_of_task"
#: under this one what `--branch` gave it
BRANCH = "branch_of_task"
#: and under this one how the operator wants to be told: names of a choosing.Wish
TOLD = "told_to_operator"


@contextmanager
def sentences() -> Iterator[None]:
    """End fab with a sentence and its exit status where an error of ours comes out."""
    try:
        with _stopped_by(signal.SIGTERM, signal.SIGHUP):
            yield
    except DeployError as error:
        raise Exit(str(error), code=error.exit_status) from error
    except KeyboardInterrupt:
        raise Exit("interrupted; nothing was switched", code=3) from None


def many(lines: str) -> int:
    """Read what --lines was given; raises Refused."""
    try:
        return values.count(lines)
    except ValueError as error:
        raise Refused(f"--lines {error}") from None


def seconds(wait: str) -> float:
    """Read what --wait was given; raises Refused."""
    try:
        return values.seconds(wait or 0)
    except ValueError as error:
        raise Refused(f"--wait {error}") from None


@contextmanager
def _stopped_by(*numbers: signal.Signals) -> Iterator[None]:
    """Take these signals for a Ctrl-C: a run that a terminal or another program ends undoes what it began."""
    before = {each: signal.getsignal(each) for each in numbers}
    # nohup's wish is respected
    heard = [each for each, handler in before.items() if handler is signal.SIG_DFL]
    for each in heard:
        signal.signal(each, signal.default_int_handler)
    try:
        yield
    finally:
        for each in heard:
            signal.signal(each, before[each])


@contextmanager
def told(config: Any) -> Iterator[Output]:
    """Give the output of a run, and say how that ended."""
    from deploy.output import choosing

    wished = dict.fromkeys(config[TOLD], True)
    heard, dry = bool(config.run.echo), bool(config.run.dry)
    output = choosing.output(choosing.Wish(**wished, heard=heard, dry=dry))
    with output.to_the_end():
        yield output


@dataclass(frozen=True)
class Project:
    """Services that are deployed together, and the folder of the fabfile that declares them."""

    folder: Path
    services: tuple[Service, ...]

    def wanted(self, branch: str, force: bool = False, wait: str = "") -> Wanted:
        return Wanted(self.folder, branch, force, seconds(wait))

    def layers(self, config: Any) -> dict[str, list[Layer]]:
        """List what files, environment and options say of each service; raises SettingsError."""
        given = sayings.from_options(self.services, config[OPTIONS])
        # nobody is asked what he has said
        said = Layer("--branch", {"branch": config[BRANCH] or None})
        return {
            each.name: [
                *config[LAYERS][each.name],
                given[each.name],
                *([said] if "branch" in each.waiting else []),
            ]
            for each in self.services
        }

    @contextmanager
    def targets(self, context: Context, task: str = "") -> Iterator[list[Any]]:
        """Make a recipes' Target of each service; errors of ours end fab with their sentence.

        Hooks before and after *task*, for those that may have some, run at both ends of the block.
        """
        with sentences(), ExitStack() as until_done:
            output = until_done.enter_context(told(context.config))
            said = self.layers(context.config)
            laid = [layers.laid(each, said[each.name]) for each in self.services]
            # not at the top: fab --list needs nothing of what this brings in
            from deploy import inventory
            from deploy.connecting import Connecting

            services = [inventory.filled(self.folder, each) for each in laid]
            begun = Connecting(context.config, output, until_done)
            fleets = [(each, begun.fleets(each)) for each in services]
            # meanwhile, since it takes as long
            from deploy import opening

            if not context.config.run.dry:
                self._notify(services, output)
            here = begun.here(self.folder)
            made = opening.targets(self.folder, output, here, task, fleets)
            from deploy.recipes import hooked

            with hooked.around(made):
                yield made

    def _notify(self, services: Sequence[Service], output: Output) -> None:
        if any(each.notify_url or each.notify_command for each in services):
            from deploy import notifying

            notifying.notify(services, output, self.folder, os.environ)
