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
    words = (wanted.lines, _label(wanted.since), "follow" if wanted.follow else "")
    showing = command("show_logs", paths.service_directory, *words)
    return Question(showing.text, lambda _: None, frozenset({"logs"}))


def _label(seconds: float | None) -> str:
    """Spell a time as multilog writes it: TAI64N, whose seconds are 10 ahead in djb's tools."""
    return "" if seconds is None else f"@{(1 << 62) + 10 + int(seconds):016x}"
