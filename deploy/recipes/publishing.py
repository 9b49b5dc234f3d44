"""Switch every host to a release and prove that it runs; put every host back if one fails."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from deploy.commands import releases
from deploy.recipes import reverting
from deploy.recipes.plan import Plan, Publishing
from deploy.remote.fleet import LeftAtOnce
from deploy.remote.remote import Remote
from deploy.shell import Script, Step


def publish(plans: Sequence[Plan]) -> None:
    """Switch, restart and verify one plan after the other, batch by batch; raises Undone or NotUndone."""
    _publish(_in_batches(plans), releases.go_live, releases.revert)


def switch(plan: Plan) -> None:
    """Switch every host without a restart; what runs goes on. Raises as publish does."""
    _publish([plan], releases.switch_only, releases.switch_back)


def mark_left(plan: Plan) -> None:
    """Mark the releases that were left as failed, so that nobody goes back to them by accident."""

    def mark(remote: Remote) -> None:
        left = plan.facts[remote.host].live
        if left is not None:
            marking = releases.mark(plan.target.paths, left, "failed")
            remote.run(Script((Step("", marking),)))

    for error in plan.target.fleet.each(mark).failed.values():
        plan.target.output.warn(f"the release that was left is not marked: {error}")


def _in_batches(plans: Iterable[Plan]) -> Iterator[Plan]:
    """Give each batch of hosts when its time has come."""
    for plan in plans:
        batches = plan.batches()
        for number, batch in enumerate(batches, 1):
            if number > 1:
                time.sleep(plan.target.service.batch_wait)
            if len(batches) > 1:
                plan.target.output.say(
                    f"batch {number} of {len(batches)}: {', '.join(batch.hosts)}"
                )
            yield batch


def _publish(plans: Iterable[Plan], forth: Publishing, back: Publishing) -> None:
    """Carry out plans; if one fails, all that were begun go back, those of earlier batches too."""
    begun: list[Plan] = []
    try:
        for plan in plans:
            begun.append(plan)
            failed = plan.target.fleet.each(plan.doing(forth)).failed
            if failed:
                raise reverting.gone_back(begun, failed, back)
    except LeftAtOnce:
        raise reverting.left_at_once(begun) from None
    except KeyboardInterrupt:
        raise reverting.gone_back(begun, {}, back) from None
