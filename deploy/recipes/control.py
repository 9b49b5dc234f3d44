"""Start, stop, restart and reload a service, and prove that it was done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial

from deploy import faults
from deploy.commands import lock, releases, supervise
from deploy.errors import DeployError, NotUndone, Refused, ScriptFailed
from deploy.facts import HostFacts
from deploy.paths import Paths
from deploy.recipes.target import Target, if_interrupted, refuse, sentences
from deploy.release import Release
from deploy.remote.remote import Remote
from deploy.shell import Command, Script, Step

#: exit statuses of a script that refused before it changed anything: a precondition, another at work
REFUSED = (71, 75)


def start(target: Target) -> None:
    starting = partial(_of_current, target, supervise.start)
    _asked(target, ("start", "up"), starting, starts=True)


def restart(target: Target) -> None:
    restarting = partial(_of_current, target, supervise.restart)
    _asked(target, ("restart", "restarted"), restarting, starts=True)


def stop(target: Target) -> None:
    _asked(target, ("stop", "down"), lambda *_: [supervise.stop(target.paths)])


def reload(target: Target) -> None:
    if not target.service.reloads:
        raise Refused(
            f"{target.service.name} does not reload: its process may take HUP for an order to end; "
            "use restart, or set reloads=True if it handles HUP"
        )
    _asked(target, ("reload", "reloaded"), lambda *_: [supervise.reload(target.paths)])


def _asked(
    target: Target,
    words: tuple[str, str],
    commands: Callable[[str, HostFacts], list[Command]],
    starts: bool = False,
) -> None:
    """Do it on every host; if it *starts* a release that has never run, that counts as verified then."""
    task, became = words
    known = target.look()
    stands_in_the_way = faults.before_start if starts else faults.before_control
    refuse(known, lambda each: stands_in_the_way(target.service, each))

    def act(remote: Remote) -> None:
        facts = known[remote.host]
        wanted = commands(remote.host, facts)
        if starts:
            wanted += _verifying(target, facts)
        _run(target, remote, wanted)

    name = target.service.name
    with if_interrupted(f"see what is {became} with: fab {name}.status"):
        failed = target.phase(task, act).failed
    if failed:
        everywhere = len(failed) == len(known)
        raise _failure(failed.values(), everywhere)
    target.output.done(f"{name} is {became} on {', '.join(known)}")


def _run(target: Target, remote: Remote, wanted: Iterable[Command]) -> None:
    begun = Step("", lock.enter_phase(target.paths))
    remote.run(
        Script((begun, *(Step("", each) for each in wanted))),
        deadline=2 * target.service.stop_timeout + 4 * target.service.settle + 30,
    )


def _failure(errors: Collection[DeployError], everywhere: bool) -> DeployError:
    """Nothing was changed if every host has refused."""
    refused = everywhere and all(map(_refused, errors))
    return (Refused if refused else NotUndone)(sentences(errors))


def _of_current(
    target: Target,
    make: Callable[[Paths, Release], Command],
    host: str,
    facts: HostFacts,
) -> list[Command]:
    return [make(target.at(host), facts.current)] if facts.current else []


def _verifying(target: Target, facts: HostFacts) -> list[Command]:
    live = facts.live
    if live is None or live.state != "ready":
        return []
    return [releases.mark(target.paths, live, "verified")]


def _refused(error: DeployError) -> bool:
    return isinstance(error, ScriptFailed) and error.status in REFUSED
