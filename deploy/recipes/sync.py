"""Bring hosts that are new, or lag behind, to what is live on the others."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace

from deploy import repository
from deploy.errors import Refused
from deploy.facts import HostFacts
from deploy.recipes import ingredients, rollout
from deploy.recipes.asking import Asked
from deploy.recipes.delivery import delivery
from deploy.recipes.ending import Missed, end
from deploy.recipes.locking import reached
from deploy.recipes.target import Target
from deploy.release import Manifest, Release
from deploy.repository import Revision, Wanted


def sync(target: Target, wanted: Wanted, like: str = "") -> None:
    """Release, switch, restart and verify on the hosts that differ from the others, or from *like*."""
    missed = Missed()
    with ExitStack() as until_done:
        here = until_done.enter_context(reached(target, wanted.patience))
        now = ingredients.made_of(here.target)
        model = model_of(here.facts, now, like)
        behind = [
            host
            for host, each in here.facts.items()
            if not _is_like(model, now[host], each)
        ]
        if behind:
            revision = _revision(target, wanted, model)
            brought = until_done.enter_context(delivery(target.service, revision))
            mine = {host: here.facts[host] for host in behind}
            named = (_name(model, mine), "sync")
            asked = (here.target.only(behind), revision, mine, here.seconds, brought)
            missed = rollout.carry_out([Asked(*asked, *named)])
        else:
            target.output.done(
                f"{target.service.name}: {model.revision[:7]} is live and verified on {', '.join(here.facts)}"
            )
    end([target.service.name], missed.skipping(here.skipped))


def model_of(
    facts: Mapping[str, HostFacts], now: Mapping[str, str], like: str
) -> Manifest:
    """Find what all are to have: what serves wherever anything does, or on *like*.

    Hosts with settings of their own have the same if each has what these say *now*.
    """
    serving = {
        host: each.live
        for host, each in facts.items()
        if each.live and each.serves(each.live.revision, each.live.made_of)
    }
    if like and like not in serving:
        raise Refused(f"{like}: no release is live, verified and up there to sync with")
    if like:
        return serving[like]
    found = {
        (each.revision, "" if each.made_of == now[host] else each.made_of): each
        for host, each in serving.items()
    }
    if not found:
        raise Refused("no host has a release that is live, verified and up; deploy one")
    if len(found) > 1:
        raise Refused(_differing(serving))
    return next(iter(found.values()))


def _differing(serving: Mapping[str, Manifest]) -> str:
    told = ", ".join(f"{h} has {each.release}" for h, each in serving.items())
    return f"the hosts differ ({told}); say which is right: --like HOST"


def _is_like(model: Manifest, now: str, facts: HostFacts) -> bool:
    return any(facts.serves(model.revision, each) for each in (model.made_of, now))


def _revision(target: Target, wanted: Wanted, model: Manifest) -> Revision:
    where, commit = target.service.repository, model.revision
    found = repository.resolve(where, commit, wanted.project)
    return replace(found, branch=model.branch)


def _name(model: Manifest, facts: Mapping[str, HostFacts]) -> Release | None:
    """Give the name that the release has elsewhere, so that a rollback finds the same one everywhere."""
    taken = {each.release for host in facts.values() for each in host.manifests}
    return None if model.release in taken else model.release
