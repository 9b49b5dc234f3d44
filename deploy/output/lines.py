"""The view for a log, a pipe or a terminal that can do little: whole lines, each host's under its name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from datetime import datetime

from deploy.output import printing
from deploy.output.event import Event, View


def _as_it_is(event: Event) -> str:
    return event.text


def _warning(event: Event) -> str:
    return f"warning: {event.text}"


def _step(event: Event) -> str:
    return f"{datetime.now().astimezone():%H:%M:%S} [{event.host}] {event.text}"


def _log(event: Event) -> str:
    return f"[{event.host}] | {event.text}"


def _script(event: Event) -> str:
    return "\n".join(f"[{event.host}] $ {line}" for line in event.text.splitlines())


#: how an event of a kind is spelled; the others have no line
LINES: dict[str, Callable[[Event], str]] = {
    "remark": _as_it_is,
    "answer": _as_it_is,
    "done": _as_it_is,
    "refusal": _as_it_is,
    "warning": _warning,
    "step": _step,
    "log": _log,
    "word": _log,
    "script": _script,
}
#: what belongs on standard error
ERRORS = ("warning", "refusal")


class Lines(View):
    """Prints a line for each event, but for the kinds that are to be *silent*."""

    def __init__(self, silent: Collection[str] = ("log",)) -> None:
        self._silent = silent

    def show(self, event: Event) -> None:
        if event.kind in self._silent:
            return
        if event.kind == "table":
            self.table(event)
        elif event.kind in LINES:
            self.put(LINES[event.kind](event), event.kind in ERRORS)

    def put(self, text: str, error: bool) -> None:
        printing.put(text, error)

    def table(self, event: Event) -> None:
        """Draw a table; it is as wide as it has to be where nobody looks at a terminal."""
        from rich.console import Console
        from rich.table import Table

        drawn = Table(*event.said["columns"], title=event.text, title_justify="left")
        for row in event.said["rows"]:
            drawn.add_row(*row)
        wide = None if sys.stdout.isatty() else 200
        with printing.nobody_reading():
            Console(width=wide, markup=False).print(drawn)
