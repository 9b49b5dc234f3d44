"""What became of every job of a soak; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.soak.evidence import ROOM, Evidence

UNTOLD = "whoever could tell was killed, or had no log"
#: jobs that a complaint names
NAMED = 10
#: what must not be, by its name in Account
COMPLAINTS = (
    "lost",
    "stuck",
    "settled_twice",
    "settled_late",
    "kept_wrongly",
    "taken_wrongly",
)


@dataclass(frozen=True)
class Account:
    jobs: int
    lost: list[int]
    stuck: list[int]
    settled_twice: list[int]
    #: done by a worker although another one had begun it since
    settled_late: list[int]
    kept_wrongly: list[int]
    #: by a second database although the first had said that it took them
    taken_wrongly: list[int]
    kept: int
    #: what let jobs run twice, and how many
    run_twice: Counter[str]
    enqueued_twice: int
    #: jobs that two databases took, as the first did not say so
    taken_twice: int
    unanswered: int
    unsure: int

    @property
    def is_clean(self) -> bool:
        return not any(getattr(self, name) for name in COMPLAINTS)


def settle(known: Evidence, poisonous: Iterable[int]) -> Account:
    """Account for every job. *poisonous*: the numbers that are to end in quarantine."""
    poison = set(poisonous)
    ran = set(known.number_of.values())
    kept = set(known.kept.values())
    homes = _homes(known)
    several = {number for number, found in homes.items() if len(set(found)) > 1}
    return Account(
        jobs=len(known.promised),
        lost=sorted(known.promised - ran - kept - set(known.left.values())),
        stuck=sorted(known.left.values()),
        settled_twice=sorted(_settled_twice(known)),
        settled_late=sorted(
            id
            for id, attempt in known.done_attempt.items()
            if attempt < known.last_run.get(id, 0)
        ),
        kept_wrongly=sorted(kept - poison),
        taken_wrongly=sorted(several - known.unanswered),
        kept=len(known.kept),
        run_twice=Counter(
            known.reasons.get(id, UNTOLD)
            for id, times in known.runs.items()
            if times > 1 and known.number_of[id] not in poison
        ),
        enqueued_twice=sum(len(each) > len(set(each)) for each in homes.values()),
        taken_twice=len(several & known.unanswered),
        unanswered=len(known.unanswered),
        unsure=len(known.unsure),
    )


def _settled_twice(known: Evidence) -> set[int]:
    twice = {id for id, times in known.done.items() if times > 1}
    twice |= {id for id, times in known.effects.items() if times > 1}
    return twice | {id for id in known.kept if known.done[id] or known.effects[id]}


def _homes(known: Evidence) -> Mapping[int, list[int]]:
    """The database of each row of each job that was enqueued by its number."""
    homes: dict[int, list[int]] = {}
    for id, number in known.rows.items():
        if number > 0:
            homes.setdefault(number, []).append(id // ROOM)
    return homes


def report(account: Account, faults: Mapping[str, int]) -> Iterator[str]:
    """Say it in lines."""
    yield f"jobs {account.jobs}; enqueues that raised: {account.unsure} jobs may be in or not"
    yield "faults " + (", ".join(f"{n} {f}" for f, n in sorted(faults.items())) or "-")
    for name in COMPLAINTS:
        yield complaint(name.replace("_", " "), getattr(account, name))
    yield f"quarantined as they should {account.kept - len(account.kept_wrongly)}"
    yield f"run twice {sum(account.run_twice.values())}"
    yield from (f"  {count}: {why}" for why, count in account.run_twice.most_common())
    yield f"enqueued twice {account.enqueued_twice} (the answer to their enqueue was lost)"
    yield f"taken by two databases {account.taken_twice} (of {account.unanswered} that one was asked to take and did not answer)"


def complaint(name: str, found: Iterable[object]) -> str:
    """Count what should not be, and name the first of them."""
    every = list(map(str, found))
    return f"{name} {len(every)}{': ' if every else ''}{', '.join(every[:NAMED])}"
