"""What became of every job of a soak; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

#: what a manager's log says when a job may run again, and what that means
REASONS = {
    "crashed": "its child died",
    "the lease ran out": "its lease ran out",
    "not ours to settle": "its lease ran out",
    "lost its lease": "its lease ran out",
    "given back": "it was given back by a stop, or by a manager that was killed",
    "failed retry_in": "it could not leave its trace",
}
UNTOLD = "whoever could tell was killed, or had no log"
#: jobs that a complaint names
NAMED = 10


@dataclass
class Evidence:
    """What is known at the end; jobs by number, their rows by id."""

    #: numbers whose enqueue returned
    promised: set[int] = field(default_factory=set)
    #: numbers whose enqueue raised: they may be in or not
    unsure: set[int] = field(default_factory=set)
    #: id of each row that ran to its number, and how often it ran
    number_of: dict[int, int] = field(default_factory=dict)
    runs: Counter[int] = field(default_factory=Counter)
    #: the last attempt that ran, and the one that the log says was done, by id
    last_run: dict[int, int] = field(default_factory=dict)
    done_attempt: dict[int, int] = field(default_factory=dict)
    #: rows that are still in the queue, or kept as failed: id to number
    left: Mapping[int, int] = field(default_factory=dict)
    kept: Mapping[int, int] = field(default_factory=dict)
    #: what the logs say of a row that can let it run again, by id
    reasons: dict[int, str] = field(default_factory=dict)
    #: times that the log says a row was done, and times that it had its effect
    done: Counter[int] = field(default_factory=Counter)
    effects: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Account:
    jobs: int
    lost: list[int]
    stuck: list[int]
    settled_twice: list[int]
    #: done by a worker although another one had begun it since
    settled_late: list[int]
    kept_wrongly: list[int]
    kept: int
    #: what let jobs run twice, and how many
    run_twice: Counter[str]
    enqueued_twice: int
    unsure: int

    @property
    def is_clean(self) -> bool:
        complaints = (self.settled_twice, self.settled_late, self.kept_wrongly)
        return not (self.lost or self.stuck or any(complaints))


def settle(known: Evidence, poisonous: Iterable[int]) -> Account:
    """Account for every job. *poisonous*: the numbers that are to end in quarantine."""
    poison = set(poisonous)
    ran = set(known.number_of.values())
    kept = set(known.kept.values())
    twice = {id for id, times in known.done.items() if times > 1}
    twice |= {id for id, times in known.effects.items() if times > 1}
    twice |= {id for id in known.kept if known.done[id] or known.effects[id]}
    rows = Counter({**known.number_of, **known.left, **known.kept}.values())
    return Account(
        jobs=len(known.promised),
        lost=sorted(known.promised - ran - kept - set(known.left.values())),
        stuck=sorted(known.left.values()),
        settled_twice=sorted(twice),
        settled_late=sorted(
            id
            for id, attempt in known.done_attempt.items()
            if attempt < known.last_run.get(id, 0)
        ),
        kept_wrongly=sorted(kept - poison),
        kept=len(known.kept),
        run_twice=Counter(
            known.reasons.get(id, UNTOLD)
            for id, times in known.runs.items()
            if times > 1 and known.number_of[id] not in poison
        ),
        enqueued_twice=sum(times > 1 for times in rows.values()),
        unsure=len(known.unsure),
    )


def read_runs(known: Evidence, lines: Iterable[str], fails_first: set[int]) -> None:
    """Take in the traces of runs; the first attempt of a job that fails by design is not one of two."""
    for line in lines:
        number, id, attempt = map(int, line.split())
        known.number_of[id] = number
        known.last_run[id] = max(attempt, known.last_run.get(id, 0))
        if not (number in fails_first and attempt == 1):
            known.runs[id] += 1


def read_log(known: Evidence, lines: Iterable[str]) -> None:
    """Take in a manager's log: which rows it says are done."""
    for line in lines:
        words = line.split(" ", 4)
        if len(words) > 3 and words[0] == "job":
            id = int(words[1])
            if words[3] == "done":
                known.done[id] += 1
                known.done_attempt[id] = int(words[4].split()[0].partition("=")[2])
            else:
                _explain(known, id, line)


def _explain(known: Evidence, id: int, line: str) -> None:
    for words, reason in REASONS.items():
        if words in line:
            known.reasons[id] = reason


def report(account: Account, faults: Mapping[str, int]) -> Iterator[str]:
    """Say it in lines."""
    yield f"jobs {account.jobs}; enqueues that raised: {account.unsure} jobs may be in or not"
    yield "faults " + (", ".join(f"{n} {f}" for f, n in sorted(faults.items())) or "-")
    for name in ("lost", "stuck", "settled_twice", "settled_late", "kept_wrongly"):
        found: list[int] = getattr(account, name)
        more = f": {', '.join(map(str, found[:NAMED]))}" if found else ""
        yield f"{name.replace('_', ' ')} {len(found)}{more}"
    yield f"quarantined as they should {account.kept - len(account.kept_wrongly)}"
    yield f"run twice {sum(account.run_twice.values())}"
    yield from (f"  {count}: {why}" for why, count in account.run_twice.most_common())
    yield f"enqueued twice {account.enqueued_twice} (the answer to their enqueue was lost)"
