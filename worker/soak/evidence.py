"""What a soak knows at its end: traces of runs and logs, read line by line; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

#: ids in the next database are so much higher: no two jobs have the same
ROOM = 10**9
#: what a manager's log says when a job may run again, and what that means
REASONS = {
    "crashed": "its child died",
    "the lease ran out": "its lease ran out",
    "not ours to settle": "its lease ran out",
    "lost its lease": "its lease ran out",
    "given back": "it was given back by a stop, or by a manager that was killed",
    "failed retry_in": "it could not leave its trace",
}


@dataclass
class Evidence:
    """Jobs by number, their rows by id. A tick is a job whose number is below zero."""

    #: numbers whose enqueue returned
    promised: set[int] = field(default_factory=set)
    #: numbers whose enqueue raised: they may be in or not
    unsure: set[int] = field(default_factory=set)
    #: numbers that a database was asked to take and did not say that it had
    unanswered: set[int] = field(default_factory=set)
    #: id of each row that ran to its number, and how often it ran
    number_of: dict[int, int] = field(default_factory=dict)
    runs: Counter[int] = field(default_factory=Counter)
    #: the last attempt that ran, and the one that the log says was done, by id
    last_run: dict[int, int] = field(default_factory=dict)
    done_attempt: dict[int, int] = field(default_factory=dict)
    #: rows that are still in the queue, or kept as failed: id to number
    left: dict[int, int] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    #: what the logs say of a row that can let it run again, by id
    reasons: dict[int, str] = field(default_factory=dict)
    #: times that the log says a row was done, and times that it had its effect
    done: Counter[int] = field(default_factory=Counter)
    effects: Counter[int] = field(default_factory=Counter)

    @property
    def rows(self) -> dict[int, int]:
        """Every row that is known: id to number."""
        return {**self.number_of, **self.left, **self.kept}


def read_runs(known: Evidence, lines: Iterable[str], fails_first: set[int]) -> None:
    """Take in the traces of runs; the first attempt of a job that fails by design is not one of two."""
    for line in lines:
        number, id, attempt = map(int, line.split())
        known.number_of[id] = number
        known.last_run[id] = max(attempt, known.last_run.get(id, 0))
        if not (number in fails_first and attempt == 1):
            known.runs[id] += 1


def read_log(known: Evidence, lines: Iterable[str]) -> None:
    """Take in a manager's log: which rows it says are done. With several databases a line begins with its own."""
    for line in lines:
        first, _, rest = line.partition(" ")
        words = (rest if first.endswith(":") else line).split(" ", 4)
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
