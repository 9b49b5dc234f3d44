"""What the operator declares: a service with its settings. Frozen, and checked when made."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from types import MappingProxyType

from deploy import values
from deploy.errors import SettingsError
from deploy.hosts import Host
from deploy.settings.additions import Additions
from deploy.settings.code import Code
from deploy.settings.place import Place
from deploy.settings.process import Process
from deploy.settings.rollout import Rollout
from deploy.settings.setting import waits
from deploy.settings.supervision import Supervision
from deploy.settings.surroundings import Surroundings

#: what a release has of ours
_OURS = (".forklift", ".release.json")


# a dataclass takes the fields of its last base first
@dataclass(frozen=True)
class Service(Supervision, Additions, Rollout, Process, Surroundings, Code, Place):
    """One thing that is deployed and supervised: an application, or its worker.

    A value may be a function, or an `ask`, until `waiting.settled` has put what it gives in its place.
    """

    def __post_init__(self) -> None:
        problems = []
        for each in fields(self):
            value = getattr(self, each.name)
            if waits(each, value):
                continue
            try:
                object.__setattr__(self, each.name, each.metadata["check"](value))
            except ValueError as error:
                problems.append(f"{each.name} {error}")
        if not self.waiting:
            problems = problems or list(_crossed(self))
        if problems:
            raise SettingsError(
                "\n".join(f"{values.named(self.name)}: {each}" for each in problems)
            )

    @property
    def waiting(self) -> tuple[str, ...]:
        """The settings that hold what makes their values, and not these yet."""
        found = ((each, getattr(self, each.name)) for each in fields(self))
        return tuple(each.name for each, value in found if waits(each, value))

    def on(self, host: Host) -> Service:
        """Give the service as it is on one host, with the settings that this has of its own."""
        if not host.own:
            return self
        # all parts are checked already, those of hosts too
        made = copy(self)
        env = MappingProxyType({**self.env, **(host.env or {})})
        for name, value in {**host.own, "env": env}.items():
            object.__setattr__(made, name, value)
        return made

    @property
    def account(self) -> str:
        """The account that the service runs as."""
        return self.run_as or self.user


def _crossed(service: Service) -> Iterable[str]:
    unnamed = set(service.secret_commands) - set(service.secrets)
    if unnamed:
        yield f"secret_commands has {', '.join(sorted(unnamed))}, which must stand in secrets too"
    if not service.use_sudo and service.account != service.user:
        yield "run_as must be empty without use_sudo: only root can change accounts"
    if service.hard_links and service.deploy_via != "copy":
        yield f"hard_links must be off with deploy_via {service.deploy_via}: copy alone makes them"
    yield from _links(service)
    yield from _rendered(service)
    yield from _on_a_host(service) or _on_some_hosts(service)


def _on_some_hosts(service: Service) -> Iterable[str]:
    for host in service.hosts:
        for each in _on_a_host(service.on(host)):
            yield f"on {host.name}, {each}"


def _on_a_host(service: Service) -> list[str]:
    """Say what is wrong with what a host may have of its own."""
    wrong = []
    both = set(service.env) & set(service.secrets)
    if both:
        wrong.append(
            f"{', '.join(sorted(both))} must stand in env or in secrets, not in both"
        )
    if service.listen and service.reloads:
        wrong.append(
            "reloads must be off with listen: HUP hands the sockets over there, as restart does"
        )
    return wrong


def _rendered(service: Service) -> Iterable[str]:
    """Name the rendered files that could not be the release's own."""
    links = [*service.linked_dirs, *(each.path for each in service.linked_files)]
    paths = [PurePosixPath(each) for each in service.rendered_files]
    for each in paths:
        if each.parts[0] in _OURS:
            yield f"{each} must not be rendered: it belongs to forklift"
        around = (each, *each.parents)
        meeting = [a for a in links if a in around or each in a.parents]
        if meeting:
            yield f"{each} must not be rendered: {meeting[0]} is linked, and what is in shared is not of one release"
        if any(each in other.parents for other in paths):
            yield f"{each} must not be rendered: another is rendered below it"


def _links(service: Service) -> Iterable[str]:
    """Name the links that would be made through others: they would replace what is shared."""
    links = [*service.linked_dirs, *(each.path for each in service.linked_files)]
    for index, each in enumerate(links):
        name = "linked_dirs" if index < len(service.linked_dirs) else "linked_files"
        if each.parts[0] in _OURS:
            yield f"{name} must not have {each}: it belongs to forklift"
        above = [a for n, a in enumerate(links) if n != index and a in each.parents]
        above += links[:index].count(each) * [each]
        if above:
            yield f"{name} must not have {each}: {above[0]} is linked already"
