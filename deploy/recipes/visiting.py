"""Have hosts do by hand what an operator wants: a command on each, or a terminal on one."""

from __future__ import annotations

from deploy.commands import setup, visit
from deploy.errors import NotUndone, Refused
from deploy.recipes.target import Target, sentences
from deploy.shell import Command, Script, Step

#: seconds that a command may take
A_DAY = 86_400


def run(target: Target, line: str, once: bool) -> None:
    """Run a shell command in the current release, as the service's account, in its environment.

    On every host, or *once*, on the primary one; raises NotUndone with the hosts where it failed.
    """
    _refuse_nothing(line, "run --command 'venv/bin/python manage.py'")
    _everywhere(target, line, setup.in_service(target.paths, line), once, beside=True)


def execute(target: Target, line: str, once: bool) -> None:
    """Run a shell command as the user, at home; otherwise as run does."""
    _refuse_nothing(line, "exec --command 'df -h'")
    _everywhere(target, line, visit.on_host(line), once)


def console(target: Target, line: str) -> None:
    """Give the operator's terminal to a command, or a shell, in the current release of the primary host."""
    (remote,) = target.only([target.primary]).fleet.remotes
    paths, root = target.at(remote.host), target.service.use_sudo
    remote.run(Script((Step("", visit.need_release(paths)),)), as_root=root)
    wanted = line or target.service.console_command
    target.output.say(f"{remote.host}: {wanted or 'a shell'} in {paths.current}")
    status = remote.attend(visit.console(paths, wanted), as_root=root)
    # what a shell ends with is only what its last command did
    if status and wanted:
        raise NotUndone(f"{remote.host}: {wanted} failed (exit status {status})")
    target.output.done(f"{target.service.name}: the console on {remote.host} is over")


def _refuse_nothing(line: str, example: str) -> None:
    if not line.strip():
        raise Refused(f"say what to run: fab … {example}")


def _everywhere(
    target: Target, line: str, command: Command, once: bool, *, beside: bool = False
) -> None:
    hosts = (target.primary,) if once else target.fleet.hosts
    script = Script((Step(f"running: {' '.join(line.split())}", command),))
    root = beside and target.service.use_sudo
    results = target.only(hosts).fleet.each(
        lambda remote: remote.run(script, as_root=root, deadline=A_DAY)
    )
    if results.failed:
        raise NotUndone(sentences(results.failed.values()))
    target.output.done(f"{target.service.name}: done on {', '.join(results.ok)}")
