"""Run a project's hooks when their time has come, and say where they failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deploy.commands import lock
from deploy.errors import LOST, Partly, Refused
from deploy.hooks import Hook, Occasion
from deploy.recipes import hook
from deploy.recipes.hook import Failures
from deploy.recipes.plan import Plan
from deploy.recipes.target import Target, sentences
from deploy.shell import Command


@contextmanager
def around(targets: Sequence[Target]) -> Iterator[None]:
    """Run the hooks before a task, and those after it if it ended well."""
    for target in targets:
        refuse(target, f"before {target.task}")
    yield
    for target in targets:
        _after_task(target)


def _after_task(target: Target) -> None:
    done = f"{target.task} itself is done, and stays so"
    try:
        failed = _all(target, _of_task(target, f"after {target.task}"))
    except KeyboardInterrupt:
        raise Partly(f"interrupted in what comes after it; {done}") from None
    if failed:
        raise Partly(f"{sentences(failed.values())}\n{done}")


def refuse(target: Target, when: str) -> None:
    """Run hooks while nothing was changed yet; raises Refused if one fails."""
    failed = _all(target, _of_task(target, when))
    skipped = _skipped(target, when, failed)
    refusing = [each for host, each in failed.items() if host not in skipped]
    if refusing:
        raise Refused(sentences(refusing))


def _skipped(target: Target, when: str, failed: Failures) -> set[str]:
    """Name the hosts that the run will go on without; it finds out by itself, and says so."""
    if target.service.unreachable != "skip":
        return set()
    once = any(h.place == "primary" and h.when == when for h in target.service.hooks)
    kept = {target.primary} if once else set()
    return {host for host, each in failed.items() if isinstance(each, LOST)} - kept


def failures(plan: Plan, when: str) -> Failures:
    """Run the hooks of a phase on a plan's hosts; give the hosts where the phase fails by that."""
    return _all(plan.target, _of_plan(plan, when), _entering(plan))


def warn(plan: Plan, when: str) -> None:
    """Run hooks when nothing can be undone any more: what fails is a warning."""
    for sentence in dict.fromkeys(map(str, failures(plan, when).values())):
        plan.target.output.warn(sentence)


def once(plan: Plan, what: Hook) -> Failures:
    """Run one hook of a plan."""
    return hook.run(plan.target, _of_plan(plan, what.when), _entering(plan), what)


def _of_task(target: Target, when: str) -> Occasion:
    return Occasion(
        when=when,
        service=target.service.name,
        task=target.task,
        operator=target.operator,
        hosts=target.fleet.hosts,
        primary=target.primary,
    )


def _of_plan(plan: Plan, when: str) -> Occasion:
    return Occasion(
        when=when,
        service=plan.target.service.name,
        task=plan.target.task,
        operator=plan.target.operator,
        hosts=plan.hosts,
        primary=plan.primary,
        release=plan.new.release,
        revision=plan.new.revision,
        branch=plan.new.branch,
    )


def _entering(plan: Plan) -> tuple[Command, ...]:
    """Keep hooks out that come too late, when others have the lock."""
    return (lock.enter_phase(plan.target.paths, plan.target.holder),)


def _all(
    target: Target, occasion: Occasion, entering: tuple[Command, ...] = ()
) -> Failures:
    """Run the hooks of an occasion, one after the other, each where those before it did not fail."""
    failed: Failures = {}
    for each in target.service.hooks:
        rest = target.only(h for h in occasion.hosts if h not in failed)
        if each.when == occasion.when and rest.fleet.hosts:
            failed.update(hook.run(rest, occasion, entering, each))
    return failed
