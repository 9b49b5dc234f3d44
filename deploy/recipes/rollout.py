"""Put one revision on every host and switch to it: what deploy and update do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timezone

from deploy import faults, release
from deploy.recipes import asking, finishing, ingredients, preparing, timing
from deploy.recipes.asking import Asked
from deploy.recipes.ending import Missed, end
from deploy.recipes.plan import Plan
from deploy.recipes.publishing import publish, switch
from deploy.recipes.target import Target, refuse
from deploy.release import Manifest
from deploy.repository import Wanted


def deploy(targets: Sequence[Target], wanted: Wanted) -> None:
    """Release, switch, restart, verify; every host goes back if one fails."""
    in_order = sorted(targets, key=lambda each: each.service.order)
    with ExitStack() as until_done:
        asked, skipped = asking.locked(in_order, wanted, until_done)
        lacking = [each for each in asked if wanted.force or not _already(each)]
        missed = carry_out(lacking)
    end((each.service.name for each in targets), missed.skipping(skipped))


def carry_out(asked: Sequence[Asked]) -> Missed:
    """Release, switch, restart, verify and prune; give the hosts that failed, if some may."""
    plans = _prepared(asked, faults.before_deploy)
    began = time.monotonic()
    missed = publish(plans)
    _say_seconds(plans, time.monotonic() - began)
    for plan in plans:
        finishing.finish(plan.without(missed.failed))
    return missed


def update(target: Target, wanted: Wanted) -> None:
    """Release and switch, without a restart: what runs goes on as it is."""
    with ExitStack() as until_done:
        asked, skipped = asking.locked([target], wanted, until_done)
        updating = [replace(each, task="update") for each in asked]
        (plan,) = _prepared(updating, faults.before_update)
        missed = switch(plan)
        target.output.done(
            f"{target.service.name}: {plan.new.release} is current on "
            f"{', '.join(plan.without(missed.failed).hosts)}; "
            f"what runs was not restarted (fab {target.service.name}.restart)"
        )
    end([target.service.name], missed.skipping(skipped))


def _say_seconds(plans: Sequence[Plan], publishing: float) -> None:
    """Say what each phase took, of the slowest host."""
    slowest = {
        phase: max(seconds.values(), default=0)
        for plan in plans
        for phase, seconds in plan.phases.items()
    }
    told = {**slowest, "publish and verify": publishing}
    for plan in plans[:1]:
        plan.target.output.say(timing.told(told.items()))


def _already(asked: Asked) -> bool:
    if not asked.is_live():
        return False
    asked.target.output.done(
        f"{asked.target.service.name}: {asked.revision.commit[:7]} is live and verified already "
        f"on {', '.join(asked.facts)}; --force makes a new release of it"
    )
    return True


def _prepared(
    asked: Sequence[Asked], stands_in_the_way: faults.BeforeRelease
) -> list[Plan]:
    """Refuse what cannot work, and bring the release to every host."""
    for each in asked:
        _refuse_faults(each, stands_in_the_way)
    plans = [_plan(each) for each in asked]
    for plan in plans:
        plan.tell()
    made = [preparing.prepare(plan, each.brought) for plan, each in zip(plans, asked)]
    preparing.migrate(made)
    return made


def _refuse_faults(asked: Asked, stands_in_the_way: faults.BeforeRelease) -> None:
    service, size = asked.target.service, asked.brought.size
    refuse(asked.facts, lambda each: stands_in_the_way(service, each, size))


def _plan(asked: Asked) -> Plan:
    taken = {each.release for host in asked.facts.values() for each in host.manifests}
    now = datetime.now(timezone.utc)
    new = Manifest(
        asked.name or release.name(now, asked.revision.commit, taken),
        "ready",
        asked.revision.commit,
        asked.revision.branch,
        asked.target.operator,
    )
    phases = {"probe": asked.seconds}
    made_of = ingredients.made_of(asked.target)
    return Plan(
        asked.target,
        new,
        asked.facts,
        asked.task,
        phases,
        asked.target.primary,
        made_of,
    )
