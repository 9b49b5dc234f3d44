"""Go back to the release before the current one that was live and verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from deploy import faults, release
from deploy.errors import Refused
from deploy.facts import HostFacts
from deploy.recipes import publishing
from deploy.recipes.ending import end
from deploy.recipes.locking import reached
from deploy.recipes.plan import Plan
from deploy.recipes.publishing import publish
from deploy.recipes.target import Target, refuse
from deploy.release import Manifest, Release


def rollback(target: Target, wanted: str = "", patience: float = 0) -> None:
    """Switch, restart and verify; the release that was left is never chosen again by itself."""
    with reached(target, patience) as here:
        facts = here.facts
        refuse(facts, lambda each: faults.before_deploy(target.service, each, 0))
        chosen = _chosen(target, facts, wanted)
        plan = Plan(
            here.target,
            chosen,
            facts,
            "rollback",
            {"probe": here.seconds},
            here.target.primary,
            {host: _made_of(each, chosen.release) for host, each in facts.items()},
        )
        plan.tell()
        missed = publish([plan])
        done = plan.without(missed.failed)
        publishing.mark_left(done)
        target.output.done(
            f"{target.service.name}: rolled back; {plan.new.release} is live and verified on {', '.join(done.hosts)}"
        )
    end([target.service.name], missed.skipping(here.skipped))


def _chosen(target: Target, facts: Mapping[str, HostFacts], wanted: str) -> Manifest:
    back = release.common(
        release.to_go_back_to(each.manifests, each.current, wanted)
        for each in facts.values()
    )
    if back is None:
        what = f"release {wanted}" if wanted else "release before the current one"
        raise Refused(
            f"{target.service.name}: there is nothing to go back to: no {what} was live and verified "
            f"on {' and on '.join(facts)} (fab {target.service.name}.releases)"
        )
    return replace(back, operator=target.operator)


def _made_of(facts: HostFacts, name: Release) -> str:
    """Tell what the host's own release of that name is made of."""
    return next(each.made_of for each in facts.manifests if each.release == name)
