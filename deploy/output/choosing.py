"""Which view shows a run: what the operator asked for, and what he looks at."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from deploy.errors import Refused
from deploy.output import printing
from deploy.output.event import View
from deploy.output.lines import Lines
from deploy.output.live import Live
from deploy.output.output import Output, RehearsalOutput
from deploy.output.records import Records

#: kinds of events that are left out where only warnings and the end are wanted
QUIET = frozenset({"remark", "step", "plan", "phase", "host", "upload", "word"})


@dataclass(frozen=True)
class Wish:
    """How the operator wants to be told."""

    quiet: bool = False
    verbose: bool = False
    json: bool = False
    #: what the hosts say is what the task is for
    heard: bool = False
    #: nothing is to be changed
    dry: bool = False


def output(wish: Wish) -> Output:
    """Make the output of a run; raises Refused for wishes that exclude each other."""
    if wish.quiet and wish.verbose:
        raise Refused("say --quiet or --verbose: both cannot be had")
    printing.write_any_text()
    kind = RehearsalOutput if wish.dry else Output
    return kind(_view(wish))


def _view(wish: Wish) -> View:
    silent = set(QUIET if wish.quiet else ())
    if not (wish.verbose or wish.heard):
        silent.add("log")
    if wish.json:
        return Records(silent)
    live = not (wish.quiet or wish.dry) and _terminal()
    return Live(silent) if live else Lines(silent)


def _terminal() -> bool:
    """Say whether somebody looks at a terminal that can move its cursor."""
    able = os.environ.get("TERM", "dumb") not in ("", "dumb", "unknown")
    return able and sys.stdout.isatty()
