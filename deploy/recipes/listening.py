"""Show what the hosts say: the log of a service."""

from __future__ import annotations

from deploy.commands import logs
from deploy.commands.logs import Excerpt
from deploy.errors import Interrupted, Refused
from deploy.output import printing
from deploy.recipes.target import Target, sentences

#: seconds that a log is followed
A_DAY = 86_400


def show_logs(target: Target, wanted: Excerpt) -> None:
    """Show lines of the log, as they come if asked to follow; Ctrl-C ends that, and a reader that leaves."""
    question = logs.show(target.paths, wanted)
    if wanted.follow:
        printing.once_nobody_reads(target.fleet.stop)
    try:
        results = target.fleet.each(lambda remote: remote.ask(question, A_DAY))
    except KeyboardInterrupt:
        if not wanted.follow:
            raise
        return
    failed = [e for e in results.failed.values() if not isinstance(e, Interrupted)]
    if failed:
        raise Refused(sentences(failed))
