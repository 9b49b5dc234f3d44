"""The children of a manager: forking and reaping. Knows processes, not the queue."""

from __future__ import annotations

import os
import selectors
import sys
from collections.abc import Iterable

from worker import child, forking
from worker.journal import Journal
from worker.member import Member
from worker.places import Share
from worker.register import Register
from worker.retry import Death
from worker.store.interface import Store
from worker.wear import Limits

#: bytes in which the system counts the memory of the dead
UNIT = 1 if sys.platform == "darwin" else 1024


class Crew:
    """All children of this manager."""

    def __init__(
        self, register: Register, store: Store, share: Share, journal: Journal
    ) -> None:
        self._register, self._store = register, store
        self.share, self.journal = share, journal
        self.members: list[Member] = []

    def fork(
        self, limits: Limits, selector: selectors.BaseSelector, own: Iterable[int]
    ) -> Member | None:
        """Fork a child; it lets go of *selector* and of *own*, descriptors that are the manager's alone.

        None: other managers have taken all places.
        """
        if not self.share.take():
            return None
        try:
            return self._fork(limits, selector, own)
        except OSError:
            self.share.give_back()
            raise

    def reap(self) -> list[tuple[Member, Death]]:
        """Find the dead, and strike them off."""
        dead = []
        for member in self.members:
            pid, status, usage = os.wait4(member.pid, os.WNOHANG)
            if pid:
                dead.append((member, Death(status, usage.ru_maxrss * UNIT / 1e6)))
        for member, _ in dead:
            self.members.remove(member)
            self.share.give_back()
        return dead

    def _fork(
        self, limits: Limits, selector: selectors.BaseSelector, own: Iterable[int]
    ) -> Member:
        member, manager_pid = Member(limits), os.getpid()

        def live() -> None:
            selector.close()
            for descriptor in own:
                os.close(descriptor)
            for sibling in self.members:
                sibling.close()
            ends = member.ends(manager_pid, self.journal)
            child.live(ends, self._register, self._store)

        try:
            pid = forking.fork(live)
        except OSError:
            member.abandon()
            raise
        member.start(pid)
        self.members.append(member)
        return member
