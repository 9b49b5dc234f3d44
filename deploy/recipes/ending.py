"""End a run that went on without some hosts: name them, and say how they follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from deploy.errors import NotUndone, Partly


@dataclass(frozen=True)
class Missed:
    """The hosts that a run went on without."""

    #: could not be reached before anything was begun
    skipped: tuple[str, ...] = ()
    #: failed, as many as may
    failed: tuple[str, ...] = ()
    #: of those that failed, the ones that could not be brought back
    lost: tuple[str, ...] = ()

    def skipping(self, hosts: tuple[str, ...]) -> Missed:
        return replace(self, skipped=hosts)


def end(services: Iterable[str], missed: Missed) -> None:
    """Raise what ends the run over these services, if hosts were left out."""
    back = [each for each in missed.failed if each not in missed.lost]
    told = [
        f"{', '.join(hosts)} {became}"
        for hosts, became in (
            (missed.skipped, "could not be reached and was skipped"),
            (back, "failed and is on the release that it had"),
            (missed.lost, "failed and is NOT undone: look there"),
        )
        if hosts
    ]
    if told:
        kind = NotUndone if missed.lost else Partly
        follow = ", ".join(f"fab {each}.sync --like HOST" for each in services)
        raise kind(
            f"not done on all hosts: {'; '.join(told)}. "
            f"What the others have is brought there by: {follow}"
        )
