"""The deploy lock of a service, on all its hosts or on none."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from deploy.errors import LOST, DeployError, Refused
from deploy.facts import HostFacts
from deploy.recipes import hooked
from deploy.recipes.taking import GRACE, Taking, let_go
from deploy.recipes.target import Target
from deploy.recipes.timing import Seconds


@contextmanager
def locked(target: Target, patience: float = 0) -> Iterator[dict[str, HostFacts]]:
    """Take the deploy lock on every host that has one, and look, in one round.

    Waits *patience* seconds for others; raises Refused if it cannot have them all.
    """
    with _taken(target, patience, may_skip=()) as taking:
        yield taking.facts()


@dataclass(frozen=True)
class Reached:
    """A service on the hosts that answered, locked; what is known of them; and those left out."""

    target: Target
    facts: dict[str, HostFacts]
    skipped: tuple[str, ...]
    #: that it took to look at each host, and to wait for its lock
    seconds: Seconds

    def without(self, hosts: Iterable[str]) -> Reached:
        """Leave out hosts that another service could not reach; raises Refused if none is left."""
        left_out = set(hosts)
        facts = {h: each for h, each in self.facts.items() if h not in left_out}
        if not facts:
            raise Refused(f"{self.target.service.name}: no host can be reached")
        return replace(self, target=self.target.only(facts), facts=facts)


@contextmanager
def reached(target: Target, patience: float = 0) -> Iterator[Reached]:
    """Do as locked, but go on without hosts that cannot be reached where the service wants that."""
    skipping = target.service.unreachable == "skip"
    may_skip = LOST if skipping else ()
    hooked.refuse(target, "before probe")
    with _taken(target, patience, may_skip) as taking:
        facts = taking.facts()
        here = target.only(facts)
        hooked.refuse(here, "after probe")
        yield Reached(here, facts, tuple(taking.skipped), taking.seconds)


@contextmanager
def _taken(
    target: Target, patience: float, may_skip: tuple[type[DeployError], ...]
) -> Iterator[Taking]:
    until = time.monotonic() + max(patience, GRACE)
    taking = Taking(target, until, may_skip)
    try:
        taking.take_all()
        yield taking
    finally:
        let_go(taking.held.values())
