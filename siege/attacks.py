"""How each attack is done, and how the world is mended afterwards."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from siege import disks
from siege.arena import Arena
from siege.fab import Fab
from siege.proc import children_first, of_host
from siege.product import SERVICES
from siege.scene import Scene

#: seconds between the first Ctrl-C and the second
BETWEEN = 0.3
#: seconds without a word after which a host goes back, where the scene says so
CONFIRM = "4"
#: a clock that is this many seconds wrong
SKEW = 3 * 86_400


class Attack:
    """One scene's attack on an arena."""

    def __init__(self, arena: Arena, scene: Scene) -> None:
        self.arena, self.scene = arena, scene
        #: a second deploy that was started against the first
        self.rival: Fab | None = None

    @property
    def action(self) -> str:
        """What the program of the chosen moment is to do."""
        actions = {"fail a program": "fail", "slay a script": "slay"}
        return actions.get(self.scene.attack, "wait")

    @property
    def environment(self) -> dict[str, str]:
        """What fab finds in its environment."""
        confirming = _both("CONFIRM_TIMEOUT", CONFIRM) if self.scene.confirmed else {}
        making = _both("HARD_LINKS", "true") if self.scene.linked else {}
        if self.scene.fetched:
            making = {
                **_both("DEPLOY_VIA", "git"),
                **_both("REPOSITORY", self.arena.url),
                **_both("BRANCH", "main"),
            }
        hooking = {"SIEGE_HOOKS": "1"} if self.scene.hooked else {}
        special = {
            "client's clock": {"SIEGE_CLOCK": str(SKEW * (-1) ** self.scene.number)},
            "refuse, and be skipped": _both("UNREACHABLE", "skip"),
            "release dies late": _both("SETTLE", "4"),
            "release is sick": _both("HEALTH_CHECK", "./healthy"),
        }
        return {**confirming, **making, **hooking, **special.get(self.scene.attack, {})}

    @property
    def behaviour(self) -> str:
        """What the release does that is deployed."""
        _, begins, what = self.scene.attack.partition("release ")
        return what if begins and what != "is stubborn" else ""

    def prepare(self) -> None:
        """Do what is there before the task begins."""
        standing: Mapping[str, Callable[[str], object]] = {
            "break the build": lambda v: self.arena.shims[v].flag("break-build", True),
            "break a hook": lambda v: self.arena.shims[v].flag("break-hook", True),
            "refuse": lambda v: self.arena.wires[v].refuse(),
            "refuse, and be skipped": lambda v: self.arena.wires[v].refuse(),
            "silent from the start": lambda v: self.arena.wires[v].mute(),
            "no log": self._stop_log,
        }
        for victim in self.scene.victims:
            if self.scene.attack in standing:
                standing[self.scene.attack](victim)
        if self.scene.attack == "strange key":
            self.arena.write_ssh_config(self.scene.victims)

    def strike(self, fab: Fab) -> None:
        """Do it, now."""
        attack = self.scene.attack
        if attack in SIGNALS:
            for number in SIGNALS[attack]:
                fab.signal(number)
                time.sleep(BETWEEN if len(SIGNALS[attack]) > 1 else 0)
        elif attack == "push":
            self.arena.product.commit()
        elif attack == "rival":
            self._begin_rival()
        else:
            for victim in self.scene.victims:
                self._break(victim)

    def mend(self) -> None:
        """Undo what was broken, whatever it was."""
        for name, host in self.arena.hosts.items():
            self._signal_all(name, signal.SIGCONT)
            self.arena.shims[name].disarm()
            for flag in ("break-build", "break-hook", "stubborn"):
                self.arena.shims[name].flag(flag, False)
            self.arena.wires[name].mend()
            disks.empty(self._disk(name))
            if self.scene.attack == "no log":
                host.run(
                    f"chown app {LOG}/main && chmod 2750 {LOG}/main && svc -tu {LOG}"
                )
            if self.scene.attack == "release is stubborn":
                self._kill_stubborn(name)
        self.arena.write_ssh_config()

    def _break(self, victim: str) -> None:
        wire = self.arena.wires[victim]
        ways: Mapping[str, Callable[[], object]] = {
            "cut": wire.cut,
            "cut for the client alone": wire.cut_client,
            "cut for the host alone": wire.cut_host,
            "cut at the host": self.arena.hosts[victim].cut,
            "mute": wire.mute,
            "freeze": lambda: self._signal_all(victim, signal.SIGSTOP),
            "fill the disk": lambda: disks.fill(self._disk(victim)),
            "fill the inodes": lambda: disks.fill_inodes(self._disk(victim)),
        }
        ways[self.scene.attack]()

    def _begin_rival(self) -> None:
        self.arena.product.commit()
        words = {"both": ["deploy"]}.get(self.scene.task, ["sample.deploy"])
        wait = ["--wait", "30"] if self.scene.number % 2 else []
        self.rival = self.arena.fab(*words, *wait)

    def _disk(self, victim: str) -> Path:
        return Path(f"/proc/{self.arena.hosts[victim].pid}/root{disks.WHERE}")

    def _signal_all(self, victim: str, number: signal.Signals) -> None:
        # sudo that goes on and finds its child still standing stops itself anew
        for pid in children_first(of_host(self.arena.hosts[victim].pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _stop_log(self, victim: str) -> None:
        self.arena.hosts[victim].run(
            f"chown root {LOG}/main && chmod 700 {LOG}/main && svc -t {LOG}"
        )

    def _kill_stubborn(self, name: str) -> None:
        self.arena.hosts[name].run("svc -k /var/lib/forklift/sample")


LOG = "/var/lib/forklift/sample/log"
SIGNALS = {
    "kill": [signal.SIGKILL],
    "interrupt": [signal.SIGINT],
    "interrupt twice": [signal.SIGINT, signal.SIGINT],
    "terminate": [signal.SIGTERM],
}


def _both(setting: str, value: str) -> dict[str, str]:
    return {f"FABRIC_{each.upper()}_{setting}": value for each in SERVICES}
