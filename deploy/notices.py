"""Who is told what of a run: notices made of its events. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.output.event import Event

#: what a run's end is called; every other one is a failure
ENDS = {"done": "success", "undone": "undone", "interrupted": "undone"}
#: characters that a text may have: chats cut longer ones
LONGEST = 2000


@dataclass(frozen=True)
class Notice:
    """What is told: start, success, failure or undone, as a sentence and as data."""

    event: str
    text: str
    said: Mapping[str, Any]

    def as_json(self) -> str:
        """Spell it for a webhook: `text` as chats such as Slack show it, without markup."""
        text = self.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return json.dumps({"text": text, "event": self.event, **self.said})

    def environment(self) -> dict[str, str]:
        """Spell it for a command."""
        return {
            "FORKLIFT_EVENT": self.event,
            "FORKLIFT_TEXT": self.text,
            "FORKLIFT_NOTICE": self.as_json(),
        }


class Notices:
    """Makes the notices that these services want: one when hosts begin to change, one at the end."""

    def __init__(self, services: Iterable[str]) -> None:
        self._services = set(services)
        self._plans: list[Mapping[str, Any]] = []
        self._done: list[str] = []
        self._started = False

    def take(self, event: Event) -> Notice | None:
        """Take what happens; give the notice that it makes, if it makes one."""
        if event.kind == "plan" and event.said["service"] in self._services:
            self._plans.append(event.said)
        if event.kind == "done":
            self._done.append(event.text)
        if event.kind == "phase" and self._plans and not self._started:
            self._started = True
            return self._notice("start", f"{self._told()} begins", {})
        if event.kind == "end" and self._started:
            return self._end(event)
        return None

    def _end(self, event: Event) -> Notice:
        name = ENDS.get(event.said["outcome"], "failure")
        said = {each: event.said[each] for each in ("outcome", "status", "seconds")}
        if name == "success":
            return self._notice(name, "\n".join(self._done), said)
        became = "was undone" if name == "undone" else "failed"
        return self._notice(name, f"{self._told()} {became}\n{_why(event)}", said)

    def _notice(self, name: str, text: str, said: Mapping[str, Any]) -> Notice:
        # each can say enough by itself: who is told of an end may have missed the start
        return Notice(name, _cut(text.strip()), {**said, "plans": list(self._plans)})

    def _told(self) -> str:
        first = self._plans[0]
        services = ", ".join(each["service"] for each in self._plans)
        hosts = dict.fromkeys(host for each in self._plans for host in each["hosts"])
        return (
            f"{first['operator']}: {first['task']} of {services} "
            f"({first['branch']}, {first['revision'][:7]}) to {', '.join(hosts)}"
        )


def _why(event: Event) -> str:
    """Give the sentences without the log between them: who knows what a program says there."""
    return "\n".join(
        line for line in event.text.splitlines() if not line.startswith(" ")
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
