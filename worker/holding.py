"""What one manager holds in the queue: grab, settle, renew, take back; no SQL, no process."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from worker import retry
from worker.job import MAX_CRASHES, GivenBack, Outcome
from worker.register import Register
from worker.store.base import (
    GRAB_BITS,
    LEASE,
    Ask,
    Due,
    Expired,
    Holder,
    Settlement,
    Turn,
)
from worker.store.interface import Store

#: jobs that are promoted, or taken back, in one transaction
BATCH = 500


def leases_of(register: Register) -> dict[str, float]:
    """Give the seconds of leases, by the names of those handlers where it is not LEASE."""
    return {each.name: each.grab_for for each in register if each.grab_for != LEASE}


def renew_every(leases: Mapping[str, float]) -> float:
    """Give the seconds between renewals: a lease survives three that fail."""
    return min([LEASE, *leases.values()]) / 4


class Holding:
    """The manager's side of a store. Its number is random: no other manager, and no later one, has it."""

    def __init__(
        self, store: Store, register: Register, queues: Sequence[str], release: str
    ) -> None:
        self.store = store
        self._register = register
        # each once: what is looked for twice in one turn is found twice
        self._queues = tuple(dict.fromkeys(queues))
        self._holder = Holder(random.SystemRandom().getrandbits(31) | 1, release)
        self._grabs = 0
        self._paused: frozenset[str] = frozenset()
        self._together = {
            h.name: int(h.coalesce_limit) for h in register if h.coalesce_limit > 1
        }
        self._leases = leases_of(register)

    @property
    def renew_every(self) -> float:
        return renew_every(self._leases)

    def turn(self, settlements: Sequence[Settlement], limit: int) -> Turn:
        """Settle, and grab up to *limit* jobs, in one transaction."""
        if not limit or self._paused.issuperset(self._queues):
            return self.store.turn(settlements, None)
        self._grabs = (self._grabs + 1) % (1 << GRAB_BITS)
        return self.store.turn(settlements, self._ask(limit))

    def renew(self, held: Mapping[int, int]) -> frozenset[int]:
        """Extend the leases of all held jobs (id to owner); give those that were lost."""
        if not held:
            return frozenset()
        return self.store.renew(held, self._holder, self._leases)

    def due(self) -> Due:
        """Ask what is due, and which queues are paused: the next turns keep to it."""
        due = self.store.due(self._queues)
        self._paused = due.paused
        return due

    def promote(self) -> bool:
        """Make scheduled jobs ready whose time has come; say whether there may be more."""
        return self.store.promote(BATCH) == BATCH

    def reclaim(self) -> list[tuple[Expired, Outcome]]:
        """Take back jobs whose holder is gone: a crash, as far as anyone can know."""
        return self.store.reclaim(BATCH, self._after_expiry)

    def forget_unknown(self, known: Mapping[int, int]) -> int:
        """Give back jobs that are ours without our knowing: their grab's answer was lost on its way."""
        running = self.store.running(self._holder)
        unknown = [
            Settlement(id, owner, GivenBack())
            for id, owner in running.items()
            if known.get(id) != owner
        ]
        if unknown:
            self.store.turn(unknown, None)
        return len(unknown)

    def _ask(self, limit: int) -> Ask:
        return Ask(
            owner=self._holder.first + self._grabs,
            limit=limit,
            queues=[each for each in self._queues if each not in self._paused],
            release=self._holder.release,
            leases=self._leases,
            together=self._together,
        )

    def _after_expiry(self, expired: Expired) -> Outcome:
        handler = self._register.get(expired.handler)
        return retry.after_crash(
            expired.crashes,
            handler.max_crashes if handler else MAX_CRASHES,
            "the lease ran out: its manager or host stopped",
        )
