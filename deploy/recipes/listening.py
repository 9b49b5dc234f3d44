"""Show what the hosts say: the log of a service."""

from __future__ import annotations

from deploy.commands import logs
from deploy.commands.logs import Excerpt
from deploy.errors import Refused
from deploy.recipes.target import Target, sentences

#: seconds that a log is followed
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
