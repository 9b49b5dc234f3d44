"""Keep everybody from deploying a service for a while, and let them again."""

from __future__ import annotations

from collections.abc import Mapping

from deploy import faults, values
from deploy.commands import lock
from deploy.errors import NotUndone, Refused
from deploy.facts import HostFacts
from deploy.recipes.locking import locked
from deploy.recipes.target import Target, refuse, sentences
from deploy.shell import Command, Script, Step


def hold(target: Target, message: str, patience: float) -> None:
    """Put a hold on every host once no deploy is under way; it lasts until it is released."""
    said = _one_line(message)
    if not said:
        raise Refused(
            "say why, for those who find it: --message 'database maintenance'"
        )
    with locked(target, patience) as facts:
        refuse(facts, lambda each: _in_the_way(target, each))
        _everywhere(target, lock.put_hold(target.paths, f"{target.holder}: {said}"))
    target.output.done(
        f"{target.service.name}: nobody can deploy to {', '.join(facts)} "
        f"until: fab {target.service.name}.unlock"
    )


def release(target: Target) -> None:
    """Take the hold off every host, whoever put it there."""
    facts = target.look()
    _everywhere(target, lock.release_hold(target.paths))
    target.output.done(f"{target.service.name}: {_told(facts)}")


def _one_line(message: str) -> str:
    """Make what other operators can read; raises Refused."""
    try:
        return values.text(" ".join(message.split()))
    except ValueError as error:
        raise Refused(f"--message {error}") from None


def _in_the_way(target: Target, facts: HostFacts) -> list[str]:
    name = target.service.name
    if not facts.deploy_to:
        return [f"{name} is not set up; run: fab {name}.setup"]
    # one's own hold may be given another message
    if facts.hold and not facts.hold.startswith(f"{target.operator} "):
        return list(faults.held(target.service, facts))
    return []


def _told(facts: Mapping[str, HostFacts]) -> str:
    holds = list(dict.fromkeys(each.hold for each in facts.values() if each.hold))
    return f"released, it was held by {'; '.join(holds)}" if holds else "was not held"


def _everywhere(target: Target, command: Command) -> None:
    script = Script((Step("", command),))
    failed = target.fleet.each(lambda remote: remote.run(script)).failed
    if failed:
        raise NotUndone(sentences(failed.values()))
