"""Put one revision on every host and switch to it: what deploy and update do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone

from deploy import archive, faults, release, repository
from deploy.archive import Archive
from deploy.facts import HostFacts
from deploy.recipes import finishing, preparing
from deploy.recipes.locking import locked
from deploy.recipes.plan import Plan
from deploy.recipes.publishing import publish, switch
from deploy.recipes.target import Target, refuse
from deploy.release import Manifest, Release
from deploy.repository import Revision, Wanted


@dataclass(frozen=True)
class Asked:
    """A service, the revision that it is to have, and its hosts, locked."""

    target: Target
    revision: Revision
    facts: Mapping[str, HostFacts]
    archive: Archive
    #: what the release is to be called, if it is not to have a name of its own
    name: Release | None = None

    def is_live(self) -> bool:
        """Say whether every host serves just that already."""
        made_of = preparing.made_of(self.target)
        commit = self.revision.commit
        return all(each.serves(commit, made_of) for each in self.facts.values())


def deploy(targets: Sequence[Target], wanted: Wanted) -> None:
    """Release, switch, restart, verify; every host goes back if one fails."""
    with ExitStack() as until_done:
        asked = _locked(targets, wanted, until_done)
        carry_out([each for each in asked if wanted.force or not _already(each)])


def carry_out(asked: Sequence[Asked]) -> None:
    """Release, switch, restart, verify and prune."""
    plans = _prepared(asked, faults.before_deploy)
    publish(plans)
    for plan in plans:
        finishing.finish(plan)


def update(target: Target, wanted: Wanted) -> None:
    """Release and switch, without a restart: what runs goes on as it is."""
    with ExitStack() as until_done:
        asked = _locked([target], wanted, until_done)
        for plan in _prepared(asked, faults.before_update):
            switch(plan)
            target.output.done(
                f"{target.service.name}: {plan.new.release} is current on {', '.join(plan.facts)}; "
                f"what runs was not restarted (fab {target.service.name}.restart)"
            )


def _locked(
    targets: Sequence[Target], wanted: Wanted, until_done: ExitStack
) -> list[Asked]:
    """Find what is to be deployed, take every lock, and look."""
    revisions = _resolved(targets, wanted)
    # made while the hosts are connected to and looked at
    archives = _begun(targets, revisions, until_done)
    facts: dict[str, Mapping[str, HostFacts]] = {}
    # in every run's order: see locking
    for target in sorted(targets, key=lambda each: each.service.name):
        taking = locked(target, wanted.patience)
        facts[target.service.name] = until_done.enter_context(taking)
    return [
        Asked(target, revision, facts[target.service.name], packed)
        for target, revision, packed in zip(targets, revisions, archives)
    ]


def _already(asked: Asked) -> bool:
    if not asked.is_live():
        return False
    asked.target.output.done(
        f"{asked.target.service.name}: {asked.revision.commit[:7]} is live and verified already "
        f"on {', '.join(asked.facts)}; --force makes a new release of it"
    )
    return True


def _begun(
    targets: Sequence[Target], revisions: Sequence[Revision], until_done: ExitStack
) -> list[Archive]:
    """Begin to archive each service's tree; services of the same share it."""
    trees = [
        (revision, target.service.repo_tree)
        for target, revision in zip(targets, revisions)
    ]
    begun = {
        each: until_done.enter_context(archive.archived(*each))
        for each in dict.fromkeys(trees)
    }
    return [begun[each] for each in trees]


def _prepared(
    asked: Sequence[Asked], stands_in_the_way: faults.BeforeRelease
) -> list[Plan]:
    """Refuse what cannot work, and bring the release to every host."""
    for each in asked:
        _refuse_faults(each, stands_in_the_way)
    plans = [_plan(each) for each in asked]
    for plan, each in zip(plans, asked):
        preparing.prepare(plan, each.archive)
    return plans


def _refuse_faults(asked: Asked, stands_in_the_way: faults.BeforeRelease) -> None:
    service, size = asked.target.service, asked.archive.unpacked
    refuse(asked.facts, lambda each: stands_in_the_way(service, each, size))


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


def _plan(asked: Asked) -> Plan:
    taken = {each.release for host in asked.facts.values() for each in host.manifests}
    now = datetime.now(timezone.utc)
    new = Manifest(
        asked.name or release.name(now, asked.revision.commit, taken),
        "ready",
        asked.revision.commit,
        asked.revision.branch,
        asked.target.operator,
        preparing.made_of(asked.target),
    )
    return Plan(asked.target, new, asked.facts)
