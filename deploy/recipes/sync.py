"""Bring hosts that are new, or lag behind, to what is live on the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deploy import repository
from deploy.errors import Refused
from deploy.facts import HostFacts
from deploy.recipes import rollout
from deploy.recipes.asking import Asked
from deploy.recipes.ending import Missed, end
from deploy.recipes.locking import Reached, reached
from deploy.recipes.target import Target
from deploy.release import Manifest
from deploy.repository import Wanted


def sync(target: Target, wanted: Wanted, like: str = "") -> None:
    """Release, switch, restart and verify on the hosts that differ from the others, or from *like*."""
    missed = Missed()
    with reached(target, wanted.patience) as here:
        facts = here.facts
        model = model_of(facts, like)
        behind = [
            host
            for host, each in facts.items()
            if not each.serves(model.revision, model.made_of)
        ]
        if behind:
            asked = _asked(here, behind, wanted, model)
            missed = rollout.carry_out([asked])
        else:
            target.output.done(
                f"{target.service.name}: {model.revision[:7]} is live and verified on {', '.join(facts)}"
            )
    end([target.service.name], missed.skipping(here.skipped))


def model_of(facts: Mapping[str, HostFacts], like: str) -> Manifest:
    """Find what all are to have: what serves on every host that serves at all, or on *like*."""
    serving = {
        host: each.live
        for host, each in facts.items()
        if each.live and each.serves(each.live.revision, each.live.made_of)
    }
    if like and like not in serving:
        raise Refused(f"{like}: no release is live, verified and up there to sync with")
    if like:
        return serving[like]
    found = {(each.revision, each.made_of): each for each in serving.values()}
    if not found:
        raise Refused("no host has a release that is live, verified and up; deploy one")
    if len(found) > 1:
        told = ", ".join(f"{h} has {each.release}" for h, each in serving.items())
        raise Refused(f"the hosts differ ({told}); say which is right: --like HOST")
    return next(iter(found.values()))


def _asked(
    here: Reached, behind: Sequence[str], wanted: Wanted, model: Manifest
) -> Asked:
    target = here.target.only(behind)
    where, commit = target.service.repository, model.revision
    found = repository.resolve(where, commit, wanted.project)
    revision = replace(found, branch=model.branch)
    mine = {host: here.facts[host] for host in target.fleet.hosts}
    taken = {each.release for host in mine.values() for each in host.manifests}
    # the same name, so that a rollback finds the same release everywhere
    name = None if model.release in taken else model.release
    return Asked(target, revision, mine, here.seconds, name, "sync")
