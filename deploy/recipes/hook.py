"""Run one hook where it is to run, and say where it failed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from deploy import hosts
from deploy.commands import hook as hooking
from deploy.errors import DeployError, HostError
from deploy.hooks import Hook, Occasion
from deploy.recipes.target import Target
from deploy.remote.fleet import Fleet
from deploy.remote.remote import Remote
from deploy.shell import Command, Script, Step

#: where hooks failed, and why
Failures = dict[str, DeployError]


def run(
    target: Target, occasion: Occasion, entering: tuple[Command, ...], hook: Hook
) -> Failures:
    """Run a hook; its scripts begin with *entering* on hosts that have the phase."""
    if hook.place == "here":
        return _here(target, occasion, hook)
    if hook.place == "primary":
        target = target.only([occasion.primary])
    failed = _on(target, target.fleet, _script(target, occasion, entering, hook), hook)
    if not hook.roles:
        return failed
    # these have no part in the phase: if they fail, it does so on every host
    beside = _on(target, target.others, _script(target, occasion, (), hook), hook)
    for error in beside.values():
        return dict.fromkeys(target.fleet.hosts, error)
    return failed


def _on(
    target: Target, fleet: Fleet, script: Callable[[str], Script], hook: Hook
) -> Failures:
    if hook.roles:
        having = hosts.chosen(target.service.hosts, (), hook.roles)
        fleet = fleet.only(each.name for each in having)

    def act(remote: Remote) -> None:
        root = _is_roots(target, hook)
        remote.run(script(remote.host), as_root=root, deadline=hook.deadline)

    return fleet.each(act).failed


def _script(
    target: Target, occasion: Occasion, entering: tuple[Command, ...], hook: Hook
) -> Callable[[str], Script]:
    # root does not touch the user's lock
    before = () if _is_roots(target, hook) else tuple(Step("", e) for e in entering)

    def made(host: str) -> Script:
        running = hooking.run(target.paths, hook, occasion, host)
        return Script((*before, Step(hook.title, running)), aloud=True)

    return made


def _is_roots(target: Target, hook: Hook) -> bool:
    return hook.as_service and target.service.use_sudo


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
