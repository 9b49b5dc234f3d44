"""What a child does about its lease when its manager dies while a job runs: it renews it by itself."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

from worker.errors import WorkerError
from worker.holding import renew_every
from worker.store.base import GRAB_BITS, Grabbed, Holder
from worker.store.interface import Store

#: of Linux's prctl: the signal that a process gets when its parent dies
PARENT_DEATH = 1


class Vigil:
    """Keeps the lease of what runs from a thread, which begins when the manager dies and not before."""

    def __init__(self, store: Store, leases: Mapping[str, float]) -> None:
        self._store, self._leases = store, leases
        self._over = threading.Event()
        #: the job that runs, and those that go with it
        self.jobs: Sequence[Grabbed] = ()

    def begin(self, manager_pid: int) -> None:
        """Have the kernel say when the manager dies; where it cannot, the lease runs out as it was."""
        _on_parents_death(self._keep, manager_pid)

    def end(self) -> None:
        self._over.set()

    def _keep(self) -> None:
        threading.Thread(target=self._renew, daemon=True).start()

    def _renew(self) -> None:
        """A thread has connections of its own. If the job ends meanwhile, its owner is gone, and nothing is renewed."""
        while (jobs := self.jobs) and not self._over.is_set():
            held = {job.id: job.owner for job in jobs}
            holder = Holder(jobs[0].owner >> GRAB_BITS)
            try:
                if self._store.renew(held, holder, self._leases) == held.keys():
                    return
            except WorkerError:
                pass  # the next renewal is before the lease runs out
            self._over.wait(renew_every(self._leases))


def _on_parents_death(act: Callable[[], None], parent: int) -> None:
    """SIGURG does nothing to a program that has no handler for it."""
    if sys.platform != "linux":
        return
    signal.signal(signal.SIGURG, lambda *_: act())
    ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGURG)
    if os.getppid() != parent:
        act()
