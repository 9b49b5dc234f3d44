"""What the operator declares: a service with its settings. Frozen, and checked when made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from deploy import values
from deploy.errors import SettingsError
from deploy.settings.additions import Additions
from deploy.settings.code import Code
from deploy.settings.place import Place
from deploy.settings.process import Process
from deploy.settings.rollout import Rollout
from deploy.settings.supervision import Supervision
from deploy.settings.surroundings import Surroundings


# a dataclass takes the fields of its last base first
@dataclass(frozen=True)
class Service(Supervision, Additions, Rollout, Process, Surroundings, Code, Place):
    """One thing that is deployed and supervised: an application, or its worker."""

    def __post_init__(self) -> None:
        problems = []
        for each in fields(self):
            try:
                made = each.metadata["check"](getattr(self, each.name))
            except ValueError as error:
                problems.append(f"{each.name} {error}")
            else:
                object.__setattr__(self, each.name, made)
        problems = problems or list(_crossed(self))
        if problems:
            raise SettingsError(
                "\n".join(f"{values.named(self.name)}: {each}" for each in problems)
            )

    @property
    def account(self) -> str:
        """The account that the service runs as."""
        return self.run_as or self.user


def _crossed(service: Service) -> Iterable[str]:
    both = set(service.env) & set(service.secrets)
    if both:
        yield f"{', '.join(sorted(both))} must stand in env or in secrets, not in both"
    unnamed = set(service.secret_commands) - set(service.secrets)
    if unnamed:
        yield f"secret_commands has {', '.join(sorted(unnamed))}, which must stand in secrets too"
    if not service.use_sudo and service.account != service.user:
        yield "run_as must be empty without use_sudo: only root can change accounts"
    if service.listen and service.reloads:
        yield "reloads must be off with listen: HUP hands the sockets over there, as restart does"
    if service.hard_links and service.deploy_via != "copy":
        yield "hard_links needs deploy_via copy"
    yield from _links(service)


def _links(service: Service) -> Iterable[str]:
    """Name the links that would be made through others: they would replace what is shared."""
    links = [*service.linked_dirs, *(each.path for each in service.linked_files)]
    for index, each in enumerate(links):
        if each.parts[0] in (".forklift", ".release.json"):
            yield f"{each} must not be linked: it belongs to forklift"
        above = [a for n, a in enumerate(links) if n != index and a in each.parents]
        above += links[:index].count(each) * [each]
        if above:
            yield f"{each} must not be linked: {above[0]} is linked already"
