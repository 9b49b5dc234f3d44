"""A fleet under siege: its hosts, the wires to them, the product, and the operator's fab."""

from __future__ import annotations

import itertools
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sandbox import Sandbox
from siege import disks
from siege.fab import PATIENCE, Fab
from siege.look import Onlooker
from siege.product import SERVICES, Product
from siege.shims import NEVER, Shims
from siege.stem import Stem
from siege.view import Views
from siege.wire import Loop, Wire

ROOT = Path(__file__).parent.parent
HOST = """\
Host {name}
    HostName {address}
    Port {port}
    User app
    IdentityFile {key}
    IdentitiesOnly yes
    UserKnownHostsFile {known_hosts}
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    ConnectTimeout 10
"""


@dataclass(frozen=True)
class Usual:
    """What a task takes: the programs that a host starts for it, and seconds."""

    programs: int
    seconds: float


class Arena:
    """Hosts that a siege breaks, and looks at."""

    def __init__(
        self, sandbox: Sandbox, loop: Loop, stem: Stem, product: Product, url: str
    ) -> None:
        self.folder, self.sandbox = sandbox.folder, sandbox
        self._stem = stem
        #: what each kind of task takes when nobody disturbs it
        self.usual: dict[str, Usual] = {}
        self.hosts = sandbox.hosts
        self.secret = secrets.token_hex(12)
        for each in self.hosts.values():
            self._give_small_disk(each.name)
        self.wires = {
            name: Wire(loop, host.address, host.port)
            for name, host in self.hosts.items()
        }
        self.shims = {name: Shims(host) for name, host in self.hosts.items()}
        self.product, self.url = product, url
        self._onlookers = {
            name: Onlooker(host, self.secret) for name, host in self.hosts.items()
        }
        self._logs = (self.folder / f"fab{n}.log" for n in itertools.count())
        self.write_ssh_config()

    def fab(self, *words: str, **environment: str) -> Fab:
        """Start fab."""
        known = {k: v for k, v in os.environ.items() if not k.startswith("FABRIC_")}
        own = {
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "TOKEN": self.secret,
            "NO_COLOR": "1",
        }
        log = next(self._logs)
        words = ("-S", str(self.folder / "siege_config"), *words)
        everything = {**known, **own, **environment}
        pid = self._stem.start(words, self.product.folder, log, everything)
        return Fab(self._stem, pid, log)

    def done(self, *words: str) -> Fab:
        """Run fab, which has to succeed: nobody attacks it."""
        run = self.fab(*words)
        if not run.ended(PATIENCE) or run.status != 0:
            raise Unusable(f"fab {' '.join(words)} ended with {run.status}: {run.said}")
        return run

    def views(self, services: Iterable[str]) -> Views:
        return {
            (service, name): each.view(service)
            for service in services
            for name, each in self._onlookers.items()
        }

    def quiet(self, patience: float) -> bool:
        """Wait until no script runs on any host, and nobody holds a lock."""
        until = time.monotonic() + patience
        while not all(
            each.is_quiet(service)
            for each in self._onlookers.values()
            for service in SERVICES
        ):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def shown_secrets(self) -> list[str]:
        return [
            each for look in self._onlookers.values() for each in look.shown_secrets()
        ]

    def measured(self, *words: str) -> Usual:
        """Run fab undisturbed, and tell what it takes."""
        first = next(iter(self.shims.values()))
        first.arm(NEVER, "wait")
        run = self.done(*words)
        self.quiet(PATIENCE)
        calls = first.calls
        first.disarm()
        return Usual(calls, run.seconds)

    def write_ssh_config(self, strangers: Iterable[str] = ()) -> None:
        """Say how the hosts are reached; *strangers* have another key than is known."""
        keys = {
            line.split()[0]: line.split()[1:]
            for line in self.sandbox.known_hosts.read_text().splitlines()
        }
        config, known = [], []
        for name, wire in self.wires.items():
            host = self.hosts[name]
            key = keys[f"[{host.address}]:{host.port}"]
            if name in strangers:
                key = self.sandbox.user_key.with_suffix(".pub").read_text().split()[:2]
            known.append(f"[{wire.address}]:{wire.port} {' '.join(key)}\n")
            config.append(
                HOST.format(
                    name=name,
                    address=wire.address,
                    port=wire.port,
                    key=self.sandbox.user_key,
                    known_hosts=self.folder / "siege_hosts",
                )
            )
        (self.folder / "siege_hosts").write_text("".join(known))
        (self.folder / "siege_config").write_text("\n".join(config))

    def _give_small_disk(self, name: str) -> None:
        done = self.hosts[name].run(
            f"mkdir -p {disks.WHERE} && "
            f"mount -t tmpfs -o {disks.SIZE},uid=$(id -u app),gid=$(id -g app) tmpfs {disks.WHERE}"
        )
        if done.returncode != 0:
            raise Unusable(f"{name} gets no disk: {done.stderr}")


class Unusable(Exception):
    """The arena is not as it has to be for a round to begin."""
