"""Put one revision on every host and switch to it: what deploy and update do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timezone

from deploy import archive, faults, release, repository
from deploy.archive import Archive
from deploy.facts import HostFacts
from deploy.recipes import finishing, preparing
from deploy.recipes.publishing import Plan, publish, switch
from deploy.recipes.target import Target, refuse
from deploy.release import Manifest
from deploy.repository import Revision, Wanted


def deploy(targets: Sequence[Target], wanted: Wanted) -> None:
    """Release, switch, restart, verify; every host goes back if one fails."""
    with ExitStack() as until_done:
        plans = _prepared(targets, wanted, faults.before_deploy, until_done)
        publish(plans)
        for plan in plans:
            finishing.finish(plan)


def update(target: Target, wanted: Wanted) -> None:
    """Release and switch, without a restart: what runs goes on as it is."""
    with ExitStack() as until_done:
        for plan in _prepared([target], wanted, faults.before_update, until_done):
            switch(plan)
            target.output.done(
                f"{target.service.name}: {plan.new.release} is current on {', '.join(plan.facts)}; "
                f"what runs was not restarted (fab {target.service.name}.restart)"
            )


def _prepared(
    targets: Sequence[Target],
    wanted: Wanted,
    stands_in_the_way: faults.BeforeRelease,
    until_done: ExitStack,
) -> list[Plan]:
    """Take every lock, refuse what cannot work, and bring the release to every host."""
    revisions = _resolved(targets, wanted)
    archives = {
        each: until_done.enter_context(archive.archived(each))
        for each in dict.fromkeys(revisions)
    }
    locked = [until_done.enter_context(target.locked()) for target in targets]
    for target, revision, facts in zip(targets, revisions, locked):
        _refuse_faults(target, facts, archives[revision], stands_in_the_way)
    plans = [_plan(*each) for each in zip(targets, revisions, locked)]
    for plan, revision in zip(plans, revisions):
        preparing.prepare(plan, archives[revision])
    return plans


def _refuse_faults(
    target: Target,
    facts: Mapping[str, HostFacts],
    packed: Archive,
    stands_in_the_way: faults.BeforeRelease,
) -> None:
    refuse(facts, lambda each: stands_in_the_way(target.service, each, packed.unpacked))


def _resolved(targets: Sequence[Target], wanted: Wanted) -> list[Revision]:
    """Find each service's revision; services of the same branch get the same one."""
    found: dict[tuple[str, str], Revision] = {}
    keys = [
        (target.service.repository, wanted.branch or target.service.branch)
        for target in targets
    ]
    for target, key in zip(targets, keys):
        if key not in found:
            found[key] = repository.resolve(*key, wanted.project)
            _say_what(target, found[key])
    return [found[key] for key in keys]


def _say_what(target: Target, revision: Revision) -> None:
    target.output.say(
        f"{revision.branch} is {revision.commit[:7]} “{revision.subject}”"
    )
    if revision.uncommitted:
        target.output.warn(
            f"{revision.uncommitted} uncommitted files in {revision.repository} are not deployed"
        )


def _plan(target: Target, revision: Revision, facts: Mapping[str, HostFacts]) -> Plan:
    taken = {each.release for host in facts.values() for each in host.manifests}
    now = datetime.now(timezone.utc)
    new = Manifest(
        release.name(now, revision.commit, taken),
        "ready",
        revision.commit,
        revision.branch,
        target.operator,
    )
    return Plan(target, new, facts)
