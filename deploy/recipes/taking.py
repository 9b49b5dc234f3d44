"""Take the deploy lock of a service on every host, while others try the same."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from deploy.commands import lock
from deploy.errors import DeployError, Refused
from deploy.facts import HostFacts
from deploy.recipes.target import Target, sentences
from deploy.recipes.timing import Seconds
from deploy.remote.remote import DEADLINE, Held, Remote
from deploy.shell import Script, Step

#: seconds that every run waits: a client that was killed a moment ago still lets go
GRACE = 4


class Taking:
    """Hosts are tried all at once, and waited for one at a time in an order that is every run's.

    Whoever waits for a host holds only those before it: so two runs over the same hosts never wait
    for each other, and one of them gets them all.
    """

    def __init__(
        self, target: Target, until: float, may_skip: tuple[type[DeployError], ...]
    ) -> None:
        self.held: dict[str, Held] = {}
        self.skipped: list[str] = []
        self.seconds: Seconds = {}
        self._target, self._until, self._may_skip = target, until, may_skip

    def facts(self) -> dict[str, HostFacts]:
        hosts = (each for each in self._target.fleet.hosts if each in self.held)
        return {host: self.held[host].answer for host in hosts}

    def take_all(self) -> None:
        hosts = in_order(self._target.fleet.hosts)
        while missing := [each for each in hosts if not self._is_settled(each)]:
            self._take(missing, 0)
            lost = self._lost(hosts)
            if not lost:
                return
            after = hosts[hosts.index(lost[0]) :]
            let_go([self.held.pop(each) for each in after])
            self._wait_for(lost[0])

    def _is_settled(self, host: str) -> bool:
        return host in self.held or host in self.skipped

    def _wait_for(self, host: str) -> None:
        left = self._until - time.monotonic()
        if left > GRACE:
            self._target.output.step(host, "waiting for the deploy lock")
        self._take([host], max(left, 1))
        if self._lost([host]):
            raise Refused(f"{host}: {self._why_not(host)}")

    def _why_not(self, host: str) -> str:
        if self._who(host) == self._target.holder:
            return "this host stands in hosts under another name too; name it once"
        return (
            f"{self._target.service.name} is being deployed by {self._who(host)}; "
            "try again when that is done, or wait for it with --wait SECONDS"
        )

    def _take(self, hosts: Iterable[str], patience: float) -> None:
        here = self._target.only(hosts)
        questions = here.questions()
        taking = lock.take(here.paths, here.holder, round(patience))

        def take(remote: Remote) -> None:
            question = questions[remote.host]
            steps = (Step("", taking), Step("", question), Step("", lock.wait()))
            script = Script(steps, question.read)
            self.held[remote.host] = remote.hold(script, DEADLINE + patience)

        self._skip(here.phase("probe", take, self.seconds).failed)

    def _skip(self, failed: Mapping[str, DeployError]) -> None:
        """Go on without these hosts, or refuse with all of them."""
        told = sentences(failed.values())
        if any(not isinstance(each, self._may_skip) for each in failed.values()):
            raise Refused(told)
        self.skipped += failed
        if failed and len(self.skipped) == len(self._target.fleet.hosts):
            raise Refused(told)
        for error in failed.values():
            self._target.output.warn(f"skipped: {error}")

    def _lost(self, hosts: Iterable[str]) -> list[str]:
        held = (each for each in hosts if each in self.held)
        return [each for each in held if self._who(each) not in ("mine", "")]

    def _who(self, host: str) -> str:
        facts: HostFacts = self.held[host].answer
        return facts.lock


def in_order(hosts: Iterable[str]) -> list[str]:
    """Sort hosts in the order that every run waits in: by the name alone, whoever logs in."""
    return sorted(hosts, key=lambda host: (host.rpartition("@")[2], host))


def let_go(held: Iterable[Held]) -> None:
    # all are told before one is waited for
    every = list(held)
    for each in every:
        each.let_go()
    for each in every:
        each.__exit__(None, None, None)
