"""What a recipe works on: one service over its hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from deploy import hosts
from deploy.commands import facts as asking
from deploy.errors import DeployError, NotUndone, Refused
from deploy.facts import HostFacts
from deploy.output.output import Output
from deploy.paths import Paths
from deploy.recipes.timing import Seconds, timed
from deploy.remote.fleet import Fleet, Results
from deploy.remote.here import Operators
from deploy.remote.remote import Remote
from deploy.rendering import Templates
from deploy.settings import Service
from deploy.shell import Question

T = TypeVar("T")


@dataclass(frozen=True)
class Target:
    """A service, the way to its hosts, and what is said meanwhile."""

    paths: Paths
    fleet: Fleet
    #: hosts that get no release, for hooks of their roles
    others: Fleet
    templates: Templates
    output: Output
    #: the operator's machine
    here: Operators
    operator: str
    #: what was asked for, if hooks can be run before and after it
    task: str
    #: who the hosts say has the lock; names this run alone
    holder: str

    @property
    def service(self) -> Service:
        return self.paths.service

    @property
    def primary(self) -> str:
        """The host that does what is done once."""
        return hosts.primary(self.service.hosts, self.fleet.hosts)

    def at(self, host: str) -> Paths:
        """The places on one host, with the settings that it has of its own."""
        return self.paths.at(host)

    def glance(self, *, closely: bool = False) -> Results[HostFacts]:
        """Ask every host at once, and keep what cannot be asked beside what was told."""
        questions = self.questions(closely=closely)
        return self.fleet.each(lambda remote: remote.ask(questions[remote.host]))

    def look(self) -> dict[str, HostFacts]:
        """Ask every host at once; raises Refused with all that cannot be asked."""
        questions = self.questions()
        return self.everywhere(lambda remote: remote.ask(questions[remote.host]))

    def only(self, hosts: Iterable[str]) -> Target:
        """Give the same target with some of its hosts."""
        return replace(self, fleet=self.fleet.only(hosts))

    def everywhere(self, act: Callable[[Remote], T]) -> dict[str, T]:
        """Do what changes nothing on every host; raises Refused with all failures."""
        results = self.fleet.each(act)
        if results.failed:
            raise Refused(sentences(results.failed.values()))
        return results.ok

    def phase(
        self, name: str, act: Callable[[Remote], T], seconds: Seconds | None = None
    ) -> Results[T]:
        """Do *act* on every host as a phase, whose begin and end on each are told; count its *seconds*."""

        def told(remote: Remote) -> T:
            with self.output.on_host(name, remote.host):
                return act(remote)

        self.output.phase(name, self.service.name, self.fleet.hosts)
        return self.fleet.each(timed(told, {} if seconds is None else seconds))

    def questions(self, *, closely: bool = False) -> dict[str, Question[HostFacts]]:
        """Ask each host everything that a recipe decides on; *closely* too what only a check has time for."""
        ask = asking.examine if closely else asking.ask
        places = {host: self.at(host) for host in self.fleet.hosts}
        return {
            host: ask(paths, self.templates.run(paths), self.templates.log_run(paths))
            for host, paths in places.items()
        }


@contextmanager
def if_interrupted(sentence: str) -> Iterator[None]:
    """Say where things stand if the operator stops what cannot be undone."""
    try:
        yield
    except KeyboardInterrupt:
        raise NotUndone(f"interrupted; {sentence}") from None


def sentences(errors: Iterable[DeployError]) -> str:
    """Say each once: some go for several hosts."""
    return "\n".join(dict.fromkeys(map(str, errors)))


def refuse(
    facts: Mapping[str, HostFacts],
    faults: Callable[[HostFacts], Iterable[str]],
    unknown: Iterable[DeployError] = (),
) -> None:
    """Raise Refused with every fault of every host, and with why others are *unknown*."""
    found = [str(each) for each in unknown]
    found += [
        f"{host}: {fault}" for host, each in facts.items() for fault in faults(each)
    ]
    if found:
        raise Refused("\n".join(found))
