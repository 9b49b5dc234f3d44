"""Make hosts ready for a service: directories, service directory, a first release, its database."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from deploy import faults
from deploy.commands import setup
from deploy.errors import NotUndone, Refused
from deploy.recipes import rollout
from deploy.recipes.target import Target, if_interrupted, refuse, sentences
from deploy.repository import Wanted
from deploy.shell import Command, Script, Step

#: seconds for the commands of a project, such as making a database
DEADLINE = 600


def set_up(target: Target, wanted: Wanted, environment: Mapping[str, str]) -> None:
    """Do what is missing on every host; safe to run again."""
    facts = target.look()
    refuse(facts, lambda each: faults.before_setup(target.service, each))
    _as_root(target, _places(target, environment), _payload(target, environment))
    without = [host for host, each in facts.items() if each.current is None]
    if without:
        first = target.only(without)
        rollout.update(first, wanted)
    _as_root(target, _finishing(target), b"")
    down = not all(each.service.up for each in facts.values())
    hint = f"; bring it up with: fab {target.service.name}.deploy" if down else ""
    target.output.done(f"{target.service.name}: set up on {', '.join(facts)}{hint}")


def _places(target: Target, environment: Mapping[str, str]) -> Iterable[Step]:
    paths = target.paths
    run, log_run = target.templates.run(paths), target.templates.log_run(paths)
    yield Step("making the directories", setup.directories(paths))
    yield Step("making the service directory", setup.service_directory(paths))
    for name in target.service.secrets:
        yield Step("", _secret(target, name, environment))
    yield Step("", setup.drop_other_secrets(paths))
    yield Step("", setup.scripts(paths, run, log_run))


def _secret(target: Target, name: str, environment: Mapping[str, str]) -> Command:
    if name in environment:
        return setup.secret(target.paths, name, len(os.fsencode(environment[name])))
    return setup.need_secret(target.paths, name)


def _payload(target: Target, environment: Mapping[str, str]) -> bytes:
    given = [environment[n] for n in target.service.secrets if n in environment]
    return b"".join(map(os.fsencode, given))


def _finishing(target: Target) -> Iterable[Step]:
    for line in target.service.setup_commands:
        yield Step(f"running: {line}", setup.in_service(target.paths, line))
    yield Step("showing it to svscan", setup.link(target.paths))


def _as_root(target: Target, steps: Iterable[Step], payload: bytes) -> None:
    script = Script(tuple(steps))
    again = f"run fab {target.service.name}.setup again: it goes on where it stopped"
    with if_interrupted(again):
        results = target.fleet.each(
            lambda remote: remote.run(
                script, [payload], as_root=target.service.use_sudo, deadline=DEADLINE
            )
        )
    if results.failed:
        kind = NotUndone if results.ok else Refused
        raise kind(f"{sentences(results.failed.values())}\nset this right and {again}")
