"""What one round is to be, drawn from the seed alone: which task, which attack, on whom, when. Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: tasks that bring a release to life, on all hosts or on none
TRANSACTIONS = ("deploy", "first", "both", "sync", "rollback")
MAKES_RELEASE = ("deploy", "first", "both", "sync", "update", "setup")

#: how often each task is drawn
TASKS: Mapping[str, int] = {
    "deploy": 40,
    "rollback": 16,
    "both": 12,
    "sync": 8,
    "update": 7,
    "restart": 6,
    "first": 4,
    "setup": 4,
    "remove": 2,
    "dry": 3,
}
#: how often each attack is drawn
ATTACKS: Mapping[str, int] = {
    "kill": 14,
    "interrupt": 12,
    "interrupt twice": 4,
    "terminate": 4,
    "cut": 10,
    "cut at the host": 8,
    "cut for the client alone": 4,
    "cut for the host alone": 4,
    "fail a program": 16,
    "slay a script": 10,
    "fill the disk": 6,
    "fill the inodes": 5,
    "break the build": 3,
    "break a hook": 3,
    "mute": 3,
    "freeze": 3,
    "refuse": 2,
    "refuse, and be skipped": 2,
    "silent from the start": 1,
    "rival": 6,
    "push": 4,
    "no log": 2,
    "strange key": 1,
    "client's clock": 3,
    "release flaps": 4,
    "release is sick": 3,
    "release dies late": 2,
    "release is stubborn": 2,
}
#: among many hosts, one that is in trouble: how often each kind is drawn
OF_MANY: Mapping[str, int] = {
    "refuse": 2,
    "refuse, and be skipped": 2,
    "silent from the start": 2,
    "freeze": 3,
    "mute": 2,
    "cut at the host": 1,
    "fail a program": 2,
    "kill": 1,
    "fill the disk": 1,
}
MANY = 6
#: attacks that only these tasks can meet
LIMITED: Mapping[str, tuple[str, ...]] = {
    "fill the disk": MAKES_RELEASE,
    "fill the inodes": MAKES_RELEASE,
    "break the build": MAKES_RELEASE,
    "break a hook": ("deploy", "both", "rollback"),
    "refuse, and be skipped": ("deploy",),
    "rival": ("deploy", "both", "rollback"),
    "push": ("deploy", "both", "update"),
    "no log": ("deploy", "rollback", "restart"),
    "client's clock": ("deploy", "both", "update", "first"),
    "release flaps": ("deploy", "both", "first"),
    "release is sick": ("deploy", "both", "first"),
    "release dies late": ("deploy",),
    "release is stubborn": ("deploy", "rollback"),
}
#: attacks that are there from the beginning
STANDING = (
    "break the build",
    "break a hook",
    "refuse",
    "refuse, and be skipped",
    "silent from the start",
    "no log",
    "strange key",
    "client's clock",
    "release flaps",
    "release is sick",
    "release dies late",
    "release is stubborn",
)


#: a clock that goes wrong: somewhat, by a time zone, and by a day
SKEWS = (-90, 40, -3600, 3600, -86_400, 86_400)


@dataclass(frozen=True)
class Scene:
    """One round: a task, what happens to it, on which hosts, and when."""

    number: int
    task: str
    attack: str
    victims: tuple[str, ...]
    #: the part of the task's usual length after which it happens
    fraction: float
    #: at the start of a program on the first victim, or by the clock
    at_program: bool
    #: a process outlives the release that it was started in, on the first victim
    straggler: bool
    #: the deploy that follows is asked for twice
    twice: bool
    #: hosts go back by themselves unless they are told that all is well
    confirmed: bool
    #: a release is made of links to the one before
    linked: bool
    #: hosts fetch the commit themselves
    fetched: bool
    #: a hook runs on each host once the release is verified
    hooked: bool
    #: seconds by which the clock of the first victim is wrong
    skew: int

    def __str__(self) -> str:
        how = "program" if self.at_program else "clock"
        where = ", ".join(self.victims)
        return f"round {self.number}: {self.task}, {self.attack} on {where} at {self.fraction:.3f} by {how}"


def draw(seed: int, number: int, hosts: Sequence[str]) -> Scene:
    """Draw round *number*; the same for the same seed and hosts."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311 # no secret: what to break
    attack = _one_of(dice, OF_MANY if len(hosts) >= MANY else ATTACKS)
    possible = LIMITED.get(attack, tuple(TASKS))
    task = _one_of(dice, {name: TASKS[name] for name in possible})
    several = len(hosts) < MANY and dice.random() < 0.3
    victims = dice.sample(sorted(hosts), dice.randint(2, len(hosts)) if several else 1)
    must = attack in ("fail a program", "slay a script")
    linked = dice.random() < 0.25
    return Scene(
        number=number,
        task=task,
        attack=attack,
        victims=tuple(victims),
        fraction=dice.random(),
        at_program=must or dice.random() < 0.6,
        straggler=dice.random() < 0.1,
        twice=dice.random() < 0.1,
        confirmed=dice.random() < 0.25,
        linked=linked,
        fetched=not linked and dice.random() < 0.25,
        hooked=attack == "break a hook" or dice.random() < 0.2,
        skew=dice.choice(SKEWS) if dice.random() < 0.15 else 0,
    )


def _one_of(dice: random.Random, weights: Mapping[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]
