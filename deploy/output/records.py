"""The view for programs: each event is a JSON object on a line of its own."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timezone

from deploy.output import printing
from deploy.output.event import Event, View


class Records(View):
    """Writes every event, but for the kinds that are to be *silent*."""

    def __init__(self, silent: Collection[str] = ()) -> None:
        self._silent = silent

    def show(self, event: Event) -> None:
        if event.kind not in self._silent:
            now = datetime.now(timezone.utc)
            printing.put(json.dumps(record(event, now), ensure_ascii=False))


def record(event: Event, now: datetime) -> dict[str, object]:
    """Make what is written of an event: nothing of what it does not say."""
    time = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    words = "step" if event.kind == "step" else "text"
    some = {"host": event.host, words: event.text}
    return {
        "event": event.kind,
        "time": time,
        **{name: each for name, each in some.items() if each},
        **event.said,
    }
