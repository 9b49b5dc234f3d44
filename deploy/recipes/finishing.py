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
    """Say what is live, then prune on every host: nobody waits for that, and what fails is a warning."""
    plan.target.output.done(
        f"{plan.target.service.name}: {plan.new.release} is live and verified on {', '.join(plan.hosts)}"
    )
    try:
        hooked.warn(plan, "before finish")
        _prune(plan)
        hooked.warn(plan, "after finish")
    except KeyboardInterrupt:
        plan.target.output.warn("interrupted; the next deploy removes old releases")


def _prune(plan: Plan) -> None:
    old = {host: _old(plan, plan.facts[host]) for host in plan.hosts}
    crowded = plan.only(host for host, each in old.items() if each)

    def prune(remote: Remote) -> None:
        removing = releases.prune(plan.target.paths, old[remote.host])
        remote.run(Script((Step("", removing),)))

    for error in crowded.target.fleet.each(prune).failed.values():
        plan.target.output.warn(f"old releases were not removed: {error}")


def _old(plan: Plan, facts: HostFacts) -> list[Release]:
    service, live = plan.target.service, replace(plan.new, state="verified")
    known = (*facts.manifests, live)
    return release.old(known, live.release, service.keep_releases, service.keep_failed)
