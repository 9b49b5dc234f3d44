"""What a worker writes of its work: as text or as JSON, with arguments or without."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from worker import lines, log
from worker.lines import Ended, Event
from worker.serializers import MARK


@dataclass(frozen=True)
class Journal:
    """One line an event on standard error."""

    #: a line is an object of JSON, with the time
    as_json: bool = False
    #: lines about a job hold its argument
    with_arguments: bool = False
    #: the database, where there are several
    database: str = ""

    def tell(self, events: Iterable[Event | Ended]) -> None:
        """Write events, in one system call."""
        if self.as_json or self.with_arguments or self.database:
            spell = self._record if self.as_json else self._text
            log.lines([spell(each) for each in events])
        else:
            # as it nearly always is, and there are ten thousand a second
            log.lines([each.text for each in events])

    def say(self, text: str, event: str = "note", **fields: Any) -> None:
        """Write a sentence."""
        self.tell([lines.said(text, event, **fields)])

    def _text(self, event: Event | Ended) -> str:
        text = f"{self.database}: {event.text}" if self.database else event.text
        if self.with_arguments and event.arg is not None:
            return f"{text} arg={event.arg}"
        return text

    def _record(self, event: Event | Ended) -> str:
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        record = {"time": now, **event.fields}
        if self.database:
            record["database"] = self.database
        if self.with_arguments and event.arg is not None:
            record["arg"] = _value(event.arg)
        return json.dumps(record)


def _value(arg: str) -> Any:
    """What another serializer than JSON wrote stays text, and so does what nobody can read."""
    try:
        return arg if arg.startswith(MARK) else json.loads(arg)
    except ValueError:
        return arg
