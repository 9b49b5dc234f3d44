"""Begin to connect to the hosts of a run, before the rest of the program is there."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from deploy.errors import Refused
from deploy.output.output import Output
from deploy.project import ONLY
from deploy.remote.connection import Connections
from deploy.remote.fleet import WIDTH, Fleet
from deploy.remote.here import Here, HereRehearsed, Operators
from deploy.remote.rehearsal import Rehearsal
from deploy.remote.remote import Remote
from deploy.remote.transcript import Onlooker
from deploy.settings import Service


class Connecting:
    """The fleets of a run; services that log in as the same account share their connections."""

    def __init__(self, config: Any, output: Output, until_done: ExitStack) -> None:
        self._config, self._output, self._until_done = config, output, until_done
        self._onlooker = Onlooker(output.step, output.log, output.word, output.sent)
        self._connections: dict[str, Connections] = {}

    def here(self, folder: Path) -> Operators:
        """Give the operator's machine, in the folder of the fabfile."""
        if self._config.run.dry:
            return HereRehearsed(self._output.script)
        return Here(folder, self._onlooker)

    def fleet(self, service: Service) -> Fleet:
        """Make the fleet of a service, and begin to connect to its first hosts."""
        connections, hosts = self._of(service.user), _hosts(service, self._config)
        connections.begin(hosts[:WIDTH])
        remotes: list[Remote] = [
            connections.remote(host, service.user) for host in hosts
        ]
        if self._config.run.dry:
            remotes = [Rehearsal(each, self._output.script) for each in remotes]
        return Fleet(remotes, connections.cancel)

    def _of(self, user: str) -> Connections:
        if user not in self._connections:
            opened = Connections(self._config, user, self._onlooker)
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
