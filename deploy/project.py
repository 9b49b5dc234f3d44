"""From a fabfile and Fabric's configuration to the targets of one run."""

from __future__ import annotations

import getpass
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from invoke.context import Context
from invoke.exceptions import Exit

from deploy import settings, values
from deploy.errors import DeployError, Refused
from deploy.executor import ONLY
from deploy.output import Output, RehearsalOutput
from deploy.paths import Paths
from deploy.recipes.rollout import Wanted
from deploy.recipes.target import Target
from deploy.remote.connection import Connections
from deploy.remote.fleet import Fleet
from deploy.remote.rehearsal import Rehearsal
from deploy.remote.remote import Remote
from deploy.remote.transcript import Onlooker
from deploy.rendering import Templates
from deploy.settings import Service


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


@dataclass(frozen=True)
class Project:
    """Services that are deployed together, and the folder of the fabfile that declares them."""

    folder: Path
    services: tuple[Service, ...]

    def wanted(self, branch: str, force: bool = False, wait: str = "") -> Wanted:
        return Wanted(self.folder, branch, force, seconds(wait))

    @contextmanager
    def targets(self, context: Context) -> Iterator[list[Target]]:
        """Open the way to all hosts of all services; errors of ours end fab with their sentence."""
        with sentences(), ExitStack() as until_done:
            services = [_configured(each, context.config) for each in self.services]
            run = context.config.run
            output = (RehearsalOutput if run.dry else Output)(verbose=bool(run.echo))
            opened = _Opened(context.config, output, until_done)
            yield [self._target(each, opened) for each in services]

    def _target(self, service: Service, opened: _Opened) -> Target:
        operator = f"{getpass.getuser()}@{socket.gethostname()}"
        return Target(
            Paths(service),
            opened.fleet(service),
            Templates(self.folder),
            opened.output,
            operator,
            f"{operator} (process {os.getpid()}) since {opened.began}",
        )


class _Opened:
    """The connections of a run, shared by the services that log in as the same account."""

    def __init__(self, config: Any, output: Output, until_done: ExitStack) -> None:
        self.output = output
        self._config, self._until_done = config, until_done
        self._connections: dict[str, Connections] = {}
        self.began = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")

    def fleet(self, service: Service) -> Fleet:
        connections = self._of(service.user)
        remotes: list[Remote] = [
            connections.remote(host, service.user)
            for host in _hosts(service, self._config)
        ]
        if self._config.run.dry:
            remotes = [Rehearsal(each, self.output.script) for each in remotes]
        return Fleet(remotes, connections.cancel)

    def _of(self, user: str) -> Connections:
        if user not in self._connections:
            told = Onlooker(self.output.step, self.output.log)
            opened = Connections(self._config, user, told)
            self._connections[user] = self._until_done.enter_context(opened)
        return self._connections[user]


def _hosts(service: Service, config: Any) -> tuple[str, ...]:
    only = [each for each in config[ONLY].split(",") if each]
    if not service.hosts:
        raise Refused(
            f"{service.name} has no hosts; set hosts in the fabfile or in a file for fab -f"
        )
    strange = [each for each in only if each not in service.hosts]
    if strange:
        raise Refused(
            f"{', '.join(strange)}: no host of {service.name}; it has {', '.join(service.hosts)}"
        )
    return tuple(each for each in service.hosts if not only or each in only)


def _configured(service: Service, config: Any) -> Service:
    """Lay the values of Fabric's configuration over those of the fabfile."""
    given = config.get(service.name)
    if not hasattr(given, "items"):
        raise Refused(
            f"the configuration has no settings under {service.name}, but {given!r}"
        )
    return settings.overridden(service, _plain(given))


def _plain(value: Any) -> Any:
    """Make plain mappings and lists of Invoke's proxies."""
    if hasattr(value, "items"):
        return {name: _plain(each) for name, each in value.items()}
    return value
