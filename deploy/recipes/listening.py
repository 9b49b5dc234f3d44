"""Show what the hosts say: a service's log, or a command that is run once beside it."""

from __future__ import annotations

from deploy.commands import logs, setup
from deploy.commands.logs import Excerpt
from deploy.errors import NotUndone, Refused
from deploy.recipes.target import Target, sentences
from deploy.shell import Script, Step

#: seconds that a log is followed, and that a command may take
A_DAY = 86_400


def show_logs(target: Target, wanted: Excerpt) -> None:
    """Show lines of the log, as they come if asked to follow; Ctrl-C ends that."""
    question = logs.show(target.paths, wanted)
    try:
        results = target.fleet.each(lambda remote: remote.ask(question, A_DAY))
    except KeyboardInterrupt:
        if not wanted.follow:
            raise
        return
    if results.failed:
        raise Refused(sentences(results.failed.values()))


def run(target: Target, line: str, once: bool) -> None:
    """Run a shell command in the current release, as the service's account, in its environment.

    On every host, or *once*, on the primary one; raises NotUndone with the hosts where it failed.
    """
    if not line.strip():
        raise Refused("say what to run: fab … --command 'venv/bin/python manage.py'")
    hosts = (target.primary,) if once else target.fleet.hosts
    running = Step(f"running: {line}", setup.in_service(target.paths, line))
    results = target.only(hosts).fleet.each(
        lambda remote: remote.run(
            Script((running,)), as_root=target.service.use_sudo, deadline=A_DAY
        )
    )
    if results.failed:
        raise NotUndone(sentences(results.failed.values()))
    target.output.done(f"{target.service.name}: done on {', '.join(results.ok)}")
