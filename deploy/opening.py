"""Open the way to the hosts of a run: from settings and Fabric's configuration to targets."""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from deploy.errors import Refused
from deploy.output import Output, RehearsalOutput
from deploy.paths import Paths
from deploy.project import ONLY
from deploy.recipes.target import Target
from deploy.remote.connection import Connections
from deploy.remote.fleet import Fleet
from deploy.remote.rehearsal import Rehearsal
from deploy.remote.remote import Remote
from deploy.remote.transcript import Onlooker
from deploy.rendering import Templates
from deploy.settings import Service


class Opening:
    """The targets of a run; services that log in as the same account share their connections."""

    def __init__(self, folder: Path, config: Any, until_done: ExitStack) -> None:
        self._folder, self._config, self._until_done = folder, config, until_done
        kind = RehearsalOutput if config.run.dry else Output
        self._output = kind(verbose=bool(config.run.echo))
        self._connections: dict[str, Connections] = {}
        began = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
        self._operator = f"{getpass.getuser()}@{socket.gethostname()}"
        self._holder = f"{self._operator} (process {os.getpid()}) since {began}"

    def target(self, service: Service) -> Target:
        """Make the target of a service; opens no connection yet."""
        return Target(
            Paths(service),
            self._fleet(service),
            Templates(self._folder),
            self._output,
            self._operator,
            self._holder,
        )

    def _fleet(self, service: Service) -> Fleet:
        connections = self._of(service.user)
        remotes: list[Remote] = [
            connections.remote(host, service.user)
            for host in _hosts(service, self._config)
        ]
        if self._config.run.dry:
            remotes = [Rehearsal(each, self._output.script) for each in remotes]
        return Fleet(remotes, connections.cancel)

    def _of(self, user: str) -> Connections:
        if user not in self._connections:
            told = Onlooker(self._output.step, self._output.log)
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
