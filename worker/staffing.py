"""Which children come and which go: forks those that are missing, dismisses the idle that are too many or worn."""

from __future__ import annotations

import selectors
import time
from dataclasses import dataclass

from worker import lines, spare, wear
from worker.crew import Crew
from worker.member import Member
from worker.spare import Pool
from worker.wear import Limits

#: seconds before a fork after a child died
FORK_EVERY = 0.05
#: seconds before the next attempt at a fork that the system refused
REFUSED = 1.0
#: seconds before the next look for a place, when other managers have all
NO_PLACE = 0.1
#: seconds between looks at how much memory the children have
WEIGH_EVERY = 1.0


@dataclass(frozen=True)
class Staff:
    """How many children, and how long each may serve."""

    pool: Pool
    limits: Limits


class Staffing:
    """Keeps the crew as *staff* says. A busy child is never dismissed: it finishes what it has in hand."""

    def __init__(
        self, crew: Crew, staff: Staff, selector: selectors.BaseSelector
    ) -> None:
        self._crew, self._staff, self._selector = crew, staff, selector
        self._journal = crew.journal
        self._fork_at = 0.0
        self._weigh_at = 0.0

    def adjust(self) -> None:
        """Let go who is to go, and fork who is missing."""
        self._make_place()
        self._wear()
        self._retire()
        if time.monotonic() >= self._fork_at:
            self._fork()
        self._crew.share.wish(self._missing())

    def pause(self) -> float | None:
        """Seconds until a missing child is to be forked; None if there is none."""
        if not self._missing():
            return None
        return max(0.0, self._fork_at - time.monotonic())

    def bury(self, member: Member) -> None:
        """A child is dead; one that was not sent away did not die in peace, so do not hurry."""
        if not member.leaves:
            self._selector.unregister(member.connection)
            self._fork_at = time.monotonic() + FORK_EVERY

    def dismiss_idle(self) -> None:
        """Send all away who owe nothing, so that those who are left are at work."""
        for member in self._crew.members:
            if member.hand.is_clean:
                self.dismiss(member)

    def dismiss(self, member: Member) -> None:
        """Send an idle child away; what it did is settled."""
        if not member.leaves:
            self._selector.unregister(member.connection)
            member.dismiss()

    def _wear(self) -> None:
        """A worn child gets no more jobs, and goes when it is idle."""
        now = time.monotonic()
        weigh = bool(self._staff.limits.megabytes) and now >= self._weigh_at
        if weigh:
            self._weigh_at = now + WEIGH_EVERY
        for member in self._crew.members:
            member.worn = member.worn or wear.worn(
                member.limits, member.service(weigh=weigh)
            )
            if member.worn and member.hand.is_clean and not member.leaves:
                self._journal.tell([lines.leaves(member.pid, member.worn)])
                self.dismiss(member)

    def _retire(self) -> None:
        now = time.monotonic()
        idle = [member for member in self._idle() if member.hand.is_clean]
        idle_for = [now - member.heard_at for member in idle]
        for member in idle[: spare.surplus(self._staff.pool, idle_for)]:
            self._journal.tell([lines.leaves(member.pid, "as one too many")])
            self.dismiss(member)

    def _make_place(self) -> None:
        """Let children go whose places another manager wants: idle ones, else the oldest when it is through."""
        idle, staying = self._idle(), self._staying()
        leaving = len(self._crew.members) - len(staying)
        owed = self._crew.share.owed(len(idle)) - leaving
        busy = [member for member in staying if member not in idle]
        for member in [*idle, *busy][: max(0, owed)]:
            member.worn = "for another database"

    def _staying(self) -> list[Member]:
        return [m for m in self._crew.members if not (m.worn or m.leaves)]

    def _idle(self) -> list[Member]:
        """The oldest first."""
        return [member for member in self._staying() if member.hand.is_empty]

    def _missing(self) -> int:
        alive, idle = len(self._crew.members), len(self._idle())
        return spare.missing(self._staff.pool, alive, idle)

    def _fork(self) -> None:
        keys = list(self._selector.get_map().values())
        own = [key.fd for key in keys if not isinstance(key.data, Member)]
        for _ in range(self._missing()):
            try:
                member = self._crew.fork(self._staff.limits, self._selector, own)
            except OSError as error:
                self._journal.say(f"cannot fork a child: {error}", "cannot fork")
                self._fork_at = time.monotonic() + REFUSED
                return
            if member is None:
                self._fork_at = time.monotonic() + NO_PLACE
                return
            self._selector.register(member.connection, selectors.EVENT_READ, member)
