"""Switch every host to a release and prove that it runs; put every host back if one fails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from deploy import batches
from deploy.commands import releases
from deploy.errors import DeployError, NotUndone, Partly
from deploy.recipes import confirming, hooked, reverting
from deploy.recipes.ending import Missed
from deploy.recipes.plan import Plan, Publishing
from deploy.remote.fleet import LeftAtOnce
from deploy.remote.remote import Remote
from deploy.shell import Script, Step


def publish(plans: Sequence[Plan]) -> Missed:
    """Switch, restart and verify one plan after the other, batch by batch; give the hosts that failed.

    Raises Undone or NotUndone, with every host back, if more failed than the services allow.
    """
    publishing = _Publishing(plans, _LIVE)
    with confirming.giving_words(plans, publishing.begun):
        return publishing.carry_out(confirming.confirmed)


def switch(plan: Plan) -> Missed:
    """Switch every host without a restart; what runs goes on. Gives and raises as publish does."""
    switching = _Publishing([plan], _SWITCHED)
    return switching.carry_out(lambda _: {})


def mark_left(plan: Plan) -> None:
    """Mark the releases that were left as failed, so that nobody goes back to them by accident."""

    def mark(remote: Remote) -> None:
        left = plan.facts[remote.host].live
        if left is not None:
            marking = releases.mark(plan.target.paths, left, "failed")
            remote.run(Script((Step("", marking),)))

    for error in plan.target.fleet.each(mark).failed.values():
        plan.target.output.warn(f"the release that was left is not marked: {error}")


#: tells which hosts of a plan could not be confirmed
Confirming = Callable[[Plan], Mapping[str, DeployError]]


@dataclass(frozen=True)
class _Way:
    """The way to a release, the way back, and after which phase hooks are run."""

    forth: Publishing
    back: Publishing
    done: str


_LIVE = _Way(releases.go_live, releases.revert, "after verify")
_SWITCHED = _Way(releases.switch_only, releases.switch_back, "after publish")


class _Publishing:
    """What has begun, and what became of it."""

    def __init__(self, plans: Sequence[Plan], way: _Way) -> None:
        self._plans, self._way = plans, way
        self.begun: list[Plan] = []
        self._failed: dict[str, DeployError] = {}
        self._lost: set[str] = set()

    def carry_out(self, confirmed: Confirming) -> Missed:
        """Do it batch by batch, then have *confirmed* say of each plan which hosts it lost."""
        try:
            for batch in _in_batches(self._plans):
                self.begun.append(batch.without(self._failed))
                self._publish(batch)
            for plan in self._plans:
                self._give_up(confirmed(plan.without(self._failed)))
        except LeftAtOnce:
            raise reverting.left_at_once(self.begun) from None
        except KeyboardInterrupt:
            raise reverting.gone_back(self.begun, {}, self._way.back) from None
        self._settle()
        return Missed(failed=tuple(self._failed), lost=tuple(sorted(self._lost)))

    def _settle(self) -> None:
        """From now on an interrupt says what is so: what is left to do is not worth going back for."""
        now = [
            f"{p.target.service.name} is on {p.new.release} on {', '.join(p.hosts)}"
            for p in (each.without(self._failed) for each in self._plans)
            if p.hosts
        ]
        kind = NotUndone if self._lost else Partly
        error = kind(f"interrupted when hosts were switched: {'; '.join(now)}")
        for plan in self._plans:
            plan.target.output.settle(error)

    def _publish(self, batch: Plan) -> None:
        """Switch a batch between its hooks; each of the three goes on with the hosts that did not fail."""

        def switch(rest: Plan) -> Mapping[str, DeployError]:
            return rest.target.phase("publish", rest.doing(self._way.forth)).failed

        for act in (
            lambda rest: hooked.failures(rest, "before publish"),
            switch,
            lambda rest: hooked.failures(rest, self._way.done),
        ):
            self._give_up(act(batch.without(self._failed)))

    def _give_up(self, failed: Mapping[str, DeployError]) -> None:
        """Bring back the hosts that failed if so many may, for all services; all hosts otherwise."""
        if not failed:
            return
        self._failed.update(failed)
        if not all(_may_go_on(plan, self._failed) for plan in self._plans):
            raise reverting.gone_back(self.begun, failed, self._way.back)
        lost, why = reverting.given_up(self.begun, failed, self._way.back)
        self._lost |= lost
        for sentence in [*map(str, failed.values()), *filter(None, why)]:
            self._plans[0].target.output.warn(sentence)


def _may_go_on(plan: Plan, failed: Collection[str]) -> bool:
    service = plan.target.service
    number = sum(each in failed for each in plan.hosts)
    return batches.may_go_on(number, len(plan.hosts), service.max_fail_percentage)


def _in_batches(plans: Iterable[Plan]) -> Iterator[Plan]:
    """Give each batch of hosts when its time has come."""
    for plan in plans:
        cut = plan.batches()
        for number, batch in enumerate(cut, 1):
            if number > 1:
                plan.target.here.wait(plan.target.service.batch_wait)
            if len(cut) > 1:
                plan.target.output.say(
                    f"batch {number} of {len(cut)}: {', '.join(batch.hosts)}"
                )
            yield batch
