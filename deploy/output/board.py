"""How far each host is, as a terminal is to show it. Pure but for the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from deploy.output.event import Event

#: bytes from which on something that is sent counts as an upload
UPLOAD = 100_000
#: lines of a failure's log that are shown while the others go on
TAIL = 5


@dataclass(frozen=True)
class Row:
    """What one host is at, or how it ended."""

    host: str
    phase: str = ""
    step: str = ""
    #: waiting, begun, ok, failed, interrupted
    outcome: str = "waiting"
    began: float = 0
    #: that the phase took, once it has ended
    seconds: float = 0
    #: bytes of the upload, once they are known, and those that are gone
    size: int = 0
    sent: int = 0
    tail: tuple[str, ...] = ()

    @property
    def uploading(self) -> bool:
        whole = self.sent >= self.size > 0
        return self.outcome == "begun" and self.sent >= UPLOAD and not whole


class Board:
    """Takes events, and knows a row for each host of the run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rows: dict[str, Row] = {}
        self._services: dict[str, None] = {}
        self._service = ""

    def rows(self) -> list[Row]:
        """Give the rows, those of trouble first, then those at work; in the fleet's order among themselves."""
        order = {"failed": 0, "interrupted": 0, "begun": 1, "waiting": 2, "ok": 3}
        return sorted(list(self._rows.values()), key=lambda row: order[row.outcome])

    def in_order(self) -> list[Row]:
        """Give the rows in the fleet's order."""
        return list(self._rows.values())

    def at_work(self, host: str) -> bool:
        """Say whether a phase goes on there, whose row shows what is done."""
        return host in self._rows and self._rows[host].outcome == "begun"

    def elapsed(self, row: Row) -> float:
        """Give the seconds that a host has been in its phase, or that this took."""
        return self._clock() - row.began if row.outcome == "begun" else row.seconds

    def take(self, event: Event) -> None:
        act = getattr(self, f"_take_{event.kind}", None)
        if act is not None:
            act(event)

    def sent(self, host: str, size: int) -> None:
        """Note the bytes that a host has been sent by now."""
        # a script without an upload may run beside one that has: it counts for nothing
        if size > 0 and host in self._rows:
            self._change(host, sent=size)

    def _take_phase(self, event: Event) -> None:
        self._service = event.said["service"]
        self._services[self._service] = None
        for host in event.said["hosts"]:
            self._rows[host] = Row(host, self._named(event.said["phase"]))

    def _take_host(self, event: Event) -> None:
        outcome = event.said["outcome"]
        if event.host not in self._rows:
            return
        if outcome == "begun":
            self._change(event.host, outcome=outcome, began=self._clock())
        else:
            tail = tuple(event.text.splitlines()[-TAIL:])
            seconds = event.said["seconds"]
            self._change(event.host, outcome=outcome, seconds=seconds, tail=tail)

    def _take_step(self, event: Event) -> None:
        if event.host in self._rows:
            # what was sent before may be all
            self._change(event.host, step=event.text, sent=0)

    def _take_upload(self, event: Event) -> None:
        if event.host in self._rows:
            self._change(event.host, size=event.said["bytes"])

    def _change(self, host: str, **values: object) -> None:
        self._rows[host] = replace(self._rows[host], **values)  # type: ignore[arg-type]

    def _named(self, phase: str) -> str:
        """Name the service too, once there are several."""
        return f"{self._service} {phase}" if len(self._services) > 1 else phase
