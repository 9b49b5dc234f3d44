"""Make hosts ready for a service: directories, service directory, a first release, its database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from deploy import faults, secrets
from deploy.commands import setup
from deploy.errors import CannotConnect, NotUndone, Refused, ScriptFailed
from deploy.recipes import asking, rollout
from deploy.recipes.target import Target, if_interrupted, refuse, sentences
from deploy.repository import Wanted
from deploy.shell import Command, Script, Step

#: seconds for the commands of a project, such as making a database
DEADLINE = 600
#: makes what a host is to do
Steps = Callable[[str], Iterable[Step]]
_SAID_NO = (CannotConnect, ScriptFailed)


def set_up(target: Target, wanted: Wanted, environment: Mapping[str, str]) -> None:
    """Do what is missing on every host; safe to run again."""
    known = secrets.given(target.service, environment)
    needed = [each for each in target.service.secrets if each not in known]
    given = [*_secrets(target, known), *_files(target, wanted.project)]
    facts = target.look()
    refuse(facts, lambda each: faults.before_setup(target.service, each))
    without = [host for host, each in facts.items() if each.current is None]
    if without:
        # what there is not is said before anything is made
        asking.found(target, wanted)
    payload = b"".join(each for _, each in given)
    _as_root(target, partial(_places, target, needed, given), payload)
    if without:
        _release(target.only(without), wanted)
    _as_root(target, lambda _: _finishing(target), b"", begun=True)
    down = not all(each.service.up for each in facts.values())
    hint = f"; bring it up with: fab {target.service.name}.deploy" if down else ""
    target.output.done(f"{target.service.name}: set up on {', '.join(facts)}{hint}")


def _secrets(
    target: Target, known: Mapping[str, bytes]
) -> Iterator[tuple[Command, bytes]]:
    """Give secrets, each with the command that takes it from standard input; raises Refused."""
    supervisor = target.service.supervised_by
    for name, value in known.items():
        if why := setup.unkept(value, supervisor.envdir_limit):
            raise Refused(
                f"the secret {name} {why}: {supervisor.envdir} could not keep it so"
            )
        yield setup.secret(target.paths, name, len(value)), value


def _files(target: Target, project: Path) -> Iterator[tuple[Command, bytes]]:
    """Give the files of the project that hosts are to keep, in the same way."""
    for path in target.service.copy_files:
        content = _read(project / path)
        yield setup.shared_file(target.paths, path, len(content)), content


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(f"{file}, of copy_files, cannot be read: {error}") from None


def _places(
    target: Target,
    needed: Iterable[str],
    given: Iterable[tuple[Command, bytes]],
    host: str,
) -> Iterable[Step]:
    paths = target.at(host)
    run, log_run = target.templates.run(paths), target.templates.log_run(paths)
    yield Step("", setup.conditions(paths, needed))
    yield Step("making the directories", setup.directories(paths))
    yield Step("making the service directory", setup.service_directory(paths))
    for command, _ in given:
        yield Step("", command)
    yield Step("", setup.drop_other_secrets(paths))
    yield Step("", setup.scripts(paths, run, log_run))


def _release(target: Target, wanted: Wanted) -> None:
    """Make the first release; what refuses it leaves a setup that has begun."""
    try:
        rollout.update(target, wanted)
    except Refused as error:
        raise NotUndone(f"{error}\nset this right and {_again(target)}") from None


def _again(target: Target) -> str:
    return f"run fab {target.service.name}.setup again: it goes on where it stopped"


def _finishing(target: Target) -> Iterable[Step]:
    for line in target.service.setup_commands:
        yield Step(f"running: {line}", setup.in_service(target.paths, line))
    yield Step(
        f"showing it to {target.service.supervised_by.scanner}",
        setup.link(target.paths),
    )


def _as_root(
    target: Target, steps: Steps, payload: bytes, *, begun: bool = False
) -> None:
    scripts = {host: Script(tuple(steps(host))) for host in target.fleet.hosts}
    with if_interrupted(_again(target)):
        results = target.phase(
            "setup",
            lambda remote: remote.run(
                scripts[remote.host],
                [payload],
                as_root=target.service.use_sudo,
                deadline=DEADLINE,
            ),
        )
    if results.failed:
        # a script that was lost may have gone on, and what was done before stays
        lost = any(not isinstance(each, _SAID_NO) for each in results.failed.values())
        kind = NotUndone if results.ok or begun or lost else Refused
        raise kind(
            f"{sentences(results.failed.values())}\nset this right and {_again(target)}"
        )
