"""What `check` finds on one host: what would stand in the way of a deploy, and what is not as it should be. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from deploy import faults
from deploy.facts import HostFacts
from deploy.settings import Service

#: seconds that the clocks of operator and host may differ
SKEW = 60


def in_check(
    service: Service, facts: HostFacts, needed: int, now: float
) -> Iterator[str]:
    """Name what would go wrong, and what is not as it should be."""
    yield from faults.before_deploy(service, facts, needed)
    yield from _machine(service, facts)
    if facts.unreadable:
        yield facts.unreadable
    if not facts.deploy_to:
        return
    yield from _places(service, facts)
    if abs(facts.clock - now) > SKEW:
        yield f"its clock differs from yours by {round(facts.clock - now)} s; synchronize it"
    if facts.service.down_file:
        yield f"a down file keeps {service.name} down at the next boot; run: fab {service.name}.setup"
    for each in facts.differs:
        yield f"the installed {each} is not what its template makes now; run: fab {service.name}.setup"


def _places(service: Service, facts: HostFacts) -> Iterator[str]:
    if not facts.one_filesystem:
        yield (
            f"{service.deploy_to}/releases lies on another file system than current: one can be there "
            "without the other; keep them on one"
        )
    for each in facts.unwritable:
        yield f"{each} is not writable for {facts.user}; give it back: chown {facts.user} {each}"


def needs_setup(facts: HostFacts) -> bool:
    """Say whether `setup` has work here, for which it needs root."""
    return bool(not facts.deploy_to or facts.differs or facts.service.down_file)


def _machine(service: Service, facts: HostFacts) -> Iterator[str]:
    for each in facts.missing_accounts:
        yield f"there is no account {each}; make it with: useradd --create-home {each}"
    if not facts.scanner:
        supervisor = service.supervised_by
        yield f"no {supervisor.scanner} runs; start it: {supervisor.start_scanner}"
