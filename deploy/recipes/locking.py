"""The deploy lock of a service, on all its hosts or on none."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from deploy.commands import lock
from deploy.errors import Refused
from deploy.facts import HostFacts
from deploy.recipes.target import Target
from deploy.remote.remote import DEADLINE, Held
from deploy.shell import Script, Step

#: seconds that every run waits: a client that was killed a moment ago still lets go
GRACE = 4


@contextmanager
def locked(target: Target, patience: float = 0) -> Iterator[dict[str, HostFacts]]:
    """Take the deploy lock on every host that has one, and look, in one round.

    Waits *patience* seconds for others; raises Refused if it cannot have them all.
    """
    taking = _Taking(target, time.monotonic() + max(patience, GRACE))
    try:
        taking.take_all()
        yield {host: taking.held[host].answer for host in target.fleet.hosts}
    finally:
        _let_go(taking.held.values())


class _Taking:
    """Hosts are tried all at once, and waited for one at a time in an order that is every run's.

    Whoever waits for a host holds only those before it: so two runs over the same hosts never wait
    for each other, and one of them gets them all.
    """

    def __init__(self, target: Target, until: float) -> None:
        self.held: dict[str, Held] = {}
        self._target, self._until = target, until

    def take_all(self) -> None:
        hosts = in_order(self._target.fleet.hosts)
        while missing := [each for each in hosts if each not in self.held]:
            self._take(missing, 0)
            lost = self._lost(hosts)
            if not lost:
                return
            after = hosts[hosts.index(lost[0]) :]
            _let_go([self.held.pop(each) for each in after])
            self._wait_for(lost[0])

    def _wait_for(self, host: str) -> None:
        left = self._until - time.monotonic()
        if left > GRACE:
            self._target.output.step(host, "waiting for the deploy lock")
        self._take([host], max(left, 1))
        if self._lost([host]):
            raise Refused(
                f"{host}: {self._target.service.name} is being deployed by {self._who(host)}; "
                "try again when that is done, or wait for it with --wait SECONDS"
            )

    def _take(self, hosts: Iterable[str], patience: float) -> None:
        question = self._target.question()
        taking = lock.take(self._target.paths, self._target.holder, round(patience))
        steps = (Step("", taking), Step("", question), Step("", lock.wait()))
        script = Script(steps, question.read)
        some = self._target.only(hosts)
        some.everywhere(
            lambda remote: self.held.update(
                {remote.host: remote.hold(script, DEADLINE + patience)}
            )
        )

    def _lost(self, hosts: Iterable[str]) -> list[str]:
        return [each for each in hosts if self._who(each) not in ("mine", "")]

    def _who(self, host: str) -> str:
        facts: HostFacts = self.held[host].answer
        return facts.lock


def in_order(hosts: Iterable[str]) -> list[str]:
    """Sort hosts in the order that every run waits in: by the name alone, whoever logs in."""
    return sorted(hosts, key=lambda host: (host.rpartition("@")[2], host))


def _let_go(held: Iterable[Held]) -> None:
    # all are told before one is waited for
    every = list(held)
    for each in every:
        each.let_go()
    for each in every:
        each.__exit__(None, None, None)
