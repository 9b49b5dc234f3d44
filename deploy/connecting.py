"""Begin to connect to the hosts of a run, before the rest of the program is there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from deploy import hosts
from deploy.errors import Refused
from deploy.hosts import Host
from deploy.output.output import Output
from deploy.project import ONLY, ROLES
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

    def fleets(self, service: Service) -> tuple[Fleet, Fleet]:
        """Make the fleet of a service, and that of its hosts without a release; begin to connect."""
        connections, chosen = self._of(service.user), _chosen(service, self._config)
        released = [each.name for each in chosen if not each.no_release]
        if not released:
            raise Refused(f"{service.name}: {_told(chosen)} would get no release")
        connections.begin(released[:WIDTH])
        others = [each.name for each in chosen if each.no_release]
        return self._fleet(service, released), self._fleet(service, others)

    def _fleet(self, service: Service, hosts: Sequence[str]) -> Fleet:
        connections = self._of(service.user)
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


def _chosen(service: Service, config: Any) -> list[Host]:
    """Take the hosts that the command line leaves; raises Refused."""
    if not service.hosts:
        raise Refused(
            f"{service.name} has no hosts; set hosts in the fabfile or in a stage, such as stages/production.yaml"
        )
    only, roles = _words(config[ONLY]), _words(config[ROLES])
    names = [each.name for each in service.hosts]
    strange = [each for each in only if each not in names]
    if strange:
        raise Refused(
            f"{', '.join(strange)}: no host of {service.name}; it has {', '.join(names)}"
        )
    if wrong := hosts.unknown_role(service.hosts, roles):
        raise Refused(f"{service.name}: {wrong}")
    chosen = hosts.chosen(service.hosts, only, roles)
    if not chosen:
        raise Refused(f"{service.name}: none of {', '.join(only)} has such a role")
    return chosen


def _words(text: str) -> list[str]:
    return [each for each in text.split(",") if each]


def _told(chosen: Sequence[Host]) -> str:
    return ", ".join(each.name for each in chosen)
