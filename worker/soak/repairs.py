"""A fault that can be struck, and what undoes it later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """*weight* is how often it is drawn, against the others; *strike* takes the moment."""

    name: str
    weight: int
    strike: Callable[[float], None]


class Repairs:
    """What is to be undone, and when, by the monotonic clock."""

    def __init__(self) -> None:
        self._later: list[tuple[float, Callable[[], None]]] = []

    def at(self, when: float, action: Callable[[], None]) -> None:
        self._later.append((when, action))

    def play(self, now: float) -> None:
        """Do what is due."""
        due = [action for at, action in self._later if at <= now]
        self._later = [(at, action) for at, action in self._later if at > now]
        for action in due:
            action()
