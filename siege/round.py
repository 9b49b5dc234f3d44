"""One round: bring the fleet to where the task begins, attack it, look, and deploy again."""

from __future__ import annotations

import time

from siege import afterwards, judge, opening, promises
from siege.arena import Arena
from siege.attacks import SIGNALS, Attack
from siege.ended import Ended
from siege.fab import Fab
from siege.product import SERVICES
from siege.scene import STANDING, Scene
from siege.view import Views

#: seconds within which a task has to end, and hosts have to fall quiet, whatever is done to them
LIMIT = 150


class Round:
    """A scene on an arena."""

    def __init__(self, arena: Arena, scene: Scene) -> None:
        self.arena, self.scene = arena, scene
        self.attack = Attack(arena, scene)
        self.services = SERVICES if scene.task == "both" else SERVICES[:1]
        self.ended = Ended(scene)
        self._usual = opening.usual(arena, scene)

    def play(self) -> Ended:
        """Play it; raises Unusable if the fleet cannot be brought to where it begins."""
        for name, shims in self.arena.shims.items():
            shims.skew(self.scene.skew if name == self.scene.victims[0] else 0)
        opening.get_ready(self.arena, self.scene)
        before = self.arena.views(self.services)
        wanted = opening.wanted(self.arena, self.scene, before, self.attack.behaviour)
        fab = self._attacked()
        self._settle_down()
        self._judge(fab, before, wanted)
        if not self.ended.broken:
            afterwards.deploy(self.arena, self.ended, self.services)
        return self.ended

    def _attacked(self) -> Fab:
        """Run the task, and strike at its moment."""
        scene = self.scene
        self.attack.prepare()
        self._arm()
        words = opening.words(self.arena, scene.task)
        fab = self.arena.fab(*words, **self.attack.environment)
        if scene.attack in STANDING:
            self.ended.happened = True
        elif self._moment_comes(fab):
            self.ended.happened = True
            self.ended.what = self.arena.shims[scene.victims[0]].what
            self._look_in_the_middle(fab)
        self._go_on()
        if not fab.ended(LIMIT):
            self.ended.broken.append(f"fab did not end within {LIMIT} s")
        return fab

    def _arm(self) -> None:
        if self.scene.at_program and self.scene.attack not in STANDING:
            wanted = 1 + int(self.scene.fraction * self._usual.programs)
            doing = self.attack.action != "wait"
            for victim in self.scene.victims if doing else self.scene.victims[:1]:
                self.arena.shims[victim].arm(wanted, self.attack.action)

    def _moment_comes(self, fab: Fab) -> bool:
        """Wait for the moment to strike; say no if the task ends before."""
        shim = self.arena.shims[self.scene.victims[0]]
        at = self.scene.fraction * self._usual.seconds
        while fab.status is None:
            if shim.struck if self.scene.at_program else fab.seconds >= at:
                return True
            time.sleep(0.005)
        return shim.struck

    def _look_in_the_middle(self, fab: Fab) -> None:
        """Strike; `current` is whole right then, and no argument shows a secret."""
        if self.attack.action == "wait":
            self.attack.strike(fab)
        if self.attack.rival is not None:
            self._go_on()
        for where, view in self.arena.views(self.services).items():
            for each in promises.incomplete(view, self.arena.product.tree):
                self.ended.broken.append(f"in the middle, {' on '.join(where)}: {each}")
        for each in self.arena.shown_secrets():
            self.ended.broken.append(f"D8: the secret is an argument of {each[:40]}")

    def _is_killed(self, fab: Fab) -> bool:
        """Say whether a signal met an interpreter that had not begun, or was ending already."""
        silent = fab.status == 1 and not fab.said.strip()
        return self.scene.attack in SIGNALS and (silent or (fab.status or 0) < 0)

    def _go_on(self) -> None:
        for each in self.arena.shims.values():
            each.go_on()

    def _settle_down(self) -> None:
        rival = self.attack.rival
        if rival is not None and not rival.ended(LIMIT):
            self.ended.broken.append(f"the rival did not end within {LIMIT} s")
        self.attack.mend()
        if not self.arena.quiet(LIMIT):
            self.ended.broken.append(f"scripts still ran or held locks after {LIMIT} s")

    def _judge(self, fab: Fab, before: Views, wanted: str) -> None:
        ended, rival = self.ended, self.attack.rival
        ended.status, ended.seconds = fab.status, fab.seconds
        ended.said = fab.said
        after = self.arena.views(self.services)
        status = None if self._is_killed(fab) else fab.status
        if rival is not None:
            ended.said += f"\n--- rival ({rival.status})\n{rival.said}"
            ended.broken += judge.of_rivals(status, rival.status, after)
        seen = judge.Seen(self.scene.task, before, after, wanted)
        attack = self.scene.attack if ended.happened else ""
        run = judge.Run(seen, attack, status, ended.said)
        if rival is None:
            ended.broken += judge.violations(run, self.arena.product.tree)
        if self.arena.secret in ended.said:
            ended.broken.append("D8: fab said the secret")
