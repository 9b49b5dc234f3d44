"""Switch every host to a release and prove that it runs; put every host back if one fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from deploy.commands import lock, releases
from deploy.errors import DeployError, NotUndone, ScriptFailed, Undone
from deploy.facts import HostFacts
from deploy.recipes.target import Target, sentences
from deploy.release import Manifest, Release
from deploy.remote.remote import Remote
from deploy.shell import Command, Script, Step

#: the script could not even switch; it has undone its part; it could not undo it
NOT_SWITCHED, UNDONE, NOT_UNDONE = 70, 72, 73


@dataclass(frozen=True)
class Plan:
    """One service's release for all its hosts, and what each of them had before."""

    target: Target
    new: Manifest
    facts: Mapping[str, HostFacts]

    def before(self, host: str) -> Release | None:
        return self.facts[host].current

    @property
    def deadline(self) -> float:
        """Seconds for a switch with all its waiting, and the way back."""
        service = self.target.service
        return 2 * (service.stop_timeout + 2 * service.settle + 15)


def publish(plans: Sequence[Plan]) -> None:
    """Publish one plan after the other; raises Undone or NotUndone if a host fails."""
    begun: list[Plan] = []
    try:
        for plan in plans:
            begun.append(plan)
            results = plan.target.fleet.each(_go_live(plan))
            if results.failed:
                raise _gone_back(begun, results.failed)
    except KeyboardInterrupt:
        raise _gone_back(begun, {}) from None


def switch(plan: Plan) -> None:
    """Switch every host without a restart; what runs goes on."""
    results = plan.target.fleet.each(_each(plan, releases.switch_only))
    if results.failed:
        raise NotUndone(
            f"{sentences(results.failed.values())}\n"
            f"{', '.join(results.ok) or 'no host'} switched to {plan.new.release}; nothing was restarted"
        )


def mark_left(plan: Plan) -> None:
    """Mark the releases that were left as failed, so that nobody goes back to them by accident."""

    def mark(remote: Remote) -> None:
        left = plan.facts[remote.host].live
        if left is not None:
            marking = releases.mark(plan.target.paths, left, "failed")
            remote.run(Script((Step("", marking),)))

    for error in plan.target.fleet.each(mark).failed.values():
        plan.target.output.warn(f"the release that was left is not marked: {error}")


def _go_live(plan: Plan) -> Callable[[Remote], None]:
    return _each(plan, releases.go_live)


def _each(plan: Plan, make: Callable[..., Command]) -> Callable[[Remote], None]:
    def act(remote: Remote) -> None:
        publishing = make(plan.target.paths, plan.new, plan.before(remote.host))
        script = Script(
            (
                Step("", lock.enter_phase(plan.target.paths)),
                Step("", publishing),
            )
        )
        remote.run(script, deadline=plan.deadline)

    return act


def _gone_back(begun: Sequence[Plan], failed: Mapping[str, DeployError]) -> DeployError:
    """Bring back what was switched, the last service first, and say how it ended."""
    lost = [name for name, error in failed.items() if _status(error) == NOT_UNDONE]
    kept = {
        name
        for name, error in failed.items()
        if _status(error) in (NOT_SWITCHED, UNDONE, NOT_UNDONE)
    }
    why = [sentences(failed.values()) or "interrupted"]
    for plan in reversed(begun):
        spared = kept if plan is begun[-1] else set()
        results = plan.target.fleet.each(_unless(spared, _each(plan, releases.revert)))
        lost += list(results.failed)
        why += [sentences(results.failed.values())] if results.failed else []
    told = "\n".join(why)
    if lost:
        return NotUndone(
            f"{told}\nNOT undone on {', '.join(sorted(set(lost)))}: look there"
        )
    return Undone(f"{told}\nundone: every host is on the release that it had")


def _unless(
    spared: set[str], act: Callable[[Remote], None]
) -> Callable[[Remote], None]:
    return lambda remote: None if remote.host in spared else act(remote)


def _status(error: DeployError) -> int | None:
    return error.status if isinstance(error, ScriptFailed) else None
