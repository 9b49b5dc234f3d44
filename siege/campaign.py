"""All rounds of a siege, played by several fleets side by side, and what came of them."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Set

from sandbox import Sandbox, SandboxError
from siege import opening, scene
from siege.arena import Arena, Unusable
from siege.ended import Ended
from siege.product import Product
from siege.round import Round
from siege.scene import Scene
from siege.served import served
from siege.stem import Stem
from siege.tally import Tally
from siege.wire import Loop

HOSTS, MANY = 3, 10
#: one round in so many is for the fleet of many hosts
WIDE = 25
#: rounds between two lines that say how far it is
PROGRESS = 20


class Campaign:
    """Rounds to play, and a tally."""

    def __init__(
        self, seed: int, rounds: int, only: Set[int] | None, seconds: float
    ) -> None:
        self._seed, self._until = seed, time.monotonic() + seconds
        self._waiting = sorted(only) if only else list(range(rounds))
        self._lock, self._loop = threading.Lock(), Loop()
        self._stem = Stem()
        self._began = time.monotonic()
        self.tally = Tally(seed)

    def stop(self) -> None:
        """Begin no more rounds."""
        with self._lock:
            self._waiting.clear()

    def serve(self, wide: bool) -> None:
        """Play rounds with a fleet, and with a new one whenever a promise was broken."""
        while self._has_work(wide):
            try:
                with Sandbox(_names(wide), mariadb=False) as sandbox:
                    product = Product(sandbox.folder / "product", list(sandbox.hosts))
                    with served(product.folder) as url:
                        loop, stem = self._loop, self._stem
                        self._play_in(Arena(sandbox, loop, stem, product, url), wide)
            except (Unusable, SandboxError, OSError) as error:
                self._say(f"a fleet has to be made anew: {error}")

    def told(self) -> str:
        """Sum up the siege."""
        return "\n".join(self.tally.told(time.monotonic() - self._began))

    def _play_in(self, arena: Arena, wide: bool) -> None:
        opening.begin(arena)
        while (number := self._next(wide)) is not None:
            scene_ = scene.draw(self._seed, number, list(arena.hosts))
            ended = self._played(arena, scene_)
            self._count(ended)
            if ended.broken:
                return

    def _played(self, arena: Arena, what: Scene) -> Ended:
        try:
            return Round(arena, what).play()
        except Unusable as error:
            return Ended(what, broken=[f"the fleet was not usable: {error}"])
        except Exception:
            return Ended(what, broken=[f"a bug of the siege: {traceback.format_exc()}"])

    def _has_work(self, wide: bool) -> bool:
        with self._lock:
            return any(_is_wide(each) == wide for each in self._waiting)

    def _next(self, wide: bool) -> int | None:
        with self._lock:
            if time.monotonic() > self._until:
                self._waiting.clear()
            mine = [each for each in self._waiting if _is_wide(each) == wide]
            if not mine:
                return None
            self._waiting.remove(mine[0])
            return mine[0]

    def _count(self, ended: Ended) -> None:
        with self._lock:
            self.tally.add(ended)
            rounds, faults = self.tally.rounds, self.tally.faults
        scene_, what = ended.scene, ended.what
        self._say(
            f"{scene_} {what}: {ended.status}, {ended.seconds:.1f} s, then {ended.again:.1f} s"
        )
        if ended.broken:
            said = ended.said.replace("\n", "\n    ")
            self._say("\n  ".join([f"BROKEN in {scene_} {what}", *ended.broken, said]))
        if rounds % PROGRESS == 0:
            broken = len(self.tally.broken)
            self._say(f"{rounds} rounds, {faults} faults, {broken} broken")

    def _say(self, text: str) -> None:
        with self._lock:
            print(f"[{time.monotonic() - self._began:6.0f} s] {text}", flush=True)


def _is_wide(number: int) -> bool:
    return number % WIDE == WIDE - 1


def _names(wide: bool) -> tuple[str, ...]:
    return tuple(f"web{n + 1}" for n in range(MANY if wide else HOSTS))
