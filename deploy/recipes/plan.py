"""What is to become of one service: a release for its hosts, and what each of them had before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from deploy import batches
from deploy.commands import lock
from deploy.facts import HostFacts
from deploy.recipes.target import Target
from deploy.recipes.timing import Seconds, of_host
from deploy.release import Manifest, Release
from deploy.remote.remote import Remote
from deploy.shell import Command, Script, Step

#: makes the command that switches a host, or brings it back
Publishing = Callable[..., Command]


@dataclass(frozen=True)
class Plan:
    """One service's release for all its hosts, and what each of them had before."""

    target: Target
    new: Manifest
    facts: Mapping[str, HostFacts]
    #: what was asked for, and the seconds of each phase that is done: for the history
    task: str
    phases: Mapping[str, Seconds]
    #: which of all hosts of the run does what is done once
    primary: str
    #: a checksum, for each host, of the settings that its release is made of
    made_of: Mapping[str, str]

    def on(self, host: str) -> Manifest:
        """Give the manifest that the release has on one host."""
        return replace(self.new, made_of=self.made_of[host])

    def noted(self, host: str) -> dict[str, Any]:
        """Say what the history of *host* is told besides the manifest."""
        return {
            "service": self.target.service.name,
            "host": host,
            "task": self.task,
            "phases": of_host(self.phases, host),
        }

    def tell(self) -> None:
        """Tell the views of the run what is going to be done."""
        new = self.new
        self.target.output.plan(
            {
                "task": self.task,
                "service": self.target.service.name,
                "release": new.release,
                "revision": new.revision,
                "branch": new.branch,
                "operator": new.operator,
                "hosts": list(self.hosts),
            }
        )

    def after(self, phase: str, seconds: Seconds) -> Plan:
        """Give the plan with one more phase done."""
        return replace(self, phases={**self.phases, phase: seconds})

    @property
    def hosts(self) -> tuple[str, ...]:
        return self.target.fleet.hosts

    @property
    def deadline(self) -> float:
        """Seconds for a switch with all its waiting, and the way back."""
        service = self.target.service
        return 2 * (service.stop_timeout + 2 * service.settle + 15)

    def before(self, host: str) -> Release | None:
        return self.facts[host].current

    def batches(self) -> list[Plan]:
        """Cut the plan into those that are carried out one after the other."""
        cut = batches.cut(self.hosts, self.target.service.batch_size)
        return [self.only(hosts) for hosts in cut]

    def without(self, hosts: Collection[str]) -> Plan:
        """Give the same plan without some of its hosts."""
        return self.only(each for each in self.hosts if each not in hosts)

    def only(self, hosts: Iterable[str]) -> Plan:
        """Give the same plan for some of its hosts."""
        return replace(self, target=self.target.only(hosts))

    def doing(self, make: Publishing) -> Callable[[Remote], Any]:
        """Give the act of sending each host what *make* makes for it."""
        entering = lock.enter_phase(self.target.paths, self.target.holder)
        return lambda remote: remote.run(
            self._script(make, remote.host, entering), deadline=self.deadline
        )

    def undoing(self, make: Publishing) -> Callable[[Remote], Any]:
        """Give the same for hosts where something may still be at work: they wait for its end."""
        entering = lock.enter_again(
            self.target.paths, self.target.holder, round(self.deadline)
        )
        return lambda remote: remote.run(
            self._script(make, remote.host, entering), deadline=2 * self.deadline
        )

    def _script(self, make: Publishing, host: str, entering: Command) -> Script:
        facts = self.facts[host]
        paths, new = self.target.at(host), self.on(host)
        made = make(paths, new, facts, self.noted(host))
        steps = (Step("", entering), Step("", made))
        return Script(steps, ends_by_itself=True)


def told(plans: Iterable[Plan]) -> Iterator[str]:
    """Name the hosts of plans, each once."""
    yield from dict.fromkeys(host for plan in plans for host in plan.hosts)
