"""What was asked for: the revision of each service, and its hosts, locked and looked at."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from deploy import repository
from deploy.facts import HostFacts
from deploy.output.output import Output
from deploy.recipes import delivery, ingredients
from deploy.recipes.delivery import Delivery
from deploy.recipes.locking import Reached, reached
from deploy.recipes.target import Target
from deploy.recipes.timing import Seconds
from deploy.release import Release
from deploy.repository import Revision, Wanted
from deploy.tree import Tree


@dataclass(frozen=True)
class Asked:
    """A service, the revision that it is to have, and its hosts, locked."""

    target: Target
    revision: Revision
    facts: Mapping[str, HostFacts]
    #: that the probe took on each host
    seconds: Seconds
    brought: Delivery
    #: what the release is to be called, if it is not to have a name of its own
    name: Release | None = None
    #: what the history calls it
    task: str = "deploy"

    def is_live(self) -> bool:
        """Say whether every host serves just that already."""
        commit = self.revision.commit
        made_of = ingredients.made_of(self.target)
        return all(
            each.serves(commit, made_of[host]) for host, each in self.facts.items()
        )


def found(target: Target, wanted: Wanted) -> Tree:
    """Look at what a deploy would bring, without a word; raises Refused where there is no such thing."""
    service = target.service
    branch = wanted.branch or service.branch
    revision = repository.resolve(service.repository, branch, wanted.project)
    return delivery.found(service, revision)


def locked(
    targets: Sequence[Target], wanted: Wanted, until_done: ExitStack
) -> tuple[list[Asked], tuple[str, ...]]:
    """Find what is to be deployed, take every lock, and look; give the hosts that were skipped too."""
    revisions = _resolved(targets, wanted)
    _warn_of_uncommitted(targets[0].output, revisions, until_done)
    # made while the hosts are connected to and looked at
    deliveries = _begun(targets, revisions, until_done)
    named = [
        replace(
            target, holder=f"{target.holder}, with {each.branch} ({each.commit[:7]})"
        )
        for target, each in zip(targets, revisions)
    ]
    skipped: dict[str, None] = {}
    found: dict[str, Reached] = {}
    # in every run's order: see locking
    for target in sorted(named, key=lambda each: each.service.name):
        rest = target.only(each for each in target.fleet.hosts if each not in skipped)
        taking = reached(rest, wanted.patience)
        found[target.service.name] = until_done.enter_context(taking)
        skipped.update(dict.fromkeys(found[target.service.name].skipped))
    asked = []
    for target, revision, brought in zip(named, revisions, deliveries):
        here = found[target.service.name].without(skipped)
        asked.append(Asked(here.target, revision, here.facts, here.seconds, brought))
    return asked, tuple(skipped)


def _begun(
    targets: Sequence[Target], revisions: Sequence[Revision], until_done: ExitStack
) -> list[Delivery]:
    """Begin to bring each service's tree; services of the same share it."""
    begun: dict[object, Delivery] = {}
    keys = [
        (revision, target.service.repo_tree, target.service.deploy_via)
        for target, revision in zip(targets, revisions)
    ]
    for key, target, revision in zip(keys, targets, revisions):
        if key not in begun:
            begun[key] = until_done.enter_context(
                delivery.delivery(target.service, revision)
            )
    return [begun[key] for key in keys]


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


def _warn_of_uncommitted(
    output: Output, revisions: Sequence[Revision], until_done: ExitStack
) -> None:
    """Say beside all else what is not deployed: of many files, git takes long to tell."""

    def warn() -> None:
        for where in dict.fromkeys(each.repository for each in revisions):
            if number := repository.uncommitted(where):
                output.warn(f"{number} uncommitted files in {where} are not deployed")

    def heard(error: type[BaseException] | None, *_: object) -> None:
        # who failed, or leaves at once, is not kept waiting
        if error is None:
            beside.join()

    beside = threading.Thread(target=warn, daemon=True)
    beside.start()
    until_done.push(heard)
