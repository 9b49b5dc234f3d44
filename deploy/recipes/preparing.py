"""Make a release on every host, complete, before any host switches to it."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from functools import partial

from deploy.commands import build, lock, releases, shared
from deploy.errors import DeployError, ScriptFailed, Undone
from deploy.hooks import Migration
from deploy.recipes import hooked
from deploy.recipes.delivery import Delivery
from deploy.recipes.parcel import OUTDATED, Parcel
from deploy.recipes.plan import Plan
from deploy.recipes.target import sentences
from deploy.recipes.timing import Seconds
from deploy.remote.fleet import LeftAtOnce
from deploy.remote.remote import Remote
from deploy.shell import Script, Step

#: seconds that unpacking and building may take on a host
DEADLINE = 1800
#: the tasks that bring new code, and with it migrations; a rollback takes none back
MIGRATING = ("deploy", "update")


def prepare(plan: Plan, delivery: Delivery) -> Plan:
    """Make the release on every host; raises Undone, with nothing left behind, if one fails."""
    seconds: Seconds = {}

    make = _bringing(plan, delivery)
    with _removed_if_stopped([plan]):
        _give_up_if([plan], hooked.failures(plan, "before prepare"))
        results = plan.target.phase("prepare", make, seconds)
        if results.failed:
            _remove(plan, set(results.ok), "another host failed")
            raise _undone(results.failed)
        _give_up_if([plan], hooked.failures(plan, "after prepare"))
    return plan.after("prepare", seconds)


def migrate(plans: Sequence[Plan]) -> None:
    """Run each service's migrations once, on its primary host; raises Undone as prepare does."""
    with _removed_if_stopped(plans):
        for plan in plans:
            if plan.target.service.migrate and plan.target.task in MIGRATING:
                _give_up_if(plans, hooked.once(plan, _migration(plan)))


def _migration(plan: Plan) -> Migration:
    service = plan.target.service
    return Migration(
        service.migrate,
        after="prepare",
        on="primary",
        as_service=bool(service.secrets),
        deadline=DEADLINE,
    )


@contextmanager
def _removed_if_stopped(plans: Sequence[Plan]) -> Iterator[None]:
    """Leave nothing behind if the operator stops the run meanwhile."""
    try:
        yield
    except LeftAtOnce:
        raise
    except KeyboardInterrupt:
        for plan in plans:
            _remove(plan, plan.hosts, "the operator stopped the run")
        raise


def _give_up_if(plans: Sequence[Plan], failed: Mapping[str, DeployError]) -> None:
    """Leave nothing behind if what a project wants done failed."""
    if failed:
        for plan in plans:
            _remove(plan, plan.hosts, "a hook or the migration failed")
        raise _undone(failed)


def _undone(failed: Mapping[str, DeployError]) -> Undone:
    return Undone(
        f"{sentences(failed.values())}\n"
        "nothing was switched: every host is on the release that it had"
    )


def _bringing(plan: Plan, delivery: Delivery) -> Callable[[Remote], None]:
    """Give the act of sending a host what it needs; the whole tree where less turns out not to do."""
    parcels = {host: delivery.parcel(plan, host) for host in plan.hosts}

    def bring(remote: Remote) -> None:
        try:
            _send(plan, parcels[remote.host], remote)
        except ScriptFailed as error:
            if error.status != OUTDATED:
                raise
            plan.target.output.warn(f"{error}; it gets the whole tree")
            _send(plan, delivery.whole(plan), remote)

    return bring


def _send(plan: Plan, parcel: Parcel, remote: Remote) -> None:
    steps = tuple(_steps(plan, parcel, remote.host))
    script = Script(steps, with_agent=plan.target.service.forward_agent)
    tell_size = partial(plan.target.output.upload, remote.host)
    remote.run(script, parcel.payload(tell_size), deadline=DEADLINE)


def _steps(plan: Plan, parcel: Parcel, host: str) -> Iterable[Step]:
    paths, new = plan.target.at(host), plan.on(host)
    start = plan.target.templates.start(paths)
    yield Step("", lock.enter_phase(paths, plan.target.holder))
    yield Step("", releases.sweep(paths))
    noted = plan.noted(host)
    yield Step("", releases.abandon_on_failure(paths, new, noted))
    yield from parcel.steps
    yield Step("", releases.add_start(paths, new.release, start))
    if paths.service.listen:
        keeper = plan.target.templates.keeper()
        yield Step("", releases.add_keeper(paths, new.release, keeper))
    yield Step("", shared.make_directories(paths))
    yield Step("", shared.link(paths, new.release))
    for rendered in plan.target.templates.files(paths):
        yield Step("", shared.add_rendered(paths, new.release, *rendered))
    for each in paths.service.build:
        yield Step(build.title(each), build.step(paths, new.release, each))
    yield Step("completing the release", releases.complete(paths, new))


def _remove(plan: Plan, hosts: Collection[str], why: str) -> None:
    paths = plan.target.paths
    pruning = Step("", releases.prune(paths, [plan.new.release]))

    def remove(remote: Remote) -> None:
        noted = plan.noted(remote.host)
        new = plan.on(remote.host)
        noting = Step("", releases.note_undone(paths, new, noted, why))
        remote.run(Script((pruning, noting)))

    plan.only(hosts).target.phase("revert", remove)
