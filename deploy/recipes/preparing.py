"""Make a release on every host, complete, before any host switches to it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from deploy.archive import Archive
from deploy.commands import build, lock, releases, shared, source
from deploy.errors import Undone
from deploy.recipes.plan import Plan
from deploy.recipes.target import Target, sentences
from deploy.recipes.timing import Seconds, timed
from deploy.remote.fleet import LeftAtOnce
from deploy.remote.remote import Remote
from deploy.shell import Script, Step

#: seconds that unpacking and building may take on a host
DEADLINE = 1800


def made_of(target: Target) -> str:
    """Sum up the settings that go into a release: with the same, one of the same revision is the same."""
    service = target.service
    parts = (
        target.templates.start(target.paths),
        service.build,
        str(service.repo_tree),
        sorted(map(str, service.linked_dirs)),
        sorted(map(str, service.linked_files)),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def prepare(plan: Plan, archive: Archive) -> Plan:
    """Make the release on every host; raises Undone, with nothing left behind, if one fails."""
    seconds: Seconds = {}

    def make(remote: Remote) -> None:
        script = Script(tuple(_steps(plan, archive, remote.host)))
        remote.run(script, archive.blocks(), deadline=DEADLINE)

    try:
        results = plan.target.fleet.each(timed(make, seconds))
    except LeftAtOnce:
        raise
    except KeyboardInterrupt:
        _remove(plan, plan.hosts, "the operator stopped the run")
        raise
    if results.failed:
        _remove(plan, set(results.ok), "another host failed")
        raise Undone(
            f"{sentences(results.failed.values())}\n"
            "nothing was switched: every host is on the release that it had"
        )
    return plan.after("prepare", seconds)


def _steps(plan: Plan, archive: Archive, host: str) -> Iterable[Step]:
    paths, new = plan.target.paths, plan.new.release
    start = plan.target.templates.start(paths)
    yield Step("", lock.enter_phase(paths, plan.target.holder))
    yield Step("", releases.sweep(paths))
    noted = plan.noted(host)
    yield Step("", releases.abandon_on_failure(paths, plan.new, noted))
    yield Step(
        f"unpacking {new}", source.unpack(paths, new, archive.size, archive.sha256)
    )
    yield Step("", releases.add_start(paths, new, start))
    yield Step("", shared.make_directories(paths))
    yield Step("", shared.link(paths, new))
    for each in paths.service.build:
        yield Step(build.title(each), build.step(paths, new, each))
    yield Step("completing the release", releases.complete(paths, plan.new))


def _remove(plan: Plan, hosts: Collection[str], why: str) -> None:
    paths, new = plan.target.paths, plan.new
    pruning = Step("", releases.prune(paths, [new.release]))

    def remove(remote: Remote) -> None:
        noted = plan.noted(remote.host)
        noting = Step("", releases.note_undone(paths, new, noted, why))
        remote.run(Script((pruning, noting)))

    plan.only(hosts).target.fleet.each(remove)
