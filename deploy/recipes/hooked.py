"""Run a project's hooks when their time has come, and say where they failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from deploy.commands import hook as hooking
from deploy.commands import lock
from deploy.errors import DeployError, HostError, Partly, Refused
from deploy.hooks import Hook, Occasion
from deploy.recipes.plan import Plan
from deploy.recipes.target import Target, sentences
from deploy.remote.remote import Remote
from deploy.shell import Command, Script, Step

#: where hooks failed, and why
Failures = dict[str, DeployError]


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
    if failed:
        raise Refused(sentences(failed.values()))


def failures(plan: Plan, when: str) -> Failures:
    """Run the hooks of a phase on a plan's hosts; give the hosts where the phase fails by that."""
    return _all(plan.target, _of_plan(plan, when), _entering(plan))


def warn(plan: Plan, when: str) -> None:
    """Run hooks when nothing can be undone any more: what fails is a warning."""
    for sentence in dict.fromkeys(map(str, failures(plan, when).values())):
        plan.target.output.warn(sentence)


def once(plan: Plan, hook: Hook) -> Failures:
    """Run one hook of a plan."""
    return _one(plan.target, _of_plan(plan, hook.when), _entering(plan), hook)


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
    for hook in target.service.hooks:
        rest = target.only(each for each in occasion.hosts if each not in failed)
        if hook.when == occasion.when and rest.fleet.hosts:
            failed.update(_one(rest, occasion, entering, hook))
    return failed


def _one(
    target: Target, occasion: Occasion, entering: tuple[Command, ...], hook: Hook
) -> Failures:
    if hook.place == "here":
        return _here(target, occasion, hook)
    hosts = target.fleet.hosts
    if hook.place == "primary":
        hosts = tuple(each for each in hosts if each == occasion.primary)
    root = hook.as_service and target.service.use_sudo

    def act(remote: Remote) -> None:
        running = hooking.run(target.paths, hook, occasion, remote.host)
        # root does not touch the user's lock
        before = () if root else tuple(Step("", each) for each in entering)
        script = Script((*before, Step(hook.title, running)), aloud=True)
        remote.run(script, as_root=root, deadline=hook.deadline)

    return target.only(hosts).fleet.each(act).failed


def _here(target: Target, occasion: Occasion, hook: Hook) -> Failures:
    """Run it on this machine; if it fails, the phase does so on every host."""
    here, run = target.here, hook.run
    try:
        if isinstance(run, str):
            known = occasion.environment()
            here.run(hook.title, run, known, hook.deadline)
        else:
            here.call(hook.title, partial(run, occasion), hook.deadline)
    except HostError as error:
        return dict.fromkeys(target.fleet.hosts, error)
    return {}
