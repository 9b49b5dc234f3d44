"""Put back what was begun, when a host failed or the operator stopped the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deploy.errors import DeployError, NotUndone, ScriptFailed, Undone
from deploy.recipes import hooked
from deploy.recipes.plan import Plan, Publishing, told
from deploy.recipes.target import sentences

#: the script could not even switch; it has undone its part; it could not undo it; it found another at work
NOT_SWITCHED, UNDONE, NOT_UNDONE, LOCKED = 70, 72, 73, 75


def gone_back(
    begun: Sequence[Plan], failed: Mapping[str, DeployError], back: Publishing
) -> DeployError:
    """Bring back what was begun, the last first, and say how it ended.

    *failed* are hosts of the last plan. One that is known to have gone back, or never to have
    switched, is left alone. Whatever else became of a script, lost or stopped, its host is asked
    anew: it waits for the end of what still works there, and then goes back if it has to.
    """
    why = [sentences(failed.values()) or "interrupted"]
    try:
        lost, more = _revert(begun, failed, back)
    except KeyboardInterrupt:
        return left_at_once(begun)
    why += [each for each in more if each]
    if lost:
        named = ", ".join(sorted(lost))
        return NotUndone("\n".join([*why, f"NOT undone on {named}: look there"]))
    return Undone("\n".join([*why, "undone: every host is on the release that it had"]))


def given_up(
    begun: Sequence[Plan], failed: Mapping[str, DeployError], back: Publishing
) -> tuple[set[str], list[str]]:
    """Bring back these hosts alone; give those that could not be brought back, and why."""
    return _revert([each.only(failed) for each in begun], failed, back)


def left_at_once(begun: Sequence[Plan]) -> NotUndone:
    """Say what is left when the operator stopped the run a second time."""
    name = begun[0].target.service.name
    return NotUndone(
        "interrupted twice, left at once: what was begun is NOT undone; "
        f"{', '.join(told(begun))} may be on either release, and each host finishes or undoes what it "
        f"has begun. See: fab {name}.status; another deploy puts all in order"
    )


def _revert(
    begun: Sequence[Plan], failed: Mapping[str, DeployError], back: Publishing
) -> tuple[set[str], list[str]]:
    """Revert each plan; give the hosts that could not be, and why."""
    lost = {name for name, error in failed.items() if _status(error) == NOT_UNDONE}
    known = (NOT_SWITCHED, UNDONE, NOT_UNDONE, LOCKED)
    spared = {name for name, error in failed.items() if _status(error) in known}
    why = []
    for plan in reversed(begun):
        hooked.warn(plan, "before revert")
        spare = spared if plan is begun[-1] else set()
        results = plan.without(spare).target.phase("revert", plan.undoing(back))
        lost |= set(results.failed)
        why.append(sentences(results.failed.values()))
        hooked.warn(plan, "after revert")
    return lost, why


def _status(error: DeployError) -> int | None:
    return error.status if isinstance(error, ScriptFailed) else None
