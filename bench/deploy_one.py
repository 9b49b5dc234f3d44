"""One host: a deploy, a rollback and a look, against OpenSSH that does the same as one script."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.deploy_rig import Rig, Taken, through
from bench.limits import judge, tell

DELAY = Path(__file__).parent / "deploy_delay.py"
FLOOR = """\
set -e
mkdir -p /home/app/www/limit/releases
cd /home/app/www/limit
release=releases/limit-$(date +%s%N)
mkdir "$release"
tar -xzf - -C "$release"
ln -s "$release" current.limit
mv -T current.limit current
svc -tcu /var/lib/forklift/bench
for old in $(ls -d releases/limit-* | head -n -2); do rm -rf "$old"; done
"""
BACK = """\
set -e
cd /home/app/www/limit
ln -s "$(ls -d releases/limit-* | head -n 1)" current.limit
mv -T current.limit current
svc -tcu /var/lib/forklift/bench
"""
#: seconds there and back of the slow network
ROUND_TRIP = 0.02


def nearby(here: Rig, rounds: int) -> None:
    wall = compared(here, rounds)
    judge("redeploy / floor", wall["redeploy"] / wall["floor, redeploy"], 0.9)
    judge("rollback / floor's", wall["rollback"] / wall["floor, rollback"], 1.2)
    judge("what is live / status", wall["redeploy of what is live"] / wall["status"], 1)


def far_away(here: Rig, rounds: int) -> None:
    """Do the same over a network whose every round trip takes 20 ms."""
    with slow_network(here):
        wall = compared(here, rounds)
    judge("redeploy / floor", wall["redeploy"] / wall["floor, redeploy"], 1.3)
    judge("rollback / floor's", wall["rollback"] / wall["floor, rollback"], 1.2)


def compared(here: Rig, rounds: int) -> dict[str, float]:
    """Take turns between the floor and fab; give the medians."""
    here.fab("bench.setup")
    here.fab("bench.deploy")
    for _ in range(2):
        floor(here)
    taken: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, each in _round(here).items():
            taken.setdefault(name, []).append(each.wall)
    for name, seconds in taken.items():
        tell(name, seconds)
    return {name: statistics.median(each) for name, each in taken.items()}


def _round(here: Rig) -> dict[str, Taken]:
    here.change()
    taken = {"floor, redeploy": floor(here), "floor, rollback": ssh(here, BACK)}
    here.change()
    here.rest()
    taken["redeploy"] = here.fab("bench.deploy")
    here.rest()
    taken["redeploy of what is live"] = here.fab("bench.deploy")
    taken["status"] = here.fab("bench.status")
    taken["rollback"] = here.fab("bench.rollback")
    return taken


def floor(here: Rig) -> Taken:
    """Archive on this side, do all the rest in one connection."""
    script = f'git archive --format=tar.gz -1 HEAD | {_ssh(here)} "$0"'
    return here.run(["sh", "-c", script, FLOOR])


def ssh(here: Rig, script: str) -> Taken:
    return here.run(["sh", "-c", f'{_ssh(here)} "$0"', script])


def _ssh(here: Rig) -> str:
    return f"ssh -F '{here.ssh_config}' {here.hosts[0].name}"


@contextmanager
def slow_network(here: Rig) -> Iterator[None]:
    host = here.hosts[0]
    words = [
        sys.executable,
        str(DELAY),
        str(ROUND_TRIP / 2),
        host.address,
        str(host.port),
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        through(here, {host.port: int(process.stdout.readline())})
        try:
            yield
        finally:
            process.kill()
