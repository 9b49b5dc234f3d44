"""After the deploy is done and verified: remove old releases, and say what is live."""

from __future__ import annotations

from dataclasses import replace

from deploy import release
from deploy.commands import releases
from deploy.facts import HostFacts
from deploy.recipes.plan import Plan
from deploy.release import Release
from deploy.remote.remote import Remote
from deploy.shell import Script, Step


def finish(plan: Plan) -> None:
    """Prune on every host; what fails here is a warning."""

    def prune(remote: Remote) -> None:
        removing = releases.prune(
            plan.target.paths, _old(plan, plan.facts[remote.host])
        )
        remote.run(Script((Step("", removing),)))

    try:
        for error in plan.target.fleet.each(prune).failed.values():
            plan.target.output.warn(f"old releases were not removed: {error}")
    except KeyboardInterrupt:
        plan.target.output.warn("interrupted; the next deploy removes old releases")
    plan.target.output.done(
        f"{plan.target.service.name}: {plan.new.release} is live and verified on {', '.join(plan.facts)}"
    )


def _old(plan: Plan, facts: HostFacts) -> list[Release]:
    live = replace(plan.new, state="verified")
    return release.old(
        (*facts.manifests, live), plan.new.release, plan.target.service.keep_releases
    )
