"""What came of the rounds of a siege so far, in numbers and sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from siege.ended import Ended
from siege.scene import Scene

#: what is done to the client, once for all hosts
ONCE = ("kill", "interrupt", "interrupt twice", "terminate", "rival", "push")


class Tally:
    """Counts rounds, faults, and promises that were broken."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.rounds = self._missed = 0
        self._faults: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._longest: defaultdict[str, float] = defaultdict(float)
        self.broken: list[Ended] = []

    @property
    def faults(self) -> int:
        return sum(self._faults.values())

    def add(self, ended: Ended) -> None:
        """Count a round."""
        attack = ended.scene.attack
        self.rounds += 1
        self._missed += not ended.happened
        if ended.happened:
            self._faults[attack] += faults_of(ended.scene)
        self._statuses[str(ended.status)] += 1
        self._longest[attack] = max(self._longest[attack], ended.seconds)
        if ended.broken:
            self.broken.append(ended)

    def told(self, seconds: float) -> Iterator[str]:
        """Sum up a siege of these seconds."""
        for name, number in sorted(self._faults.items()):
            yield f"  {number:5} {name}, ended within {self._longest[name]:.0f} s"
        yield f"  exit statuses: {dict(sorted(self._statuses.items()))}"
        for each in self.broken:
            number = each.scene.number
            yield f"  again: python -m siege --seed {self._seed} --only {number}"
        yield (
            f"{self.rounds} rounds in {seconds:.0f} s, {self.faults} faults injected, "
            f"{self._missed} came too late, {len(self.broken)} rounds broke a promise; seed {self._seed}"
        )


def faults_of(scene: Scene) -> int:
    """Count the faults of a round: those on hosts count for each host."""
    once = scene.attack in ONCE or scene.attack.startswith(("release", "client's"))
    return 1 if once else len(scene.victims)
