"""The children of a manager: forking and reaping. Knows processes, not the queue."""

from __future__ import annotations

import gc
import os
import selectors
import signal
import sys
from collections.abc import Iterable
from typing import NoReturn

from worker import child
from worker.handler import Register
from worker.member import Member
from worker.retry import Death
from worker.store.interface import Store
from worker.wear import Limits

#: bytes in which the system counts the memory of the dead
UNIT = 1 if sys.platform == "darwin" else 1024


class Crew:
    """All children of this manager."""

    def __init__(self, register: Register, store: Store) -> None:
        self._register, self._store = register, store
        self.members: list[Member] = []

    def fork(
        self, limits: Limits, selector: selectors.BaseSelector, own: Iterable[int]
    ) -> Member:
        """Fork a child; it lets go of *selector* and of *own*, descriptors that are the manager's alone."""
        gc.freeze()
        sys.stdout.flush()
        sys.stderr.flush()
        member, manager_pid = Member(limits), os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_child(member, manager_pid, selector, own)
        member.start(pid)
        self.members.append(member)
        return member

    def reap(self) -> list[tuple[Member, Death]]:
        """Find the dead, and strike them off."""
        dead = []
        for member in self.members:
            pid, status, usage = os.wait4(member.pid, os.WNOHANG)
            if pid:
                dead.append((member, Death(status, usage.ru_maxrss * UNIT / 1e6)))
        for member, _ in dead:
            self.members.remove(member)
        return dead

    def _become_child(
        self,
        member: Member,
        manager_pid: int,
        selector: selectors.BaseSelector,
        own: Iterable[int],
    ) -> NoReturn:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            selector.close()
            for descriptor in own:
                os.close(descriptor)
            for sibling in self.members:
                sibling.close()
            child.live(member.ends(manager_pid), self._register, self._store)
            status = 0
        except (
            BaseException
        ):  # the end of the child; nothing of the manager's may run in it
            sys.excepthook(*sys.exc_info())
        finally:
            _exit(status)


def _exit(status: int) -> NoReturn:
    """Leave without the manager's exit handlers."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)
