"""Many hosts: the machine's cores limit what they can do; what the operator's side costs beside them."""

from __future__ import annotations

import os

from bench.deploy_rig import Rig, Taken
from bench.limits import judge

#: seconds that hosts work and the operator's side waits
WAITING = 10


def redeployed(here: Rig, rounds: int) -> Taken:
    """Redeploy a small change to all hosts, which are set up; give the run with the median time."""
    taken = []
    for _ in range(rounds):
        here.change()
        here.rest()
        taken.append(here.fab("bench.deploy"))
    return sorted(taken, key=lambda each: each.wall)[len(taken) // 2]


def many(here: Rig, rounds: int, one: Taken) -> None:
    """Measure the same for many hosts; *one* is what one host took."""
    here.fab("bench.setup")
    before = here.execs()
    each = redeployed(here, rounds)
    execs = here.execs() - before
    print(
        f"\n{len(here.hosts)} hosts: {each.wall:.2f} s; {each.client:.2f} s of CPU and {each.memory:.0f} MB here, "
        f"{each.hosts:.2f} s of CPU there"
    )
    cores = os.cpu_count() or 1
    further = (each.client - one.client) / (len(here.hosts) - 1)
    judge("wall / (hosts' CPU / cores)", each.wall / each.hosts * cores, 1.3)
    judge("client CPU, one host, s", one.client, 0.25)
    judge("client CPU, further host, ms", further * 1000, 12)
    judge("execs, host and run", execs / rounds, 5)
    judge("client CPU while it waits, %", 100 * waiting(here, each), 5)


def waiting(here: Rig, usual: Taken) -> float:
    """Give the share of a core that is used while every host builds for ten seconds."""
    here.declare(build=[f"sleep {WAITING}"])
    here.change()
    here.rest()
    waited = here.fab("bench.deploy")
    return (waited.client - usual.client) / WAITING
