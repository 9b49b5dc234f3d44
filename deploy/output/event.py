"""What happens in a run, as values: recipes tell it, views show it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """One thing that happened; docs/operations.md has the kinds, and what each one says."""

    kind: str
    text: str = ""
    #: the host that it happened on, if it is one
    host: str = ""
    #: what else belongs to this kind
    said: Mapping[str, Any] = field(default_factory=dict)


class View:
    """Shows events, one at a time."""

    def show(self, event: Event) -> None:
        raise NotImplementedError

    def sent(self, host: str, size: int) -> None:
        """Take note of the bytes of its upload that a host has been sent by now."""

    def close(self) -> None:
        """Leave the terminal as it was; nothing more will happen."""
