"""Show what a service and its log service have written."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.paths import Paths
from deploy.shell import Question, command


@dataclass(frozen=True)
class Excerpt:
    """Which lines of a log."""

    #: the last so many, if *since* says nothing
    lines: int
    #: seconds since the epoch
    since: float | None = None
    #: and all that come from now on
    follow: bool = False


def show(paths: Paths, wanted: Excerpt) -> Question[None]:
    """Print the lines on standard error, where an onlooker sees each as it comes."""
    since = "" if wanted.since is None else int(wanted.since)
    words = (wanted.lines, since, "follow" if wanted.follow else "")
    showing = command("show_logs", paths.service_directory, *words)
    uses = paths.service.supervised_by.libraries | {"logs"}
    return Question(showing.text, lambda _: None, uses)
