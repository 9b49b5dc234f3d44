"""After the deploy is done and verified: remove old releases, and say what is live."""

from __future__ import annotations

from dataclasses import replace

from deploy import release
from deploy.commands import releases
from deploy.facts import HostFacts
from deploy.recipes import hooked
from deploy.recipes.plan import Plan
from deploy.release import Release
from deploy.remote.remote import Remote
from deploy.shell import Script, Step


def finish(plan: Plan) -> None:
    """Prune on every host, where what fails is a warning, and say what is live."""
    try:
        hooked.warn(plan, "before finish")
        _prune(plan)
        hooked.warn(plan, "after finish")
    except KeyboardInterrupt:
        plan.target.output.warn("interrupted; the next deploy removes old releases")
    plan.target.output.done(
        f"{plan.target.service.name}: {plan.new.release} is live and verified on {', '.join(plan.hosts)}"
    )


def _prune(plan: Plan) -> None:
    def prune(remote: Remote) -> None:
        old = _old(plan, plan.facts[remote.host])
        if old:
            removing = releases.prune(plan.target.paths, old)
            remote.run(Script((Step("", removing),)))

    for error in plan.target.phase("finish", prune).failed.values():
        plan.target.output.warn(f"old releases were not removed: {error}")


def _old(plan: Plan, facts: HostFacts) -> list[Release]:
    service, live = plan.target.service, replace(plan.new, state="verified")
    known = (*facts.manifests, live)
    return release.old(known, live.release, service.keep_releases, service.keep_failed)
